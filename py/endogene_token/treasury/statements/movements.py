"""Everything that moves a merchant's account or its project currency, by the instants of the blocks."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from endogene_token.hexes import to_hex
from endogene_token.indexer.models import Batch, Purchase, Reversal, Settlement, table_of
from endogene_token.indexer.money_models import (
    CashRequest,
    MerchantPayment,
    Netting,
    Spending,
    SpendingReturn,
    WriteOff,
)
from endogene_token.indexer.projections.conversions import OPEN, PAID
from endogene_token.treasury.collect.models import BankItem
from endogene_token.treasury.collect.states import LIVE, Kind
from endogene_token.treasury.statements.document import Entry, Sums
from endogene_token.treasury.statements.months import Period, local_day

BATCHES, PURCHASES, REVERSALS = table_of(Batch), table_of(Purchase), table_of(Reversal)
SETTLEMENTS, NETTINGS, WRITE_OFFS = table_of(Settlement), table_of(Netting), table_of(WriteOff)
SPENDINGS, RETURNS = table_of(Spending), table_of(SpendingReturn)
PAYMENTS, CASH, ITEMS = table_of(MerchantPayment), table_of(CashRequest), table_of(BankItem)
LOW: Final = 2**32 - 1

Whole = ColumnElement[int]
Query: TypeAlias = Select[*tuple[Any, ...]]


class DayRow(NamedTuple):
    """Items of one till and day, recorded (`reason` 0) or refused for one reason, and their premiums."""

    merchant: int
    till: int
    day: int
    reason: int
    is_refund: bool
    items: Sums
    premium: int


@dataclass(frozen=True)
class Source:
    """A table whose rows move a merchant's account: `merchant`, `amount`, `time` are its columns."""

    name: str
    rows: FromClause
    merchant: Whole
    amount: Whole
    time: Whole
    condition: ColumnElement[bool] | None = None

    def within(self, query: Query, period: Period, merchant: int | None) -> Query:
        """Return `query` over the rows of a period, of one merchant or of each."""
        query = query.select_from(self.rows).where(self.time >= period.begin, self.time < period.end)
        if self.condition is not None:
            query = query.where(self.condition)
        return query if merchant is None else query.where(self.merchant == merchant)


def _rounds(table: FromClause) -> Whole:
    columns = table.c
    return columns.first + columns.second + columns.third + columns.later


_RETURNED: Final = RETURNS.join(SPENDINGS, RETURNS.c.invoice == SPENDINGS.c.invoice)


def _source(name: str, table: FromClause, amount: Whole, merchant: str = "merchant") -> Source:
    return Source(name, table, table.c[merchant], amount, table.c.block_time)


def _returned(name: str, amount: Whole) -> Source:
    return Source(name, _RETURNED, SPENDINGS.c.merchant, amount, RETURNS.c.block_time)


SOURCES: Final = (
    _source("premiums", BATCHES, BATCHES.c.premiums),
    _source("reversals", REVERSALS, REVERSALS.c.premium),
    _source("project_premiums", SPENDINGS, SPENDINGS.c.premium),
    _source("merchant_premiums", PAYMENTS, PAYMENTS.c.premium),
    _returned("returned_premiums", RETURNS.c.premium),
    _source("settled", SETTLEMENTS, SETTLEMENTS.c.amount),
    _source("netted", NETTINGS, _rounds(NETTINGS)),
    _source("written_off", WRITE_OFFS, WRITE_OFFS.c.amount),
    _source("from_projects", SPENDINGS, SPENDINGS.c.amount),
    _source("from_merchants", PAYMENTS, _rounds(PAYMENTS)),
    _source("paid_on", PAYMENTS, _rounds(PAYMENTS), "payer"),
    _returned("returned", RETURNS.c.amount),
    Source("cashed", CASH, CASH.c.merchant, CASH.c.amount, CASH.c.block_time, CASH.c.state == PAID),
)
"""What moves the account (the first eight; `netted` moves both), then what moves the project currency."""


def effects(connection: Connection, period: Period, merchant: int | None) -> dict[int, dict[str, Sums]]:
    """Return what each source brought each merchant in a period, by its name."""
    found: defaultdict[int, dict[str, Sums]] = defaultdict(dict)
    for source in SOURCES:
        columns = (source.merchant, func.count(), *_halves(source.amount))
        query = source.within(select(*columns), period, merchant).group_by(source.merchant)
        for number, *told in connection.execute(query):
            found[number][source.name] = _sums(*told)
    return found


def day_rows(connection: Connection, period: Period, merchant: int | None) -> Iterator[DayRow]:
    """Yield the items recorded in a period, by the day that their till gave them."""
    for is_refund, rows, owner, time in (
        (False, _bought(), PURCHASES.c, BATCHES.c.block_time),
        (True, REVERSALS, REVERSALS.c, REVERSALS.c.block_time),
    ):
        keys = (owner.merchant, owner.till, owner.day, owner.reason)
        columns = (*keys, func.sum(owner.premium), func.count(), *_halves(owner.amount))
        query = select(*columns).select_from(rows).where(time >= period.begin, time < period.end)
        if merchant is not None:
            query = query.where(owner.merchant == merchant)
        for number, till, day, reason, premium, *told in connection.execute(query.group_by(*keys)):
            yield DayRow(number, till, day, reason, is_refund, _sums(*told), int(premium))


