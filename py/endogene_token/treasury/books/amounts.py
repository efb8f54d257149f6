"""How the books write an amount."""

from babel.numbers import get_currency_precision


def decimal_text(amount: int, currency: str, point: str) -> str:
    """Return `amount` (minor units, of any sign) in units of the currency, without a thousands separator."""
    places = get_currency_precision(currency)
    digits = str(abs(amount)).rjust(places + 1, "0")
    whole = f"{digits[:-places]}{point}{digits[-places:]}" if places else digits
    return f"-{whole}" if amount < 0 else whole
