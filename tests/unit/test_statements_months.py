"""Months of a community's own clock."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import MonthError
from endogene_token.treasury.statements.months import Month, local_day

ZONES = ("America/Toronto", "Europe/Paris", "UTC", "Pacific/Kiritimati", "Asia/Amman", "America/Asuncion")
MONTHS = st.builds(Month, st.integers(1970, 2200), st.integers(1, 12))


@given(MONTHS, st.sampled_from(ZONES))
def test_every_second_belongs_to_one_month(month: Month, name: str) -> None:
    """A month ends where the next begins, and its days are those of the calendar."""
    zone = ZoneInfo(name)
    period = month.period(zone)
    assert period.end == month.next.period(zone).begin
    assert local_day(period.begin, zone) == month.first_day
    assert local_day(period.end - 1, zone) == month.last_day


def test_a_month_begins_at_the_communitys_midnight() -> None:
    """Five hours after Greenwich in winter, four in summer: October ends in daylight saving time."""
    toronto = ZoneInfo("America/Toronto")
    assert Month(2026, 10).period(toronto) == (1_790_827_200, 1_793_505_600)  # both at 04:00 UTC
    november = Month(2026, 11).period(toronto)
    assert november.end - november.begin == 30 * 86_400 + 3_600


def test_a_month_that_begins_inside_a_lost_hour_begins_after_it() -> None:
    """Havana put its clocks forward at midnight of the 1st of April 2012: none is lost or double."""
    havana = ZoneInfo("America/Havana")
    march, april = Month(2012, 3).period(havana), Month(2012, 4).period(havana)
    assert march.end == april.begin
    assert [local_day(april.begin - 1, havana), local_day(april.begin, havana)] == [
        date(2012, 3, 31),
        date(2012, 4, 1),
    ]


@given(MONTHS)
def test_a_month_is_read_as_it_is_written(month: Month) -> None:
    """And months compare as their texts do, which the database sorts."""
    assert Month.parse(str(month)) == month
    assert str(month) < str(month.next)


@pytest.mark.parametrize(
    "text",
    [
        "2026-13",
        "2026-00",
        "2026-1",
        "26-10",
        "2026/10",
        "2026-10-01",
        " 2026-10",
        "1969-12",
        "9999-12",
        "٢٠٢٦-10",
        "",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    """With the form that is expected."""
    with pytest.raises(MonthError) as refusal:
        Month.parse(text)
    assert refusal.value.limit == "2026-10"
