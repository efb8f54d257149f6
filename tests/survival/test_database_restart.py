"""PostgreSQL restarted in the midst of requests: answers say so, nothing is lost, nothing is doubled.

Three restarts under load by default; ENDOGENE_RESTARTS=40 makes as many.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import pytest
from sqlmodel import Session, col, select

from endogene_token import crash
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import DatabaseUnavailableError
from endogene_token.indexer.models import Purchase
from endogene_token.office.scopes import Holder
from endogene_token.relay import Relay
from endogene_token.relay.models import RelayBatch, State
from endogene_token.sales import HostedSale
from endogene_token.store import reading
from tests import postgresql
from tests.site import Site, open_site
from tests.survival.callers import made
from tests.survival.test_chain_down import hosted
from tests.town import BAKERY_TILL, GROCER, GROCER_TILL, settle_down

RESTARTS = int(os.environ.get("ENDOGENE_RESTARTS", "3"))
PATIENCE = 120.0  # seconds
PREMIUM = 28  # minor units, of a sale of 1000


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A server of this test's own: the others' must not stop."""
    try:
        with postgresql.serving() as opened:
            yield opened
    except postgresql.Absent as absent:
        pytest.skip(str(absent))


@pytest.fixture
def site(server: postgresql.Server, survival_rpc: Rpc) -> Iterator[Site]:
    with server.database() as url, open_site(settle_down(survival_rpc), url) as opened:
        opened.read()
        yield opened


@dataclass
class Till:
    """Sends sale after sale, each as often as it takes; `refusals` keeps what it was told meanwhile."""

    site: Site
    number: int
    sent: int = 0
    refusals: list[httpx.Response] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Sell until `stop` is set, and end no sale without its answer."""
        while not stop.is_set():
            signed = self.site.town.purchases(self.number, self.sent + 1, [1000])
            deadline = time.monotonic() + PATIENCE
            while (answer := self.site.post(signed)).status_code != 202:
                self.refusals.append(answer)
                assert time.monotonic() < deadline, answer.text
                time.sleep(0.02)
            self.sent += 1


@dataclass
class Shop:
    """The same for sales that the server signs, under an API key and an idempotency key each."""

    site: Site
    key: str
    sent: int = 0
    refusals: list[httpx.Response] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Sell until `stop` is set, and end no sale without its answer."""
        while not stop.is_set():
            deadline = time.monotonic() + PATIENCE
            while (answer := self.sell(self.sent + 1)).status_code != 202:
                self.refusals.append(answer)
                assert time.monotonic() < deadline, answer.text
                time.sleep(0.02)
            self.sent += 1

    def sell(self, number: int) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.key}", "idempotency-key": f"sale-{number}"}
        return self.site.client.post(
            "/v1/sales", json={"receipt": f"A-{number}", "amount": "1000"}, headers=headers
        )


def shop_of(site: Site) -> Shop:
    hosted(site.engine, site)
    return Shop(site, made(site.engine, Holder(GROCER), Holder(GROCER).scopes).token)


def told_plainly(answer: httpx.Response) -> None:
    """A problem that asks to come again, and tells nothing of our inside."""
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), (
        answer.text
    )
    assert answer.json()["code"] == "database-unavailable"
    assert "retry-after" in answer.headers
    assert "psycopg" not in answer.text
    assert "127.0.0.1" not in answer.text


def test_restarted_under_load_nothing_is_lost_or_doubled(site: Site, server: postgresql.Server) -> None:
    """Two tills and a shop sell, a relay works; it stops in turn as by an operator and as in a crash."""
    shop, tills = shop_of(site), [Till(site, BAKERY_TILL), Till(site, GROCER_TILL)]
    stop = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        relay = Relay(site.engine, site.town.ledger, site.town.relayer)
        runs = [pool.submit(run, stop) for run in (*(one.run for one in tills), shop.run, relay.run)]
        for number in range(RESTARTS):
            time.sleep(1.0)
            server.stop(signal.SIGQUIT if number % 2 else signal.SIGINT)
            time.sleep(0.3)
            server.start()
        time.sleep(1.0)
        stop.set()
        for done in runs:
            done.result(PATIENCE)
    refusals = [*shop.refusals, *(one for till in tills for one in till.refusals)]
    for answer in refusals:
        told_plainly(answer)
    assert refusals, "each restart is met by somebody"
    while site.relay.step():
        pass
    site.read()
    recorded_once(site, {one.number: one.sent for one in tills}, shop.sent)


