"""The years in which members think to retire: told by those who want to, kept here alone, taken back at will.

The ledger knows no age. What is kept lets the cooperative plan its payouts: `owed_by_year` tells what is owed
to those who named a year; `reports.maturity` puts it together so that nobody can be read from it.
"""

import time
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Subquery, case
from sqlmodel import Session, col, func, select

from endogene_token.errors import NoRetirementYearError, RetirementYearError
from endogene_token.ids import day_number
from endogene_token.indexer.models import Member
from endogene_token.indexer.money_models import Redemption
from endogene_token.office.cards import require_member
from endogene_token.office.consents import require_given
from endogene_token.office.models import OfficeRetirement
from endogene_token.office.trail import Change
from endogene_token.projects import RedemptionState

SPAN: Final = 60  # years, to either side of the day of the consent


class YearOwed(NamedTuple):
    """What is owed to the members who named a year, or none: how many they are, how much (minor units)."""

    year: int | None
    members: int
    owed: int


class Owed(NamedTuple):
    """Every credit of a member: by year, and those `set_aside`, whose payout two officers have approved."""

    years: tuple[YearOwed, ...]
    set_aside: int


def keep(change: Change, member: int, year: int, consented: date) -> OfficeRetirement:
    """Keep the year in which a member thinks to retire, in place of any it named before.

    The trail tells that there is one and not which: it outlives what is forgotten. Raises
    UnknownMemberError, ConsentError, RetirementYearError.
    """
    session, now = change.session, int(time.time())
    require_member(session, member)
    require_given(consented, now)
    first, last = consented.year - SPAN, consented.year + SPAN
    if not first <= year <= last:
        raise RetirementYearError(actual=first, limit=last)
    day = day_number(consented)
    kept = session.merge(OfficeRetirement(member=member, year=year, consented_day=day, kept_at=now))
    session.flush()
    change.note("retirement.kept", _subject(member), consented=consented.isoformat())
    return kept


def forget(change: Change, member: int) -> None:
    """Forget a member's year: nothing of it stays but that there was one. Raises NoRetirementYearError."""
    found = change.session.get(OfficeRetirement, member)
    if found is None:
        raise NoRetirementYearError(actual=member)
    change.session.delete(found)
    change.session.flush()
    change.note("retirement.forgotten", _subject(member))


def year_of(session: Session, member: int) -> int | None:
    """Return the year that a member named, or None."""
    found = session.get(OfficeRetirement, member)
    return None if found is None else found.year


def owed_by_year(session: Session) -> Owed:
    """Return what is owed to members, by the years that they named, None last: all credits outstanding.

    Who has no credits, or is being paid all of them, is in no year.
    """
    approved = _approved()
    balance: ColumnElement[int] = col(Member.balance)  # type: ignore[assignment]  # a column is one
    waits = func.coalesce(approved.c.waits, 0)
    # The smaller of the two: whatever happens to a balance meanwhile, every cent is told, and told once.
    aside = case((waits < balance, waits), else_=balance)
    year = col(OfficeRetirement.year)
    waiting = func.sum(case((balance > aside, 1), else_=0))
    query = (
        select(year, waiting, func.sum(balance - aside), func.sum(aside))
        .select_from(Member)
        .outerjoin(OfficeRetirement, col(OfficeRetirement.member) == col(Member.number))
        .outerjoin(approved, approved.c.member == col(Member.number))
        .where(balance != 0)
        .group_by(year)
    )
    rows: list[Any] = list(session.execute(query))
    years = [YearOwed(named, int(members), int(owed)) for named, members, owed, _ in rows if members]
    ordered = sorted(years, key=lambda one: (one.year is None, one.year or 0))
    return Owed(tuple(ordered), sum(int(one[3]) for one in rows))


def _approved() -> Subquery:
    """Return what is approved and not yet paid, by member."""
    member = col(Redemption.member)
    waits = func.sum(col(Redemption.amount) - col(Redemption.paid)).label("waits")
    approved = col(Redemption.state) == RedemptionState.APPROVED
    return select(member, waits).where(approved).group_by(member).subquery()


def _subject(member: int) -> str:
    return f"member:{member}/retirement"
