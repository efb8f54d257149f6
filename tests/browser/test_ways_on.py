"""What is shown once stays, what was typed is not lost in vain, and a page that refuses says where to go."""

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, Route, expect

from api.pages.office.places import (
    ARREARS,
    BUSINESSES,
    DESK,
    EXCEPTIONS,
    HOME,
    MANDATES,
    RUNS,
    STAFF,
    VOTES,
)
from endogene_token.office.scopes import StaffRole
from endogene_token.office.sessions import FRESH_SECONDS
from endogene_token.office.staff_models import OfficeSession
from tests.api.staff_house import House
from tests.browser.office_house import at_desk, entered, furnished, logged_in
from tests.town import ALICE, BAKERY

TYPED = "main form[method=post] :is(input:not([type=hidden]), select, textarea)"
SHOW = "Show your passkey first"
FORMS = {
    StaffRole.REGISTRAR: (
        *(f"{DESK.path}/{ALICE}", f"{DESK.path}/{ALICE}/missing"),
        *(ARREARS.path, BUSINESSES.path, STAFF.path),
    ),
    StaffRole.TREASURER: (
        *(MANDATES.path, ARREARS.path, EXCEPTIONS.path, RUNS.path),
        *("/office/bank", "/office/bank/import"),
    ),
}
"""The pages on which something is typed that needs a login of the last ten minutes."""
FIGURES = {
    StaffRole.DIRECTOR: (f"{VOTES.path}/1", "**/counts*", "13 of 49 have voted"),
    StaffRole.MEMBER: ("/wallet", "**/wallet/today*", "Your community credits"),
}
"""The figures that ask for themselves anew: their page, its requests, what it shows."""


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


@pytest.mark.parametrize("role", FORMS)
def test_a_field_is_shown_to_nobody_whose_login_is_too_old_for_it(
    browser: Browser, house: House, role: StaffRole
) -> None:
    """Showing the passkey empties the page: it is asked for where the fields were, before they are filled."""
    with at_desk(browser, house, logged_in(house, role), locale="en-CA") as context:
        page = context.new_page()
        for path in FORMS[role]:
            page.goto(path)
            assert page.locator(TYPED).count() > 0, path
            expect(page.get_by_role("link", name=SHOW)).to_have_count(0)
        grow_old(house)
        for path in FORMS[role]:
            page.goto(path)
            assert page.locator(TYPED).count() == 0, path
            page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
            link = page.get_by_role("link", name=SHOW).first
            expect(link).to_have_attribute("href", f"/enter?to={path}")


def grow_old(house: House) -> None:
    """Have every passkey be shown too long ago for an act."""
    house.moved(OfficeSession, confirmed_at=int(time.time()) - FRESH_SECONDS - 60)


def test_a_login_that_grew_too_old_meanwhile_is_told_with_the_way_on(registrar: Page, house: House) -> None:
    """In minutes, and with a button that leads back to the form."""
    registrar.goto(STAFF.path)
    registrar.get_by_label("Name").fill("Hélène Roy")
    registrar.get_by_label("Number of the business or member").fill(str(BAKERY))
    grow_old(house)
    registrar.get_by_role("button", name="Invite").click()
    alert = registrar.get_by_role("alert")
    expect(alert).to_contain_text("You showed your passkey more than 10 minutes ago.")
    expect(alert).not_to_contain_text("seconds")
    registrar.get_by_role("link", name="Show my passkey").click()
    registrar.wait_for_url(f"**/enter?to={STAFF.path}")


def test_who_types_when_the_login_grows_too_old_shows_the_passkey_beside_and_loses_nothing(
    registrar: Page, house: House
) -> None:
    """It is said when it comes, not after the press; the other tab has the same session."""
    registrar.clock.install(time=time.time())
    registrar.goto(STAFF.path)
    note = registrar.locator(".lapse")
    registrar.get_by_label("Name").fill("Hélène Roy")
    registrar.get_by_label("Number of the business or member").fill(str(BAKERY))
    registrar.clock.fast_forward((FRESH_SECONDS - 30) * 1000)
    expect(note.get_by_role("link")).to_have_count(0)
    registrar.clock.fast_forward(60_000)
    expect(note).to_contain_text("It has been some minutes")
    expect(note.get_by_role("link")).to_be_in_viewport()
    for scheme in ("light", "dark"):
        registrar.emulate_media(color_scheme=scheme)
        assert (found := Axe().run(registrar)).violations_count == 0, found.generate_report()
    grow_old(house)
    with registrar.expect_popup() as opened:
        note.get_by_role("link").click()
    opened.value.wait_for_url(f"**/enter?to={STAFF.path}")
    house.moved(OfficeSession, confirmed_at=int(time.time()))  # as a login does: this device has no passkey
    registrar.get_by_role("button", name="Invite").click()
    expect(registrar.locator(".code")).to_be_visible()
    expect(registrar.get_by_role("main")).to_contain_text("Hélène Roy")


