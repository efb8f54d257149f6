"""A card before the till's camera: read by the browser's own reader, or by the one that the page loads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, expect

from api.pages.shell import ASSETS
from api.pages.till.device import READER
from endogene_token.office.card_numbers import PAYLOAD
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.till_shop import PATIENCE, Shop
from tests.town import ALICE

WIDTH, HEIGHT = 640, 480
QUIET = 4  # modules of white around a code
FRAMES = 4  # the browser plays them again and again
WHITE, BLACK, GREY = b"\xeb", b"\x10", b"\x80"
UNREAD = "delete window.BarcodeDetector"


@pytest.fixture
def camera(browser: Browser, shop: Shop, tmp_path: Path) -> Iterator[Browser]:
    """A browser before whose camera Alice's card is held."""
    film = tmp_path / "card.y4m"
    film.write_bytes(filmed(f"{PAYLOAD}{shop.card}"))
    own = (
        *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
        f"--use-file-for-fake-video-capture={film}",
    )
    opened = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *own])
    yield opened
    opened.close()


def filmed(text: str) -> bytes:
    """Return a film (YUV4MPEG2) of the square code of a text, in the middle of a white wall."""
    rows = [[bool(dot) for dot in row] for row in segno.make(text, error="m").matrix]
    size = len(rows) + 2 * QUIET
    scale = HEIGHT // size
    left, top = (WIDTH - len(rows) * scale) // 2, (HEIGHT - len(rows) * scale) // 2
    blank = WHITE * WIDTH
    lines = [
        WHITE * left
        + b"".join((BLACK if dot else WHITE) * scale for dot in row)
        + WHITE * (WIDTH - left - len(row) * scale)
        for row in rows
        for _ in range(scale)
    ]
    picture = b"".join([blank] * top + lines + [blank] * (HEIGHT - top - len(lines)))
    colours = GREY * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    return head + (b"FRAME\n" + picture + colours) * FRAMES


@pytest.mark.parametrize("before", ["", UNREAD], ids=["the browser's reader, if any", "the page's reader"])
def test_a_card_before_the_camera_is_read_and_sold_to(camera: Browser, shop: Shop, before: str) -> None:
    """Amount, scan, done: the member is Alice, and the camera is off."""
    with shop.at(camera) as device:
        page = device.page
        if before:
            page.add_init_script(before)
        page.goto("/till")
        page.keyboard.type("4275")
        page.get_by_role("button", name="Scan").click()
        expect(page.get_by_label("Member’s card or telephone")).to_have_value(grouped(shop.card))
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert page.evaluate("document.querySelector('video').srcObject") is None
        button = page.get_by_role("button", name="Record", exact=True)
        expect(button).to_be_focused()
        button.press("Enter")
        expect(page.get_by_role("heading", name="Sale recorded")).to_be_visible()
    assert [(one.amount, one.member) for one in shop.sales()] == [(4275, ALICE)]


def test_without_network_a_card_is_read_all_the_same(camera: Browser, shop: Shop) -> None:
    """The reader came with the till, before anybody needed it."""
    with shop.at(camera) as device:
        page = device.page
        page.add_init_script(UNREAD)
        page.goto("/till")
        for _ in range(PATIENCE):
            if page.evaluate(f"caches.match('{ASSETS.url(READER)}').then(Boolean)"):
                break
            page.wait_for_timeout(100)
        page.reload()
        page.context.set_offline(True)
        page.get_by_role("button", name="Scan").click()
        expect(page.get_by_label("Member’s card or telephone")).to_have_value(grouped(shop.card))


def test_a_reader_that_cannot_be_loaded_blames_no_camera(camera: Browser, shop: Shop) -> None:
    """It says that the number can be typed."""
    with shop.at(camera, service_workers="block") as device:
        page = device.page
        page.add_init_script(UNREAD)
        page.goto("/till?lang=en")
        page.context.set_offline(True)
        page.get_by_role("button", name="Scan").click()
        expect(page.get_by_role("alert")).to_contain_text("The reader could not be loaded")


def grouped(card: str) -> str:
    """Return a card's number as the page writes it: in groups of four."""
    plain = card.replace("-", "")
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))
