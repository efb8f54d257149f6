"""A year of the fund for the public, from the read model: what came in, what went out, what projects did.

Amounts are minor units. A year is the community's own, from one instant to another; see `span`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, func, select

from endogene_token.indexer.models import Batch, Purchase, Reversal, Settlement, table_of
from endogene_token.indexer.money_models import (
    CashRequest,
    MerchantPayment,
    Netting,
    OperatingPayment,
    Redemption,
    RedemptionPayment,
    Spending,
    SpendingReturn,
)
from endogene_token.indexer.project_models import CoFinancing, LoanRepayment, Project, ProjectTranche
from endogene_token.projects import TrancheState
from endogene_token.reports.masking import Day, Period, is_small, periods

BATCH, PURCHASE, REVERSAL = table_of(Batch), table_of(Purchase), table_of(Reversal)
SETTLEMENT, REPAYMENT = table_of(Settlement), table_of(LoanRepayment)
SPENDING, RETURN, PAYMENT = table_of(Spending), table_of(SpendingReturn), table_of(MerchantPayment)
NETTING, CASHED, RUNNING = table_of(Netting), table_of(CashRequest), table_of(OperatingPayment)
REDEMPTION, PAID_BACK = table_of(Redemption), table_of(RedemptionPayment)
PROJECT, TRANCHE, OUTSIDE = table_of(Project), table_of(ProjectTranche), table_of(CoFinancing)
OUT: Final = (TrancheState.RELEASED, TrancheState.ACCOUNTED)
PAID: Final = 2


@dataclass(frozen=True, slots=True)
class Span:
    """The instants (seconds UTC) from `since` on and before `until`."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What left the fund in cash. `apart` False: members or merchants were so few that both are one sum."""

    to_members: int
    to_merchants: int
    running: int
    apart: bool


@dataclass(frozen=True, slots=True)
class OfProject:
    """What became of a project's money in the year: `released` to it, `spent` at merchants less returns."""

    number: int
    released: int
    spent: int


@dataclass(frozen=True, slots=True)
class Year:
    """The premiums owed in the year, from purchases and from project money; what was paid; projects.

    `purchases`: how many were recorded, those refunded since, too; exact, to be told by fives.
    """

    purchases: int
    premiums: int
    credits: int
    project_premiums: int
    first_premiums: int
    """Of `project_premiums`, those of what projects themselves spent."""
    settled: int
    netted: int
    repaid: int
    outside: int
    paid_out: PaidOut
    projects: tuple[OfProject, ...]


def span(year: int, zone: ZoneInfo) -> Span:
    """Return a calendar year in the community's time."""
    first, after = (int(datetime(one, 1, 1, tzinfo=zone).timestamp()) for one in (year, year + 1))
    return Span(first, after)


def read_year(connection: Connection, inside: Span) -> Year:
    """Return the year as far as it has come."""
    returned = _sum(connection, RETURN, inside, "premium")
    first = _sum(connection, SPENDING, inside, "premium") - returned
    return Year(
        purchases=_sum(connection, BATCH, inside, "size"),
        premiums=_sum(connection, BATCH, inside, "premiums") - _sum(connection, REVERSAL, inside, "premium"),
        credits=_sum(connection, BATCH, inside, "credits") - _sum(connection, REVERSAL, inside, "credit"),
        project_premiums=first + _sum(connection, PAYMENT, inside, "premium"),
        first_premiums=first,
        settled=_sum(connection, SETTLEMENT, inside, "amount"),
        netted=_sum(connection, NETTING, inside, "first", "second", "third", "later"),
        repaid=_sum(connection, REPAYMENT, inside, "amount"),
        outside=_sum(connection, OUTSIDE, inside, "amount"),
        paid_out=_paid_out(connection, inside),
        projects=tuple(_projects(connection, inside)),
    )


