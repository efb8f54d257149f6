"""A buyer known by a card or a telephone number: looked up when the sale is signed, and kept no longer."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from endogene_token.errors import (
    BuyerCountError,
    BuyerTextError,
    CardNumberError,
    EndogeneError,
    GuessingError,
    KeyModeError,
    KeyRefusedError,
    ReceiptTakenError,
    RevokedCardError,
    ServiceError,
    ServiceUnavailableError,
    SettingError,
)
from endogene_token.sdk import Flushed, Status
from endogene_token.sdk.access import access_digest
from tests.node.till_service import DOMAIN, TillService
from tests.node.tills import KEY, NOW, Shop, service, shop, sync_shop, versioned

__all__ = ["service", "shop", "sync_shop", "versioned"]
CARD, PHONE = "7K2M-9QRT-4XYZ-0001-B", "418 555-0101"


class Silent(TillService):
    """Answers everything but who a buyer is."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if path == "/v1/buyers":
            return 503, {"title": "stopping"}
        return super().answer(method, path, body)


def lookups(shop: Shop) -> list[bytes]:
    return [body for _, path, body in shop.service.requests if path == "/v1/buyers"]


def files(shop: Shop) -> bytes:
    """Return every byte of the outbox and of the logs beside it."""
    return b"".join(path.read_bytes() for path in shop.outbox.parent.iterdir())


def test_a_card_and_a_telephone_number_become_members_when_the_sale_is_signed(shop: Shop) -> None:
    """Nothing is asked at the till itself; the batch carries numbers only."""
    shop.service.buyers = {CARD: 4, PHONE: 5}
    with shop.open() as till:
        first = till.record(100, receipt="A-1", card=f" {CARD}\n".strip())
        till.record(200, receipt="A-2", phone=PHONE)
        assert (first.member, first.buyer, lookups(shop)) == (0, "card", [])
        assert till.flush() == Flushed(batches=1, sales=2, waiting=0, buyer_problems=0)
        assert [(sale.member, sale.buyer_problem) for sale in till.sales()] == [(4, None), (5, None)]
    assert [one.member for one in shop.service.purchases()] == [4, 5]
    assert CARD.encode() not in shop.service.posts()[0]


def test_who_asks_for_a_buyer_proves_it_with_the_till_s_key(shop: Shop) -> None:
    """The signature of `access`, for this method and path."""
    shop.service.buyers = {CARD: 4}
    with shop.open() as till:
        till.record(100, receipt="A-1", card=CARD)
        till.flush()
    [header] = [
        told["authorization"]
        for told, (_, path, _) in zip(shop.service.headers, shop.service.requests, strict=True)
        if path == "/v1/buyers"
    ]
    created = int(NOW.timestamp())
    signature = KEY.sign_digest(access_digest(DOMAIN, "POST", "/v1/buyers", created)).hex()
    assert header == f'Endogene address="{KEY.address}", created="{created}", signature="0x{signature}"'


def test_a_key_of_the_api_is_sent_in_its_place(shop: Shop) -> None:
    """A merchant may give the till a key with the one scope that it needs."""
    shop.service.buyers = {CARD: 4}
    with shop.open(api_key="ek_live_x_y") as till:
        till.record(100, receipt="A-1", card=CARD)
        till.flush()
    assert "Bearer ek_live_x_y" in [told.get("authorization") for told in shop.service.headers]


@pytest.mark.parametrize(
    "problem",
    [None, RevokedCardError(actual="2026-01-01"), CardNumberError(actual=16, limit=17)],
    ids=["unknown", "revoked", "misread"],
)
def test_a_card_that_is_none_never_blocks_nor_loses_the_sale(
    shop: Shop, problem: EndogeneError | None
) -> None:
    """It is recorded without a member, told on the sale, and counted."""
    if problem is not None:
        shop.service.buyers = {CARD: problem}
    with shop.open() as till:
        sale = till.record(100, receipt="A-1", card=CARD)
        till.record(200, 6, receipt="A-2")
        flushed = till.flush()
        assert (flushed.sales, flushed.waiting, flushed.buyer_problems) == (2, 0, 1)
        known = till.find("A-1")
        code = "unknown-card" if problem is None else problem.code
        assert (known.status, known.member, known.buyer_problem) == (Status.ACCEPTED, 0, code)
        assert (till.buyer_problems(), till.record(100, receipt="A-1", card=CARD).number) == (1, sale.number)
        assert till.flush().buyer_problems == 0
    assert [(one.amount, one.member) for one in shop.service.purchases()] == [(100, 0), (200, 6)]


