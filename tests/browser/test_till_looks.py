"""Every page of the till, also those between two others: axe, small phones, thumbs; the reader's language."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from endogene_token.store import writing
from tests.browser.till_shop import Shop, host
from tests.town import BAKERY, GROCER

CSV = "facture;date;total\nA-1;2026-11-20 17:42;42,75\nA-2;2026-11-20;douze\n"
SMALL = """[...document.querySelectorAll("a, button, input, select, summary")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.height > 0 && box.height < 44 && getComputedStyle(one).display !== "inline";
}).map((one) => one.outerHTML.slice(0, 80))"""
"""What is too low for a thumb; a link within a sentence is as high as its line."""
KEPT_IN_FRENCH = """async () => {
  const kept = await Promise.all(["/till", "/till/offline"].map((path) => caches.match(path)));
  const texts = await Promise.all(kept.map((answer) => answer.text()));
  return texts.every((text) => text.includes('<html lang="fr'));
}"""


def pages_between(page: Page, shop: Shop) -> Iterator[str]:
    """Go through the pages that have no address of their own, and tell where one is."""
    page.goto("/till/people")
    page.locator("#name").fill("Léa Caron")
    page.locator("main form .button").first.click()
    expect(page.locator(".code")).to_be_visible()
    yield "invited"
    page.goto("/till/files")
    given: Any = {"name": "sales.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.locator("#file").set_input_files(given)
    page.locator("main form .button").click()
    expect(page.locator("#receipt")).to_be_visible()
    yield "preview"
    page.locator("button[value=take]").click()
    expect(page.locator("a[href$='refused.csv']")).to_be_visible()
    yield "taken"
    with writing(shop.bare.engine) as connection, Session(connection) as session:
        session.add(host(BAKERY, 3))
        session.flush()
    for path in ("/till?choose=1", "/till/offline", "/till/files", "/till/today/999", "/till/nothing"):
        page.goto(path)
        yield path


def check(page: Page, where: str) -> None:
    """Hold what is shown to what every page keeps."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, where
    assert page.evaluate(SMALL) == [], where
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"


@pytest.mark.parametrize(("lang", "scheme"), [("fr-CA", "dark"), ("en-CA", "light")])
def test_every_page_can_be_read_and_touched(browser: Browser, shop: Shop, lang: str, scheme: Any) -> None:
    """Those of every day are looked at in all schemes elsewhere."""
    view: Any = {"width": 360, "height": 740}
    options = {"locale": lang, "color_scheme": scheme, "viewport": view}
    with shop.at(browser, **options) as device:
        for where in ("/till", "/till/today", "/till/standing", "/till/people"):
            device.page.goto(where)
            check(device.page, where)
        for where in pages_between(device.page, shop):
            check(device.page, where)
    with shop.at(browser, merchant=GROCER, **options) as device:
        check(device.page, "unhosted")


def test_who_changes_the_language_goes_on_in_it_without_network(browser: Browser, shop: Shop) -> None:
    """What the device keeps is kept anew, the page for no connection, too."""
    with shop.at(browser) as device:
        page = device.page
        page.goto("/till")
        assert page.evaluate("navigator.serviceWorker.ready.then(() => caches.match('/till')).then(Boolean)")
        page.reload()
        page.get_by_role("link", name="Français").click()
        expect(page.get_by_role("heading", name="Enregistrer une vente")).to_be_attached()
        page.wait_for_function(KEPT_IN_FRENCH)
        page.context.set_offline(True)
        for path in ("/till", "/till/today"):
            page.goto(path)
            expect(page.locator("html")).to_have_attribute("lang", re.compile("^fr"))
