"""What connectors share: a shop's settings, and amounts read from decimal numbers without a float. Pure."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final, Literal

import msgspec
from babel.numbers import get_currency_precision

from endogene_token.errors import FractionError

_LARGEST: Final = 20  # digits before the decimal point; beyond, no amount of 64 bits
CARD_FIELD: Final = "endogene_card"


class ShopSettings(msgspec.Struct, frozen=True):
    """How a shop's sales are read. `taxes`: whether the amount of a sale includes them.

    `card_field`: the name of the order's own field that holds the member's card, where there is one.
    """

    currency: str
    taxes: Literal["included", "excluded"] = "included"
    card_field: str = CARD_FIELD


def minor_units(value: Decimal, field: str, currency: str, tolerance: Decimal = Decimal(0)) -> int:
    """Return `value` in minor units of `currency`, negative if it is.

    `tolerance`, in minor units, is for software that computes in binary and writes 29.349999999999998.
    Raises FractionError for what is farther from a whole number of minor units, or no number at all.
    """
    if not value.is_finite() or value.adjusted() >= _LARGEST:
        raise FractionError(field=field, actual=value)
    exact = value.scaleb(get_currency_precision(currency))
    nearest = exact.to_integral_value(ROUND_HALF_UP)
    if abs(exact - nearest) > tolerance:
        raise FractionError(field=field, actual=value)
    return int(nearest)


def parts_half_up(total: int, shares: list[int], of: int) -> list[int]:
    """Return what of `total` falls on each of `shares` of `of`, all in minor units.

    Each sum of the first n parts is rounded half up by itself: shares that make the whole give exactly it.
    """
    sums = [0]
    for share in shares:
        sums.append(sums[-1] + share)
    ends = [(2 * total * one + of) // (2 * of) if of else 0 for one in sums]
    return [after - before for before, after in pairwise(ends)]
