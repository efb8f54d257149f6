"""Two senders, slow endpoints, and a sender that is killed: each event once for each endpoint, none lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from sqlmodel import Session, col, select, update

from endogene_token.crash import VARIABLE
from endogene_token.errors import EndpointStatusError
from endogene_token.store import writing
from endogene_token.webhooks import deliveries
from endogene_token.webhooks.guard import Guard
from endogene_token.webhooks.listing import Position
from endogene_token.webhooks.models import State, WebhookAttempt, WebhookDelivery
from endogene_token.webhooks.posting import Outcome, Poster
from endogene_token.webhooks.sender import Sender
from tests.api.bare_site import Bare, bare_site
from tests.api.receiver import Receiver, receiving
from tests.api.test_events import awarded, suspended, write
from tests.api.test_webhooks import SECRET, count, log, made, make_due, sender
from tests.town import BAKERY, GROCER, database


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def site(database_url: str) -> Iterator[Bare]:
    with bare_site(database_url, webhook_loopback=True) as opened:
        write(opened, 3, suspended(BAKERY))  # before any endpoint: told to none
        yield opened


def test_two_senders_at_once_deliver_each_event_once(
    site: Bare, endpoint: Receiver, database_url: str
) -> None:
    """Each with its own connections, as two processes have; four endpoints, ten events, no delivery twice."""
    token = site.key()
    for number in range(4):
        made(site, token, f"{endpoint.url}/{number}")
    engines = [site.engine, database(database_url)]
    stop = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        poster = Poster(Guard(allows_loopback=True))
        runs = [pool.submit(Sender(one, site.community, lambda: SECRET, poster).run, stop) for one in engines]
        for block in range(10):
            write(site, 10 + block, awarded(block, 1))
        deadline = time.monotonic() + 60
        while len(endpoint.got) < 40 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        stop.set()
        for run in runs:
            run.result(30)
    told = sorted((one.path, one.headers["webhook-id"]) for one in endpoint.got)
    assert told == sorted((f"/hook/{n}", f"{10 + block}-0") for n in range(4) for block in range(10))
    engines[1].dispose()


def test_without_its_lease_a_delivery_would_be_sent_twice(site: Bare, endpoint: Receiver) -> None:
    """The guard of the test above can fail: while it is held nobody gets it; once it has ended, somebody."""
    made(site, site.key(), endpoint.url)
    write(site, 5, awarded(1, 1))
    sender(site).feed()
    now = int(time.time())
    assert len(deliveries.take(site.engine, now, 8)) == 1
    assert deliveries.take(site.engine, now, 8) == []
    assert deliveries.take(site.engine, now + deliveries.LEASE - 1, 8) == []
    assert len(deliveries.take(site.engine, now + deliveries.LEASE, 8)) == 1


def test_a_try_whose_lease_was_lost_changes_nothing_of_the_later_one(site: Bare, endpoint: Receiver) -> None:
    """Its try is in the log; whether it is delivered is the later one's to say."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    write(site, 5, awarded(1, 1))
    sender(site).feed()
    now = int(time.time())
    [late] = deliveries.take(site.engine, now, 8)
    [later] = deliveries.take(site.engine, now + deliveries.LEASE, 8)
    deliveries.settle(site.engine, late, Outcome(204, None), now, 1)
    assert log(site, token, hook["id"])[0]["status"] == "waiting"
    deliveries.settle(site.engine, later, Outcome(500, EndpointStatusError(actual=500)), now, 1)
    [entry] = log(site, token, hook["id"])
    assert [(one["number"], one["status"]) for one in entry["attempts"]] == [(1, 204), (2, 500)]
    assert (entry["status"], entry["next_at"] > now) == ("waiting", True)