def cash_asked(connection: Connection, period: Period) -> dict[int, Sums]:
    """Return what each merchant asked for in cash in a period."""
    return _cash(connection, and_(CASH.c.requested_at >= period.begin, CASH.c.requested_at < period.end))


def cash_awaiting(connection: Connection, instant: int) -> dict[int, Sums]:
    """Return what each merchant had asked for in cash before an instant and not got, nor dropped, by then."""
    open_then = or_(CASH.c.state == OPEN, CASH.c.block_time >= instant)
    return _cash(connection, and_(CASH.c.requested_at < instant, open_then))


def cash_to_set_off(connection: Connection, period: Period) -> dict[int, Sums]:
    """Return what each merchant asked for in cash in a period, is open still, and no payment is drafted for.

    What the bank pays, or has paid, is not set against premiums as well.
    """
    paying = exists().where(
        ITEMS.c.kind == Kind.CASH_REQUEST, ITEMS.c.object == CASH.c.number, ITEMS.c.state.in_(LIVE)
    )
    asked = and_(CASH.c.requested_at >= period.begin, CASH.c.requested_at < period.end)
    return _cash(connection, and_(asked, CASH.c.state == OPEN, ~paying))


def refunded_since(connection: Connection, instant: int) -> dict[int, int]:
    """Return the premiums that refunds took off each merchant since an instant, of sales before it.

    What refunds undo of later sales was not owed at the instant, and takes nothing off it.
    """
    found: defaultdict[int, int] = defaultdict(int)
    batch = (REVERSALS.c.purchase_till, REVERSALS.c.purchase_batch)
    sold = and_(BATCHES.c.till == batch[0], BATCHES.c.first_sequence == batch[1])
    for rows, sold_at, source in (
        (REVERSALS.join(BATCHES, sold), BATCHES.c.block_time, _BY_NAME["reversals"]),
        (_RETURNED, SPENDINGS.c.block_time, _BY_NAME["returned_premiums"]),
    ):
        query = select(source.merchant, *_halves(source.amount)).select_from(rows)
        query = query.where(source.time >= instant, sold_at < instant).group_by(source.merchant)
        for merchant, *halves in connection.execute(query):
            found[merchant] += _sums(1, *halves).amount
    return found


def entries(
    connection: Connection, period: Period, zone: ZoneInfo, merchant: int | None
) -> Iterator[tuple[int, Entry]]:
    """Yield each merchant's movements that have an instant of their own: all but the tills' sales."""
    for kind, source, more in _ENTRIES:
        columns: tuple[ColumnElement[Any], ...] = (source.merchant, source.time, source.amount)
        query = source.within(select(*columns, *more.values()), period, merchant)
        for row in connection.execute(query):
            number, at, amount = row[:3]
            told = {"at": at, "day": local_day(at, zone).isoformat(), "kind": kind, "amount": amount}
            extra = [to_hex(value) if isinstance(value, bytes) else value for value in row[3:]]
            yield number, Entry.model_validate(told | dict(zip(more, extra, strict=True)))


_BY_NAME: Final = {source.name: source for source in SOURCES}
_ENTRIES: Final[tuple[tuple[str, Source, dict[str, Whole]], ...]] = (
    ("settled", _BY_NAME["settled"], {"reference": SETTLEMENTS.c.bank_reference}),
    ("netted", _BY_NAME["netted"], {}),
    ("written-off", _BY_NAME["written_off"], {}),
    (
        "sale-to-project",
        _BY_NAME["from_projects"],
        {"premium": SPENDINGS.c.premium, "project": SPENDINGS.c.project, "reference": SPENDINGS.c.invoice},
    ),
    (
        "sale-to-merchant",
        _BY_NAME["from_merchants"],
        {"premium": PAYMENTS.c.premium, "merchant": PAYMENTS.c.payer, "reference": PAYMENTS.c.invoice},
    ),
    (
        "paid-to-merchant",
        _BY_NAME["paid_on"],
        {"merchant": PAYMENTS.c.merchant, "reference": PAYMENTS.c.invoice},
    ),
    (
        "returned",
        _BY_NAME["returned"],
        {"premium": RETURNS.c.premium, "project": SPENDINGS.c.project, "reference": RETURNS.c.invoice},
    ),
    ("cashed", _BY_NAME["cashed"], {"reference": CASH.c.bank_reference}),
)


def _bought() -> FromClause:
    """The purchases with their batches, found through the range of sequences that a batch is."""
    first = BATCHES.c.first_sequence
    same = (
        PURCHASES.c.till == BATCHES.c.till,
        PURCHASES.c.sequence >= first,
        PURCHASES.c.sequence < first + BATCHES.c.size,
    )
    return BATCHES.join(PURCHASES, and_(*same))


def _cash(connection: Connection, condition: ColumnElement[bool]) -> dict[int, Sums]:
    columns = (CASH.c.merchant, func.count(), *_halves(CASH.c.amount))
    query = select(*columns).where(condition).group_by(CASH.c.merchant)
    return {number: _sums(*told) for number, *told in connection.execute(query)}


def _halves(amount: Whole) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return the sums of the upper and the lower 32 bits: amounts of 64 bits pass what SQL can sum."""
    bits = type_coerce(amount, BigInteger)
    upper = bits.bitwise_rshift(literal(32)).bitwise_and(literal(LOW, BigInteger))
    return func.sum(upper), func.sum(bits.bitwise_and(literal(LOW, BigInteger)))


def _sums(count: int, upper: int, lower: int) -> Sums:
    return Sums(count=count, amount=(int(upper) << 32) + int(lower))
