"""The SDK's till against the service itself: buyers, quotes, keys and pages, over HTTP, without a node."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from endogene_token.errors import (
    EndogeneError,
    KeyModeError,
    KeyRefusedError,
    ReceiptTakenError,
    ScopeMissingError,
)
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member, MerchantRate, RulesVersion
from endogene_token.office import cards, phones, trail
from endogene_token.office.scopes import Mode, Scope
from endogene_token.sdk import Retries, Status, TillClient, TillKey
from endogene_token.store import writing
from tests.api.bare_site import ACTOR, Bare, bare_site
from tests.town import ALICE, BAKERY, BAKERY_TILL, BASILE, FOREVER, key

KEY = TillKey((300 + BAKERY_TILL).to_bytes(32, "big"))
RULES = {
    "version": 1,
    "purchase_window_days": 30,
    "reversal_window_days": 60,
    "operations_bps": 500,
    "reserve_bps": 500,
    "rate_notice_days": 30,
    "key_rotation_delay": 3600,
    "block_number": 1,
}
PHONE = "+14186921234"


@contextmanager
def service(url: str, **settings: Any) -> Iterator[Bare]:
    """The service of a register with a merchant's rate, rules, and two members."""
    with bare_site(url, **settings) as bare:
        with writing(bare.engine) as connection, Session(connection) as session:
            session.add(RulesVersion(**RULES))
            session.add(MerchantRate(merchant=BAKERY, from_day=0, rate_bps=280))
            for number in (ALICE, BASILE):
                own = from_hex(key(200 + number).address)
                valid = {"valid_from": 0, "valid_until": FOREVER}
                session.add(Member(number=number, kind=0, category=0, key=own, balance=0, **valid))
            session.flush()
        yield bare


@pytest.fixture
def bare(sqlite_url: str) -> Iterator[Bare]:
    """A community's service."""
    with service(sqlite_url) as running:
        yield running


def opened(bare: Bare, folder: Path, **changes: Any) -> TillClient:
    """Return the bakery's till."""
    arguments: dict[str, Any] = {"retries": Retries(attempts=2, first_wait_seconds=0.01), **changes}
    return TillClient(bare.url, BAKERY_TILL, KEY, folder / "till.sqlite", BAKERY, **arguments)


def test_buyers_are_found_by_the_office_and_the_sales_of_unknown_ones_are_recorded(
    bare: Bare, tmp_path: Path
) -> None:
    """A card, a telephone number, a card replaced, a number misread: each sale is accepted."""
    with trail.changing(bare.engine, ACTOR) as change:
        old = cards.issue(change, bare.secret, ALICE)
        card = cards.replace(change, bare.secret, ALICE)
        phones.keep(change, bare.secret, BASILE, PHONE, date(2026, 3, 1))
    with opened(bare, tmp_path) as till:
        till.record(100, card=card.number, receipt="A-1")
        till.record(200, phone="418 692-1234", receipt="A-2")
        till.record(300, card=old.number, receipt="A-3")
        till.record(400, card="not a card", receipt="A-4")
        till.record(500, phone="418 692-9999", receipt="A-5")
        till.reverse("A-1", 40, refund_receipt="R-1")
        flushed = till.flush()
        assert (flushed.sales, flushed.waiting, flushed.buyer_problems) == (6, 0, 3)
        told = [(sale.member, sale.buyer_problem) for sale in till.list(Status.ACCEPTED)]
        assert told == [
            *((ALICE, None), (BASILE, None), (0, "revoked-card"), (0, "card-number"), (0, "unknown-phone")),
            (ALICE, None),
        ]
        [status] = {till.status(sale).status for sale in till.list()}
        assert status is Status.ACCEPTED


