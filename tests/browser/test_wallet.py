"""A member's phone: the balance, the card without a connection, a ballot that the device signs."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, update

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Kind
from endogene_token.chain.transactions import complete_key_rotation
from endogene_token.office import business_names, cards, device_keys, retirements, trail
from endogene_token.office.staff_models import OfficeSession
from endogene_token.store import writing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind as Trouble
from tests.browser.devices import Device, device_of, hidden_at_the_end
from tests.browser.wallet_town import NAME, Town, wallet_town
from tests.town import ALICE, BAKERY, BASILE, GROCER, GROCER_TILL

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 740}
PAGES = (
    *("", "/purchases", "/where", "/card", "/votes", "/votes/1", "/retirement?year=2050"),
    *("/me", "/me/erase", "/missing", "/security", "/stop", "/offline"),
)
PART = {"hx-request": "true"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with wallet_town(tmp_path_factory.mktemp("wallet")) as opened:
        yield opened


@pytest.fixture(scope="module")
def alice(browser: Browser, town: Town) -> Iterator[Device]:
    """Alice's phone, on which she has logged in."""
    with device_of(browser, town.address, viewport=PHONE, locale="en-CA") as device:
        device.page.goto(f"/join#{town.invited(ALICE)}")
        device.page.get_by_role("button").click()
        device.page.wait_for_url("**/wallet")
        yield device


@pytest.fixture(scope="module")
def phone(alice: Device, town: Town) -> Page:
    """The same, a resolution being voted on, for which the device's key stands on the chain."""
    vote, member = town.vote, ALICE
    town.registrar(town.rotation_call(member))
    standing = town.standing(member)
    assert standing.way is device_keys.Way.COMES
    alice.page.goto("/wallet/security")
    expect(alice.page.get_by_role("button", name="Have the office stop it")).to_be_visible()
    vote.votes.wait_until(standing.ready_at)
    vote.votes.do(complete_key_rotation(vote.site.town.community, member))
    vote.site.read()
    vote.opened(Kind.DECISION, "Buy an oven\n\nThe bakers' hall needs one.\n")
    return alice.page


def retirement_of(town: Town, member: int) -> int | None:
    """Return the year that the office keeps of a member."""
    with town.reading() as connection, Session(connection) as session:
        return retirements.year_of(session, member)


def test_the_balance_is_seen_at_a_glance_with_what_is_funded(alice: Device) -> None:
    """The bakery has paid, the grocer has not: its part is pending."""
    page = alice.page
    page.goto("/wallet")
    expect(page.locator(".balance .display")).to_have_text("$42.46")
    expect(page.locator(".balance")).to_contain_text("$31.12 funded · $11.34 pending")


def test_a_purchase_shows_itself_without_the_page_being_loaded_anew(alice: Device, town: Town) -> None:
    """Seconds after the till sent it, pending."""
    page, site = alice.page, town.vote.site
    page.goto("/wallet")
    site.record(site.town.purchases(GROCER_TILL, 3, [1_000]))
    expect(page.locator("#now .rows")).to_contain_text("$10.00", timeout=20_000)


def test_a_business_that_told_its_name_is_read_by_it(alice: Device, town: Town) -> None:
    """In the purchases and where premiums come from; the other is its number."""
    page = alice.page
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        business_names.keep(change, GROCER, "Épicerie Roy")
    for path in ("/wallet/purchases", "/wallet/where"):
        page.goto(path)
        main = page.locator("main")
        expect(main).to_contain_text("Épicerie Roy")
        expect(main).to_contain_text(f"Merchant no. {BAKERY}")
        expect(main).not_to_contain_text(f"Merchant no. {GROCER}")
    page.goto("/wallet/missing")
    expect(page.get_by_label("At which business?").locator("option")).to_have_text(
        ["Choose it", "Épicerie Roy", f"Merchant no. {BAKERY}"]
    )


def test_a_device_signs_the_ballot_and_its_receipt_is_the_members(phone: Page, town: Town) -> None:
    """Right, quorum and free money stand there before; the chain counts what the device signed."""
    phone.goto("/wallet/votes/1")
    facts = phone.locator(".facts")
    for told in ("One vote, among the users", "ballot needed", "Free money of the fund"):
        expect(facts).to_contain_text(told)
    phone.get_by_label("Against").check()
    phone.get_by_role("button", name="Sign and send").click()
    expect(phone.locator("#mine + p")).to_contain_text("Against")
    town.vote.settle()
    phone.reload()
    expect(phone.locator("#mine + p")).to_contain_text("counted")
    with phone.expect_download() as loading:
        phone.get_by_role("link", name="Keep the receipt").click()
    told = json.loads(loading.value.path().read_text())
    assert (told["member"], told["choice"], told["sequence"]) == (ALICE, Choice.AGAINST.name.lower(), 1)
    phone.get_by_label("For", exact=True).check()
    phone.get_by_role("button", name="Sign and send").click()
    expect(phone.locator("#mine + p")).to_contain_text("For")
    town.vote.settle()
    [college] = [one for one in town.vote.get("/v1/resolutions/1")["tallies"] if one["in_favour"]]
    assert (college["in_favour"], college["against"]) == (1, 0)


