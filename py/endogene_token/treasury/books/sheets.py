"""The pockets as they were at past instants, from the tables of the read model.

Not by the journal's way, which follows the events: here each table gives what it moved and when, so that
the books can be held against it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping
from sqlmodel import SQLModel

from endogene_token.chain.views import Pocket as Bearer
from endogene_token.indexer import money_models as mm
from endogene_token.indexer import project_models as pm
from endogene_token.indexer.differences import rows_of
from endogene_token.indexer.events import Decoder
from endogene_token.indexer.models import Batch, Reversal, Settlement
from endogene_token.indexer.money_events import CurrencyReclaimed
from endogene_token.indexer.projections.conversions import PAID
from endogene_token.projects import Instrument
from endogene_token.treasury.books.chart import ASSETS, Pocket
from endogene_token.treasury.books.told import told

ROUNDS: Final = ("first", "second", "third", "later")
BEARERS: Final = {Bearer.RESERVE: Pocket.RESERVE, Bearer.OPERATIONS: Pocket.OPERATIONS}


class Change(NamedTuple):
    """At an instant, an amount more in a pocket, or owed by a merchant."""

    at: int
    what: Pocket | int
    amount: int


def sheets(connection: Connection, decoder: Decoder, instants: Sequence[int]) -> list[dict[Pocket, int]]:
    """Return what each pocket held before each instant (seconds since 1970), in ascending order."""
    changes = sorted(_changes(connection, decoder), key=lambda change: change.at)
    held: dict[Pocket, int] = dict.fromkeys(Pocket, 0)
    owed: defaultdict[int, int] = defaultdict(int)
    found, position = [], 0
    for instant in instants:
        while position < len(changes) and changes[position].at < instant:
            _, what, amount = changes[position]
            if isinstance(what, Pocket):
                held[what] += amount
            else:
                owed[what] += amount
            position += 1
        found.append(_sheet(held, owed))
    return found


def sheets_on(
    connection: Connection, decoder: Decoder, days: Sequence[date], zone: ZoneInfo
) -> dict[date, dict[Pocket, int]]:
    """Return what each pocket held when each of these days (ascending) began in the community's zone."""
    begins = [int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) for day in days]
    return dict(zip(days, sheets(connection, decoder, begins), strict=True))


