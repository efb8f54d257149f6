"""The indicators of a community, from rows of a read model that are written here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from endogene_token.indexer import models, money_models
from endogene_token.indexer.models import table_of
from endogene_token.indexer.project_models import Project
from endogene_token.indexer.rounds import Ratio
from endogene_token.reports.indicators import coverage, hundredths, indicators, leverage, multiplier, rounds
from tests.unit.rows import add, empty_model

GROCER, IRONMONGER, BAKER = 1, 2, 3


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """An empty read model: only its row of pockets, all zeros, is there."""
    with empty_model(tmp_path) as opened:
        yield opened


def spend(connection: Connection, merchant: int, amount: int, premium: int, *, place: int) -> None:
    add(
        connection,
        money_models.Spending,
        invoice=place.to_bytes(32),
        project=1,
        merchant=merchant,
        amount=amount,
        premium=premium,
        block_number=place,
    )


def pay(connection: Connection, payer: int, merchant: int, place: int, **parts: int) -> None:
    row = {"invoice": place.to_bytes(32), "payer": payer, "merchant": merchant, "block_number": place}
    add(connection, money_models.MerchantPayment, **row, **parts)


def test_a_community_without_projects_has_no_ratios(connection: Connection) -> None:
    """A denominator of zero is told as such; nothing is divided by it."""
    found = indicators(connection)
    assert (found.leverage, found.coverage, found.multiplier) == (Ratio(0, 0),) * 3
    assert [hundredths(one) for one in (found.leverage, found.coverage, found.multiplier)] == [None] * 3


def test_leverage_is_what_came_from_outside_for_what_the_fund_released(connection: Connection) -> None:
    """Only of projects that were awarded; 990 for 230 are 4.30."""
    add(connection, Project, number=1, received=75_000, released=15_000, awarded_at=1)
    add(connection, Project, number=2, received=24_000, released=8_000, awarded_at=1)
    add(connection, Project, number=3, received=99_000)
    assert leverage(connection) == Ratio(99_000, 23_000)
    assert leverage(connection, 2) == Ratio(24_000, 8_000)
    assert hundredths(leverage(connection)) == 430


def test_coverage_leaves_out_what_is_spoken_for(connection: Connection) -> None:
    """Cash less currency, awards and approved redemptions, for credits less those; it may be negative."""
    pockets = table_of(models.Pockets)
    values = {"cash": 1_000, "currency_outstanding": 300, "commitments": 200, "redemptions_backed": 100}
    connection.execute(pockets.update().values(**values, credits_outstanding=900))
    assert coverage(connection) == Ratio(400, 800)
    connection.execute(pockets.update().values(cash=0, credits_outstanding=50))
    assert coverage(connection) == Ratio(-600, 0)


def test_the_multiplier_counts_three_rounds(connection: Connection) -> None:
    """Of 100 spent 60 are paid on, of those 50, of those 40: (100 + 60 + 50) / 100; a fourth for none."""
    spend(connection, IRONMONGER, 100, 4, place=1)
    pay(connection, IRONMONGER, GROCER, 2, first=60, premium=2)
    pay(connection, GROCER, BAKER, 3, second=50, premium=1)
    pay(connection, BAKER, GROCER, 4, third=40, premium=1)
    found = rounds(connection)
    assert (found.spent, found.premiums) == ((100, 60, 50, 40), (4, 2, 1, 1))
    assert multiplier(connection) == Ratio(210, 100)
    assert hundredths(multiplier(connection)) == 210


def test_what_goes_back_to_a_project_was_not_spent(connection: Connection) -> None:
    """A return takes its amount and its premium out of the first round."""
    spend(connection, IRONMONGER, 100, 4, place=1)
    invoice = (1).to_bytes(32)
    add(connection, money_models.SpendingReturn, invoice=invoice, amount=25, premium=1, block_number=2)
    assert (rounds(connection).spent[0], rounds(connection).premiums[0]) == (75, 3)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**15))
def test_hundredths_never_overstate(numerator: int, denominator: int) -> None:
    """Rounded down, to less than a hundredth."""
    value = hundredths(Ratio(numerator, denominator))
    assert value is not None
    assert value * denominator <= 100 * numerator < (value + 1) * denominator