def test_the_card_is_shown_without_a_connection(phone: Page) -> None:
    """Made on the device, kept there alone; the page for it is the worker's."""
    phone.goto("/wallet/card")
    phone.get_by_role("button", name="Make my card").click()
    expect(phone.locator("#digits")).to_contain_text("-")
    number = phone.locator("#digits").text_content()
    phone.wait_for_function("navigator.serviceWorker.controller !== null", timeout=20_000)
    phone.context.set_offline(True)
    try:
        phone.goto("/wallet")
        expect(phone.locator("#digits")).to_have_text(number or "-")
        expect(phone.locator("#square")).to_be_visible()
    finally:
        phone.context.set_offline(False)


def test_a_card_that_is_anothers_is_not_shown(alice: Device, town: Town) -> None:
    """A number that one has seen is not one's own card."""
    services = town.vote.site.app.state.services
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        number = cards.issue(change, services.secret(), BASILE).number
    alice.page.goto("/wallet/card")
    answer = alice.page.request.post(
        f"{town.address}/wallet/card/known",
        form={"number": number},
        headers={"accept": "application/json", "origin": town.address},
    )
    assert (answer.status, answer.json()["code"]) == (404, "unknown-card")


def test_a_missing_purchase_reaches_the_office_once(alice: Device, town: Town) -> None:
    """Without a script, too; a wrong amount is explained beside its field."""
    page = alice.page
    for amount in ("twelve", "12,50", "12.50"):
        page.goto("/wallet/missing")
        page.get_by_label("At which business?").select_option(str(GROCER))
        page.get_by_label("Amount paid").fill(amount)
        page.get_by_role("button", name="Tell the office").click()
        page.wait_for_load_state()
        expect(page.locator(".wrong")).to_have_count(1 if amount == "twelve" else 0)
    with town.reading() as connection, Session(connection) as session:
        [row] = inbox.reports_of(session, Trouble.MISSING, f"member:{ALICE}")
    assert (row.owner, row.amount) == (inbox.REGISTRAR, 1_250)
    expect(page.get_by_text("Being looked at")).to_be_visible()


def test_a_members_data_is_its_own(alice: Device) -> None:
    """In one file, and the year as a PDF."""
    told = alice.page.request.get("/wallet/me/data.json").json()
    assert (told["member"], told["name"]) == (ALICE, NAME)
    assert {one["merchant"] for one in told["purchases"]} == {BAKERY, GROCER}
    year = alice.page.request.get("/wallet/years/2026")
    assert (year.headers["content-type"], year.body()[:5]) == ("application/pdf", b"%PDF-")


def test_a_year_of_retirement_is_shown_kept_and_taken_back(alice: Device, town: Town) -> None:
    """Just shown, it is kept nowhere; kept, the page knows it, and so does what the member takes along."""
    page = alice.page
    page.goto("/wallet/retirement")
    page.get_by_label("In which year do you think to retire?").fill("2051")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="In 2051")).to_be_visible()
    page.goto("/wallet/retirement")
    expect(page.get_by_role("heading", name="In 2051")).to_have_count(0)
    page.get_by_label("In which year do you think to retire?").fill("2052")
    page.get_by_role("button", name="I agree, keep the year").click()
    expect(page.get_by_role("heading", name="In 2052")).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("The cooperative keeps 2052")
    assert page.request.get("/wallet/me/data.json").json()["retirement"]["year"] == 2052
    assert retirement_of(town, ALICE) == 2052
    page.get_by_role("button", name="Take it back, and forget the year").click()
    expect(page.get_by_role("button", name="I agree, keep the year")).to_be_visible()
    assert page.request.get("/wallet/me/data.json").json()["retirement"]["year"] is None
    with town.reading() as connection, Session(connection) as session:
        told = [one for one in trail.page(session, 0, 1_000) if one.action.startswith("retirement.")]
    assert [one.action for one in told] == ["retirement.kept", "retirement.forgotten"]
    assert {one.subject for one in told} == {f"member:{ALICE}/retirement"}
    assert "2052" not in "".join(one.params for one in told)


@pytest.mark.parametrize(
    ("origin", "year", "answered"),
    [("https://evil.example", "2052", 403), ("", "2052", 403), (None, "1800", 422), (None, "soon", 422)],
)
def test_a_year_that_cannot_be_kept_is_not(
    alice: Device, town: Town, origin: str | None, year: str, answered: int
) -> None:
    """Of another site's page, or a year that is none."""
    answer = alice.page.request.post(
        f"{town.address}/wallet/retirement/keep",
        form={"year": year},
        headers={"accept": "text/html", "origin": town.address if origin is None else origin},
    )
    assert answer.status == answered, answer.text()
    assert retirement_of(town, ALICE) is None


