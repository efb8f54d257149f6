"""The office: each role reads what it may; what is done there stands in the database and the trail."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, delete, select, update

from api import member_data, member_office_data
from api.pages.office import member_papers
from api.pages.office.places import (
    ARREARS,
    BUSINESSES,
    DESK,
    EXCEPTIONS,
    HOME,
    MONEY,
    PLACES,
    REDEMPTIONS,
    REPORTS,
    RUNS,
    STAFF,
    TRACE,
    VOTES,
)
from endogene_token.chain.views import Role
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member, Pockets
from endogene_token.indexer.vote_models import ResolutionTally
from endogene_token.office import cards
from endogene_token.office.models import OfficeCard, OfficeRetirement, OfficeTrail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import OfficeAccount, OfficeSession
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.store import reading, writing
from endogene_token.treasury.collect.models import BankLine, BankRun
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import DunningProposal, TreasuryException
from tests.api.staff_house import Browser as Device
from tests.api.staff_house import House
from tests.api.test_office import OFFICERS
from tests.browser.devices import device_of
from tests.browser.office_house import (
    EXCEPTION,
    INSIDE,
    LATE_EXCEPTION,
    LINE,
    OPEN_RUN,
    PROPOSAL,
    RETIRED,
    at_desk,
    furnished,
    logged_in,
    read,
    sent,
    this_year,
)
from tests.town import ALICE, BASILE, GROCER

FORMS_OF = {
    StaffRole.TREASURER: tuple(one for one in PLACES if StaffRole.TREASURER in one.roles),
    StaffRole.REGISTRAR: (HOME, ARREARS, DESK, STAFF, REDEMPTIONS),
    StaffRole.APPROVER: (RUNS, REDEMPTIONS),
    StaffRole.AUDITOR: (TRACE, STAFF),
}
CODE = re.compile(r'class="code[^"]*">([0-9A-Z-]+)<')


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        yield opened


def entries(house: House, action: str) -> list[OfficeTrail]:
    with reading(house.bare.engine) as connection, Session(connection) as session:
        return list(session.exec(select(OfficeTrail).where(OfficeTrail.action == action)))


def row_of(house: House, table: Any, key: Any) -> Any:
    with reading(house.bare.engine) as connection, Session(connection) as session:
        return session.get_one(table, key)


def account_of(device: Device) -> str:
    return str(device.ask("GET", "/v1/sessions/current").json()["who"]["account"])


def test_an_exception_is_taken_and_closed_by_the_treasurer(house: House) -> None:
    """Its owner is the account, its end has a reason, both are in the trail."""
    treasurer = logged_in(house, StaffRole.TREASURER)
    assert sent(treasurer, "/office/exceptions/take", number=EXCEPTION).headers["location"].endswith("=taken")
    assert row_of(house, TreasuryException, EXCEPTION).owner == f"staff:{account_of(treasurer)}"
    closed = sent(treasurer, "/office/exceptions/close", number=EXCEPTION, how="La banque a corrigé.")
    assert closed.headers["location"] == "/office/exceptions?done=closed"
    assert row_of(house, TreasuryException, EXCEPTION).how == "La banque a corrigé."
    assert [one.who for one in entries(house, "exception.closed")] == [f"staff:{account_of(treasurer)}"]


def test_the_registrar_decides_what_somebody_else_proposed(house: House) -> None:
    """With a reason; without one nothing happens."""
    registrar = logged_in(house, StaffRole.REGISTRAR)
    verdict = {"number": PROPOSAL, "verdict": "refuse"}
    assert sent(registrar, "/office/arrears/decide", **verdict, why=" ").status_code == 422
    sent(registrar, "/office/arrears/decide", **verdict, why="Entente de paiement signée.")
    assert row_of(house, DunningProposal, PROPOSAL).state == "refused"


def test_nobody_approves_a_run_that_he_or_she_wrote(house: House) -> None:
    """Two officers: the page says so, and the service refuses."""
    approver = logged_in(house, StaffRole.APPROVER)
    path = f"{RUNS.path}/{OPEN_RUN}"
    house.moved(BankRun, drafted_by=f"staff:{account_of(approver)}")
    assert f'action="{path}/approve"' not in read(approver, path).text
    assert sent(approver, f"{path}/approve").status_code == 403
    assert row_of(house, BankRun, OPEN_RUN).state == "drafted"


def test_a_line_of_the_bank_is_set_aside_and_taken_back(house: House) -> None:
    """With its reason on the page; the trail knows that there is one."""
    treasurer = logged_in(house, StaffRole.TREASURER)
    line = LINE.hex()
    sent(treasurer, "/office/bank/aside", line=line, why="Frais d'octobre")
    assert row_of(house, BankLine, LINE).why == "Frais d'octobre"
    assert "Frais d&#39;octobre" in read(treasurer, "/office/bank").text
    sent(treasurer, "/office/bank/undo", line=line)
    assert row_of(house, BankLine, LINE).state == "unmatched"
    assert len(entries(house, "bank.set-aside")) == len(entries(house, "bank.undone")) == 1


def test_a_card_is_issued_found_and_revoked_at_the_desk(house: House) -> None:
    """Its number is shown once; the card finds its member, until it is revoked."""
    registrar = logged_in(house, StaffRole.REGISTRAR)
    shown = sent(registrar, f"{DESK.path}/{ALICE}/cards")
    number = CODE.findall(shown.text)[0]
    assert sent(registrar, f"{DESK.path}/find", member=number).headers["location"] == f"{DESK.path}/{ALICE}"
    assert number not in read(registrar, f"{DESK.path}/{ALICE}").text
    with reading(house.bare.engine) as connection, Session(connection) as session:
        card = session.exec(select(OfficeCard.id)).one()
        assert cards.holder(session, house.bare.secret, number) == ALICE
    sent(registrar, f"{DESK.path}/{ALICE}/losses", card=card)
    refused = sent(registrar, f"{DESK.path}/find", member=number)
    assert refused.status_code in {404, 409, 410}
    assert number not in refused.text
    assert [one.subject for one in entries(house, "card.revoked")] == [f"member:{ALICE}/card:{card}"]


def test_a_member_without_a_telephone_tells_its_year_at_the_desk(house: House) -> None:
    """The registrar keeps it, reads it, forgets it; the trail tells both, and not the year."""
    registrar, desk = logged_in(house, StaffRole.REGISTRAR), f"{DESK.path}/{BASILE}"
    told = {"year": "2047", "consented": "2026-03-01"}
    kept = sent(registrar, f"{desk}/retirement", **told)
    assert kept.headers["location"] == f"{desk}?done=year-kept"
    assert "2047 is kept" in read(registrar, f"{desk}?lang=en").text
    others = read(logged_in(house, StaffRole.AUDITOR), f"{desk}?lang=en").text
    assert "Only the registrar reads which." in others
    assert "2047" not in others
    assert sent(registrar, f"{desk}/retirement", **{**told, "year": "1850"}).status_code == 422
    assert row_of(house, OfficeRetirement, BASILE).year == 2047
    sent(registrar, f"{desk}/withdrawal")
    assert "No year is kept" in read(registrar, f"{desk}?lang=en").text
    notes = [*entries(house, "retirement.kept"), *entries(house, "retirement.forgotten")]
    assert [one.subject for one in notes] == [f"member:{BASILE}/retirement"] * 2
    assert "2047" not in "".join(one.params for one in notes)


def test_what_members_report_is_the_registrars(house: House) -> None:
    """Read, taken and answered there; the board, which reads no member, reads none of it."""
    registrar, page = logged_in(house, StaffRole.REGISTRAR), REPORTS.path
    subjects = (f"member:{BASILE}/merchant:{GROCER}/day:2026-11-20/1250", f"member:{BASILE}/rotation:1")
    kinds = (inbox.Kind.MISSING, inbox.Kind.KEY)
    with changing(house.bare.engine, COMMAND_LINE) as change:
        for kind, subject in zip(kinds, subjects, strict=True):
            inbox.report(change, inbox.Finding(kind, subject, 1_250), int(time.time()))
    assert "2 members’ reports wait for an answer." in read(registrar, "/office?lang=en").text
    told = read(registrar, f"{page}?lang=en").text
    for words in ("A purchase is missing", "A change of key", f"Member {BASILE}: Merchant no. {GROCER}"):
        assert words in told
    [number, _] = re.findall(r'name="number" value="(\d+)"', told)[::2]
    treasurer = logged_in(house, StaffRole.TREASURER)
    for state in ("open", "closed"):
        assert "ember" not in read(treasurer, f"{EXCEPTIONS.path}?state={state}&lang=en").text
    assert sent(treasurer, f"{EXCEPTIONS.path}/close", number=number, how="seen").status_code == 404
    assert sent(registrar, f"{page}/take", number=number).headers["location"] == f"{page}?done=taken"
    assert (
        sent(registrar, f"{page}/close", number=number, how="Found.").headers["location"]
        == f"{page}?done=closed"
    )
    assert "Found." in read(registrar, f"{page}?state=closed&lang=en").text
    assert sent(registrar, f"{page}/close", number=1, how="not mine").status_code == 404


def test_a_till_goes_on_while_a_members_data_is_put_together(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is handed out is kept before; the file has it, and every other entry about the member."""

    def meanwhile(*given: Any) -> str:
        with changing(house.bare.engine, COMMAND_LINE) as change:
            for number in range(3):
                change.note("sale.taken", f"member:{BASILE}/sale:{number}")
        with reading(house.bare.engine) as connection, Session(connection) as session:
            return member_data.data_of(given[0], session, session.get_one(Member, BASILE))

    monkeypatch.setattr(member_papers, "data_of", meanwhile)
    monkeypatch.setattr(member_office_data, "CHUNK", 2)
    given = sent(logged_in(house, StaffRole.REGISTRAR), f"{DESK.path}/{BASILE}/data.json")
    told = [one["action"] for one in given.json()["trail"]]
    assert told == ["member.data-given", *["sale.taken"] * 3]


