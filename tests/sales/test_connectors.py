"""WooCommerce and Odoo: the payloads that they document become the sales that they are, each once."""

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from endogene_token.errors import (
    EndogeneError,
    FractionError,
    OtherCurrencyError,
    PayloadError,
    RefundMixedError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
    WebhookSignatureError,
)
from endogene_token.office.buyers import Named, OfficeBuyers
from endogene_token.office.trail import COMMAND_LINE
from endogene_token.sales.connectors import ShopSettings, odoo, woocommerce
from endogene_token.sales.connectors.shop import parts_half_up
from endogene_token.sales.deliveries import Desk, Refused, Row, Taken, take
from endogene_token.sales.intake import Admitted
from endogene_token.sdk.sales import NewReversal
from tests.sales.counter import BUYERS, MERCHANT, TILL, ZONE, Counter

DATA = Path(__file__).parents[1] / "data"
SHOP = ShopSettings("CAD")
WITHOUT_TAXES = ShopSettings("CAD", taxes="excluded")


class Cards(OfficeBuyers):
    """An office that knows one card."""

    def member_of(self, session: Session, buyer: Named) -> int:
        return 12 if buyer.card == "CARD-1" else super().member_of(session, buyer)


def order(**changes: Any) -> bytes:
    """Return the documented order with `changes`."""
    return json.dumps({**json.loads((DATA / "woocommerce_order.json").read_text()), **changes}).encode()


def orders(**changes: Any) -> dict[str, Any]:
    """Return the documented reading of Odoo."""
    found: dict[str, Any] = json.loads((DATA / "odoo_orders.json").read_text())
    return {**found, **changes}


def taken(counter: Counter, kind: str, rows: list[Any]) -> list[Taken]:
    cards = Cards(BUYERS.secret, BUYERS.region)
    desk = Desk(counter.engine, MERCHANT, TILL, ZONE, kind, cards, COMMAND_LINE, keeps_unknown=True)
    return take(desk, rows)


def woo(counter: Counter, settings: ShopSettings = SHOP, **changes: Any) -> list[Taken]:
    return taken(counter, woocommerce.KIND, woocommerce.rows(woocommerce.read(order(**changes)), settings))


def pos(counter: Counter, payload: Any, settings: ShopSettings = SHOP) -> list[Taken]:
    return taken(counter, odoo.KIND, odoo.rows(json.dumps(payload).encode(), settings))


def kept(counter: Counter) -> list[tuple[str, str, int, int, str]]:
    return [(one.receipt, one.kind, one.amount, one.member, one.at) for one in counter.sales()]


def refusals(found: list[Taken]) -> list[type[EndogeneError]]:
    return [type(one.error) for one in found if isinstance(one, Refused)]


def test_a_delivery_is_known_by_its_signature_over_the_raw_body() -> None:
    """base64(HMAC-SHA256(secret, body)), as the shop computes it; one byte off is another delivery."""
    body, secret = order(), "a secret"
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    woocommerce.verify(body, signature, secret)
    for wrong in (
        (body + b" ", signature, secret),
        (body, signature, "another"),
        (body, None, secret),
        (body, "", secret),
        (body, "é", secret),
        (body, signature[:-1], secret),
    ):
        with pytest.raises(WebhookSignatureError):
            woocommerce.verify(*wrong)


def test_the_ping_of_a_new_webhook_is_known_and_nothing_else_passes_for_one() -> None:
    """It comes without a topic and without a signature: it must carry no sale."""
    assert woocommerce.is_ping(b"webhook_id=4", None)
    assert not woocommerce.is_ping(b"webhook_id=4", "order.created")
    assert not woocommerce.is_ping(b"webhook_id=4&order=1", None)
    assert not woocommerce.is_ping(order(), None)


def test_the_documented_order_is_one_sale_of_the_members_card(counter: Counter) -> None:
    """29.35 paid at 19:28 UTC: 15:28 in Québec; delivered again it stays one sale."""
    woo(counter)
    [again] = woo(counter)
    assert isinstance(again, Admitted)
    assert not again.is_new
    assert kept(counter) == [("727", "purchase", 2935, 12, "2017-03-22T15:28")]


