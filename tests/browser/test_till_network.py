"""The till on a bad network: what is on its way, what is lost on it, and what is held up there.

No worker here: while one takes over, `page.route` does not see what the page sends. The page's clock goes
only where a test moves it, however slow the machine is.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlmodel import Session

from endogene_token.office import guesses
from endogene_token.office.models import OfficeCard
from endogene_token.sales import HostedTill
from endogene_token.sales.models import TillState
from endogene_token.store import writing
from tests.browser.till_shop import Shop, arrive, host
from tests.town import ALICE, BAKERY, BAKERY_TILL

SALES = "**/till/sales"
AT_THE_COUNTER, PATIENCE, AGAIN = 2_000, 10_000, 15_000  # milliseconds, as the page has them
SECOND_TILL = 9


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    with shop.at(browser, service_workers="block") as opened:
        opened.page.clock.install(time=time.time() - 7200)
        yield opened.page


def stand_still(page: Page) -> None:
    """Open the till, and stop its clock."""
    page.goto("/till")
    page.clock.pause_at(time.time() - 3600)


def hold(page: Page) -> list[Route]:
    """Have the network take what the till sends, and say nothing; return what it holds."""
    held: list[Route] = []
    page.route(SALES, lambda route: held.append(route))  # noqa: PLW0108  Playwright marks what it is given
    return held


def first(page: Page, held: list[Route]) -> Route:
    """Return the first request that the network holds, once there is one."""
    while not held:
        page.wait_for_timeout(20)
    return held[0]


def record(page: Page, amount: str, card: str = "") -> Locator:
    """Type a sale and press; return the button."""
    page.keyboard.type(amount)
    page.get_by_label("Member’s card or telephone").fill(card)
    button = page.get_by_role("button", name="Record", exact=True)
    button.click()
    return button


def see(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


def test_a_sale_on_its_way_stays_as_it_was_told(page: Page, shop: Shop) -> None:
    """While the answer is awaited, neither keys nor a card nor a second press change what is recorded."""
    stand_still(page)
    held = hold(page)
    button = record(page, "2450")
    expect(button).to_be_disabled()
    page.keyboard.type("9")
    expect(button).to_be_disabled()
    expect(page.get_by_label("Member’s card or telephone")).to_have_attribute("readonly", "")
    expect(page.get_by_label("Amount of the sale")).to_have_value(re.compile("24.50"))
    first(page, held).continue_()
    see(page, "Sale recorded")
    assert [(one.amount, one.member) for one in shop.sales()] == [(2450, 0)]


def test_nobody_at_the_counter_waits_for_a_silent_network(page: Page, shop: Shop) -> None:
    """After two seconds the sale is told as kept, and the next one begins; both are recorded, each once."""
    stand_still(page)
    held = hold(page)
    record(page, "2450", shop.card)
    first(page, held)
    page.clock.run_for(AT_THE_COUNTER)
    see(page, "Sale kept on this device")
    page.get_by_role("button", name="Next sale").click()
    record(page, "100")
    expect(page.locator("#unsent")).to_contain_text("2 sales wait on this device")
    page.clock.run_for(AT_THE_COUNTER)
    see(page, "Sale kept on this device")
    assert len(held) == 1, "one after another: the second is not sent beside the first"
    held.pop().continue_()
    first(page, held).continue_()
    see(page, "Sale recorded")
    expect(page.locator("#done-amount")).to_contain_text("$1.00")
    arrive(page, shop, 2450, 100)
    assert [one.member for one in shop.sales()] == [ALICE, 0]


def test_a_sale_that_was_told_as_kept_and_is_refused_then_is_told_so(page: Page, shop: Shop) -> None:
    """On the screen where it still stands, and in the list, which it leaves without the member."""
    stand_still(page)
    held = hold(page)
    record(page, "888", shop.card)
    first(page, held)
    page.clock.run_for(AT_THE_COUNTER)
    see(page, "Sale kept on this device")
    with writing(shop.bare.engine) as connection, Session(connection) as session:
        card = session.get(OfficeCard, 1)
        assert card is not None
        card.revoked_at, card.reason = 1_790_000_000, "lost"
        session.add(card)
        session.commit()
    held.pop().continue_()
    expect(page.locator("#done").get_by_role("heading", name="Sent later, and refused")).to_be_visible()
    expect(page.locator("#unsent")).to_be_hidden()
    assert shop.sales() == []
    page.unroute(SALES)
    refused = page.get_by_role("region", name="Sent later, and refused")
    refused.get_by_role("button", name="Record without the member").click()
    expect(refused).to_be_hidden()
    arrive(page, shop, 888)
    assert [one.member for one in shop.sales()] == [0]


def test_a_sale_whose_answer_was_lost_is_kept_once(page: Page, shop: Shop) -> None:
    """The service took it, the connection broke: it is sent again under its number, and met again."""
    stand_still(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(SALES, lose)
    record(page, "777")
    see(page, "Sale kept on this device")
    page.unroute(SALES)
    page.clock.run_for(AGAIN)
    see(page, "Sale recorded")
    arrive(page, shop, 777)


def test_a_sale_whose_answer_never_comes_is_sent_anew(page: Page, shop: Shop) -> None:
    """It was taken, and the network said nothing: given up after a while, it goes by itself."""
    stand_still(page)
    held = hold(page)
    record(page, "777")
    first(page, held).fetch()
    page.clock.run_for(PATIENCE)
    see(page, "Sale kept on this device")
    page.unroute(SALES)
    page.clock.run_for(AGAIN)
    see(page, "Sale recorded")
    arrive(page, shop, 777)


def test_a_sale_waits_with_its_member_while_too_many_cards_were_unknown(
    page: Page, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither refused for good nor recorded without the member: it goes with the next hour."""
    monkeypatch.setattr(guesses, "MOST", 0)
    stand_still(page)
    record(page, "1000", shop.card)
    see(page, "Sale kept on this device")
    expect(page.locator("#done-later")).to_contain_text("waits on the device with its member")
    expect(page.locator("#unsent")).to_contain_text("Too many numbers were unknown")
    expect(page.locator("#refused")).to_be_hidden()
    page.get_by_role("button", name="Next sale").click()
    record(page, "200")
    see(page, "Sale recorded")  # what names nobody is not held up
    monkeypatch.undo()
    page.clock.run_for(AGAIN)
    arrive(page, shop, 200, 1000)
    assert [one.member for one in shop.sales()] == [0, ALICE]