def test_a_business_is_named_as_over_its_door(house: House) -> None:
    """By the registrar, for whoever reads; it is its number again once it takes the name back."""
    registrar, page = logged_in(house, StaffRole.REGISTRAR), BUSINESSES.path
    named = sent(registrar, f"{page}/{GROCER}/name", name="Épicerie <Nord>")
    assert named.headers["location"] == f"{page}?done=named"
    others = read(logged_in(house, StaffRole.TREASURER), f"{page}?lang=en").text
    assert "Épicerie &lt;Nord&gt;" in others
    assert "<form" not in others.partition("<main")[2].partition("</main>")[0]
    assert sent(registrar, f"{page}/{GROCER}/name", name="a" * 61).status_code == 422
    assert sent(registrar, f"{page}/{ALICE}/name", name="Alice").status_code == 404
    assert sent(registrar, f"{page}/{GROCER}/unname").headers["location"] == f"{page}?done=unnamed"
    assert sent(registrar, f"{page}/{GROCER}/unname").status_code == 404
    assert "Nord" not in read(registrar, page).text
    assert len(entries(house, "business.named")) == len(entries(house, "business.unnamed")) == 1


def test_the_treasurer_reads_when_what_is_owed_falls_due(browser: Browser, house: House) -> None:
    """By years of five members at least, all of it once, and how far today's money reaches."""
    context = at_desk(browser, house, logged_in(house, StaffRole.TREASURER))
    page: Page = context.new_page()
    page.goto(f"{MONEY.path}?lang=en")
    section = page.get_by_role("region", name="When it falls due")
    rows = [one.inner_text().split("\t") for one in section.locator("tbody tr").all()]
    now = this_year(int(time.time()))
    assert list(map(tuple, rows)) == [
        (f"Until {now + 2}", "5", "$11,717.10", "$11,717.10", "30%"),
        (f"{now + 3}–{now + 30}", "6", "$12,625.00", "$24,342.10", "32%"),
        ("Year not known", "6", "$14,310.00", "$38,652.10", "37%"),
        ("Payout approved, its cash set aside", "$350.00", "", "1%"),
        ("Together", "$39,002.10", "", ""),
    ]
    expect(section).to_contain_text("pays all of it")
    house.moved(Pockets, cash=2_000_000)
    page.reload()
    expect(section).to_contain_text(f"$15,650.00, pays what falls due until {now + 2}.")
    expect(section.locator(".reach th")).to_have_text(f"Until {now + 2}")
    house.moved(Pockets, cash=500_000)
    page.reload()
    expect(section).to_contain_text("$650.00, does not pay all that falls due first.")
    with writing(house.bare.engine) as connection:
        connection.execute(delete(OfficeRetirement).where(col(OfficeRetirement.member) > RETIRED + 4))
    page.reload()
    expect(section).to_contain_text("Fewer than five members with credits")
    expect(section.get_by_role("table")).to_have_count(0)
    context.close()