@pytest.mark.parametrize("status", ["pending", "processing", "on-hold", "cancelled", "failed", "trash"])
def test_an_order_that_is_not_completed_is_no_sale_yet(counter: Counter, status: str) -> None:
    """order.created comes at checkout, long before the money."""
    assert woo(counter, status=status) == []


def test_partial_refunds_then_the_whole_undo_the_sale_step_by_step(counter: Counter) -> None:
    """Each refund is one reversal under its own number, whatever the order lists before it."""
    first, second = (
        {"id": 801, "reason": "", "total": "-10.00"},
        {"id": 802, "reason": "x", "total": "-19.35"},
    )
    woo(counter)
    woo(counter, refunds=[first])
    found = woo(counter, status="refunded", refunds=[second, first])
    assert refusals(found) == []
    assert [(one.receipt, one.amount) for one in counter.sales()] == [
        ("727", 2935),
        ("727-R801", 1000),
        ("727-R802", 1935),
    ]


def test_a_refund_beyond_the_order_is_refused_and_told(counter: Counter) -> None:
    """A delivery does not fail for it; the reason is kept with it."""
    found = woo(counter, refunds=[{"id": 801, "total": "-29.36"}])
    assert refusals(found) == [ReturnTooLargeError]
    assert len(kept(counter)) == 1


def test_an_order_set_to_refunded_without_a_list_is_undone_in_whole(counter: Counter) -> None:
    """Nothing is left of it, whatever was refunded before."""
    woo(counter, status="refunded")
    assert [one.amount for one in counter.sales()] == [2935, 2935]


def test_without_taxes_sale_and_refunds_lose_the_same_share_and_end_at_zero(counter: Counter) -> None:
    """28.00 of 29.35 is counted; refunds that make the whole undo exactly 28.00."""
    woo(counter, WITHOUT_TAXES)
    woo(counter, WITHOUT_TAXES, refunds=[{"id": 801, "total": "-10.00"}])
    found = woo(
        counter, WITHOUT_TAXES, refunds=[{"id": 802, "total": "-19.35"}, {"id": 801, "total": "-10.00"}]
    )
    assert refusals(found) == []
    assert [one.amount for one in counter.sales()] == [2800, 954, 1846]


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.lists(st.integers(1, 10**8), max_size=8))
def test_parts_of_a_whole_add_up_to_it_and_never_change_later(
    total: int, left: int, shares: list[int]
) -> None:
    """No cent is made or lost by rounding, and a refund's part does not depend on those after it."""
    of = sum(shares)
    parts = parts_half_up(total, shares, of)
    assert sum(parts) == (total if shares else 0)
    assert parts_half_up(total, shares[:-1], of) == parts[:-1]
    assert all(part >= 0 for part in parts)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"currency": "USD"}, OtherCurrencyError),
        ({"total": "29.355"}, FractionError),
        ({"total": "NaN"}, PayloadError),
        ({"total": "1e9"}, PayloadError),
        ({"total": "29,35"}, PayloadError),
        ({"total": 29.35}, PayloadError),
        ({"id": "x"}, PayloadError),
        ({"date_paid_gmt": "yesterday"}, PayloadError),
        ({"refunds": [{"id": 1, "total": "ten"}]}, PayloadError),
    ],
)
def test_a_payload_that_is_not_as_documented_is_refused_by_name(
    changes: dict[str, Any], error: type[EndogeneError]
) -> None:
    """No guess is made about money."""
    with pytest.raises(error):
        woocommerce.rows(woocommerce.read(order(**changes)), SHOP)


def test_a_card_that_nobody_knows_leaves_the_sale_without_its_buyer(counter: Counter) -> None:
    """Nobody stands at the counter to be asked again: the premium is owed all the same."""
    woo(counter, meta_data=[{"id": 1, "key": "_endogene_card", "value": "CARD-9"}])
    [sale] = counter.sales()
    assert (sale.amount, sale.member) == (2935, 0)
    assert sale.trouble is not None


