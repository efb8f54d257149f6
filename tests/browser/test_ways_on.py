"""What is shown once stays, what was typed is not lost in vain, and a page that refuses says where to go."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.office.places import DESK
from endogene_token.office.scopes import StaffRole
from tests.api.staff_house import House
from tests.browser.office_house import at_desk, furnished, logged_in
from tests.town import ALICE


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        yield opened


@pytest.fixture
def registrar(browser: Browser, house: House) -> Iterator[Page]:
    """The registrar, at the desk's machine."""
    with at_desk(browser, house, logged_in(house, StaffRole.REGISTRAR), locale="en-CA") as context:
        yield context.new_page()


def test_a_code_that_is_shown_once_offers_no_link_that_would_lose_it(registrar: Page) -> None:
    """A card's number is the answer to a form: in the other language there is none."""
    language = registrar.get_by_role("navigation", name="Language")
    registrar.goto(f"{DESK.path}/{ALICE}")
    expect(language).to_be_visible()
    registrar.get_by_role("button", name="Issue a card").click()
    expect(registrar.locator(".code")).to_be_visible()
    expect(language).to_have_count(0)
    registrar.get_by_role("link", name="Done").click()
    language.get_by_role("link", name="Français").click()
    expect(registrar.get_by_role("heading", name=f"Membre {ALICE}")).to_be_visible()
