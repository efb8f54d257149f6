"""The explorer's flows of a year, and the files that it gives away."""

from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.explorer.parquet import parquet
from api.pages.explorer.year import LONGEST, flows, short
from endogene_token.reports.year import OfProject, PaidOut, Year

AMOUNTS = st.integers(0, 10**12)
LESS_REFUNDS = st.integers(-(10**12), 10**12)
PAID_OUT = st.builds(PaidOut, AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
PROJECTS = st.lists(st.tuples(AMOUNTS, st.integers(-100, 10**12)), max_size=9).map(
    lambda rows: tuple(OfProject(number, *row) for number, row in enumerate(rows, 1))
)
YEARS = st.builds(
    Year,
    premiums=LESS_REFUNDS,
    project_premiums=LESS_REFUNDS,
    first_premiums=LESS_REFUNDS,
    settled=AMOUNTS,
    netted=AMOUNTS,
    repaid=AMOUNTS,
    outside=AMOUNTS,
    paid_out=PAID_OUT,
    projects=PROJECTS,
)
ENDS = {
    "premiums",
    "project-premiums",
    "repaid",
    "earlier",
    "before",
    "kept",
    "paid",
    "taken-back",
    "unspent",
    "again",
    "income",
}


@given(YEARS)
def test_what_flows_into_a_node_flows_out_of_it(year: Year) -> None:
    """Nothing is lost and nothing invented between the premiums and the businesses."""
    coming: Counter[str] = Counter()
    going: Counter[str] = Counter()
    for one in flows(year):
        assert one.amount > 0
        coming[one.target] += one.amount
        going[one.source] += one.amount
    assert {node for node in {*coming, *going} - ENDS if coming[node] != going[node]} == set()


@given(YEARS)
def test_the_fund_keeps_what_came_less_what_went(year: Year) -> None:
    """In the drawing as in the year's sums, whether refunds exceed its premiums or not."""
    drawn = {(one.source, one.target): one.amount for one in flows(year)}
    earned = year.premiums + year.project_premiums + year.repaid
    out = year.paid_out
    gone = out.running + (out.to_members if out.apart else 0) + sum(one.released for one in year.projects)
    kept = drawn.get(("fund", "kept"), 0) - drawn.get(("earlier", "fund"), 0)
    assert kept == earned - gone


@given(YEARS)
def test_payments_to_few_are_in_no_flow_of_their_own(year: Year) -> None:
    """Where members or merchants who were paid are fewer than five, only running costs are drawn."""
    out = year.paid_out
    drawn = sum(one.amount for one in flows(year) if one.target == "paid")
    assert drawn == out.running + (out.to_members if out.apart else 0)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Serre", "Serre"),
        ("x" * LONGEST, "x" * LONGEST),
        ("Un four communautaire pour la rue", "Un four communautaire…"),
        ("Une serre, un four, à deux pas", "Une serre, un four, à…"),
    ],
)
def test_a_project_s_name_stays_before_the_next_column(name: str, told: str) -> None:
    """It is cut, never at a blank, and says so."""
    assert short(name) == told
    assert len(told) <= LONGEST


def test_a_file_of_parquet_is_the_one_that_others_read() -> None:
    """pyarrow 26 and DuckDB 2, which are too large to come along, read these bytes as the rows below."""
    columns = {"name": True, "amount": False, "empty": False, "huge": False}
    rows: list[dict[str, int | str | None]] = [
        {"name": "Serre, été", "amount": -1, "huge": 2**64},
        {"name": None, "amount": None, "huge": 1},
        {"name": "", "amount": 2**63 - 1, "huge": None},
    ]
    told = parquet(columns, rows, {"license": "CC-BY-4.0"})
    assert len(told) == 409
    assert sha256(told).hexdigest() == "f14983187226a7b434b0d54754bf15831fba4c54a0c9e214300c92695c775920"
