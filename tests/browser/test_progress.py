"""What takes a while, in a real browser: a long file is followed to its end; a press counts once."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import update
from sqlmodel import Session, select

from api.hosted import filing_of
from api.pages.till import files
from endogene_token import crash
from endogene_token.office import guesses
from endogene_token.office.card_numbers import new_number
from endogene_token.office.models import OfficeGuesses
from endogene_token.office.scopes import StaffRole
from endogene_token.office.trail import COMMAND_LINE
from endogene_token.sales import SaleUpload, backlog, filing
from endogene_token.sales.deliveries import keep_block
from endogene_token.sales.models import SaleUnfinished
from endogene_token.store import reading, writing
from tests.api.bare_site import OFFICE_KEY
from tests.browser.office_house import at_desk, furnished, logged_in
from tests.browser.till_shop import Shop, open_shop
from tests.town import ALICE, BAKERY, GROCER

BLOCK: Final = 2
LINES: Final = 8
CSV: Final = "receipt;date;amount\n" + "".join(f"A-{one};2026-11-20;4,25\n" for one in range(LINES))
PATIENCE: Final = 400  # twentieths of a second
FOLLOWED: Final = "/till/files/1"
WORKER: Final = """
import sys
from api.app import create_app
from api.hosted import filing_of
from endogene_token.chain.calls import Ledger
from endogene_token.chain.rpc import Rpc
from endogene_token.config import Settings
from endogene_token.sales import filing
from endogene_token.store import open_engine
from tests.api.bare_site import NOBODY, community
filing.ROWS_AT_ONCE = int(sys.argv[2])
with Rpc([NOBODY], timeout=1) as nobody:
    engine, ours = open_engine(sys.argv[1]), community()
    app = create_app(Settings(office_key=sys.argv[3]), engine, Ledger(nobody, ours), ours)
    filing_of(app.state.services).step()
"""


class Gate:
    """What a worker's blocks wait at, until a test lets them through."""

    def __init__(self) -> None:
        self._open = threading.Semaphore(0)
        self._keep = keep_block

    def __call__(self, *given: Any) -> Any:
        self._open.acquire()
        return self._keep(*given)

    def let(self, blocks: int) -> None:
        self._open.release(blocks)


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A bakery, for which a file of more than two lines is a long one."""
    for module in (files, filing):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", BLOCK)
    with open_shop(sqlite_url, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def gate(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A worker, whose blocks are held."""
    made, stop = Gate(), threading.Event()
    monkeypatch.setattr(filing, "keep_block", made)
    worker = threading.Thread(target=filing_of(shop.bare.app.state.services).run, args=(stop,))
    worker.start()
    yield made
    stop.set()
    made.let(LINES)
    worker.join()


@pytest.fixture
def page(shop: Shop, browser: Browser) -> Iterator[Page]:
    with shop.at(browser, service_workers="block") as device:
        yield device.page