def test_the_registrar_invites_and_ends_but_makes_no_officer(house: House) -> None:
    """The code is shown once and opens; a role of the chain is not on offer."""
    registrar = logged_in(house, StaffRole.REGISTRAR)
    shown = sent(registrar, "/office/staff/invite", role="director", name="Basile Roy", number=BASILE)
    code = CODE.findall(shown.text)[0]
    assert f"/join#{code}" not in shown.text  # it is in the square code, for a device to read
    with reading(house.bare.engine) as connection, Session(connection) as session:
        account = session.exec(select(OfficeAccount.id).where(OfficeAccount.role == "director")).one()
    assert sent(registrar, "/office/staff/end", account=account).headers["location"].endswith("done=ended")
    assert row_of(house, OfficeAccount, account).ended_at is not None
    assert sent(registrar, "/office/staff/invite", role="treasurer", name="X").status_code == 422


def test_an_old_login_reads_but_changes_nothing(house: House) -> None:
    """Where a button was, the passkey is asked for; the service refuses anyhow."""
    treasurer = logged_in(house, StaffRole.TREASURER)
    with writing(house.bare.engine) as connection:
        connection.execute(update(OfficeSession).values(confirmed_at=col(OfficeSession.confirmed_at) - 3_600))
    assert "/enter?to=/office/exceptions" in read(treasurer, EXCEPTIONS.path).text
    refused = sent(treasurer, "/office/exceptions/close", number=EXCEPTION, how="x")
    assert refused.status_code == 403
    assert row_of(house, TreasuryException, EXCEPTION).closed_at == 0


