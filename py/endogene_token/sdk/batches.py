"""How sales become signed batches. Runs inside a transaction of the outbox.

A sequence is given when its batch is formed, in the transaction that stores the batch: it is never given
twice, and a batch is sent again as the very same bytes. At most one batch at a time waits for its acceptance.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from endogene_token.errors import OutOfStepError
from endogene_token.receipts import MAX_BATCH, Batch, Purchase, PurchaseBatch, Reversal, ReversalBatch
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import batch_body
from endogene_token.sdk.sales import Kind, Profile

_PURCHASES: Final = """
SELECT number FROM sale WHERE status = 'pending' AND kind = 'purchase' AND replaced = 0
    AND buyer_text IS NULL
ORDER BY number LIMIT ?
"""
_REVERSALS: Final = """
SELECT s.number FROM sale s JOIN sale p ON p.number = s.purchase
WHERE s.status = 'pending' AND s.kind = 'reversal' AND s.replaced = 0
    AND p.status IN ('accepted', 'held', 'recorded')
ORDER BY s.number LIMIT ?
"""
_PURCHASE_ITEMS: Final = "SELECT member, day, amount, commitment FROM sale WHERE batch = ? ORDER BY sequence"
_REVERSAL_ITEMS: Final = """
SELECT p.sequence, s.amount, s.day, s.commitment, b.first_sequence
FROM sale s JOIN sale p ON p.number = s.purchase JOIN batch b ON b.number = p.batch
WHERE s.batch = ? ORDER BY s.sequence
"""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A signed batch of the outbox, and the bytes that carry it."""

    number: int
    kind: Kind
    first_sequence: int
    size: int
    body: bytes


class Batches:
    """The batches of one till's outbox."""

    def __init__(self, db: sqlite3.Connection, profile: Profile) -> None:
        self._db = db
        self._profile = profile

    def next_sequence(self) -> int:
        """Return the sequence that the next batch begins at."""
        (sequence,) = self._db.execute("SELECT next_sequence FROM profile").fetchone()
        return int(sequence)

    def unsent(self, key: TillKey) -> StoredBatch | None:
        """Return the signed batch that waits for its acceptance, signed by `key`, or None.

        After a rotation of the till's key the same items under the same sequences are signed again.
        """
        row = self._db.execute(
            "SELECT number, kind, first_sequence, size, body, signer FROM batch WHERE state = 'signed'"
            " ORDER BY first_sequence LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        *fields, signer = row
        stored = StoredBatch(*fields)
        return stored if signer == key.address else self._sign(stored, key)

    def form(self, key: TillKey) -> StoredBatch | None:
        """Give the next sequences to what waits, sign and store it; None when nothing can leave.

        Purchases leave first, then the reversals whose purchase the service has accepted.
        """
        return self._form("purchase", _PURCHASES, key) or self._form("reversal", _REVERSALS, key)

    def accept(self, number: int) -> None:
        """Note that the service holds this batch."""
        self._db.execute("UPDATE batch SET state = 'sent' WHERE number = ?", (number,))
        self._db.execute(
            "UPDATE sale SET status = 'accepted' WHERE batch = ? AND status = 'signed'", (number,)
        )

    def agree(self, next_sequence: int) -> None:
        """Bring the outbox in step with the sequence that the service expects.

        Where the service has lost what it had accepted, the same batches are to be sent again. Raises
        OutOfStepError when the service has more than this outbox ever sent, or asks for what was rejected.
        """
        ours = self.next_sequence()
        if ours == next_sequence:
            return
        first = self._db.execute(
            "SELECT min(first_sequence) FROM batch WHERE state <> 'void' AND first_sequence >= ?",
            (next_sequence,),
        ).fetchone()
        if first != (next_sequence,):
            raise OutOfStepError(actual=ours, limit=next_sequence)
        self._db.execute(
            "UPDATE batch SET state = 'signed' WHERE state = 'sent' AND first_sequence >= ?", (next_sequence,)
        )
        self._db.execute(
            "UPDATE sale SET status = 'signed' WHERE status IN ('accepted', 'held')"
            " AND batch IN (SELECT number FROM batch WHERE state = 'signed')"
        )

    def reject(self, number: int, reason: str | None) -> None:
        """Note that this batch was rejected: the ledger will never record it."""
        self._db.execute("UPDATE batch SET state = 'void' WHERE number = ?", (number,))
        self._db.execute("UPDATE sale SET status = 'rejected', reason = ? WHERE batch = ?", (reason, number))

    def resume(self, next_sequence: int, conflicting: int | None) -> None:
        """Go on at the service's sequence; what was rejected waits again.

        So does the batch of number `conflicting`, whose sequences hold something else at the service, and,
        where the service asks for a sequence that no batch begins at, every batch after it.
        """
        self._db.execute("UPDATE batch SET state = 'void' WHERE number = ?", (conflicting,))
        try:
            self.agree(next_sequence)
        except OutOfStepError:
            self._db.execute("UPDATE batch SET state = 'void' WHERE first_sequence >= ?", (next_sequence,))
            self._db.execute("UPDATE profile SET next_sequence = ?", (next_sequence,))
        self._db.execute(
            "UPDATE sale SET status = 'pending', batch = NULL, sequence = NULL, reason = NULL"
            " WHERE replaced = 0 AND batch IN (SELECT number FROM batch WHERE state = 'void')"
        )

    def _form(self, kind: Kind, query: str, key: TillKey) -> StoredBatch | None:
        numbers = [number for (number,) in self._db.execute(query, (MAX_BATCH,))]
        if not numbers:
            return None
        first = self.next_sequence()
        self._db.execute("UPDATE profile SET next_sequence = ?", (first + len(numbers),))
        cursor = self._db.execute(
            "INSERT INTO batch (kind, first_sequence, size, signer, body, state)"
            " VALUES (?, ?, ?, '', '', 'signed')",
            (kind, first, len(numbers)),
        )
        stored = StoredBatch(cursor.lastrowid or 0, kind, first, len(numbers), b"")
        self._db.executemany(
            "UPDATE sale SET status = 'signed', batch = ?, sequence = ? WHERE number = ?",
            ((stored.number, sequence, number) for sequence, number in enumerate(numbers, first)),
        )
        return self._sign(stored, key)

    def _sign(self, stored: StoredBatch, key: TillKey) -> StoredBatch:
        batch = self._batch(stored)
        body = batch_body(batch, key.sign(batch, self._profile.domain))
        self._db.execute(
            "UPDATE batch SET signer = ?, body = ? WHERE number = ?", (key.address, body, stored.number)
        )
        return StoredBatch(stored.number, stored.kind, stored.first_sequence, stored.size, body)

    def _batch(self, stored: StoredBatch) -> Batch:
        head = (self._profile.till, self._profile.merchant, stored.first_sequence)
        if stored.kind == "purchase":
            rows = self._db.execute(_PURCHASE_ITEMS, (stored.number,))
            return PurchaseBatch(*head, tuple(_purchase(row) for row in rows))
        rows = self._db.execute(_REVERSAL_ITEMS, (stored.number,))
        return ReversalBatch(*head, tuple(_reversal(self._profile.till, row) for row in rows))


def _purchase(row: Sequence[Any]) -> Purchase:
    member, day, amount, commitment = row
    return Purchase(member, day, int(amount), commitment)


def _reversal(till: int, row: Sequence[Any]) -> Reversal:
    sequence, amount, day, commitment, batch = row
    return Reversal(till, sequence, int(amount), day, commitment, purchase_batch=batch)
