"""People log in on our own pages: with a code once, then with their device, in their language."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, Route, expect

from tests.api.bare_site import Bare
from tests.browser.devices import Device, device_of, localhost_site
from tests.browser.test_login import invited

PAGES = ("/enter?", "/join?", "/enter?to=/office/runs&own=/till&")


@pytest.fixture
def bare(sqlite_url: str) -> Iterator[Bare]:
    with localhost_site(sqlite_url) as opened:
        yield opened


@pytest.fixture
def device(browser: Browser, bare: Bare) -> Iterator[Device]:
    with device_of(browser, bare.url, locale="fr-CA") as opened:
        yield opened


@pytest.fixture
def page(device: Device) -> Page:
    return device.page


def join(page: Page, bare: Bare) -> None:
    """Make an owner's passkey, and log in with it."""
    page.goto(f"/join#{invited(bare)}")
    assert "#" not in page.url
    page.get_by_role("button").click()
    page.wait_for_url("**/till")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_the_pages_have_no_violation_of_accessibility(page: Page, path: str, lang: str, scheme: Any) -> None:
    """axe finds none, on a phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{path}lang={lang}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_code_makes_a_passkey_that_logs_in_from_then_on(page: Page, bare: Bare) -> None:
    """The link carries the code behind its #; an owner ends at the till, today and the next time."""
    join(page, bare)
    page.context.clear_cookies()
    page.goto("/enter")
    page.get_by_role("button").click()
    page.wait_for_url("**/till")
    assert [one["name"] for one in page.context.cookies()] == ["endogene"]


def test_who_makes_a_passkey_and_does_not_log_in_at_once_is_asked_for_that_alone(
    page: Page, device: Device, bare: Bare
) -> None:
    """The code is spent: it is not asked for anew, and nobody is told that nothing was changed."""
    page.goto(f"/join?lang=en#{invited(bare)}")

    def dismissed(route: Route) -> None:
        device.forget_its_holder()
        route.continue_()

    page.route("**/v1/sessions/options", dismissed)
    button = page.get_by_role("button", name="Make it on this device")
    button.click()
    expect(page.get_by_role("alert")).to_have_text("Your passkey is made. Press again to log in with it.")
    page.unroute("**/v1/sessions/options")
    device.know_its_holder()
    button.click()
    page.wait_for_url("**/till")


@pytest.mark.parametrize("is_typed", [False, True])
def test_a_code_goes_along_into_the_other_language(page: Page, bare: Bare, is_typed: bool) -> None:
    """From a link or typed, and never to the service but to be used."""
    code, sent = invited(bare), list[str]()
    page.on("request", lambda one: sent.append(one.url))
    page.goto("/join?lang=fr" if is_typed else f"/join?lang=fr#{code}")
    if is_typed:
        page.get_by_label("Le code que vous avez reçu").fill(code)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_label("The code that you were given")).to_have_value(code)
    assert not any(code in one for one in (page.url, *sent))
    page.get_by_role("button", name="Make it on this device").click()
    page.wait_for_url("**/till")


@pytest.mark.parametrize("to", ["/office", "/wallet/votes", "/till/files"])
def test_who_logs_in_comes_to_a_page_that_the_login_opens(page: Page, bare: Bare, to: str) -> None:
    """An owner who was going to another door is at the till, not before the same question again."""
    join(page, bare)
    page.context.clear_cookies()
    page.goto(f"/enter?to={to}")
    page.get_by_role("button").click()
    page.wait_for_url("**/till/files" if to == "/till/files" else "**/till")


def test_a_wrong_code_is_explained_in_the_page_s_language(page: Page) -> None:
    """Nothing is asked of the device; the button can be pressed again."""
    page.goto("/join?lang=fr")
    page.get_by_label("Le code que vous avez reçu").fill("AAAAA-AAAAA-AAAAA-AAAAA")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("personne n’a créé ce code")
    expect(page.get_by_role("button")).to_be_enabled()


def test_a_device_without_the_passkey_is_told_so(page: Page, device: Device) -> None:
    """The browser's own refusal, in our words."""
    device.forget_its_holder()
    page.goto("/enter?lang=en")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("Your device did not confirm it")


def test_an_answer_that_is_none_of_the_service_is_no_refusal_of_the_device(page: Page, bare: Bare) -> None:
    """As of a proxy whose service is gone; the focus stays, and a second press meanwhile asks for nothing."""
    join(page, bare)
    page.goto("/enter?lang=en")
    held: list[Route] = []
    page.route("**/v1/sessions", lambda route: held.append(route))  # noqa: PLW0108  it marks what it is given
    button = page.get_by_role("button", name="Log in")
    button.focus()
    with page.expect_request("**/v1/sessions"):
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(button).to_be_disabled()
    expect(button).to_be_focused()
    [route] = held
    route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer")
    expect(button).to_be_enabled()
    expect(button).to_be_focused()
    assert len(held) == 1


def test_without_a_connection_the_page_says_so(page: Page) -> None:
    """And can be tried again when it is back."""
    page.goto("/enter?lang=en")
    page.context.set_offline(True)
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer")
    expect(page.get_by_role("button")).to_be_enabled()


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/till", "/v1/keys", "/till/../x"]
)
def test_nobody_is_sent_to_a_page_that_is_not_ours(bare: Bare, elsewhere: str) -> None:
    """`to` names a page behind a door, or nothing."""
    assert bare.client.get("/enter", params={"to": elsewhere}).status_code == 422
