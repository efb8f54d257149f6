"""A calendar month of a community.

Which block belongs to a month: the one whose time falls in it, by the community's clock. What a block holds
belongs to that month, whatever day it tells of: a sale of the 31st that is recorded on the 1st stands in the
next statement, under its own day.
"""

import re
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from endogene_token.errors import MonthError

_FORM: Final = re.compile(r"(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])", re.ASCII)
_LAST_YEAR: Final = 9_998  # the month after must have a date, too
EXAMPLE: Final = "2026-10"


class Period(NamedTuple):
    """The instants (seconds UTC) from `begin` to just before `end`."""

    begin: int
    end: int


class Month(NamedTuple):
    """A month, written ``2026-10``; months compare as they follow one another."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month that `text` writes. Raises MonthError unless it is written exactly so."""
        found = _FORM.fullmatch(text)
        if found is None or int(found[1]) > _LAST_YEAR:
            raise MonthError(actual=text, limit=EXAMPLE)
        return cls(int(found[1]), int(found[2]))

    @property
    def next(self) -> Self:
        """The month after."""
        return type(self)(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.next.first_day - timedelta(days=1)

    def period(self, zone: ZoneInfo) -> Period:
        """Return its instants by the clock of `zone`: from its first midnight to the next month's."""
        begin, end = (
            int(datetime(one.year, one.month, 1, tzinfo=zone).timestamp()) for one in (self, self.next)
        )
        return Period(begin, end)


def local_day(instant: int, zone: ZoneInfo) -> date:
    """Return the day of an instant by the clock of `zone`."""
    return datetime.fromtimestamp(instant, zone).date()
