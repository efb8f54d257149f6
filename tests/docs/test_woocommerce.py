"""The page of WooCommerce is run: the documented order, really signed, and its refund are recorded once."""

import json
import re
import shutil
from typing import Any

import pytest
from msgspec.structs import fields

from endogene_token.sales.connectors import ShopSettings, woocommerce
from tests.docs.shop import ALICE, WOO_SHOP, Shell, blocks, page, yesterday
from tests.unit.source_tree import ROOT

PAGE = page("woocommerce.md")
MARK = "run by tests/docs/test_woocommerce.py"
pytestmark = [
    pytest.mark.xdist_group("pages of hosted sales"),
    pytest.mark.skipif(
        not all(map(shutil.which, ("curl", "jq", "openssl"))), reason="curl, jq or openssl is not installed"
    ),
]


def snippet(part: str) -> str:
    [text] = blocks(PAGE, f"{MARK}: {part}")
    return text


def order(card: str, **changes: Any) -> str:
    """Return the order of WooCommerce's documentation; only its days and its card are this test's own."""
    text = ROOT.joinpath("tests/data/woocommerce_order.json").read_text("utf-8")
    found = json.loads(text.replace("2017-03-22", yesterday()).replace("CARD-1", card))
    return json.dumps({**found, **changes})


@pytest.fixture(scope="module")
def shop(shell: Shell) -> Shell:
    """The shell, after the page's setup."""
    shell.types(snippet("setup"))
    return shell


@pytest.fixture(scope="module")
def card(shell: Shell) -> str:
    """The number of Alice's card, as the office printed it."""
    return str(json.loads(shell.types(f"endogene card issue {ALICE} --json"))["number"])


def deliver(shop: Shell, text: str) -> dict[str, Any]:
    shop.write("order.json", text)
    told: dict[str, Any] = json.loads(shop.types(snippet("delivery")))
    return told


def test_the_documented_order_and_its_refund_reach_the_ledger_once(shop: Shell, card: str) -> None:
    """29.35 of Alice's card, then 10.00 back, each delivered twice."""
    assert [deliver(shop, order(card, status="processing"))["added"], shop.sales(WOO_SHOP)] == [0, []]
    assert [deliver(shop, order(card))["added"] for _ in range(2)] == [1, 0]
    refunded = order(card, refunds=[{"id": 801, "reason": "", "total": "-10.00"}])
    assert [deliver(shop, refunded)["added"] for _ in range(2)] == [1, 0]
    found = [(one.receipt, one.kind, one.amount, one.member, one.state) for one in shop.recorded(WOO_SHOP)]
    assert found == [
        ("727", "purchase", 2_935, ALICE, "recorded"),
        ("727-R801", "reversal", 1_000, ALICE, "recorded"),
    ]
    assert shop.owed(WOO_SHOP) == 54  # of the 19.35 that are left
    assert shop.host.ledger.account(ALICE).balance > 0


def test_connected_again_what_the_old_secret_signed_is_refused(shop: Shell, card: str) -> None:
    """The page's snippet fails with 401 until the shop has the new secret."""
    shop.write("order.json", order(card, number="728", id=728))
    again = "endogene sales connect woocommerce --merchant 5 --json > next.json\n"
    with pytest.raises(AssertionError, match="webhook-signature"):
        shop.types(again + snippet("delivery"))
    shop.types("mv next.json connector.json")
    assert deliver(shop, order(card, number="728", id=728))["added"] == 1


def test_the_table_tells_what_is_read_and_no_more() -> None:
    """Every field of the order that the connector knows, and none that it does not."""
    part = PAGE.split("## What is read")[1].split("Not read")[0]
    told = set(re.findall(r"`(\w+)`", " ".join(row.split("|")[1] for row in part.splitlines() if "|" in row)))
    known = {one.name for kind in (woocommerce.Order, woocommerce.Refund) for one in fields(kind)}
    assert known - {"id"} <= told
    assert told - known == {"refunded", "endogene_card"}
    assert ShopSettings("CAD").card_field == "endogene_card"
    assert {f"Order {topic.split('.')[1]}" for topic in woocommerce.TOPICS} <= set(
        re.findall(r"Order \w+", PAGE)
    )
