"""The public page as a citizen sees it: in two languages, on a phone, on paper, without a mouse."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page

from endogene_token.money import format_money
from tests.site import Site

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1200, "height": 900}
HOLDS = ("cash", "premiums_receivable")
OWES = ("credits_outstanding", "merchant_prepayments", "reserve", "operations")


@pytest.fixture
def page(browser: Browser, page_site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=str(page_site.client.base_url), viewport=DESKTOP)  # type: ignore[arg-type]
    opened = context.new_page()
    yield opened
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_has_no_violation_of_accessibility(
    page: Page, lang: str, viewport: Any, scheme: Any
) -> None:
    """axe finds none: contrast, headings, landmarks, names, language."""
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"/?lang={lang}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_sees_a_violation_that_is_planted(page: Page) -> None:
    """The check above can fail."""
    page.goto("/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert Axe().run(page).violations_count > 0


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_nothing_is_wider_than_a_phone(page: Page, lang: str) -> None:
    """360 pixels: no sideways scrolling, in either language."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/?lang={lang}")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_amounts_are_the_funds_own(page: Page, page_site: Site, lang: str) -> None:
    """Both sides of the balance sheet, to the cent, as the language writes money."""
    fund = page_site.get("/v1/fund")
    page.goto(f"/?lang={lang}")
    shown = page.locator(".sheet .amount").all_text_contents()
    assert shown == [format_money(int(fund[name]), "CAD", lang) for name in (*HOLDS, *OWES)]
    total = format_money(sum(int(fund[name]) for name in HOLDS), "CAD", lang)
    assert page.locator(".total").text_content() == total
    assert set(page.locator(".sheet .sum").all_text_contents()) == {total}


def test_both_bars_are_filled_to_the_same_length(page: Page) -> None:
    """Where the money is equals whom it is owed to, and the eye sees it."""
    page.goto("/")
    widths = [
        sum(int(one.get_attribute("width") or 0) for one in bar.locator("rect:not(.ground)").all())
        for bar in page.locator("svg.bar").all()
    ]
    assert widths == [1_000, 1_000]


def test_the_language_follows_the_browser_and_a_link_changes_it(browser: Browser, page_site: Site) -> None:
    """French first; a browser in English gets English; one click goes to the other."""
    for locale, first, second in (("fr-CA", "fr-CA", "en-CA"), ("en-GB", "en-CA", "fr-CA")):
        context = browser.new_context(base_url=str(page_site.client.base_url), locale=locale)
        page = context.new_page()
        page.goto("/")
        assert page.locator("html").get_attribute("lang") == first
        page.locator("nav a[hreflang]").click()
        assert page.locator("html").get_attribute("lang") == second
        context.close()


def test_the_page_loads_nothing_from_elsewhere_and_no_script(page: Page, page_site: Site) -> None:
    """No CDN, no tracker, no JavaScript, and no error in the console."""
    requested: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/", wait_until="networkidle")
    base = str(page_site.client.base_url)
    assert [url for url in requested if not url.startswith(base)] == []
    assert (complaints, page.locator("script").count()) == ([], 0)


def test_the_keyboard_reaches_everything_in_order(page: Page) -> None:
    """The first stop skips to the content; every stop is a link with a visible name."""
    page.goto("/?lang=fr")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/"
    for _ in range(7):  # the six pages, then the language
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "English"


def test_the_page_names_no_member(page: Page, page_site: Site) -> None:
    """Sums only: neither a member's number, nor its address, nor a merchant's or a till's."""
    page.goto("/?lang=en")
    text = page.locator("body").inner_text()
    people = [*page_site.town.members.values(), *page_site.town.tills.values()]
    assert [one.address for one in people if one.address.lower() in text.lower()] == []
    assert re.findall(r"(?i)\b(member|merchant|till)\s+\d", text) == []


def test_the_page_prints(page: Page) -> None:
    """On paper: one sheet of figures, without the links to languages."""
    page.goto("/")
    page.emulate_media(media="print")
    assert [one.is_hidden() for one in page.locator("nav").all()] == [True, True]
    assert page.pdf().startswith(b"%PDF")
