"""Endpoints, their secrets and what is delivered to them: signed, tried again, told in a log."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import func, select, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from endogene_token.office import trail
from endogene_token.office.models import OfficeTrail
from endogene_token.office.scopes import Mode, OfficeRole, Scope
from endogene_token.office.secret import OfficeSecret
from endogene_token.store import writing
from endogene_token.webhooks import deliveries, endpoints, signing
from endogene_token.webhooks.guard import Guard
from endogene_token.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from endogene_token.webhooks.posting import Poster
from endogene_token.webhooks.sender import Sender
from tests.api.bare_site import OFFICE_KEY, Bare, bare_site, some_key
from tests.api.receiver import Got, Receiver, receiving
from tests.api.test_events import awarded, refused, suspended, write
from tests.town import BAKERY, BAKERY_TILL, GROCER

LAST_SECOND = 253_402_300_799  # of the year 9999, after which no calendar here goes
SECRET = OfficeSecret(bytes.fromhex(OFFICE_KEY))


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def site(database_url: str) -> Iterator[Bare]:
    with bare_site(database_url, webhook_loopback=True) as opened:
        write(opened, 3, suspended(BAKERY), awarded(9, 9))  # before any endpoint: told to none
        yield opened


def sender(site: Bare, total_seconds: float = 5.0) -> Sender:
    poster = Poster(Guard(allows_loopback=True), total_seconds=total_seconds)
    return Sender(site.engine, site.community, lambda: SECRET, poster)


def made(site: Bare, token: str, url: str, *types: str) -> dict[str, Any]:
    answer = site.ask("POST", "/v1/webhooks", token, json={"url": url, "types": list(types)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def log(site: Bare, token: str, endpoint: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = site.ask("GET", f"/v1/webhooks/{endpoint}/deliveries", token).json()[
        "items"
    ]
    return items


def count(site: Bare, model: type[WebhookDelivery] | type[WebhookAttempt]) -> int:
    with site.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def make_due(site: Bare) -> None:
    """Let the time pass until everything that waits is due, and every lease has ended."""
    with writing(site.engine) as connection:
        connection.execute(update(WebhookDelivery).values(next_at=0, lease_until=0))


def verified(got: Got, secret: str) -> Any:
    """Check a delivery with the package that receivers use."""
    return Webhook(secret).verify(got.body, got.headers)


def test_what_happens_is_delivered_signed_and_once(site: Bare, endpoint: Receiver) -> None:
    """The body is what the list of events tells; who made the endpoint verifies it with a package."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    write(site, 5, suspended(BAKERY), suspended(GROCER), awarded(1, 5000))
    worker = sender(site)
    while worker.step():
        pass
    listed = site.ask("GET", "/v1/events", token, params={"after": "3-1"}).json()["items"]
    assert [verified(one, hook["secret"]) for one in endpoint.got] == listed
    assert [one.headers["webhook-id"] for one in endpoint.got] == ["5-0", "5-2"]
    assert endpoint.got[0].headers["content-type"] == "application/json"
    assert [one["status"] for one in log(site, token, hook["id"])] == ["delivered", "delivered"]
    assert worker.step() == 0
    assert count(site, WebhookDelivery) == 2


