"""The contracts of the assembly against a plain model of it, whatever happens and in whatever order."""

import os
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Kind, Profile, State, Unopened, standard_charter
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.views import Category
from tests.contracts.assembly_duel import ALWAYS, Duel
from tests.contracts.assembly_model import DAY, Motion, Slip
from tests.contracts.hall import FAR, FORGETFUL
from tests.node.bare_anvil import bare_anvil

RUNS: Final = int(os.environ.get("ENDOGENE_MODEL_RUNS", "14"))  # make deep asks for more
STEPS: Final = 40
FIRST: Final = (*Category, *Category, Category.USER, Category.USER)
KINDS: Final = (Kind.DECISION, Kind.OFFICE, Kind.ELECTION, Kind.BY_LAW)
MOST_MOTIONS: Final = 7
STRANGERS: Final = (10_000, 2**32 - 1)  # never admitted
# Most ballots are good: one flaw in three leaves others beside it to be counted.
FLAWS: Final = (*[""] * 14, "key", "text", "again", "again", "choice", "sequence", "dirt")
data = st.data()
# Drawn once for a batch: what a batch holds is uniform, where Hypothesis would rather repeat itself.
CHANCE: Final = st.randoms(use_true_random=True)
PRESENT: Final = 0.7
FOR, AGAINST = Choice.FOR, Choice.AGAINST
PATTERNS: Final = ((FOR,), (FOR,), (AGAINST,), (FOR, FOR, AGAINST), (FOR, AGAINST))
Data = st.DataObject
ACTS: Final = ("vote", "execute", "interest", "open")


