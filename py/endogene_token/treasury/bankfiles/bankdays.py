"""The days on which banks clear: TARGET for SEPA, the federal bank holidays for Canada.

A day wrongly held closed collects one day later than could be; one wrongly held open could collect before
the notice allows. So where practice differs, the day is closed; a cooperative adds its own (`also_closed`).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from endogene_token.errors import CalendarRangeError

FIRST_YEAR: Final = 2022  # Canada's banks first kept 30 September in 2021
LAST_YEAR: Final = 2099
_MONDAY: Final = 0
_SATURDAY: Final = 5


class Calendar(StrEnum):
    TARGET = "target"
    CANADA = "canada"


def is_bank_day(day: date, calendar: Calendar, also_closed: frozenset[date] = frozenset()) -> bool:
    """Return whether banks clear on `day`. Raises CalendarRangeError outside of 2022 to 2099."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year, calendar) | also_closed


def bank_day_from(day: date, calendar: Calendar, also_closed: frozenset[date] = frozenset()) -> date:
    """Return `day`, or the first bank day after it."""
    while not is_bank_day(day, calendar, also_closed):
        day += timedelta(days=1)
    return day


def shift_bank_days(
    day: date, count: int, calendar: Calendar, also_closed: frozenset[date] = frozenset()
) -> date:
    """Return the bank day `count` bank days after `day`, or before it when `count` is negative."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_bank_day(day, calendar, also_closed):
            day += step
    return day


@cache
def holidays(year: int, calendar: Calendar) -> frozenset[date]:
    """Return the days of `year` other than Saturdays and Sundays on which banks do not clear."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarRangeError(actual=year, limit=f"{FIRST_YEAR}–{LAST_YEAR}")
    if calendar is Calendar.TARGET:  # never moved: on a Saturday or Sunday the day is lost
        return frozenset(_target(year))
    return frozenset(_canada(year))


def easter(year: int) -> date:
    """Return Easter Sunday after the Gregorian rule (Butcher's form of Gauss's reckoning)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _target(year: int) -> Iterator[date]:
    """New Year, Good Friday, Easter Monday, Labour Day, Christmas, 26 December."""
    yield from (date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26))
    yield from (easter(year) - timedelta(days=2), easter(year) + timedelta(days=1))


def _canada(year: int) -> Iterator[date]:
    """Holidays of federally regulated banks; a fixed one on a weekend moves to the next free weekday."""
    moving = {
        easter(year) - timedelta(days=2),
        _monday_from(date(year, 5, 18)),  # Victoria: the last before 25 May
        _monday_from(date(year, 9, 1)),  # Labour: the first of September
        _monday_from(date(year, 10, 8)),  # Thanksgiving: the second of October
    }
    # New Year, Canada, Truth and Reconciliation, Remembrance, Christmas, Boxing
    taken = set(moving)
    for month, day in ((1, 1), (7, 1), (9, 30), (11, 11), (12, 25), (12, 26)):
        kept = date(year, month, day)
        while kept.weekday() >= _SATURDAY or kept in taken:
            kept += timedelta(days=1)
        taken.add(kept)
    yield from taken


def _monday_from(day: date) -> date:
    return day + timedelta(days=(_MONDAY - day.weekday()) % 7)