def test_at_most_one_delivery_is_under_way_to_an_endpoint_and_two_to_a_merchant(
    site: Bare, endpoint: Receiver
) -> None:
    """Whoever asks, and however often."""
    token, grocer = site.key(), site.key(GROCER)
    for number in range(3):
        made(site, token, f"{endpoint.url}/{number}")
    made(site, grocer, f"{endpoint.url}/grocer")
    write(site, 5, awarded(1, 1), awarded(2, 1), awarded(3, 1))
    sender(site).feed()
    now = int(time.time())
    first = deliveries.take(site.engine, now, 1)
    taken = first + deliveries.take(site.engine, now, 8)
    assert len(taken) == len({one.endpoint.id for one in taken}) == 3
    assert sorted(one.endpoint.merchant for one in taken) == [BAKERY, BAKERY, GROCER]
    assert deliveries.take(site.engine, now, 8) == []
    deliveries.settle(site.engine, first[0], Outcome(204, None), now, 1)
    assert len(deliveries.take(site.engine, now, 8)) == 1


def test_slow_endpoints_hold_up_nobody_else(site: Bare, endpoint: Receiver) -> None:
    """While nine of one merchant answer nothing, another's gets its own."""
    token = site.key()
    for number in range(9):
        made(site, token, f"{endpoint.url}/slow-{number}")
    with receiving() as quick:
        made(site, site.key(GROCER), quick.url)
        endpoint.ways = ["held"] * 99
        write(site, 5, awarded(1, 1))
        stop, deadline = threading.Event(), time.monotonic() + 30
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(sender(site, total_seconds=60).run, stop)
            while (len(endpoint.got), len(quick.got)) != (2, 1) and time.monotonic() < deadline:
                time.sleep(0.02)
            got = len(endpoint.got), len(quick.got)
            endpoint.released.set()
            stop.set()
            run.result(60)
    assert got == (2, 1)


class Failing(Poster):
    """Has a fault for one address."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        if url.endswith("/fault"):
            raise LookupError("a fault of ours")
        return super().post(url, headers, body)


def test_a_fault_in_one_delivery_ends_no_other(site: Bare, endpoint: Receiver) -> None:
    """It is a try that failed, as the log says; the worker goes on."""
    token = site.key()
    hook = made(site, token, f"{endpoint.url}/fault")
    made(site, token, f"{endpoint.url}/sound")
    worker = Sender(site.engine, site.community, lambda: SECRET, Failing(Guard(allows_loopback=True)))
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool, structlog.testing.capture_logs() as told:
        run = pool.submit(worker.run, stop)
        for block in (5, 6):
            write(site, block, awarded(block, 1))
            deadline = time.monotonic() + 20
            while len(endpoint.got) < block - 4 and time.monotonic() < deadline:
                time.sleep(0.02)
        stop.set()
        run.result(30)
    assert [one.headers["webhook-id"] for one in endpoint.got] == ["5-0", "6-0"]
    assert any(one["event"] == "webhook not sent" for one in told)
    first = log(site, token, hook["id"])[0]
    assert (first["status"], first["attempts"][0]["reason"]) == ("waiting", "delivery")


def test_one_delivery_that_is_never_taken_does_not_disable_an_endpoint_that_takes_others(
    site: Bare, endpoint: Receiver
) -> None:
    """It ends alone after its three days; what else waits is still sent."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    write(site, 5, awarded(1, 1), awarded(2, 1), awarded(3, 1))
    worker = sender(site)
    endpoint.ways = ["500", "204", "500"]
    worker.step()
    worker.step()
    with writing(site.engine) as connection:
        first = update(WebhookDelivery).where(col(WebhookDelivery.event) == "5-0")
        connection.execute(first.values(since=int(time.time()) - deliveries.PATIENCE, next_at=0))
    worker.step()
    assert [one["status"] for one in log(site, token, hook["id"])] == ["failed", "delivered", "waiting"]
    assert site.ask("GET", "/v1/webhooks", token).json()["items"][0]["status"] == "enabled"
    worker.step()
    assert log(site, token, hook["id"])[2]["status"] == "delivered"


