"""The treasurer's papers: statements of the bank, mandates, and the pack that goes to the meeting."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, func, select

from api.pages.office import annual
from endogene_token.office.models import OfficeTrail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import OfficeSession
from endogene_token.reports.annual import Pack, to_pdf
from endogene_token.store import reading
from endogene_token.treasury.collect.models import BankLine, BankMandate
from tests.api.staff_house import Browser as Device
from tests.api.staff_house import House
from tests.api.test_bank import PROFILE, statement
from tests.browser.office_house import at_desk, furnished, logged_in, read, sent
from tests.town import BAKERY
from tests.unit import told_bank

IMPORT = "/office/bank/import"
ACCOUNT = "12345-006-7650009"


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    (tmp_path / "bank.toml").write_text(PROFILE.format(iban=told_bank.IBAN), "utf-8")
    with furnished(sqlite_url, data_dir=tmp_path) as opened:
        yield opened


@pytest.fixture
def treasurer(house: House) -> Device:
    return logged_in(house, StaffRole.TREASURER)


def uploaded(device: Device, content: bytes, **values: str) -> httpx.Response:
    """Choose a file and send it, as a browser does."""
    headers = {"origin": device.origin, "accept": "text/html", "accept-language": "en"}
    files = {"file": ("statement.xml", content, "application/xml")}
    return device.client.post(IMPORT, files=files, data=values, headers=headers)


def kept(house: House) -> tuple[int, int]:
    """Return how many lines of the bank are kept, and how many imports the trail tells."""
    with reading(house.bare.engine) as connection, Session(connection) as session:
        lines = session.exec(select(func.count()).select_from(BankLine)).one()
        imports = (
            select(func.count()).select_from(OfficeTrail).where(col(OfficeTrail.action) == "bank.imported")
        )
        return lines, session.exec(imports).one()


def one_transfer() -> bytes:
    return statement(told_bank.entry("08", 81_040, reference="B77", text="VIREMENT ÉPICERIE"))


def test_a_statement_is_seen_first_then_imported_once(house: House, treasurer: Device) -> None:
    """What is shown before is what happens; the file again adds nothing."""
    lines, imports = kept(house)
    seen = uploaded(treasurer, one_transfer())
    assert (seen.status_code, "VIREMENT ÉPICERIE" in seen.text) == (200, True), seen.text
    assert kept(house) == (lines, imports)
    carried = seen.text.partition('name="content" value="')[2].partition('"')[0]
    done = sent_on(treasurer, carried)
    assert (done.status_code, "<h1>Imported</h1>" in done.text) == (200, True), done.text
    assert kept(house) == (lines + 1, imports + 1)
    assert "there is nothing to import" in uploaded(treasurer, one_transfer()).text
    sent_on(treasurer, carried)
    assert kept(house)[0] == lines + 1


def sent_on(device: Device, carried: str) -> httpx.Response:
    headers = {"origin": device.origin, "accept": "text/html", "accept-language": "en"}
    return device.client.post(IMPORT, data={"keep": "yes", "content": carried}, headers=headers)


def test_a_statement_is_imported_on_the_page(browser: Browser, house: House, treasurer: Device) -> None:
    """By the file's field and two buttons, on a small phone; what is shown on the way is accessible."""
    viewport: Any = {"width": 360, "height": 780}
    context = at_desk(browser, house, treasurer, viewport=viewport)
    page = context.new_page()
    page.goto(f"{IMPORT}?lang=en")
    told: Any = {"name": "statement.xml", "mimeType": "application/xml", "buffer": one_transfer()}
    page.get_by_label("The file").set_input_files(told)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="What the file holds")).to_be_visible()
    require_accessible(page)
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    require_accessible(page)
    context.close()
    assert kept(house)[1] == 1


