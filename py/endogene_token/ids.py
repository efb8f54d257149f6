"""How a purchase and a day are named."""

from datetime import date, timedelta
from typing import Final, NamedTuple, Self

from endogene_token.bounds import MAX_UINT32, MAX_UINT64
from endogene_token.errors import DayError, PurchaseIdError

_EPOCH: Final = date(1970, 1, 1)
_LONGEST_ID: Final = len(f"{MAX_UINT32}-{MAX_UINT64}")


class PurchaseId(NamedTuple):
    """What names a purchase, and a reversal, everywhere; written ``<till>-<sequence>``."""

    till: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.till}-{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the id that `text` writes. Raises PurchaseIdError unless it is written exactly so."""
        parts = text.split("-") if len(text) <= _LONGEST_ID and text.isascii() else []
        if len(parts) == 2 and all(map(str.isdigit, parts)):
            found = cls(*map(int, parts))
            if found.till <= MAX_UINT32 and 1 <= found.sequence <= MAX_UINT64 and str(found) == text:
                return found
        raise PurchaseIdError(actual=text, limit=PurchaseId(3, 127))


def day_number(day: date) -> int:
    """Return the number of days from 1970-01-01 to `day`. Raises DayError for an earlier day."""
    number = (day - _EPOCH).days
    if number < 0:
        raise DayError(actual=day, limit=date.max)
    return number


def day_date(number: int) -> date:
    """Return the date of a day number. Raises DayError for one past the year 9999."""
    if not 0 <= number <= (date.max - _EPOCH).days:
        raise DayError(actual=number, limit=date.max)
    return _EPOCH + timedelta(days=number)
