"""A business in the office: by the name over its door, with the number by which the office acts on it."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from endogene_token.indexer.models import Purchase
from endogene_token.office import business_names
from endogene_token.office.scopes import StaffRole
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.reasons import RefusalReason
from endogene_token.store import writing
from tests.api.staff_house import House
from tests.browser.office_house import OPEN_RUN, blank, furnished, logged_in, read
from tests.town import ALICE, BAKERY, BAKERY_TILL, GROCER

NAME = "Au Pain doré"
PAGES = ("/office/arrears", "/office/exceptions", f"/office/runs/{OPEN_RUN}", "/office/mandates")


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        yield opened


def test_the_office_names_a_business_and_tells_its_number(house: House) -> None:
    """Where money is late, asked for, and where mandates are; one that told no name is told by its number."""
    treasurer = logged_in(house, StaffRole.TREASURER)
    for merchant in (BAKERY, GROCER):
        assert f"Merchant no. {merchant}" in read(treasurer, PAGES[2]).text
    with changing(house.bare.engine, COMMAND_LINE) as change:
        business_names.keep(change, BAKERY, NAME)
        business_names.keep(change, GROCER, "Épicerie")
    for page in PAGES:
        assert f"{NAME} (no. {BAKERY})" in read(treasurer, page).text, page
    assert f"transfer of Épicerie (no. {GROCER})" in read(treasurer, "/office/bank").text


def test_a_purchase_that_was_not_taken_is_seen_at_the_desk_with_its_reason(house: House) -> None:
    """It is the very one that a member without a telephone asks about; its business has its name there."""
    with changing(house.bare.engine, COMMAND_LINE) as change:
        business_names.keep(change, BAKERY, NAME)
    sale = {"till": BAKERY_TILL, "sequence": 999, "merchant": BAKERY, "member": ALICE, "day": 20_780}
    with writing(house.bare.engine) as connection, Session(connection) as session:
        session.add(blank(Purchase, **sale, amount=7_771, reason=RefusalReason.OVER_TILL_CAP))
        session.flush()
    page = read(logged_in(house, StaffRole.AUDITOR), f"/office/members/{ALICE}").text
    assert f"{NAME} (no. {BAKERY})" in page
    row = page[page.rindex("<tr", 0, page.index("77.71")) : page.index("77.71")]
    assert "Not taken" in row
    assert "passes the cap of the till" in row