def month_ends(first: date, last: date) -> list[date]:
    """Return the days that begin a month after `first`, up to `last`, and the day after `last`."""
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    return [*(date(one // 12, one % 12 + 1, 1) for one in months), last + timedelta(days=1)]


def _sheet(held: Mapping[Pocket, int], owed: Mapping[int, int]) -> dict[Pocket, int]:
    """Complete the pockets: a merchant owes or has paid ahead, never both; what is left is free."""
    sheet = dict(held)
    sheet[Pocket.RECEIVABLE] = sum(amount for amount in owed.values() if amount > 0)
    sheet[Pocket.PREPAYMENTS] = -sum(amount for amount in owed.values() if amount < 0)
    others = [pocket for pocket in Pocket if pocket not in (*ASSETS, Pocket.FREE)]
    sheet[Pocket.FREE] = sum(sheet[one] for one in ASSETS) - sum(sheet[one] for one in others)
    return sheet


def _changes(connection: Connection, decoder: Decoder) -> Iterator[Change]:
    yield from _purchases(connection)
    yield from _project_sales(connection)
    yield from _payments(connection)
    yield from _losses(connection)
    yield from _projects(connection)
    for place, event, _ in told(connection, decoder, {CurrencyReclaimed}):
        if isinstance(event, CurrencyReclaimed):  # it may come more than once: no row keeps each instant
            yield Change(place.block_time, Pocket.CURRENCY, -event.amount)
            yield Change(place.block_time, Pocket.LOANS, -event.amount if event.is_loan else 0)


def _purchases(connection: Connection) -> Iterator[Change]:
    sides: tuple[tuple[type[SQLModel], str, str, int], ...] = (
        (Batch, "premiums", "credits", 1),
        (Reversal, "premium", "credit", -1),
    )
    for model, premium, credit, sign in sides:
        for row in rows_of(connection, model):
            at = row["block_time"]
            yield Change(at, row["merchant"], sign * row[premium])
            yield Change(at, Pocket.CREDITS, sign * row[credit])
            yield Change(at, Pocket.OPERATIONS, sign * row["operations"])
            yield Change(at, Pocket.RESERVE, sign * row["reserve"])
    for row in rows_of(connection, mm.Shortfall):
        yield Change(row["block_time"], Pocket.OPERATIONS, row["operations"])
        yield Change(row["block_time"], Pocket.RESERVE, row["reserve"])


def _project_sales(connection: Connection) -> Iterator[Change]:
    merchants: dict[bytes, int] = {}
    sales: tuple[type[SQLModel], ...] = (mm.Spending, mm.MerchantPayment)
    for model in sales:
        for row in rows_of(connection, model):
            merchants[row["invoice"]] = row["merchant"]
            yield Change(row["block_time"], row["merchant"], row["premium"])
            yield Change(row["block_time"], Pocket.RESERVE, row["premium"])
    for row in rows_of(connection, mm.SpendingReturn):
        yield Change(row["block_time"], merchants[row["invoice"]], -row["premium"])
        yield Change(row["block_time"], Pocket.RESERVE, -row["premium"])


def _payments(connection: Connection) -> Iterator[Change]:
    for row in rows_of(connection, Settlement):
        yield Change(row["block_time"], Pocket.CASH, row["amount"])
        yield Change(row["block_time"], row["merchant"], -row["amount"])
    for row in rows_of(connection, mm.Netting):
        amount = _lanes(row)
        yield Change(row["block_time"], row["merchant"], -amount)
        yield Change(row["block_time"], Pocket.CURRENCY, -amount)
    out: tuple[tuple[type[SQLModel], Pocket], ...] = (
        (mm.CashRequest, Pocket.CURRENCY),
        (mm.RedemptionPayment, Pocket.CREDITS),
        (mm.OperatingPayment, Pocket.OPERATIONS),
    )
    for model, pocket in out:
        for row in rows_of(connection, model):
            if model is not mm.CashRequest or row["state"] == PAID:
                yield Change(row["block_time"], Pocket.CASH, -row["amount"])
                yield Change(row["block_time"], pocket, -row["amount"])


def _losses(connection: Connection) -> Iterator[Change]:
    for row in rows_of(connection, mm.WriteOff):
        lost = Pocket.LOANS if row["project"] else row["merchant"]
        yield Change(row["block_time"], lost, -row["amount"])
        bearer = BEARERS.get(Bearer(row["pocket"]))
        if bearer is not None:
            yield Change(row["block_time"], bearer, -row["amount"])


def _projects(connection: Connection) -> Iterator[Change]:
    projects = {row["number"]: row for row in rows_of(connection, pm.Project)}
    for row in projects.values():
        if row["awarded_at"]:
            yield Change(row["awarded_at"], Pocket.COMMITMENTS, row["amount"])
        if row["recalled"]:
            yield Change(row["closed_at"], Pocket.COMMITMENTS, -row["recalled"])
    for row in rows_of(connection, pm.ProjectTranche):
        if row["released_at"]:
            at, amount = row["released_at"], row["amount"]
            yield Change(at, Pocket.COMMITMENTS, -amount)
            yield Change(at, Pocket.CURRENCY, amount)
            if projects[row["project"]]["instrument"] == Instrument.LOAN:
                yield Change(at, Pocket.LOANS, amount)
    for row in rows_of(connection, pm.LoanRepayment):
        yield Change(row["block_time"], Pocket.CASH, row["amount"])
        yield Change(row["block_time"], Pocket.LOANS, -row["amount"])


def _lanes(row: RowMapping) -> int:
    return sum(row[name] for name in ROUNDS)
