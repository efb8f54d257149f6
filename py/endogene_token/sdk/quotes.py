"""What a purchase would bring, computed before it is paid as the contract will compute it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from endogene_token.money import Split, premium_half_up, shares


@dataclass(frozen=True, slots=True)
class Rates:
    """What the service last told: the merchant's rate and the rulebook's split, in basis points."""

    rate_bps: int
    split: Split
    as_of: datetime
    """When the service told it (UTC, by the service's clock)."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a purchase of `amount` would bring, in minor units: premium = credit + operations + reserve.

    It is not a promise: the ledger computes with the rate in force on the day of the sale.
    """

    amount: int
    premium: int
    """What the merchant would owe to the fund."""
    credit: int
    """What the buyer would be credited with; 0 without a buyer, or with one who could not be found."""
    operations: int
    reserve: int
    rate_bps: int
    as_of: datetime
    """When the service last told the rates (UTC)."""
    is_current: bool
    """Whether the service told them just now, or a few minutes ago at most."""
    member: int | None = None
    """The buyer's number, as given or as looked up; None for an anonymous sale, or while off line."""
    buyer_problem: str | None = None
    """Why the buyer of this card or telephone number was not found: a code such as ``unknown-card``."""


def quote_of(
    amount: int,
    rates: Rates,
    *,
    is_current: bool,
    has_buyer: bool,
    member: int | None = None,
    buyer_problem: str | None = None,
) -> Quote:
    """Return the quote of `amount` (minor units) at these rates. `has_buyer`: somebody is to be credited."""
    parts = shares(amount, rates.rate_bps, rates.split, anonymous=not has_buyer)
    return Quote(
        amount,
        premium_half_up(amount, rates.rate_bps),
        parts.credit,
        parts.operations,
        parts.reserve,
        rates.rate_bps,
        rates.as_of,
        is_current,
        member,
        buyer_problem,
    )