def test_a_till_that_is_hosted_no_more_holds_up_no_other(page: Page, shop: Shop) -> None:
    """Its own sales wait, and are told with the reason; hosted again, they go."""
    stand_still(page)
    page.route(SALES, lambda route: route.abort())
    record(page, "300")
    see(page, "Sale kept on this device")
    let(shop, BAKERY_TILL, TillState.CLOSED, beside=SECOND_TILL)
    page.unroute(SALES)
    stand_still(page)
    expect(page.locator("#unsent")).to_contain_text("1 sale waits")
    record(page, "400")
    see(page, "Sale recorded")
    expect(page.locator("#unsent")).to_contain_text(f"has no hosted till {BAKERY_TILL}")
    expect(page.locator("#unsent")).to_contain_text("1 sale waits")
    let(shop, BAKERY_TILL, TillState.OPEN)
    page.clock.run_for(AGAIN)
    arrive(page, shop, 400, 300)
    assert [one.till for one in shop.sales()] == [SECOND_TILL, BAKERY_TILL]


def let(shop: Shop, number: int, state: TillState, *, beside: int | None = None) -> None:
    """Close a till, or open it again; `beside`: one that is hosted from now on."""
    with writing(shop.bare.engine) as connection, Session(connection) as session:
        till: Any = session.get(HostedTill, host(BAKERY, number).address)
        till.state = state
        session.add_all([till, *([host(BAKERY, beside)] if beside else [])])
        session.commit()