@given(st.text(max_size=40) | st.binary(max_size=40).map(repr))
def test_no_body_makes_a_connector_fail_in_its_own_words(text: str) -> None:
    """Every fault is named; none escapes as a fault of the program."""
    for read in (lambda: woocommerce.read(text.encode()), lambda: odoo.rows(text.encode(), SHOP)):
        with suppress(EndogeneError):
            read()


def test_what_odoo_reads_becomes_sales_and_linked_refunds(counter: Counter) -> None:
    """A sale, a sale, a refund of the first, an exchange that refunds the second; a draft is none."""
    assert refusals(pos(counter, orders())) == []
    assert kept(counter) == [
        ("Order 00007-001-0003", "purchase", 3618, 12, "2026-11-20T18:10"),
        ("Order 00007-001-0004", "purchase", 1200, 0, "2026-11-21T10:00"),
        ("Order 00007-001-0007", "purchase", 1200, 0, "2026-11-21T12:00"),
        ("Order 00007-001-0005-R43", "reversal", 1035, 12, "2026-11-21T11:00"),
        ("Order 00007-001-0007-R45", "reversal", 400, 0, "2026-11-21T12:00"),
    ]
    assert (
        counter.sale("Order 00007-001-0007-R45", "reversal").purchase
        == counter.sale("Order 00007-001-0004").id
    )
    again = pos(counter, orders())
    assert all(isinstance(one, Admitted) and not one.is_new for one in again)


def test_a_refund_that_comes_later_finds_its_order_by_its_number_in_odoo(counter: Counter) -> None:
    """The next export holds the refund only."""
    told = orders()["orders"]["result"]
    pos(counter, {"orders": told[:1]})
    found = pos(counter, {"orders": [{**told[2], "lines": []}]})
    assert refusals(found) == []
    assert counter.sale("Order 00007-001-0005-R43", "reversal").amount == 1035


def back_office_refunds() -> dict[str, Any]:
    """Return an order and two partial refunds of it, as Odoo's back office makes them."""
    sale = orders()["orders"]["result"][0]
    common = {"name": "Shop/0041 REFUND", "pos_reference": sale["pos_reference"], "state": "paid"}
    common |= {"amount_tax": 0, "refunded_order_ids": [41], "lines": []}
    first = {**common, "id": 48, "date_order": "2026-11-22 15:00:00", "amount_total": -10.35}
    second = {**common, "id": 49, "date_order": "2026-11-22 16:00:00", "amount_total": -5.0}
    return {"orders": [sale, first, second]}


def test_two_refunds_of_one_order_are_each_kept_once(counter: Counter) -> None:
    """Odoo's back office gives them the reference of the order that they refund."""
    for _ in range(2):
        assert refusals(pos(counter, back_office_refunds())) == []
    assert [(one.receipt, one.amount) for one in counter.sales() if one.kind == "reversal"] == [
        ("Order 00007-001-0003-R48", 1035),
        ("Order 00007-001-0003-R49", 500),
    ]


def test_a_refund_kept_under_its_former_number_is_not_kept_again(counter: Counter) -> None:
    """An earlier version of the program numbered refunds by the order's reference alone."""
    payload = back_office_refunds()
    pos(counter, {"orders": payload["orders"][:1]})
    receipt = payload["orders"][0]["pos_reference"]
    counter.take(NewReversal(receipt, receipt, 1035, at=datetime(2026, 11, 22, 15, tzinfo=UTC)))
    assert refusals(pos(counter, payload)) == []
    assert [(one.receipt, one.amount) for one in counter.sales() if one.kind == "reversal"] == [
        (receipt, 1035),
        (f"{receipt}-R49", 500),
    ]