def test_a_page_on_which_nothing_is_typed_says_nothing_of_it(registrar: Page) -> None:
    """Its buttons lead to the login by themselves."""
    registrar.clock.install(time=time.time())
    registrar.goto(HOME.path)
    registrar.clock.fast_forward(2 * FRESH_SECONDS * 1000)
    expect(registrar.locator(".lapse")).to_be_attached()
    expect(registrar.locator(".lapse p")).to_be_hidden()


def test_a_ceremony_for_which_the_login_grew_too_old_leads_to_another(registrar: Page, house: House) -> None:
    """And from there back to its page; the member's key is asked for nothing before."""
    path = f"{DESK.path}/{ALICE}/key"
    registrar.goto(path)
    grow_old(house)
    registrar.get_by_role("button", name="Register the key").click()
    registrar.wait_for_url(f"**/enter?to={path}")


def test_a_refused_form_leads_back_to_its_page(registrar: Page) -> None:
    """A number that nobody has, at the desk."""
    registrar.goto(DESK.path)
    registrar.locator("main form input").fill("99999")
    registrar.keyboard.press("Enter")
    expect(registrar.get_by_role("alert")).to_contain_text("99999")
    registrar.get_by_role("link", name="Back to the page before").click()
    registrar.wait_for_url(f"**{DESK.path}")


def test_a_page_that_is_none_leads_back_to_where_one_stood_and_never_to_itself(registrar: Page) -> None:
    """Of an address that was typed, nothing is known before it."""
    back = registrar.get_by_role("link", name="Back to the page before")
    registrar.goto(HOME.path)
    registrar.evaluate("location.assign('/office/nowhere')")
    expect(back).to_have_attribute("href", HOME.path)
    registrar.get_by_role("link", name="Français").click()
    expect(registrar.locator("html")).to_have_attribute("lang", "fr-CA")
    expect(registrar.locator("main a")).to_have_count(1)


def test_who_is_logged_in_as_somebody_else_is_told_so(registrar: Page, house: House) -> None:
    """The treasurer's page asks the registrar for another login, and says why; an old login is no other."""
    told = registrar.get_by_text("Your login does not open this page.")
    registrar.goto(MANDATES.path)
    expect(told).to_be_visible()
    registrar.get_by_role("link", name="To my first page").click()
    registrar.wait_for_url(f"**{HOME.path}")
    grow_old(house)
    registrar.goto(STAFF.path)
    registrar.get_by_role("link", name=SHOW).first.click()
    expect(registrar.get_by_role("button", name="Log in")).to_be_visible()
    expect(told).to_have_count(0)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("role", FIGURES)
def test_figures_stay_while_the_service_does_not_answer(
    browser: Browser, house: House, role: StaffRole, status: int
) -> None:
    """It is told beside them, once and calmly, and no more when it answers again."""
    path, part, shown = FIGURES[role]
    device = entered(house, role, member=ALICE)
    with at_desk(browser, house, device, locale="en-CA", service_workers="block") as context:
        page = context.new_page()
        page.goto(path)
        note = page.get_by_text("These figures are of before")

        def refused(route: Route) -> None:
            told = route.fetch(url=f"{house.bare.url}/nowhere")
            route.fulfill(response=told, status=status)

        page.route(part, refused)
        for _ in range(2):  # at the second, what came of the first is in the page
            with page.expect_response(part):
                pass
        expect(note).to_be_visible()
        assert page.get_by_role("alert").count() == 0
        expect(page.locator("main")).to_contain_text(shown)
        page.unroute(part)
        expect(note).to_be_hidden()
