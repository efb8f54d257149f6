"""What a till may record, and when it took place."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import (
    AmountError,
    DayError,
    EndogeneError,
    RangeError,
    ReceiptNumberError,
    TextError,
    ZeroSaleError,
)
from endogene_token.ids import day_number
from endogene_token.sdk.sales import LONGEST_RECEIPT, NewPurchase, NewReversal, check_draft, local_time

MONTREAL = ZoneInfo("America/Toronto")
GOOD: dict[str, Any] = {"amount": 100, "receipt": "A-1", "member": 4}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": 0}, ZeroSaleError),
        ({"amount": -1}, AmountError),
        ({"amount": 2**64}, AmountError),
        ({"amount": 1.0}, AmountError),
        ({"amount": True}, AmountError),
        ({"amount": None}, AmountError),
        ({"amount": "1,00"}, AmountError),
        ({"amount": "100"}, AmountError),
        ({"member": 2**32}, RangeError),
        ({"member": -1}, RangeError),
        ({"member": True}, RangeError),
        ({"member": 4.0}, RangeError),
        ({"member": "4"}, RangeError),
        ({"receipt": ""}, ReceiptNumberError),
        ({"receipt": " \t"}, ReceiptNumberError),
        ({"receipt": "9" * (LONGEST_RECEIPT + 1)}, ReceiptNumberError),
        ({"receipt": 536365}, ReceiptNumberError),
        ({"receipt": None}, ReceiptNumberError),
        ({"receipt": "A\ud800"}, TextError),
    ],
    ids=str,
)
def test_a_purchase_that_no_ledger_takes_is_refused(
    change: dict[str, Any], error: type[EndogeneError]
) -> None:
    """Non-integer, negative or over-64-bit amounts, and the like, each by its own error."""
    with pytest.raises(error) as refused:
        check_draft(NewPurchase(**{**GOOD, **change}))
    assert type(refused.value) is error


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": 0}, ZeroSaleError),
        ({"amount": 1.5}, AmountError),
        ({"receipt": ""}, ReceiptNumberError),
        ({"purchase": ""}, ReceiptNumberError),
    ],
    ids=str,
)
def test_a_reversal_that_no_ledger_takes_is_refused(
    change: dict[str, Any], error: type[EndogeneError]
) -> None:
    """A refund is checked as a purchase is."""
    draft: dict[str, Any] = {"purchase": "A-1", "receipt": "R-1", "amount": 50, **change}
    with pytest.raises(error):
        check_draft(NewReversal(**draft))


@pytest.mark.parametrize(
    "draft",
    [
        NewPurchase(1, "é" * LONGEST_RECEIPT, member=2**32 - 1),
        NewPurchase(2**64 - 1, "0", member=0),
        NewPurchase(5, "0"),
        NewReversal("0", "1"),
        NewReversal("0", "1", 2**64 - 1),
    ],
    ids=str,
)
def test_what_stands_at_the_limit_is_taken(draft: NewPurchase | NewReversal) -> None:
    """The limits are those of the packed item, and no narrower."""
    check_draft(draft)


@pytest.mark.parametrize(
    ("moment", "at", "day"),
    [
        (datetime(2026, 3, 1, 3, 30, 59, tzinfo=UTC), "2026-02-28T22:30", date(2026, 2, 28)),
        (
            datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=14))),
            "2026-02-28T17:00",
            date(2026, 2, 28),
        ),
        (datetime(2026, 3, 1, 0, 5), "2026-03-01T00:05", date(2026, 3, 1)),  # noqa: DTZ001  local on purpose
        (date(2026, 3, 1), "2026-03-01", date(2026, 3, 1)),
    ],
    ids=str,
)
def test_a_moment_is_told_in_the_community_s_own_time(moment: datetime | date, at: str, day: date) -> None:
    """A sale in the evening belongs to that evening's day, whatever UTC or the server's clock says."""
    assert local_time(moment, MONTREAL) == (at, day_number(day))


@pytest.mark.parametrize(
    "moment",
    [
        date(1969, 12, 31),
        "2026-03-01",
        1_700_000_000,
        datetime.min.replace(tzinfo=UTC),  # what .NET writes where nobody set a date
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-10))),
    ],
    ids=str,
)
def test_a_moment_that_has_no_day_is_refused(moment: Any) -> None:
    """Days are counted from 1970; a text or a number is not a moment."""
    with pytest.raises(DayError):
        local_time(moment, MONTREAL)


EDGES = st.datetimes(max_value=datetime(1, 1, 2)) | st.datetimes(min_value=datetime(9999, 12, 31))  # noqa: DTZ001
AWARE = st.builds(datetime.replace, EDGES | st.datetimes(), tzinfo=st.timezones())


@given(AWARE, st.timezones())
def test_any_moment_has_a_day_in_any_zone_or_is_refused(moment: datetime, zone: ZoneInfo) -> None:
    """Also the first and the last hours of the calendar, which other zones do not have."""
    try:
        at, day = local_time(moment, zone)
    except DayError:
        return
    assert day == day_number(date.fromisoformat(at[:10]))
