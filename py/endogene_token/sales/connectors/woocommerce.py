"""WooCommerce: the webhooks order.created and order.updated, signed as WooCommerce signs them. Pure.

    X-WC-Webhook-Topic: order.updated
    X-WC-Webhook-Signature: base64(HMAC-SHA256(secret, raw body))

A webhook is disabled by the shop after more than five answers in a row that are not 2xx: an order that
cannot be taken is told in the answer and kept with the delivery, it does not fail the delivery. When the
webhook is made, the shop sends a form ``webhook_id=…`` without topic or signature and expects 200.
"""

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from endogene_token.errors import OtherCurrencyError, PayloadError, WebhookSignatureError
from endogene_token.sales.buyers import Buyer
from endogene_token.sales.connectors.shop import ShopSettings, minor_units, parts_half_up
from endogene_token.sales.deliveries import Refused, Row
from endogene_token.sdk.sales import NewPurchase, NewReversal

KIND: Final = "woocommerce"
TOPICS: Final = ("order.created", "order.updated")
SOLD: Final = ("completed", "refunded")
DOCUMENTED: Final = "WooCommerce REST API v3"
_PING: Final = re.compile(rb"webhook_id=[0-9]{1,19}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,8})?")


class Refund(msgspec.Struct):
    """A refund as an order lists it: a negative total, taxes included."""

    id: int
    total: str


class Meta(msgspec.Struct):
    """A field that the shop added."""

    key: str
    value: Any = None


class Order(msgspec.Struct):
    """What is read of an order; amounts are decimal strings, taxes included in `total`."""

    id: int
    number: str
    status: str
    currency: str
    total: str
    total_tax: str = "0"
    date_paid_gmt: str | None = None
    date_completed_gmt: str | None = None
    date_created_gmt: str | None = None
    refunds: list[Refund] = []
    meta_data: list[Meta] = []


def is_ping(body: bytes, topic: str | None) -> bool:
    """Return whether this is what the shop sends when its webhook is made."""
    return topic is None and _PING.fullmatch(body) is not None


def verify(body: bytes, signature: str | None, secret: str) -> None:
    """Raise WebhookSignatureError unless `signature` is that of the raw `body` under the shop's secret."""
    expected = base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
    if not hmac.compare_digest(expected, (signature or "").encode()):
        raise WebhookSignatureError(actual="X-WC-Webhook-Signature")


def read(body: bytes) -> Order:
    """Return the order in the payload. Raises PayloadError."""
    try:
        return msgspec.json.decode(body, type=Order)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PayloadError(field="order", actual=error, limit=DOCUMENTED) from error


def rows(order: Order, settings: ShopSettings) -> list[Row | Refused]:
    """Return the sale that an order is, and its refunds; nothing while it is not completed, or free.

    Raises OtherCurrencyError, FractionError, PayloadError.
    """
    if order.status not in SOLD:
        return []
    if order.currency != settings.currency:
        raise OtherCurrencyError(receipt=order.number, actual=order.currency, limit=settings.currency)
    total = _amount(order.total, "total", settings)
    counted = total - (_amount(order.total_tax, "total_tax", settings) if settings.taxes == "excluded" else 0)
    if counted == 0:
        return []
    bought = NewPurchase(counted, order.number, at=_paid_at(order))
    found: list[Row | Refused] = [Row(1, bought, Buyer(card=_card(order, settings)), origin=str(order.id))]
    refunds = sorted(
        order.refunds, key=lambda one: one.id
    )  # listed latest first: each part must stay its own
    returned = [-_amount(one.total, "refunds.total", settings) for one in refunds]
    # A refund's total includes taxes; without them it is the same share of what was counted.
    parts = parts_half_up(counted, returned, total)
    for line, (refund, part) in enumerate(zip(refunds, parts, strict=True), 2):
        if part:
            found.append(Row(line, NewReversal(order.number, f"{order.number}-R{refund.id}", part)))
    if order.status == "refunded" and not order.refunds:
        found.append(Row(2, NewReversal(order.number, f"{order.number}-R")))
    return found


def _amount(text: str, field: str, settings: ShopSettings) -> int:
    if not _DECIMAL.fullmatch(text):
        raise PayloadError(field=field, actual=text, limit="12.34")
    return minor_units(Decimal(text), field, settings.currency)


def _paid_at(order: Order) -> datetime:
    written = order.date_paid_gmt or order.date_completed_gmt or order.date_created_gmt or ""
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    except ValueError as error:
        raise PayloadError(field="date_paid_gmt", actual=written, limit="2026-03-31T19:55:00") from error


def _card(order: Order, settings: ShopSettings) -> str | None:
    fields: Sequence[Meta] = order.meta_data
    values = [one.value for one in fields if one.key.lstrip("_") == settings.card_field]
    return next((one.strip() for one in values if isinstance(one, str) and one.strip()), None)
