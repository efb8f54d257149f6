"""The arithmetic of premiums, in whole minor units (cents). No I/O, no floating-point number.

The contracts compute the same; these functions quote before a sale and check after it.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from babel.numbers import format_currency, get_currency_precision

from endogene_token.errors import AmountError, RateError, SplitError

MAX_AMOUNT: Final = 2**64 - 1  # minor units: the width of an amount in a packed item
BASIS_POINTS: Final = 10_000  # of a whole
_LONGEST_AMOUNT: Final = len(str(MAX_AMOUNT))
_LOCALES: Final = {"fr": "fr_CA", "en": "en_CA"}


@dataclass(frozen=True, slots=True)
class Split:
    """What the rulebook takes from a member's premium, in basis points of it; the rest is his or her credit.

    Raises SplitError when a part is negative or both pass the whole.
    """

    operations_bps: int
    reserve_bps: int

    def __post_init__(self) -> None:
        total = self.operations_bps + self.reserve_bps
        if self.operations_bps < 0 or self.reserve_bps < 0 or total > BASIS_POINTS:
            raise SplitError(actual=f"{self.operations_bps} + {self.reserve_bps}", limit=BASIS_POINTS)


@dataclass(frozen=True, slots=True)
class Shares:
    """A premium and where it goes, in minor units: premium = credit + operations + reserve."""

    premium: int
    credit: int
    operations: int
    reserve: int


def parse_minor(value: object, what: str) -> int:
    """Return the amount in minor units that `value` (an int, or a string of ASCII digits) holds.

    Raises AmountError, which names the field `what`, for anything else: a bool, a float, a negative or a
    decimal number, a sign, a space, more than 64 bits.
    """
    amount = value
    if isinstance(value, str) and len(value) <= _LONGEST_AMOUNT and value.isascii() and value.isdigit():
        amount = int(value)
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= MAX_AMOUNT:
        raise AmountError(field=what, actual=value, limit=MAX_AMOUNT)
    return amount


def premium_half_up(amount: int, rate_bps: int) -> int:
    """Return the premium on `amount`, both in minor units, rounded to the nearest, halves up.

    Raises RateError when the rate is not from 0 to 10,000 basis points.
    """
    if not 0 <= rate_bps <= BASIS_POINTS:
        raise RateError(actual=rate_bps, limit=BASIS_POINTS)
    return (amount * rate_bps + BASIS_POINTS // 2) // BASIS_POINTS


def shares(amount: int, rate_bps: int, split: Split, anonymous: bool) -> Shares:
    """Return the premium on `amount` (minor units) and its shares; an anonymous sale's go to the reserve.

    Each share grows with the premium (nested floors), so a partial reversal never owes a negative share.
    """
    premium = premium_half_up(amount, rate_bps)
    if anonymous:
        return Shares(premium, credit=0, operations=0, reserve=premium)
    total_bps = split.operations_bps + split.reserve_bps
    shared = premium * total_bps // BASIS_POINTS
    operations = shared * split.operations_bps // total_bps if total_bps else 0
    return Shares(premium, credit=premium - shared, operations=operations, reserve=shared - operations)


def undo(left_before: int, left_after: int, rate_bps: int, split: Split, anonymous: bool) -> Shares:
    """Return what a reversal undoes that brings the rest of a purchase from `left_before` to `left_after`.

    Minor units; the rate and the split are those of the purchase. Reversals that bring a purchase to zero
    undo, together, exactly what it did. Raises AmountError when more would be left after than before.
    """
    if not 0 <= left_after <= left_before:
        raise AmountError(field="left_after", actual=left_after, limit=left_before)
    before = shares(left_before, rate_bps, split, anonymous)
    after = shares(left_after, rate_bps, split, anonymous)
    return Shares(
        premium=before.premium - after.premium,
        credit=before.credit - after.credit,
        operations=before.operations - after.operations,
        reserve=before.reserve - after.reserve,
    )


def format_money(amount: int, currency: str = "CAD", lang: str = "fr") -> str:
    """Return `amount` (minor units, of any sign and size) as Québec writes it: ``1 234,90 $``."""
    return format_money_in(amount, currency, _LOCALES[lang])


def format_money_in(amount: int, currency: str, locale: str) -> str:
    """Return `amount` (minor units, of any sign and size) as a locale of the CLDR writes it (``fr_FR``)."""
    exact = exact_units(amount, currency)
    with localcontext(prec=len(exact.as_tuple().digits) + 4):  # Babel rounds to the context
        return format_currency(exact, currency, locale=locale)


def exact_units(amount: int, currency: str) -> Decimal:
    """Return `amount` (minor units) in units of the currency, to the last digit."""
    digits = tuple(map(int, str(abs(amount))))
    return Decimal((int(amount < 0), digits, -get_currency_precision(currency)))
