"""Killed at any numbered point, the relay of members' acts goes on: nothing lost, nothing done twice."""

import signal
from collections.abc import Iterator

import pytest
from eth_hash.auto import keccak

from endogene_token.chain.currency import Currency
from endogene_token.member_acts import AskingCash, Drafting
from tests.deed_work import Deed, work
from tests.node.member_relay import EASY, Deeds, funded, money_town
from tests.node.money import Money
from tests.node.relay_kills import killed_work, points
from tests.town import BAKERY, database

TEXT = keccak(b"Une serre")
POINTS = points("deeds")


@pytest.fixture(scope="module")
def money() -> Iterator[Money]:
    with money_town() as opened:
        opened.spend(funded(opened, 50_000), 0, BAKERY, 50_000)
        yield opened


@pytest.fixture
def deeds(money: Money, sqlite_url: str) -> Iterator[Deeds]:
    engine = database(sqlite_url)
    yield Deeds(money, engine)
    engine.dispose()


def prepared(deeds: Deeds) -> list[Deed]:
    """Return two drafts that say the same, and a request of cash."""
    applicant = deeds.money.applicant
    signed = [deeds.signed(applicant, EASY, Drafting(TEXT), ahead=n) for n in range(2)]
    signed.append(deeds.signed(BAKERY, BAKERY, AskingCash(10)))
    return [Deed.of(one, deeds.nonce(one.act.member, one.act.content)) for one in signed]


def test_the_relay_of_members_acts_has_a_crash_point_at_every_boundary() -> None:
    """Written by the API; sent, mined and marked by the relay."""
    assert POINTS == ["deeds.enqueued", "deeds.marked", "deeds.mined", "deeds.sent"]


@pytest.mark.parametrize("point", [*POINTS, "deeds.enqueued:2", "deeds.sent:2", "deeds.marked:3"])
def test_killed_there_and_started_again_everything_is_done_once(deeds: Deeds, point: str) -> None:
    """The member sends again what was not answered; the relay goes on from the chain."""
    money, currency = deeds.money, Currency(deeds.money.votes.town.ledger)
    given, before = prepared(deeds), (money.projects.count(), currency.request_count())
    assert (
        killed_work("tests.deed_work", deeds.money.votes.town, deeds.engine, point, given) == -signal.SIGKILL
    )
    receipts = work(deeds.engine, money.votes.town, given)
    rows = [deeds.found(one) for one in receipts]
    assert [one.state for one in rows] == ["done"] * 3
    assert all(one.transaction for one in rows)
    projects, requests = money.projects.count(), currency.request_count()
    assert (projects, requests) == (before[0] + 2, before[1] + 1)
    assert [one.number for one in rows] == [projects - 1, projects, requests]
