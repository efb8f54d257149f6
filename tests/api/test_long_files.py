"""Long files of sales, as programs are told of them: in the list of files, and in how the service stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import Session

from api.hosted import filing_of
from api.sellers import buyers_of
from endogene_token.office.scopes import Mode
from endogene_token.sales import HostedTill, SaleUpload
from endogene_token.sales.backlog import give_up
from endogene_token.sales.csv_upload import Columns
from endogene_token.sales.deliveries import Desk
from endogene_token.sales.filing import begin
from endogene_token.sales.models import SaleUnfinished, TillState
from endogene_token.store import writing
from tests.api.bare_site import ACTOR, Bare, bare_site
from tests.town import BAKERY, BAKERY_TILL, FOREVER

CSV = b"facture;date;total\nA-1;2026-11-20 17:42;42,75\nA-2;2026-11-20;douze\n"


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Bare]:
    """A service whose bakery has a hosted till."""
    with bare_site(database_url, data_dir=tmp_path / "data") as opened:
        with writing(opened.engine) as connection, Session(connection) as session:
            till: dict[str, Any] = {"number": BAKERY_TILL, "till": BAKERY_TILL, "keystore": "{}"}
            session.add(HostedTill(address="0x" + "11" * 20, merchant=BAKERY, state=TillState.OPEN, **till))
            session.flush()
        yield opened


def begun(shop: Bare) -> int:
    """Bring a file of two lines; return the number of its upload."""
    services = shop.app.state.services
    buyers = buyers_of(services, f"merchant:{BAKERY}", Mode.LIVE)
    desk = Desk(shop.engine, BAKERY, BAKERY_TILL, ZoneInfo("America/Toronto"), "csv", buyers, ACTOR)
    return begin(desk, services.secret(), CSV, Columns(), 2)


def test_a_long_file_in_the_list_says_how_many_lines_are_left(shop: Bare) -> None:
    """While it is under way, when it is whole, and when it was given up: each is told from the others."""
    token = shop.key()

    def listed() -> list[tuple[int, bool]]:
        items = shop.ask("GET", "/v1/uploads", token).json()["items"]
        return [(one["left"], one["is_under_way"]) for one in items]

    begun(shop)
    assert listed() == [(2, True)]
    assert filing_of(shop.app.state.services).step()
    assert listed() == [(0, False)]
    second = begun(shop)
    with writing(shop.engine) as connection, Session(connection) as session:
        give_up(session, session.get_one(SaleUpload, second), ACTOR)
    assert listed() == [(0, False), (2, False)]


def test_health_tells_the_lines_that_wait_and_those_that_cannot_be_taken_now(shop: Bare) -> None:
    """Held: until the hour turns, or while every try fails. Nothing of a file that is whole."""

    def told() -> tuple[int, int]:
        health = shop.client.get("/v1/health").json()
        return health["lines_waiting"], health["lines_held"]

    assert told() == (0, 0)
    begun(shop)
    assert told() == (2, 0)
    for held in ({"waits_until": FOREVER}, {"waits_until": 1, "failing_since": 1}):
        with writing(shop.engine) as connection:
            connection.execute(update(SaleUnfinished).values(**held))
        assert told() == (2, 2)
    assert filing_of(shop.app.state.services).step()
    assert told() == (0, 0)
