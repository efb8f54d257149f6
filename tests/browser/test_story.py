"""The whole story, through the four doors of the demo: from a first device to what the public sees."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import Session

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import Choice
from endogene_token.bylaws import Kind, State
from endogene_token.chain.transactions import complete_key_rotation
from endogene_token.cli import identities, meeting, motions, story
from endogene_token.cli.people import CHAIR, MENTOR, NEIGHBOURS
from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, RULES, FoundingPlan
from endogene_token.office import device_keys
from endogene_token.store import reading
from tests.browser.budget import cost
from tests.browser.devices import Device, device_of
from tests.browser.looks import SHARE, changed, look
from tests.browser.story_assembly import TITLE, Assembly
from tests.commands import free_port

pytestmark = pytest.mark.xdist_group("story")
SEEN: Final[dict[str, tuple[str | None, tuple[str, ...]]]] = {
    "/": (None, ("/", "/projects", "/figures", "/verify", "/enter", "/join", "/nowhere")),
    "/wallet": ("Maude Tremblay", ("/wallet", "/wallet/card", "/wallet/retirement", "/wallet/me")),
    "/till": ("Denis Roy", ("/till", "/till/standing", "/till/files")),
    "/office": ("Nadia Belkacem", ("/office/money", "/office/runs", "/office/exceptions")),
}
"""Each door, whose it is, and the pages whose looks are kept."""
MEMBER: Final = NEIGHBOURS[1]
NAME: Final = "Basile Côté"
NAMES: Final = {
    "Spent": "spent",
    "Released, not spent yet": "left",
    "Promised, not released yet": "promised",
    "Gone back to the fund": "back",
}
"""The parts of an award, as its project's page names them."""
ROLL: Final = 47  # members, organisations included
VOTING: Final = 90  # seconds: a browser has to be quick enough on a slow machine


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The demo, its story told; a new device signs after a second, small sums are the assembly's as well."""
    folder, port = tmp_path_factory.mktemp("story"), free_port()
    charter = meeting.brisk_charter()
    procedures = list(charter.procedures)
    procedures[Kind.SPENDING] = replace(procedures[Kind.MAJOR_SPENDING], voting=VOTING)
    plan = FoundingPlan(
        "Coopérative du Vieux-Marché",
        rules=replace(RULES, key_rotation_delay=1),
        charter=replace(charter, procedures=tuple(procedures)),
    )
    with Host(Settings(data_dir=folder, api_port=port, lang="en"), plan, node_port=FREE_PORT) as host:
        for _ in story.tell(host):
            pass
        host.identities = identities.welcome(host)
        yield host


@pytest.fixture(scope="module")
def phone(browser: Browser, host: Host) -> Iterator[Device]:
    """The member's phone."""
    view = {"width": 390, "height": 844}
    with device_of(browser, host.settings.pages[0], locale="en-CA", viewport=view) as device:
        yield device


@pytest.fixture
def assembly(host: Host, tmp_path: Path) -> Assembly:
    """Those who sign at terminals."""
    return Assembly(host, tmp_path)


@pytest.fixture(scope="module")
def desk(browser: Browser, host: Host) -> Iterator[BrowserContext]:
    """The computer on which identities of the demo work."""
    context = browser.new_context(base_url=host.settings.pages[0], locale="en-CA")
    yield context
    context.close()


def enter(desk: BrowserContext, door: str, name: str) -> Page:
    """Open a door as an identity of the demo."""
    page = desk.new_page()
    page.goto(f"/enter?to={door}")
    page.get_by_role("button", name=re.compile(name)).click()
    page.wait_for_url(f"**{door}")
    return page


def test_the_doors_look_as_they_are_kept(desk: BrowserContext) -> None:
    """On a phone and on a desk; what changes on purpose is kept anew with ENDOGENE_UPDATE_LOOKS=1."""
    found = []
    for door, (who, paths) in SEEN.items():
        page = desk.new_page() if who is None else enter(desk, door, who)
        for path in paths:
            page.goto(path)
            found += look(page, path.strip("/").replace("/", "-") or "explorer")
        page.close()
    assert found == []


