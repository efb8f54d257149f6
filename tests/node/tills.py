"""The tills of the SDK's tests: either client behind one face, quick to retry, with a clock that stands."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from endogene_token.sdk import AsyncTillClient, Retries, TillClient, TillKey
from tests.node.till_service import TILL, TillService, serving

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)  # in Montréal, still the evening of the 20th
KEY = TillKey((1).to_bytes(32))
QUICK = Retries(attempts=3, first_wait_seconds=0.001, longest_wait_seconds=0.001)


class Awaited:
    """Drives an AsyncTillClient from ordinary code: each method is awaited on a loop of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = self._loop.run_until_complete(self._made(args, kwargs))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._loop.run_until_complete(getattr(self._client, name)(*args, **kwargs))

        return call

    def __enter__(self) -> "Awaited":
        self._loop.run_until_complete(self._client.__aenter__())
        return self

    def __exit__(self, *error: Any) -> None:
        self._loop.run_until_complete(self._client.__aexit__(*error))
        self._loop.close()

    async def _made(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> AsyncTillClient:
        client = AsyncTillClient(*args, **kwargs)
        assert inspect.iscoroutinefunction(client.flush)
        return client


class Shop:
    """One till of a shop: its service, its outbox, and the client under test."""

    def __init__(self, service: TillService, outbox: Path, client: Any) -> None:
        self.service = service
        self.outbox = outbox
        self._client = client

    @contextmanager
    def open(self, **changes: Any) -> Iterator[Any]:
        """Open the till's client. Typed Any: the sync client, or the async one in its ordinary dress."""
        arguments = {
            "api_url": self.service.url,
            "till": TILL,
            "key": KEY,
            "outbox": self.outbox,
            "retries": QUICK,
            "clock": lambda: NOW,
        }
        with self._client(**{**arguments, **changes}) as till:
            yield till


@pytest.fixture
def service() -> Iterator[TillService]:
    """The service of a community that has enrolled this till."""
    with serving(KEY) as running:
        yield running


@pytest.fixture(params=[TillClient, Awaited], ids=["sync", "async"])
def shop(request: pytest.FixtureRequest, service: TillService, tmp_path: Path) -> Shop:
    """A shop, once with either client."""
    return Shop(service, tmp_path / "till.sqlite", request.param)


@pytest.fixture
def sync_shop(service: TillService, tmp_path: Path) -> Shop:
    """A shop with the sync client, for what does not depend on the client."""
    return Shop(service, tmp_path / "till.sqlite", TillClient)
