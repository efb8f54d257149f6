"""The ballots counted again, from the events alone: what anyone can do who reads the chain.

Not by the read model's own way: here all ballots are gathered first, and counted at the end.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from endogene_token.indexer.events import CategoryChanged, Event, MemberAdmitted
from endogene_token.indexer.vote_events import (
    BallotsCast,
    BallotsOpened,
    InterestDeclared,
    NoticeGiven,
    SealedBallotsCast,
    words,
)
from endogene_token.outcome import Tally


@dataclass(slots=True)
class Recount:
    """What the events tell of each noticed resolution."""

    choices: dict[int, dict[int, int]] = field(default_factory=dict)
    """By resolution and member, the choice that counts; 0: sealed and not opened."""
    excused: set[tuple[int, int]] = field(default_factory=set)
    """The directors who left a resolution."""
    _epochs: dict[int, int] = field(default_factory=dict)
    _open_epoch: int = 0
    _categories: defaultdict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def tallies(self) -> dict[int, Tally]:
        """Return the tally of each noticed resolution."""
        return {number: self._tally(number, choices) for number, choices in self.choices.items()}

    def follow(self, event: Event) -> None:
        """Take the next event of the chain."""
        if isinstance(event, MemberAdmitted | CategoryChanged):
            self._categories[event.member].append((self._open_epoch, event.category))
        elif isinstance(event, NoticeGiven):
            self.choices[event.resolution] = {}
            self._epochs[event.resolution] = event.epoch
            self._open_epoch = event.epoch + 1
        elif isinstance(event, BallotsCast | SealedBallotsCast | BallotsOpened):
            said = {word.member: word.choice for word in words(event.ballots)}
            self.choices.setdefault(event.resolution, {}).update(said)
        elif isinstance(event, InterestDeclared):
            self.choices.setdefault(event.resolution, {}).pop(event.member, None)
            self.excused.add((event.resolution, event.member))

    def _tally(self, number: int, choices: dict[int, int]) -> Tally:
        epoch = self._epochs.get(number, 0)
        counts: Counter[tuple[int, int]] = Counter()
        for member, choice in choices.items():
            # The last that was told before the roll call; a member of whom nothing was told is not counted.
            told = [category for since, category in self._categories[member] if since <= epoch]
            counts.update((category, choice) for category in told[-1:])
        return Tally.of(counts)


def recount(events: Iterable[Event]) -> Recount:
    """Count the ballots that `events`, from the founding on, tell of."""
    found = Recount()
    for event in events:
        found.follow(event)
    return found
