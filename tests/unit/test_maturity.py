"""When what is owed falls due: every cent is told, once, in order, and no row is of fewer than five."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from endogene_token.office.retirements import YearOwed
from endogene_token.reports.masking import LEAST
from endogene_token.reports.maturity import Row, label, reach, rows, so_far

NOW = 2026
GROUPS = st.tuples(st.integers(1, 9), st.integers(1, 10**12))
YEARS = st.dictionaries(st.none() | st.integers(NOW - 20, NOW + 60), GROUPS, max_size=40).map(
    lambda found: [YearOwed(year, *group) for year, group in found.items()]
)


def known(years: list[YearOwed]) -> int:
    return sum(one.members for one in years if one.year is not None)


@given(YEARS)
def test_the_rows_are_every_member_and_every_cent(years: list[YearOwed]) -> None:
    """Nothing is lost between the ledger and the table, and nothing is told twice."""
    told = rows(years, NOW)
    if told:
        assert sum(one.owed for one in told) == sum(one.owed for one in years) == so_far(told)[-1]
        assert sum(one.members for one in told) == sum(one.members for one in years)


@given(YEARS)
def test_no_row_is_of_few(years: list[YearOwed]) -> None:
    """Who named no year included: one balance is never beside one year."""
    told = rows(years, NOW)
    assert bool(told) == (known(years) >= LEAST)
    assert all(one.members >= LEAST for one in told)


@given(YEARS)
def test_the_rows_follow_one_another(years: list[YearOwed]) -> None:
    """The first is open to the past; each begins the year after; who named none comes last, if at all."""
    told = rows(years, NOW)
    dated = [one for one in told if one.last is not None]
    assert all(row.first == (before.last or 0) + 1 for before, row in pairwise(dated))
    assert all((one.last or 0) >= NOW for one in dated)
    assert [one.first for one in dated[:1]] in ([], [None])
    assert dated == told[: len(dated)]
    assert len(told) - len(dated) <= 1
    assert [one.with_unknown for one in told] in (
        [False] * len(told),
        [*[False] * (len(told) - 1), True],
    )


@given(YEARS)
def test_a_year_is_in_the_row_that_names_it(years: list[YearOwed]) -> None:
    """And a row holds those years alone; where few named none, they are in the last row."""
    for row in rows(years, NOW):
        inside = [one for one in years if one.year is not None and _is_in(max(one.year, NOW), row)]
        inside += [one for one in years if one.year is None and row.with_unknown]
        assert (sum(one.members for one in inside), sum(one.owed for one in inside)) == (
            row.members,
            row.owed,
        )


@given(YEARS, st.integers(-(10**9), 10**14))
def test_money_reaches_as_far_as_it_pays_in_full(years: list[YearOwed], liquid: int) -> None:
    """The rows that it pays, and not one more."""
    told = rows(years, NOW)
    paid = reach(told, liquid)
    assert paid == 0 or so_far(told)[paid - 1] <= liquid
    assert paid == len(told) or so_far(told)[paid] > liquid


def test_a_table_as_a_board_reads_it() -> None:
    """Years that are over are this one's; the last few join the row before; the others stand apart."""
    years = [(2020, 2, 100), (2026, 3, 200), (2030, 4, 300), (2031, 1, 50), (2040, 2, 70), (None, 6, 900)]
    told = rows([YearOwed(*one) for one in years], NOW)
    assert told == [
        Row(None, 2026, False, 5, 300),
        Row(2027, 2040, False, 7, 420),
        Row(None, None, True, 6, 900),
    ]
    assert [label(one, NOW, "en") for one in told] == ["2026 and before", "2027–2040", "Year not known"]
    assert [label(one, NOW - 1, "fr") for one in told[:1]] == ["Jusqu’en 2026"]


def test_few_who_named_no_year_are_told_with_the_last_years() -> None:
    """Their row would be theirs alone."""
    [row] = rows([YearOwed(2030, 5, 500), YearOwed(None, 1, 7)], NOW)
    assert row == Row(None, 2030, True, 6, 507)
    assert label(row, NOW, "en") == "Until 2030, or not known"


def test_one_year_is_called_by_its_own_name() -> None:
    """No range from a year to itself."""
    told = rows([YearOwed(2026, 5, 1), YearOwed(2027, 5, 1)], NOW)
    assert [label(one, NOW, "en") for one in told] == ["2026 and before", "2027"]


def _is_in(year: int, row: Row) -> bool:
    return row.last is not None and (row.first or NOW) <= year <= row.last
