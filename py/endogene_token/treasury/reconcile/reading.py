"""What a reconciliation compares, out of the database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from endogene_token.errors import BooksDifferError
from endogene_token.indexer.differences import rows_of
from endogene_token.indexer.events import Decoder
from endogene_token.indexer.models import Settlement, table_of
from endogene_token.indexer.money_models import CashRequest, OperatingPayment, RedemptionPayment
from endogene_token.indexer.project_models import LoanRepayment
from endogene_token.indexer.projections.conversions import PAID
from endogene_token.treasury.books.chart import Book, Chart, Pocket
from endogene_token.treasury.books.journal import journal
from endogene_token.treasury.books.sheets import sheets
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch, ReturnedDebt
from endogene_token.treasury.reconcile.facts import ALWAYS, Cut, Debt, Facts, Line, Match, Movement, Opening
from endogene_token.treasury.statements.models import TaxPayment

_SOURCES: Final[tuple[tuple[type[SQLModel], int], ...]] = (
    (Settlement, 1),
    (LoanRepayment, 1),
    (CashRequest, -1),
    (RedemptionPayment, -1),
    (OperatingPayment, -1),
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the three ways are read: the read model's events, the chart, the clock, the opening of the bank.

    `committing` gives the commitment of a line's identity (see `StatementLine.commitment`);
    `booked_before` gives on a day the one before which all that the bank confirmed should be on the chain.
    """

    decoder: Decoder
    chart: Chart
    zone: ZoneInfo
    opening: Opening
    committing: Callable[[bytes], bytes]
    booked_before: Callable[[date], date]


def end_of(day: date, zone: ZoneInfo) -> Cut:
    """Return the cut at the end of a day of the community's zone."""
    following = day + timedelta(days=1)
    instant = datetime(following.year, following.month, following.day, tzinfo=zone).timestamp()
    return Cut(day, int(instant))


def present(day: date) -> Cut:
    """Return the cut that leaves out nothing that is known on `day`."""
    return Cut(day, ALWAYS)


def read_facts(connection: Connection, sources: Sources, cut: Cut) -> Facts:
    """Return what the transaction of `connection` sees, the balances at the cut."""
    lines = list(_lines(connection))
    [sheet] = sheets(connection, sources.decoder, [cut.before])
    books, fault = _books(connection, sources, cut)
    return Facts(
        lines=lines,
        matches=list(_matches(connection)),
        debts=[
            Debt(row["item"], row["amount"], row["returned_line"], row["closed_by_line"])
            for row in rows_of(connection, ReturnedDebt)
        ],
        movements=list(movements(connection)),
        taxes={row["reference"]: row["amount"] for row in rows_of(connection, TaxPayment)},
        keyed={line.identity: sources.committing(line.identity) for line in lines},
        opening=sources.opening,
        books=books,
        chain=sheet[Pocket.CASH],
        fault=fault,
        booked_before=sources.booked_before(cut.day),
    )


def movements(connection: Connection) -> Iterator[Movement]:
    """Yield all that the chain booked on its pocket of cash."""
    for model, sign in _SOURCES:
        for row in rows_of(connection, model):
            if model is not CashRequest or row["state"] == PAID:
                yield Movement(row["bank_reference"], sign * row["amount"], row["block_time"])


def is_used(connection: Connection) -> bool:
    """Return whether the bank has ever stated anything here."""
    return connection.execute(select(table_of(BankLine).c.identity).limit(1)).first() is not None


def _lines(connection: Connection) -> Iterator[Line]:
    for row in rows_of(connection, BankLine):
        booked = date.fromisoformat(row["booked"])
        yield Line(row["identity"], booked, row["amount"], row["state"], row["why"])


def _matches(connection: Connection) -> Iterator[Match]:
    items: dict[str, Mapping[Any, Any]] = {row["reference"]: row for row in rows_of(connection, BankItem)}
    for row in rows_of(connection, BankMatch):
        item = items.get(row["item"], {})
        yield Match(
            line=row["line"],
            item=row["item"],
            amount=abs(row["amount"]),
            tax=abs(row["tax"]),
            state=row["state"],
            commitment=row["commitment"],
            is_aside=not row["item"] and not row["merchant"],
            is_returned=item.get("state") == "returned",
            came_back_of=item["statement"] if item.get("kind") == "debt" else "",
        )


def _books(connection: Connection, sources: Sources, cut: Cut) -> tuple[int, tuple[str, int]]:
    """Return the journal's cash at the cut, and where else the books do not hold what the chain does."""
    held = 0
    try:
        for entry in journal(connection, sources.decoder, sources.chart, sources.zone):
            if entry.book is not Book.OPENING and cut.has(entry.day):
                cash = (line.amount for line in entry.lines if line.account.pocket is Pocket.CASH)
                held += sum(cash)
    except BooksDifferError as error:
        place = str(error.params.get("place", ""))
        if isinstance(error.actual, int) and isinstance(error.limit, int):
            return held, (place if place in set(Pocket) else "journal", error.actual - error.limit)
        return held, ("journal", 1)
    return held, ("", 0)
