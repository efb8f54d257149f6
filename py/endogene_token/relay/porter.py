"""Brings what members signed to the book of projects, the currency, the redemption desk and the register.

See {Porter}.
"""

from typing import Final

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token import crash
from endogene_token.chain.acts import take
from endogene_token.chain.calls import Ledger
from endogene_token.chain.projects import Projects
from endogene_token.chain.sender import Sender
from endogene_token.errors import (
    ActNumberError,
    EndogeneError,
    HolderSignatureError,
    LedgerRefusal,
    MemberSignatureError,
    NodeAnswerError,
)
from endogene_token.hexes import from_hex
from endogene_token.member_acts import DeclaringRelation
from endogene_token.relay import member_acts
from endogene_token.relay.act_models import RelayMemberAct
from endogene_token.relay.member_acts import SignedMemberAct, contract_of
from endogene_token.relay.pauses import Pauses
from endogene_token.relay.traces import EVENTS, number_of, trace
from endogene_token.store import reading, writing

ACTS_PER_STEP: Final = 50

log = structlog.get_logger()


class Porter:
    """Takes each queued act to its contract, in the order of its member's numbers there.

    Whether it is done already is read from the chain first: the member's number has passed. What the contract
    refuses is refused with its reason; nothing of it waits for another day.
    """

    def __init__(self, engine: Engine, ledger: Ledger, sender: Sender, pauses: Pauses) -> None:
        self._engine = engine
        self._ledger = ledger
        self._sender = sender
        self._pauses = pauses

    def step(self) -> bool:
        """Take what is queued one act further each; return whether any ended.

        Raises ChainError, StoreError.
        """
        with reading(self._engine) as connection, Session(connection) as session:
            rows = member_acts.waiting(session, ACTS_PER_STEP)
        moved = [self._advance(row, rows) for row in rows if self._pauses.is_due(row.digest)]
        return any(moved)

    def _advance(self, row: RelayMemberAct, rows: list[RelayMemberAct]) -> bool:
        signed = member_acts.signed(row)
        try:
            nonce = self._nonce(row)
            if nonce > row.nonce:
                return self._found(row, signed, nonce)
            if nonce < row.nonce:
                return self._follows(row, rows, nonce)
            return self._send(row, signed)
        except LedgerRefusal as error:
            unsigned = isinstance(error, MemberSignatureError | HolderSignatureError)
            if unsigned and self._nonce(row) != row.nonce:
                return False  # another relay was faster: the next step finds what it did
            log.warning("act refused", action=row.action, error=error.code)
            return self._end(row, refusal=error)
        except NodeAnswerError as error:  # nothing else waits for this act
            log.warning("act waits", action=row.action, error=str(error))
            self._pauses.hold(row.digest)
            return False

    def _send(self, row: RelayMemberAct, signed: SignedMemberAct) -> bool:
        call = take(self._ledger.community, signed.act, signed.signature, tranche=signed.tranche)
        self._sender.simulate(call, "pending")
        hashes = self._sender.send([call])
        crash.point("deeds.sent")
        [receipt] = self._sender.outcomes(hashes)
        crash.point("deeds.mined")
        if isinstance(receipt, LedgerRefusal):
            raise receipt
        kind = type(signed.act.content)
        told = [one for one in self._sender.events(receipt) if one.name == EVENTS[kind]]
        number = number_of(told[-1], kind) if told else None  # a relation known already leaves no event
        return self._end(row, number=number, transaction=from_hex(receipt.transaction))

    def _found(self, row: RelayMemberAct, signed: SignedMemberAct, nonce: int) -> bool:
        """End an act whose turn has passed: done if the chain holds it, else its number served another."""
        found = trace(self._ledger, signed)
        if found is not None:
            return self._end(row, number=found.number, transaction=found.transaction)
        if self._needs_no_trace(signed):
            return self._end(row)
        return self._end(row, refusal=_out_of_turn(row, nonce))

    def _needs_no_trace(self, signed: SignedMemberAct) -> bool:
        """Whether the act is one that leaves no event when it changes nothing, and what it says holds."""
        said = signed.act.content
        if not isinstance(said, DeclaringRelation):
            return False
        return Projects(self._ledger).is_related(signed.act.subject, said.related)

    def _follows(self, row: RelayMemberAct, rows: list[RelayMemberAct], nonce: int) -> bool:
        """Leave an act that waits for an earlier one of its member; refuse it when there is none."""
        place = (row.contract, row.member)
        if any((one.contract, one.member) == place and nonce <= one.nonce < row.nonce for one in rows):
            return False
        return self._end(row, refusal=_out_of_turn(row, nonce))

    def _nonce(self, row: RelayMemberAct) -> int:
        return int(self._ledger.read([(contract_of(row), "nonce", (row.member,))])[0])

    def _end(
        self,
        row: RelayMemberAct,
        *,
        number: int | None = None,
        transaction: bytes | None = None,
        refusal: EndogeneError | None = None,
    ) -> bool:
        self._pauses.release(row.digest)
        with writing(self._engine) as connection, Session(connection) as session:
            ended = member_acts.end(
                session, row.digest, number=number, transaction=transaction, refusal=refusal
            )
            crash.point("deeds.marked")
        return ended > 0


def _out_of_turn(row: RelayMemberAct, nonce: int) -> ActNumberError:
    return ActNumberError(actual=row.nonce, limit=nonce, member=row.member)
