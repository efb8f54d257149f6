"""Whether a hosted sale may be kept, and the row that it becomes. Runs inside the caller's transaction."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, or_, select, update

from endogene_token.errors import (
    AlreadyReturnedError,
    AmountError,
    DayError,
    EndogeneError,
    ReceiptErasedError,
    ReceiptTakenError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
    SaleOpenError,
    TextError,
    UnknownPurchaseError,
)
from endogene_token.receipts import SALT_BYTES, commitment
from endogene_token.relay.ballots import INSERT
from endogene_token.relay.models import write_reason
from endogene_token.sales.models import HostedSale, SaleState
from endogene_token.sdk.sales import (
    ANONYMOUS,
    Draft,
    Kind,
    LocalTime,
    NewPurchase,
    NewReversal,
    check_draft,
    local_time,
)

MAX_KEPT: Final = 2**63 - 1  # minor units that a BIGINT holds; the largest cap of a till has 48 bits

_ENDED: Final = (SaleState.RECORDED, SaleState.REFUSED, SaleState.ERASED)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A sale, and whether it is new or was kept already."""

    sale: HostedSale
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Content:
    """What a draft comes to, once checked."""

    kind: Kind
    receipt: str
    amount: int
    member: int
    time: LocalTime
    purchase: int | None
    origin: str | None
    note: str | None


