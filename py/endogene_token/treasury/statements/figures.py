"""The figures of a merchant's month, out of the read model.

Each movement belongs to the month of its block (see months). The opening balance is every movement before,
from the founding on, so that nothing rests on an earlier statement.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from endogene_token.errors import DayError
from endogene_token.ids import day_date, day_number
from endogene_token.indexer.models import Event, Merchant, MerchantRate, table_of
from endogene_token.reasons import RefusalReason
from endogene_token.treasury.statements.document import (
    Account,
    Balance,
    CurrencyAccount,
    Entry,
    Figures,
    Rate,
    Refusal,
    Sums,
    TillDay,
)
from endogene_token.treasury.statements.months import Month, Period
from endogene_token.treasury.statements.movements import (
    DayRow,
    cash_asked,
    cash_awaiting,
    day_rows,
    effects,
    entries,
)

FOUNDING: Final = 0  # an instant before every block
MERCHANTS = table_of(Merchant)
RATES = table_of(MerchantRate)
EVENTS = table_of(Event)

Effects = Mapping[str, Sums]
NOTHING: Final[Effects] = {}


@dataclass
class _Day:
    """What a till told of a day, while its rows are read."""

    sales: Sums = field(default_factory=Sums)
    refunds: Sums = field(default_factory=Sums)
    refused_sales: Sums = field(default_factory=Sums)
    refused_refunds: Sums = field(default_factory=Sums)
    premiums: int = 0
    reversals: int = 0
    refusals: list[tuple[bool, int, Sums]] = field(default_factory=list)


def figures_of(
    connection: Connection, month: Month, zone: ZoneInfo, merchant: int | None = None
) -> Iterator[Figures]:
    """Yield the figures of each merchant, or of one, in the order of their numbers."""
    reader = _Reader(connection, month, zone, merchant)
    wanted = select(MERCHANTS.c.number).order_by(MERCHANTS.c.number)
    if merchant is not None:
        wanted = wanted.where(MERCHANTS.c.number == merchant)
    for number in connection.execute(wanted).scalars():
        yield reader.figures(number)


class _Reader:
    """What a month holds, for all merchants by one query a table."""

    def __init__(self, connection: Connection, month: Month, zone: ZoneInfo, merchant: int | None) -> None:
        period = month.period(zone)
        self._month = month
        self._before = effects(connection, Period(FOUNDING, period.begin), merchant)
        self._within = effects(connection, period, merchant)
        self._asked = cash_asked(connection, period)
        self._awaiting = cash_awaiting(connection, period.end)
        self._days = _by_merchant(day_rows(connection, period, merchant))
        self._entries: defaultdict[int, list[Entry]] = defaultdict(list)
        for number, entry in entries(connection, period, zone, merchant):
            self._entries[number].append(entry)
        self._rates = _rates(connection, month)
        last = select(EVENTS.c.block_number).where(EVENTS.c.block_time < period.end)
        newest = last.order_by(EVENTS.c.block_number.desc(), EVENTS.c.log_index.desc()).limit(1)
        self._last_block = connection.execute(newest).scalar_one_or_none() or 0

    def figures(self, merchant: int) -> Figures:
        """Return the figures of one merchant."""
        before, within = self._before.get(merchant, NOTHING), self._within.get(merchant, NOTHING)
        days, refusals = _days(self._month, self._days[merchant])
        held = self._asked.get(merchant, Sums()), self._awaiting.get(merchant, Sums())
        return Figures(
            merchant=merchant,
            last_block=self._last_block,
            rates=tuple(self._rates[merchant]),
            account=_account(before, within),
            project_currency=_currency(before, within, *held),
            days=days,
            refusals=refusals,
            entries=tuple(sorted(self._entries[merchant], key=lambda one: (one.at, one.kind, one.reference))),
        )


def _account(before: Effects, within: Effects) -> Account:
    opening = _moved(before).movement
    moved = _moved(within)
    closing = Balance.of(opening + moved.movement)
    return moved.model_copy(update={"opening": Balance.of(opening), "closing": closing})


def _moved(found: Effects) -> Account:
    names = ("premiums", "reversals", "returned_premiums", "settled", "netted", "written_off")
    sums = {name: found.get(name, Sums()).amount for name in names}
    bought = (found.get(name, Sums()).amount for name in ("project_premiums", "merchant_premiums"))
    return Account(**sums, currency_premiums=sum(bought))


def _currency(before: Effects, within: Effects, asked: Sums, awaiting: Sums) -> CurrencyAccount:
    opening, moved = _held(before).movement, _held(within)
    found = {"opening": opening, "closing": opening + moved.movement, "asked": asked, "awaiting": awaiting}
    return moved.model_copy(update=found)


def _held(found: Effects) -> CurrencyAccount:
    names = ("from_projects", "from_merchants", "paid_on", "returned", "netted", "cashed")
    return CurrencyAccount(**{name: found.get(name, Sums()) for name in names})


def _days(month: Month, rows: Sequence[DayRow]) -> tuple[tuple[TillDay, ...], tuple[Refusal, ...]]:
    """Return the days of the tills in their order, and what was refused."""
    first = day_number(month.first_day)
    found: defaultdict[tuple[int, int], _Day] = defaultdict(_Day)
    for row in rows:
        _add(found[row.day, row.till], row)
    days, refusals = [], []
    for (day, till), told in sorted(found.items()):
        days.append(
            TillDay(
                day=day_name(day),
                till=till,
                late=day < first,
                sales=told.sales,
                premiums=told.premiums,
                refunds=told.refunds,
                reversals=told.reversals,
                refused_sales=told.refused_sales,
                refused_refunds=told.refused_refunds,
            )
        )
        for is_refund, reason, items in sorted(told.refusals, key=lambda one: one[:2]):
            code = RefusalReason(reason).code
            refusals.append(
                Refusal(day=day_name(day), till=till, is_refund=is_refund, reason=code, items=items)
            )
    return tuple(days), tuple(refusals)


def _add(day: _Day, row: DayRow) -> None:
    if row.reason:
        day.refusals.append((row.is_refund, row.reason, row.items))
        if row.is_refund:
            day.refused_refunds = _plus(day.refused_refunds, row.items)
        else:
            day.refused_sales = _plus(day.refused_sales, row.items)
    elif row.is_refund:
        day.refunds, day.reversals = row.items, row.premium
    else:
        day.sales, day.premiums = row.items, row.premium


def _plus(one: Sums, other: Sums) -> Sums:
    return Sums(count=one.count + other.count, amount=one.amount + other.amount)


def day_name(number: int) -> str:
    """Return a day as an ISO date, or its bare number past the year 9999: a refused item may hold any."""
    try:
        return day_date(number).isoformat()
    except DayError:
        return str(number)


def _by_merchant(rows: Iterator[DayRow]) -> defaultdict[int, list[DayRow]]:
    found: defaultdict[int, list[DayRow]] = defaultdict(list)
    for row in rows:
        found[row.merchant].append(row)
    return found


def _rates(connection: Connection, month: Month) -> defaultdict[int, list[Rate]]:
    """Return the rates of the month's own days, by merchant; the first may have begun long before."""
    first, last = day_number(month.first_day), day_number(month.last_day)
    rows = connection.execute(select(RATES).order_by(RATES.c.merchant, RATES.c.from_day))
    found: defaultdict[int, list[Rate]] = defaultdict(list)
    for row in rows:
        if row.from_day > last:
            continue
        if row.from_day <= first:
            found[row.merchant].clear()
        found[row.merchant].append(Rate(from_day=day_name(row.from_day), rate_bps=row.rate_bps))
    return found
