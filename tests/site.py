"""A town with its API served by uvicorn on a free port, a relay and an indexer to be stepped by the test."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from api.app import create_app
from endogene_token.config import Settings
from endogene_token.indexer.runner import Indexer
from endogene_token.receipts import SignedPurchases, SignedReversals
from endogene_token.relay import Relay
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import batch_body, batch_path
from endogene_token.sockets import tcp_listener
from tests.town import Town, database

PATIENCE = 60.0  # seconds


@dataclass
class Site:
    """What a test drives."""

    town: Town
    engine: Engine
    app: FastAPI
    client: httpx.Client
    relay: Relay
    indexer: Indexer

    def post(self, signed: SignedPurchases | SignedReversals, **headers: str) -> httpx.Response:
        """Send a batch as the SDK does."""
        content = batch_body(signed.batch, signed.signature)
        return self.client.post(
            batch_path(signed.batch), content=content, headers={"content-type": "application/json", **headers}
        )

    def get(self, path: str, **headers: str) -> Any:
        """Return the JSON at `path`, which must answer 200."""
        answer = self.client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def told(self, path: str, **headers: str) -> Any:
        """Return the JSON at the path of a purchase or refund, which its till asks for."""
        answer = self.asked_by_till(path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def asked_by_till(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a purchase or refund with the signature of its till."""
        till = self.town.tills[int(path.rpartition("/")[2].partition("-")[0])]
        header = authorization(till, self.town.ledger.domain, "GET", path, int(time.time()))
        return self.client.get(path, headers={"authorization": header, **headers})

    def signed_get(self, path: str, key: TillKey, created: int | None = None) -> httpx.Response:
        """Ask for `path` with the signature of `key`."""
        when = int(time.time()) if created is None else created
        header = authorization(key, self.town.ledger.domain, "GET", path, when)
        return self.client.get(path, headers={"authorization": header})

    def record(self, *batches: SignedPurchases | SignedReversals) -> None:
        """Send batches and bring them to the chain and into the read model."""
        for one in batches:
            answer = self.post(one)
            assert answer.status_code == 202, answer.text
        while self.relay.step():
            pass
        self.read()

    def read(self) -> None:
        """Bring the read model to the head of the chain."""
        while self.indexer.step():
            pass


@contextmanager
def open_site(town: Town, url: str, **settings: Any) -> Iterator[Site]:
    """Serve `town` from the database at `url`."""
    engine = database(url)
    chosen = Settings(**{"office_key": "ab" * 32, **settings})
    app = create_app(chosen, engine, town.ledger, town.community)
    with served(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        relay = Relay(engine, town.ledger, town.relayer)
        yield Site(town, engine, app, client, relay, Indexer(engine, town.rpc, town.community))
    engine.dispose()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port of this machine; give its address."""
    with tcp_listener() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + PATIENCE
        while not server.started:
            assert time.monotonic() < deadline, "uvicorn did not start"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
