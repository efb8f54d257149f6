"""The arithmetic of premiums: exact, and the same whichever way a purchase is undone."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import AmountError, RateError, SplitError
from endogene_token.money import (
    BASIS_POINTS,
    MAX_AMOUNT,
    Shares,
    Split,
    format_money,
    parse_minor,
    premium_half_up,
    shares,
    undo,
)

amounts = st.integers(0, MAX_AMOUNT) | st.integers(0, 100_000)
rates = st.integers(0, BASIS_POINTS)


@st.composite
def splits(draw: st.DrawFn) -> Split:
    operations = draw(st.integers(0, BASIS_POINTS))
    return Split(operations, draw(st.integers(0, BASIS_POINTS - operations)))


@given(amounts, rates)
def test_the_premium_is_rounded_half_up_as_decimal_does(amount: int, rate: int) -> None:
    """DESIGN section 3: the rounding is named, half up."""
    exact = Decimal(amount) * rate / BASIS_POINTS
    assert premium_half_up(amount, rate) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("amount", "rate", "premium"),
    [
        (0, 280, 0),
        (17, 280, 0),
        (18, 280, 1),
        (50, 100, 1),
        (49, 100, 0),
        (10_000, 280, 280),
        (MAX_AMOUNT, BASIS_POINTS, MAX_AMOUNT),
    ],
)
def test_the_premium_of_a_known_purchase(amount: int, rate: int, premium: int) -> None:
    """A half goes up, less than a half goes down, and no width overflows."""
    assert premium_half_up(amount, rate) == premium


@pytest.mark.parametrize("rate", [-1, BASIS_POINTS + 1])
def test_a_rate_outside_the_whole_is_refused(rate: int) -> None:
    """A premium is never negative nor more than the purchase."""
    with pytest.raises(RateError):
        premium_half_up(100, rate)


@given(amounts, rates, splits(), st.booleans())
def test_the_shares_of_a_premium_add_up_to_it(amount: int, rate: int, split: Split, anonymous: bool) -> None:
    """Every cent of a premium is in exactly one pocket."""
    found = shares(amount, rate, split, anonymous)
    assert found.premium == found.credit + found.operations + found.reserve == premium_half_up(amount, rate)
    assert min(found.credit, found.operations, found.reserve) >= 0


@given(amounts, amounts, rates, splits(), st.booleans())
def test_no_share_shrinks_when_the_amount_grows(
    one: int, other: int, rate: int, split: Split, anonymous: bool
) -> None:
    """A partial reversal never owes a negative share."""
    less = shares(min(one, other), rate, split, anonymous)
    more = shares(max(one, other), rate, split, anonymous)
    assert less.premium <= more.premium
    assert less.credit <= more.credit
    assert less.operations <= more.operations
    assert less.reserve <= more.reserve


@given(amounts, rates, splits())
def test_an_anonymous_sale_gives_its_whole_premium_to_the_reserve(
    amount: int, rate: int, split: Split
) -> None:
    """Without a member there is no credit, and operations take nothing."""
    premium = premium_half_up(amount, rate)
    assert shares(amount, rate, split, anonymous=True) == Shares(premium, 0, 0, premium)


@given(amounts, rates)
def test_without_a_split_the_whole_premium_is_the_credit(amount: int, rate: int) -> None:
    """The rest of a premium is the member's."""
    found = shares(amount, rate, Split(0, 0), anonymous=False)
    assert found.credit == found.premium


def test_the_shares_of_a_known_purchase() -> None:
    """100.00 $ at 2.8 %, with 15 % to operations and 10 % to the reserve."""
    assert shares(10_000, 280, Split(1_500, 1_000), anonymous=False) == Shares(280, 210, 42, 28)


