"""Tables on a phone: read downwards, nothing moved sideways, each cell with the words of its column."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser

from endogene_token.office.scopes import StaffRole
from tests.api.staff_house import House
from tests.browser.office_house import at_desk, furnished, logged_in
from tests.browser.test_query_counts import FEW, add
from tests.town import ALICE

PHONE = {"width": 390, "height": 844}
MOVED = "[...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth).length"
LABELLED = (
    "[...document.querySelectorAll('.stacked td:not(:empty)')]"
    ".every(one => getComputedStyle(one, '::before').content.includes(one.dataset.label))"
)

TABLES = (
    *("/office/money", "/office/trail", f"/office/projects/{FEW[0]}", f"/office/members/{ALICE}"),
    "/projects?view=map",
)


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        add(opened, FEW)
        yield opened


@pytest.mark.parametrize("path", TABLES)
def test_a_table_is_read_downwards_on_a_phone(browser: Browser, house: House, path: str) -> None:
    """It stays a table for who hears it: rows, and cells under the heads of their columns."""
    context = at_desk(browser, house, logged_in(house, StaffRole.AUDITOR), viewport=PHONE)
    try:
        page = context.new_page()
        page.goto(path)
        assert page.evaluate(MOVED) == 0
        assert page.evaluate(LABELLED)
        tables = page.get_by_role("table").filter(has=page.get_by_role("columnheader"))
        assert tables.count() == page.locator(".stacked").count() > 0
        assert tables.first.get_by_role("row").count() > 1
        assert Axe().run(page).response["violations"] == []
    finally:
        context.close()
