"""How purchases and days are named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.bounds import MAX_UINT32, MAX_UINT64
from endogene_token.errors import DayError, PurchaseIdError
from endogene_token.ids import PurchaseId, day_date, day_number


@given(st.integers(0, MAX_UINT32), st.integers(1, MAX_UINT64))
def test_an_id_is_read_as_it_was_written(till: int, sequence: int) -> None:
    """One purchase, one name."""
    assert PurchaseId.parse(str(PurchaseId(till, sequence))) == (till, sequence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "3-",
        "-3",
        "3-0",
        "3-1-1",
        "03-1",
        "3-01",
        "3 -1",
        "3-١",
        "a-1",
        "4294967296-1",
        "1-" + "9" * 40,
    ],
)
def test_a_text_that_is_no_id_is_refused(text: str) -> None:
    """Nothing is guessed: two spellings of one purchase would be two names."""
    with pytest.raises(PurchaseIdError):
        PurchaseId.parse(text)


@given(st.dates(min_value=date(1970, 1, 1)))
def test_a_day_is_read_as_it_was_numbered(day: date) -> None:
    """A day is a number of days since 1970-01-01."""
    assert day_date(day_number(day)) == day


def test_the_number_of_a_known_day() -> None:
    """The origin is the one that all chains use."""
    assert (day_number(date(1970, 1, 1)), day_number(date(2000, 1, 1))) == (0, 10_957)


def test_a_day_before_the_origin_is_refused() -> None:
    """A packed day has no sign."""
    with pytest.raises(DayError):
        day_number(date(1969, 12, 31))


@pytest.mark.parametrize("number", [-1, MAX_UINT32])
def test_a_number_past_the_calendar_is_refused(number: int) -> None:
    """A hostile day of 32 bits names no date; it does not crash either."""
    with pytest.raises(DayError):
        day_date(number)