def test_a_refusal_of_a_newer_service_is_one_of_the_buyer_too(sync_shop: Shop) -> None:
    """410 with a code that this SDK does not know: asking again would not help."""

    class Newer(TillService):
        def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
            if path == "/v1/buyers":
                return 410, {"code": "card-of-next-year", "title": "gone"}
            return super().answer(method, path, body)

    sync_shop.service.__class__ = Newer
    with sync_shop.open() as till:
        till.record(100, receipt="A-1", card=CARD)
        assert till.flush().buyer_problems == 1
        assert till.find("A-1").buyer_problem == ServiceError.code


def test_off_line_the_card_waits_in_the_outbox_and_is_erased_once_looked_up(shop: Shop) -> None:
    """A telephone number is personal: no byte of it stays in the file or in its log."""
    shop.service.buyers = {PHONE: 5}
    with shop.open() as till:
        till.counts()
        till.record(1, receipt="A-0")
    with shop.open(api_url="http://127.0.0.1:9") as till:
        till.record(100, receipt="A-1", phone=PHONE)
        with pytest.raises(ServiceUnavailableError):
            till.flush()
        assert till.unsent() == 2
        assert PHONE.encode() in files(shop)
    with shop.open() as till:
        till.flush()
        assert (till.unsent(), till.find("A-1").member) == (0, 5)
        assert PHONE.encode() not in files(shop)


def test_a_buyer_that_nobody_can_look_up_holds_back_no_other_sale(sync_shop: Shop) -> None:
    """The others leave; the error is told; the refund of the waiting purchase waits with it."""
    sync_shop.service.__class__ = Silent
    with sync_shop.open() as till:
        till.record(100, receipt="A-1", card=CARD)
        till.reverse("A-1", 40, refund_receipt="R-1")
        till.record(200, 6, receipt="A-2")
        with pytest.raises(ServiceError):
            till.flush()
        assert (till.unsent(), [one.amount for one in sync_shop.service.purchases()]) == (2, [200])
        sync_shop.service.__class__ = TillService
        sync_shop.service.buyers = {CARD: 4}
        till.flush()
        assert till.find("R-1", "reversal").member == 4
    assert [(one.amount, one.member) for one in sync_shop.service.purchases()] == [(200, 6), (100, 4)]


@pytest.mark.parametrize("trouble", [GuessingError(actual=900, limit=5), KeyRefusedError(actual="ended")])
def test_a_refusal_that_is_not_of_the_buyer_is_asked_once_and_told(
    sync_shop: Shop, trouble: EndogeneError
) -> None:
    """Too many guesses, a key that ended: the next card would be told the same."""
    sync_shop.service.buyers = {CARD: trouble, PHONE: trouble}
    with sync_shop.open() as till:
        till.record(100, receipt="A-1", card=CARD)
        till.record(200, receipt="A-2", phone=PHONE)
        with pytest.raises(type(trouble)):
            till.flush()
        assert (till.unsent(), till.buyer_problems(), len(lookups(sync_shop))) == (2, 0, 1)


def test_after_a_week_a_sale_leaves_without_the_buyer_that_nobody_could_look_up(sync_shop: Shop) -> None:
    """The ledger takes a purchase within its window only: better no member than no sale."""
    sync_shop.service.__class__ = Silent
    with sync_shop.open() as till:
        till.record(100, receipt="A-1", card=CARD)
    for days, sent in ((7, 0), (8, 1)):
        later = NOW + timedelta(days=days)
        with sync_shop.open(clock=lambda now=later: now) as till:
            with pytest.raises(ServiceError):
                till.flush()
            assert len(sync_shop.service.purchases()) == sent
    with sync_shop.open() as till:
        assert (till.find("A-1").member, till.find("A-1").buyer_problem) == (0, "service")


def test_the_same_card_is_the_same_sale_and_another_buyer_is_not(sync_shop: Shop) -> None:
    """Before it was looked up by the number itself; after, the number is no longer there to be compared."""
    sync_shop.service.buyers = {CARD: 4}
    with sync_shop.open() as till:
        sale = till.record(100, receipt="A-1", card=CARD)
        assert till.record(100, receipt="A-1", card=CARD) == sale
        for other in ({"card": "another"}, {"phone": CARD}, {"member": 4}, {}):
            with pytest.raises(ReceiptTakenError):
                till.record(100, receipt="A-1", **other)
        till.flush()
        for same in ({"card": CARD}, {"member": 4}):
            assert till.record(100, receipt="A-1", **same).number == sale.number
        for other in ({"phone": PHONE}, {"member": 5}, {}):
            with pytest.raises(ReceiptTakenError):
                till.record(100, receipt="A-1", **other)


