"""The rounds of the money and the fund's solvency, for everybody."""

from fastapi import APIRouter

from api import money
from api.deps import App, Reading
from api.money_answers import Rounds, SolvencyTold

router = APIRouter(tags=["fund"])


@router.get("/rounds")
def rounds(session: Reading) -> Rounds:
    """Tell how project money goes from merchant to merchant, round by round, and the premiums it brought."""
    return money.rounds(session)


@router.get("/solvency")
def solvency(app: App, session: Reading) -> SolvencyTold:
    """Tell what bounds every award, release and payment: what is liquid, and what it must stay above."""
    return money.solvency(session, app.clock.now())
