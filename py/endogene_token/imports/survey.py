"""A first look at a journal: how long it is, whom it names, when it ends."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from endogene_token.errors import JournalMissingError
from endogene_token.imports.journal import Line, read_journal


@dataclass(frozen=True, slots=True)
class Survey:
    """What a journal holds, as far as its sound lines tell."""

    fingerprint: str
    """SHA-256 of the file."""
    lines: int
    customers: tuple[str, ...]
    """The merchant's codes, in the order in which they appear."""
    first_day: date | None
    last_day: date | None
    """The last day that is not in the future: one mistyped year must not keep the others from their shift."""

    def shift_to(self, yesterday: date) -> int:
        """Return by how many days to shift the journal so that it ends `yesterday`; never backwards."""
        return 0 if self.last_day is None else max(0, (yesterday - self.last_day).days)


def survey(path: Path, today: date) -> Survey:
    """Read the whole journal once. Raises as `read_journal` does."""
    customers: dict[str, None] = {}
    days: list[date] = []
    lines = 0
    for line in read_journal(path):
        lines += 1
        if isinstance(line, Line):
            if line.customer:
                customers[line.customer] = None
            if line.at.date() <= today:
                days = [min([*days, line.at.date()]), max([*days, line.at.date()])]
    ends = (days[0], days[1]) if days else (None, None)
    return Survey(_fingerprint(path), lines, tuple(customers), *ends)


def _fingerprint(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise JournalMissingError(actual=path) from error


def day_after(day: date, days: int) -> date:
    """Return the day that comes `days` after `day`, or the calendar's last one."""
    return day + min(timedelta(days=days), date.max - day)
