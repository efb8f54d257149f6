"""Odoo point of sale: orders and refunds as its external API reads them (``pos.order``), 16 and 17. Pure.

    {"orders": [read of pos.order], "lines": [read of pos.order.line], "partners": [read of res.partner]}

Each list may come as it is, or in the JSON-RPC answer that carried it (``{"result": […]}``). Fields of other
records are ``[id, name]`` or ``false``. Amounts are JSON numbers that Odoo computes in binary: they are read
digit by digit, and must lie within a thousandth of a cent of a whole number of cents. Instants are UTC.

An order may sell and refund at once. Its lines then tell how much of each: a line with
``refunded_orderline_id`` refunds the order of that line. Without lines, an order is one or the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from endogene_token.errors import InputError, OtherCurrencyError, PayloadError, RefundMixedError
from endogene_token.sales.buyers import Buyer
from endogene_token.sales.connectors.shop import ShopSettings, minor_units
from endogene_token.sales.deliveries import Refused, Row
from endogene_token.sdk.sales import NewPurchase, NewReversal

KIND: Final = "odoo"
SOLD: Final = ("paid", "done", "invoiced")
DOCUMENTED: Final = "pos.order, Odoo 16–17"
TOLERANCE: Final = Decimal("0.001")  # minor units: far above what binary numbers lose, far below a cent
MOST_ORDERS: Final = 10_000

Link = Any
"""``[id, name]``, an id, or ``false``."""


class Line(msgspec.Struct):
    """A line of an order; a refund's quantity and amounts are negative."""

    id: int = 0
    order_id: Link = False
    qty: Decimal = Decimal(0)
    price_subtotal: Decimal = Decimal(0)
    price_subtotal_incl: Decimal = Decimal(0)
    refunded_orderline_id: Link = False


class Order(msgspec.Struct):
    """What is read of an order; taxes are included in `amount_total`."""

    id: int
    date_order: str
    amount_total: Decimal
    state: str
    amount_tax: Decimal = Decimal(0)
    name: str | bool = False
    pos_reference: str | bool = False
    partner_id: Link = False
    currency_id: Link = False
    refunded_order_ids: list[int] = []
    lines: list[int | Line] = []


class Partner(msgspec.Struct):
    """A customer; the member's card is in the field that point of sale scans."""

    id: int
    barcode: str | bool = False


class Answer(msgspec.Struct):
    """The JSON-RPC answer that carried a list."""

    result: msgspec.Raw


@dataclass(frozen=True, slots=True)
class _Book:
    """The records of one payload by their ids."""

    receipts: Mapping[int, str]
    lines: Mapping[int, Line]
    cards: Mapping[int, str]
    settings: ShopSettings

    def lines_of(self, order: Order) -> list[Line] | None:
        """Return an order's lines; None when they did not come with it."""
        own = [self.lines.get(one) if isinstance(one, int) else one for one in order.lines]
        return None if None in own else [one for one in own if one is not None]


def rows(body: bytes, settings: ShopSettings) -> list[Row | Refused]:
    """Return the sales and refunds of a payload, and what cannot be read of it, order by order.

    Raises PayloadError when nothing of it can be read.
    """
    parts = _convert(body, dict[str, msgspec.Raw], "body")
    if "orders" not in parts:
        raise PayloadError(field="orders", actual="∅", limit=DOCUMENTED)
    orders = _list(parts, "orders")
    if len(orders) > MOST_ORDERS:
        raise PayloadError(field="orders", actual=len(orders), limit=MOST_ORDERS)
    lines = [_convert(one, Line, "lines") for one in _list(parts, "lines")]
    partners = [_convert(one, Partner, "partners") for one in _list(parts, "partners")]
    sound: list[tuple[int, Order]] = []
    found: list[Row | Refused] = []
    for place, one in enumerate(orders, 1):
        try:
            sound.append((place, _convert(one, Order, "orders")))
        except PayloadError as error:
            found.append(Refused(place, "?", error))
    book = _Book(
        {one.id: _receipt(one) for _, one in sound},
        {one.id: one for one in lines},
        {one.id: one.barcode for one in partners if isinstance(one.barcode, str) and one.barcode},
        settings,
    )
    for place, order in sound:
        try:
            found += _rows_of(order, place, book)
        except InputError as error:
            found.append(Refused(place, _receipt(order), error))
    return found


