"""What a shop's software writes, turned into what a till records. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from endogene_token.errors import AgentFieldError
from endogene_token.money import parse_minor
from endogene_token.sdk.sales import Draft, Moment, NewPurchase, NewReversal, check_draft

SALE: Final = frozenset({"receipt", "amount", "at", "member", "card", "phone"})
REFUND: Final = frozenset({"receipt", "purchase", "amount", "at"})
FIELDS: Final = SALE | REFUND | {"kind"}
KINDS: Final = ("sale", "refund")
MOMENT: Final = "2026-11-20T14:05"
_DAY_LENGTH: Final = len("2026-11-20")
_LONGEST_NUMBER: Final = 10  # digits of a member number


def draft_of(given: Mapping[str, object]) -> Draft:
    """Return what one line of a file records; it says when, since a file may be read days later.

    Raises AgentFieldError, AmountError and what else `check_draft` raises.
    """
    if _text(given, "at") is None:
        raise AgentFieldError(field="at", actual="∅", limit=MOMENT)
    kind = _text(given, "kind") or KINDS[0]
    own = {name: value for name, value in given.items() if name != "kind"}
    if kind == KINDS[0]:
        return sale_of({name: value for name, value in own.items() if name != "purchase" or value != ""})
    if kind != KINDS[1]:
        raise AgentFieldError(field="kind", actual=kind, limit=", ".join(KINDS))
    return refund_of({name: value for name, value in own.items() if name in REFUND or value != ""})


def sale_of(given: Mapping[str, object]) -> NewPurchase:
    """Return the purchase that these fields tell. Raises as `draft_of`."""
    _check_names(given, SALE)
    draft = NewPurchase(
        amount=parse_minor(given.get("amount"), "amount"),
        receipt=_text(given, "receipt") or "",
        member=member_of(given.get("member")),
        at=_moment(given),
        card=_text(given, "card"),
        phone=_text(given, "phone"),
    )
    check_draft(draft)
    return draft


def refund_of(given: Mapping[str, object]) -> NewReversal:
    """Return the refund that these fields tell; without an amount, of all that is left. Raises as above."""
    _check_names(given, REFUND)
    amount = given.get("amount")
    draft = NewReversal(
        purchase=_text(given, "purchase") or "",
        receipt=_text(given, "receipt") or "",
        amount=None if amount is None or amount == "" else parse_minor(amount, "amount"),
        at=_moment(given),
    )
    check_draft(draft)
    return draft


def member_of(value: object) -> int | None:
    """Return the member's number, as a number or in digits; None where there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
        return int(value)
    raise AgentFieldError(field="member", actual=value, limit="1, 2, 3, …")


def _check_names(given: Mapping[str, object], known: frozenset[str]) -> None:
    """Refuse a field that is mistyped rather than record the sale without it."""
    unknown = sorted(set(given) - known)
    if unknown:
        raise AgentFieldError(field=unknown[0], actual="…", limit=", ".join(sorted(known)))


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise AgentFieldError(field=name, actual=type(value).__name__, limit="text")
    return value


def _moment(given: Mapping[str, object]) -> Moment | None:
    text = _text(given, "at")
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == _DAY_LENGTH else datetime.fromisoformat(text)
    except ValueError as error:
        raise AgentFieldError(field="at", actual=text, limit=MOMENT) from error
