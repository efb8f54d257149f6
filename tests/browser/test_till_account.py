"""A merchant's account on the till: the debits that the bank is asked for, and the statements on paper."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from endogene_token.office.scopes import StaffRole
from endogene_token.office.trail import changing
from endogene_token.store import writing
from endogene_token.treasury.collect import drafting, mandates
from endogene_token.treasury.collect.files import Office
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.statements.models import StatementLogo
from tests.api.bare_site import ACTOR
from tests.browser.till_shop import Shop, host, open_shop
from tests.town import BAKERY, GROCER, GROCER_TILL
from tests.unit.collect_desk import CANADA, DAY, NOW, OCTOBER, TODAY, TREASURER, closed, issued, mandate
from tests.unit.statement_sample import LOGO, MONTREAL

DUE = 100_000


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[Shop]:
    """October is issued: the bakery owes, the grocer is paid."""
    with open_shop(sqlite_url, tmp_path / "data", timezone="America/Toronto", currency="CAD") as opened:
        logo = StatementLogo(sha256=sha256(LOGO).digest(), svg=LOGO)
        statements = [issued(1, BAKERY, DUE), issued(2, GROCER, 0, awaiting=5_000)]
        with writing(opened.bare.engine) as connection, Session(connection) as session:
            session.add_all([logo, *closed(statements), host(GROCER, GROCER_TILL)])
            session.flush()
        yield opened


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    with shop.at(browser) as device:
        yield device.page


def debit(shop: Shop) -> None:
    """Draft October's debits, from accounts that have signed for them."""
    profile = BankProfile.model_validate({"canada": CANADA})
    office = Office(profile, shop.bare.secret, MONTREAL, "CAD")
    with changing(shop.bare.engine, ACTOR) as change:
        mandates.give(change, shop.bare.secret, mandate(BAKERY), TODAY)
        drafting.draft_debits(change, office, OCTOBER, DAY, TREASURER, noticed=None, now=NOW)


def test_a_planned_debit_is_told_with_its_day_and_its_account(page: Page, shop: Shop) -> None:
    """Before, what to transfer and what to name; then the day, the amount, the end of the account."""
    page.goto("/till/standing")
    expect(page.get_by_text("No debit is planned.")).to_be_visible()
    expect(page.get_by_text("Please transfer $1,000.00 and name 2026-000001.")).to_be_visible()
    debit(shop)
    page.goto("/till/standing")
    planned = page.get_by_role("region", name="Next debit")
    expect(planned.get_by_role("listitem")).to_contain_text("$1,000.00")
    expect(planned.get_by_role("listitem")).to_contain_text("November 20, 2026")
    expect(planned.get_by_role("listitem")).to_contain_text("from your account ending in 4321")
    expect(planned.get_by_text("Please transfer")).to_have_count(0)


def test_a_statement_is_a_paper_in_the_readers_language(page: Page) -> None:
    """As the link of its month gives it; nobody else may keep it."""
    page.goto("/till/standing")
    row = page.get_by_role("link", name="October 2026")
    expect(row).to_contain_text("$1,000.00")
    expect(row).to_contain_text("to pay")
    address = row.get_attribute("href") or ""
    told = {}
    for lang in ("en", "fr"):
        answer = page.request.get(f"{address}?lang={lang}")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.headers["content-disposition"] == 'inline; filename="2026-000001-2026-10.pdf"'
        assert answer.headers["cache-control"] == "no-store"
        told[lang] = answer.body()
    assert all(one.startswith(b"%PDF-") for one in told.values())
    assert told["en"] != told["fr"]


def test_nobody_else_reads_a_statement(shop: Shop, browser: Browser) -> None:
    """Another merchant has its own under the same month; the staff has none; a month of none is not there."""
    with shop.at(browser, merchant=GROCER) as grocer:
        answer = grocer.page.request.get("/till/standing/2026-10.pdf")
        assert 'filename="2026-000002-2026-10.pdf"' in answer.headers["content-disposition"]
        assert grocer.page.request.get("/till/standing/2026-09.pdf").status == 404
        grocer.page.goto("/till/standing")
        expect(grocer.page.get_by_role("link", name="October 2026")).to_contain_text("paid to you")
    with shop.at(browser, StaffRole.STAFF) as clerk:
        assert clerk.page.request.get("/till/standing/2026-10.pdf").status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_full_account_is_accessible_and_fits_a_small_phone(
    page: Page, shop: Shop, lang: str, scheme: Any
) -> None:
    """axe finds no violation; nothing moves sideways at 360 px."""
    debit(shop)
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"/till/standing?lang={lang}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
