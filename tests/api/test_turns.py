"""However many ask at once: each has the connections that it needs, and nobody waits for one in vain."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import Session

from api.deps import App, Reading
from endogene_token import store
from endogene_token.relay import ballots
from endogene_token.store import AT_ONCE
from tests.api.bare_site import Bare, bare_site

MANY = 3 * AT_ONCE
LONG = 8 * 1024 * 1024  # bytes: more than the buffers between two programs take


def planted(app: FastAPI) -> None:
    """Add a route that writes while it reads, and one whose answer is long."""

    @app.post("/planted/both")
    def both(app: App, session: Reading) -> dict[str, int]:
        session.connection().execute(text("SELECT 1"))
        time.sleep(0.05)
        with store.writing(app.engine) as connection, Session(connection) as writer:
            ballots.keep_text(writer, f"written at {time.monotonic_ns()}")
        return {"done": 1}

    @app.get("/planted/long")
    def long(session: Reading) -> str:
        session.connection().execute(text("SELECT 1"))
        return "a" * LONG


@pytest.fixture
def site(database_url: str) -> Iterator[Bare]:
    with bare_site(database_url, planted) as opened:
        yield opened


def both(site: Bare) -> httpx.Response:
    return site.client.post("/planted/both")


def test_all_who_write_while_they_read_are_answered(site: Bare) -> None:
    """Three times as many as are let in at once; each holds one connection and asks for another."""
    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(lambda _: both(site).status_code, range(MANY)))
    assert found == [200] * MANY
    assert site.app.state.services.turns.borrowed_tokens == 0


def test_a_request_that_gets_no_connection_is_told_to_come_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and Retry-After, as for a database that does not answer: not a fault of the program's."""
    monkeypatch.setattr(store, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(store, "POOL_SECONDS", 0.2)
    with bare_site(database_url, planted) as site:
        answer = both(site)
    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
    assert answer.headers["retry-after"]


def test_who_does_not_take_the_answer_holds_up_nobody(site: Bare) -> None:
    """More of them than are let in at once: neither a turn nor a connection waits for their reading."""
    place = (site.client.base_url.host, site.client.base_url.port or 0)
    with ExitStack() as stack:
        for _ in range(2 * AT_ONCE):
            idle = stack.enter_context(socket.create_connection(place))
            idle.sendall(b"GET /planted/long HTTP/1.1\r\nHost: here\r\n\r\n")
            assert idle.recv(16).startswith(b"HTTP/1.1 200")
        assert both(site).status_code == 200
        assert site.engine.pool.status().count("Current Checked out connections: 0") == 1