def test_a_form_of_another_site_changes_nothing(house: House) -> None:
    """Whatever the cookie says."""
    treasurer = logged_in(house, StaffRole.TREASURER)
    treasurer.origin = "https://evil.example"
    assert sent(treasurer, "/office/exceptions/take", number=EXCEPTION).status_code == 403
    assert row_of(house, TreasuryException, EXCEPTION).owner == "treasurer"


def test_who_logs_out_reads_nothing_any_more(house: House) -> None:
    """The session ends, not only the cookie."""
    device = logged_in(house, StaffRole.GUARDIAN)
    cookies = dict(device.client.cookies)
    assert sent(device, "/office/leave").status_code == 303
    device.client.cookies.update(cookies)
    assert read(device, HOME.path).status_code == 303


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_is_accessible_and_fits_a_small_phone(
    browser: Browser, house: House, lang: str, scheme: Any
) -> None:
    """Neither axe nor the browser complains; nothing moves sideways at 360 px; no day is a clock's zero.

    Each page as the treasurer, and as the others where they have forms that the treasurer has not.
    """
    viewport: Any = {"width": 360, "height": 780}
    complaints: list[str] = []
    for role, places in FORMS_OF.items():
        context = at_desk(browser, house, logged_in(house, role), viewport=viewport, color_scheme=scheme)
        page = context.new_page()
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        for path in (path for one in places for path in filter(None, (one.path, INSIDE.get(one.path)))):
            page.goto(f"{path}?lang={lang}")
            assert "/enter" not in page.url, path
            assert (found := Axe().run(page)).violations_count == 0, f"{path}\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
            assert "1970" not in page.inner_text("body"), path
        context.close()
    assert complaints == []