class AssemblyMachine(RuleBasedStateMachine):
    """What may happen to a cooperative, in any order."""

    rpc: Rpc

    @initialize(
        profile=st.sampled_from([Profile.QC_SOLIDARITY, Profile.FR_SCIC]),
        unopened=st.sampled_from(Unopened),
        term=st.sampled_from([2 * DAY, 5 * DAY, 40 * DAY]),
    )
    def found(self, profile: Profile, unopened: Unopened, term: int) -> None:
        """Eight members, of whom three are directors, one for a short term; a vote of each kind is open."""
        self.duel = Duel(self.rpc, replace(standard_charter(profile), unopened=unopened))
        self.model = self.duel.model
        self.duel.found(FIRST, {1: FAR, 2: FAR, 3: self.model.now + 10 * DAY + term})
        opens_at = self.model.now + 10 * DAY + 60
        for number, kind in enumerate(KINDS, 1):
            self.duel.propose(1, 1, kind)
            self.duel.give_notice(number, 1, 1, opens_at)
        self.duel.travel(opens_at)

    @rule(data=data, category=st.sampled_from(Category), has_key=st.booleans(), late=st.booleans())
    def admit(self, data: Data, category: Category, has_key: bool, late: bool) -> None:
        since = self.today + 2 if late else 0
        until = data.draw(st.sampled_from([ALWAYS, self.today + 1, self.today + 12]))
        self.duel.admit(category, since, max(since, until), has_key=has_key)

    @rule(data=data, ends=st.booleans())
    def renew_or_end(self, data: Data, ends: bool) -> None:
        self.duel.set_validity(self.member(data), 0, self.today if ends else ALWAYS)

    @rule(data=data, category=st.sampled_from(Category))
    def change_category(self, data: Data, category: Category) -> None:
        self.duel.set_category(self.member(data), category)

    @rule(data=data)
    def rotate(self, data: Data) -> None:
        self.duel.rotate(self.member(data))

    @precondition(lambda self: len(self.model.motions) < MOST_MOTIONS)
    @rule(data=data, kind=st.sampled_from(KINDS), delay=st.sampled_from([0, 2, DAY, 60 * DAY, 60 * DAY + 9]))
    def call_a_vote(self, data: Data, kind: Kind, delay: int) -> None:
        """A member proposes, and a director, or whoever would be one, gives notice."""
        number, member = len(self.model.motions) + 1, self.member(data)
        self.duel.propose(member, self.caller(data, member), kind)
        if number in self.model.motions:
            self.give_notice(data, number, delay)

    @precondition(lambda self: self.numbers(State.CONTESTABLE) and len(self.model.motions) < 2 * MOST_MOTIONS)
    @rule(data=data)
    def contest(self, data: Data) -> None:
        """A director moves to annul what was carried."""
        number, target = len(self.model.motions) + 1, self.motion(data, State.CONTESTABLE)
        self.duel.propose(1, self.caller(data, 1), Kind.ANNULMENT, annuls=target)
        if number in self.model.motions:
            self.duel.give_notice(number, 1, self.caller(data, 1), self.model.now + DAY + 2)

    @precondition(lambda self: self.numbers(State.DRAFT))
    @rule(data=data)
    def give_notice_again(self, data: Data) -> None:
        self.give_notice(data, self.motion(data, State.DRAFT), 2)

    @precondition(lambda self: self.numbers(State.OPEN))
    @rule(data=data, wants_sealed=st.booleans(), chance=CHANCE)
    def cast(self, data: Data, wants_sealed: bool, chance: Random) -> None:
        """A batch as a relay sends it, good and bad together."""
        numbers_open = self.numbers(State.OPEN)
        fitting = [n for n in numbers_open if self.is_sealed(n) is wants_sealed]
        number = data.draw(st.sampled_from(fitting or numbers_open))
        motion = self.model.motions[number]
        members = [n for n in (*self.model.people, *STRANGERS) if chance.random() < PRESENT]
        choices_made = [chance.choice([*[Choice.FOR] * 3, *Choice]) for _ in members]
        sealed = self.is_sealed(number) ^ (chance.randrange(20) == 0)
        slips = [
            self.slip(chance, motion, member, 0 if sealed else choice)
            for member, choice in zip(members, choices_made, strict=True)
        ]
        if not slips:
            return
        if sealed:
            self.duel.post(number, slips, choices_made)
        else:
            self.duel.cast(number, slips)

    @precondition(lambda self: self.numbers(State.OPEN))
    @rule(data=data, pattern=st.sampled_from(PATTERNS))
    def agree_or_divide(self, data: Data, pattern: Sequence[Choice]) -> None:
        """All who may vote do, correctly, in a proportion that is exact: a tie, twice as many."""
        number = self.motion(data, State.OPEN)
        motion, sealed = self.model.motions[number], self.is_sealed(number)
        voters = [*self.model.voters(motion).items()]
        slips, choices = [], []
        for i, (member, person) in enumerate(voters[: len(voters) // len(pattern) * len(pattern)]):
            choices.append(pattern[i % len(pattern)])
            sequence = motion.ballots[member].sequence + 1 if member in motion.ballots else 1
            slips.append(Slip(member, sequence, 0 if sealed else choices[-1], person.key))
        if sealed and slips:
            self.duel.post(number, slips, choices)
        elif slips:
            self.duel.cast(number, slips)

    @precondition(lambda self: self.numbers(State.OPEN))
    @rule(data=data, choice=st.sampled_from(Choice))
    def vote(self, data: Data, choice: Choice) -> None:
        number, member = self.motion(data, State.OPEN), self.member(data)
        self.duel.vote(number, member, self.caller(data, member), choice)

    @precondition(lambda self: self.duel.batches)
    @rule(data=data)
    def close_and_open(self, data: Data) -> None:
        """A sealed vote closes, and the scrutineers open what they have."""
        number, batch = data.draw(st.sampled_from([*self.duel.batches]))
        motion = self.model.motions[number]
        if self.model.now < motion.closes_at:
            self.duel.travel(motion.closes_at)
        inside = motion.batches[batch - 1]
        self.duel.open(number, batch, {n: one.choice if one else None for n, one in inside.items()})

    @precondition(lambda self: self.closed_batches())
    @rule(data=data, honest=st.sampled_from([True, True, False]))
    def open(self, data: Data, honest: bool) -> None:
        """Somebody opens a batch: by what is inside, or by a guess."""
        number, batch = data.draw(st.sampled_from(self.closed_batches()))
        inside = self.model.motions[number].batches[batch - 1]
        guess = st.sampled_from([None, *Choice])
        tried = {n: one.choice if honest and one else data.draw(guess) for n, one in inside.items()}
        self.duel.open(number, batch, tried)

    @precondition(lambda self: any(self.model.motions[n].terms for n in self.numbers(State.OPEN)))
    @rule(data=data)
    def declare_interest(self, data: Data) -> None:
        ours = [n for n in self.numbers(State.OPEN) if self.model.motions[n].terms]
        number, member = data.draw(st.sampled_from(ours)), data.draw(st.sampled_from([1, 2, 3, 4]))
        self.duel.declare_interest(number, member, self.caller(data, member))

    @precondition(lambda self: self.numbers(State.FINAL))
    @rule(data=data)
    def execute(self, data: Data) -> None:
        self.duel.execute(self.motion(data, State.FINAL))

    @precondition(lambda self: self.numbers(State.CONTESTABLE))
    @rule(data=data)
    def wait_and_execute(self, data: Data) -> None:
        """Nobody contests what was carried."""
        number = self.motion(data, State.CONTESTABLE)
        motion = self.model.motions[number]
        procedure = self.model.procedure(motion)
        opening = self.model.charter.opening if procedure.is_sealed else 0
        self.duel.travel(motion.closes_at + opening + procedure.contest)
        self.duel.execute(number)

    @rule(data=data, choice=st.sampled_from(Choice), act=st.sampled_from(ACTS))
    def act_out_of_season(self, data: Data, choice: Choice, act: str) -> None:
        """An act on whatever resolution, which its state may not admit."""
        number, member = data.draw(st.sampled_from([*self.model.motions])), self.member(data)
        caller = self.caller(data, member)
        if act == "vote":
            self.duel.vote(number, member, caller, choice)
        elif act == "execute":
            self.duel.execute(number)
        elif act == "open" and self.duel.batches:
            place = data.draw(st.sampled_from([*self.duel.batches]))
            self.duel.open(*place, dict.fromkeys(self.model.motions[place[0]].batches[place[1] - 1], choice))
        else:
            self.duel.declare_interest(number, member, caller)

    @precondition(lambda self: self.boundaries())
    @rule(data=data, early=st.integers(0, 2))
    def travel(self, data: Data, early: int) -> None:
        """Time jumps to where something changes, or just before: each act takes a second."""
        near = self.boundaries()[:2]
        instant = data.draw(st.sampled_from([*near, *near, *self.boundaries()])) - early
        self.duel.travel(max(instant, self.model.now + 1))

    @precondition(lambda self: not self.numbers(State.OPEN))
    @rule()
    def wait(self) -> None:
        """Nothing is open: time goes on to the next change."""
        if self.boundaries():
            self.duel.travel(self.boundaries()[0])

    @invariant()
    def both_tell_the_same(self) -> None:
        if hasattr(self, "duel"):
            self.duel.check()

    @property
    def today(self) -> int:
        return self.model.now // DAY

    def member(self, data: Data) -> int:
        return data.draw(st.sampled_from([*self.model.people]))

    def caller(self, data: Data, member: int) -> int:
        """Return the account of a member's key, or now and then another."""
        own = self.model.people[member].key
        return data.draw(st.sampled_from([*[own or 1] * 9, 1 + len(self.model.people) // 2]))

    def give_notice(self, data: Data, number: int, delay: int) -> None:
        member = data.draw(st.sampled_from([1, 1, 2, 2, 3, self.member(data)]))
        notice = self.model.procedure(self.model.motions[number]).notice
        self.duel.give_notice(number, member, self.caller(data, member), self.model.now + notice + delay)

    def is_sealed(self, number: int) -> bool:
        return self.model.procedure(self.model.motions[number]).is_sealed

    def numbers(self, state: State) -> list[int]:
        return [number for number in self.model.motions if self.model.state(number) is state]

    def motion(self, data: Data, state: State) -> int:
        """Return a resolution in this state."""
        return data.draw(st.sampled_from(self.numbers(state)))

    def slip(self, chance: Random, motion: Motion, member: int, choice: int) -> Slip:
        """Return the next ballot of a member, or one with a flaw."""
        last = motion.ballots.get(member)
        sequence = (last.sequence if last else 0) + chance.choice([1, 1, 1, 1, 1, 62])
        person = motion.roll.get(member)
        good = Slip(member, min(sequence, 63), choice, person.key if person else 1)
        return {
            "key": replace(good, signer=self.duel.keys),
            "text": replace(good, signer=None),
            "again": replace(good, sequence=last.sequence if last else 1),
            "choice": replace(good, choice=chance.choice([0, 1, 4, 255])),
            "sequence": replace(good, sequence=chance.choice([0, 64, 255])),
            "dirt": replace(good, is_clean=False),
        }.get(chance.choice(FLAWS), good)

    def closed_batches(self) -> list[tuple[int, int]]:
        return [one for one in self.duel.batches if self.model.state(one[0]) is State.CLOSED]

    def boundaries(self) -> list[int]:
        """Return the instants to come at which a resolution changes its state."""
        found: list[int] = []
        for motion in self.model.motions.values():
            procedure = self.model.procedure(motion)
            opening = self.model.charter.opening if procedure.is_sealed else 0
            closed = motion.closes_at
            ends = [motion.opens_at, closed - self.model.charter.late_window, closed, closed + opening]
            ends += [closed + opening + procedure.contest]
            ends += [closed + opening + procedure.contest + procedure.validity]
            found += ends if closed else []
        return sorted(one for one in found if one > self.model.now + 3)


def test_the_contracts_tell_what_the_model_tells() -> None:
    """Every ballot, tally and state, after every act: admissions, exits, keys, notices, votes and time."""
    with bare_anvil(*FORGETFUL) as rpc:
        machine = type("OnThisChain", (AssemblyMachine,), {"rpc": rpc})
        quick = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None)
        run_state_machine_as_test(machine, settings=quick)