def _rows_of(order: Order, place: int, book: _Book) -> list[Row | Refused]:
    if order.state not in SOLD:
        return []
    currency = _name(order.currency_id)
    if currency not in {None, book.settings.currency}:
        raise OtherCurrencyError(receipt=_receipt(order), actual=currency, limit=book.settings.currency)
    receipt, at = _receipt(order), _instant(order)
    counted = _minor(order.amount_total, "amount_total", book)
    if book.settings.taxes == "excluded":
        counted -= _minor(order.amount_tax, "amount_tax", book)
    returned = _returned(order, counted, book)
    sold = counted + sum(returned.values())
    found: list[Row | Refused] = []
    if sold > 0:
        card = book.cards.get(_id(order.partner_id))
        found.append(Row(place, NewPurchase(sold, receipt, at=at), Buyer(card=card), origin=str(order.id)))
    elif sold < 0:  # taken back, and nothing says of which purchase
        found.append(Row(place, NewReversal("?", receipt, -sold, at), undoes="?"))
    for of, amount in returned.items():
        part = "" if len(returned) == 1 else f" / {of}"
        # Odoo gives a refund the reference of the order that it refunds: two of one order share it.
        draft = NewReversal("", f"{receipt}-R{order.id}{part}", amount, at)
        found.append(Row(place, draft, undoes=str(of), former=f"{receipt}{part}"))
    return found


def _returned(order: Order, counted: int, book: _Book) -> dict[int, int]:
    """Return how much an order refunds of each order that it refunds, by their ids."""
    lines = book.lines_of(order)
    refunding = [one for one in lines or [] if _id(one.refunded_orderline_id)]
    if lines and (refunding or not order.refunded_order_ids):
        found: dict[int, int] = {}
        for one in refunding:
            of = _order_refunded(order, one, book)
            is_net = book.settings.taxes == "excluded"
            amount = _minor(one.price_subtotal if is_net else one.price_subtotal_incl, "lines", book)
            found[of] = found.get(of, 0) - amount
        if not any(one.price_subtotal_incl for one in lines if one not in refunding):
            found = _without_residue(found, -counted, len(lines))
        return {of: amount for of, amount in found.items() if amount > 0}
    if not order.refunded_order_ids:
        return {}
    if counted >= 0 or len(order.refunded_order_ids) > 1:
        raise RefundMixedError(actual=_receipt(order))
    return {order.refunded_order_ids[0]: -counted}


def _without_residue(found: dict[int, int], total: int, lines: int) -> dict[int, int]:
    """Return what an order that only refunds takes back of each order, so that all of it makes its total.

    Odoo rounds each line and the total by itself; what lies between them is no sale and no refund.
    """
    residue = total - sum(found.values())
    if total <= 0 or (len(found) > 1 and abs(residue) > lines):
        return found
    largest = max(found, key=lambda of: found[of])
    return {**found, largest: found[largest] + residue}


def _order_refunded(order: Order, line: Line, book: _Book) -> int:
    if len(order.refunded_order_ids) == 1:
        return order.refunded_order_ids[0]
    original = book.lines.get(_id(line.refunded_orderline_id))
    if original is None or not _id(original.order_id):
        raise PayloadError(field="refunded_orderline_id", actual=line.refunded_orderline_id, limit=DOCUMENTED)
    return _id(original.order_id)


def _receipt(order: Order) -> str:
    """Return what is printed on the ticket; the name of a refund is not its own."""
    for one in (order.pos_reference, order.name):
        if isinstance(one, str) and one.strip():
            return one.strip()
    return f"#{order.id}"


def _instant(order: Order) -> datetime:
    try:
        return datetime.fromisoformat(order.date_order).replace(tzinfo=UTC)
    except ValueError as error:
        raise PayloadError(
            field="date_order", actual=order.date_order, limit="2026-03-31 19:55:00"
        ) from error


def _minor(value: Decimal, field: str, book: _Book) -> int:
    return minor_units(value, field, book.settings.currency, TOLERANCE)


def _id(link: Link) -> int:
    if isinstance(link, dict):
        link = link.get("id")
    first = link[0] if isinstance(link, list) and link else link
    return first if isinstance(first, int) and not isinstance(first, bool) else 0


def _name(link: Link) -> str | None:
    """Return the name of ``[id, name]``, or None."""
    return link[1] if isinstance(link, list) and len(link) == 2 and isinstance(link[1], str) else None


def _list(parts: Mapping[str, msgspec.Raw], field: str) -> list[msgspec.Raw]:
    """Return the records of a part, each still as it was written: numbers lose no digit on the way."""
    part = parts.get(field, msgspec.Raw(b"[]"))
    if bytes(part).lstrip().startswith(b"{"):
        part = _convert(part, Answer, field).result
    found: list[msgspec.Raw] = _convert(part, list[msgspec.Raw], field)
    return found


def _convert(one: Any, kind: Any, field: str) -> Any:
    try:
        return msgspec.json.decode(one, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PayloadError(field=field, actual=error, limit=DOCUMENTED) from error