def premium_periods(connection: Connection, inside: Span, zone: ZoneInfo, now: int) -> list[Period]:
    """Return the premiums of the year in periods that are over and of enough; their days count from 1970."""
    over = Span(inside.since, min(inside.until, _midnight(zone, now)))
    days: dict[int, tuple[set[int], set[int], list[int]]] = {}
    query = select(BATCH.c.block_time, BATCH.c.merchant, BATCH.c.premiums).where(*_during(BATCH, over))
    for at, merchant, premiums in connection.execute(query):
        merchants, _, amounts = days.setdefault(_day(zone, at), (set(), set(), []))
        merchants.add(merchant)
        amounts.append(premiums)
    same = (PURCHASE.c.till == BATCH.c.till) & (PURCHASE.c.batch == BATCH.c.first_sequence)
    buyers = select(BATCH.c.block_time, PURCHASE.c.member).distinct().join(PURCHASE, same)
    for at, member in connection.execute(buyers.where(*_during(BATCH, over), PURCHASE.c.member != 0)):
        days[_day(zone, at)][1].add(member)
    return periods(
        Day(day, frozenset(merchants), frozenset(people), sum(amounts))
        for day, (merchants, people, amounts) in sorted(days.items())
    )


def _paid_out(connection: Connection, inside: Span) -> PaidOut:
    """Return what was paid out, and whether each kind of receiver is nobody or enough."""
    receivers = (
        select(REDEMPTION.c.member)
        .distinct()
        .join(PAID_BACK, PAID_BACK.c.redemption == REDEMPTION.c.number)
        .where(*_during(PAID_BACK, inside))
    )
    paid = (CASHED.c.state == PAID, *_during(CASHED, inside))
    merchants = select(CASHED.c.merchant).distinct().where(*paid)
    few = [is_small(len(connection.execute(one).all())) for one in (receivers, merchants)]
    cashed = connection.execute(select(func.sum(CASHED.c.amount)).where(*paid)).scalar()
    return PaidOut(
        to_members=_sum(connection, PAID_BACK, inside, "amount"),
        to_merchants=int(cashed or 0),
        running=_sum(connection, RUNNING, inside, "amount"),
        apart=not any(few),
    )


def _projects(connection: Connection, inside: Span) -> Iterable[OfProject]:
    """Yield the projects whose money moved in the year, by number."""
    when = TRANCHE.c.released_at
    released = _by(
        connection,
        select(TRANCHE.c.project, func.sum(TRANCHE.c.amount))
        .where(TRANCHE.c.state.in_(OUT), when >= inside.since, when < inside.until)
        .group_by(TRANCHE.c.project),
    )
    spent = _by(
        connection,
        select(SPENDING.c.project, func.sum(SPENDING.c.amount))
        .where(*_during(SPENDING, inside))
        .group_by(SPENDING.c.project),
    )
    back = _by(
        connection,
        select(SPENDING.c.project, func.sum(RETURN.c.amount))
        .join(RETURN, RETURN.c.invoice == SPENDING.c.invoice)
        .where(*_during(RETURN, inside))
        .group_by(SPENDING.c.project),
    )
    for number in sorted({*released, *spent, *back}):
        yield OfProject(number, released.get(number, 0), spent.get(number, 0) - back.get(number, 0))


def _by(connection: Connection, query: Select[Any]) -> dict[int, int]:
    return {number: int(amount) for number, amount in connection.execute(query)}


def _sum(connection: Connection, table: Any, inside: Span, *names: str) -> int:
    sums = [func.sum(table.c[name]) for name in names]
    row = connection.execute(select(*sums).where(*_during(table, inside))).one()
    return sum(int(one or 0) for one in row)


def _during(table: Any, inside: Span) -> tuple[Any, Any]:
    return table.c.block_time >= inside.since, table.c.block_time < inside.until


def _day(zone: ZoneInfo, at: int) -> int:
    """Return the community's day of an instant."""
    return (datetime.fromtimestamp(at, zone).date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days


def _midnight(zone: ZoneInfo, now: int) -> int:
    """Return the beginning of the community's day of an instant."""
    day = datetime.fromtimestamp(now, zone).date()
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
