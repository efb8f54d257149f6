"""The till in a real browser: a sale in three seconds, without network too; the day, people, files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from endogene_token.office.models import OfficeCard
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import OfficeAccount, OfficeSession
from endogene_token.store import writing
from tests.browser.devices import Device, device_of, hidden_at_the_end
from tests.browser.till_shop import PATIENCE, Shop, arrive, host, log_in
from tests.town import ALICE, BAKERY, GROCER, GROCER_TILL

PAGES = ("/till", "/till/today", "/till/today/1", "/till/standing", "/till/files", "/till/people")
CSV = "facture;date;total\nA-1;2026-11-20 17:42;42,75\nA-2;2026-11-20;douze\n"
READY = "navigator.serviceWorker.ready.then(() => caches.match('/till')).then(Boolean)"


@pytest.fixture
def device(browser: Browser, shop: Shop) -> Iterator[Device]:
    with shop.at(browser) as opened:
        yield opened


@pytest.fixture
def page(device: Device) -> Page:
    return device.page


def sell(page: Page, amount: str, buyer: str = "") -> None:
    """Record a sale as somebody at a counter does, by the keys of the device."""
    page.goto("/till")
    page.keyboard.type(amount)
    if buyer:
        page.get_by_label("Member’s card or telephone").fill(buyer)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("button", name="Next sale")).to_be_visible()


def test_a_sale_with_a_card_is_recorded_and_shown_today(page: Page, shop: Shop) -> None:
    """The premium is shown before; the receipt number is the page's own; the list has it at once."""
    page.goto("/till")
    page.keyboard.type("4275")
    page.get_by_label("Member’s card or telephone").fill(shop.card)
    expect(page.get_by_text("Premium: $1.20, of which $1.08 for the member")).to_be_visible()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("heading", name="Sale recorded")).to_be_focused()
    [sale] = shop.sales()
    assert (sale.amount, sale.member, sale.source, sale.merchant) == (4275, ALICE, "till", BAKERY)
    assert re.fullmatch(r"\d{6}-[0-9A-Z]{4}-[0-9A-Z]{4}", sale.receipt)
    page.goto("/till/today")
    row = page.get_by_role("link", name=sale.receipt)
    expect(row).to_contain_text("$42.75")
    expect(row).to_contain_text("Sale with a member")


def test_a_whole_sale_needs_the_keyboard_alone(page: Page, shop: Shop) -> None:
    """Digits, the shop's own scanner, Enter; and Enter again for the next one."""
    page.goto("/till")
    page.keyboard.type("1250")
    page.keyboard.type(f"endogene:card:{shop.card}")
    page.keyboard.press("Enter")
    assert shop.sales() == [], "a scanner ends with Enter: it records nothing"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sale recorded")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Amount of the sale")).to_be_focused()
    assert [(one.amount, one.member) for one in shop.sales()] == [(1250, ALICE)]


def test_sales_without_network_survive_and_are_sent_once(page: Page, shop: Shop) -> None:
    """Counted at once, still there after a reload without network, sent in order when it is back."""
    page.goto("/till")
    assert page.evaluate(READY)
    page.context.set_offline(True)
    for amount in ("1999", "500"):
        page.goto("/till")
        page.keyboard.type(amount)
        page.get_by_role("button", name="Record", exact=True).click()
        expect(page.get_by_role("heading", name="Sale kept on this device")).to_be_visible()
    expect(page.get_by_text("2 sales wait on this device to be sent.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("2 sales wait on this device to be sent.")).to_be_visible()
    page.goto("/till/today")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert shop.sales() == []
    page.context.set_offline(False)
    page.goto("/till")
    arrive(page, shop, 1999, 500)


def test_a_camera_that_was_closed_before_it_came_is_off(page: Page) -> None:
    """Who closes the dialog while the browser still asks is not filmed afterwards."""
    page.add_init_script(
        """const picture = document.createElement("canvas").captureStream();
        window.track = picture.getTracks()[0];
        navigator.mediaDevices.getUserMedia = () =>
          new Promise((resolve) => { window.grant = () => resolve(picture); });"""
    )
    page.goto("/till")
    page.get_by_role("button", name="Scan").click()
    page.locator("dialog[open] button").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.evaluate("window.track.readyState") == "live"
    page.evaluate("window.grant()")
    for _ in range(PATIENCE):
        if page.evaluate("window.track.readyState") == "ended":
            break
        page.wait_for_timeout(100)
    assert page.evaluate("window.track.readyState") == "ended"


def test_what_is_refused_when_it_is_sent_is_shown_with_its_reason(page: Page, shop: Shop) -> None:
    """A card that was ended meanwhile; the sale can be recorded without it."""
    page.goto("/till")
    assert page.evaluate(READY)
    page.context.set_offline(True)
    page.keyboard.type("888")
    page.get_by_label("Member’s card or telephone").fill(shop.card)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("heading", name="Sale kept on this device")).to_be_visible()
    with writing(shop.bare.engine) as connection, Session(connection) as session:
        card = session.get(OfficeCard, 1)
        assert card is not None
        card.revoked_at, card.reason = 1_790_000_000, "lost"
        session.add(card)
        session.commit()
    page.context.set_offline(False)
    page.goto("/till")
    refused = page.get_by_role("region", name="Sent later, and refused")
    expect(refused).to_contain_text("$8.88")
    refused.get_by_role("button", name="Record without the member").click()
    expect(refused).to_be_hidden()
    arrive(page, shop, 888)
    assert [one.member for one in shop.sales()] == [0]


def test_an_unknown_card_is_mended_at_the_counter(page: Page, shop: Shop) -> None:
    """A misread number is told before it is sent; nothing is lost of the amount."""
    page.goto("/till")
    page.keyboard.type("100")
    page.get_by_label("Member’s card or telephone").fill(shop.card[::-1] + "X")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no card and no telephone number")
    page.get_by_label("Member’s card or telephone").fill("418 555 0199")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#told")).to_be_visible()
    expect(page.locator("#unsent")).to_be_hidden()
    assert shop.sales() == []
    page.get_by_label("Member’s card or telephone").fill("")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("heading", name="Sale recorded")).to_be_visible()
    assert [one.amount for one in shop.sales()] == [100]