@pytest.mark.parametrize("door", SEEN)
def test_the_first_page_of_a_door_is_light_and_does_not_shift(desk: BrowserContext, door: str) -> None:
    """With all its files, as they travel; `make doors` measures it slowly, too, and tells the times."""
    who, _ = SEEN[door]
    if who is not None:
        enter(desk, door, who).close()
    found = cost(desk, door)
    assert found.is_light, found


def test_a_look_that_changed_is_seen() -> None:
    """The comparison itself: a tone that hardly differs passes, a moved block does not."""
    plain = Image.new("L", (200, 100), 240)
    moved = plain.copy()
    moved.paste(40, (10, 10, 60, 40))
    assert changed(Image.new("L", (200, 100), 230), plain) == 0
    assert changed(moved, plain) > SHARE
    assert changed(plain.resize((100, 50)), plain) == 1


def test_the_story_goes_through_the_four_doors(
    host: Host, phone: Device, desk: BrowserContext, assembly: Assembly
) -> None:
    """A member enrols, buys, sees it; the board opens a vote; the member decides it; all see what came of it.

    Without the member's ballot there are as many for as against: nothing would be awarded or spent.
    """
    enrol(host, phone.page, desk, assembly)
    card = make_card(phone.page)
    sell(enter(desk, "/till", "Denis Roy"), card)
    expect_purchase(host, phone.page)
    director = enter(desk, "/office", "Hélène Gagnon")
    number = open_vote(director, assembly)
    assembly.vote(number)
    expect_counts(director, number, cast=4, users_for=1)
    cast(phone.page, number)
    expect_the_ballot_on_the_chain(phone.page, assembly, number)
    expect_counts(director, number, cast=5, users_for=2)
    carry_out(director, assembly, number)
    public = desk.new_page()
    expect_awarded(public, assembly, number)
    spend(director, assembly)
    expect_spent(public)


def enrol(host: Host, page: Page, desk: BrowserContext, assembly: Assembly) -> None:
    """The registrar gives the member a code, and has the ledger know the key of the device that takes it."""
    office = enter(desk, "/office", "Julien Caron")
    office.goto("/office/staff")
    office.get_by_label("Name", exact=True).fill(NAME)
    office.get_by_label("As").select_option("member")
    office.get_by_label("Number of the business or member").fill(str(MEMBER))
    office.get_by_role("button", name="Invite").click()
    code = office.locator(".code").inner_text()
    page.goto("/join")
    page.get_by_label("The code that you were given").fill(code)
    page.get_by_role("button", name="Make it on this device").click()
    page.wait_for_url("**/wallet")
    registrar = host.officers.registrar
    with reading(host.engine) as connection, Session(connection) as session:
        registrar.transact(device_keys.rotation_call(session, host.community, MEMBER))
        ready_at = device_keys.standing(session, host.ledger, MEMBER).ready_at
    assembly.pass_time(lambda: motions.now(host) >= ready_at)
    registrar.transact(complete_key_rotation(host.community, MEMBER))
    host.settle_down()


def make_card(page: Page) -> str:
    """Make the card on the device; return its number."""
    page.goto("/wallet/card")
    page.get_by_role("button", name="Make my card").click()
    digits = page.locator("#digits")
    expect(digits).to_contain_text("-")
    return digits.inner_text()


def sell(page: Page, card: str) -> None:
    """Record a sale of $24.50 on the till's page."""
    page.keyboard.type("2450")
    page.get_by_label("Member’s card or telephone").fill(card)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("heading", name="Sale recorded")).to_be_visible()


def expect_purchase(host: Host, page: Page) -> None:
    """The wallet shows it without being loaded anew."""
    page.goto("/wallet")
    expect(page.locator("#now .rows")).to_contain_text("$24.50", timeout=20_000)
    host.settle_down()


