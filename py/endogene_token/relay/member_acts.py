"""The queue of what members sign for the book of projects, the project currency, the desk and the register.

An act is known by the digest that its member signed; sent again it is the same one, and a refused one is
tried again. It is followed by its receipt, which only those know who have its signature: most acts are few
enough to be guessed, and what a member asks of its credits is nobody else's affair. Each contract counts the
acts of a member for itself.
"""

import time
from dataclasses import dataclass
from typing import cast

import msgspec
from eth_hash.auto import keccak
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select, update

from endogene_token import crash
from endogene_token.act_json import as_json, content
from endogene_token.chain.acts import desk, domain
from endogene_token.chain.artifacts import Name
from endogene_token.chain.community import Community
from endogene_token.errors import ActNumberError, EndogeneError
from endogene_token.member_acts import Act, digest
from endogene_token.relay.act_models import RelayMemberAct
from endogene_token.relay.ballots import INSERT
from endogene_token.relay.models import write_reason
from endogene_token.relay.vote_models import VoteState
from endogene_token.store import writing


@dataclass(frozen=True, slots=True)
class SignedMemberAct:
    """An act and its member's signature; `tranche` is that of a claim which is reviewed or released."""

    act: Act
    signature: bytes
    tranche: int = 0

    @property
    def contract(self) -> Name:
        """The contract that takes the act."""
        return desk(type(self.act.content))

    def digest(self, community: Community) -> bytes:
        """Return the 32 bytes that the member signed."""
        return digest(self.act, domain(community, type(self.act.content)))


def accept(engine: Engine, signed: SignedMemberAct, community: Community, chain_nonce: int) -> RelayMemberAct:
    """Put an act into the queue for good, and return it, or the one already there.

    `chain_nonce` is the member's next one in the contract. Raises ActNumberError; nothing has changed then.
    """
    row = _row(signed, community)
    with writing(engine) as connection, Session(connection, expire_on_commit=False) as session:
        values = row.model_dump()
        insert = INSERT[session.get_bind().dialect.name](RelayMemberAct).values(**values)
        refused = col(RelayMemberAct.state) == VoteState.REFUSED
        again = {name: value for name, value in values.items() if name != "receipt"}
        written = insert.on_conflict_do_update(index_elements=["digest"], set_=again, where=refused)
        if session.execute(written.returning(RelayMemberAct.digest)).first() is not None:
            expected = next_nonce(session, signed.contract, row.member, chain_nonce, but=row.digest)
            if row.nonce != expected:
                raise ActNumberError(actual=row.nonce, limit=expected, member=row.member)
        found = session.get_one(RelayMemberAct, row.digest)
        session.expunge(found)
        crash.point("deeds.enqueued")
    return found


def next_nonce(session: Session, contract: Name, member: int, chain_nonce: int, but: bytes = b"") -> int:
    """Return the number that the member's next act for a contract must carry, after all that is queued."""
    query = select(func.max(RelayMemberAct.nonce)).where(
        RelayMemberAct.member == member,
        RelayMemberAct.contract == contract,
        RelayMemberAct.state == VoteState.QUEUED,
        RelayMemberAct.digest != but,
    )
    last = session.exec(query).one()
    return chain_nonce if last is None else max(chain_nonce, last + 1)


def find(session: Session, receipt: bytes) -> RelayMemberAct | None:
    """Return the act with this receipt, or None."""
    return session.exec(select(RelayMemberAct).where(RelayMemberAct.receipt == receipt)).first()


def waiting(session: Session, limit: int) -> list[RelayMemberAct]:
    """Return the oldest `limit` queued acts, of each member by their numbers."""
    query = select(RelayMemberAct).where(RelayMemberAct.state == VoteState.QUEUED)
    order = (col(RelayMemberAct.received_at), col(RelayMemberAct.nonce))
    return list(session.exec(query.order_by(*order).limit(limit)))


def end(
    session: Session,
    act_digest: bytes,
    *,
    number: int | None = None,
    transaction: bytes | None = None,
    refusal: EndogeneError | None = None,
) -> int:
    """Write what became of a queued act; return how many ended: 0 when another relay was first."""
    values: dict[str, object] = {"state": VoteState.DONE, "number": number, "transaction": transaction}
    if refusal is not None:
        values = {"state": VoteState.REFUSED, "reason": write_reason(refusal)}
    own = (col(RelayMemberAct.digest) == act_digest, col(RelayMemberAct.state) == VoteState.QUEUED)
    return session.exec(update(RelayMemberAct).where(*own).values(values)).rowcount


def signed(row: RelayMemberAct) -> SignedMemberAct:
    """Return the act that a row holds."""
    said = content(row.action, msgspec.json.decode(row.content))
    return SignedMemberAct(Act(row.member, row.subject, said, row.nonce), row.signature, row.tranche)


def contract_of(row: RelayMemberAct) -> Name:
    """Return the contract that takes the act of a row."""
    return cast("Name", row.contract)


def _row(signed_act: SignedMemberAct, community: Community) -> RelayMemberAct:
    act, act_digest = signed_act.act, signed_act.digest(community)
    return RelayMemberAct(
        digest=act_digest,
        receipt=keccak(act_digest + signed_act.signature),
        contract=signed_act.contract,
        action=act.action,
        member=act.member,
        subject=act.subject,
        nonce=act.nonce,
        tranche=signed_act.tranche,
        content=msgspec.json.encode(as_json(act.content)).decode(),
        signature=signed_act.signature,
        state=VoteState.QUEUED,
        received_at=int(time.time()),
    )
