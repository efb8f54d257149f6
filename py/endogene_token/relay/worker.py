"""The worker between the queue and the chain. See {Relay}."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
from eth_account.signers.local import LocalAccount
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token import crash
from endogene_token.chain.calls import Ledger
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call, record_purchases, reverse_purchases
from endogene_token.errors import (
    BadSignatureError,
    ChainError,
    EndogeneError,
    LedgerRefusal,
    PredecessorRejectedError,
    PurchasePendingError,
    SequenceError,
    SequenceTakenError,
    StoreError,
    TillRevokedError,
    UnknownTillError,
    WrongMerchantError,
)
from endogene_token.receipts import ItemProof, SignedPurchases, SignedReversals
from endogene_token.relay import plan, queue
from endogene_token.relay.models import RelayBatch
from endogene_token.relay.plan import Run, Waiting
from endogene_token.relay.proofs import Prover, recorded
from endogene_token.relay.votes import VoteRelay
from endogene_token.store import reading, writing

ITEMS_PER_TRANSACTION: Final = 2_048  # some 17 million gas when none is refused
BATCHES_PER_STEP: Final = 512
IDLE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 30.0
FINAL: Final = (BadSignatureError, WrongMerchantError, TillRevokedError, PredecessorRejectedError)
"""What no waiting can change. Every other refusal (suspended, over exposure, …) holds the batch."""

log = structlog.get_logger()
Refused = tuple[Waiting, EndogeneError]


class Relay:
    """Takes the queue's batches to the chain, in the order of each till's sequence.

    What becomes of a batch is read from the chain, never from memory: killed anywhere, it goes on; two relays
    only do each other's work. A batch that the chain cannot take now is held with its reason and tried again,
    later each time, and its till's later batches wait behind it; other tills go on. One that the chain will
    never take (bad signature, wrong merchant, revoked till, sequences that hold something else) is rejected
    with its reason; the later batches of its till that would leave a hole are rejected too, as following a
    rejected one, so that the till can sign again from there. Nothing leaves the queue without a reason.
    """

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        account: LocalAccount,
        *,
        items_per_transaction: int = ITEMS_PER_TRANSACTION,
        clock: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        """Relay for the community of `ledger`, paying with `account` (which needs no right)."""
        self._engine = engine
        self._ledger = ledger
        self._prover = Prover(ledger)
        self._sender = Sender(ledger, account)
        self._votes = VoteRelay(engine, ledger, account, clock=clock)
        self._most_items = items_per_transaction
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        """Step until `stop` is set, and take what belongs to the assembly further as well.

        A chain or a database that does not answer is waited for.
        """
        failures = 0
        while not stop.is_set():
            try:
                steps = [self.step(), self._votes.step()]
                moved = any(steps)
                failures = 0
            except (ChainError, StoreError) as error:
                moved = False
                failures += 1
                log.warning("relay waits", error=str(error), failures=failures)
            if not moved:
                stop.wait(min(IDLE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS))

    def step(self) -> bool:
        """Take what is due one transaction further; return whether any batch was recorded or rejected.

        Raises ChainError when no node answers: the queue then says so of every batch, and keeps it.
        """
        with reading(self._engine) as connection, Session(connection) as session:
            batches = [Waiting(row) for row in queue.due(session, self._clock(), BATCHES_PER_STEP)]
        if not batches:
            return False
        try:
            return self._advance(batches)
        except ChainError as error:
            with self._marking() as session:
                queue.hold_all(session, error)
            raise

    def _advance(self, batches: Sequence[Waiting]) -> bool:
        ended, nexts = self._settle(batches)
        runs, refused = self._runs([one for one in batches if id(one) not in ended], nexts)
        calls: list[tuple[Call, list[Waiting]]] = []
        for pack in plan.packs(runs, self._most_items):
            admitted, more = self._admit(pack)
            refused += more
            calls += [(self._call(admitted), admitted)] if admitted else []
        rejected = self._refuse(refused)
        crash.point("relay.simulated")
        sent = self._send(calls)
        return bool(ended or rejected or sent)

    def _settle(self, batches: Sequence[Waiting]) -> tuple[set[int], dict[int, int | None]]:
        """Mark the batches whose sequences the chain has passed: recorded, or rejected as something else.

        Return their identities, and each till's next sequence (None for an unknown till).
        """
        head = self._ledger.head()
        nexts = _next_sequences(self._ledger.at(head), list(plan.by_till(batches)))
        past = plan.past(batches, nexts)
        held = recorded(self._ledger_since(head), [one.signed for one in past]) if past else []
        ours = [one.row for one, is_ours in zip(past, held, strict=True) if is_ours]
        others = [one for one, is_ours in zip(past, held, strict=True) if not is_ours]
        if past or any(one.row.reason is not None and one.row.attempts == 0 for one in batches):
            with self._marking() as session:
                queue.release(session)
                queue.mark_recorded(session, ours)
                for row in (one.row for one in others):
                    limit = nexts[row.till]
                    _reject(
                        session,
                        row,
                        SequenceTakenError(actual=row.first_sequence, till=row.till, limit=limit),
                    )
        return {id(one) for one in past}, nexts

    def _ledger_since(self, head: int) -> Ledger:
        """Return the ledger at the newest block, none before `head`. What is recorded stays recorded.

        A node that lags behind another must not make a batch look absent. Nor must the embedded one, which
        answers for its last block out of what it holds by then: of a batch that another relay has brought in
        meanwhile it tells the sequence, and not the record when it is asked for that same block again.
        """
        return self._ledger.at(max(head, self._ledger.head()))

    def _runs(
        self, batches: Sequence[Waiting], nexts: dict[int, int | None]
    ) -> tuple[list[Run], list[Refused]]:
        """Return what each till can send now, and the first batches of the tills that can send nothing."""
        runs: list[Run] = []
        refused: list[Refused] = []
        with reading(self._engine) as connection, Session(connection) as session:
            for till, own in plan.by_till(batches).items():
                error = _hole(session, own[0], nexts[till])
                if error is None:
                    runs.append(plan.run_of(own, self._most_items))
                else:
                    refused.append((own[0], error))
        return runs, refused

    def _admit(self, pack: Sequence[Run]) -> tuple[list[Waiting], list[Refused]]:
        """Return the batches of `pack` that one transaction can record now, and those that refuse, and why.

        Simulated all together first; only a refusal makes it look till by till, then batch by batch.
        """
        everything = [one for run in pack for one in run]
        if self._refusal(everything) is None:
            return everything, []
        admitted: list[Waiting] = []
        refused: list[Refused] = []
        for run in pack:
            if self._refusal([*admitted, *run]) is None:
                admitted += run
                continue
            for one in run:
                error = self._refusal([*admitted, one])
                if error is not None:
                    refused.append((one, error))
                    break  # the till's later batches can only follow this one
                admitted.append(one)
        return admitted, refused

    def _refusal(self, batches: Sequence[Waiting]) -> EndogeneError | None:
        try:
            self._sender.simulate(self._call(batches))
        except (LedgerRefusal, PurchasePendingError) as error:
            return error
        return None

    def _refuse(self, refused: Sequence[Refused]) -> int:
        """Reject or hold; return how many were rejected."""
        final = [one for one, error in refused if isinstance(error, FINAL)]
        # Another relay may have recorded one just before its till was revoked: then it is no loss to tell of.
        ended = self._settle(final)[0] if final else set()
        left = [one for one in refused if id(one[0]) not in ended]
        if left:
            with self._marking() as session:
                for one, error in left:
                    if isinstance(error, FINAL):
                        _reject(session, one.row, error)
                    else:
                        queue.hold(session, one.row, error, self._clock())
        return len([one for one, error in left if isinstance(error, FINAL)])

    def _send(self, calls: Sequence[tuple[Call, list[Waiting]]]) -> int:
        """Send, wait, and mark what the chain then holds; return how many batches it recorded."""
        if not calls:
            return 0
        hashes = self._sender.send([call for call, _ in calls])
        crash.point("relay.sent")
        outcomes = self._sender.outcomes(hashes)
        crash.point("relay.mined")
        settled, _ = self._settle([one for _, own in calls for one in own])
        failed = [
            (own[0], outcome)
            for (_, own), outcome in zip(calls, outcomes, strict=True)
            if isinstance(outcome, LedgerRefusal) and id(own[0]) not in settled
        ]
        self._refuse(failed)
        return len(settled)

    def _call(self, batches: Sequence[Waiting]) -> Call:
        """Return the transaction that records `batches`, all of one kind. Raises PurchasePendingError."""
        community = self._ledger.community
        purchases = [one.signed for one in batches if isinstance(one.signed, SignedPurchases)]
        if purchases:
            return record_purchases(community, purchases)
        reversals = [one.signed for one in batches if isinstance(one.signed, SignedReversals)]
        return reverse_purchases(community, reversals, self._proofs(reversals))

    def _proofs(self, reversals: Sequence[SignedReversals]) -> list[list[ItemProof | None]]:
        with reading(self._engine) as connection, Session(connection) as session:
            return [[self._prover.proof_of(session, item) for item in one.batch.items] for one in reversals]

    @contextmanager
    def _marking(self) -> Iterator[Session]:
        with writing(self._engine) as connection, Session(connection) as session:
            yield session
            crash.point("relay.marked")
        crash.point("relay.committed")


def _next_sequences(ledger: Ledger, tills: Sequence[int]) -> dict[int, int | None]:
    try:
        return {number: till.next_sequence for number, till in zip(tills, ledger.tills(tills), strict=True)}
    except UnknownTillError:
        return {number: _next_sequence(ledger, number) for number in tills}


def _next_sequence(ledger: Ledger, till: int) -> int | None:
    try:
        return ledger.till(till).next_sequence
    except UnknownTillError:
        return None


def _reject(session: Session, row: RelayBatch, error: EndogeneError) -> None:
    queue.reject(session, row, error)
    log.warning("batch rejected", till=row.till, sequence=row.first_sequence, error=str(error))


def _hole(session: Session, head: Waiting, next_sequence: int | None) -> EndogeneError | None:
    """Return why a till's first waiting batch cannot be its next one on the chain, or None when it can."""
    row = head.row
    if next_sequence is None:
        return UnknownTillError(actual=row.till)
    if row.first_sequence == next_sequence:
        return None
    if queue.rejected_before(session, row.till, next_sequence) is not None:
        return PredecessorRejectedError(actual=row.first_sequence, limit=next_sequence)
    # The queue knows what lies between, the node does not: it lags behind, or lost blocks, and may catch up.
    return SequenceError(actual=row.first_sequence, limit=next_sequence)
