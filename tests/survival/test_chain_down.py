"""The chain down for an hour: signed and hosted sales are taken, and recorded once when it is back."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from api.register import Register
from endogene_token.chain.node import EmbeddedNode
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import NodeUnavailableError
from endogene_token.indexer.audit import audit
from endogene_token.indexer.models import Purchase
from endogene_token.office.scopes import Holder
from endogene_token.relay import queue
from endogene_token.relay.models import RelayBatch, State
from endogene_token.relay.worker import LONGEST_PAUSE_SECONDS
from endogene_token.sales import HostedSale, HostedTill, HostedTills, SaleState, Signer
from endogene_token.store import reading, writing
from tests.sales.counter import PASSPHRASE, light_keystore
from tests.site import Site, open_site
from tests.survival.callers import made
from tests.town import BAKERY_TILL, GROCER, GROCER_SHOP, settle_down

HOUR = 3600.0  # seconds
PREMIUM = 28  # minor units, of a sale of 1000
SALES = 6


class Hour(threading.Event):
    """Lets a worker wait for an hour in no time: each pause is counted, none is slept through."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Count a pause; after an hour of them the worker is asked to stop."""
        self.pauses.append(timeout or 0.0)
        if sum(self.pauses) >= HOUR:
            self.set()
        return self.is_set()


@dataclass
class Outage:
    """A town whose node can be stopped and started, always at the same address."""

    folder: Path
    node: EmbeddedNode
    site: Site
    key: str
    signer: Signer

    def stop(self) -> None:
        self.node.stop()

    def start(self) -> None:
        self.node = EmbeddedNode(self.folder, int(self.node.rpc_url.rpartition(":")[2]))

    def sell(self, sequence: int) -> httpx.Response:
        """Send a sale that a till has signed."""
        return self.site.post(self.site.town.purchases(BAKERY_TILL, sequence, [1000]))

    def sell_hosted(self, number: int) -> httpx.Response:
        """Send a sale that the server signs."""
        headers = {"authorization": f"Bearer {self.key}", "idempotency-key": f"sale-{number}"}
        body = {"receipt": f"A-{number}", "amount": "1000"}
        return self.site.client.post("/v1/sales", json=body, headers=headers)

    def settle(self) -> None:
        """Sign, relay and index until nothing moves."""
        while self.signer.step() | self.site.relay.step():
            self.site.read()
        self.site.read()


@pytest.fixture
def outage(database_url: str, tmp_path: Path) -> Iterator[Outage]:
    """A town in which a shop's till is hosted."""
    folder = tmp_path / "chain"
    node = EmbeddedNode(folder)
    with Rpc([node.rpc_url]) as rpc, open_site(settle_down(rpc), database_url) as site:
        site.read()
        tills = hosted(site.engine, site)
        key = made(site.engine, Holder(GROCER), Holder(GROCER).scopes).token
        outage = Outage(folder, node, site, key, Signer(site.engine, site.town.ledger, tills))
        try:
            yield outage
        finally:
            outage.stop()


def hosted(engine: Engine, site: Site) -> HostedTills:
    """Give the grocer's shop to the server."""
    till = site.town.tills[GROCER_SHOP]
    stored = light_keystore((300 + GROCER_SHOP).to_bytes(32, "big"))
    row = HostedTill(address=till.address, merchant=GROCER, number=None, keystore=stored)
    with writing(engine) as connection, Session(connection, expire_on_commit=False) as session:
        session.add(row)
        session.flush()
        session.expunge(row)
    tills = HostedTills(engine, PASSPHRASE)
    tills.open(row, GROCER_SHOP)
    return tills