def require_accessible(page: Page) -> None:
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_no_statement_of_ours_is_told_and_not_kept(house: House, treasurer: Device) -> None:
    """Another account, no file, a file that cannot be unpacked, one that is empty."""
    before = kept(house)
    foreign = told_bank.entry("08", 100)
    for answer in (
        uploaded(treasurer, statement(foreign, account="FR7630006000011234567890189"), keep="yes"),
        uploaded(treasurer, b"", keep="yes"),
        uploaded(treasurer, b"<nothing", keep="yes"),
        sent_on(treasurer, "eJx="),
        sent(treasurer, IMPORT, keep="yes"),
    ):
        assert answer.status_code == 422, answer.text
        assert 'role="alert"' in answer.text
    assert kept(house) == before


def test_a_statement_is_not_imported_by_an_old_login(house: House, treasurer: Device) -> None:
    """It may be looked at; what it changes asks for the passkey."""
    house.moved(OfficeSession, confirmed_at=int(time.time()) - 3_600)
    seen = uploaded(treasurer, one_transfer())
    assert "/enter?to=/office/bank/import" in seen.text
    assert uploaded(treasurer, one_transfer(), keep="yes").status_code == 403


def test_a_mandate_is_ended_and_another_is_given(house: House, treasurer: Device) -> None:
    """A business has one at a time; of an account the end alone is shown."""
    given = {"merchant": BAKERY, "scheme": "cpa", "reference": "M-9", "signed": "2026-11-02"}
    given |= {"name": "Boulangerie du Port", "account": ACCOUNT}
    assert sent(treasurer, "/office/mandates/give", **given).status_code == 409
    ended = sent(treasurer, "/office/mandates/end", number=1, why="Compte fermé")
    assert ended.headers["location"] == "/office/mandates?done=mandate-ended"
    assert sent(treasurer, "/office/mandates/give", **given).headers["location"].endswith("?done=given")
    shown = read(treasurer, "/office/mandates").text
    assert "M-9" in shown
    assert "Compte fermé" in shown
    assert ACCOUNT not in shown
    with reading(house.bare.engine) as connection, Session(connection) as session:
        rows = session.exec(select(BankMandate).where(BankMandate.merchant == BAKERY)).all()
        assert sorted((one.reference, one.state) for one in rows) == [("M-1", "ended"), ("M-9", "active")]


def test_a_mandate_that_cannot_be_is_told_without_its_account(house: House, treasurer: Device) -> None:
    """Nothing is kept, and the account that was typed is not repeated."""
    sent(treasurer, "/office/mandates/end", number=1, why="x")
    given = {"merchant": BAKERY, "scheme": "cpa", "reference": "M-9", "signed": "2026-11-02"}
    given |= {"name": "Boulangerie du Port", "account": ACCOUNT}
    for wrong in ({"account": "1"}, {"scheme": "sepa"}, {"signed": "2999-01-01"}, {"merchant": "999"}):
        answer = sent(treasurer, "/office/mandates/give", **given | wrong)
        assert answer.status_code in {404, 422}, wrong
        assert ACCOUNT not in answer.text
    with reading(house.bare.engine) as connection, Session(connection) as session:
        assert session.exec(select(BankMandate).where(BankMandate.reference == "M-9")).first() is None


def test_the_annual_pack_holds_what_the_community_is_judged_by(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tagged PDF of the year, in the reader's language, with the figures of the public page."""
    packs: list[Pack] = []

    def seen(pack: Pack) -> bytes:
        packs.append(pack)
        return to_pdf(pack)

    monkeypatch.setattr(annual, "to_pdf", seen)
    made = sent(logged_in(house, StaffRole.DIRECTOR), "/office/annual/pack", year=time.strftime("%Y"))
    assert (made.status_code, made.headers["content-type"]) == (200, "application/pdf")
    assert made.content.startswith(b"%PDF-")
    told = {title: value for section in packs[0].sections for title, value in section.rows}
    assert {"Leverage", "Local multiplier", "Participation", "Coverage"} <= set(told)
    assert told["Leverage"].startswith("1.50")
