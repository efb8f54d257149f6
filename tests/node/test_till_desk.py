"""A till's agent over HTTP: a sale is on the disk when it is answered; a stranger gets nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from endogene_token.errors import RevokedCardError
from endogene_token.sdk import TillClient
from endogene_token.till.desk import LARGEST_BODY, Desk
from endogene_token.till.guard import Address, Guard
from endogene_token.till.sender import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, Sender
from tests.node.agents import Counter, served
from tests.node.tills import NOW

TOKEN = "t" * 64
HEADERS = {"X-Endogene-Token": TOKEN, "Accept-Language": "en", "Host": "127.0.0.1:8787"}


@contextmanager
def desk(counter: Counter, **changes: Any) -> Iterator[tuple[httpx.Client, TillClient, Sender]]:
    """The agent's application, called as a program of this machine does."""
    with counter.till(**changes) as till:
        sender = Sender(till)
        app = Desk(till, sender, None, Guard(Address("127.0.0.1", 8787), Path("token"), TOKEN)).app()
        with (
            served(app) as url,
            httpx.Client(base_url=url, headers=HEADERS, timeout=60, trust_env=False) as client,
        ):
            yield client, till, sender


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """A shop."""
    return Counter(tmp_path)


def test_a_sale_and_its_refund_are_recorded_and_sent(counter: Counter) -> None:
    """201 for a new one, 200 for the same again, whatever became of it meanwhile."""
    sale, refund = {"receipt": "A-1", "amount": "1250", "member": 4}, {"receipt": "R-1", "purchase": "A-1"}
    with desk(counter) as (client, till, sender):
        first = client.post("/sale", json=sale)
        assert (first.status_code, first.json()["status"], first.json()["unsent"]) == (201, "pending", 1)
        assert first.json()["amount"] == "1250"
        assert client.post("/refund", json=refund).json()["amount"] == "1250"
        sender.send()
        again = client.post("/sale", json=sale)
        assert (again.status_code, again.json()["status"], again.json()["unsent"]) == (200, "accepted", 0)
        assert client.get("/status").json()["counts"]["accepted"] == 2
        assert till.unsent() == 0
    assert [one.amount for one in counter.service.items.values()] == [1250, 1250]


def test_with_the_service_away_a_sale_is_taken_all_the_same(counter: Counter) -> None:
    """And the state says how many wait, and why."""
    with desk(counter) as (client, till, _):
        till.counts()
        client.post("/sale", json={"receipt": "A-0", "amount": "1"})
    counter.wire.is_cut = True
    with desk(counter) as (client, _, sender):
        assert client.post("/sale", json={"receipt": "A-1", "amount": "5", "card": "7K2M"}).status_code == 201
        answer = client.post("/send", headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (503, "service-unavailable")
        told = client.get("/status").json()
        assert (told["unsent"], told["trouble"]["code"]) == (2, "service-unavailable")
        assert told["trouble"]["doc_url"].endswith("/v1/problems/service-unavailable")
        counter.wire.is_cut = False
        assert client.post("/send", headers={"Content-Type": "application/json"}).json()["unsent"] == 0
        assert (sender.trouble, client.get("/status").json()["buyer_problems"]) == (None, 1)


def test_a_quote_is_answered_before_the_payment(counter: Counter) -> None:
    """With the credit of the buyer, or why the card is none."""
    counter.service.buyers = {"good": 4, "old": RevokedCardError(actual="2026-01-01")}
    with desk(counter) as (client, _, _):
        told = client.get("/quote", params={"amount": "4599", "card": "good"}).json()
        assert (told["premium"], told["credit"], told["member"], told["is_current"]) == (
            "129",
            "117",
            4,
            True,
        )
        assert (
            client.get("/quote", params={"amount": "4599", "card": "old"}).json()["buyer_problem"]
            == "revoked-card"
        )
        for wrong in (
            {"amount": "45.99"},
            {},
            {"amount": "1", "amonut": "2"},
            {"amount": "1", "member": "x"},
        ):
            assert client.get("/quote", params=wrong).status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/sale", {"receipt": "A-1"}, 422, "amount"),
        ("/sale", {"receipt": "A-1", "amount": 12.5}, 422, "amount"),
        ("/sale", {"receipt": "A-1", "amount": "5", "at": "0001-01-01T00:00:00Z"}, 422, "day"),
        ("/sale", {"receipt": "A-1", "amount": "5", "menber": 4}, 422, "agent-field"),
        ("/sale", {"receipt": "A-1", "amount": "5", "member": 4, "phone": "1"}, 422, "buyer-count"),
        ("/sale", [], 422, "agent-field"),
        ("/refund", {"receipt": "R-1", "purchase": "A-9"}, 422, "return-without-purchase"),
        ("/refund", {"receipt": "R-1", "purchase": "A-9", "amount": [1]}, 422, "amount"),
        ("/sell", {}, 404, "unknown-path"),
    ],
)
def test_what_cannot_be_recorded_is_told_as_a_problem(
    counter: Counter, path: str, body: Any, status: int, code: str
) -> None:
    """RFC 9457, in the language that was asked for; nothing is recorded."""
    with desk(counter) as (client, till, _):
        answer = client.post(path, json=body, headers={"Accept-Language": "fr-CA,en;q=0.5"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["status"], answer.headers["content-language"]) == (status, "fr")
        assert till.unsent() == 0


def test_a_receipt_number_of_another_sale_is_a_conflict(counter: Counter) -> None:
    """A receipt number never stands for two sales."""
    with desk(counter) as (client, till, _):
        client.post("/sale", json={"receipt": "A-1", "amount": "5"})
        answer = client.post("/sale", json={"receipt": "A-1", "amount": "6"})
        assert (answer.status_code, answer.json()["code"], till.unsent()) == (409, "receipt-taken", 1)


def test_a_stranger_records_nothing_and_learns_nothing(counter: Counter) -> None:
    """Each path asks for the token and for this machine's own name, before anything is read."""
    wrong = (
        ({"X-Endogene-Token": "guess"}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example:8787"}, 403),
    )
    paths = (("POST", "/sale"), ("POST", "/refund"), ("GET", "/quote"), ("GET", "/status"), ("POST", "/send"))
    with desk(counter) as (client, till, _):
        for method, path in paths:
            for headers, status in wrong:
                answer = client.request(method, path, json={"receipt": "A-1", "amount": "5"}, headers=headers)
                assert answer.status_code == status, (path, headers)
                assert "access-control-allow-origin" not in answer.headers
        assert till.unsent() == 0


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "text/plain", 422),
        (b"{}", "application/x-www-form-urlencoded", 422),
        (b"{", "application/json", 422),
        (b"\xff", "application/json", 422),
        (b'{"receipt":' * 1_400, "application/json", 422),
        (b'{"receipt": "' + b"A" * LARGEST_BODY + b'"}', "application/json", 413),
    ],
    ids=["text", "form", "cut", "latin", "deep", "large"],
)
def test_a_body_that_is_no_sale_is_refused(counter: Counter, content: bytes, kind: str, status: int) -> None:
    """A form of another site, above all: it is the one thing that a page may send without asking."""
    with desk(counter) as (client, till, _):
        answer = client.post("/sale", content=content, headers={"Content-Type": kind})
        assert (answer.status_code, till.unsent()) == (status, 0)


