"""The assembly in plain Python: dictionaries of people, resolutions and ballots, and rules as a lawyer reads.

It shares no line with the contracts or the read model: nothing is packed, counted ahead or kept by epoch.
Instants are seconds UTC. What the contracts refuse is raised as the same class of refusal.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Body, Charter, Kind, Majority, Procedure, State, Unopened
from endogene_token.chain.views import Category
from endogene_token.errors import (
    BallotModeError,
    BallotRefusedError,
    MemberNotValidError,
    MemberSignatureError,
    NotDirectorError,
    VoteTooFarError,
    VoteTooSoonError,
    WrongStateError,
)
from endogene_token.reasons import BallotRefusal

DAY: Final = 86_400
LONGEST_DELAY: Final = 60 * DAY
LAST_SEQUENCE: Final = 63


@dataclass
class Person:
    """A member: valid on the days `[since, until)`; `key`: the number of an account, or None for a card."""

    category: Category
    since: int
    until: int
    key: int | None

    def valid_on(self, day: int) -> bool:
        return self.since <= day < self.until


@dataclass
class Cast:
    """The ballot that counts for a member; a choice None: sealed."""

    sequence: int
    choice: Choice | None


@dataclass(frozen=True)
class Slip:
    """A ballot as it arrives: what its word says, and whose key signed the very same (None: nobody's)."""

    member: int
    sequence: int
    choice: int
    signer: int | None
    is_clean: bool = True


@dataclass
class Motion:
    """A resolution. Its roll is a copy of the members as they were at the notice."""

    kind: Kind
    annuls: int = 0
    opens_at: int = 0
    closes_at: int = 0
    is_extended: bool = False
    is_annulled: bool = False
    is_executed: bool = False
    roll: dict[int, Person] = field(default_factory=dict)
    terms: dict[int, int] = field(default_factory=dict)
    excused: set[int] = field(default_factory=set)
    ballots: dict[int, Cast] = field(default_factory=dict)
    batches: list[dict[int, Cast | None]] = field(default_factory=list)


class AssemblyModel:
    """A cooperative's members, board and resolutions, under one charter."""

    def __init__(self, charter: Charter) -> None:
        self.charter = charter
        self.now = 0
        self.people: dict[int, Person] = {}
        self.board: dict[int, tuple[Category, int]] = {}
        self.motions: dict[int, Motion] = {}

    def admit(self, person: Person) -> None:
        self.people[len(self.people) + 1] = person

    def seat(self, member: int, until: int) -> None:
        self.board[member] = (self.people[member].category, until)

    def in_office(self, member: int) -> bool:
        return member in self.board and self.board[member][1] > self.now

    def propose(self, member: int, caller: int, kind: Kind, annuls: int = 0) -> None:
        self._authorise(member, caller)
        self._require_valid(member)
        self.motions[len(self.motions) + 1] = Motion(kind, annuls)

    def give_notice(self, number: int, member: int, caller: int, opens_at: int) -> None:
        motion = self._in_state(number, State.DRAFT)
        self._authorise(member, caller)
        if not any(self.in_office(one) for one in self.board):
            self._require_valid(member)
        elif not self.in_office(member):
            raise NotDirectorError
        procedure = self.procedure(motion)
        earliest = self.now + procedure.notice
        if opens_at < earliest:
            raise VoteTooSoonError
        if opens_at > earliest + LONGEST_DELAY:
            raise VoteTooFarError
        motion.opens_at, motion.closes_at = opens_at, opens_at + procedure.voting
        today = self.now // DAY
        motion.roll = {n: deepcopy(one) for n, one in self.people.items() if one.valid_on(today)}
        if procedure.body is Body.BOARD:
            motion.terms = {
                n: until
                for n, (category, until) in self.board.items()
                if self.in_office(n) and n in motion.roll and motion.roll[n].category is category
            }
            motion.roll = {n: motion.roll[n] for n in motion.terms}

    def cast(self, number: int, slips: Sequence[Slip], *, sealed: bool) -> dict[int, BallotRefusal]:
        """Count what may be counted; return what became of each ballot, by member."""
        motion = self._open(number, sealed=sealed)
        had_quorum = self._has_quorum(motion, len(motion.ballots))
        told = {}
        for slip in slips:
            told[slip.member] = self._refusal(motion, slip)
            if told[slip.member] is BallotRefusal.NONE:
                choice = None if sealed else Choice(slip.choice)
                motion.ballots[slip.member] = Cast(slip.sequence, choice)
        self._extend(motion, had_quorum=had_quorum)
        return told

    def post(self, number: int, slips: Sequence[Slip], inside: Sequence[Choice]) -> dict[int, BallotRefusal]:
        """Take sealed ballots; a batch of which some count is kept, with what is inside those."""
        told = self.cast(number, slips, sealed=True)
        if BallotRefusal.NONE in told.values():
            kept = {
                slip.member: None if told[slip.member] else Cast(slip.sequence, choice)
                for slip, choice in zip(slips, inside, strict=True)
            }
            self.motions[number].batches.append(kept)
        return told

    def vote(self, number: int, member: int, caller: int, choice: Choice) -> None:
        motion = self._open(number, sealed=False)
        had_quorum = self._has_quorum(motion, len(motion.ballots))
        last = motion.ballots.get(member)
        slip = Slip(member, (last.sequence if last else 0) + 1, choice, caller)
        reason = self._refusal(motion, slip)
        if reason:
            raise BallotRefusedError(actual=reason.name.lower())
        motion.ballots[member] = Cast(slip.sequence, choice)
        self._extend(motion, had_quorum=had_quorum)

    def open(self, number: int, batch: int, tried: Mapping[int, Choice | None]) -> list[int]:
        """Open ballots of a batch by what is said to be inside (None: nothing); return whose were opened."""
        motion = self._in_state(number, State.CLOSED)
        fitting = {n: one for n, one in motion.batches[batch].items() if one and one.choice is tried[n]}
        opened = [n for n, one in fitting.items() if motion.ballots.get(n) == Cast(one.sequence, None)]
        for member in opened:
            motion.ballots[member].choice = tried[member]
        return opened

    def declare_interest(self, number: int, member: int, caller: int) -> None:
        self._authorise(member, caller)
        if self.state(number) not in {State.NOTICED, State.OPEN}:
            raise WrongStateError
        motion = self.motions[number]
        if member not in motion.terms or member in motion.excused:
            raise NotDirectorError
        had_quorum = self._has_quorum(motion, len(motion.ballots))
        motion.excused.add(member)
        motion.ballots.pop(member, None)
        self._extend(motion, had_quorum=had_quorum)

    def execute(self, number: int) -> None:
        motion = self._in_state(number, State.FINAL)
        if motion.annuls:
            self._in_state(motion.annuls, State.CONTESTABLE).is_annulled = True
        motion.is_executed = True

    def procedure(self, motion: Motion) -> Procedure:
        return self.charter.procedures[motion.kind]

    def voters(self, motion: Motion) -> dict[int, Person]:
        return {n: one for n, one in motion.roll.items() if n not in motion.excused}

    def tally(self, motion: Motion) -> Counter[tuple[Category, int]]:
        """Return how many ballots each category cast for each choice; 0: sealed."""
        return Counter(
            (motion.roll[member].category, int(ballot.choice or 0))
            for member, ballot in motion.ballots.items()
        )

    def state(self, number: int) -> State:
        motion = self.motions[number]
        opening = self.charter.opening if self.procedure(motion).is_sealed else 0
        elapsed = self.now - motion.closes_at - opening
        for holds, state in (
            (not motion.closes_at, State.DRAFT),
            (self.now < motion.opens_at, State.NOTICED),
            (self.now < motion.closes_at, State.OPEN),
            (elapsed < 0, State.CLOSED),
            (motion.is_annulled, State.ANNULLED),
            (motion.is_executed, State.EXECUTED),
        ):
            if holds:
                return state
        return self._outcome(motion, elapsed)

    def _outcome(self, motion: Motion, elapsed: int) -> State:
        procedure = self.procedure(motion)
        voted = [ballot for ballot in motion.ballots.values() if ballot.choice]
        if self.charter.unopened is Unopened.ABSTENTION:
            voted = [*motion.ballots.values()]
        if not self._has_quorum(motion, len(voted)):
            return State.NO_QUORUM
        if not self._is_carried(motion):
            return State.DEFEATED
        if elapsed < procedure.contest:
            return State.CONTESTABLE
        return State.FINAL if elapsed < procedure.contest + procedure.validity else State.EXPIRED

    def _is_carried(self, motion: Motion) -> bool:
        procedure = self.procedure(motion)
        sides = []
        for choice in (Choice.FOR, Choice.AGAINST):
            if procedure.body is Body.BOARD or not any(self.charter.college_bps):
                sides.append(Fraction(sum(one.choice is choice for one in motion.ballots.values())))
            else:
                sides.append(sum((self._share(motion, college, choice) for college in Category), Fraction(0)))
        in_favour, against = sides
        if procedure.majority is Majority.SIMPLE:
            return in_favour > against
        return in_favour > 0 and in_favour >= 2 * against

    def _share(self, motion: Motion, college: Category, choice: Choice) -> Fraction:
        """Return what a college gives to one side: its weight, in proportion to its own votes."""
        tally = self.tally(motion)
        decided = tally[college, Choice.FOR] + tally[college, Choice.AGAINST]
        return Fraction(self.charter.college_bps[college] * tally[college, choice], decided or 1)

    def _has_quorum(self, motion: Motion, ballots: int) -> bool:
        return ballots * 10_000 >= self.procedure(motion).quorum_bps * len(self.voters(motion))

    def _extend(self, motion: Motion, *, had_quorum: bool) -> None:
        """A quorum that comes late gives the others time to answer, once."""
        if motion.is_extended or self.now + self.charter.late_window < motion.closes_at:
            return
        if not had_quorum and self._has_quorum(motion, len(motion.ballots)):
            motion.is_extended = True
            motion.closes_at += self.charter.late_window

    def _refusal(self, motion: Motion, slip: Slip) -> BallotRefusal:
        if not (slip.is_clean and 1 <= slip.sequence <= LAST_SEQUENCE and self._is_choice(motion, slip)):
            return BallotRefusal.MALFORMED
        if slip.member not in motion.roll:
            return BallotRefusal.NOT_ON_ROLL
        if slip.member in motion.excused:
            return BallotRefusal.INTEREST_DECLARED
        if slip.member in motion.terms and motion.terms[slip.member] <= self.now:
            return BallotRefusal.TERM_ENDED
        last = motion.ballots.get(slip.member)
        if last and slip.sequence <= last.sequence:
            return BallotRefusal.STALE_SEQUENCE
        key = motion.roll[slip.member].key
        return BallotRefusal.BAD_SIGNATURE if key is None or slip.signer != key else BallotRefusal.NONE

    def _is_choice(self, motion: Motion, slip: Slip) -> bool:
        return slip.choice == 0 if self.procedure(motion).is_sealed else slip.choice in {*Choice}

    def _authorise(self, member: int, caller: int) -> None:
        if member not in self.people or self.people[member].key != caller:
            raise MemberSignatureError

    def _require_valid(self, member: int) -> None:
        if not self.people[member].valid_on(self.now // DAY):
            raise MemberNotValidError

    def _open(self, number: int, *, sealed: bool) -> Motion:
        motion = self._in_state(number, State.OPEN)
        if self.procedure(motion).is_sealed is not sealed:
            raise BallotModeError
        return motion

    def _in_state(self, number: int, state: State) -> Motion:
        if self.state(number) is not state:
            raise WrongStateError
        return self.motions[number]