def test_a_session_that_ended_keeps_the_sales_and_asks_for_a_login(page: Page, shop: Shop) -> None:
    """They wait; the login comes back to the till, which sends them."""
    page.goto("/till")
    with writing(shop.bare.engine) as connection:
        connection.execute(OfficeSession.__table__.update().values(expires_at=1))  # type: ignore[attr-defined]
    page.keyboard.type("321")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("link", name="Log in again").click()
    page.get_by_role("button").click()
    page.wait_for_url("**/till")
    arrive(page, shop, 321)


def test_a_part_is_taken_back_then_the_rest_undone(page: Page, shop: Shop) -> None:
    """Each once; the day's sums follow, and agree with a cash register that did the same."""
    sell(page, "4275", shop.card)
    page.get_by_role("link", name="A mistake? Undo it").click()
    page.get_by_label("Amount given back").fill("12.75")
    page.get_by_role("button", name="Take this part back").click()
    expect(page.get_by_role("status")).to_contain_text("$30.00 of the sale is left")
    page.goto("/till/today?register=30")
    expect(page.get_by_text("They agree, to the cent.")).to_be_visible()
    page.goto("/till/today/1")
    page.get_by_label("Amount given back").fill("31")
    page.get_by_role("button", name="Take this part back").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Undo $30.00").click()
    expect(page.get_by_role("status")).to_contain_text("the whole sale is undone")
    expect(page.get_by_role("button", name=re.compile("Undo"))).to_have_count(0)
    assert [(one.kind, one.amount) for one in shop.sales()] == [
        ("purchase", 4275),
        ("reversal", 1275),
        ("reversal", 3000),
    ]


def test_an_owner_invites_staff_who_log_in_and_see_less(page: Page, shop: Shop, browser: Browser) -> None:
    """The code is shown once, as text and as a square code; ended, it opens nothing any more."""
    page.goto("/till/people")
    page.get_by_label("Name").fill("Léa Caron")
    page.get_by_role("button", name="Make a code").click()
    code = page.locator(".code").inner_text()
    expect(page.locator(".qr svg")).to_be_visible()
    with device_of(browser, shop.bare.url, locale="en-CA") as other:
        log_in(other.page, code)
        expect(other.page.get_by_role("link", name="Staff")).to_have_count(0)
        for path in ("/till/people", "/till/standing"):
            answer = other.page.goto(path)
            assert answer is not None
            assert answer.status == 403, path
        page.goto("/till/people")
        page.get_by_text("End the account", exact=True).click()
        page.get_by_role("button", name="End the account of Léa Caron now").click()
        expect(page.get_by_text("Ended")).to_be_visible()
        other.page.goto("/till")
        expect(other.page).to_have_url(re.compile("/enter"))


def test_a_login_of_long_ago_is_asked_for_again_before_people_are(page: Page, shop: Shop) -> None:
    """The form is not even shown; a form of before is refused."""
    with writing(shop.bare.engine) as connection:
        connection.execute(OfficeSession.__table__.update().values(confirmed_at=1))  # type: ignore[attr-defined]
    page.goto("/till/people")
    expect(page.get_by_label("Name")).to_have_count(0)
    page.get_by_role("link", name="Show my passkey").click()
    page.get_by_role("button").click()
    page.wait_for_url("**/till/people")
    expect(page.get_by_label("Name")).to_be_visible()