@pytest.mark.parametrize("act", ["keep", "forget"])
def test_nobody_keeps_a_year_who_is_not_its_member(town: Town, act: str) -> None:
    """Who has no session is shown where to log in, and back from there to the page."""
    page = f"{town.address}/wallet/retirement"
    headers = {"accept": "text/html", "origin": town.address, "referer": f"{page}?year=2052"}
    path = f"{page}/{act}"
    answer = httpx.post(path, data={"year": "2052"}, headers=headers, timeout=30, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/enter?to=/wallet/retirement")


@pytest.mark.parametrize(
    ("path", "headers", "back"),
    [
        ("/wallet/votes/1", {}, "/wallet/votes/1"),
        ("/wallet/me/data.json", {}, "/wallet"),
        (
            "/wallet/today",
            {"hx-request": "true", "hx-current-url": "http://localhost/wallet/card?a=b"},
            "/wallet/card",
        ),
        ("/wallet/today", {"hx-request": "true"}, "/wallet"),
        ("/wallet/today", {"hx-request": "true", "hx-current-url": "https://evil.example/page"}, "/wallet"),
    ],
)
def test_who_logs_in_comes_back_to_a_page(town: Town, path: str, headers: dict[str, str], back: str) -> None:
    """To the one that was asked for, or that asked for a part of itself; to no file and no other site."""
    answer = httpx.get(
        f"{town.address}{path}", headers={"accept": "text/html", **headers}, timeout=30, trust_env=False
    )
    login = f"/enter?to={back}"
    assert login in {answer.headers.get("location"), answer.headers.get("hx-redirect")}
    assert httpx.get(f"{town.address}{login}", timeout=30, trust_env=False).status_code == 200


def test_an_old_login_keeps_no_year(alice: Device, town: Town) -> None:
    """The passkey is asked for where the button was."""
    earlier = col(OfficeSession.confirmed_at) - 3_600
    with writing(town.vote.site.engine) as connection:
        connection.execute(update(OfficeSession).values(confirmed_at=earlier))
    try:
        alice.page.goto("/wallet/retirement")
        expect(alice.page.get_by_role("link", name="Show your passkey first")).to_be_visible()
        expect(alice.page.get_by_role("button", name="I agree, keep the year")).to_have_count(0)
        headers = {"accept": "text/html", "origin": town.address}
        path = f"{town.address}/wallet/retirement/keep"
        assert alice.page.request.post(path, form={"year": "2052"}, headers=headers).status == 403
        assert retirement_of(town, ALICE) is None
    finally:
        with writing(town.vote.site.engine) as connection:
            later = col(OfficeSession.confirmed_at) + 3_600
            connection.execute(update(OfficeSession).values(confirmed_at=later))


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_wallet_who_is_not_its_member(town: Town, path: str) -> None:
    """Neither nobody nor a shop's owner: both log in first. What is for everybody names nobody."""
    answer = httpx.get(
        f"{town.address}/wallet{path}", headers={"accept": "text/html"}, timeout=30, trust_env=False
    )
    assert answer.status_code == (200 if path in {"/offline", "/stop"} else 303), answer.text
    assert NAME not in answer.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_pages_have_no_violation_of_accessibility(phone: Page, lang: str, scheme: Any) -> None:
    """axe finds none; on a small phone no page moves sideways, or ends behind the places."""
    phone.set_viewport_size(SMALL)  # type: ignore[arg-type]  # a width and a height
    phone.emulate_media(color_scheme=scheme)
    phone.goto("/wallet")
    assert hidden_at_the_end(phone) == 0
    for path in PAGES:
        phone.goto(f"/wallet{path}{'&' if '?' in path else '?'}lang={lang}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], path
        assert not hidden_at_the_end(phone), path
        found = Axe().run(phone)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


def test_the_first_page_is_light(phone: Page) -> None:
    """Under 100 KB with all its files, as they travel."""
    session = phone.context.new_cdp_session(phone)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.setBypassServiceWorker", {"bypass": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    phone.goto("/wallet", wait_until="networkidle")
    assert sum(sizes) < 100_000, sum(sizes)


def test_erasing_the_link_leaves_nothing_that_names_the_member(browser: Browser, town: Town) -> None:
    """Said before, done once: name, year, card and logins are gone, the credits stand."""
    with device_of(browser, town.address, locale="en-CA") as device:
        page = device.page
        page.goto(f"/join#{town.invited(BASILE, 'Basile Côté')}")
        page.get_by_role("button").click()
        page.wait_for_url("**/wallet")
        expect(page.locator(".rows")).to_contain_text("$300.00")
        page.goto("/wallet/retirement?year=2050")
        page.get_by_role("button", name="I agree, keep the year").click()
        expect(page.locator(".notice")).to_contain_text("2050")
        assert retirement_of(town, BASILE) == 2050
        page.goto("/wallet/me/erase")
        page.get_by_role("button", name="Erase it now").click()
        expect(page.get_by_role("heading", name="It is erased")).to_be_visible()
        page.goto("/wallet")
        page.wait_for_url(re.compile("/enter"))
    with town.reading() as connection, Session(connection) as session:
        assert all(one.revoked_at for one in cards.cards_of(session, BASILE))
    assert retirement_of(town, BASILE) is None
