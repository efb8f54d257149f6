"""The journal: what the fund did, on the accounts of a chart, numbered without gaps in each fiscal year.

It follows from the read model alone: the same rows give the same entries, and rows that come later only add
entries after them. Each fiscal year after the first begins with the balances carried over, so that the
entries of one year are complete by themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from endogene_token.errors import BooksDifferError
from endogene_token.hexes import to_hex
from endogene_token.i18n import mark
from endogene_token.indexer.events import Decoder
from endogene_token.indexer.models import Pockets, table_of
from endogene_token.treasury.books.bookings import Auxiliary, Label, Located, Move
from endogene_token.treasury.books.chart import ASSETS, Account, Book, Chart, FiscalYear, Pocket
from endogene_token.treasury.books.movements import movements


class Line(NamedTuple):
    """An amount on an account, in minor units: `debit` or `credit`, the other is 0."""

    account: Account
    debit: int
    credit: int
    auxiliary: Auxiliary | None

    @property
    def amount(self) -> int:
        """What it adds to the account: less than 0 when it is credited."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal; its lines balance.

    `piece` is the transaction's hash and the log's place in it: who has a node finds there what is booked.
    An opening entry has no transaction, and stands at block 0.
    """

    year: FiscalYear
    number: int
    day: date
    book: Book
    piece: str
    piece_day: date
    label: Label
    lines: tuple[Line, ...]
    block: int = 0
    log_index: int = 0
    bank_reference: bytes = b""


Key: TypeAlias = tuple[str, Auxiliary | None]
"""An account's number, and whose part of it."""


@dataclass(slots=True)
class Balances:
    """What stands on each account, by auxiliary, debits positive; in a fiscal year."""

    chart: Chart
    amounts: defaultdict[Key, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, lines: Iterable[Line]) -> None:
        """Take the lines of an entry."""
        for line in lines:
            self.amounts[line.account.number, line.auxiliary] += line.amount

    def carried(self) -> list[Line]:
        """Return what the next fiscal year begins with: results go to the account of their pocket."""
        found: defaultdict[Key, int] = defaultdict(int)
        for (number, auxiliary), amount in self.amounts.items():
            account = self.chart.accounts[number]
            if account.is_result:
                found[self.chart.targets[account.pocket].number, None] += amount
            else:
                found[number, auxiliary] += amount
        keys = sorted(found, key=lambda key: (key[0], key[1] or ()))
        return [_line(self.chart.accounts[key[0]], found[key], key[1]) for key in keys if found[key]]

    def pockets(self) -> dict[Pocket, int]:
        """Return what each pocket holds, as the balance sheet tells it."""
        found = dict.fromkeys(Pocket, 0)
        for (number, _), amount in self.amounts.items():
            pocket = self.chart.accounts[number].pocket
            found[pocket] += amount if pocket in ASSETS else -amount
        return found


def journal(connection: Connection, decoder: Decoder, chart: Chart, zone: ZoneInfo) -> Iterator[Entry]:
    """Yield every entry; `zone` is the community's, by which days and years begin.

    Raises BooksDifferError when, at the end, the books do not hold what the pockets do.
    """
    writer = _Writer(chart, zone)
    for located in movements(connection, decoder):
        yield from writer.write(located)
    row = connection.execute(select(table_of(Pockets))).mappings().one_or_none()
    require_equal(writer.balances.pockets(), dict(row or {}))


def require_equal(books: dict[Pocket, int], chain: dict[str, int]) -> None:
    """Raise BooksDifferError when a pocket holds another amount than the chain says; 0 where it says none."""
    for pocket, amount in books.items():
        told = chain.get(pocket, 0)
        if amount != told:
            raise BooksDifferError(place=pocket, actual=amount, limit=told)


def of_year(entries: Iterable[Entry], name: int) -> Iterator[Entry]:
    """Yield the entries of the fiscal year that ends in the calendar year `name`."""
    return (entry for entry in entries if entry.year.name == name)


def since_the_founding(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries as one long journal: what was carried over is there already."""
    return (entry for entry in entries if entry.book is not Book.OPENING)


def _line(account: Account, amount: int, auxiliary: Auxiliary | None) -> Line:
    return Line(account, max(amount, 0), max(-amount, 0), auxiliary)


class _Writer:
    """Numbers the entries, and opens each fiscal year."""

    def __init__(self, chart: Chart, zone: ZoneInfo) -> None:
        self.balances = Balances(chart)
        self._chart = chart
        self._zone = zone
        self._year: FiscalYear | None = None
        self._number = 0

    def write(self, located: Located) -> Iterator[Entry]:
        """Yield the entry of a booking, after those that open the years until its own."""
        place, booking = located
        day = datetime.fromtimestamp(place.block_time, self._zone).date()
        yield from self._open(self._chart.year_of(day))
        lines = self._lines(booking.moves)
        if not lines:  # the chart books both sides of it on one account
            return
        self.balances.add(lines)
        yield Entry(
            year=self._chart.year_of(day),
            number=self._next(),
            day=day,
            book=booking.book,
            piece=f"{to_hex(place.transaction_hash)}-{place.log_index}",
            piece_day=booking.piece_day or day,
            label=booking.label,
            lines=lines,
            block=place.block_number,
            log_index=place.log_index,
            bank_reference=booking.bank_reference,
        )

    def _lines(self, moves: Sequence[Move]) -> tuple[Line, ...]:
        """Return a line for each account and auxiliary, since a chart may book two moves on one account."""
        amounts: defaultdict[Key, int] = defaultdict(int)
        for move in moves:
            amounts[self._chart.targets[move.target].number, move.auxiliary] += move.amount
        accounts = self._chart.accounts
        return tuple(_line(accounts[key[0]], amount, key[1]) for key, amount in amounts.items() if amount)

    def _open(self, year: FiscalYear) -> Iterator[Entry]:
        if self._year is None:
            self._year = year
        while self._year < year:
            self._year, self._number = self._chart.after(self._year), 0
            carried = self.balances.carried()
            self.balances = Balances(self._chart)
            self.balances.add(carried)
            if carried:
                yield self._opening(self._year, tuple(carried))

    def _opening(self, year: FiscalYear, lines: tuple[Line, ...]) -> Entry:
        label = Label(mark("Balances carried over"), {})
        piece = f"{self._chart.journals[Book.OPENING].code}{year.name}"
        return Entry(year, self._next(), year.first, Book.OPENING, piece, year.first, label, lines)

    def _next(self) -> int:
        self._number += 1
        return self._number