@pytest.mark.parametrize(
    ("total", "lines", "expected"),
    [
        (-6.89, {41: [-3.45, -3.45]}, {41: 689}),
        (-6.91, {41: [-3.45, -3.45]}, {41: 691}),
        (-6.89, {41: [-3.45], 42: [-3.46]}, {41: 345, 42: 344}),
        (-6.90, {41: [-3.45], 42: [-3.45]}, {41: 345, 42: 345}),
    ],
)
def test_what_odoo_rounds_between_lines_and_total_is_no_sale_of_its_own(
    total: float, lines: dict[int, list[float]], expected: dict[int, int]
) -> None:
    """A cent more or less goes to the refund."""
    order = {
        **orders()["orders"]["result"][1],
        "id": 50,
        "amount_total": total,
        "refunded_order_ids": [*lines],
    }
    originals = [{"id": of, "order_id": [of, "x"], "qty": 1, "price_subtotal_incl": 9} for of in lines]
    own = [
        {"id": 1, "order_id": [50, "x"], "price_subtotal_incl": amount, "refunded_orderline_id": [of, "x"]}
        for of, amounts in lines.items()
        for amount in amounts
    ]
    payload = {"orders": [{**order, "lines": own}], "lines": originals}
    found = odoo.rows(json.dumps(payload).encode(), SHOP)
    assert {int(one.undoes or 0): one.draft.amount for one in found if isinstance(one, Row)} == expected
    assert len(found) == len(expected)


def test_a_refund_of_one_software_never_undoes_a_sale_of_the_other_on_the_same_till(counter: Counter) -> None:
    """Order 727 of the web shop is not order 727 of the counter."""
    woo(counter)
    refund = {**orders()["orders"]["result"][2], "refunded_order_ids": [727], "lines": []}
    assert refusals(pos(counter, {"orders": [refund]})) == [ReturnWithoutPurchaseError]
    sale = {**orders()["orders"]["result"][0], "id": 727}
    assert refusals(pos(counter, {"orders": [sale, refund]})) == []
    [undone] = [one for one in counter.sales() if one.kind == "reversal"]
    assert undone.purchase == counter.sale("Order 00007-001-0003").id


def test_without_taxes_odoo_sales_and_refunds_are_net(counter: Counter) -> None:
    """amount_total less amount_tax, and the lines' price_subtotal."""
    pos(counter, orders(), WITHOUT_TAXES)
    amounts = {(one.receipt[-4:], one.kind): one.amount for one in counter.sales()}
    assert amounts[("0003", "purchase")] == 3147
    assert amounts[("-R43", "reversal")] == 900


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount_total": 12.005}, FractionError),
        ({"amount_total": 1e300}, FractionError),
        ({"currency_id": [1, "EUR"]}, OtherCurrencyError),
        ({"date_order": "soon"}, PayloadError),
        ({"amount_total": "many"}, PayloadError),
        ({"amount_total": -5, "lines": []}, ReturnWithoutPurchaseError),
        ({"refunded_order_ids": [41], "lines": []}, RefundMixedError),
        ({"amount_total": -5, "refunded_order_ids": [41, 40], "lines": []}, RefundMixedError),
        ({"amount_total": -5, "refunded_order_ids": [999], "lines": []}, ReturnWithoutPurchaseError),
    ],
)
def test_an_order_that_cannot_be_read_is_refused_alone(
    counter: Counter, changes: dict[str, Any], error: type[EndogeneError]
) -> None:
    """The others of its export are taken."""
    told = orders()["orders"]["result"]
    found = pos(counter, {"orders": [told[0], {**told[1], **changes}]})
    assert refusals(found) == [error]
    assert [one.receipt for one in counter.sales()] == ["Order 00007-001-0003"]


@given(st.integers(-(10**12), 10**12))
def test_binary_noise_of_odoo_never_moves_a_cent(cents: int) -> None:
    """What Odoo computes in binary numbers and writes as JSON is read back to the cent, of any size here."""
    noisy = cents / 100 + 1e-9 if abs(cents) < 10**9 else cents / 100
    body = json.dumps({**orders()["orders"]["result"][1], "amount_total": noisy})
    [line] = odoo.rows(f'{{"orders": [{body}]}}'.encode(), SHOP) if cents else [None]
    if cents > 0:
        assert isinstance(line, Row)
        assert line.draft.amount == cents