def look(page: Page, content: str = CSV) -> None:
    """Choose the file, and look at it."""
    page.goto("/till/files")
    given = {"name": "sales.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("The file").set_input_files(given)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="This is what the file says")).to_be_visible()


def record(page: Page, content: str = CSV) -> None:
    """Have the file recorded, and see the page that follows it."""
    look(page, content)
    page.get_by_role("button", name="Record these sales").click()
    page.wait_for_url(f"**{FOLLOWED}")


def assert_once(shop: Shop) -> None:
    assert [one.receipt for one in shop.sales()] == [f"A-{one}" for one in range(LINES)]


def test_the_bar_of_a_long_file_advances_and_ends_at_what_became_of_it(
    page: Page, shop: Shop, gate: Gate
) -> None:
    """Each block moves it; who listens hears the quarters; the page of the result stays under its address."""
    record(page)
    bar = page.get_by_role("progressbar", name=f"0 of {LINES} lines")
    expect(bar).to_have_attribute("max", str(LINES))
    first = page.locator("progress").element_handle()
    status = page.get_by_role("status")
    for done, words in enumerate(("A quarter is done.", "Half is done.", "Three quarters are done."), 1):
        gate.let(1)
        label = f"{done * BLOCK} of {LINES} lines"
        expect(page.get_by_role("progressbar", name=label)).to_have_attribute("value", str(done * BLOCK))
        expect(status).to_have_text(words)
        assert len(shop.sales()) == done * BLOCK
    assert first.evaluate("bar => bar.isConnected"), "moved, not made anew: nobody loses the place"
    page.goto("/till/files")
    page.get_by_role("link", name="Being recorded: see how far it is").click()
    gate.let(1)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{LINES} sales are recorded")
    expect(page).to_have_url(f"{shop.bare.url}{FOLLOWED}")
    page.reload()
    expect(page.get_by_text("Every line was taken.")).to_be_visible()
    assert_once(shop)


def test_a_file_whose_worker_was_killed_says_so_and_goes_on_without_a_double_line(
    page: Page, shop: Shop, sqlite_url: str
) -> None:
    """SIGKILL between two blocks; the next worker takes the rest, and the page ends at the result."""
    record(page)
    expect(page.get_by_role("status")).to_have_text("It waits for its turn.")
    killed = subprocess.run(
        [sys.executable, "-c", WORKER, sqlite_url, str(BLOCK), OFFICE_KEY],
        env={**os.environ, crash.VARIABLE: "sales.rows.written:3", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    expect(page.get_by_role("progressbar")).to_have_attribute("value", str(2 * BLOCK))
    with writing(shop.bare.engine) as connection:
        connection.execute(update(SaleUnfinished).values(beat=1))  # long ago
    expect(page.get_by_text("It has stopped before its end.")).to_be_visible()
    assert filing_of(shop.bare.app.state.services).step()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{LINES} sales are recorded")
    assert_once(shop)


def test_a_file_that_was_given_up_says_so_in_the_list_and_on_its_page(
    page: Page, shop: Shop, gate: Gate
) -> None:
    """Who was told to close the page finds what is missing where the files are."""
    record(page)
    gate.let(1)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", str(BLOCK))
    with writing(shop.bare.engine) as connection, Session(connection) as session:
        backlog.give_up(session, session.get_one(SaleUpload, 1), COMMAND_LINE)
    page.goto("/till/files")
    row = page.get_by_role("listitem").filter(has_text=f"{LINES} lines read")
    expect(row).to_contain_text(f"{LINES - BLOCK} lines not reached")
    row.get_by_role("link").click()
    expect(page).to_have_url(f"{shop.bare.url}{FOLLOWED}")
    expect(page.get_by_text(f"{LINES - BLOCK} lines were not reached.")).to_be_visible()


def test_a_file_that_waits_for_the_hour_to_turn_says_until_when(
    page: Page, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its unknown cards are counted apart from those of the tills, which go on."""
    monkeypatch.setattr(guesses, "MOST", 1)
    lines = (f"A-{one};2026-11-20;4,25;{new_number()}" for one in range(3))
    record(page, "\n".join(("receipt;date;amount;card", *lines)))
    filing_of(shop.bare.app.state.services).step()
    expect(page.get_by_role("progressbar", name="1 of 3 lines")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("It waits until ")
    with reading(shop.bare.engine) as connection, Session(connection) as session:
        assert session.exec(select(OfficeGuesses.holder)).all() == [f"merchant:{BAKERY}/files"]


def test_a_service_that_does_not_answer_is_told_beside_the_bar(page: Page, shop: Shop, gate: Gate) -> None:
    """And no more once it does: a bar that stands still without a word is no progress."""
    record(page)
    note = page.get_by_text("The service does not answer at the moment.")
    expect(note).to_be_hidden()
    page.route("**/progress?*", lambda route: route.abort())
    expect(note).to_be_visible()
    page.unroute("**/progress?*")
    expect(note).to_be_hidden()
    gate.let(LINES)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{LINES} sales are recorded")


def test_without_a_script_the_page_comes_again_until_the_end(
    page: Page, shop: Shop, gate: Gate, browser: Browser
) -> None:
    """The same words, the same bar."""
    with browser.new_context(base_url=shop.bare.url, java_script_enabled=False, locale="en-CA") as plain:
        plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # as they were given
        still = plain.new_page()
        record(still)
        gate.let(1)
        expect(still.get_by_text(f"{BLOCK} of {LINES} lines")).to_be_visible()
        gate.let(LINES)
        expect(still.get_by_role("heading", level=1)).to_have_text(f"{LINES} sales are recorded")
    assert_once(shop)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_of_a_long_file_is_accessible_and_fits_a_small_phone(
    page: Page, gate: Gate, lang: str, scheme: Any
) -> None:
    """axe finds no violation in either language; nothing moves sideways at 360 px."""
    record(page)
    gate.let(1)
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{FOLLOWED}?lang={lang}")
    done = f"{BLOCK} lignes sur {LINES}" if lang == "fr" else f"{BLOCK} of {LINES} lines"
    expect(page.get_by_role("progressbar", name=done)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(
        "Un quart est fait." if lang == "fr" else "A quarter is done."
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_staff_of_another_business_cannot_follow_a_file(page: Page, shop: Shop, browser: Browser) -> None:
    """As if it were not there; the staff of its own can."""
    record(page)
    for merchant, status in ((GROCER, 404), (None, 200)):
        of = {} if merchant is None else {"merchant": merchant}
        with shop.at(browser, StaffRole.STAFF, **of) as device:
            cookies = {one["name"]: one["value"] for one in device.page.context.cookies()}
        with httpx.Client(base_url=shop.bare.url, cookies=cookies, timeout=30, trust_env=False) as client:
            for path in (FOLLOWED, f"{FOLLOWED}/progress"):
                assert client.get(path, headers={"accept": "text/html"}).status_code == status
    nobody = httpx.get(
        f"{shop.bare.url}{FOLLOWED}", headers={"accept": "text/html"}, timeout=30, trust_env=False
    )
    assert nobody.status_code == 303


def press(page: Page, afterwards: str) -> tuple[list[str], list[Route]]:
    """Press the button that records by its key; return what the page tells then, and what is sent, held.

    The page does it itself: Playwright asks nothing of a page that is about to be left.
    """
    look(page)
    told: list[str] = []
    held: list[Route] = []
    page.on(
        "console", lambda one: told.append(one.text.removeprefix("told: ")) if "told" in one.text else None
    )
    page.route("**/till/files", lambda route: held.append(route))  # noqa: PLW0108  it marks what it is given
    page.evaluate(
        """(afterwards) => {
          const button = document.querySelector("[value=take]");
          const tell = () => [button.textContent, button.ariaBusy, button.ariaDisabled].join(", ");
          const after = { again: () => { button.click(); document.querySelector("[value=try]").click(); },
            back: () => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })) };
          addEventListener("submit", () => setTimeout(() => {
            const words = document.querySelector("body > [aria-live=polite]").textContent;
            console.log(`told: ${tell()}, ${words}, ${document.activeElement === button}`);
            after[afterwards]();
            console.log(`told: ${tell()}`);
          }, 100), { once: true });
        }""",
        afterwards,
    )
    page.get_by_role("button", name="Record these sales").focus()
    page.keyboard.press("Enter")
    for _ in range(PATIENCE):
        if held and len(told) == 2:
            break
        page.wait_for_timeout(50)
    return told, held


def test_a_second_press_does_nothing_and_the_first_is_told(page: Page, shop: Shop, gate: Gate) -> None:
    """On this button or on the other of its form; the focus stays where it was."""
    told, held = press(page, "again")
    assert told == [
        "Being recorded…, true, true, Being recorded…, true",
        "Being recorded…, true, true",
    ]
    held[0].continue_()
    page.wait_for_url(f"**{FOLLOWED}")
    assert len(held) == 1
    gate.let(LINES)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{LINES} sales are recorded")
    assert_once(shop)


def test_a_page_that_comes_back_as_it_was_left_can_be_pressed_again(page: Page) -> None:
    """The browser's own memory of pages brings back a busy button."""
    told, held = press(page, "back")
    assert told[1] == "Record these sales, , "
    held[0].continue_()
    page.wait_for_url(f"**{FOLLOWED}")


class Paper(NamedTuple):
    """What is taken away: by whom, from which page, under which name, by which button; how it begins."""

    role: StaffRole
    path: str
    name: str
    label: str
    begins: bytes


PACK = Paper(StaffRole.DIRECTOR, "/office/annual", "pack", "Make the PDF", b"%PDF")
DATA = Paper(StaffRole.REGISTRAR, f"/office/members/{ALICE}", "data.json", "Hand out all that is kept", b"{")


@pytest.mark.parametrize("paper", [PACK, DATA], ids=["pack", "data"])
def test_the_button_of_a_file_to_take_away_is_busy_until_it_came(
    browser: Browser, sqlite_url: str, paper: Paper
) -> None:
    """One press, one file; who must log in first is led there."""
    with furnished(sqlite_url) as house, at_desk(browser, house, logged_in(house, paper.role)) as context:
        page, held = context.new_page(), list[Route]()
        page.goto(f"{paper.path}?lang=en")
        page.route(f"**/{paper.name}", lambda route: held.append(route))  # noqa: PLW0108  as above
        page.get_by_role("button", name=paper.label).click()
        busy = page.get_by_role("button", name="Being made…")
        expect(busy).to_be_disabled()
        busy.dispatch_event("click")
        while not held:
            page.wait_for_timeout(20)
        with page.expect_download() as loading:
            [route] = held
            route.continue_()
        assert Path(loading.value.path()).read_bytes().startswith(paper.begins)
        expect(page.get_by_role("button", name=paper.label)).to_be_enabled()
        assert len(held) == 1
        page.unroute(f"**/{paper.name}")
        context.clear_cookies()
        page.get_by_role("button", name=paper.label).click()
        page.wait_for_url("**/enter**")
