"""The trial balance: what each account held, what moved on it, and what it holds, at any date."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from endogene_token.treasury.books.bookings import Auxiliary
from endogene_token.treasury.books.chart import Account, Chart, FiscalYear
from endogene_token.treasury.books.journal import Balances, Entry, Key


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account, or somebody's part of it; `opening` and `closing` are less than 0 for a credit balance."""

    account: Account
    auxiliary: Auxiliary | None
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        """What it holds at the end."""
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The accounts that hold something or were moved, from one day to another of a fiscal year."""

    year: FiscalYear
    since: date
    until: date
    rows: tuple[TrialRow, ...]

    def total(self, column: str) -> int:
        """Return the sum of a column: 0 of `opening` and of `closing`, the same of `debit` and `credit`."""
        return sum(getattr(row, column) for row in self.rows)


def trial_balance(
    entries: Iterable[Entry],
    chart: Chart,
    until: date,
    since: date | None = None,
    *,
    auxiliaries: bool = False,
) -> TrialBalance:
    """Return the trial balance of the day `until`, which moved since the day `since`, both included.

    `since` is not before the first day of that fiscal year, and is that day when it is not given. With
    `auxiliaries`, each merchant, member and project has a row of its own.
    """
    year = chart.year_of(until)
    since = year.first if since is None else max(since, year.first)
    current, opening = year, Balances(chart)
    debits: defaultdict[Key, int] = defaultdict(int)
    credits_: defaultdict[Key, int] = defaultdict(int)
    for entry in entries:
        if entry.day > until:
            continue
        if current != entry.year:
            current, opening = entry.year, Balances(chart)
        if entry.year < year or entry.day < since or not entry.block:
            opening.add(entry.lines)
            continue
        for line in entry.lines:
            debits[line.account.number, line.auxiliary] += line.debit
            credits_[line.account.number, line.auxiliary] += line.credit
    while current < year:  # nothing was booked in the last year: it holds what the one before left
        current, opening = chart.after(current), _carried(opening)
    rows = _rows(chart, opening.amounts, debits, credits_, auxiliaries=auxiliaries)
    return TrialBalance(year, since, until, rows)


def _carried(balances: Balances) -> Balances:
    found = Balances(balances.chart)
    found.add(balances.carried())
    return found


def _rows(
    chart: Chart,
    opening: dict[Key, int],
    debits: dict[Key, int],
    credits_: dict[Key, int],
    *,
    auxiliaries: bool,
) -> tuple[TrialRow, ...]:
    sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for column, amounts in enumerate((opening, debits, credits_)):
        for (number, auxiliary), amount in amounts.items():
            sums[number, auxiliary if auxiliaries else None][column] += amount
    keys = sorted(sums, key=lambda key: (key[0], key[1] or ()))
    return tuple(TrialRow(chart.accounts[key[0]], key[1], *sums[key]) for key in keys if any(sums[key]))
