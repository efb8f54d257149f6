"""Whether a sale may be recorded, and the row it becomes. Runs inside a transaction of the outbox."""

import os
import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

from endogene_token.errors import ReceiptTakenError
from endogene_token.ids import day_date
from endogene_token.receipts import SALT_BYTES, commitment
from endogene_token.sdk.buyers import is_of_buyer
from endogene_token.sdk.renewals import follow, refundable, replace
from endogene_token.sdk.rows import live_sale
from endogene_token.sdk.sales import (
    ANONYMOUS,
    LOST,
    Draft,
    Kind,
    LocalTime,
    NewPurchase,
    NewReversal,
    Profile,
    Sale,
    Status,
    check_draft,
    local_time,
)


class Intake:
    """Takes drafts into the outbox of one till."""

    def __init__(self, db: sqlite3.Connection, profile: Profile, now: datetime) -> None:
        self._db = db
        self._profile = profile
        self._zone = ZoneInfo(profile.timezone)
        self._now = now

    def admit(self, draft: Draft) -> Sale:
        """Return the sale that `draft` becomes, or the one that it already became.

        Raises, with nothing written, AmountError, RangeError, ReceiptNumberError, DayError, TextError;
        ReceiptTakenError when the number is that of another sale; for a reversal
        ReturnWithoutPurchaseError, AlreadyReturnedError, ReturnTooLargeError.
        """
        check_draft(draft)
        time = local_time(self._now if draft.at is None else draft.at, self._zone)
        if isinstance(draft, NewPurchase):
            return self._purchase(draft, time)
        return self._reversal(draft, time)

    def _purchase(self, draft: NewPurchase, time: LocalTime) -> Sale:
        held = live_sale(self._db, "purchase", draft.receipt)
        if held is not None:
            same_time = draft.at is None or held.at == time.at
            if held.amount == draft.amount and same_time and is_of_buyer(self._db, held, draft):
                return held
            _check_lost(held)
        self._replace(held)
        sale = self._insert(draft, draft.amount, draft.member or ANONYMOUS, time)
        if held is not None:
            follow(self._db, held, sale)
        return sale

    def _reversal(self, draft: NewReversal, time: LocalTime) -> Sale:
        held = live_sale(self._db, "reversal", draft.receipt)
        purchase = live_sale(self._db, "purchase", draft.purchase)
        if held is not None:
            same_time = draft.at is None or held.at == time.at
            same_amount = draft.amount is None or held.amount == draft.amount
            if same_amount and same_time and purchase is not None and self._refunds(held, purchase):
                return held
            _check_lost(held)
        purchase, amount = refundable(self._db, purchase, draft.receipt, draft.amount)
        self._replace(held)
        return self._insert(draft, amount, purchase.member, time, purchase)

    def _refunds(self, held: Sale, purchase: Sale) -> bool:
        (number,) = self._db.execute("SELECT purchase FROM sale WHERE number = ?", (held.number,)).fetchone()
        return bool(number == purchase.number)

    def _replace(self, held: Sale | None) -> None:
        """Free the receipt number of a lost sale, once nothing can refuse its successor any more."""
        if held is not None:
            replace(self._db, held)

    def _insert(
        self, draft: Draft, amount: int, member: int, time: LocalTime, purchase: Sale | None = None
    ) -> Sale:
        kind: Kind = "purchase" if purchase is None else "reversal"
        receipt, (at, day) = draft.receipt, time
        salt = os.urandom(SALT_BYTES)
        sealed = commitment(salt, at=at, kind=kind, merchant=self._profile.merchant, receipt=receipt)
        number = None if purchase is None else purchase.number
        sought = draft.lookup if isinstance(draft, NewPurchase) else None
        buyer, text = (None, None) if sought is None else (sought.kind, sought.text)
        cursor = self._db.execute(
            "INSERT INTO sale (kind, receipt, amount, member, at, day, purchase, salt, commitment, buyer,"
            " buyer_text, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')",
            (kind, receipt, str(amount), member, at, day, number, salt, sealed, buyer, text),
        )
        return Sale(
            number=cursor.lastrowid or 0,
            kind=kind,
            receipt=receipt,
            amount=amount,
            member=member,
            at=at,
            day=day_date(day),
            status=Status.PENDING,
            purchase=None if purchase is None else purchase.receipt,
            buyer=buyer,
        )


def _check_lost(held: Sale) -> None:
    """Raise ReceiptTakenError unless `held` was refused or rejected: its number is free again."""
    if held.status not in LOST:
        told = f"{held.amount}, {held.member or '-'}, {held.at}, {held.purchase or '-'}"
        raise ReceiptTakenError(actual=held.receipt, limit=told)
