"""The clock wrong by forty days, ahead and behind: a clear sentence or the right thing, and never a loss."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import Session, select

from api import clock as api_clock
from endogene_token.chain.transactions import reinstate_merchant, suspend_merchant
from endogene_token.errors import EndpointSilentError
from endogene_token.office.scopes import Holder
from endogene_token.relay import Relay, queue
from endogene_token.relay.models import RelayBatch, State
from endogene_token.relay.pauses import Pauses
from endogene_token.sdk.access import authorization
from endogene_token.store import reading
from endogene_token.webhooks import deliveries
from endogene_token.webhooks.models import WebhookDelivery
from endogene_token.webhooks.posting import Outcome
from tests.api.bare_site import Bare, bare_site
from tests.api.test_events import awarded, suspended, write
from tests.api.test_webhooks import made as made_endpoint
from tests.api.test_webhooks import sender
from tests.site import Site
from tests.survival.callers import made
from tests.town import BAKERY, BAKERY_TILL, GROCER_TILL, Town

FORTY = 40 * 86_400  # seconds
WAYS = pytest.mark.parametrize("wrong", [FORTY, -FORTY], ids=["ahead", "behind"])
Set = Callable[[int], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Set this process's clock so many seconds off; 0: right again."""
    true = time.time

    def put(seconds: int) -> None:
        monkeypatch.setattr(time, "time", lambda: true() + seconds)

    return put


@pytest.fixture
def bare(database_url: str) -> Iterator[Bare]:
    with bare_site(database_url, webhook_loopback=True) as opened:
        write(opened, 3, suspended(BAKERY))
        yield opened


def state_of(site: Site, sequence: int, till: int = BAKERY_TILL) -> tuple[str, str | None]:
    told = purchase(site, sequence, till)
    return told["status"], told["reason"]


def purchase(site: Site, sequence: int, till: int = BAKERY_TILL) -> Any:
    """Return what the service tells the till of its sale."""
    return site.signed_get(f"/v1/purchases/{till}-{sequence}", site.town.tills[till]).json()