def test_the_treasurer_works_by_keyboard_alone(browser: Browser, house: House) -> None:
    """From the code to the closed exception, with a device of its own."""
    officer = {"officer": row_officer(house)}
    code = house.invited(StaffRole.TREASURER, **officer)[1]
    with device_of(browser, house.bare.url, locale="en-CA") as device:
        page = device.page
        page.goto(f"/join?lang=en#{code}")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Make it on this device").press("Enter")
        page.wait_for_url("**/office")
        page.get_by_role("link", name="1 exception is past its day.").press("Enter")
        page.wait_for_url("**/office/exceptions")
        first = page.get_by_role("listitem").filter(has_text="A business is late")
        first.locator("summary").press("Enter")
        first.get_by_label("How did it end?").fill("Paid this morning.")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Closed. What you wrote is kept with it.")
    assert row_of(house, TreasuryException, LATE_EXCEPTION).how == "Paid this morning."


def test_an_old_login_shows_the_passkey_again_and_comes_back_to_the_run(
    browser: Browser, house: House
) -> None:
    """Ten minutes after the passkey was shown, a run is approved by nobody before it is shown anew."""
    address = {"officer": from_hex(OFFICERS[Role.APPROVER].address)}
    code = house.invited(StaffRole.APPROVER, **address)[1]
    with device_of(browser, house.bare.url, locale="en-CA") as device:
        page, path = device.page, f"{RUNS.path}/{OPEN_RUN}"
        page.goto(f"/join?lang=en#{code}")
        page.get_by_role("button", name="Make it on this device").click()
        page.wait_for_url("**/office")
        page.goto(path)
        expect(page.get_by_role("button", name="Approve")).to_be_visible()
        house.moved(OfficeSession, confirmed_at=int(time.time()) - 601)
        page.reload()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        page.get_by_role("link", name="Show your passkey first").click()
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"**{path}")
        expect(page.get_by_role("button", name="Approve")).to_be_visible()
        house.moved(BankRun, drafted_by=f"staff:{approver_of(house)}")
        page.reload()
        expect(page.get_by_text("You wrote this file: another officer approves it.")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def test_an_open_vote_is_counted_on_the_page_as_ballots_come(browser: Browser, house: House) -> None:
    """Without the page being loaded anew."""
    context = at_desk(browser, house, logged_in(house, StaffRole.DIRECTOR))
    page: Page = context.new_page()
    page.goto(f"{VOTES.path}/1?lang=en")
    expect(page.get_by_text("13 of 49 have voted")).to_be_visible()
    with writing(house.bare.engine) as connection:
        connection.execute(update(ResolutionTally).where(col(ResolutionTally.choice) == 1).values(count=20))
    expect(page.get_by_text("24 of 49 have voted")).to_be_visible(timeout=20_000)
    context.close()


def row_officer(house: House) -> bytes:
    """Return the address that is treasurer on the chain."""
    logged_in(house, StaffRole.TREASURER)
    with reading(house.bare.engine) as connection, Session(connection) as session:
        found = session.exec(select(OfficeAccount.officer).where(OfficeAccount.role == "treasurer")).first()
    assert found is not None
    return found


def approver_of(house: House) -> str:
    """Return the account of the approver."""
    with reading(house.bare.engine) as connection, Session(connection) as session:
        return session.exec(select(OfficeAccount.id).where(OfficeAccount.role == "approver")).one()