def test_an_hour_without_the_chain_costs_no_sale(outage: Outage) -> None:
    """Accepted before, during and after, some of them twice; each on the ledger once, and the books agree."""
    assert (outage.sell(1).status_code, outage.sell_hosted(1).status_code) == (202, 202)
    outage.settle()
    outage.stop()
    begun = time.monotonic()
    signed = [outage.sell(1 + n) for n in range(1, SALES)]
    again = [outage.sell(1 + n) for n in range(1, SALES)]
    hosted_ = [outage.sell_hosted(1 + n) for n in range(1, SALES)]
    hosted_again = [outage.sell_hosted(1 + n) for n in range(1, SALES)]
    assert {one.status_code for one in signed + again} == {202}
    assert {one.status_code for one in hosted_ + hosted_again} == {202}
    assert [one.text for one in signed + hosted_] == [one.text for one in again + hosted_again]
    assert time.monotonic() - begun < 30, "nobody waits for a node that is away"
    tell_the_truth(outage)
    pauses = an_hour(outage)
    assert max(pauses) <= LONGEST_PAUSE_SECONDS
    assert len(pauses) < 150, "a chain that is away is not hammered"
    outage.start()
    assert outage.sell(1 + SALES).status_code == 202
    outage.settle()
    settled_once(outage)


def purchase(outage: Outage, sequence: int) -> Any:
    """Return what the service tells the till of its sale."""
    site = outage.site
    path = f"/v1/purchases/{BAKERY_TILL}-{sequence}"
    return site.signed_get(path, site.town.tills[BAKERY_TILL]).json()


def tell_the_truth(outage: Outage) -> None:
    """The service says that it waits, of itself and of each sale."""
    with pytest.raises(NodeUnavailableError):
        outage.site.relay.step()
    health = outage.site.get("/v1/health")
    assert (health["ok"], health["chain_head"]) == (False, None)
    told = purchase(outage, 3)
    assert (told["status"], told["reason"]) == ("held", "node-unavailable")


def an_hour(outage: Outage) -> list[float]:
    """Let the workers retry for an hour; return the relay's pauses. The signer needs no chain."""
    while outage.signer.step():
        pass
    relaying, indexing = Hour(), Hour()
    outage.site.relay.run(relaying)
    outage.site.indexer.run(indexing, 1.0)
    return relaying.pauses


def settled_once(outage: Outage) -> None:
    """Everything that was accepted is on the ledger once, and the read model agrees with the chain."""
    site, town = outage.site, outage.site.town
    assert town.ledger.till(BAKERY_TILL).next_sequence == SALES + 2
    assert town.ledger.till(GROCER_SHOP).next_sequence == SALES + 1
    assert town.ledger.balance_sheet().premiums_receivable == PREMIUM * (2 * SALES + 1)
    with reading(site.engine) as connection, Session(connection) as session:
        places = session.exec(select(Purchase.till, Purchase.sequence)).all()
        assert len(places) == len(set(places)) == 2 * SALES + 1
        assert set(session.exec(select(RelayBatch.state))) == {State.RECORDED}
    outage.signer.step()
    with reading(site.engine) as connection, Session(connection) as session:
        assert list(session.exec(select(HostedSale.state))) == [SaleState.RECORDED] * SALES
        assert len(set(session.exec(select(col(HostedSale.receipt))))) == SALES
    assert audit(site.engine, town.ledger).differences == []
    assert site.get("/v1/health")["ok"]


def test_a_service_that_asks_the_chain_for_each_sale_loses_them(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard above can fail: a service that knows no till by itself refuses the sale."""
    monkeypatch.setattr(Register, "_from_read_model", lambda _self, _number: None)
    outage.stop()
    answer = outage.sell(1)
    assert (answer.status_code, answer.json()["code"]) == (503, "node-unavailable")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_relay_that_gives_up_loses_them(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard above can fail: sales rejected because the chain was away are never recorded."""

    def give_up(session: Session, error: NodeUnavailableError) -> None:
        for row in session.exec(select(RelayBatch).where(RelayBatch.state == State.QUEUED)).all():
            queue.reject(session, row, error)

    monkeypatch.setattr(queue, "hold_all", give_up)
    outage.stop()
    assert outage.sell(1).status_code == 202
    with pytest.raises(NodeUnavailableError):
        outage.site.relay.step()
    outage.start()
    outage.settle()
    assert outage.site.town.ledger.till(BAKERY_TILL).next_sequence == 1
    assert purchase(outage, 1)["status"] == "rejected"
