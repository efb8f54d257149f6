"""The worker that signs hosted sales and follows them. See {Signer}."""

import threading
from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, and_, col, or_, select, update

from endogene_token import crash
from endogene_token.chain.calls import Ledger
from endogene_token.errors import (
    ChainError,
    OutOfStepError,
    QueueError,
    SequenceError,
    StoreError,
    TillRevokedError,
)
from endogene_token.indexer import models
from endogene_token.receipts import (
    MAX_BATCH,
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
)
from endogene_token.relay import queue
from endogene_token.relay.models import Signed
from endogene_token.sales import following
from endogene_token.sales.models import ON_THE_WAY, HostedSale, HostedTill, SaleState, TillState
from endogene_token.sales.tills import HostedTills
from endogene_token.store import reading, writing

IDLE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 30.0
log = structlog.get_logger()


class Signer:
    """Signs the sales that wait, till by till, and puts each batch into the relay's queue.

    A batch enters the queue in the very transaction that marks its sales as signed: killed anywhere, a sale
    is in the queue once or waits still. The till's row is locked meanwhile, so that two signers take turns.
    Purchases leave first, then the reversals whose purchase leaves before them. A till whose batch the ledger
    rejects for good signs nothing more until its key is rotated: its `reason` says why.
    """

    def __init__(self, engine: Engine, ledger: Ledger, tills: HostedTills) -> None:
        self._engine = engine
        self._ledger = ledger
        self._tills = tills

    def run(self, stop: threading.Event) -> None:
        """Step until `stop` is set. A chain or a database that does not answer is waited for."""
        failures = 0
        while not stop.is_set():
            try:
                moved, failures = self.step(), 0
            except (ChainError, StoreError, QueueError, SequenceError) as error:
                # Another signer, or a node that lags behind, was met: the transaction left nothing behind.
                moved, failures = False, failures + 1
                log.warning("signer waits", error=str(error), failures=failures)
            if not moved:
                stop.wait(min(IDLE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS))

    def step(self) -> bool:
        """Follow what is on its way, then sign a batch of each till that has one; return whether any moved.

        Raises StoreError, ChainError, SequenceError, SequenceTakenError; what moved before stands.
        """
        moved = following.step(self._engine)
        for till in self._with_work():
            moved |= self._sign(till) > 0
        return moved

    def _with_work(self) -> Sequence[HostedTill]:
        pending = select(HostedSale.till).where(HostedSale.state == SaleState.PENDING).distinct()
        query = select(HostedTill).where(
            HostedTill.state == TillState.OPEN,
            col(HostedTill.reason).is_(None),
            col(HostedTill.number).in_(pending),
        )
        with reading(self._engine) as connection, Session(connection) as session:
            return session.exec(query).all()

    def _sign(self, till: HostedTill) -> int:
        """Sign one batch of `till`; return how many sales it holds."""
        key = self._tills.key(till)
        chain_next = self._chain_next(till)
        with writing(self._engine) as connection, Session(connection) as session:
            if chain_next is None or not _lock(session, till, chain_next):
                return 0
            first = queue.next_sequence(session, till.till or 0, chain_next)
            sales = _purchases(session, till) or _reversals(session, till)
            if not sales:
                return 0
            batch = _batch(session, till, sales, first)
            signed = _signed(batch, key.sign(batch, self._ledger.domain))
            queued = queue.enqueue(session, signed, chain_next)
            marks = [_mark(one, queued, (till.till, first, first + i)) for i, one in enumerate(sales)]
            session.execute(update(HostedSale), marks)
            crash.point("sales.batch.written")
        crash.point("sales.batch.stored")
        return len(sales)

    def _chain_next(self, till: HostedTill) -> int | None:
        """Return the till's next sequence on the ledger, from the read model while no node answers.

        None, and the till stands still, when the ledger has revoked it.
        """
        try:
            found = self._ledger.till(till.till or 0)
            revoked, sequence = found.revoked, found.next_sequence
        except ChainError:
            with reading(self._engine) as connection, Session(connection) as session:
                row = session.get(models.Till, till.till)
            revoked, sequence = (False, 1) if row is None else (bool(row.revoked), row.next_sequence)
        if revoked:
            with writing(self._engine) as connection, Session(connection) as session:
                following.stop(session, till.till or 0, TillRevokedError(actual=till.till))
        return None if revoked else sequence


