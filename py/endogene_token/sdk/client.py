"""The till's client for ordinary programs; see `async_client` for asynchronous ones."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from endogene_token.errors import InputError
from endogene_token.sdk.drivers import Driver, utc_now
from endogene_token.sdk.flows import Flushed, Progress, TillFlows
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.listing import Listing
from endogene_token.sdk.quotes import Quote
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import Draft, Kind, Moment, NewPurchase, NewReversal, Opening, Sale, Status

DEFAULT_RETRIES: Final = Retries()


class TillClient(Listing):
    """Records the sales of one till: durable in its outbox first, then sent to the community's service.

    A sale is never blocked by the network: only the very first use of a new outbox needs the service. Safe to
    share between threads. Close it, or use it in a ``with`` statement.
    """

    def __init__(
        self,
        api_url: str,
        till: int,
        key: TillKey,
        outbox: Path,
        merchant: int | None = None,
        *,
        api_key: str | None = None,
        retries: Retries = DEFAULT_RETRIES,
        clock: Callable[[], datetime] = utc_now,
        http: httpx.Client | None = None,
    ) -> None:
        """Open the outbox of this till; nothing is sent yet.

        `merchant` is checked against the service when given. `api_key` (``ek_live_…``, ``ek_test_…``) proves
        who looks up a buyer; None: the till's own key does. A test key is for a sandbox only. `http` replaces
        the client of HTTP (a proxy, own certificates); its base_url must be `api_url`, and it is closed with
        this one.
        Raises OutboxLockedError, WrongOutboxError, DatabaseTooNewError, DataFolderError, SettingError.
        """
        self._flows = TillFlows(
            api_url=api_url,
            till=till,
            key=key,
            outbox=outbox,
            merchant=merchant,
            api_key=api_key,
            retries=retries,
            clock=clock,
        )
        self._driver = Driver(api_url, http)
        self._sending = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection and the outbox. What waits stays for the next time."""
        self._driver.close()
        self._flows.outbox.close()

    def quote(
        self, amount: int, member: int | None = None, *, card: str | None = None, phone: str | None = None
    ) -> Quote:
        """Return what a purchase of `amount` minor units would bring, before it is paid.

        Takes six seconds at most while the service is slow, and off line uses the rates last told (`as_of`);
        raises ServiceUnavailableError only where none were ever told. Raises AmountError, BuyerError.
        """
        return self._driver.run(self._flows.quote(amount, member, card, phone))

    def record(
        self,
        amount: int,
        member: int | None = None,
        *,
        receipt: str,
        at: Moment | None = None,
        card: str | None = None,
        phone: str | None = None,
    ) -> Sale:
        """Record a purchase of `amount` minor units; on return it is on the disk, before any network.

        The buyer is a `member` number, or a `card` or `phone`, which `flush` looks up: one that is unknown or
        revoked leaves the sale without a member and is told in its `buyer_problem`. None: an anonymous sale.
        `receipt` is the till's own number; the same number with the same content gives the same sale again.
        `at`: an aware datetime, a naive one in the community's time, or a day; None: now. A refused purchase
        may be recorded again, corrected, under its number. Raises AmountError, RangeError, BuyerError,
        ReceiptNumberError, ReceiptTakenError, DayError, DiskFullError.
        """
        return self.record_many([NewPurchase(amount, receipt, member, at, card, phone)])[0]

    def reverse(
        self, receipt: str, amount: int | None = None, *, refund_receipt: str, at: Moment | None = None
    ) -> Sale:
        """Record a refund of `amount` minor units (None: all that is left) of the purchase `receipt`.

        Raises ReturnWithoutPurchaseError, AlreadyReturnedError, ReturnTooLargeError, and as `record` does.
        """
        return self.record_many([NewReversal(receipt, refund_receipt, amount, at)])[0]

    def record_many(self, drafts: Iterable[Draft]) -> list[Sale]:
        """Record purchases and reversals, in order, in one transaction: all, or none if one raises."""
        return self._driver.run(self._flows.record(drafts))

    def record_each(self, drafts: Iterable[Draft]) -> list[Sale | InputError]:
        """Record, in one transaction, those that can be; give in their order the sale, or why not."""
        return self._driver.run(self._flows.record_each(drafts))

    def again(self, sale: Sale) -> Sale:
        """Record a refused sale again, unchanged: its reason is gone (the member is enrolled meanwhile).

        A refund after its purchase. Raises NotRefusedError; for a refund ReturnWithoutPurchaseError,
        AlreadyReturnedError, ReturnTooLargeError.
        """
        return self._driver.work(partial(self._flows.outbox.again, sale))

    def flush(self, progress: Progress | None = None) -> Flushed:
        """Look up buyers, then sign and send what waits, in batches of at most 512: purchases first.

        Call it as often as you like; what was not accepted is kept and sent again, the very same bytes.
        Raises ServiceUnavailableError and other ServiceErrors, LedgerRefusals, OutOfStepError.
        """
        with self._sending:
            return self._driver.run(self._flows.flush(progress))

    def status(self, sale: Sale) -> Sale:
        """Return the sale as it now is, asking the service if it is on its way. Raises ServiceErrors."""
        return self._driver.run(self._flows.status(sale))

    def refresh(self) -> list[Sale]:
        """Ask the service for every sale on its way; return those that changed. Raises ServiceErrors."""
        with self._sending:
            return self._driver.run(self._flows.refresh())

    def resume(self) -> int:
        """Go on at the sequence that the service expects, after an OutOfStepError or a rejected batch.

        What was rejected, or lost its sequence to another copy of this outbox, waits again: make sure before
        that no other copy is in use and that what waits was not sent by it. Return how many sales wait.
        """
        with self._sending:
            return self._driver.run(self._flows.resume())

    def find(self, receipt: str, kind: Kind = "purchase") -> Sale | None:
        """Return the sale with this receipt number, as the outbox knows it, or None."""
        return self._driver.work(partial(self._flows.outbox.find, receipt, kind))

    def sales(self, *statuses: Status, after: int = 0, limit: int = 1_000) -> list[Sale]:
        """Return one page of `list`: up to `limit` sales, numbered above `after`."""
        return self._driver.work(partial(self._flows.outbox.sales, statuses, after, limit))

    def counts(self) -> dict[Status, int]:
        """Return how many sales have each status."""
        return self._driver.work(self._flows.outbox.counts)

    def unsent(self) -> int:
        """Return how many sales the service does not hold yet: the number to show beside the till."""
        return self._driver.work(self._flows.outbox.unsent_sales)

    def buyer_problems(self) -> int:
        """Return how many sales have no member because their card or telephone number was not found."""
        return self._driver.work(self._flows.outbox.unfound)

    def clock_ahead(self) -> timedelta | None:
        """Return how far this machine's clock is ahead of the service's (to the second or two).

        None until the service answered. A sale without `at` takes its day from this machine's clock.
        """
        return self._flows.clock_ahead

    def opening(self, receipt: str, kind: Kind = "purchase") -> Opening:
        """Return what opens a receipt's commitment. Raises UnknownPurchaseError, ReceiptErasedError."""
        return self._driver.work(partial(self._flows.outbox.opening, receipt, kind))

    def erase(self, receipt: str) -> int:
        """Destroy the salts of a purchase and of its reversals; return how many there were."""
        return self._driver.work(partial(self._flows.outbox.erase, receipt))

    def merchant_summary(self) -> dict[str, Any]:
        """Return the merchant's own summary, as the service gives it. Raises ServiceErrors."""
        return self._driver.run(self._flows.merchant_summary())
