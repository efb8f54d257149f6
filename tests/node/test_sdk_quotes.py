"""What a till tells before payment: as the contract computes it, off line from the last known rates."""

from datetime import timedelta

import pytest

from endogene_token.errors import (
    AmountError,
    BuyerCountError,
    RevokedCardError,
    ServiceUnavailableError,
    UnreadableAnswerError,
    WrongOutboxError,
)
from endogene_token.receipts import Domain
from endogene_token.sdk import NewPurchase, Status
from tests.node.till_service import DOMAIN, serving
from tests.node.tills import KEY, NOW, Shop, service, shop, sync_shop

__all__ = ["service", "shop", "sync_shop"]
NOWHERE = "http://127.0.0.1:9"


def test_a_quote_tells_what_the_ledger_will_compute(shop: Shop) -> None:
    """2.8 % of 45.99 $ is 1.29 $, of which a tenth is shared; without a buyer all goes to the reserve."""
    with shop.open() as till:
        told = till.quote(4_599, 12)
        assert (told.premium, told.credit, told.operations, told.reserve) == (129, 117, 6, 6)
        assert (told.rate_bps, told.as_of, told.is_current, told.member) == (280, NOW, True, 12)
        nobody = till.quote(4_599)
        assert (nobody.premium, nobody.credit, nobody.reserve, nobody.member) == (129, 0, 129, None)
        assert till.unsent() == 0


def test_a_card_is_looked_up_while_the_customer_stands_there(shop: Shop) -> None:
    """One that is unknown or revoked is told before the payment, when the customer can give another."""
    shop.service.buyers = {"good": 4, "old": RevokedCardError(actual="2026-01-01")}
    with shop.open() as till:
        assert (till.quote(4_599, card="good").credit, till.quote(4_599, card="good").member) == (117, 4)
        for card, code in (("old", "revoked-card"), ("none", "unknown-card")):
            told = till.quote(4_599, card=card)
            assert (told.credit, told.member, told.buyer_problem) == (0, None, code)


def test_off_line_a_quote_has_the_last_known_rates_and_says_so(shop: Shop) -> None:
    """The buyer of a card is taken for a member: nobody can tell."""
    with shop.open() as till:
        till.quote(1)
    later = NOW + timedelta(hours=3)
    with shop.open(api_url=NOWHERE, clock=lambda: later) as till:
        told = till.quote(4_599, card="good")
        assert (told.credit, told.as_of, told.is_current, told.member) == (117, NOW, False, None)
        assert till.quote(4_599, phone="4185550101").credit == 117


def test_a_silent_service_is_not_asked_again_for_each_customer(sync_shop: Shop) -> None:
    """A queue at the till waits once."""
    with sync_shop.open() as till:
        till.quote(1)
    moment = [NOW + timedelta(hours=3)]
    with sync_shop.open(clock=lambda: moment[0]) as till:
        sync_shop.service.broken[:] = ["lost"]
        assert not till.quote(1).is_current
        asked = len(sync_shop.service.requests)
        assert not till.quote(1).is_current
        assert len(sync_shop.service.requests) == asked
        moment[0] += timedelta(seconds=31)
        assert till.quote(1).is_current


def test_a_new_rate_is_quoted_after_five_minutes_and_asked_for_no_sooner(sync_shop: Shop) -> None:
    """A quote costs no request while the rates are fresh."""
    moment = [NOW]
    with sync_shop.open(clock=lambda: moment[0]) as till:
        assert till.quote(10_000).premium == 280
        sync_shop.service.rate_bps = 300
        asked = len(sync_shop.service.requests)
        moment[0] += timedelta(minutes=4)
        assert till.quote(10_000).premium == 280
        assert len(sync_shop.service.requests) == asked
        moment[0] += timedelta(minutes=1)
        assert till.quote(10_000).premium == 300


def test_a_till_that_was_never_told_the_rates_says_so(shop: Shop) -> None:
    """No figure is better than an invented one."""
    with shop.open(api_url=NOWHERE) as till, pytest.raises(ServiceUnavailableError):
        till.quote(100)
    shop.service.rate_bps = None
    with shop.open() as till, pytest.raises(UnreadableAnswerError):
        till.quote(100)
    shop.service.rate_bps = 10_001
    with shop.open() as till, pytest.raises(UnreadableAnswerError):
        till.quote(100)


def test_a_quote_of_another_community_is_refused(sync_shop: Shop) -> None:
    """The rates of a ledger for which this till does not sign are none of its business."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
    later = NOW + timedelta(hours=3)
    with (
        serving(KEY, domain=Domain(1, DOMAIN.fund)) as other,
        sync_shop.open(api_url=other.url, clock=lambda: later) as till,
        pytest.raises(WrongOutboxError),
    ):
        till.quote(100)


def test_what_cannot_be_sold_is_not_quoted(sync_shop: Shop) -> None:
    """As at `record`."""
    with sync_shop.open() as till:
        with pytest.raises(AmountError):
            till.quote(0)
        with pytest.raises(BuyerCountError):
            till.quote(1, 4, card="x")


def test_listing_pages_by_itself_while_sales_go_on(shop: Shop) -> None:
    """More than one page; each once, in order; what is recorded meanwhile comes at the end."""
    with shop.open() as till:
        till.record_many(NewPurchase(1 + n, f"A-{n}") for n in range(401))
        till.flush()
        till.record(9, receipt="B-1")
        listed = list(till.list())
        assert [sale.receipt for sale in listed] == [*(f"A-{n}" for n in range(401)), "B-1"]
        assert [sale.receipt for sale in till.list(Status.PENDING)] == ["B-1"]


def test_a_corrected_time_zone_of_the_community_is_taken_over(shop: Shop) -> None:
    """By the next quote or the next sending; the letters' case of the fund's address says nothing."""
    with shop.open() as till:
        till.quote(1)
    shop.service.timezone = "Pacific/Auckland"
    shop.service.domain = Domain(DOMAIN.chain_id, DOMAIN.fund.lower())
    with shop.open(clock=lambda: NOW + timedelta(hours=3)) as till:
        assert till.quote(4_599, 12).is_current
        assert till.record(100, receipt="A-1").at == "2026-11-21T19:30"
    shop.service.timezone = "America/Toronto"
    with shop.open() as till:
        till.flush()
        assert till.record(100, receipt="A-2").at == "2026-11-20T22:30"
    assert len(shop.service.items) == 1