def _lock(session: Session, till: HostedTill, chain_next: int) -> bool:
    """Take the till for this transaction; return whether it may still sign."""
    row = select(HostedTill).where(HostedTill.address == till.address).with_for_update()
    held = session.exec(row).first()
    if held is None or held.state != TillState.OPEN or held.reason is not None:
        return False
    ours = queue.next_sequence(session, till.till or 0)
    if chain_next > ours:
        # Nobody else holds this key: the database is older than what it once signed. To sign on could
        # record a sale twice.
        following.stop(session, till.till or 0, OutOfStepError(actual=ours, limit=chain_next))
        return False
    return True


def _purchases(session: Session, till: HostedTill) -> Sequence[HostedSale]:
    query = select(HostedSale).where(
        HostedSale.state == SaleState.PENDING, HostedSale.till == till.number, HostedSale.kind == "purchase"
    )
    return session.exec(query.order_by(col(HostedSale.id)).limit(MAX_BATCH)).all()


def _reversals(session: Session, till: HostedTill) -> Sequence[HostedSale]:
    """Return the reversals whose purchase is on the ledger, or goes there before them under the same key.

    One that waits under another key may be rejected yet, and be signed again under another sequence.
    """
    same_key = and_(HostedSale.signer == till.till, col(HostedSale.state).in_(ON_THE_WAY))
    sure = select(HostedSale.id).where(
        HostedSale.till == till.number,
        HostedSale.kind == "purchase",
        or_(HostedSale.state == SaleState.RECORDED, same_key),
    )
    query = select(HostedSale).where(
        HostedSale.state == SaleState.PENDING,
        HostedSale.till == till.number,
        HostedSale.kind == "reversal",
        col(HostedSale.purchase).in_(sure),
    )
    return session.exec(query.order_by(col(HostedSale.id)).limit(MAX_BATCH)).all()


def _batch(
    session: Session, till: HostedTill, sales: Sequence[HostedSale], first: int
) -> PurchaseBatch | ReversalBatch:
    head = (till.till or 0, till.merchant, first)
    if sales[0].kind == "purchase":
        items = (Purchase(one.member, one.day, one.amount, one.commitment) for one in sales)
        return PurchaseBatch(*head, tuple(items))
    wanted = select(HostedSale).where(col(HostedSale.id).in_([one.purchase for one in sales]))
    bought = {one.id: one for one in session.exec(wanted)}
    return ReversalBatch(*head, tuple(_reversal(one, bought[one.purchase]) for one in sales))


def _reversal(sale: HostedSale, bought: HostedSale) -> Reversal:
    return Reversal(
        bought.signer or 0,
        bought.sequence or 0,
        sale.amount,
        sale.day,
        sale.commitment,
        purchase_batch=bought.batch or 0,
    )


def _signed(batch: PurchaseBatch | ReversalBatch, signature: bytes) -> Signed:
    if isinstance(batch, PurchaseBatch):
        return SignedPurchases(batch, signature)
    return SignedReversals(batch, signature)


def _mark(sale: HostedSale, queued: int | None, place: tuple[int | None, int, int]) -> dict[str, object]:
    """Return what changes of a signed sale: its place is (till, first sequence of the batch, sequence)."""
    where = dict(zip(("signer", "batch", "sequence"), place, strict=True))
    return {"id": sale.id, "queued": queued, **where, "state": SaleState.ACCEPTED, "reason": None}
