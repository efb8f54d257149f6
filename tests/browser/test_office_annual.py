"""The pack for the annual meeting: the figures of the public pages, and none beside them."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from api.pages.office import annual
from endogene_token.indexer.models import Batch, Pockets, Reversal
from endogene_token.indexer.project_models import Project
from endogene_token.office.scopes import StaffRole
from endogene_token.reports.annual import Pack
from endogene_token.store import writing
from tests.api.staff_house import House
from tests.browser.office_house import blank, furnished, logged_in, read, sent, this_year
from tests.town import BAKERY


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        yield opened


@pytest.fixture
def packs(monkeypatch: pytest.MonkeyPatch) -> list[Pack]:
    """The packs that were asked for; none is drawn."""
    found: list[Pack] = []

    def kept(pack: Pack) -> bytes:
        found.append(pack)
        return b""

    monkeypatch.setattr(annual, "to_pdf", kept)
    return found


def test_the_year_of_the_pack_is_the_year_of_the_public_page(house: House, packs: list[Pack]) -> None:
    """Premiums and credits less those of refunds; purchases, members and businesses by fives."""
    now = int(time.time())
    sums = {"premiums": 1_904, "credits": 1_752, "operations": 95, "reserve": 57}
    back = {"amount": 4_250, "premium": 119, "credit": 109, "operations": 6, "reserve": 4}
    with writing(house.bare.engine) as connection, Session(connection) as session:
        session.add(blank(Batch, till=1, first_sequence=1, merchant=BAKERY, size=13, block_time=now, **sums))
        session.add(blank(Reversal, till=1, sequence=4, merchant=BAKERY, block_time=now, **back))
        session.flush()
    director, year = logged_in(house, StaffRole.DIRECTOR), this_year(now)
    assert sent(director, "/office/annual/pack", year=str(year)).status_code == 200
    told = dict(packs[0].sections[0].rows)
    assert told["Premiums on purchases"] == "$17.85"
    assert told["Credits of the year’s purchases, less those of refunds"] == "$16.43"
    assert told["Purchases recorded in the year"] == "at least 10"
    assert told["Members on the register today"].startswith("at least ")
    assert told["Member businesses today"] == "fewer than 5"
    page = re.sub(r"<[^>]+>", " ", read(director, f"/year/{year}?lang=en").text)
    for label, amount in packs[0].sections[0].rows[:6]:
        assert re.search(rf"{re.escape(label)}.{{0,80}}?\s{re.escape(amount)}\s", page, re.DOTALL), label


def test_the_pockets_of_the_year_that_lasts_are_those_of_today(house: House, packs: list[Pack]) -> None:
    """And those of the year before are what it left: here, nothing was sold in it."""
    now = int(time.time())
    with writing(house.bare.engine) as connection, Session(connection) as session:
        session.merge(blank(Pockets, only_row=1, cash=4_000, reserve=3_000, free=1_000))
        session.flush()
    director, year = logged_in(house, StaffRole.DIRECTOR), this_year(now)
    for one in (year, year - 1):
        assert sent(director, "/office/annual/pack", year=str(one)).status_code == 200
    lasting, past = (dict(one.sections[1].rows) for one in packs)
    assert (lasting["Cash at the bank"], past["Cash at the bank"]) == ("$40.00", "$0.00")
    assert packs[1].sections[1].note == f"As of December 31, {year - 1}"


def test_the_pack_tells_each_project_that_was_under_way_in_its_year(house: House, packs: list[Pack]) -> None:
    """Submitted long before or in it, over in it or since; not what was over before, nor what came after."""
    now = int(time.time())
    year = this_year(now) - 1
    before, within, after = (
        int(datetime(one, 6, 1, tzinfo=UTC).timestamp()) for one in range(year - 1, year + 2)
    )
    moments = {
        11: {"submitted_at": before},
        12: {"submitted_at": before, "completed_at": within},
        13: {"submitted_at": before, "closed_at": after},
        14: {"submitted_at": within, "closed_at": within},
        15: {"submitted_at": before, "completed_at": before},
        16: {"submitted_at": before, "closed_at": before},
        17: {"submitted_at": after},
        18: {},
    }
    with writing(house.bare.engine) as connection, Session(connection) as session:
        session.add_all(blank(Project, number=at, state=2, **one) for at, one in moments.items())
        session.flush()
    director = logged_in(house, StaffRole.DIRECTOR)
    assert sent(director, "/office/annual/pack", year=str(year)).status_code == 200
    told = [label.partition(" · ")[0] for label, _ in packs[0].sections[5].rows]
    assert [one for one in told if one > "Project 10"] == [f"Project {at}" for at in (11, 12, 13, 14)]


def june(year: int) -> int:
    return int(datetime(year, 6, 1, tzinfo=UTC).timestamp())
