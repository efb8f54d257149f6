"""What a ballot, an opening or an act must pass before it is accepted for the assembly."""

from typing import Final

from sqlmodel import Session

from api.deps import Services
from api.vote_schemas import BallotGiven, OpeningGiven
from endogene_token.ballots import Ballot, Choice, Opening, SealedBallot, commitment, digest, unpack
from endogene_token.bylaws import Body, State
from endogene_token.chain.assembly import INTEREST_DECLARED, Assembly, Resolution
from endogene_token.chain.resolutions import SignedBallot
from endogene_token.chain.roll import NOW, is_signed, key_of, roll_entry
from endogene_token.errors import (
    BallotModeError,
    MemberNotValidError,
    MemberSignatureError,
    OpeningMismatchError,
    UnsignedBallotError,
    WrongStateError,
)
from endogene_token.hexes import from_hex
from endogene_token.indexer import vote_models as read_model
from endogene_token.outcome import state_at
from endogene_token.reasons import BallotRefusal
from endogene_token.relay import acts, ballots
from endogene_token.relay.acts import Execution, SignedAct
from endogene_token.relay.clerk import call_of
from endogene_token.relay.vote_models import RelayAct, VoteState

DAY: Final = 86_400
_WORD: Final = 32


def accept_ballot(app: Services, number: int, given: BallotGiven, noted: ballots.Noted | None = None) -> str:
    """Check a ballot, keep it, and only then answer: return its state in the queue.

    `noted` writes what is kept with it or not at all. Raises UnknownResolutionError, WrongStateError,
    BallotModeError, UnsignedBallotError, BallotRefusedError, BallotTakenError, ChainError, StoreError.
    """
    assembly = Assembly(app.ledger)
    resolution = assembly.resolution(number)
    now = app.clock.now()
    if resolution.closes_at == 0 or now >= resolution.closes_at:
        raise _wrong_state(app, number, resolution, State.OPEN, now)
    if resolution.terms.is_sealed != (given.commitment is not None):
        raise BallotModeError(is_sealed=resolution.terms.is_sealed)
    ballot = _ballot(number, given, resolution.text)
    _check_right(app, assembly, resolution, SignedBallot(ballot, from_hex(given.signature)), now)
    sealed = None if given.sealed_opening is None else from_hex(given.sealed_opening)
    return ballots.accept(app.engine, SignedBallot(ballot, from_hex(given.signature)), sealed, noted)


def accept_opening(app: Services, session: Session, number: int, given: OpeningGiven) -> str:
    """Check that an opening fits the ballot that counts, and keep it; return its state in the queue.

    Raises UnknownResolutionError, WrongStateError, BallotModeError, OpeningMismatchError, …
    """
    resolution = Assembly(app.ledger).resolution(number)
    if resolution.closes_at and not resolution.terms.is_sealed:
        raise BallotModeError(is_sealed=False)
    now = app.clock.now()
    last = resolution.closes_at + resolution.terms.opening
    if not resolution.closes_at <= now < last:
        raise _wrong_state(app, number, resolution, State.CLOSED, now)
    opening = Opening(Choice(given.choice), from_hex(given.salt))
    if commitment(number, given.member, opening) not in _commitments(session, number, given.member):
        raise OpeningMismatchError(actual=given.member)
    return ballots.keep_opening(app.engine, number, given.member, opening)


def accept_act(app: Services, act: SignedAct) -> RelayAct:
    """Check who signed an act, and that the assembly would do it now; keep it and return it.

    One that follows another of its member is checked by the assembly alone, when its turn comes. Raises
    MemberSignatureError, MemberNotValidError, ActNumberError, and the LedgerRefusal that it would meet.
    """
    assembly, message = Assembly(app.ledger), act.message
    if isinstance(message, Execution):
        resolution = assembly.resolution(message.resolution)
        if resolution.is_executed:
            raise _wrong_state(app, message.resolution, resolution, State.FINAL, app.clock.now())
        _simulate(app, act)
        return acts.accept(app.engine, act, assembly.domain)
    entry = roll_entry(app.ledger, message.member, NOW)
    signed = digest(message, assembly.domain)
    if not is_signed(app.ledger, key_of(app.ledger, entry), signed, act.signature):
        raise MemberSignatureError(actual=message.member)
    if not entry.valid_on(app.clock.now() // DAY):
        raise MemberNotValidError(actual=message.member)
    nonce = assembly.nonce(message.member)
    if nonce == message.nonce:
        _simulate(app, act)
    return acts.accept(app.engine, act, assembly.domain, nonce)


def _ballot(number: int, given: BallotGiven, text: bytes) -> Ballot | SealedBallot:
    if given.commitment is not None:
        return SealedBallot(number, given.member, given.sequence, from_hex(given.commitment), text)
    return Ballot(number, given.member, Choice(given.choice or 0), given.sequence, text)


def _check_right(
    app: Services, assembly: Assembly, resolution: Resolution, signed: SignedBallot, now: int
) -> None:
    """Tell only its own holder whether a number is on the roll: the signature is looked at first."""
    ballot = signed.ballot
    entry = roll_entry(app.ledger, ballot.member, resolution.epoch)
    key = key_of(app.ledger, entry)
    if not is_signed(app.ledger, key, digest(ballot, assembly.domain), signed.signature):
        raise UnsignedBallotError(actual=ballot.member)
    if not entry.valid_on(resolution.record_day):
        raise ballots.refused(BallotRefusal.NOT_ON_ROLL)
    if resolution.terms.body is Body.BOARD:
        right = assembly.right(ballot.resolution, ballot.member)
        if right == 0:
            raise ballots.refused(BallotRefusal.NOT_ON_ROLL)
        if right == INTEREST_DECLARED:
            raise ballots.refused(BallotRefusal.INTEREST_DECLARED)
        if right <= now:
            raise ballots.refused(BallotRefusal.TERM_ENDED)


def _commitments(session: Session, number: int, member: int) -> set[bytes]:
    """Return the commitment of the ballot that counts, as the read model and as the queue have it."""
    found = set()
    ballot = session.get(read_model.Ballot, (number, member))
    batch = None if ballot is None else session.get(read_model.SealedBatch, (number, ballot.batch))
    if ballot is not None and batch is not None:
        for at in range(0, len(batch.words), _WORD):
            word = batch.words[at : at + _WORD]
            if any(word) and (unpack(word).member, unpack(word).sequence) == (member, ballot.sequence):
                found.add(batch.commitments[at : at + _WORD])
    row = ballots.newest(session, number, member)
    if row is not None and row.state == VoteState.DONE and row.commitment is not None:
        found.add(row.commitment)
    return found


def _simulate(app: Services, act: SignedAct) -> None:
    call = call_of(app.ledger, act)
    request = {"to": call.to, "data": call.data, "gas": hex(call.gas)}
    app.ledger.rpc.request("eth_call", [request, "pending"])


def _wrong_state(
    app: Services, number: int, resolution: Resolution, limit: State, now: int
) -> WrongStateError:
    vote = resolution.vote(Assembly(app.ledger).tally(number))
    actual = state_at(vote, now)
    return WrongStateError(resolution=number, actual=actual.name.lower(), limit=limit.name.lower())
