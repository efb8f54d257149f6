"""What a person reads is written as his or her region writes it, to the code point."""

from datetime import UTC, date, datetime

import pytest

from api.pages.words import Words
from endogene_token.config import Settings

AT = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
QUEBEC = Words.of(Settings(), "fr")
CANADA = Words.of(Settings(), "en")
FRANCE = Words.of(Settings(phone_region="FR", currency="EUR", timezone="Europe/Paris"), "fr")
NAMES = ("fr-CA", "en-CA", "fr-FR")


@pytest.fixture(params=[QUEBEC, CANADA, FRANCE], ids=NAMES)
def words(request: pytest.FixtureRequest) -> Words:
    found: Words = request.param
    return found


def test_each_reader_has_the_tag_of_his_region(words: Words) -> None:
    """HTML and screen readers go by it."""
    assert words.tag == dict(zip((QUEBEC, CANADA, FRANCE), NAMES, strict=True))[words]


@pytest.mark.parametrize(
    ("words", "money", "debt", "number", "rate"),
    [
        (QUEBEC, "1\u00a0234\u00a0567,90\u00a0$", "-0,05\u00a0$", "1\u00a0234\u00a0567", "2,8\u00a0%"),
        (CANADA, "$1,234,567.90", "-$0.05", "1,234,567", "2.8%"),
        (FRANCE, "1\u202f234\u202f567,90\u00a0€", "-0,05\u00a0€", "1\u202f234\u202f567", "2,8\u00a0%"),
    ],
    ids=NAMES,
)
def test_amounts_and_numbers_have_their_own_spaces_and_signs(
    words: Words, money: str, debt: str, number: str, rate: str
) -> None:
    """U+00A0 in Québec, U+202F in France, commas in English."""
    assert (words.money(123_456_790), words.money(-5)) == (money, debt)
    assert (words.number(1_234_567), words.percent(280)) == (number, rate)


@pytest.mark.parametrize(
    ("words", "first", "short", "month", "moment"),
    [
        (QUEBEC, "1er novembre 2026", "22 nov. 2026", "novembre 2026", "22 nov. 2026, 12\u00a0h\u00a005"),
        (CANADA, "November 1, 2026", "Nov 22, 2026", "November 2026", "Nov 22, 2026, 12:05\u00a0p.m."),
        (FRANCE, "1er novembre 2026", "22 nov. 2026", "novembre 2026", "22 nov. 2026, 18\u00a0h\u00a005"),
    ],
    ids=NAMES,
)
def test_days_and_hours_follow_the_language_and_the_community_s_time(
    words: Words, first: str, short: str, month: str, moment: str
) -> None:
    """The first of a month is an ordinal in French; the hour is the community's, wherever the server is."""
    assert (words.day(date(2026, 11, 1)), words.short_day(date(2026, 11, 22))) == (first, short)
    assert (words.month(date(2026, 11, 1)), words.moment(AT)) == (month, moment)
    assert moment.endswith(words.hour(AT))


@pytest.mark.parametrize(
    ("words", "of_none", "of_one", "of_two"),
    [(QUEBEC, "one", "one", "several"), (CANADA, "several", "one", "several")],
)
def test_french_says_none_in_the_singular(words: Words, of_none: str, of_one: str, of_two: str) -> None:
    """0 vote, 1 vote, 2 votes; English: 0 votes, 1 vote, 2 votes."""
    assert [words.many(n, "one", "several") for n in (0, 1, 2)] == [of_none, of_one, of_two]
