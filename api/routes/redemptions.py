"""Redemptions: a member's own affair, and the officers'."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlmodel import col, func, select

from api import money
from api.askers import Reader, require_member_reader
from api.deps import App, Reading
from api.money_answers import Redemptions, RedemptionTold
from api.schemas import PathNumber
from endogene_token.bounds import MAX_UINT32
from endogene_token.errors import UnknownRedemptionError
from endogene_token.indexer.money_models import Redemption

router = APIRouter(tags=["redemptions"])
PAGE: Final = 100
NOBODY: Final = 0
After = Annotated[int, Query(ge=0, le=MAX_UINT32, description="Only those after this number.")]


@router.get("/redemptions/{number}")
def redemption(number: PathNumber, asker: Reader, app: App, session: Reading) -> RedemptionTold:
    """Tell a redemption. The member may read it, and an officer; others do not learn whether it exists."""
    row = session.get(Redemption, number)
    require_member_reader(app, session, asker, NOBODY if row is None else row.member)
    if row is None:
        last = session.exec(select(func.max(Redemption.number))).one()
        raise UnknownRedemptionError(actual=number, limit=last or 0)
    return money.redemption(session, row)


@router.get("/members/{number}/redemptions")
def redemptions(
    number: PathNumber, asker: Reader, app: App, session: Reading, after: After = 0
) -> Redemptions:
    """Tell a member's redemptions, by ascending number. The member may read them, and an officer."""
    require_member_reader(app, session, asker, number)
    query = select(Redemption).where(Redemption.member == number, col(Redemption.number) > after)
    rows = session.exec(query.order_by(col(Redemption.number)).limit(PAGE + 1)).all()
    return Redemptions(
        items=[money.redemption(session, one) for one in rows[:PAGE]],
        next=rows[PAGE - 1].number if len(rows) > PAGE else None,
    )