def test_another_secret_another_body_and_another_time_are_noticed(site: Bare, endpoint: Receiver) -> None:
    """The comparison: the package refuses what was not signed so."""
    token = site.key()
    hook, other = (
        made(site, token, endpoint.url, "project.awarded"),
        made(site, token, endpoint.url, "fund.paused"),
    )
    write(site, 5, awarded(1, 5000))
    sender(site).step()
    [got] = endpoint.got
    verified(got, hook["secret"])
    for wrong in (
        Got(got.path, got.headers, got.body.replace(b"5000", b"5001")),
        Got(got.path, {**got.headers, "webhook-id": "5-1"}, got.body),
        Got(got.path, {**got.headers, "webhook-timestamp": str(int(time.time()) - 1)}, got.body),
        Got(got.path, {**got.headers, "webhook-timestamp": str(int(time.time()) - 3600)}, got.body),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(wrong, hook["secret"])
    with pytest.raises(WebhookVerificationError):
        verified(got, other["secret"])


@given(st.binary(min_size=24, max_size=64), st.integers(0, LAST_SECOND), st.text(max_size=200))
def test_a_signature_is_the_packages_own(key: bytes, at: int, body: str) -> None:
    """For any secret, time and body; its `sign` is given UTC, since it takes every other zone for UTC."""
    secret = signing.PREFIX + base64.b64encode(key).decode()
    moment = datetime.fromtimestamp(at, UTC)
    encoded = body.encode("utf-8", "replace")
    theirs = Webhook(secret).sign("5-0", moment, encoded.decode())
    assert signing.signature(secret, "5-0", at, encoded) == theirs


def test_an_endpoint_is_told_only_its_types_and_its_own_business(site: Bare, endpoint: Receiver) -> None:
    """As the list of events would; a test endpoint and a disabled one are told nothing."""
    bakery, grocer, test = site.key(BAKERY), site.key(GROCER), site.key(BAKERY, mode=Mode.TEST)
    own = made(site, bakery, f"{endpoint.url}/own", "purchase.refused", "merchant.suspended")
    other = made(site, grocer, f"{endpoint.url}/other")
    tried = made(site, test, f"{endpoint.url}/test")
    off = made(site, bakery, f"{endpoint.url}/off")
    assert site.ask("POST", f"/v1/webhooks/{off['id']}/disable", bakery).json()["status"] == "disabled"
    write(site, 5, refused(BAKERY_TILL, 7), awarded(1, 1), suspended(BAKERY))
    worker = sender(site)
    while worker.step():
        pass
    told = sorted((one.path.removeprefix("/hook/"), json.loads(one.body)["type"]) for one in endpoint.got)
    assert told == [
        ("other", "project.awarded"),
        ("own", "merchant.suspended"),
        ("own", "purchase.refused"),
    ]
    assert (len(log(site, bakery, own["id"])), len(log(site, grocer, other["id"]))) == (2, 1)
    assert (log(site, bakery, off["id"]), log(site, test, tried["id"])) == ([], [])


def test_while_a_secret_rotates_both_sign_then_only_the_new_one(site: Bare, endpoint: Receiver) -> None:
    """A receiver that has either takes the delivery; no third secret before the overlap has ended."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    rotated = site.ask("POST", f"/v1/webhooks/{hook['id']}/rotate", token, json={"overlap": 3600}).json()
    assert rotated["secret"] != hook["secret"]
    again = site.ask("POST", f"/v1/webhooks/{hook['id']}/rotate", token, json={})
    assert (again.status_code, again.json()["code"]) == (409, "secret-rotating")
    write(site, 5, awarded(1, 1))
    sender(site).step()
    [got] = endpoint.got
    assert len(got.headers["webhook-signature"].split()) == 2
    for secret in (hook["secret"], rotated["secret"]):
        assert verified(got, secret)["id"] == "5-0"
    with writing(site.engine) as connection:
        connection.execute(update(WebhookEndpoint).values(overlap_until=int(time.time())))
    write(site, 6, awarded(2, 1))
    sender(site).step()
    assert verified(endpoint.got[1], rotated["secret"])["id"] == "6-0"
    with pytest.raises(WebhookVerificationError):
        verified(endpoint.got[1], hook["secret"])


def test_a_secret_that_leaked_ends_at_once_even_while_it_rotates(site: Bare, endpoint: Receiver) -> None:
    """Without an overlap, only the newest signs: neither the one before it nor the one before that."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    path = f"/v1/webhooks/{hook['id']}/rotate"
    leaked = site.ask("POST", path, token, json={"overlap": 604_800}).json()["secret"]
    answer = site.ask("POST", path, token, json={"overlap": 0})
    assert answer.status_code == 200
    write(site, 5, awarded(1, 1))
    sender(site).step()
    assert verified(endpoint.got[0], answer.json()["secret"])["id"] == "5-0"
    for old in (hook["secret"], leaked):
        with pytest.raises(WebhookVerificationError):
            verified(endpoint.got[0], old)


def test_a_ping_is_delivered_and_told(site: Bare, endpoint: Receiver) -> None:
    """By a test key too: it tells nothing."""
    for token in (site.key(), site.key(mode=Mode.TEST)):
        hook = made(site, token, endpoint.url)
        answer = site.ask("POST", f"/v1/webhooks/{hook['id']}/ping", token)
        assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
        sender(site).step()
        assert verified(endpoint.got[-1], hook["secret"])["type"] == "ping"
        [entry] = log(site, token, hook["id"])
        assert (entry["type"], entry["status"], entry["attempts"][0]["status"]) == ("ping", "delivered", 204)


def test_a_delivery_that_fails_is_tried_again_later_under_the_same_id(site: Bare, endpoint: Receiver) -> None:
    """Each try stands in the log, with why it counted for nothing, in the reader's language."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    endpoint.ways = ["500", "http://127.0.0.1:9/", "204"]
    write(site, 5, awarded(1, 1))
    worker = sender(site)
    assert [worker.step(), worker.step()] == [1, 0], "not at once"
    [entry] = log(site, token, hook["id"])
    assert entry["next_at"] > time.time()
    for _ in range(2):
        make_due(site)
        assert worker.step() == 1
    assert len({one.headers["webhook-id"] for one in endpoint.got}) == 1
    assert len({one.body for one in endpoint.got}) == 1
    [entry] = log(site, token, hook["id"])
    assert [one["reason"] for one in entry["attempts"]] == ["endpoint-status", "endpoint-redirects", None]
    assert [one["status"] for one in entry["attempts"]] == [500, 307, 204]
    assert (entry["status"], entry["next_at"]) == ("delivered", None)
    french = site.ask("GET", f"/v1/webhooks/{hook['id']}/deliveries?lang=fr", token).json()["items"][0]
    assert french["attempts"][0]["explanation"] != entry["attempts"][0]["explanation"]


def test_the_waits_grow_and_are_not_the_same_for_all() -> None:
    """From seconds to six hours; three days hold a score of tries."""
    for number in range(1, 40):
        longest = min(deliveries.FIRST_WAIT * 3 ** (number - 1), deliveries.LONGEST_WAIT)
        found = {deliveries.wait_seconds(number) for _ in range(200)}
        assert longest - longest // 3 <= min(found) <= max(found) <= longest
        assert len(found) > 1
    total, tries = 0, 0
    while total < deliveries.PATIENCE:
        tries += 1
        total += deliveries.wait_seconds(tries)
    assert 15 <= tries <= 30


@pytest.mark.parametrize(("way", "code"), [("503", "deliveries-ended"), ("410", "endpoint-gone")])
def test_after_three_days_or_when_gone_the_endpoint_is_disabled_and_says_so(
    site: Bare, endpoint: Receiver, way: str, code: str
) -> None:
    """What waits for it ends; the trail has it; enabled, it is told of what comes then."""
    token = site.key()
    hook = made(site, token, endpoint.url)
    write(site, 5, awarded(1, 1), awarded(2, 1))
    worker = sender(site)
    endpoint.ways = ["503", way]
    worker.step()
    if way == "503":
        with writing(site.engine) as connection:
            long_ago = int(time.time()) - deliveries.PATIENCE
            connection.execute(update(WebhookDelivery).values(since=long_ago))
    make_due(site)
    worker.step()
    [told] = site.ask("GET", "/v1/webhooks", token).json()["items"]
    assert (told["status"], told["reason"]) == ("disabled", code)
    assert [one["status"] for one in log(site, token, hook["id"])] == ["failed", "failed"]
    with site.reading() as session:
        assert [
            one.action for one in trail.page(session, 0, 99, f"merchant:{BAKERY}/webhook:{hook['id']}")
        ] == [*("webhook.created", "webhook.disabled")]
    make_due(site)
    assert worker.step() == 0
    refusal = site.ask("POST", f"/v1/webhooks/{hook['id']}/ping", token)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "webhook-disabled")
    assert site.ask("POST", f"/v1/webhooks/{hook['id']}/enable", token).json()["status"] == "enabled"
    write(site, 6, awarded(3, 1))
    worker.step()
    assert endpoint.got[-1].headers["webhook-id"] == "6-0"


def test_a_day_short_of_three_the_endpoint_is_still_tried(site: Bare, endpoint: Receiver) -> None:
    """The comparison with the test above."""
    token = site.key()
    made(site, token, endpoint.url)
    write(site, 5, awarded(1, 1))
    endpoint.ways = ["503", "503"]
    worker = sender(site)
    worker.step()
    with writing(site.engine) as connection:
        connection.execute(update(WebhookDelivery).values(since=int(time.time()) - 2 * 86_400, next_at=0))
    worker.step()
    [told] = site.ask("GET", "/v1/webhooks", token).json()["items"]
    assert told["status"] == "enabled"


def test_a_delivery_is_sent_once_more_on_request(site: Bare, endpoint: Receiver) -> None:
    """One that ended, well or badly, under the same id; nobody else's."""
    token, grocer = site.key(), site.key(GROCER)
    hook = made(site, token, endpoint.url)
    write(site, 5, awarded(1, 1))
    sender(site).step()
    [entry] = log(site, token, hook["id"])
    path = f"/v1/webhooks/{hook['id']}/deliveries/{entry['id']}/replay"
    assert site.ask("POST", path, grocer).status_code == 404
    assert (
        site.ask("POST", path.replace(f"/{entry['id']}/", "/99/"), token).json()["code"] == "unknown-delivery"
    )
    assert site.ask("POST", path, token).status_code == 202
    assert site.ask("POST", path, token, headers={"Idempotency-Key": "k"}).status_code == 202
    sender(site).step()
    assert [one.headers["webhook-id"] for one in endpoint.got] == ["5-0", "5-0"]
    [entry] = log(site, token, hook["id"])
    assert [one["number"] for one in entry["attempts"]] == [1, 2]
    assert count(site, WebhookDelivery) == 1


def test_nobody_reads_or_changes_anothers_endpoints(site: Bare, endpoint: Receiver) -> None:
    """Another merchant does not learn of them; a key without the scope does nothing; an auditor reads."""
    token, grocer = site.key(), site.key(GROCER)
    hook = made(site, token, endpoint.url)
    paths = [f"/v1/webhooks/{hook['id']}/{what}" for what in ("disable", "enable", "ping", "rotate")]
    for path in paths:
        assert site.ask("POST", path, grocer, json={}).status_code == 404
        assert site.ask("POST", path, site.key(BAKERY, Scope.WEBHOOKS_READ), json={}).status_code == 403
        assert site.ask("POST", path, json={}).status_code == 401
    assert site.ask("GET", f"/v1/webhooks/{hook['id']}/deliveries", grocer).status_code == 404
    assert site.ask("GET", "/v1/webhooks", grocer).json()["items"] == []
    auditor = site.key(role=OfficeRole.AUDITOR)
    assert [one["id"] for one in site.ask("GET", "/v1/webhooks", auditor).json()["items"]] == [hook["id"]]
    assert site.ask("POST", paths[0], auditor).status_code == 403
    assert [one["status"] for one in site.ask("GET", "/v1/webhooks", token).json()["items"]] == ["enabled"]


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/", "https://10.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://u:p@x.example/"],
)
def test_an_endpoint_where_nothing_may_be_delivered_is_not_made(site: Bare, url: str) -> None:
    """422, with why, in the reader's language; nor one of a type that is none, or not for merchants."""
    token = site.key()
    answer = site.ask("POST", "/v1/webhooks?lang=fr", token, json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook-url")
    assert "it " not in answer.json()["title"]
    for wrong in ("nothing", "member.admitted"):
        answer = site.ask("POST", "/v1/webhooks", token, json={"url": "https://x.example/", "types": [wrong]})
        assert (answer.status_code, answer.json()["code"]) == (422, "event-type")
    assert site.ask("GET", "/v1/webhooks", token).json()["items"] == []


def test_a_merchant_has_sixteen_endpoints_at_most(site: Bare) -> None:
    """Disabled ones left out; enabling one takes room too."""
    token = site.key()
    hooks = [made(site, token, "https://x.example/") for _ in range(endpoints.MOST)]
    more = site.ask("POST", "/v1/webhooks", token, json={"url": "https://x.example/"})
    assert (more.status_code, more.json()["code"]) == (409, "webhook-count")
    site.ask("POST", f"/v1/webhooks/{hooks[0]['id']}/disable", token)
    made(site, token, "https://x.example/")
    assert site.ask("POST", f"/v1/webhooks/{hooks[0]['id']}/enable", token).status_code == 409
    made(site, site.key(mode=Mode.TEST), "https://x.example/")  # the sandbox has room of its own


def test_of_many_endpoints_the_longest_disabled_is_forgotten(
    site: Bare, endpoint: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its deliveries, and in the trail; none that is enabled, and none of the sandbox."""
    monkeypatch.setattr(endpoints, "KEPT", 2)
    token, sand = site.key(), site.key(mode=Mode.TEST)
    tried = made(site, sand, "https://x.example/")
    site.ask("POST", f"/v1/webhooks/{tried['id']}/disable", sand)
    stays, first = made(site, token, "https://x.example/"), made(site, token, endpoint.url)
    site.ask("POST", f"/v1/webhooks/{first['id']}/ping", token)
    sender(site).step()
    site.ask("POST", f"/v1/webhooks/{first['id']}/disable", token)
    last = made(site, token, "https://x.example/")
    listed = {one["id"] for one in site.ask("GET", "/v1/webhooks", token).json()["items"]}
    assert listed == {tried["id"], stays["id"], last["id"]}
    assert (count(site, WebhookDelivery), count(site, WebhookAttempt)) == (0, 0)
    with site.reading() as session:
        entries = trail.page(session, 0, 99, f"merchant:{BAKERY}/webhook:{first['id']}")
        assert entries[-1].action == "webhook.forgotten"
    made(site, token, "https://x.example/")  # nothing to forget: all are enabled
    assert len(site.ask("GET", "/v1/webhooks", token).json()["items"]) == 4


def test_a_lost_answer_to_a_creation_is_given_again_with_its_secret(site: Bare, endpoint: Receiver) -> None:
    """Once made, under its idempotency key; the database shows no secret."""
    token, headers = site.key(), {"Idempotency-Key": some_key()}
    body = {"url": endpoint.url}
    first, again = (site.ask("POST", "/v1/webhooks", token, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert len(site.ask("GET", "/v1/webhooks", token).json()["items"]) == 1
    secret = first.json()["secret"]
    with site.reading() as session:
        rows = [session.exec(select(one)).all() for one in (WebhookEndpoint, OfficeTrail)]
    assert secret.removeprefix(signing.PREFIX) not in repr(rows)
