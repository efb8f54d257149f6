"""The cells of a file of sales: amounts, days and kinds as people and their software write them. Pure."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Final, Literal

from babel.numbers import get_currency_precision, get_currency_symbol

from endogene_token.errors import AmountTextError, KindError, MemberTextError, MomentError
from endogene_token.money import MAX_AMOUNT
from endogene_token.sdk.sales import Moment

DateForm = Literal["iso", "dmy", "mdy"]
EXAMPLES: Final = {"iso": "2026-03-31 19:55", "dmy": "31/03/2026 19:55", "mdy": "03/31/2026 19:55"}
SALES: Final = ("sale", "purchase", "vente", "achat")
RETURNS: Final = ("return", "refund", "reversal", "retour", "remboursement", "annulation")
_SIGNED_IN: Final = ("en", "en_CA", "fr", "fr_CA")  # languages that write a currency's sign each in its way
_LONGEST_NUMBER: Final = 10  # digits of a member number
_BETWEEN: Final = re.compile("[\\s\u00a0\u202f'’]")
_NEGATIVE: Final = re.compile(r"-([^-()]+)|([^-()]+)-|\(([^-()]+)\)")
_PLAIN: Final = re.compile(r"([0-9]{1,18})(?:[.,]([0-9]{1,3}))?")
_GROUPED: Final = re.compile(r"([0-9]{1,3}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*)(?!\2)[.,]([0-9]{2,3})")
_DAY: Final = re.compile(
    r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"
    r"(?:[ T,]+([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?: ?([AaPp])[Mm])?)?"
)


def amount(text: str, line: int, currency: str, *, is_cents: bool) -> int:
    """Return an amount in minor units, negative if it is. Raises AmountTextError.

    What could be read in two ways (1.234) is refused: a thousand times too much is no rounding error. So is
    the sign of another currency: five pounds are not five dollars.
    """
    bare = _signs(currency).sub("", _BETWEEN.sub("", text))
    signed = _NEGATIVE.fullmatch(bare)
    digits = bare if signed is None else "".join(filter(None, signed.groups()))
    value = _cents(digits) if is_cents else _decimal(digits, get_currency_precision(currency))
    if value is None or value > MAX_AMOUNT:
        example = "1234" if is_cents else f"12,34 {currency}"
        raise AmountTextError(line=line, actual=text or "∅", limit=example)
    return value if signed is None else -value


def member(text: str, line: int) -> int | None:
    """Return a member's number, None for an empty cell. Raises MemberTextError: nobody is not guessed."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return int(text)
    raise MemberTextError(line=line)


def moment(text: str, line: int, form: DateForm) -> Moment:
    """Return a day, or a day and its time. Raises MomentError."""
    try:
        return _iso(text) if form == "iso" else _local(text, form)
    except ValueError as error:
        raise MomentError(line=line, actual=text or "∅", limit=EXAMPLES[form]) from error


def date_form(texts: Iterable[str]) -> DateForm | None:
    """Return how these days are written, or None when day and month could be either."""
    firsts, seconds, others = 0, 0, 0
    for text in texts:
        found = _DAY.fullmatch(text)
        if found is None:
            others += 1
            continue
        firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[2]))
    if firsts == 0:
        return "iso"
    if firsts > 12:
        return "dmy"
    return "mdy" if seconds > 12 else None


def is_refund(kind: str, value: int, line: int) -> bool:
    """Return whether a line refunds: its kind says so, else the sign of its amount. Raises KindError."""
    word = kind.strip().lower()
    if word in RETURNS or (not word and value < 0):
        return True
    if (word and word not in SALES) or value < 0:
        raise KindError(line=line, actual=kind or "∅", limit=", ".join((*SALES, *RETURNS)))
    return False


@cache
def _signs(currency: str) -> re.Pattern[str]:
    """Return what people write beside an amount of this currency: its sign, its code, both."""
    signs = {_BETWEEN.sub("", get_currency_symbol(currency, one)) for one in _SIGNED_IN}
    own = {currency, *signs, *(f"{sign}{currency}" for sign in signs)}
    return re.compile("|".join(map(re.escape, sorted(own, key=len, reverse=True))), re.IGNORECASE)


def _cents(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 20 else None


def _decimal(digits: str, places: int) -> int | None:
    plain = _PLAIN.fullmatch(digits)
    grouped = None if plain is not None else _GROUPED.fullmatch(digits)
    if plain is not None:
        whole, part = plain[1], plain[2] or ""
    elif grouped is not None:
        whole, part = re.sub("[.,]", "", grouped[1]), grouped[3]
    else:
        return None
    return int(whole + part.ljust(places, "0")) if len(part) <= places else None


def _iso(text: str) -> Moment:
    return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)


def _local(text: str, form: DateForm) -> Moment:
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    day = date(year, second, first) if form == "dmy" else date(year, first, second)
    if found[4] is None:
        return day
    hour, half = int(found[4]), (found[6] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(day.year, day.month, day.day, hour, int(found[5]))  # noqa: DTZ001  a till's local time
