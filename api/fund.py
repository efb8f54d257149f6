"""The fund as the read model has it: its pockets, and how much was recorded. Public: sums only."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.remembered import newest_event
from endogene_token.indexer.models import Cursor, Member, Merchant, Pockets, Purchase


@dataclass(frozen=True, slots=True)
class Fund:
    """The balance sheet (minor units) and the counts, as of the end of `block`; `as_of` of its last event."""

    pockets: Pockets
    purchases: int
    merchants: int
    members: int
    members_with_credits: int
    block: int | None
    as_of: datetime | None


def read_fund(session: Session) -> Fund:
    """Return the fund; all zeros before the first block is read."""
    cursor = session.exec(select(Cursor)).first()
    last = newest_event(session)
    return Fund(
        pockets=read_pockets(session),
        purchases=_count(session, Purchase, col(Purchase.reason) == 0),
        merchants=_count(session, Merchant),
        members=_count(session, Member),
        members_with_credits=_count(session, Member, col(Member.balance) != 0),
        block=None if cursor is None else cursor.block_number,
        as_of=None if last is None else datetime.fromtimestamp(last.block_time, UTC),
    )


def read_pockets(session: Session) -> Pockets:
    """Return the balance sheet; all zeros before the first block is read."""
    return session.exec(select(Pockets)).first() or _empty()


def _count(session: Session, model: type[Purchase | Merchant | Member], *conditions: object) -> int:
    query = select(func.count()).select_from(model)
    for condition in conditions:
        query = query.where(condition)  # type: ignore[arg-type]  # a comparison of columns
    return session.exec(query).one()


def _empty() -> Pockets:
    names = (
        *("cash", "premiums_receivable", "credits_outstanding", "merchant_prepayments"),
        *("reserve", "operations", "loans_receivable", "currency_outstanding", "commitments", "free"),
        *("redemptions_backed", "operating_allowed"),
    )
    return Pockets(only_row=1, **dict.fromkeys(names, 0))
