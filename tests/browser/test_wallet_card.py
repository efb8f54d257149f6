"""The card on a phone: its square code is read back from the screen, by the reader that the till has.

It is the card in force, or none; and what erases the member's link erases it from the device.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from endogene_token.errors import DatabaseUnavailableError
from endogene_token.office import cards, trail
from endogene_token.office.card_numbers import read_number
from endogene_token.office.models import OfficeCard
from endogene_token.office.scopes import StaffRole
from tests.api.staff_house import House
from tests.browser.office_house import at_desk, entered, furnished
from tests.town import ALICE, BASILE

READER: Final = Path(__file__).parents[2] / "api/static/vendor/jsqr.js"
LOOK: Final = """async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const drawn = canvas.getContext("2d");
  drawn.drawImage(image, 0, 0);
  const { data, width, height } = drawn.getImageData(0, 0, image.width, image.height);
  return jsQR(data, width, height)?.data ?? null;
}"""


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url, is_empty=True) as opened:
        yield opened


def looked_at(browser: Browser, picture: bytes) -> str | None:
    """Return what a picture's square code holds, or None."""
    reading = browser.new_page()
    reading.add_script_tag(path=READER)
    found = reading.evaluate(LOOK, "data:image/png;base64," + b64encode(picture).decode())
    reading.close()
    return None if found is None else str(found)


def made(page: Page) -> str:
    """Make the card on the device; return its digits as they are shown."""
    page.goto("/wallet/card?lang=en")
    page.get_by_role("button", name="Make my card").click()
    digits = page.locator("#digits")
    expect(digits).to_contain_text("-")
    return digits.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_square_code_on_the_screen_is_the_card(browser: Browser, house: House, scheme: Any) -> None:
    """On a phone, by day and by night: what a camera reads is the number below it, and the member's card."""
    view = {"width": 390, "height": 844}
    device = entered(house, StaffRole.MEMBER, member=ALICE)
    context = at_desk(browser, house, device, viewport=view, color_scheme=scheme)
    page = context.new_page()
    shown = made(page)
    read = looked_at(browser, page.locator("#square").screenshot())
    assert read == "endogene:card:" + shown.replace("-", "").replace(" ", "")
    with house.bare.reading() as session:
        assert cards.holder(session, house.bare.secret, read_number(read)) == ALICE
    context.close()


@pytest.fixture
def phone(browser: Browser, house: House) -> Iterator[Page]:
    """Alice's phone, on which she is logged in and has no card yet."""
    context = at_desk(browser, house, entered(house, StaffRole.MEMBER, member=ALICE))
    yield context.new_page()
    context.close()


def test_a_card_that_the_office_replaced_is_shown_no_more(phone: Page, house: House) -> None:
    """The device forgets it, says so, and offers what leads to a card that works."""
    made(phone)
    phone.reload()
    expect(phone.locator("#square")).to_be_visible()
    with trail.changing(house.bare.engine, trail.COMMAND_LINE) as change:
        number = cards.replace(change, house.bare.secret, ALICE).number
    phone.reload()
    expect(phone.get_by_text("The card that this device showed has ended.")).to_be_visible()
    expect(phone.locator("#square")).to_be_hidden()
    assert phone.evaluate("localStorage.length") == 0
    phone.get_by_label("The number on your card").fill(number)
    phone.get_by_role("button", name="Show it on this device").click()
    expect(phone.locator("#square")).to_be_visible()
    phone.reload()
    expect(phone.locator("#square")).to_be_visible()


@pytest.mark.parametrize("is_silent", [True, False])
def test_where_the_service_does_not_answer_the_card_is_shown(
    phone: Page, monkeypatch: pytest.MonkeyPatch, is_silent: bool
) -> None:
    """Neither a silent network nor an answer in the service's place keeps it from the till."""
    shown = made(phone)
    phone.evaluate("navigator.serviceWorker.ready.then(Boolean)")
    phone.reload()  # the worker is in charge from now on
    over = threading.Event()

    def away(*_: object) -> OfficeCard | None:
        if is_silent:
            over.wait(60)
        raise DatabaseUnavailableError(actual="ledger")

    monkeypatch.setattr(cards, "held", away)
    try:
        phone.goto("/wallet/card?lang=en")
        expect(phone.get_by_role("heading", name="Without a connection")).to_be_visible()
        expect(phone.locator("#digits")).to_have_text(shown)
    finally:
        over.set()


def test_a_card_asked_for_twice_at_once_is_made_once(phone: Page, house: House) -> None:
    """An impatient second press replaces nothing; who cannot see hears the card's number, and may end it."""
    phone.goto("/wallet/card?lang=en")
    phone.locator("#new").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    expect(phone.locator("#digits")).to_contain_text("-")
    expect(phone.get_by_role("figure", name="Card number")).to_be_focused()
    expect(phone.get_by_text("My card is lost")).to_be_visible()
    phone.wait_for_load_state("networkidle")
    with house.bare.reading() as session:
        assert len(cards.cards_of(session, ALICE)) == 1


def test_a_device_on_which_the_link_was_erased_keeps_nothing_of_the_member(phone: Page) -> None:
    """Neither the card nor what opens a ballot; another member's stays."""
    made(phone)
    keep = "(whose) => whose.forEach((one) => localStorage.setItem(`endogene-ballot-${one}-1`, '{}'))"
    phone.evaluate(keep, [ALICE, BASILE])
    phone.goto("/wallet/me/erase?lang=en")
    phone.get_by_role("button", name="Erase it now").click()
    expect(phone.get_by_role("heading", name="It is erased")).to_be_visible()
    assert phone.evaluate("Object.keys(localStorage)") == [f"endogene-ballot-{BASILE}-1"]


def test_a_screen_without_a_card_holds_no_code(browser: Browser, house: House) -> None:
    """The reader itself: it finds nothing where nothing is."""
    context = at_desk(browser, house, entered(house, StaffRole.MEMBER, member=ALICE))
    page = context.new_page()
    page.goto("/wallet/card?lang=en")
    assert looked_at(browser, page.screenshot()) is None
    context.close()
