"""The tables of votes under random histories, cut anywhere: as a plain model says, and as a recount says."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from sqlalchemy import Engine, func, select

from endogene_token.chain.charter import Kind, standard_charter
from endogene_token.errors import LedgerMismatchError
from endogene_token.indexer.events import CategoryChanged, Event, MemberAdmitted, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.projections import project
from endogene_token.indexer.recount import recount
from endogene_token.indexer.vote_events import WORD as PACKED
from endogene_token.indexer.vote_events import (
    BallotsCast,
    BallotsOpened,
    CharterPublished,
    InterestDeclared,
    NoticeGiven,
    ResolutionProposed,
    SealedBallotsCast,
    Word,
)
from endogene_token.indexer.vote_models import Ballot, Governance, Resolution
from endogene_token.indexer.votes import tallies
from endogene_token.outcome import Tally
from tests.town import database

CHARTER = standard_charter()
HASH = bytes(32)
KINDS = (Kind.DECISION, Kind.ELECTION)  # the second is sealed
MOST_STEPS = 40


def packed(words: list[Word]) -> bytes:
    return b"".join(PACKED.pack(*word) for word in words)


@dataclass
class Plain:
    """What happens, told as events, and each resolution's count by the simplest means: a whole copy."""

    data: DataObject
    events: list[Event] = field(default_factory=lambda: [CharterPublished(1, CHARTER.words())])
    categories: dict[int, int] = field(default_factory=dict)
    rolls: dict[int, dict[int, int]] = field(default_factory=dict)
    kinds: dict[int, Kind] = field(default_factory=dict)
    choices: dict[int, dict[int, int]] = field(default_factory=dict)
    sequences: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    batches: Counter[int] = field(default_factory=Counter)
    excused: set[tuple[int, int]] = field(default_factory=set)

    def admit(self) -> None:
        number, category = len(self.categories) + 1, self.data.draw(st.integers(0, 2))
        self.categories[number] = category
        self.events.append(MemberAdmitted(number, 0, category, 0, 2**32 - 1, b""))

    def change(self) -> None:
        member, category = self._one(self.categories), self.data.draw(st.integers(0, 2))
        self.categories[member] = category
        self.events.append(CategoryChanged(member, category))

    def call_vote(self) -> None:
        number, kind = len(self.rolls) + 1, self.data.draw(st.sampled_from(KINDS))
        closes_at = CHARTER.procedures[kind].voting
        self.events += [
            ResolutionProposed(number, 1, kind, HASH, ()),
            NoticeGiven(number, 1, 1, len(self.rolls), 0, (9, 9, 9), 0, closes_at),
        ]
        self.rolls[number], self.kinds[number], self.choices[number] = dict(self.categories), kind, {}

    def cast(self) -> None:
        number = self._one(self.rolls)
        sealed = self.kinds[number] is Kind.ELECTION
        batch = self.batches[number] + 1 if sealed else 0
        words = [self._word(number, member, batch) for member in self._voters(number)]
        if not sealed:
            self.events.append(BallotsCast(number, packed(words)))
        elif words:
            self.batches[number] += 1
            kept = packed([*words, Word(0, 0, 0)])  # the last was refused
            self.events.append(SealedBallotsCast(number, batch, kept, kept))

    def open(self) -> None:
        number = self._one(self.rolls)
        batch = self.data.draw(st.integers(1, max(1, self.batches[number])))
        words = []
        for member, choice in self.choices[number].items():
            sequence, of_batch = self.sequences[number, member]
            if choice == 0 and of_batch == batch and self.data.draw(st.booleans()):
                words.append(Word(self.data.draw(st.integers(1, 3)), sequence, member))
        self.choices[number].update((word.member, word.choice) for word in words)
        self.events.append(BallotsOpened(number, batch, packed(words)))

    def excuse(self) -> None:
        number = self._one(self.rolls)
        for member in self._voters(number)[:1]:
            self.choices[number].pop(member, None)
            self.excused.add((number, member))
            self.events.append(InterestDeclared(number, member))

    def tallies(self) -> dict[int, Tally]:
        return {
            number: Tally.of(
                Counter((roll[member], choice) for member, choice in self.choices[number].items())
            )
            for number, roll in self.rolls.items()
        }

    def _one(self, numbers: Iterable[int]) -> int:
        return self.data.draw(st.sampled_from(sorted(numbers)))

    def _voters(self, number: int) -> list[int]:
        able = [member for member in self.rolls[number] if (number, member) not in self.excused]
        return sorted(self.data.draw(st.sets(st.sampled_from(able)))) if able else []

    def _word(self, number: int, member: int, batch: int) -> Word:
        choice = 0 if batch else self.data.draw(st.integers(1, 3))
        sequence = self.sequences.get((number, member), (0, 0))[0] + self.data.draw(st.integers(1, 2))
        self.sequences[number, member] = (sequence, batch)
        self.choices[number][member] = choice
        return Word(choice, sequence, member)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database of which every example takes its own writing back."""
    folder: Path = tmp_path_factory.mktemp("votes")
    engine = database(f"sqlite:///{folder / 'ledger.sqlite'}")
    with engine.begin() as connection:
        row = {column.name: 0 for column in table_of(Governance).columns}
        connection.execute(
            table_of(Governance).insert().values({**row, "only_row": 1, "governor": bytes(20)})
        )
    yield engine
    engine.dispose()


def lived(data: DataObject) -> Plain:
    """Return a random history; what needs a member or a vote comes after the first."""
    plain = Plain(data)
    steps: list[Callable[[], None]] = [plain.admit]
    for step in range(data.draw(st.integers(1, MOST_STEPS))):
        data.draw(st.sampled_from(steps))()
        if step == 0:
            steps += [plain.change, plain.call_vote]
        if plain.rolls and plain.cast not in steps:
            steps += [plain.cast, plain.cast, plain.open, plain.excuse]
    return plain


@given(data=st.data())
def test_any_history_cut_anywhere_is_counted_as_by_hand(engine: Engine, data: DataObject) -> None:
    """The college is that of the notice; a replaced, opened or withdrawn ballot counts once or not at all."""
    plain = lived(data)
    located = [(Place(n, HASH, n, HASH, 0), event) for n, event in enumerate(plain.events)]
    cuts = sorted({0, len(located), *data.draw(st.sets(st.integers(0, len(located)), max_size=4))})
    assert recount(plain.events).tallies() == plain.tallies()
    with engine.connect() as connection, connection.begin() as transaction:
        for start, end in pairwise(cuts):
            project(connection, located[start:end])
        assert tallies(connection) == plain.tallies()
        ballots = connection.execute(select(func.count()).select_from(table_of(Ballot))).scalar_one()
        assert ballots == sum(map(len, plain.choices.values()))
        resolution = table_of(Resolution)
        batches = connection.execute(select(resolution.c.number, resolution.c.sealed_batches)).all()
        assert {number: count for number, count in batches if count} == plain.batches
        transaction.rollback()


NOTICE = (
    MemberAdmitted(1, 0, 0, 0, 9, b""),
    CharterPublished(1, CHARTER.words()),
    ResolutionProposed(1, 1, Kind.DECISION, HASH, ()),
    NoticeGiven(1, 1, 1, 0, 0, (1, 0, 0), 0, CHARTER.procedures[Kind.DECISION].voting),
)


@pytest.mark.parametrize(
    "told",
    [
        [*NOTICE, BallotsCast(1, packed([Word(1, 2, 1)])), BallotsCast(1, packed([Word(2, 2, 1)]))],
        [*NOTICE, BallotsCast(1, packed([Word(1, 1, 2)]))],
        [*NOTICE, BallotsOpened(1, 1, packed([Word(1, 1, 1)]))],
        [*NOTICE, SealedBallotsCast(1, 2, packed([Word(0, 1, 1)]), HASH)],
        [*NOTICE[:3], BallotsCast(1, packed([Word(1, 1, 1)]))],
        [*NOTICE[:2], NOTICE[3]],
        [*NOTICE[:2], NOTICE[2]._replace(resolution=2)],
        [*NOTICE[:3], NOTICE[3]._replace(epoch=1)],
        [*NOTICE[:3], NOTICE[3]._replace(closes_at=7)],
        [NOTICE[1], NOTICE[1]],
    ],
    ids=[
        "a sequence that stays",
        "a member of whom nothing was told",
        "an opening of no ballot",
        "a sealed batch left out",
        "a ballot before the notice",
        "a notice of no resolution",
        "a resolution left out",
        "a roll call left out",
        "a closing that the charter does not give",
        "a charter that comes twice",
    ],
)
def test_a_log_that_is_missing_or_came_twice_is_refused(engine: Engine, told: list[Event]) -> None:
    """What the chain tells must follow from what it told before: nothing is guessed, nothing written."""
    located = [(Place(n, HASH, n, HASH, 0), event) for n, event in enumerate(told)]
    with engine.connect() as connection, connection.begin() as transaction:
        with pytest.raises(LedgerMismatchError):
            project(connection, located)
        transaction.rollback()
