"""What is too large is refused before it is read: by what it says of itself, or as soon as it is too much."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from limits.storage import memory
from starlette.types import Message

from api import bodies
from api.bodies import LARGE, MAX_BODY
from tests.api.bare_site import Bare, bare_site
from tests.standing_clock import stand

PIECE = 64 * 1024  # bytes
ENDLESS = 4_000  # pieces: 250 MB are on offer
ROOM = 4 * LARGE  # bytes: what one request may cost, its copies included


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Bare]:
    with bare_site(sqlite_url) as opened:
        yield opened


async def offered(
    site: Bare, path: str, headers: list[tuple[bytes, bytes]], host: str = "127.0.0.1"
) -> tuple[int, int]:
    """Offer a body without end; return the status, and how many bytes were taken."""
    taken, statuses = 0, []

    async def receive() -> Message:
        nonlocal taken
        taken += PIECE
        return {"type": "http.request", "body": b"a" * PIECE, "more_body": taken < ENDLESS * PIECE}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
    }
    scope |= {"scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}
    scope |= {"headers": headers, "client": (host, 1), "server": ("127.0.0.1", 2), "state": {}}
    await site.app(scope, receive, send)
    return statuses[0], taken


def measured(site: Bare, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, int, int]:
    """Return the status, the bytes taken, and the most memory held for it, in bytes."""
    asyncio.run(offered(site, path, headers))  # once before: what is imported and kept is not the request's
    tracemalloc.start()
    try:
        status, taken = asyncio.run(offered(site, path, headers))
        return status, taken, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/v1/uploads", LARGE),
        ("/v1/connectors/woocommerce/4", LARGE),
        ("/v1/connectors/odoo/4", LARGE),
        ("/v1/purchases", MAX_BODY),
        ("/v1/sales/batch", MAX_BODY),
        ("/v1/no-such-path", MAX_BODY),
    ],
)
def test_a_body_without_end_is_refused_once_it_is_too_much(site: Bare, path: str, most: int) -> None:
    """Of 250 MB no more is taken than may be sent, and memory grows by no more than that and its copy."""
    token = site.key().encode()
    status, taken, held = measured(site, path, [(b"authorization", b"Bearer " + token)])
    print(f"{path}: {taken} bytes taken, {held} held")  # noqa: T201
    assert (status, taken <= most + PIECE) == (413, True)
    assert held < min(ROOM, 3 * most + 4 * 1024 * 1024)


def test_a_body_that_says_that_it_is_too_large_is_not_read_at_all(site: Bare) -> None:
    """Its length is in its first lines."""
    length = (b"content-length", str(LARGE + 1).encode())
    assert asyncio.run(offered(site, "/v1/uploads", [length])) == (413, 0)


def test_a_body_of_who_asks_too_often_is_not_read_at_all(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is a room kept for it: who may not come in is told so first."""
    stand(monkeypatch, memory)
    with bare_site(sqlite_url, rate_limit_network="1/minute") as site:
        found = [asyncio.run(offered(site, "/v1/connectors/odoo/4", [], "203.0.113.7")) for _ in range(2)]
    assert [status for status, _ in found] == [413, 429]
    assert found[1][1] == 0


def test_without_the_bound_all_of_it_would_be_taken(site: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard above can fail."""
    monkeypatch.setattr(bodies, "LARGE", 20 * LARGE)
    status, taken, held = measured(site, "/v1/uploads", [(b"authorization", b"Bearer x")])
    assert taken > LARGE + PIECE
    assert held > ROOM
    assert status == 413
