"""What the public is told of few people or few merchants: nothing that one of them could be read from. Pure.

Three rules, see `docs/decisions/0027-masking.md`. A count of people moves by fives. What a group did is told
once the group is large enough, of days that are over, and never told anew in other parts. The ballots of a
college are told with those of another where a cell of its own would be small.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

LEAST: Final = 5
"""People, or merchants, of whom something is told together."""


def is_small(count: int) -> bool:
    """Return whether a count is of some, and of too few."""
    return 0 < count < LEAST


def steady(count: int) -> int:
    """Return a count as it is told: the multiple of five at or below it, so that one more is not seen.

    0 means fewer than five; nobody and four look the same.
    """
    return count - count % LEAST


@dataclass(frozen=True, slots=True)
class Day:
    """What was recorded on a day that is over: by which merchants, of which known people, how much."""

    day: int
    merchants: frozenset[int]
    people: frozenset[int]
    amount: int


class Period(NamedTuple):
    """Some days, the first and the last included, and their amount together."""

    first: int
    last: int
    amount: int


def periods(days: Iterable[Day]) -> list[Period]:
    """Return the days, in their order, put together until each part is of enough merchants and people.

    What is told stays as it was told when days follow: no two readings differ by less than a whole period.
    The days at the end that are of too few wait. Days on which no known person bought need merchants alone.
    """
    found: list[Period] = []
    first: int | None = None
    merchants: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    amount = 0
    for one in days:
        first = one.day if first is None else first
        merchants, people, amount = merchants | one.merchants, people | one.people, amount + one.amount
        if len(merchants) >= LEAST and not is_small(len(people)):
            found.append(Period(first, one.day, amount))
            first, merchants, people, amount = None, frozenset(), frozenset(), 0
    return found


class Cells(NamedTuple):
    """The ballots of some colleges."""

    colleges: tuple[int, ...]
    in_favour: int
    against: int
    abstained: int
    unopened: int

    @property
    def ballots(self) -> tuple[int, int, int, int]:
        """The four counts."""
        return self[1:]

    @property
    def turnout(self) -> int:
        """All of them."""
        return sum(self.ballots)

    @property
    def is_large(self) -> bool:
        """Whether each count is of nobody, or of enough."""
        return not any(is_small(one) for one in self.ballots)

    def with_(self, other: "Cells") -> "Cells":
        """Return both together."""
        sums = (mine + theirs for mine, theirs in zip(self.ballots, other.ballots, strict=True))
        return Cells(tuple(sorted(self.colleges + other.colleges)), *sums)


def together(colleges: Sequence[Cells]) -> list[Cells]:
    """Return the ballots of the colleges, the smallest put together until no count in any part is small.

    Where that leaves one part, some of its counts may still be small: `told` says which.
    """
    parts = [one for one in colleges if one.turnout]
    while len(parts) > 1 and not all(one.is_large for one in parts):
        smallest, next_, *others = sorted(parts, key=lambda one: (one.is_large, one.turnout, one.colleges))
        parts = [smallest.with_(next_), *others]
    return sorted(parts)


def told(count: int) -> int | None:
    """Return a count of ballots as it is told: None for fewer than five."""
    return None if is_small(count) else count


def turnout_told(cells: Cells) -> int:
    """Return how many voted, at least: of what is told alone, so that it says nothing of what is not."""
    return sum(told(one) or 0 for one in cells.ballots)


class Share(NamedTuple):
    """A part of a whole."""

    part: int
    whole: int


def largest(amounts: Iterable[int]) -> Share | None:
    """Return what the five largest of some merchants brought, and all of them; None of fewer than ten.

    The five others must be enough to hide among, too.
    """
    ranked = sorted((one for one in amounts if one > 0), reverse=True)
    if len(ranked) < 2 * LEAST:
        return None
    return Share(sum(ranked[:LEAST]), sum(ranked))
