"""What a batch must pass before it is accepted, and where an item of it stands afterwards."""

from dataclasses import dataclass

from sqlmodel import Session

from api.deps import Services
from api.register import TillView
from api.schemas import Accepted, Status
from api.signatures import signer
from endogene_token.errors import (
    BadSignatureError,
    ChainError,
    SequenceError,
    SequenceTakenError,
    TillRevokedError,
    WrongMerchantError,
)
from endogene_token.ids import PurchaseId
from endogene_token.receipts import Purchase, Reversal, digest
from endogene_token.relay import queue
from endogene_token.relay.models import RelayBatch, Signed, State
from endogene_token.relay.proofs import recorded


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item of the queue stands: its batch and the item itself."""

    row: RelayBatch
    item: Purchase | Reversal

    @property
    def status(self) -> Status:
        """The status to tell; a queued batch was accepted."""
        statuses: dict[str, Status] = {
            State.QUEUED: "accepted",
            State.HELD: "held",
            State.RECORDED: "recorded",
            State.REJECTED: "rejected",
        }
        return statuses[self.row.state]


def accept(app: Services, signed: Signed) -> Accepted:
    """Check the batch, commit it to the queue, and only then answer.

    The same batch again gives the same answer. Raises UnknownTillError, WrongMerchantError,
    TillRevokedError, BadSignatureError, SequenceError, SequenceTakenError, ChainError, StoreError.
    """
    batch = signed.batch
    till = app.register.till(batch.till)
    _check(app, signed, till)
    try:
        queue.accept(app.engine, signed, till.next_sequence)
    except (SequenceError, SequenceTakenError):
        # What is remembered of the till may be old, and what is not in this queue may be on the chain.
        fresh = app.register.till(batch.till, fresh=True)
        if not _on_chain(app, signed, fresh):
            queue.accept(app.engine, signed, fresh.next_sequence)
    ids = [str(PurchaseId(batch.till, batch.first_sequence + i)) for i in range(len(batch.items))]
    return Accepted(id=ids[0], ids=ids)


def place(session: Session, wanted: PurchaseId) -> Place | None:
    """Return where the item of this id stands in the queue, or None."""
    row = queue.find(session, wanted.till, wanted.sequence)
    return None if row is None else Place(row, row.signed.batch.items[wanted.sequence - row.first_sequence])


def _check(app: Services, signed: Signed, till: TillView) -> None:
    batch = signed.batch
    if till.revoked:
        raise TillRevokedError(actual=till.number)
    if batch.merchant != till.merchant:
        raise WrongMerchantError(actual=batch.merchant, limit=till.merchant)
    found = signer(digest(batch, app.ledger.domain), signed.signature)
    if found is None or found.lower() != till.key.lower():
        raise BadSignatureError(actual=found or "?", limit=till.key)


def _on_chain(app: Services, signed: Signed, till: TillView) -> bool:
    """Whether the chain already holds this batch; False while no node answers."""
    if signed.batch.last_sequence >= till.next_sequence:
        return False
    try:
        return recorded(app.ledger, [signed])[0]
    except ChainError:
        return False
