"""The outbox of a till: what it recorded, durable before anything leaves, and how far each sale has come.

Every method is one transaction (synchronous=FULL: on return it is on the disk), called from any thread.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from endogene_token import crash
from endogene_token.errors import (
    InputError,
    ReceiptErasedError,
    ReturnWithoutPurchaseError,
    UnknownPurchaseError,
    WrongOutboxError,
)
from endogene_token.money import Split
from endogene_token.receipts import Domain
from endogene_token.sdk import buyers
from endogene_token.sdk.batches import Batches, StoredBatch
from endogene_token.sdk.buyers import Found, Sought
from endogene_token.sdk.database import Database
from endogene_token.sdk.intake import Intake
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import StateAnswer
from endogene_token.sdk.quotes import Rates
from endogene_token.sdk.renewals import again
from endogene_token.sdk.rows import SCHEMA_STEPS, live_sale, live_sales, numbered_sale
from endogene_token.sdk.sales import Draft, Kind, Opening, Profile, Sale, Status

_EVERYTHING: Final = 2**63 - 1  # rows: SQLite's largest limit
TO_SEND: Final = (Status.PENDING, Status.SIGNED)


class Outbox:
    """The outbox in the file `path`, created when missing; one till, one ledger, one process at a time."""

    def __init__(self, path: Path, till: int) -> None:
        """Open it. Raises OutboxLockedError, DatabaseTooNewError, WrongOutboxError and other StoreErrors."""
        self._database = Database(path, SCHEMA_STEPS)
        self._profile = self._read_profile()
        if self._profile is not None and self._profile.till != till:
            self._database.close()
            raise WrongOutboxError(actual=f"till {till}", limit=self._profile)

    def close(self) -> None:
        """Close the file and free its lock."""
        self._database.close()

    @property
    def profile(self) -> Profile | None:
        """The till and the ledger that this outbox serves; None until it was first bound."""
        return self._profile

    def bind(self, profile: Profile, next_sequence: int) -> None:
        """Keep this outbox to one till and ledger, from `next_sequence` on if it is new.

        Raises WrongOutboxError when it was bound to others, OutOfStepError as Batches.agree tells.
        """
        with self._database.writing() as db:
            held = _stored_profile(db)  # another thread may have bound it since ours asked the service
            if held is None:
                domain = profile.domain
                db.execute(
                    "INSERT INTO profile VALUES (1, ?, ?, ?, ?, ?, ?)",
                    (
                        *(profile.till, profile.merchant, str(domain.chain_id), domain.fund),
                        *(profile.timezone, next_sequence),
                    ),
                )
                crash.point("sdk.profile.written")
            else:
                _recognise(db, held, profile)
                Batches(db, profile).agree(next_sequence)
                crash.point("sdk.step.written")
        crash.point("sdk.profile.stored")
        self._profile = self._read_profile()

    def recognise(self, profile: Profile) -> None:
        """Take over the time zone that the community now has. Raises WrongOutboxError for another ledger."""
        if profile == self._profile:
            return
        with self._database.writing() as db:
            _recognise(db, self._bound(), profile)
        self._profile = self._read_profile()

    def add(self, drafts: Iterable[Draft], now: datetime) -> list[Sale]:
        """Record all the drafts, in order, or none. Raises what Intake.admit raises, and DiskFullError."""
        with self._database.writing() as db:
            intake = Intake(db, self._bound(), now)
            sales = [intake.admit(draft) for draft in drafts]
            crash.point("sdk.sales.written")
        crash.point("sdk.sales.stored")
        return sales

    def add_each(self, drafts: Iterable[Draft], now: datetime) -> list[Sale | InputError]:
        """Record those drafts that can be; in their order, the sale or what Intake.admit raised."""
        results: list[Sale | InputError] = []
        with self._database.writing() as db:
            intake = Intake(db, self._bound(), now)
            for draft in drafts:
                try:
                    results.append(intake.admit(draft))
                except InputError as refusal:
                    results.append(refusal)
            crash.point("sdk.each.written")
        crash.point("sdk.each.stored")
        return results

    def again(self, sale: Sale) -> Sale:
        """Record a refused sale again, unchanged, for a new sequence. Raises what renewals.again raises."""
        with self._database.writing() as db:
            renewed = again(db, sale.number)
            crash.point("sdk.again.written")
        crash.point("sdk.again.stored")
        return renewed

    def sought(self, after: int, limit: int) -> list[Sought]:
        """Return sales whose buyer is to be looked up, numbered above `after`, in order."""
        with self._database.reading() as db:
            return buyers.sought(db, after, limit)

    def keep_buyers(self, found: Sequence[Found]) -> None:
        """Note what looking up these sales' buyers gave, and erase what they were looked up by."""
        with self._database.writing() as db:
            buyers.keep(db, found)
            crash.point("sdk.buyers.written")
        crash.point("sdk.buyers.stored")
        self._database.forget()

    def unfound(self) -> int:
        """Return how many sales have no member because their buyer could not be found."""
        with self._database.reading() as db:
            return buyers.unfound(db)

    def keep_rates(self, rates: Rates) -> None:
        """Keep the rates for quotes; those before are forgotten."""
        values = (rates.rate_bps, rates.split.operations_bps, rates.split.reserve_bps)
        with self._database.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO rates VALUES (1, ?, ?, ?, ?)", (*values, int(rates.as_of.timestamp()))
            )
            crash.point("sdk.rates.written")
        crash.point("sdk.rates.stored")

    def rates(self) -> Rates | None:
        """Return the rates that the service last told, or None."""
        with self._database.reading() as db:
            row = db.execute("SELECT rate_bps, operations_bps, reserve_bps, as_of FROM rates").fetchone()
        if row is None:
            return None
        rate_bps, operations_bps, reserve_bps, as_of = row
        return Rates(rate_bps, Split(operations_bps, reserve_bps), datetime.fromtimestamp(as_of, UTC))

    def next_batch(self, key: TillKey) -> StoredBatch | None:
        """Return the batch to send: the one that waits for its acceptance, or a new one; None when done."""
        with self._database.writing() as db:
            batches = Batches(db, self._bound())
            batch = batches.unsent(key) or batches.form(key)
            crash.point("sdk.batch.written")
        crash.point("sdk.batch.stored")
        return batch

    def unsent(self, key: TillKey) -> StoredBatch | None:
        """Return the batch that waits for its acceptance, or None; forms none."""
        with self._database.writing() as db:
            return Batches(db, self._bound()).unsent(key)

    def accept(self, batch: StoredBatch) -> None:
        """Note that the service holds this batch."""
        with self._database.writing() as db:
            Batches(db, self._bound()).accept(batch.number)
            crash.point("sdk.acceptance.written")
        crash.point("sdk.acceptance.stored")

    def resume(self, next_sequence: int, conflicting: StoredBatch | None) -> None:
        """Go on at the service's sequence, see Batches.resume."""
        with self._database.writing() as db:
            number = None if conflicting is None else conflicting.number
            Batches(db, self._bound()).resume(next_sequence, number)
            crash.point("sdk.resumption.written")
        crash.point("sdk.resumption.stored")

    def settle(self, sales: Sequence[Sale], states: Sequence[StateAnswer]) -> list[Sale]:
        """Note what the service told of each sale, and return the sales as they now are."""
        with self._database.writing() as db:
            for sale, state in zip(sales, states, strict=True):
                self._settle(db, sale, state)
            crash.point("sdk.states.written")
        crash.point("sdk.states.stored")
        with self._database.reading() as db:
            return [numbered_sale(db, sale.number) for sale in sales]

    def find(self, receipt: str, kind: Kind = "purchase") -> Sale | None:
        """Return the sale with this receipt number, or None."""
        with self._database.reading() as db:
            return live_sale(db, kind, receipt)

    def sale(self, number: int) -> Sale:
        """Return the sale of this number, as it now is."""
        with self._database.reading() as db:
            return numbered_sale(db, number)

    def sales(self, statuses: Sequence[Status], after: int = 0, limit: int = _EVERYTHING) -> list[Sale]:
        """Return the live sales with one of these statuses (none: all), numbered above `after`, in order."""
        with self._database.reading() as db:
            return live_sales(db, statuses or tuple(Status), after, limit)

    def counts(self) -> dict[Status, int]:
        """Return how many live sales have each status."""
        with self._database.reading() as db:
            rows = dict(db.execute("SELECT status, count(*) FROM sale WHERE replaced = 0 GROUP BY status"))
        return {status: rows.get(status, 0) for status in Status}

    def unsent_sales(self) -> int:
        """Return how many live sales the service does not hold yet."""
        counts = self.counts()
        return sum(counts[status] for status in TO_SEND)

    def opening(self, receipt: str, kind: Kind = "purchase") -> Opening:
        """Return what opens the commitment of a receipt. Raises UnknownPurchaseError, ReceiptErasedError."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT at, salt, commitment FROM sale WHERE kind = ? AND receipt = ? AND replaced = 0",
                (kind, receipt),
            ).fetchone()
        if row is None:
            raise UnknownPurchaseError(actual=receipt)
        at, salt, sealed = row
        if salt is None:
            raise ReceiptErasedError(actual=receipt)
        return Opening(kind, receipt, at, self._bound().merchant, salt, sealed)

    def erase(self, receipt: str) -> int:
        """Destroy the salts of a purchase and of its reversals; return how many there were.

        The amounts on the ledger stand, but nobody can tie them to the receipts any more.
        """
        with self._database.writing() as db:
            erased = db.execute(
                "UPDATE sale SET salt = NULL WHERE salt IS NOT NULL"
                " AND (kind = 'purchase' AND receipt = :receipt"
                " OR purchase IN (SELECT number FROM sale WHERE kind = 'purchase' AND receipt = :receipt))",
                {"receipt": receipt},
            ).rowcount
            crash.point("sdk.erasure.written")
        crash.point("sdk.erasure.stored")
        self._database.forget()
        return erased

    def _settle(self, db: sqlite3.Connection, sale: Sale, state: StateAnswer) -> None:
        sequence = None if sale.id is None else sale.id.sequence
        # no row is found when the sale left its sequence while the service was asked
        batch = db.execute(
            "UPDATE sale SET status = ?, reason = ?, premium = ?, credit = ?"
            " WHERE number = ? AND sequence = ? RETURNING batch",
            (state.status, state.reason, state.premium, state.credit, sale.number, sequence),
        ).fetchone()
        if batch is not None and state.status == "rejected":
            Batches(db, self._bound()).reject(batch[0], state.reason)
        elif batch is not None and state.status == "refused":
            db.execute(
                "UPDATE sale SET status = 'refused', reason = ? WHERE purchase = ? AND status = 'pending'",
                (ReturnWithoutPurchaseError.code, sale.number),
            )

    def _bound(self) -> Profile:
        if self._profile is None:
            raise RuntimeError("the core binds an outbox before it uses it")
        return self._profile

    def _read_profile(self) -> Profile | None:
        with self._database.reading() as db:
            return _stored_profile(db)


def _stored_profile(db: sqlite3.Connection) -> Profile | None:
    row = db.execute("SELECT till, merchant, chain_id, fund, timezone FROM profile").fetchone()
    if row is None:
        return None
    till, merchant, chain_id, fund, timezone = row
    return Profile(till, merchant, Domain(int(chain_id), fund), timezone)


def _recognise(db: sqlite3.Connection, held: Profile, profile: Profile) -> None:
    """Keep the time zone of `profile`, which may be corrected; all else must be as `held`."""
    if _ledger(held) != _ledger(profile):
        raise WrongOutboxError(actual=profile, limit=held)
    db.execute("UPDATE profile SET timezone = ?", (profile.timezone,))


def _ledger(profile: Profile) -> tuple[int, int, int, str]:
    return profile.till, profile.merchant, profile.domain.chain_id, profile.domain.fund.lower()