@given(amounts, st.lists(st.integers(1, MAX_AMOUNT), max_size=8), rates, splits(), st.booleans())
def test_reversals_that_bring_a_purchase_to_zero_undo_exactly_what_it_did(
    amount: int, cuts: list[int], rate: int, split: Split, anonymous: bool
) -> None:
    """Whatever the sequence of partial refunds, no cent is created or lost, and none goes below zero."""
    left = sorted({amount, 0, *(cut % (amount + 1) for cut in cuts)}, reverse=True)
    steps = [undo(before, after, rate, split, anonymous) for before, after in pairwise(left)]
    total = Shares(
        premium=sum(step.premium for step in steps),
        credit=sum(step.credit for step in steps),
        operations=sum(step.operations for step in steps),
        reserve=sum(step.reserve for step in steps),
    )
    assert total == shares(amount, rate, split, anonymous)
    assert all(min(step.premium, step.credit, step.operations, step.reserve) >= 0 for step in steps)


@pytest.mark.parametrize("left_after", [-1, 101])
def test_undoing_more_than_is_left_or_less_than_nothing_is_refused(left_after: int) -> None:
    """A reversal never exceeds what is left of its purchase."""
    with pytest.raises(AmountError):
        undo(100, left_after, 280, Split(0, 0), anonymous=False)


@pytest.mark.parametrize(("operations", "reserve"), [(-1, 0), (0, -1), (5_000, 5_001)])
def test_a_split_that_is_negative_or_passes_the_whole_is_refused(operations: int, reserve: int) -> None:
    """A member's credit is never negative."""
    with pytest.raises(SplitError):
        Split(operations, reserve)


@given(amounts)
def test_an_amount_is_read_from_an_integer_or_from_its_digits(amount: int) -> None:
    """JSON carries amounts as strings; Python as int."""
    assert parse_minor(amount, "amount") == parse_minor(str(amount), "amount") == amount


@pytest.mark.parametrize(
    "value",
    [
        -1,
        MAX_AMOUNT + 1,
        True,
        1.0,
        float("nan"),
        Decimal(1),
        None,
        b"1",
        "",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "1_000",
        " 1",
        "1\n",
        "0x1",
        "١",
        "²",
        str(MAX_AMOUNT + 1),
        "9" * 5_000,
    ],
    ids=lambda value: repr(value)[:20],
)
def test_an_amount_that_is_no_whole_number_of_64_bits_is_refused(value: object) -> None:
    """Non-integer, negative and over-64-bit amounts are refused with the field, the value and the limit."""
    with pytest.raises(AmountError) as caught:
        parse_minor(value, "amount_cents")
    assert caught.value.actual is value
    assert caught.value.limit == MAX_AMOUNT
    assert "amount_cents" in caught.value.render("fr")


@pytest.mark.parametrize(
    ("amount", "lang", "expected"),
    [
        (123_456_790, "fr", "1\u00a0234\u00a0567,90\u00a0$"),
        (123_456_790, "en", "$1,234,567.90"),
        (5, "fr", "0,05\u00a0$"),
        (-5, "fr", "-0,05\u00a0$"),
        (0, "fr", "0,00\u00a0$"),
        (1_000_000_000_000_000_015, "fr", "10\u00a0000\u00a0000\u00a0000\u00a0000\u00a0000,15\u00a0$"),
    ],
)
def test_money_is_written_as_quebec_writes_it(amount: int, lang: str, expected: str) -> None:
    """Québec: spaces and the comma, U+00A0; no digit of a large amount is lost."""
    assert format_money(amount, lang=lang) == expected


def test_a_currency_without_cents_is_written_without_them() -> None:
    """The minor unit is that of the currency."""
    assert format_money(1_500, currency="JPY", lang="en") == "JP¥1,500"


@given(st.integers(-(2**128), 2**128))
def test_written_money_holds_every_digit(amount: int) -> None:
    """Totals of 128 bits pass exactly through the formatting."""
    digits = "".join(letter for letter in format_money(amount) if letter.isdigit())
    assert int(digits) == abs(amount)
