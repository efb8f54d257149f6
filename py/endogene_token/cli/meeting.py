"""The demo's board, from its founding to its first decision. See {found_assembly} and {decide}."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from endogene_token.ballots import Choice
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.charter import Charter, Kind, State, standard_charter
from endogene_token.chain.resolutions import executable
from endogene_token.chain.transactions import grant_role
from endogene_token.chain.views import Admission, Category, Role
from endogene_token.errors import UnconfirmedError, VoteTooSoonError
from endogene_token.host import TERM, Host, person
from endogene_token.outcome import state_at
from endogene_token.sdk import VoterClient
from endogene_token.signers import KeyfileSigner

DIRECTORS: Final = (Category.USER, Category.WORKER, Category.SUPPORTING)
"""The college of each director of the demo; they are the last members to be admitted."""
BALLOTS: Final = (Choice.FOR, Choice.FOR, Choice.AGAINST)
TEXT: Final = """Nomination d’une personne gardienne

Le conseil confie le rôle de gardienne du fonds, pour deux ans, au compte que la résolution nomme. La
gardienne peut suspendre le fonds une fois, pour trois jours; elle ne peut rien déplacer, ni prolonger
elle-même une suspension.

The board names a guardian of the fund for two years. A guardian may pause the fund once, for three
days, moves nothing, and cannot prolong a pause.
"""
PATIENCE_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.2
LEAD_SECONDS: Final = 3  # from the writing of a notice to its block, on a machine that is not busy
_BRISK: Final = replace(standard_charter().procedures[Kind.OFFICE], notice=1, voting=12, contest=4)
"""How the demo's board decides: in seconds, so that a visitor sees a whole vote."""


def brisk_charter() -> Charter:
    """Return the standard by-laws, with a board that decides in seconds what it names and what it annuls."""
    charter = standard_charter()
    procedures = list(charter.procedures)
    procedures[Kind.OFFICE] = _BRISK
    procedures[Kind.ANNULMENT] = replace(procedures[Kind.ANNULMENT], notice=1, voting=1)
    return replace(charter, procedures=tuple(procedures), late_window=0)


def admissions(host: Host) -> list[Admission]:
    """Return the directors to admit: each has a key of its own in the data folder."""
    return [
        replace(person(_signer(host, seat).key), category=category)
        for seat, category in enumerate(DIRECTORS, start=1)
    ]


def found_assembly(host: Host, first_director: int) -> None:
    """Seat the directors, and hand the founder's power over to the assembly: the founder keeps nothing."""
    if host.ledger.governor() == host.community.assembly:
        return
    for member in range(first_director, first_director + len(DIRECTORS)):
        host.officers.seat(member)
    host.officers.hand_over()


def convene(host: Host, first_director: int) -> None:
    """File the board's first resolution and give notice of it, unless one is under way or carried out."""
    if _state(host) in {None, State.NO_QUORUM, State.DEFEATED, State.EXPIRED}:
        number = Assembly(host.ledger).count() + 1
        guardian = host.folder.account("guardian").address
        call = grant_role(host.community, Role.GUARDIAN, guardian, host.ledger.time() + TERM)
        with _voter(host, first_director, 1) as chair:
            chair.propose(Kind.OFFICE, TEXT, [executable(call)])
        _until(host, lambda: Assembly(host.ledger).count() >= number)
    lead = LEAD_SECONDS
    while _state(host) is State.DRAFT:
        _give_notice(host, first_director, lead)
        lead *= 2


def vote(host: Host, first_director: int) -> None:
    """Have each director vote on the board's last resolution, once."""
    number = Assembly(host.ledger).count()
    if _state(host) not in {State.NOTICED, State.OPEN}:
        return
    for seat, choice in enumerate(BALLOTS, start=1):
        if Assembly(host.ledger).ballot(number, first_director + seat - 1) is None:
            with _voter(host, first_director, seat) as director:
                director.vote(number, choice)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the board decided: the resolution's number, where it stands, the ballots for and against."""

    number: int
    state: State
    in_favour: int
    against: int


def conclude(host: Host, first_director: int) -> None:
    """Wait until the contest window is over, and have the resolution carried out."""
    waiting = {State.NOTICED, State.OPEN, State.CLOSED, State.CONTESTABLE}
    _until(host, lambda: _state(host) not in waiting)
    if _state(host) is State.FINAL:
        with _voter(host, first_director, 1) as chair:
            chair.execute(Assembly(host.ledger).count())
        _until(host, lambda: _state(host) is not State.FINAL)


def decision(host: Host) -> Decision:
    """Return what the board's last resolution came to."""
    assembly = Assembly(host.ledger)
    number = assembly.count()
    tally = assembly.tally(number)
    return Decision(number, _state(host) or State.DRAFT, tally.sum(Choice.FOR), tally.sum(Choice.AGAINST))


def _give_notice(host: Host, first_director: int, lead: int) -> None:
    """Give notice that is due in `lead` seconds; on a slow machine it may come too late to count."""
    due = host.ledger.time() + lead
    with _voter(host, first_director, 1) as chair, suppress(VoteTooSoonError):
        chair.give_notice(Assembly(host.ledger).count(), due + _BRISK.notice)
        _until(host, lambda: _state(host) is not State.DRAFT or _now(host) > due + LEAD_SECONDS)


def _state(host: Host) -> State | None:
    """Return where the last resolution stands now: the chain's clock stands still between its blocks."""
    assembly = Assembly(host.ledger)
    number = assembly.count()
    if number == 0:
        return None
    return state_at(assembly.resolution(number).vote(assembly.tally(number)), _now(host))


def _now(host: Host) -> int:
    return max(int(time.time()), host.ledger.time())


def _until(host: Host, done: Callable[[], bool]) -> None:
    """Wait for `done`. Raises what ended a worker, and UnconfirmedError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        host.check()
        if time.monotonic() > deadline:
            raise UnconfirmedError(actual="assembly", limit=round(PATIENCE_SECONDS))
        time.sleep(POLL_SECONDS)


def _voter(host: Host, first_director: int, seat: int) -> VoterClient:
    return VoterClient(host.url, first_director + seat - 1, _signer(host, seat))


def _signer(host: Host, seat: int) -> KeyfileSigner:
    return KeyfileSigner(host.folder.account(f"director-{seat}"))
