"""The queue of what members sign for the assembly besides ballots: proposals, notices, declarations.

An execution, which anyone may ask for, goes the same way. An act is known by the digest that its member
signed; sent again it is the same one, and a refused one is tried again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from eth_hash.auto import keccak
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select, update

from endogene_token import crash
from endogene_token.ballots import AssemblyDomain, ExecutableCall, Interest, Notice, Proposal, digest
from endogene_token.errors import ActNumberError, EndogeneError
from endogene_token.hexes import from_hex
from endogene_token.relay.ballots import INSERT
from endogene_token.relay.models import write_reason
from endogene_token.relay.vote_models import ActKind, RelayAct, VoteState
from endogene_token.store import writing


@dataclass(frozen=True, slots=True)
class Execution:
    """A final resolution, to be carried out."""

    resolution: int


Message = Proposal | Notice | Interest | Execution


@dataclass(frozen=True, slots=True)
class SignedAct:
    """An act and its member's signature; `calls` are those of a proposal."""

    message: Message
    signature: bytes = b""
    calls: tuple[ExecutableCall, ...] = ()

    @property
    def kind(self) -> ActKind:
        """What is asked for."""
        return _KINDS[type(self.message)]


class _Payload(msgspec.Struct, frozen=True):
    signature: str
    calls: list[tuple[str, str]] = []
    kind: int = 0
    text: str = ""
    calls_hash: str = ""
    opens_at: int = 0


_KINDS = {
    Proposal: ActKind.PROPOSAL,
    Notice: ActKind.NOTICE,
    Interest: ActKind.INTEREST,
    Execution: ActKind.EXECUTION,
}


def digest_of(message: Message, domain: AssemblyDomain) -> bytes:
    """Return the 32 bytes by which an act is known: those that its member signs."""
    if isinstance(message, Execution):
        assembly = from_hex(domain.assembly)
        return keccak(b"execution" + assembly + message.resolution.to_bytes(4))
    return digest(message, domain)


def accept(engine: Engine, act: SignedAct, domain: AssemblyDomain, chain_nonce: int = 0) -> RelayAct:
    """Put an act into the queue for good, and return it, or the one already there.

    `chain_nonce` is the member's next one on the chain. Raises ActNumberError; nothing has changed then.
    """
    row = _row(act, digest_of(act.message, domain))
    with writing(engine) as connection, Session(connection, expire_on_commit=False) as session:
        values = row.model_dump()
        insert = INSERT[session.get_bind().dialect.name](RelayAct).values(**values)
        refused = col(RelayAct.state) == VoteState.REFUSED
        written = insert.on_conflict_do_update(index_elements=["digest"], set_=values, where=refused)
        is_new = session.execute(written.returning(RelayAct.digest)).first() is not None
        if is_new and act.kind is not ActKind.EXECUTION:
            expected = next_nonce(session, row.member, chain_nonce, but=row.digest)
            if row.nonce != expected:
                raise ActNumberError(actual=row.nonce, limit=expected, member=row.member)
        found = session.get_one(RelayAct, row.digest)
        session.expunge(found)
        crash.point("acts.enqueued")
    return found


def next_nonce(session: Session, member: int, chain_nonce: int, but: bytes = b"") -> int:
    """Return the number that the member's next act must carry, after all that is queued."""
    query = select(func.max(RelayAct.nonce)).where(
        RelayAct.member == member,
        RelayAct.state == VoteState.QUEUED,
        RelayAct.kind != ActKind.EXECUTION,
        RelayAct.digest != but,
    )
    last = session.exec(query).one()
    return chain_nonce if last is None else max(chain_nonce, last + 1)


def find(session: Session, act_digest: bytes) -> RelayAct | None:
    """Return the act with this digest, or None."""
    return session.get(RelayAct, act_digest)


def waiting(session: Session, limit: int) -> list[RelayAct]:
    """Return the oldest `limit` queued acts, of each member by their numbers."""
    query = select(RelayAct).where(RelayAct.state == VoteState.QUEUED)
    return list(session.exec(query.order_by(col(RelayAct.received_at), col(RelayAct.nonce)).limit(limit)))


def end(
    session: Session,
    act_digest: bytes,
    *,
    resolution: int | None = None,
    transaction: bytes | None = None,
    refusal: EndogeneError | None = None,
) -> int:
    """Write what became of a queued act; return how many ended: 0 when another relay was first."""
    values: dict[str, object] = {"state": VoteState.DONE, "transaction": transaction}
    if resolution is not None:
        values["resolution"] = resolution
    if refusal is not None:
        values = {"state": VoteState.REFUSED, "reason": write_reason(refusal)}
    own = (col(RelayAct.digest) == act_digest, col(RelayAct.state) == VoteState.QUEUED)
    return session.exec(update(RelayAct).where(*own).values(values)).rowcount


def signed(row: RelayAct) -> SignedAct:
    """Return the act that a row holds."""
    kept = msgspec.json.decode(row.payload, type=_Payload)
    signature = bytes.fromhex(kept.signature)
    if row.kind == ActKind.PROPOSAL:
        calls = tuple(ExecutableCall(target, bytes.fromhex(data)) for target, data in kept.calls)
        text, hashed = bytes.fromhex(kept.text), bytes.fromhex(kept.calls_hash)
        return SignedAct(Proposal(row.member, kept.kind, text, hashed, row.nonce), signature, calls)
    number = row.resolution or 0
    if row.kind == ActKind.NOTICE:
        return SignedAct(Notice(row.member, number, kept.opens_at, row.nonce), signature)
    if row.kind == ActKind.INTEREST:
        return SignedAct(Interest(row.member, number, row.nonce), signature)
    return SignedAct(Execution(number))


def _row(act: SignedAct, act_digest: bytes) -> RelayAct:
    message = act.message
    return RelayAct(
        digest=act_digest,
        kind=act.kind,
        member=0 if isinstance(message, Execution) else message.member,
        nonce=0 if isinstance(message, Execution) else message.nonce,
        payload=msgspec.json.encode(_payload(act, act.calls)).decode(),
        state=VoteState.QUEUED,
        resolution=None if isinstance(message, Proposal) else message.resolution,
        received_at=int(time.time()),
    )


def _payload(act: SignedAct, calls: Sequence[ExecutableCall]) -> _Payload:
    message, signature = act.message, act.signature.hex()
    if isinstance(message, Proposal):
        rows = [(one.target, one.data.hex()) for one in calls]
        return _Payload(signature, rows, int(message.kind), message.text.hex(), message.calls.hex())
    return _Payload(signature, opens_at=message.opens_at if isinstance(message, Notice) else 0)
