"""The till on a bad network: what is on its way, and what is lost on it.

No worker here: while one takes over, `page.route` does not see what the page sends.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.till_shop import Shop, arrive, open_shop


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(sqlite_url, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    with shop.at(browser, service_workers="block") as opened:
        yield opened.page


def test_a_sale_on_its_way_stays_as_it_was_told(page: Page, shop: Shop) -> None:
    """While the answer is awaited, neither keys nor a card nor a second press change what is recorded."""
    page.goto("/till")
    held: list[Any] = []
    page.route("**/till/sales", lambda route: held.append(route))  # noqa: PLW0108  it marks what it is given
    page.keyboard.type("2450")
    record = page.get_by_role("button", name="Record", exact=True)
    record.click()
    expect(record).to_be_disabled()
    page.keyboard.type("9")
    expect(record).to_be_disabled()
    expect(page.get_by_label("Member’s card or telephone")).to_have_attribute("readonly", "")
    expect(page.get_by_label("Amount of the sale")).to_have_value(re.compile("24.50"))
    while not held:
        page.wait_for_timeout(20)
    [route] = held
    route.continue_()
    expect(page.get_by_role("heading", name="Sale recorded")).to_be_visible()
    page.unroute("**/till/sales")
    assert [(one.amount, one.member) for one in shop.sales()] == [(2450, 0)]


def test_a_sale_whose_answer_was_lost_is_kept_once(page: Page, shop: Shop) -> None:
    """The service took it, the connection broke: it is sent again under its number, and met again."""
    page.goto("/till")

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/till/sales", lose)
    page.keyboard.type("777")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("heading", name="Sale kept on this device")).to_be_visible()
    page.unroute("**/till/sales")
    page.goto("/till")
    arrive(page, shop, 777)