@WAYS
def test_a_sale_of_a_wrong_day_is_told_with_its_reason_and_can_be_signed_again(
    site: Site, wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The till's clock is wrong: the ledger takes no such day and says so; signed anew, it is recorded."""
    with monkeypatch.context() as patch:
        patch.setattr("tests.town.today", lambda: today_at(wrong))
        site.record(site.town.purchases(BAKERY_TILL, 1, [1000]))
    status, reason = state_of(site, 1)
    assert (status, reason) == ("refused", "future-day" if wrong > 0 else "too-old")
    assert len(purchase(site, 1)["explanation"]) > 20
    site.record(site.town.purchases(BAKERY_TILL, 2, [1000]))
    assert state_of(site, 2) == ("recorded", None)
    assert site.town.ledger.balance_sheet().premiums_receivable == 28


def today_at(wrong: int) -> int:
    return int(time.time() + wrong) // 86_400


@WAYS
def test_a_proof_of_another_time_is_refused_with_a_sentence(site: Site, wrong: int) -> None:
    """The asker's clock is wrong: nothing is told, and why is."""
    path = f"/v1/merchants/{BAKERY}"
    when = int(time.time()) + wrong
    answer = site.signed_get(path, site.town.tills[BAKERY_TILL], when)
    assert (answer.status_code, answer.json()["code"]) == (401, "credentials")
    assert "another time" in answer.json()["detail"] or "autre moment" in answer.json()["detail"]
    assert site.signed_get(path, site.town.tills[BAKERY_TILL]).status_code == 200


@WAYS
def test_the_service_with_a_wrong_clock_takes_signed_sales_all_the_same(
    site: Site, wrong: int, set_clock: Set
) -> None:
    """A till's signature has no clock: the sale is accepted, relayed and recorded, before and after."""
    signed = [site.town.purchases(BAKERY_TILL, n, [1000]) for n in (1, 2, 3)]
    site.record(signed[0])
    set_clock(wrong)
    header = authorization(site.town.tills[BAKERY_TILL], site.town.ledger.domain, "GET", "/v1/x", 1)
    assert site.client.get(f"/v1/merchants/{BAKERY}", headers={"authorization": header}).status_code == 401
    site.record(signed[1])
    assert site.get("/v1/health")["ok"]
    set_clock(0)
    site.record(signed[2])
    assert [state_of(site, n)[0] for n in (1, 2, 3)] == ["recorded"] * 3
    assert site.town.ledger.till(BAKERY_TILL).next_sequence == 4


def test_a_key_that_ended_by_a_wrong_clock_opens_again_by_the_right_one(site: Site, set_clock: Set) -> None:
    """A year and forty days on, each key has ended, in a sentence; set right, nothing was taken from it."""
    token = made(site.engine, Holder(BAKERY), Holder(BAKERY).scopes).token
    header = {"authorization": f"Bearer {token}"}
    assert site.client.get("/v1/events", headers=header).status_code == 200
    set_clock(366 * 86_400 + FORTY)
    refused = site.client.get("/v1/events", headers=header)
    assert (refused.status_code, refused.json()["code"]) == (401, "key-refused")
    set_clock(-FORTY)
    assert site.client.get("/v1/events", headers=header).status_code == 200
    set_clock(0)
    assert site.client.get("/v1/events", headers=header).status_code == 200


def held_ahead(site: Site) -> tuple[Relay, Town, list[int]]:
    """Have a suspended merchant's batch held by a relay whose clock is forty days ahead; return its clock."""
    town, now = site.town, [int(time.time()) + FORTY]
    town.do(suspend_merchant(town.community, BAKERY))
    relay = Relay(site.engine, town.ledger, town.relayer, clock=lambda: now[0])
    assert site.post(town.purchases(BAKERY_TILL, 1, [1000])).status_code == 202
    relay.step()
    assert state_of(site, 1)[0] == "held"
    town.do(reinstate_merchant(town.community, BAKERY))
    now[0] -= FORTY
    return relay, town, now


def test_what_was_held_by_a_clock_ahead_does_not_wait_for_forty_days(site: Site) -> None:
    """Set right, the clock finds the batch due, and the till's sale is recorded."""
    relay, town, _ = held_ahead(site)
    while relay.step():
        pass
    site.read()
    assert state_of(site, 1)[0] == "recorded"
    assert town.ledger.till(BAKERY_TILL).next_sequence == 2


def test_without_a_bound_it_would_wait(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard above can fail: were any later instant waited for, the sale would lie for forty days."""
    monkeypatch.setattr(queue, "LONGEST_WAIT", 2 * FORTY)
    relay, _, _ = held_ahead(site)
    assert not relay.step()
    assert state_of(site, 1)[0] == "held"


def test_a_clock_set_back_holds_no_other_till(site: Site) -> None:
    """What is queued behind nothing is due by any clock."""
    relay, town, now = held_ahead(site)
    now[0] -= FORTY
    site.post(town.purchases(GROCER_TILL, 1, [1000]))
    while relay.step():
        pass
    with reading(site.engine) as connection, Session(connection) as session:
        assert set(session.exec(select(RelayBatch.state))) == {State.RECORDED}


def test_a_pause_ends_when_the_clock_is_set_back() -> None:
    """Set forward, it ends as well: neither leaves the assembly's work undone for days."""
    now = [1_000_000_000]
    pauses = Pauses(lambda: now[0])
    pauses.hold("x")
    assert not pauses.is_due("x")
    for moved in (-FORTY, FORTY):
        now[0] += moved
        assert pauses.is_due("x")
        now[0] -= moved
    assert not pauses.is_due("x")


def test_a_silent_chain_is_asked_again_when_the_clock_is_set_back(site: Site) -> None:
    """Five seconds of silence are five seconds, not forty days."""
    wall = [time.time() + FORTY]
    told = api_clock.ChainClock(site.town.ledger, lambda: wall[0])
    told._silent_until = wall[0] + api_clock.SILENCE
    assert told.now() == int(wall[0])
    wall[0] = 0.0
    assert told.now() == site.town.ledger.time()


@WAYS
def test_a_webhook_is_sent_once_the_clock_is_right(bare: Bare, wrong: int, set_clock: Set) -> None:
    """A try that failed under a wrong clock, or was cut off by a kill, is made again under the right one."""
    made_endpoint(bare, bare.key(), "http://127.0.0.1:9/x")
    write(bare, 5, awarded(1, 1))
    set_clock(wrong)
    sender(bare).feed()
    now = int(time.time())
    [one] = deliveries.take(bare.engine, now, 8)
    if wrong > 0:
        deliveries.settle(bare.engine, one, Outcome(None, EndpointSilentError(actual="x")), now, 1)
    set_clock(0)
    assert (
        len(deliveries.take(bare.engine, int(time.time()) + (deliveries.LEASE if wrong < 0 else 0), 8)) == 1
    )
    with bare.reading() as session:
        assert len(session.exec(select(WebhookDelivery.id)).all()) == 1
