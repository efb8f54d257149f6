"""The pack for the annual meeting: the figures of the public pages, and none beside them."""

import re
import time
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from api.pages.office import annual
from endogene_token.indexer.models import Batch, Reversal
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
