"""A business in the office: by the name over its door, with the number by which the office acts on it."""

from collections.abc import Iterator

import pytest

from endogene_token.office import business_names
from endogene_token.office.scopes import StaffRole
from endogene_token.office.trail import COMMAND_LINE, changing
from tests.api.staff_house import House
from tests.browser.office_house import OPEN_RUN, furnished, logged_in, read
from tests.town import BAKERY, GROCER

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
