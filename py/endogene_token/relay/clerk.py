"""Brings proposals, notices, declarations and executions to the assembly. See {Clerk}."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token import crash
from endogene_token.ballots import ExecutableCall, Interest, Notice, Proposal, calls_hash
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import Kind
from endogene_token.chain.resolutions import declare_interest, execute, give_notice, propose
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.errors import (
    ActNumberError,
    EndogeneError,
    LedgerRefusal,
    MemberSignatureError,
    NodeAnswerError,
    UnknownResolutionError,
    WrongStateError,
)
from endogene_token.hexes import from_hex
from endogene_token.relay import acts
from endogene_token.relay.acts import Execution, SignedAct
from endogene_token.relay.casts import events_of
from endogene_token.relay.pauses import CLOCK_SECONDS, Pauses
from endogene_token.relay.vote_models import ActKind, RelayAct
from endogene_token.store import reading, writing

ACTS_PER_STEP: Final = 50
CALL_GAS: Final = 2_000_000  # what each call of a resolution may burn: a charter takes half of it
BYTE_GAS: Final = 100

log = structlog.get_logger()
_EVENTS: Final = {
    ActKind.PROPOSAL: "ResolutionProposed",
    ActKind.NOTICE: "NoticeGiven",
    ActKind.INTEREST: "InterestDeclared",
    ActKind.EXECUTION: "ResolutionExecuted",
}


class Clerk:
    """Takes each queued act to the chain, in the order of its member's numbers.

    Whether it is done already is read from the chain first: the member's number has passed, or the resolution
    is executed. What the assembly refuses is refused with its reason; an execution before its time waits.
    """

    def __init__(
        self, engine: Engine, ledger: Ledger, sender: Sender, pauses: Pauses, clock: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._assembly = Assembly(ledger)
        self._sender = sender
        self._pauses = pauses
        self._clock = clock

    def step(self) -> bool:
        """Take what is queued one act further each; return whether any ended.

        Raises ChainError, StoreError.
        """
        with reading(self._engine) as connection, Session(connection) as session:
            rows = acts.waiting(session, ACTS_PER_STEP)
        moved = [self._advance(row, rows) for row in rows if self._pauses.is_due(row.digest)]
        return any(moved)

    def _advance(self, row: RelayAct, rows: list[RelayAct]) -> bool:
        act = acts.signed(row)
        try:
            if isinstance(act.message, Execution):
                if self._assembly.resolution(act.message.resolution).is_executed:
                    return self._found(row, act)
            else:
                nonce = self._assembly.nonce(act.message.member)
                if nonce > act.message.nonce:
                    return self._found(row, act)
                if nonce < act.message.nonce:
                    return self._follows(row, rows, nonce)
            return self._send(row, act)
        except LedgerRefusal as error:
            return self._refuse_or_wait(row, act, error)
        except NodeAnswerError as error:  # nothing else waits for this act
            log.warning("act waits", kind=row.kind, member=row.member, error=str(error))
            self._pauses.hold(row.digest)
            return False

    def _send(self, row: RelayAct, act: SignedAct) -> bool:
        call = call_of(self._ledger, act)
        self._sender.simulate(call, "pending")
        hashes = self._sender.send([call])
        crash.point("acts.sent")
        [receipt] = self._sender.outcomes(hashes)
        crash.point("acts.mined")
        if isinstance(receipt, LedgerRefusal):
            raise receipt
        name = _EVENTS[act.kind]
        [event] = [one for one in self._sender.events(receipt) if one.name == name][-1:]
        return self._end(
            row, resolution=event.arguments["resolution"], transaction=from_hex(receipt.transaction)
        )

    def _found(self, row: RelayAct, act: SignedAct) -> bool:
        """End an act whose turn has passed: done if the chain tells of it, else its number served another."""
        message = act.message
        indexed = (None, message.member) if isinstance(message, Proposal) else (message.resolution,)
        for event, transaction in events_of(self._ledger, _EVENTS[act.kind], *indexed):
            if _is_of(event.arguments, message):
                return self._end(row, resolution=event.arguments["resolution"], transaction=transaction)
        nonce = self._assembly.nonce(row.member)
        return self._end(row, refusal=ActNumberError(actual=row.nonce, limit=nonce, member=row.member))

    def _follows(self, row: RelayAct, rows: list[RelayAct], nonce: int) -> bool:
        """Leave an act that waits for an earlier one of its member; refuse it when there is none."""
        if any(one.member == row.member and nonce <= one.nonce < row.nonce for one in rows):
            return False
        return self._end(row, refusal=ActNumberError(actual=row.nonce, limit=nonce, member=row.member))

    def _refuse_or_wait(self, row: RelayAct, act: SignedAct, error: LedgerRefusal) -> bool:
        message = act.message
        if isinstance(message, Execution) and isinstance(error, WrongStateError):
            resolution = self._assembly.resolution(message.resolution)
            final_at = resolution.closes_at + resolution.terms.contest
            final_at += resolution.terms.opening if resolution.terms.is_sealed else 0
            if max(self._clock(), self._ledger.time()) < final_at:
                self._pauses.hold(row.digest, CLOCK_SECONDS)
                return False
        elif isinstance(error, MemberSignatureError) and self._assembly.nonce(row.member) != row.nonce:
            return False  # another relay was faster: the next step finds what it did
        log.warning("act refused", kind=row.kind, member=row.member, error=str(error))
        return self._end(row, refusal=error)

    def _end(
        self,
        row: RelayAct,
        *,
        resolution: int | None = None,
        transaction: bytes | None = None,
        refusal: EndogeneError | None = None,
    ) -> bool:
        self._pauses.release(row.digest)
        with writing(self._engine) as connection, Session(connection) as session:
            ended = acts.end(
                session, row.digest, resolution=resolution, transaction=transaction, refusal=refusal
            )
            crash.point("acts.marked")
        return ended > 0


def call_of(ledger: Ledger, act: SignedAct) -> Call:
    """Return the transaction that does the act; of a resolution, the calls are those that were filed.

    Raises UnknownResolutionError.
    """
    community, message = ledger.community, act.message
    if isinstance(message, Proposal):
        kind = Kind(message.kind)
        return propose(community, message.member, kind, message.text, act.calls, signature=act.signature)
    if isinstance(message, Interest):
        return declare_interest(community, message.resolution, message.member, act.signature)
    calls = _calls(ledger, message.resolution)
    if isinstance(message, Notice):
        where = (message.resolution, message.member, message.opens_at)
        return give_notice(community, *where, calls, signature=act.signature)
    gas = sum(CALL_GAS + BYTE_GAS * len(one.data) for one in calls)
    return execute(community, message.resolution, calls, gas)


def _calls(ledger: Ledger, resolution: int) -> list[ExecutableCall]:
    found = next(events_of(ledger, "ResolutionProposed", resolution), None)
    if found is None:
        raise UnknownResolutionError(actual=resolution, limit=Assembly(ledger).count())
    return [ExecutableCall(target, data) for target, data in found[0].arguments["calls"]]


def _is_of(told: Mapping[str, Any], message: acts.Message) -> bool:
    """Whether what an event tells is what the message asked for."""
    if isinstance(message, Proposal):
        calls = [ExecutableCall(target, data) for target, data in told["calls"]]
        asked = (message.kind, message.text, message.calls)
        return (told["kind"], told["text"], calls_hash(calls)) == asked
    if isinstance(message, Notice):
        return (told["member"], told["opensAt"]) == (message.member, message.opens_at)
    return isinstance(message, Execution) or bool(told["member"] == message.member)