def open_vote(page: Page, assembly: Assembly) -> int:
    """A director files the award and gives notice of it, as the office's pages say; ballots are taken."""
    page.goto("/office/votes")
    number = assembly.file(page.locator(".signed code").inner_text())
    page.goto(f"/office/votes/{number}")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_text("A draft: notice of it was not given yet.")).to_be_visible()
    expect(page.locator("section:has(#calls) li")).to_have_text("ProjectBook.award")
    assembly.give_notice(page.locator(".signed code").inner_text(), number)
    page.goto(f"/office/projects/{assembly.project}")
    assembly.put_to_vote(page.locator(".signed code").first.inner_text(), number)
    return number


def expect_counts(page: Page, number: int, *, cast: int, users_for: int) -> None:
    """The office tells how many voted, and how many users were for it."""
    page.goto(f"/office/votes/{number}")
    expect(page.locator("#live p").first).to_contain_text(f"{cast} of {ROLL} have voted; the quorum is 3.")
    users = page.get_by_role("row").filter(has_text="Users").get_by_role("cell")
    expect(users.first).to_have_text(str(users_for))


def cast(page: Page, number: int) -> None:
    """Sign a ballot with the device."""
    page.goto("/wallet/votes")
    page.get_by_role("link", name=TITLE).click()
    page.wait_for_url(f"**/wallet/votes/{number}")
    page.get_by_label("For", exact=True).check()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.locator("#mine + p")).to_contain_text("For")


def expect_the_ballot_on_the_chain(page: Page, assembly: Assembly, number: int) -> None:
    """The receipt that the phone keeps is a receipt, and the chain itself says that it counts."""
    assembly.counted(number, MEMBER)
    page.reload()
    with page.expect_download() as loading:
        page.get_by_role("link", name="Keep the receipt").click()
    path = loading.value.path()
    kept = BallotReceipt.load(path)
    assert (kept.resolution, kept.member, kept.choice) == (number, MEMBER, Choice.FOR)
    assert assembly.verdict(path) == "counted"


def carry_out(page: Page, assembly: Assembly, number: int) -> None:
    """Nobody contests it: it is carried out with the command that the office's page prints."""
    assembly.wait(number, State.FINAL)
    page.goto(f"/office/votes/{number}")
    assembly.execute(page.locator(".signed code").inner_text(), number)


def expect_awarded(page: Page, assembly: Assembly, number: int) -> None:
    """The public reads that the vote was carried, on which project, and that its money is promised to it."""
    page.goto(f"/votes/{number}")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator(".verdict")).to_have_text("Carried.")
    page.locator("section:has(#about)").get_by_role("link", name="Fête des voisins").click()
    page.wait_for_url(f"**/projects/{assembly.project}")
    expect(page.locator(".total-line")).to_have_text("$60.00 awarded by vote, a grant")
    expect_money(page, promised="$60.00")
    assert page.get_by_role("link", name="The vote on it").get_attribute("href") == f"/votes/{number}"


def spend(page: Page, assembly: Assembly) -> None:
    """The project's claim is judged by the mentor and released by the director; a part of it is spent."""
    assembly.claim()
    assembly.judge(page, MENTOR)
    assembly.judge(page, CHAIR)
    assembly.spend()


def expect_spent(page: Page) -> None:
    """The public reads how much of the award was spent at member businesses, and what is left of it."""
    page.reload()  # for some seconds a browser may show the page as it was
    expect_money(page, spent="$42.50", left="$17.50")


def expect_money(page: Page, **parts: str) -> None:
    """The parts of the award that are not nothing."""
    money = page.locator("section:has(#money) .legend > div")
    told = [one.split("\n") for one in money.all_inner_texts()]
    assert {NAMES[name.strip()]: amount.strip() for name, amount in told} == parts
