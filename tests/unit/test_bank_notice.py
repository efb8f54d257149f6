"""Bank days and notices: no debit before its payer was told, none that the bank cannot carry in time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import BankFieldError, CalendarRangeError
from endogene_token.treasury.bankfiles.bankdays import (
    Calendar,
    bank_day_from,
    easter,
    holidays,
    is_bank_day,
    shift_bank_days,
)
from endogene_token.treasury.bankfiles.notice import (
    CANADA,
    SEPA,
    Regime,
    earliest_collection,
    last_handing_in,
    last_notice,
)

days = st.dates(date(2022, 3, 1), date(2098, 12, 1))
moments = st.datetimes(
    datetime(2022, 3, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2098, 12, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, ZoneInfo("America/Toronto"), ZoneInfo("Asia/Tokyo")]),
)
regimes = st.builds(
    Regime,
    st.sampled_from(Calendar),
    st.integers(0, 30),
    st.integers(0, 5),
    st.times(),
    st.sampled_from(["America/Toronto", "Europe/Paris", "UTC"]),
    st.frozensets(days, max_size=3),
)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        *((2022, 4, 17), (2023, 4, 9), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28)),
        *((2028, 4, 16), (2029, 4, 1), (2030, 4, 21), (2035, 3, 25), (2038, 4, 25), (2049, 4, 18)),
        *((2076, 4, 19), (2096, 4, 15), (1954, 4, 18), (1981, 4, 19)),
    ],
)
def test_easter_is_that_of_the_published_tables(year: int, month: int, day: int) -> None:
    """Among them the earliest and latest of the century, and the two exceptions to Gauss's first rule."""
    assert easter(year) == date(year, month, day)


@given(st.integers(1900, 2199))
def test_easter_is_a_sunday_after_the_equinox(year: int) -> None:
    """22 March to 25 April."""
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_the_days_of_target_are_six() -> None:
    """As the European Central Bank lists them for 2026; a Saturday's is not moved."""
    expected = {(1, 1), (4, 3), (4, 6), (5, 1), (12, 25), (12, 26)}
    assert {(day.month, day.day) for day in holidays(2026, Calendar.TARGET)} == expected
    assert is_bank_day(date(2026, 12, 28), Calendar.TARGET)
    assert not is_bank_day(date(2026, 12, 26), Calendar.TARGET)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        # a Christmas on Saturday and on Sunday, a Canada Day on Saturday, a plain year
        (2022, "01-03 04-15 05-23 07-01 09-05 09-30 10-10 11-11 12-26 12-27"),
        (2023, "01-02 04-07 05-22 07-03 09-04 10-02 10-09 11-13 12-25 12-26"),
        (2026, "01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28"),
        (2027, "01-01 03-26 05-24 07-01 09-06 09-30 10-11 11-11 12-27 12-28"),
    ],
)
def test_the_bank_holidays_of_canada_are_these(year: int, expected: str) -> None:
    """Ten a year; one on a weekend is kept on the next free weekday."""
    assert " ".join(sorted(f"{day:%m-%d}" for day in holidays(year, Calendar.CANADA))) == expected


@given(st.integers(2022, 2099))
def test_canada_keeps_ten_weekdays_each_year(year: int) -> None:
    """Moving a holiday never lets it fall on another, nor out of its year."""
    kept = holidays(year, Calendar.CANADA)
    assert len(kept) == 10
    assert all(day.weekday() < 5 and day.year == year for day in kept)


@pytest.mark.parametrize("year", [2021, 2100])
@pytest.mark.parametrize("calendar", list(Calendar))
def test_a_year_whose_holidays_are_not_known_is_refused(year: int, calendar: Calendar) -> None:
    """A guess would collect on a closed day."""
    with pytest.raises(CalendarRangeError):
        is_bank_day(date(year, 6, 1), calendar)


@given(days, st.integers(-15, 15), st.sampled_from(Calendar))
def test_shifting_counts_bank_days_only(day: date, count: int, calendar: Calendar) -> None:
    """Between the ends lie exactly as many bank days as were counted."""
    end = shift_bank_days(day, count, calendar)
    low, high = sorted((day, end))
    inside = [low + timedelta(days=at) for at in range((high - low).days + 1)]
    counted = [one for one in inside if one != day and is_bank_day(one, calendar)]
    assert len(counted) == abs(count)
    assert count == 0 or is_bank_day(end, calendar)


