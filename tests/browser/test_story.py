"""The whole story, through the four doors of the demo: from a first device to what the public sees."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import Session

from endogene_token.ballots import Choice
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.charter import Kind
from endogene_token.chain.transactions import complete_key_rotation
from endogene_token.cli import identities, meeting, motions, story
from endogene_token.cli.people import NEIGHBOURS
from endogene_token.config import Settings
from endogene_token.host import FREE_PORT, RULES, FoundingPlan, Host
from endogene_token.office import device_keys
from endogene_token.store import reading
from tests.browser.budget import cost
from tests.browser.devices import Device, device_of
from tests.browser.looks import SHARE, changed, look
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
OVEN: Final = motions.Motion(
    Kind.DECISION, "Un four à pain au marché\n\nLe garder ouvert le samedi.\n", {}, meeting.NOTICE
)
CONTEST: Final = 4  # seconds, the fewest that the rulebook admits beside an annulment in two
VOTING: Final = 90  # seconds: a browser has to be quick enough on a slow machine


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The demo, its story told; a new device signs after a second, and an assembly decides in minutes."""
    folder, port = tmp_path_factory.mktemp("story"), free_port()
    charter = meeting.brisk_charter()
    procedures, usual = list(charter.procedures), charter.procedures[Kind.DECISION]
    procedures[Kind.DECISION] = replace(usual, notice=meeting.NOTICE, voting=VOTING, contest=CONTEST)
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


def test_the_story_goes_through_the_four_doors(host: Host, phone: Device, desk: BrowserContext) -> None:
    """A member enrols, buys, sees it, votes with the device; the board sees that, the public what came."""
    enrol(host, phone.page, desk)
    card = make_card(phone.page)
    sell(enter(desk, "/till", "Denis Roy"), card)
    expect_purchase(host, phone.page)
    number = open_vote(host)
    cast(phone.page, number)
    expect_counted(host, enter(desk, "/office", "Hélène Gagnon"), number)
    expect_told(desk.new_page(), number)


def enrol(host: Host, page: Page, desk: BrowserContext) -> None:
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
    motions.until(host, lambda: motions.now(host) >= ready_at)
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


def open_vote(host: Host) -> int:
    """The board gives notice of a decision; return its number once ballots are taken."""
    motions.file(host, OVEN, list)
    motions.give_notice(host, [OVEN])
    number = motions.found(host, OVEN)
    assert number is not None
    motions.until(host, lambda: motions.state_of(host, number).name == "OPEN")
    host.settle_down()
    return number


def cast(page: Page, number: int) -> None:
    """Sign a ballot with the device."""
    page.goto("/wallet/votes")
    page.get_by_role("link", name="Un four à pain au marché").click()
    page.get_by_label("For", exact=True).check()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.locator("#mine + p")).to_contain_text("For")


def expect_counted(host: Host, page: Page, number: int) -> None:
    """The chain holds the ballot that the device signed, and the office sees one more."""
    host.settle_down()
    ballot = Assembly(host.ledger).ballot(number, MEMBER)
    assert ballot is not None
    assert ballot.choice == Choice.FOR
    page.goto(f"/office/votes/{number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Un four à pain au marché")


def expect_told(page: Page, number: int) -> None:
    """The public sees the vote, the award of before, and the money of it that was spent."""
    page.goto(f"/votes/{number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Un four à pain au marché")
    page.goto("/projects")
    awarded = page.get_by_role("listitem").filter(has_text="awarded by vote").filter(has_text="Spent")
    awarded.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Its money")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Spent")).first).to_be_visible()
