"""Values of the ledger as texts of the API."""

from endogene_token.errors import DayError
from endogene_token.ids import day_date
from endogene_token.reasons import RefusalReason


def day_text(number: int) -> str:
    """Return a day as an ISO date, or its bare number past the year 9999: a refused item may hold any."""
    try:
        return day_date(number).isoformat()
    except DayError:
        return str(number)


def refusal_text(reason: int, lang: str) -> tuple[str | None, str | None]:
    """Return the code and the sentence of a refusal's number: none for 0, only a code for an unknown one."""
    if reason == 0:
        return None, None
    try:
        known = RefusalReason(reason)
    except ValueError:
        return f"reason-{reason}", None
    return known.code, known.sentence(lang)


def hex_text(value: bytes) -> str:
    """Return bytes as 0x and hexadecimal digits."""
    return "0x" + value.hex()