@given(regimes, days, moments)
def test_no_collection_comes_before_its_notice_nor_before_the_bank_can(
    regime: Regime, noticed: date, handed_in: datetime
) -> None:
    """And none comes later than it could: the day before fails one of the three conditions."""

    def allowed(day: date) -> bool:
        return (
            is_bank_day(day, regime.calendar, regime.also_closed)
            and last_notice(regime, day) >= noticed
            and last_handing_in(regime, day) >= handed_in
        )

    found = earliest_collection(regime, noticed, handed_in)
    assert allowed(found)
    start = max(noticed, handed_in.date()) - timedelta(days=2)
    assert not any(allowed(start + timedelta(days=at)) for at in range((found - start).days))


@given(days, moments, st.integers(0, 20))
def test_a_later_notice_never_collects_earlier(noticed: date, handed_in: datetime, later: int) -> None:
    """Nor does a file handed in later."""
    first = earliest_collection(CANADA, noticed, handed_in)
    assert first <= earliest_collection(CANADA, noticed + timedelta(days=later), handed_in)
    assert first <= earliest_collection(CANADA, noticed, handed_in + timedelta(hours=later))


def toronto(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("America/Toronto"))  # type: ignore[misc,arg-type]


def test_ten_calendar_days_in_canada_fourteen_in_sepa() -> None:
    """Told on Monday 23 November 2026: ten days end on Thursday 3 December, fourteen on Monday the 7th."""
    handed_in = toronto(2026, 11, 23, 9, 0)
    assert earliest_collection(CANADA, date(2026, 11, 23), handed_in) == date(2026, 12, 3)
    assert earliest_collection(SEPA, date(2026, 11, 23), handed_in) == date(2026, 12, 7)
    agreed = replace(SEPA, notice_days=5)
    assert earliest_collection(agreed, date(2026, 11, 23), handed_in) == date(2026, 11, 30)


def test_a_file_after_the_cut_off_counts_from_the_next_bank_day() -> None:
    """One minute past one on a Thursday is Friday; two bank days later is Tuesday."""
    noticed = date(2026, 10, 1)
    assert earliest_collection(CANADA, noticed, toronto(2026, 11, 19, 13, 0)) == date(2026, 11, 23)
    assert earliest_collection(CANADA, noticed, toronto(2026, 11, 19, 13, 1)) == date(2026, 11, 24)
    assert last_handing_in(CANADA, date(2026, 11, 24)) == toronto(2026, 11, 20, 13, 0)


def test_the_cut_off_is_the_banks_clock_not_ours() -> None:
    """Seven in the evening in Greenwich is two in the afternoon in Toronto."""
    evening = datetime(2026, 11, 19, 19, 0, tzinfo=UTC)
    assert earliest_collection(CANADA, date(2026, 10, 1), evening) == date(2026, 11, 24)


def test_a_day_that_the_cooperative_closes_is_no_bank_day() -> None:
    """Saint-Jean-Baptiste: closed where the cooperative says so."""
    quebec = replace(CANADA, also_closed=frozenset({date(2026, 6, 24)}))
    handed_in = toronto(2026, 6, 1, 9, 0)
    assert earliest_collection(CANADA, date(2026, 6, 14), handed_in) == date(2026, 6, 24)
    assert earliest_collection(quebec, date(2026, 6, 14), handed_in) == date(2026, 6, 25)
    assert bank_day_from(date(2026, 6, 24), Calendar.CANADA, quebec.also_closed) == date(2026, 6, 25)


def test_what_makes_no_date_is_refused() -> None:
    """A time without a zone, a collection on a Sunday, a negative notice."""
    with pytest.raises(BankFieldError):
        earliest_collection(CANADA, date(2026, 6, 1), datetime(2026, 6, 1))  # noqa: DTZ001 - the fault meant
    with pytest.raises(BankFieldError):
        last_handing_in(CANADA, date(2026, 11, 22))
    with pytest.raises(BankFieldError):
        Regime(Calendar.TARGET, -1, 0, time(12), "UTC")