def test_what_was_put_beside_the_disabling_of_its_endpoint_is_never_sent(
    site: Bare, endpoint: Receiver
) -> None:
    """Enabled, the endpoint is told of what is new, as it was promised."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    write(site, 5, awarded(1, 1))
    worker = sender(site)
    worker.feed()
    site.ask("POST", f"/v1/webhooks/{hook['id']}/disable", token)
    with writing(site.engine) as connection:  # as of a feed that read the endpoint just before
        connection.execute(update(WebhookDelivery).values(state=State.WAITING, ended_at=None))
    assert worker.step() == 1
    site.ask("POST", f"/v1/webhooks/{hook['id']}/enable", token)
    make_due(site)
    assert worker.step() == 0
    assert [one["status"] for one in log(site, token, hook["id"])] == ["failed"]
    assert endpoint.got == []


WORK = """
import sys
from tests.api.bare_site import OFFICE_KEY, community
from endogene_token.office.secret import OfficeSecret
from endogene_token.store import open_engine
from endogene_token.webhooks.guard import Guard
from endogene_token.webhooks.posting import Poster
from endogene_token.webhooks.sender import Sender
engine = open_engine(sys.argv[1])
secret = OfficeSecret(bytes.fromhex(OFFICE_KEY))
worker = Sender(engine, community(), lambda: secret, Poster(Guard(True)))
while worker.step():
    pass
"""
POINTS = ("webhooks.put", "webhooks.fed", "webhooks.taken", "webhooks.sent", "webhooks.settled")


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_each_event_is_delivered_under_one_id(
    site: Bare, endpoint: Receiver, database_url: str, point: str
) -> None:
    """SIGKILL, then another process: one row an event, none lost; what was sent may come again, as itself."""
    made(site, site.key(), endpoint.url)
    write(site, 5, awarded(1, 1), awarded(2, 1))
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", WORK, database_url]
    killed = subprocess.run(command, env={**environment, VARIABLE: point}, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    make_due(site)
    assert subprocess.run(command, env=environment, check=False, timeout=120).returncode == 0
    assert {one.headers["webhook-id"] for one in endpoint.got} == {"5-0", "5-1"}
    assert len(endpoint.got) == (3 if point in {"webhooks.sent", "webhooks.settled"} else 2)
    assert count(site, WebhookDelivery) == 2
    with site.reading() as session:
        assert set(session.exec(select(WebhookDelivery.state))) == {State.DELIVERED}


def test_what_ended_thirty_days_ago_is_swept(site: Bare, endpoint: Receiver) -> None:
    """With its tries; what waits, and what ended since, stays."""
    made(site, site.key(), endpoint.url)
    write(site, 5, awarded(1, 1), awarded(2, 1))
    endpoint.ways = ["204", "500"]
    worker = sender(site)
    worker.step()
    worker.step()
    deliveries.sweep(site.engine)
    assert (count(site, WebhookDelivery), count(site, WebhookAttempt)) == (2, 2)
    old = int(time.time()) - (deliveries.KEPT_DAYS + 1) * 86_400
    with writing(site.engine) as connection:
        ended = update(WebhookDelivery).where(col(WebhookDelivery.ended_at).is_not(None))
        connection.execute(ended.values(ended_at=old))
    deliveries.sweep(site.engine)
    assert (count(site, WebhookDelivery), count(site, WebhookAttempt)) == (1, 1)


def test_an_event_put_twice_makes_one_delivery(site: Bare, endpoint: Receiver) -> None:
    """The unique index decides, whoever puts it there."""
    made(site, site.key(), endpoint.url)
    write(site, 5, awarded(1, 1))
    worker = sender(site)
    worker.feed()
    with writing(site.engine) as connection, Session(connection) as session:
        deliveries.move_feed(session, Position())
    while worker.feed():
        pass
    assert count(site, WebhookDelivery) == 1