def test_a_quote_is_of_the_merchant_s_rate_and_the_rulebook_s_split(bare: Bare, tmp_path: Path) -> None:
    """With the buyer looked up; then from memory, when the service is gone."""
    with trail.changing(bare.engine, ACTOR) as change:
        card = cards.issue(change, bare.secret, ALICE)
    with opened(bare, tmp_path) as till:
        quote = till.quote(4_599, card=card.number)
        assert (quote.premium, quote.credit, quote.member, quote.is_current) == (129, 117, ALICE, True)
        assert till.quote(4_599, card="7K2M").buyer_problem == "card-number"
    with TillClient("http://127.0.0.1:9", BAKERY_TILL, KEY, tmp_path / "till.sqlite") as till:
        assert till.quote(4_599).premium == 129


def test_a_key_of_the_api_looks_up_buyers_within_its_scopes(bare: Bare, tmp_path: Path) -> None:
    """One without the scope, and one that nobody made, hold that sale back and say so."""
    with trail.changing(bare.engine, ACTOR) as change:
        card = cards.issue(change, bare.secret, ALICE)
    wrong = (
        (bare.key(BAKERY, Scope.SALES_READ), ScopeMissingError),
        (f"ek_live_{'0' * 16}_{'0' * 64}", KeyRefusedError),
    )
    for number, (token, error) in enumerate(wrong):
        with opened(bare, tmp_path, api_key=token) as till:
            till.record(100 + number, card=card.number, receipt=f"A-{number}")
            till.record(200 + number, receipt=f"B-{number}")
            with pytest.raises(error):
                till.flush()
            assert till.unsent() == number + 1
    with opened(bare, tmp_path, api_key=bare.key(BAKERY, Scope.BUYERS_READ)) as till:
        till.flush()
        assert [till.find(f"A-{number}").member for number in (0, 1)] == [ALICE, ALICE]  # type: ignore[union-attr]


def test_a_community_says_that_it_is_live_and_takes_no_test_key(bare: Bare, tmp_path: Path) -> None:
    """`livemode` is what the SDK compares with the name of the key."""
    assert bare.ask("GET", "/v1/community").json()["livemode"] is True
    with opened(bare, tmp_path, api_key=bare.key(BAKERY, mode=Mode.TEST)) as till:
        with pytest.raises(KeyModeError):
            till.record(100, receipt="A-1")
        assert till.unsent() == 0


def test_in_a_sandbox_a_test_key_finds_the_test_buyers(sqlite_url: str, tmp_path: Path) -> None:
    """The numbers that docs/decisions/0019 tells."""
    with service(sqlite_url, sandbox=True) as bare:
        assert bare.ask("GET", "/v1/community").json()["livemode"] is False
        with opened(bare, tmp_path, api_key=bare.key(BAKERY, mode=Mode.TEST)) as till:
            till.record(100, card="TEST-CARD-0000-0001-B", receipt="A-1")
            till.record(200, card="TEST-CARD-0000-0003-F", receipt="A-2")
            till.record(300, phone="+1 418 555-0101", receipt="A-3")
            till.flush()
            told = [(sale.member, sale.buyer_problem) for sale in till.list()]
        assert told == [(4_000_000_001, None), (0, "revoked-card"), (4_000_000_001, None)]
        with opened(bare, tmp_path, api_key=bare.key(BAKERY)) as till, pytest.raises(KeyModeError):
            till.flush()


def test_the_page_of_an_error_is_there(bare: Bare, tmp_path: Path) -> None:
    """`doc_url` of an error of the till's own, and of one that the service told."""
    with opened(bare, tmp_path, api_key=bare.key(BAKERY, Scope.SALES_READ)) as till:
        till.record(100, card="7K2M", receipt="A-1")
        errors: list[EndogeneError] = []
        for asked in (lambda: till.record(101, receipt="A-1"), till.flush):
            with pytest.raises((ReceiptTakenError, ScopeMissingError)) as told:
                asked()
            errors.append(told.value)
    for error in errors:
        page = httpx.get(error.doc_url, timeout=30, trust_env=False)
        assert (page.status_code, error.code in page.text) == (200, True)