@pytest.mark.parametrize(
    ("buyer", "error"),
    [
        ({"member": 4, "card": CARD}, BuyerCountError),
        ({"card": CARD, "phone": PHONE}, BuyerCountError),
        ({"card": ""}, BuyerTextError),
        ({"card": "x" * 81}, BuyerTextError),
        ({"phone": "418\n555"}, BuyerTextError),
        ({"phone": 4185550101}, BuyerTextError),
        ({"card": "\ud800"}, BuyerTextError),
    ],
    ids=str,
)
def test_a_buyer_that_cannot_be_one_is_refused_at_the_till(
    sync_shop: Shop, buyer: dict[str, Any], error: type[EndogeneError]
) -> None:
    """While the customer stands there; and the message does not repeat the number."""
    with sync_shop.open() as till:
        with pytest.raises(error) as refused:
            till.record(100, receipt="A-1", **buyer)
        assert till.unsent() == 0
    assert CARD not in str(refused.value)


def test_no_message_shows_a_card_or_a_telephone_number(sync_shop: Shop) -> None:
    """A sale or a draft that is logged tells how the buyer was known, not by what."""
    with sync_shop.open() as till:
        sale = till.record(100, receipt="A-1", phone=PHONE)
        with pytest.raises(ReceiptTakenError) as refused:
            till.record(101, receipt="A-1", phone=PHONE)
    assert PHONE not in f"{sale!r} {refused.value}"


def test_a_test_key_is_kept_out_of_the_community_and_a_live_one_out_of_a_sandbox(shop: Shop) -> None:
    """Before anything is kept or sent."""
    for livemode, api_key in ((True, "ek_test_x_y"), (False, "ek_live_x_y")):
        shop.service.livemode = livemode
        with shop.open(api_key=api_key) as till:
            with pytest.raises(KeyModeError) as refused:
                till.record(100, receipt="A-1")
            assert till.unsent() == 0
        assert "x_y" not in str(refused.value)
    with shop.open(api_key="ek_test_x_y") as till:
        till.record(100, receipt="A-1")


def test_a_key_that_is_none_is_refused_at_once_and_not_shown(sync_shop: Shop) -> None:
    """A slip in the settings shows at the start."""
    with pytest.raises(SettingError) as refused, sync_shop.open(api_key="secret"):
        pass
    assert "secret" not in str(refused.value)


def test_a_clock_wrong_by_forty_days_is_noticed_and_lookups_are_signed_at_the_service_s_time(
    shop: Shop,
) -> None:
    """Otherwise the service would refuse them as signed at another time than now."""
    shop.service.buyers, shop.service.date = {CARD: 4}, NOW
    with shop.open(clock=lambda: NOW + timedelta(days=40)) as till:
        assert till.clock_ahead() is None
        till.record(100, receipt="A-1", card=CARD)
        assert till.clock_ahead() == timedelta(days=40)
        till.flush()
    created = f'created="{int(NOW.timestamp())}"'
    signed = [told["authorization"] for told in shop.service.headers if "authorization" in told]
    assert len(signed) == 2, "for its own sequence, then for the card"
    assert all(created in one for one in signed)


def test_errors_name_their_page(shop: Shop) -> None:
    """Those of the till itself, and those that the service told."""
    with shop.open() as till:
        with pytest.raises(EndogeneError) as own:
            till.record(0, receipt="A-1")
        with pytest.raises(EndogeneError) as found:
            till.opening("A-9")
    assert own.value.doc_url == f"{shop.service.url}/v1/problems/zero-sale"
    assert found.value.doc_url == f"{shop.service.url}/v1/problems/unknown-purchase"
    assert RevokedCardError(actual="2026-01-01").doc_url == "/v1/problems/revoked-card"


def test_an_outbox_of_version_1_goes_on_where_it_was(sync_shop: Shop, versioned: Path) -> None:
    """The tills that are in use: what was signed leaves as the same bytes, and cards work from then on."""
    signed = sync_shop.service
    signed.next_sequence = 3
    signed.buyers = {CARD: 4}
    with sync_shop.open(outbox=versioned) as till:
        assert till.unsent() == 3
        assert [(sale.receipt, sale.credit, sale.buyer) for sale in till.sales(Status.RECORDED)] == [
            ("A-1", 129, None)
        ]
        till.record(300, receipt="A-5", card=CARD)
        till.flush()
        assert till.counts()[Status.ACCEPTED] == 5
    bought = [(one.member, one.amount) for one in signed.purchases()]
    assert bought == [(5, 100), (6, 200), (4, 300)]
    assert [one.amount for one in signed.reversals()] == [99]
