"""Killed at any numbered point, the relay of members' acts goes on: nothing lost, nothing done twice."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from eth_hash.auto import keccak

from endogene_token.chain.currency import Currency
from endogene_token.crash import VARIABLE
from endogene_token.member_acts import AskingCash, Drafting
from tests.deed_work import Deed, work
from tests.node.member_relay import EASY, Deeds, funded, money_town
from tests.node.money import Money
from tests.town import BAKERY, database
from tests.unit.source_tree import ROOT, files

TEXT = keccak(b"Une serre")


def points() -> list[str]:
    """Return every crash point of the relay of members' acts, from its source."""
    text = "\n".join(path.read_text() for path in files("py/endogene_token/relay", suffix=".py"))
    return sorted(set(re.findall(r'crash\.point\("(deeds\.[a-z-]+)"\)', text)))


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


def killed_work(deeds: Deeds, given: list[Deed], community: Path, crash_at: str) -> int:
    """Do the work in another process, which is killed; return how it ended."""
    town = deeds.money.votes.town
    town.community.save(community)
    url = deeds.engine.url.render_as_string(hide_password=False)
    environment = {"PYTHONPATH": f"{ROOT / 'py'}:{ROOT}", VARIABLE: crash_at}
    arguments = [url, town.rpc.urls[0], str(community), msgspec.json.encode(given).decode()]
    command = [sys.executable, "-m", "tests.deed_work", *arguments]
    return subprocess.run(command, env=environment, check=False, timeout=60).returncode


def test_the_relay_of_members_acts_has_a_crash_point_at_every_boundary() -> None:
    """Written by the API; sent, mined and marked by the relay."""
    assert points() == ["deeds.enqueued", "deeds.marked", "deeds.mined", "deeds.sent"]


@pytest.mark.parametrize("point", [*points(), "deeds.enqueued:2", "deeds.sent:2", "deeds.marked:3"])
def test_killed_there_and_started_again_everything_is_done_once(
    deeds: Deeds, tmp_path: Path, point: str
) -> None:
    """The member sends again what was not answered; the relay goes on from the chain."""
    money, currency = deeds.money, Currency(deeds.money.votes.town.ledger)
    given, before = prepared(deeds), (money.projects.count(), currency.request_count())
    assert killed_work(deeds, given, tmp_path / "community.json", point) == -signal.SIGKILL
    receipts = work(deeds.engine, money.votes.town, given)
    rows = [deeds.found(one) for one in receipts]
    assert [one.state for one in rows] == ["done"] * 3
    assert all(one.transaction for one in rows)
    projects, requests = money.projects.count(), currency.request_count()
    assert (projects, requests) == (before[0] + 2, before[1] + 1)
    assert [one.number for one in rows] == [projects - 1, projects, requests]
