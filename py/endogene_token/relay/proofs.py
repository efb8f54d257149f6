"""What the chain holds of a batch, and the proofs of the purchases that reversals name."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from sqlmodel import Session

from endogene_token.chain.calls import Ledger
from endogene_token.chain.contracts import decode_log
from endogene_token.chain.logs import newest_logs, number_topic, topic
from endogene_token.errors import PurchasePendingError
from endogene_token.ids import PurchaseId
from endogene_token.receipts import (
    ROOT_BYTES,
    ItemProof,
    ItemProofs,
    Reversal,
    SignedPurchases,
    SignedReversals,
    batch_root,
)
from endogene_token.relay import queue
from endogene_token.relay.models import Signed, State

BATCHES_AT_HAND: Final = 256  # four megabytes of full ones
_FUND: Final = "CommunityFund"
_REVERSALS: Final = ("PurchaseReversed", "ReversalRefused")


def recorded(ledger: Ledger, batches: Sequence[Signed]) -> list[bool]:
    """Return for each of `batches` whether the chain holds exactly its items at its sequences."""
    purchases = [one for one in batches if isinstance(one, SignedPurchases)]
    places = [(one.batch.till, one.batch.first_sequence) for one in purchases]
    words = ledger.read([("CommunityFund", "batchRecord", place) for place in places])
    roots = {id(one): word[:ROOT_BYTES] for one, word in zip(purchases, words, strict=True)}
    return [
        roots[id(one)] == batch_root(one.batch.words())
        if isinstance(one, SignedPurchases)
        else _reversals_recorded(ledger, one)
        for one in batches
    ]


class Prover:
    """Proves the purchases that reversals name. Keeps the latest batches at hand: a record never changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._latest: OrderedDict[tuple[int, int], ItemProofs] = OrderedDict()

    def proof_of(self, session: Session, reversal: Reversal) -> ItemProof | None:
        """Return the proof of the purchase that `reversal` names, or None when no recorded batch holds it.

        The items come from the queue, else from the chain's logs. Raises PurchasePendingError while the batch
        still waits in the queue: sent now, its refund would be refused for good.
        """
        batch = self._batch(session, reversal)
        if batch is None:
            return None
        # Past the end of the batch, its last chunk proves that the purchase is not there: none would revert.
        return batch.of(min(reversal.purchase_sequence - reversal.purchase_batch, len(batch.words) - 1))

    def _batch(self, session: Session, reversal: Reversal) -> ItemProofs | None:
        place = till, first = reversal.purchase_till, reversal.purchase_batch
        if place in self._latest:
            self._latest.move_to_end(place)
            return self._latest[place]
        row = queue.items_of(session, till, first)
        if row is not None and row.state != State.RECORDED:
            raise PurchasePendingError(actual=PurchaseId(till, reversal.purchase_sequence))
        words = (row.words if row is not None else []) or _recorded_words(self._ledger, till, first)
        if not words:
            return None
        self._latest[place] = ItemProofs(words)
        if len(self._latest) > BATCHES_AT_HAND:
            self._latest.popitem(last=False)
        return self._latest[place]


def _recorded_words(ledger: Ledger, till: int, first_sequence: int) -> list[bytes]:
    """Return the packed items of the recorded batch that begins there; none when there is no such batch."""
    if ledger.batch_record(till, first_sequence) is None:
        return []
    topics = [topic(_FUND, "PurchasesRecorded"), number_topic(till), None, number_topic(first_sequence)]
    log = next(newest_logs(ledger, _FUND, topics), None)
    event = None if log is None else decode_log(_FUND, log)
    return [] if event is None else list(event.arguments["items"])


def _reversals_recorded(ledger: Ledger, signed: SignedReversals) -> bool:
    batch = signed.batch
    sequences = [number_topic(batch.first_sequence + i) for i in range(len(batch.items))]
    topics = [[topic(_FUND, name) for name in _REVERSALS], number_topic(batch.till), sequences]
    found: dict[int, tuple[object, ...]] = {}
    for log in newest_logs(ledger, _FUND, topics):
        event = decode_log(_FUND, log)
        if event is not None:
            found[event.arguments["sequence"]] = tuple(event.arguments["reversal"])
        if len(found) == len(batch.items):
            break
    return [found.get(batch.first_sequence + i) for i in range(len(batch.items))] == [
        (
            *(one.purchase_till, one.purchase_batch, one.purchase_sequence),
            *(one.amount, one.day, one.commitment),
        )
        for one in batch.items
    ]
