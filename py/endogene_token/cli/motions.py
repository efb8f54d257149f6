"""The demo's resolutions: each filed, voted and carried out once, however often the story is told."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from endogene_token.ballots import Choice, text_hash
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.charter import Kind, State
from endogene_token.chain.resolutions import executable
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Category
from endogene_token.cli.people import CHAIR, voter
from endogene_token.errors import ActNumberError, UnconfirmedError, VoteTooSoonError, WrongStateError
from endogene_token.host.community import Host
from endogene_token.outcome import state_at

PATIENCE_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.2
TRIES: Final = 3
"""How often a vote is held that a slow machine cuts short."""
NOTICES: Final = 6
"""How often a notice is given that comes too late."""
AHEAD: Final = (State.NOTICED, State.OPEN)
OVER: Final = (State.CLOSED, State.CONTESTABLE, State.FINAL)
UNDER_WAY: Final = (*AHEAD, State.CLOSED, State.CONTESTABLE)
LOST: Final = (State.NO_QUORUM, State.DEFEATED, State.ANNULLED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Motion:
    """A resolution of the demo, which its text tells from the others, and how its voters vote.

    Ballots are cast in their order: cut short, they decide nothing else than all of them.
    """

    kind: Kind
    text: str
    ballots: Mapping[int, Choice]
    notice: int
    """Seconds, as the charter asks."""
    ends: State = State.EXECUTED


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of a motion: the resolution's number, its state, the ballots for and against by college."""

    number: int
    state: State
    in_favour: tuple[int, ...]
    against: tuple[int, ...]


def found(host: Host, motion: Motion) -> int | None:
    """Return the number of the last resolution with the motion's text, or None."""
    assembly, wanted = Assembly(host.ledger), text_hash(motion.text)
    numbers = range(assembly.count(), 0, -1)
    return next((one for one in numbers if assembly.resolution(one).text == wanted), None)


def state(host: Host, motion: Motion) -> State | None:
    """Return where a motion stands by now, or None: the chain's clock stands still between its blocks."""
    number = found(host, motion)
    return None if number is None else state_of(host, number)


def state_of(host: Host, number: int) -> State:
    """Return where a resolution stands by now."""
    assembly = Assembly(host.ledger)
    return state_at(assembly.resolution(number).vote(assembly.tally(number)), now(host))


def is_lost(host: Host, motion: Motion) -> bool:
    """Return whether a motion ended otherwise than the story tells."""
    actual = state(host, motion)
    return actual in LOST and actual is not motion.ends


def file(host: Host, motion: Motion, calls: Callable[[], Sequence[Call]], *, again: bool = False) -> None:
    """File a motion, unless it stands already; `again`: even so."""
    if again or found(host, motion) is None or is_lost(host, motion):
        before = found(host, motion)
        with voter(host, CHAIR) as chair:
            chair.propose(motion.kind, motion.text, [executable(one) for one in calls()])
        until(host, lambda: found(host, motion) != before)


def give_notice(host: Host, motions: Sequence[Motion]) -> None:
    """Give notice of those of the motions that are drafts: their votes open together.

    On a slow machine a notice may come too late to count: it is given again, with twice the lead.
    """
    numbers = {found(host, one) or 0: one.notice for one in motions}
    lead = len(numbers) + max(numbers.values())
    for _ in range(NOTICES):
        drafts = [one for one in numbers if state_of(host, one) is State.DRAFT]
        if drafts:
            _give_notice(host, drafts, now(host) + lead, max(numbers.values()))
        lead *= 2
    until(host, lambda: all(state_of(host, one) is not State.DRAFT for one in numbers))


def _give_notice(host: Host, drafts: Sequence[int], due: int, notice: int) -> None:
    """Give notice that counts when it is in a block by `due`, and wait until it is in one or late.

    One that came too late may have been refused after the next one took its number: both are given again.
    """
    with voter(host, CHAIR) as chair, suppress(VoteTooSoonError, ActNumberError):
        for number in drafts:
            chair.give_notice(number, due + notice)
        until(host, lambda: all(state_of(host, one) is not State.DRAFT for one in drafts) or now(host) > due)


def vote(host: Host, motions: Sequence[Motion]) -> None:
    """Have everybody vote, once, on those of the motions that are ahead, as long as they are."""
    assembly = Assembly(host.ledger)
    ahead = [(found(host, one) or 0, one) for one in motions if state(host, one) in AHEAD]
    for member in dict.fromkeys(member for _, one in ahead for member in one.ballots):
        with voter(host, member) as client, suppress(WrongStateError):
            for number, motion in ahead:
                choice = motion.ballots.get(member)
                if choice is not None and assembly.ballot(number, member) is None:
                    client.vote(number, choice)


def conclude(host: Host, motions: Sequence[Motion]) -> None:
    """Wait until the motions are decided and cannot be contested, and have those that should carried out."""
    numbers = {found(host, one) or 0: one.ends for one in motions}
    until(host, lambda: all(state_of(host, one) not in UNDER_WAY for one in numbers))
    final = [one for one, ends in numbers.items() if ends is State.EXECUTED]
    final = [one for one in final if state_of(host, one) is State.FINAL]
    with voter(host, CHAIR) as chair:
        for number in final:
            chair.execute(number)
    until(host, lambda: all(state_of(host, one) is not State.FINAL for one in final))


def decision(host: Host, motion: Motion) -> Decision:
    """Return what came of a motion that was filed."""
    number = found(host, motion) or 0
    tally = Assembly(host.ledger).tally(number)
    sides = [
        tuple(tally.count(college, int(choice)) for college in Category)
        for choice in (Choice.FOR, Choice.AGAINST)
    ]
    return Decision(number, state(host, motion) or State.DRAFT, sides[0], sides[1])


def now(host: Host) -> int:
    """Return the instant that the chain's next block has, at least."""
    return max(int(time.time()), host.ledger.time())


def until(host: Host, done: Callable[[], bool]) -> None:
    """Wait for `done`. Raises what ended a worker, and UnconfirmedError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        host.check()
        if time.monotonic() > deadline:
            raise UnconfirmedError(actual="assembly", limit=round(PATIENCE_SECONDS))
        time.sleep(POLL_SECONDS)
