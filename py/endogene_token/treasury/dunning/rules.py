"""By which rules a merchant is warned, reminded, and proposed for suspension. Pure.

A day is one of the community's. Levels: 0 nothing is late, 1 a reminder, 2 a warning, 3 a suspension is
proposed. No level comes before its days have passed since the due day of what is unpaid.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

WHOLE_BPS: Final = 10_000
LAST_LEVEL: Final = 3


class Rules(NamedTuple):
    """From which part of the limit a merchant is warned (basis points); the days after the due day."""

    warn_bps: int
    days: tuple[int, int, int]


class Claim(NamedTuple):
    """What was asked for, to be paid by a day: `due` in minor units, all that was owed at that time.

    `paid` is what has come or gone off since, whatever for: payments serve the oldest claim first.
    """

    due_on: date
    due: int
    paid: int

    @property
    def open(self) -> int:
        """What is left of it."""
        return max(self.due - self.paid, 0)


class Arrears(NamedTuple):
    """What is late, since the due day of the oldest claim that is not paid; None: nothing is."""

    amount: int = 0
    since: date | None = None

    def days(self, today: date) -> int:
        """Return how many days it is late."""
        return 0 if self.since is None else (today - self.since).days


def arrears(claims: Iterable[Claim], debts: Sequence[tuple[date, int]], owed: int, today: date) -> Arrears:
    """Return what is late on a day.

    `claims` of statements each hold all that was owed before, so that the largest one left is the amount;
    never more than is `owed` now. `debts` (since when, how much) are debits that came back after the chain
    had counted them: they stand beside what is owed there.
    """
    late = [one for one in claims if one.due_on < today and one.open]
    amount = min(max((one.open for one in late), default=0), max(owed, 0))
    since = [one.due_on for one in late] if amount else []
    back = [(day, value) for day, value in debts if day < today]
    total = amount + sum(value for _, value in back)
    return Arrears(total, min([*since, *(day for day, _ in back)])) if total else Arrears()


def level(late: Arrears, rules: Rules, today: date) -> int:
    """Return the level that arrears have reached on a day."""
    return sum(late.amount > 0 and late.days(today) >= days for days in rules.days)


def is_near(owed: int, limit: int, rules: Rules) -> bool:
    """Return whether a merchant is to be warned: what it owes has reached that part of its limit.

    Compared without division: at 80.00 % of 999 it is told at 800, never later than the limit itself.
    """
    return owed > 0 and owed * WHOLE_BPS >= limit * rules.warn_bps
