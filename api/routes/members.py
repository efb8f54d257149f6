"""A member's own summary."""

from typing import Final, Literal

from fastapi import APIRouter
from sqlalchemy import func
from sqlmodel import Session, col, select

from api.answers import MemberTold
from api.askers import Reader, require_member_reader
from api.deps import App, Reading
from api.schemas import PathNumber
from api.text import day_text
from endogene_token.bounds import MAX_UINT32
from endogene_token.errors import UnknownMemberError
from endogene_token.indexer.models import Member, Purchase

router = APIRouter(tags=["members"])
CATEGORIES: Final[tuple[Literal["user", "worker", "supporting"], ...]] = ("user", "worker", "supporting")


@router.get("/members/{number}")
def member(number: PathNumber, asker: Reader, app: App, session: Reading) -> MemberTold:
    """Tell a member what its purchases brought. The member may read it, and an officer."""
    require_member_reader(app, session, asker, number)
    return told(session, number)


def told(session: Session, number: int) -> MemberTold:
    """Return what a member's purchases brought. Raises UnknownMemberError."""
    found = session.get(Member, number)
    if found is None:
        raise UnknownMemberError(actual=number)
    sums = (func.count(), *map(func.sum, (Purchase.credit, Purchase.amount, Purchase.reversed)))
    query = select(*sums).where(Purchase.member == number, col(Purchase.reason) == 0)
    count, earned, spent, refunded = session.execute(query).one()
    return MemberTold(
        number=number,
        category=CATEGORIES[found.category],
        valid_from=day_text(found.valid_from),
        valid_until=None if found.valid_until == MAX_UINT32 else day_text(found.valid_until),
        credits=str(found.balance),
        earned=str(earned or 0),
        purchases=count,
        spent=str(spent or 0),
        refunded=str(refunded or 0),
    )
