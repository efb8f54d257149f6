"""The tills of the SDK's tests: either client behind one face, quick to retry, with a clock that stands."""

import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from endogene_token.sdk import AsyncTillClient, Retries, TillClient, TillKey
from tests.node.till_service import TILL, TillService, serving
from tests.unit.source_tree import ROOT

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)  # in Montréal, still the evening of the 20th
KEY = TillKey((1).to_bytes(32))
QUICK = Retries(attempts=3, first_wait_seconds=0.001, longest_wait_seconds=0.001)


class Awaited:
    """Drives an AsyncTillClient from ordinary code: each method is awaited on a loop in a thread of its own.

    A thread of its own, because a browser test of the same process keeps a loop running in this one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._args = args, kwargs
        self._open = ExitStack()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._portal.call(partial(self._answer, name, *args, **kwargs))

        return call

    def __enter__(self) -> "Awaited":
        with ExitStack() as opening:
            self._portal = opening.enter_context(start_blocking_portal())
            self._client = self._portal.call(self._made)
            opening.enter_context(self._portal.wrap_async_context_manager(self._client))
            self._open = opening.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.close()

    async def _answer(self, name: str, *args: Any, **kwargs: Any) -> Any:
        answer = getattr(self._client, name)(*args, **kwargs)
        if inspect.isasyncgen(answer):
            return [one async for one in answer]
        return await answer if inspect.isawaitable(answer) else answer

    async def _made(self) -> AsyncTillClient:
        args, kwargs = self._args
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
def versioned(tmp_path: Path) -> Path:
    """An outbox as the first version of this program wrote it, with sales at every stage."""
    path = tmp_path / "version-1.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(ROOT.joinpath("tests/data/outboxes/version-1.sql").read_text(encoding="utf-8"))
    return path


@pytest.fixture
def sync_shop(service: TillService, tmp_path: Path) -> Shop:
    """A shop with the sync client, for what does not depend on the client."""
    return Shop(service, tmp_path / "till.sqlite", TillClient)
