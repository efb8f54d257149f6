"""The till's client for asynchronous programs, on the same core; `TillClient` describes each method."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from endogene_token.errors import InputError
from endogene_token.sdk.client import DEFAULT_RETRIES
from endogene_token.sdk.drivers import AsyncDriver, utc_now
from endogene_token.sdk.flows import Flushed, Progress, TillFlows
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.listing import AsyncListing
from endogene_token.sdk.quotes import Quote
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import Draft, Kind, Moment, NewPurchase, NewReversal, Opening, Sale, Status


class AsyncTillClient(AsyncListing):
    """Records the sales of one till; the disk is never waited for on the event loop.

    Close it, or use it in an ``async with`` statement. Each method is that of `TillClient`, awaited.
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
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """See `TillClient`. The outbox is opened at once."""
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
        self._driver = AsyncDriver(api_url, http)
        self._sending = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See `TillClient.close`."""
        await self._driver.work(self._flows.outbox.close)
        await self._driver.close()

    async def quote(
        self, amount: int, member: int | None = None, *, card: str | None = None, phone: str | None = None
    ) -> Quote:
        """See `TillClient.quote`."""
        return await self._driver.run(self._flows.quote(amount, member, card, phone))

    async def record(
        self,
        amount: int,
        member: int | None = None,
        *,
        receipt: str,
        at: Moment | None = None,
        card: str | None = None,
        phone: str | None = None,
    ) -> Sale:
        """See `TillClient.record`."""
        return (await self.record_many([NewPurchase(amount, receipt, member, at, card, phone)]))[0]

    async def reverse(
        self, receipt: str, amount: int | None = None, *, refund_receipt: str, at: Moment | None = None
    ) -> Sale:
        """See `TillClient.reverse`."""
        return (await self.record_many([NewReversal(receipt, refund_receipt, amount, at)]))[0]

    async def record_many(self, drafts: Iterable[Draft]) -> list[Sale]:
        """See `TillClient.record_many`."""
        return await self._driver.run(self._flows.record(drafts))

    async def record_each(self, drafts: Iterable[Draft]) -> list[Sale | InputError]:
        """See `TillClient.record_each`."""
        return await self._driver.run(self._flows.record_each(drafts))

    async def again(self, sale: Sale) -> Sale:
        """See `TillClient.again`."""
        return await self._driver.work(partial(self._flows.outbox.again, sale))

    async def flush(self, progress: Progress | None = None) -> Flushed:
        """See `TillClient.flush`."""
        async with self._sending:
            return await self._driver.run(self._flows.flush(progress))

    async def status(self, sale: Sale) -> Sale:
        """See `TillClient.status`."""
        return await self._driver.run(self._flows.status(sale))

    async def refresh(self) -> list[Sale]:
        """See `TillClient.refresh`."""
        async with self._sending:
            return await self._driver.run(self._flows.refresh())

    async def resume(self) -> int:
        """See `TillClient.resume`."""
        async with self._sending:
            return await self._driver.run(self._flows.resume())

    async def find(self, receipt: str, kind: Kind = "purchase") -> Sale | None:
        """See `TillClient.find`."""
        return await self._driver.work(partial(self._flows.outbox.find, receipt, kind))

    async def sales(self, *statuses: Status, after: int = 0, limit: int = 1_000) -> list[Sale]:
        """See `TillClient.sales`."""
        return await self._driver.work(partial(self._flows.outbox.sales, statuses, after, limit))

    async def counts(self) -> dict[Status, int]:
        """See `TillClient.counts`."""
        return await self._driver.work(self._flows.outbox.counts)

    async def unsent(self) -> int:
        """See `TillClient.unsent`."""
        return await self._driver.work(self._flows.outbox.unsent_sales)

    async def buyer_problems(self) -> int:
        """See `TillClient.buyer_problems`."""
        return await self._driver.work(self._flows.outbox.unfound)

    def clock_ahead(self) -> timedelta | None:
        """See `TillClient.clock_ahead`; not awaited."""
        return self._flows.clock_ahead

    async def opening(self, receipt: str, kind: Kind = "purchase") -> Opening:
        """See `TillClient.opening`."""
        return await self._driver.work(partial(self._flows.outbox.opening, receipt, kind))

    async def erase(self, receipt: str) -> int:
        """See `TillClient.erase`."""
        return await self._driver.work(partial(self._flows.outbox.erase, receipt))

    async def merchant_summary(self) -> dict[str, Any]:
        """See `TillClient.merchant_summary`."""
        return await self._driver.run(self._flows.merchant_summary())
