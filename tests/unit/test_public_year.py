"""A year of the fund as the public is told, from rows of a read model that are written here."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from endogene_token.indexer import models, money_models
from endogene_token.indexer.project_models import ProjectTranche
from endogene_token.indexer.rounds import Ratio
from endogene_token.projects import TrancheState
from endogene_token.reports.masking import Period, Share
from endogene_token.reports.public_figures import public_figures
from endogene_token.reports.year import OfProject, premium_periods, read_year, span
from tests.unit.rows import add, empty_model

HOUR, DAY = 3_600, 86_400
ZONE = ZoneInfo("America/Toronto")
YEAR = span(2026, ZONE)
FIRST = 20_454  # 2026-01-01, in days since 1970
NOON = YEAR.since + 12 * HOUR


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """An empty read model: only its row of pockets, all zeros, is there."""
    with empty_model(tmp_path) as opened:
        yield opened


def sell(connection: Connection, merchant: int, member: int, at: int, premium: int = 10) -> None:
    """Record a purchase in a batch of its own; each merchant has the till of its number."""
    batch = {"till": merchant, "first_sequence": at, "merchant": merchant, "premiums": premium}
    add(connection, models.Batch, **batch, operations=1, size=1, block_time=at)
    add(connection, models.Purchase, till=merchant, sequence=at, batch=at, merchant=merchant, member=member)


def test_the_year_is_the_community_s_own(connection: Connection) -> None:
    """New Year's Eve ends when it ends there, not in Greenwich."""
    sell(connection, 1, 9, YEAR.since - 1, 100)
    sell(connection, 1, 9, YEAR.since, 200)
    sell(connection, 1, 9, YEAR.until - 1, 300)
    sell(connection, 1, 9, YEAR.until, 400)
    assert read_year(connection, YEAR).premiums == 500


def test_premiums_wait_for_five_businesses_five_buyers_and_the_end_of_the_day(
    connection: Connection,
) -> None:
    """Two days of few are one period; today's sales are nobody's to read."""
    for merchant in range(1, 4):
        sell(connection, merchant, 100 + merchant, NOON + merchant)
    for merchant in range(3, 6):
        sell(connection, merchant, 100 + merchant, NOON + DAY + merchant)
    for merchant in range(1, 9):
        sell(connection, merchant, 200 + merchant, NOON + 2 * DAY + merchant)
    during, later = NOON + 2 * DAY, NOON + 3 * DAY
    first = Period(FIRST, FIRST + 1, 60)
    assert premium_periods(connection, YEAR, ZONE, during) == [first]
    assert premium_periods(connection, YEAR, ZONE, later) == [
        first,
        Period(FIRST + 2, FIRST + 2, 80),
    ]


def test_what_was_paid_to_fewer_than_five_is_not_told_apart(connection: Connection) -> None:
    """One retired member: its credit stands with what businesses were paid."""
    for number in range(1, 5):
        add(connection, money_models.Redemption, number=number, member=number, state=4)
        paid = {"bank_reference": number.to_bytes(32), "redemption": number, "amount": 7}
        add(connection, money_models.RedemptionPayment, **paid, block_time=NOON)
    assert not read_year(connection, YEAR).paid_out.apart
    add(connection, money_models.Redemption, number=5, member=5, state=4)
    paid = {"bank_reference": (5).to_bytes(32), "redemption": 5, "amount": 7, "block_time": NOON}
    add(connection, money_models.RedemptionPayment, **paid)
    found = read_year(connection, YEAR).paid_out
    assert (found.apart, found.to_members) == (True, 35)


def test_a_project_s_returns_are_not_spent(connection: Connection) -> None:
    """Of 100 released 60 are spent, and 15 of those come back, with their premium."""
    tranche = {"project": 1, "amount": 100, "state": TrancheState.RELEASED, "released_at": NOON}
    add(connection, ProjectTranche, **tranche)
    spending = {"invoice": bytes(31) + b"\1", "project": 1, "merchant": 2, "amount": 60, "premium": 4}
    add(connection, money_models.Spending, **spending, block_time=NOON)
    back = {"invoice": bytes(31) + b"\1", "amount": 15, "premium": 1, "block_time": NOON}
    add(connection, money_models.SpendingReturn, **back)
    found = read_year(connection, YEAR)
    assert found.projects == (OfProject(1, released=100, spent=45),)
    assert (found.first_premiums, found.project_premiums) == (3, 3)


def test_break_even_and_participation_are_of_what_was_recorded(connection: Connection) -> None:
    """Running costs against the part of the premiums that is theirs; people by fives."""
    for member in range(1, 13):
        add(connection, models.Member, number=member, balance=0 if member > 6 else 5)
        sell(connection, member, member if member < 11 else 0, NOON + member)
    payment = {"bank_reference": bytes(32), "amount": 24, "block_time": NOON}
    add(connection, money_models.OperatingPayment, **payment)
    found = public_figures(connection, YEAR)
    assert found.break_even == Ratio(12, 24)
    assert (found.participation, found.known_buyers) == (Ratio(5, 10), Ratio(10, 10))
    assert found.concentration is None


def test_the_largest_five_hide_among_ten(connection: Connection) -> None:
    """Nine businesses are too few."""
    for number in range(1, 10):
        add(connection, models.Merchant, number=number, premiums=100 * number)
    assert public_figures(connection, YEAR).concentration is None
    add(connection, models.Merchant, number=10, premiums=1_000)
    assert public_figures(connection, YEAR).concentration == Share(4_000, 5_500)
