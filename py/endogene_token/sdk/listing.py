"""Listing a till's sales, page by page behind the scenes.

In classes of their own: a class that has a method `list` cannot write the type ``list[…]``.
"""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final

from endogene_token.sdk.drivers import AsyncDriver, Driver
from endogene_token.sdk.flows import TillFlows
from endogene_token.sdk.sales import Sale, Status

_PAGE: Final = 200  # sales


class Listing:
    """What the ordinary client lists."""

    _flows: TillFlows
    _driver: Driver

    def list(self, *statuses: Status) -> Iterator[Sale]:
        """Yield this till's sales with one of `statuses` (none: any), in the order recorded.

        It reads the outbox, which holds all that this till ever recorded with it: it works off line, and
        shows each sale as `refresh` last learnt it. Sales recorded meanwhile come at the end.
        """
        after = 0
        while page := self._driver.work(partial(self._flows.outbox.sales, statuses, after, _PAGE)):
            yield from page
            after = page[-1].number


class AsyncListing:
    """What the asynchronous client lists."""

    _flows: TillFlows
    _driver: AsyncDriver

    async def list(self, *statuses: Status) -> AsyncIterator[Sale]:
        """See `Listing.list`; to be used in ``async for``."""
        after = 0
        while page := await self._driver.work(partial(self._flows.outbox.sales, statuses, after, _PAGE)):
            for sale in page:
                yield sale
            after = page[-1].number