def test_a_clock_wrong_by_forty_days_is_told_with_each_sale_and_blocks_none(counter: Counter) -> None:
    """Whoever stands at the till sees it; the sale is taken, with the day that the till believes in."""
    counter.service.date = NOW
    ahead = int(timedelta(days=40).total_seconds())
    with desk(counter, clock=lambda: NOW + timedelta(days=40)) as (client, _, _):
        told = client.post("/sale", json={"receipt": "A-1", "amount": "5"})
        assert (told.status_code, told.json()["clock_ahead_seconds"]) == (201, ahead)
        assert client.get("/status").json()["clock_ahead_seconds"] == ahead
    with desk(counter, clock=lambda: NOW + timedelta(minutes=4)) as (client, _, sender):
        sender.send()
        assert client.get("/status").json()["clock_ahead_seconds"] is None


def test_answers_hold_no_card_and_no_telephone_number(counter: Counter) -> None:
    """They end in the logs of the shop's software."""
    with desk(counter) as (client, _, _):
        answer = client.post("/sale", json={"receipt": "A-1", "amount": "5", "phone": "418 555-0101"})
        refused = client.post("/sale", json={"receipt": "A-1", "amount": "6", "phone": "418 555-0101"})
        texts = json.dumps([answer.json(), refused.json(), client.get("/status").json()])
    assert "555" not in texts


def test_the_sender_waits_longer_and_longer_and_starts_anew_once_it_got_through(counter: Counter) -> None:
    """One second, two, four, up to five minutes, less up to half; then at once again."""
    with counter.till() as till:
        sender = Sender(till, idle_seconds=5.0, chance=lambda: 0.0)
        counter.wire.is_cut = True
        waits = []
        for _ in range(12):
            with pytest.raises(Exception, match="does not answer"):
                sender.send()
            waits.append(sender.wait_seconds())
        assert waits[:4] == [FIRST_WAIT_SECONDS * 2**n for n in range(4)]
        assert waits[-1] == LONGEST_WAIT_SECONDS
        assert Sender(till, chance=lambda: 1.0).wait_seconds() == 5.0
        counter.wire.is_cut = False
        sender.send()
        assert (sender.wait_seconds(), sender.trouble) == (5.0, None)