def test_a_file_is_looked_at_tried_and_taken(page: Page, shop: Shop) -> None:
    """Nothing is kept before it is taken; the refused lines are a file to work through."""
    page.goto("/till/files")
    given = {"name": "sales.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.get_by_label("The file").set_input_files(given)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_label("Receipt number", exact=True)).to_have_value("facture")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("status").last).to_contain_text(
        "1 sale would be recorded, 1 line would be refused"
    )
    assert shop.sales() == []
    page.get_by_role("button", name="Record these sales").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 sale is recorded")
    with page.expect_download() as loading:
        page.get_by_role("link", name="All refused lines").click()
    assert "A-2" in Path(loading.value.path()).read_text("utf-8-sig")
    assert [(one.receipt, one.amount, one.source) for one in shop.sales()] == [("A-1", 4275, "csv")]


def test_one_merchant_never_sees_anothers(shop: Shop, browser: Browser, page: Page) -> None:
    """Sales, refunds, files, people: of the neighbour, as if they were not there."""
    sell(page, "4275")
    with writing(shop.bare.engine) as connection, Session(connection) as session:
        session.add(host(GROCER, GROCER_TILL))
        session.commit()
    with shop.bare.reading() as session:
        account = session.exec(select(OfficeAccount.id)).one()
    with shop.at(browser, StaffRole.OWNER, GROCER) as other:
        other.page.goto("/till/today")
        expect(other.page.get_by_text("Nothing sold yet today.")).to_be_visible()
        cookies = {one["name"]: one["value"] for one in other.page.context.cookies()}
        headers = {"origin": shop.bare.url, "accept": "text/html"}
        with httpx.Client(
            base_url=shop.bare.url, cookies=cookies, headers=headers, trust_env=False
        ) as client:
            assert client.get("/till/today/1").status_code == 404
            form = {"number": "261122-AAAA-BBBB", "what": "whole"}
            assert client.post("/till/today/1", data=form).status_code == 404
            assert client.get("/till/files/1/refused.csv").status_code == 404
            for way in ("invite", "end"):
                assert client.post(f"/till/people/{account}/{way}").status_code == 403
            sold = {"merchant": BAKERY, "till": 1, "sales": [{"receipt": "X", "amount": "1"}]}
            assert client.post("/till/sales", json=sold).status_code == 403
            elsewhere = {**headers, "origin": "https://evil.example"}
            mine = {**sold, "merchant": GROCER, "till": GROCER_TILL}
            assert client.post("/till/sales", json=mine, headers=elsewhere).status_code == 403
    assert [one.merchant for one in shop.sales()] == [BAKERY]


def test_staff_invites_and_ends_nobody(shop: Shop, browser: Browser) -> None:
    """Whatever a browser of theirs sends; and who is not logged in is sent to do so."""
    with shop.at(browser, StaffRole.STAFF) as clerk:
        cookies = {one["name"]: one["value"] for one in clerk.page.context.cookies()}
    headers = {"origin": shop.bare.url, "accept": "text/html"}
    with httpx.Client(base_url=shop.bare.url, headers=headers, timeout=30, trust_env=False) as client:
        for path in PAGES:
            assert client.get(path).status_code == 303, path
        client.cookies.update(cookies)
        assert client.post("/till/people", data={"name": "Eve"}).status_code == 403
        assert client.post(f"/till/people/{'0' * 16}/end").status_code == 403
        assert client.get("/till/standing/2026-10.pdf").status_code == 403
        assert client.get("/till/today").status_code == 200


def test_a_merchant_without_a_hosted_till_is_told_what_to_do(shop: Shop, browser: Browser) -> None:
    """And one with two chooses once for a device."""
    with shop.at(browser, merchant=GROCER) as device:
        expect(device.page.get_by_role("heading", name="No till yet")).to_be_visible()
        with writing(shop.bare.engine) as connection, Session(connection) as session:
            session.add_all([host(GROCER, 2), host(GROCER, 3)])
            session.commit()
        device.page.goto("/till")
        device.page.get_by_role("button", name="Till 3").click()
        expect(device.page.get_by_text("This device is till 3.")).to_be_visible()
        sell(device.page, "100")
        assert [one.till for one in shop.sales()] == [3]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_pages_are_accessible_and_fit_a_small_phone(
    page: Page, shop: Shop, lang: str, scheme: Any
) -> None:
    """axe finds no violation; at 360 px nothing moves sideways, or ends behind the places."""
    sell(page, "4275", shop.card)
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    for path in (*PAGES, "/till/offline"):
        page.goto(f"{path}?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert hidden_at_the_end(page) == 0, path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


def test_the_sale_is_light(page: Page, shop: Shop) -> None:
    """Under 100 kB with all its files as they are sent; the reader of codes is loaded with the camera."""
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    with httpx.Client(base_url=shop.bare.url, cookies=cookies, timeout=30, trust_env=False) as client:
        answer = client.get("/till")
        loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text))
        assert not [one for one in loaded if "jsqr" in one]
        sizes = [int(client.get(one).headers["content-length"]) for one in loaded]
        assert sum(sizes) + len(answer.content) < 100_000
        worker = client.get("/till/worker.js")
    assert worker.headers["service-worker-allowed"] == "/till"
    assert all(one in worker.text for one in loaded if not one.endswith(".png"))
