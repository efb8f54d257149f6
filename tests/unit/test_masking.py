"""Nothing that the public is told lets anybody be read who is one of fewer than five."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from endogene_token.reports.masking import (
    LEAST,
    Cells,
    Day,
    Share,
    is_small,
    largest,
    periods,
    steady,
    together,
    told,
    turnout_told,
)

COUNTS = st.integers(0, 40)
GROUPS = st.frozensets(st.integers(1, 12), max_size=9)
DAYS = st.lists(st.tuples(GROUPS, GROUPS, st.integers(0, 10**9)), max_size=30).map(
    lambda rows: [Day(20_000 + at, *row) for at, row in enumerate(rows)]
)
COLLEGES = st.tuples(*[st.tuples(COUNTS, COUNTS, COUNTS, COUNTS)] * 3).map(
    lambda rows: [Cells((at,), *row) for at, row in enumerate(rows)]
)


@given(st.integers(0, 10**6))
def test_one_person_more_or_less_is_seen_as_five_or_not_at_all(count: int) -> None:
    """Two readings differ by nothing or by five, and one to four people look like nobody."""
    assert steady(count + 1) - steady(count) in {0, LEAST}
    assert steady(count) <= count < steady(count) + LEAST
    assert {steady(few) for few in range(LEAST)} == {0}


@given(DAYS)
def test_a_period_is_of_enough_merchants_and_people(days: list[Day]) -> None:
    """Five merchants at least, and nobody known or five people at least."""
    for one in periods(days):
        inside = [day for day in days if one.first <= day.day <= one.last]
        assert len(frozenset().union(*(day.merchants for day in inside))) >= LEAST
        assert not is_small(len(frozenset().union(*(day.people for day in inside))))
        assert one.amount == sum(day.amount for day in inside)


@given(DAYS, st.integers(0, 30))
def test_what_was_told_is_never_told_in_other_parts(days: list[Day], read_before: int) -> None:
    """Differencing: who read on an earlier day finds the same periods, and whole ones after them."""
    before, now = periods(days[:read_before]), periods(days)
    assert now[: len(before)] == before


@given(DAYS)
def test_no_day_is_told_twice(days: list[Day]) -> None:
    """Periods follow one another, so that no subtraction leaves a part of one."""
    assert all(one.last < after.first for one, after in pairwise(periods(days)))


@given(COLLEGES)
def test_no_part_of_a_vote_has_a_small_count(colleges: list[Cells]) -> None:
    """Unless all colleges are one part: then its small counts are not told."""
    parts = together(colleges)
    assert len(parts) <= 1 or all(one.is_large for one in parts)


@given(COLLEGES)
def test_the_parts_of_a_vote_are_all_of_it(colleges: list[Cells]) -> None:
    """Nothing is lost: the sums are those of the assembly."""
    for place in range(4):
        total = sum(one.ballots[place] for one in colleges)
        assert sum(one.ballots[place] for one in together(colleges)) == total


@given(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), st.tuples(*[st.integers(1, LEAST - 1)] * 4))
def test_a_small_count_cannot_be_had_by_subtraction(
    counts: tuple[int, int, int, int], others: tuple[int, int, int, int]
) -> None:
    """With any other small counts in their place, the turnout told is the same."""
    cells = Cells((0,), *counts)
    pairs = zip(counts, others, strict=True)
    changed = Cells((0,), *(other if told(one) is None else one for one, other in pairs))
    assert [told(one) for one in changed.ballots] == [told(one) for one in cells.ballots]
    assert turnout_told(changed) == turnout_told(cells) <= cells.turnout
    assert not cells.is_large or turnout_told(cells) == cells.turnout


def test_a_college_of_two_is_told_with_the_next() -> None:
    """Who knows both workers would know how they voted."""
    users, workers, supporting = Cells((0,), 80, 30, 10, 0), Cells((1,), 2, 0, 0, 0), Cells((2,), 9, 0, 0, 0)
    assert together([users, workers, supporting]) == [users, Cells((1, 2), 11, 0, 0, 0)]


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_the_largest_are_five_among_ten(amounts: list[int]) -> None:
    """Neither the five nor the others are few."""
    found, selling = largest(amounts), [one for one in amounts if one > 0]
    assert (found is None) == (len(selling) < 2 * LEAST)
    if found is not None:
        assert found == Share(sum(sorted(selling)[-LEAST:]), sum(selling))
