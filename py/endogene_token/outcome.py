"""What the ballots of a resolution decide, by the contracts' own integers. Pure.

The same answers as ``Outcome.sol`` and ``Register.stateOf``, from what the read model or a voter's own list
of events holds: tests compare them with exact fractions, and with the chain. Instants are seconds UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Final, Self

from endogene_token.ballots import Choice
from endogene_token.bylaws import Body, Majority, State, Unopened

CATEGORIES: Final = 3
SEALED: Final = 0
"""The lane of the tally for sealed ballots that nobody has opened."""
BPS: Final = 10_000
LANES: Final = tuple(
    (category, choice) for category in range(CATEGORIES) for choice in (SEALED, *map(int, Choice))
)
"""The parts of a tally: each category with each choice."""
_CATEGORY_BITS: Final = 84
_LANE_BITS: Final = 21

Colleges = tuple[int, int, int]
"""One number for each category of members."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The part of a charter that binds a resolution. Shares are basis points, delays seconds."""

    body: Body
    majority: Majority
    unopened: Unopened
    is_sealed: bool
    quorum_bps: int
    contest: int
    validity: int
    late_window: int
    opening: int
    college_bps: Colleges

    @classmethod
    def read(cls, values: Any) -> Self:
        """Return the terms that a contract answered."""
        numbers = (Body(values[0]), Majority(values[1]), Unopened(values[2]))
        return cls(*(*numbers, *values[3:9], tuple(values[9])))


@dataclass(frozen=True, slots=True)
class Tally:
    """The ballots of a resolution, by category and choice (or `SEALED`), in one word as the contract's."""

    word: int = 0

    @classmethod
    def of(cls, counts: Mapping[tuple[int, int], int]) -> Self:
        """Return the tally of the counts by category and choice."""
        return cls(sum(count << _place(*lane) for lane, count in counts.items()))

    def count(self, category: int, choice: int) -> int:
        """Return the ballots of a category with a choice."""
        return self.word >> _place(category, choice) & ((1 << _LANE_BITS) - 1)

    def sum(self, choice: int) -> int:
        """Return the ballots of all categories with a choice."""
        return sum(self.count(category, choice) for category in range(CATEGORIES))

    @property
    def turnout(self) -> int:
        """All ballots, opened or not."""
        return sum(self.count(*lane) for lane in LANES)


@dataclass(frozen=True, slots=True)
class Vote:
    """A resolution as far as its state depends on it; `closes_at` 0: no notice was given."""

    terms: Terms
    opens_at: int
    closes_at: int
    roll_sizes: Colleges
    tally: Tally
    is_annulled: bool = False
    is_executed: bool = False

    @property
    def counted_at(self) -> int:
        """When the result stands: at closing, or once the time to open sealed ballots is over."""
        return self.closes_at + (self.terms.opening if self.terms.is_sealed else 0)

    @property
    def final_at(self) -> int:
        """When a carried resolution can no longer be annulled, and may be executed."""
        return self.counted_at + self.terms.contest

    @property
    def executable_until(self) -> int:
        """The first instant at which a carried resolution may no longer be executed."""
        return self.final_at + self.terms.validity


def participation(terms: Terms, tally: Tally) -> int:
    """Return how many of the ballots count for the quorum."""
    left_out = tally.sum(SEALED) if terms.unopened is Unopened.NOT_CAST else 0
    return tally.turnout - left_out


def quorum(terms: Terms, roll_sizes: Colleges) -> int:
    """Return the smallest number of ballots that is a quorum of this roll, rounded up."""
    return -(-terms.quorum_bps * sum(roll_sizes) // BPS)


def is_carried(terms: Terms, tally: Tally) -> bool:
    """Return whether the ballots carry the resolution, its quorum apart; a tie carries nothing."""
    in_favour, against = weighed(terms, tally)
    if terms.majority is Majority.SIMPLE:
        return in_favour > against
    return in_favour != 0 and in_favour >= 2 * against


def weighed(terms: Terms, tally: Tally) -> tuple[int, int]:
    """Return what speaks for and against: heads, or the colleges' weights brought to one denominator.

    Each college gives its weight in proportion to its own votes; one of which nobody was for or against
    gives none. Exact: no share is rounded.
    """
    if terms.body is Body.BOARD or not any(terms.college_bps):
        return tally.sum(Choice.FOR), tally.sum(Choice.AGAINST)
    cast = [_for_or_against(tally, category) for category in range(CATEGORIES)]
    in_favour = against = 0
    for category, weight in enumerate(terms.college_bps):
        others = cast[:category] + cast[category + 1 :]
        scale = weight * prod(votes for votes in others if votes)
        in_favour += scale * tally.count(category, Choice.FOR)
        against += scale * tally.count(category, Choice.AGAINST)
    return in_favour, against


def state_at(vote: Vote, now: int) -> State:
    """Return where the resolution stands at an instant."""
    if vote.closes_at == 0:
        return State.DRAFT
    if now < vote.closes_at:
        return State.NOTICED if now < vote.opens_at else State.OPEN
    if now < vote.counted_at:
        return State.CLOSED
    if vote.is_annulled:
        return State.ANNULLED
    if vote.is_executed:
        return State.EXECUTED
    return _decided(vote, now)


def _decided(vote: Vote, now: int) -> State:
    if participation(vote.terms, vote.tally) < quorum(vote.terms, vote.roll_sizes):
        return State.NO_QUORUM
    if not is_carried(vote.terms, vote.tally):
        return State.DEFEATED
    if now < vote.final_at:
        return State.CONTESTABLE
    return State.FINAL if now < vote.executable_until else State.EXPIRED


def _for_or_against(tally: Tally, category: int) -> int:
    return tally.count(category, Choice.FOR) + tally.count(category, Choice.AGAINST)


def _place(category: int, choice: int) -> int:
    return category * _CATEGORY_BITS + choice * _LANE_BITS