class Intake:
    """Takes the drafts of one hosted till, each under its receipt number once and for all."""

    def __init__(
        self, session: Session, merchant: int, till: int, *, zone: ZoneInfo, now: datetime, source: str
    ) -> None:
        self._session = session
        self._place = (merchant, till)
        self._zone = zone
        self._now = now
        self._source = source

    def admit(
        self, draft: Draft, *, origin: str | None = None, unknown: EndogeneError | None = None
    ) -> Admitted:
        """Return the sale that `draft` becomes, or the one that it already became.

        `origin`: the number that the shop's software gave the sale; `unknown`: why its buyer is not known.
        Raises, with nothing written, AmountError, RangeError, ReceiptNumberError, DayError, TextError;
        ReceiptTakenError when the number is that of another sale; for a reversal
        ReturnWithoutPurchaseError, AlreadyReturnedError, ReturnTooLargeError, ReceiptErasedError.
        """
        check_draft(draft)
        for receipt in (draft.receipt, draft.purchase if isinstance(draft, NewReversal) else ""):
            if "\0" in receipt:  # what PostgreSQL keeps in no text
                raise TextError(field="receipt", actual=ascii("\0"))
        if draft.amount is not None and draft.amount > MAX_KEPT:
            raise AmountError(field="amount", actual=draft.amount, limit=MAX_KEPT)
        time = self._time(draft)
        if isinstance(draft, NewReversal):
            return self._reversal(draft, time, origin)
        note = None if unknown is None else write_reason(unknown)
        member = draft.member or ANONYMOUS
        content = _Content("purchase", draft.receipt, draft.amount, member, time, None, origin, note)
        return self._keep(content, lambda held: _is_same_purchase(held, draft, time))

    def find(self, receipt: str, kind: Kind) -> HostedSale | None:
        """Return the sale with this receipt number, or None."""
        return self._one(HostedSale.receipt == receipt, HostedSale.kind == kind)

    def holds(self, draft: NewReversal) -> bool:
        """Return whether this very reversal is kept."""
        held = self.find(draft.receipt, "reversal")
        if held is None:
            return False
        bought = self.find(draft.purchase, "purchase")
        time = self._time(draft)
        return _is_same_reversal(held, draft, bought, time)

    def receipt_of(self, origin: str) -> str | None:
        """Return the receipt number of the purchase that the shop's software numbered `origin`, or None.

        Of the sales of its own kind only: two kinds of software on one till number theirs alike.
        """
        own = (HostedSale.source == self._source, HostedSale.kind == "purchase")
        found = self._one(HostedSale.origin == origin, *own)
        return None if found is None else found.receipt

    def erase(self, receipt: str) -> int:
        """Destroy the salts of a purchase and of its reversals, and their places on the ledger.

        Return how many there were. The receipt number stays, so that a late replay records nothing again.
        Raises UnknownPurchaseError; SaleOpenError when one of them is still on its way.
        """
        bought = self.find(receipt, "purchase")
        if bought is None:
            raise UnknownPurchaseError(actual=receipt)
        own = or_(HostedSale.id == bought.id, HostedSale.purchase == bought.id)
        for one in self._session.exec(select(HostedSale).where(own)):
            if one.state not in _ENDED:
                raise SaleOpenError(actual=one.receipt, limit=one.state)
        gone = dict.fromkeys(("salt", "queued", "signer", "batch", "sequence", "origin"))
        kept = (own, col(HostedSale.salt).is_not(None))
        query = update(HostedSale).where(*kept).values({**gone, "state": SaleState.ERASED})
        return int(self._session.exec(query).rowcount)

    def _time(self, draft: Draft) -> LocalTime:
        try:
            return local_time(self._now if draft.at is None else draft.at, self._zone)
        except OverflowError as error:  # an instant of year 1 or 9999 that is none in the community's time
            raise DayError(actual=draft.at, limit=date.max) from error

    def _reversal(self, draft: NewReversal, time: LocalTime, origin: str | None) -> Admitted:
        bought = self._bought(draft.purchase)
        held = self.find(draft.receipt, "reversal")
        if held is not None and held.state != SaleState.REFUSED:
            if held.state == SaleState.ERASED or _is_same_reversal(held, draft, bought, time):
                return Admitted(held, is_new=False)
            raise _taken(held)
        if bought is None or bought.id is None or bought.state == SaleState.REFUSED:
            raise ReturnWithoutPurchaseError(actual=draft.receipt)
        if bought.state == SaleState.ERASED:
            raise ReceiptErasedError(actual=draft.purchase)
        left = bought.amount - self._returned(bought.id)
        if left == 0:
            raise AlreadyReturnedError(actual=draft.purchase)
        amount = left if draft.amount is None else draft.amount
        if amount > left:
            raise ReturnTooLargeError(actual=amount, limit=left)
        content = _Content("reversal", draft.receipt, amount, bought.member, time, bought.id, origin, None)
        return self._keep(content, lambda row: _is_same_reversal(row, draft, bought, time))

    def _bought(self, receipt: str) -> HostedSale | None:
        # Locked: of two refunds at once, the second sees what the first left of the purchase.
        return self._one(HostedSale.receipt == receipt, HostedSale.kind == "purchase", for_update=True)

    def _returned(self, purchase: int) -> int:
        query = select(func.sum(HostedSale.amount)).where(
            HostedSale.purchase == purchase, HostedSale.state != SaleState.REFUSED
        )
        return int(self._session.exec(query).one() or 0)

    def _keep(self, content: _Content, is_same: Callable[[HostedSale], bool]) -> Admitted:
        values = self._values(content)
        held, is_new = self._insert(values)
        if is_new:
            return Admitted(held, is_new=True)
        if held.state == SaleState.REFUSED:
            # It moved no money: sent again, corrected or once its reason is gone, it is tried again.
            return Admitted(self._replace(held, values), is_new=True)
        if held.state == SaleState.ERASED or is_same(held):
            return Admitted(held, is_new=False)
        raise _taken(held)

    def _insert(self, values: dict[str, Any]) -> tuple[HostedSale, bool]:
        """Return the sale under this receipt number, and whether it was inserted now.

        The unique key decides, whoever else inserts it at the same time.
        """
        insert = INSERT[self._session.get_bind().dialect.name](HostedSale)
        query = insert.values(values).on_conflict_do_nothing().returning(HostedSale.id)
        new = self._session.execute(query).scalar()
        held = self.find(values["receipt"], values["kind"])
        if held is None:
            raise RuntimeError("what the unique key refused is there")
        return held, new is not None

    def _replace(self, held: HostedSale, values: dict[str, Any]) -> HostedSale:
        nowhere = dict.fromkeys(("reason", "queued", "signer", "batch", "sequence"))
        own = col(HostedSale.id) == held.id
        self._session.exec(update(HostedSale).where(own).values({**values, **nowhere}))
        self._session.refresh(held)
        return held

    def _values(self, content: _Content) -> dict[str, Any]:
        merchant, till = self._place
        at, day = content.time
        salt = os.urandom(SALT_BYTES)
        return {
            "merchant": merchant,
            "till": till,
            "receipt": content.receipt,
            "kind": content.kind,
            "amount": content.amount,
            "member": content.member,
            "at": at,
            "day": day,
            "purchase": content.purchase,
            "source": self._source,
            "origin": content.origin,
            "salt": salt,
            "commitment": commitment(
                salt, at=at, kind=content.kind, merchant=merchant, receipt=content.receipt
            ),
            "state": SaleState.PENDING,
            "note": content.note,
            "received_at": int(self._now.timestamp()),
        }

    def _one(self, *conditions: Any, for_update: bool = False) -> HostedSale | None:
        merchant, till = self._place
        query = select(HostedSale).where(
            HostedSale.merchant == merchant, HostedSale.till == till, *conditions
        )
        query = query.execution_options(populate_existing=True)
        return self._session.exec(query.with_for_update() if for_update else query).first()


def _is_same_purchase(held: HostedSale, draft: NewPurchase, time: LocalTime) -> bool:
    # Kept without its buyer, who was not known then: that he or she is now makes no other sale of it.
    same_buyer = held.member == (draft.member or ANONYMOUS) or held.note is not None
    return held.amount == draft.amount and same_buyer and (draft.at is None or held.at == time.at)


def _is_same_reversal(
    held: HostedSale, draft: NewReversal, bought: HostedSale | None, time: LocalTime
) -> bool:
    same_purchase = bought is not None and held.purchase == bought.id
    same_amount = draft.amount is None or held.amount == draft.amount
    return same_purchase and same_amount and (draft.at is None or held.at == time.at)


def _taken(held: HostedSale) -> ReceiptTakenError:
    """Return the refusal; who bought is not told, since who sends sales may not read that."""
    return ReceiptTakenError(actual=held.receipt, limit=f"{held.amount}, {held.at}")
