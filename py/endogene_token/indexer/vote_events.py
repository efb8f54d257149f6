"""The events of what members decide. Kinds and categories are the contracts' numbers, see `bylaws`."""

from collections.abc import Callable, Iterator, Mapping
from struct import Struct
from typing import Any, Final, NamedTuple, TypeAlias

WORD: Final = Struct(">26xBBI")


class ProposedCall(NamedTuple):
    """What a resolution would do: `data`, at the contract `target` (20 bytes)."""

    target: bytes
    data: bytes


class SetPower(NamedTuple):
    granted: bool
    kind: int
    amount_word: int


class Word(NamedTuple):
    """A ballot as an event tells it; choice 0: sealed."""

    choice: int
    sequence: int
    member: int


class GovernorChanged(NamedTuple):
    governor: bytes


class Paused(NamedTuple):
    until: int


class PauseSettled(NamedTuple):
    until: int


class CharterPublished(NamedTuple):
    """`charter` as plain values, see `chain.charter.Charter.read`."""

    version: int
    charter: tuple[Any, ...]


class PowerSet(NamedTuple):
    target: bytes
    selector: bytes
    power: SetPower


class DirectorSeated(NamedTuple):
    member: int
    category: int
    until: int


class DirectorUnseated(NamedTuple):
    member: int


class ResolutionProposed(NamedTuple):
    resolution: int
    member: int
    kind: int
    text: bytes
    calls: tuple[ProposedCall, ...]


class NoticeGiven(NamedTuple):
    resolution: int
    member: int
    charter: int
    epoch: int
    record_day: int
    roll_sizes: tuple[int, int, int]
    opens_at: int
    closes_at: int


class BallotsCast(NamedTuple):
    """`ballots` are words of 32 bytes, one after the other; see `words`."""

    resolution: int
    ballots: bytes


class SealedBallotsCast(NamedTuple):
    """A refused ballot stands as two empty words."""

    resolution: int
    batch: int
    ballots: bytes
    commitments: bytes


class BallotsOpened(NamedTuple):
    resolution: int
    batch: int
    ballots: bytes


class VoteExtended(NamedTuple):
    resolution: int
    closes_at: int


class InterestDeclared(NamedTuple):
    resolution: int
    member: int


class ResolutionAnnulled(NamedTuple):
    resolution: int
    reason: bytes


class ResolutionExecuted(NamedTuple):
    resolution: int


BallotEvent: TypeAlias = BallotsCast | SealedBallotsCast | BallotsOpened
ResolutionEvent: TypeAlias = (
    ResolutionProposed
    | NoticeGiven
    | BallotEvent
    | VoteExtended
    | InterestDeclared
    | ResolutionAnnulled
    | ResolutionExecuted
)
VoteEvent: TypeAlias = (
    GovernorChanged
    | Paused
    | PauseSettled
    | CharterPublished
    | PowerSet
    | DirectorSeated
    | DirectorUnseated
    | ResolutionEvent
)


def words(ballots: bytes) -> Iterator[Word]:
    """Yield the ballots of an event, without the empty words."""
    return (Word(*fields) for fields in WORD.iter_unpack(ballots) if any(fields))


def _values(*values: Any) -> tuple[Any, ...]:
    return values


VOTE_STRUCTS: Final[Mapping[str, Callable[..., Any]]] = {
    "IRulebook.Call": ProposedCall,
    "IRulebook.Power": SetPower,
    "IRulebook.Charter": _values,
    "IRulebook.Procedure": _values,
}
"""What holds the contracts' structs."""