def wake(site: Site) -> None:
    """Meet what is left of the connections from before: one use fails, then all are made anew."""
    with suppress(DatabaseUnavailableError), reading(site.engine) as connection:
        connection.exec_driver_sql("SELECT 1")


def recorded_once(site: Site, sent: dict[int, int], hosted_count: int) -> None:
    """What was answered 202, and nothing else, is in the queue, on the ledger and in the read model, once."""
    with reading(site.engine) as connection, Session(connection) as session:
        batches = session.exec(select(RelayBatch.till, RelayBatch.first_sequence)).all()
        assert sorted(batches) == sorted((till, n) for till, most in sent.items() for n in range(1, most + 1))
        assert set(session.exec(select(RelayBatch.state))) <= {State.RECORDED}
        assert sorted(session.exec(select(Purchase.till, Purchase.sequence)).all()) == sorted(batches)
        receipts = session.exec(select(col(HostedSale.receipt))).all()
        assert sorted(receipts) == sorted(f"A-{n}" for n in range(1, hosted_count + 1))
    for till, most in sent.items():
        assert site.town.ledger.till(till).next_sequence == most + 1
    assert site.town.ledger.balance_sheet().premiums_receivable == PREMIUM * sum(sent.values())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
@pytest.mark.parametrize("point", ["relay.enqueued", "relay.accepted"])
def test_restarted_within_a_request_it_stands_or_falls_whole(
    site: Site, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch, point: str, how: signal.Signals
) -> None:
    """Before the commit: refused, and nothing is there. After it: done. The same again ends well."""
    signed = site.town.purchases(BAKERY_TILL, 1, [1000])
    met: list[str] = []

    def restart(name: str) -> None:
        if name == point and not met:
            met.append(name)
            server.stop(how)
            server.start()

    monkeypatch.setattr(crash, "point", restart)
    first = site.post(signed)
    assert met == [point]
    if point == "relay.enqueued":
        told_plainly(first)
    wake(site)
    with reading(site.engine) as connection, Session(connection) as session:
        rows = len(session.exec(select(RelayBatch.id)).all())
    assert rows == (0 if point == "relay.enqueued" else 1)
    assert site.post(signed).status_code == 202
    while site.relay.step():
        pass
    site.read()
    recorded_once(site, {BAKERY_TILL: 1}, 0)


def test_restarted_within_a_hosted_sale_its_key_and_its_sale_stand_together(
    site: Site, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is kept with the sale: whoever repeats it gets that answer, and no second sale."""
    shop, whole = shop_of(site), crash.point
    met: list[str] = []

    def restart(name: str) -> None:
        if name == "answers.committed" and not met:
            met.append(name)
            server.stop(signal.SIGQUIT)
            server.start()
        whole(name)

    monkeypatch.setattr(crash, "point", restart)
    first = shop.sell(1)
    wake(site)
    second = shop.sell(1)
    assert met == ["answers.committed"]
    assert (second.status_code, second.headers["idempotency-replayed"]) == (202, "true")
    assert first.status_code in {202, 503}
    recorded_once(site, {}, 1)


def test_a_service_that_answers_before_it_commits_is_found_out(
    site: Site, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard above can fail: what is said to be done and is not there is missed."""
    monkeypatch.setattr("endogene_token.relay.queue.accept", lambda *_: None)
    assert site.post(site.town.purchases(BAKERY_TILL, 1, [1000])).status_code == 202
    server.stop(signal.SIGQUIT)
    server.start()
    wake(site)
    with pytest.raises(AssertionError):
        recorded_once(site, {BAKERY_TILL: 1}, 0)
