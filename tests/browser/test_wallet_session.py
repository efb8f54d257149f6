"""A member's phone whose session ended, a page that asks by itself, and what is told of a refused ballot."""

import json
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, select, update

from endogene_token.chain.charter import Kind
from endogene_token.chain.transactions import complete_key_rotation, request_key_rotation
from endogene_token.errors import BallotRefusedError
from endogene_token.hexes import from_hex
from endogene_token.office import cards, invitations, sessions, trail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeSession
from endogene_token.reasons import BallotRefusal
from endogene_token.relay import ballots
from endogene_token.relay.models import write_reason
from endogene_token.relay.vote_models import RelayBallot, VoteState
from endogene_token.store import writing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind as Trouble
from tests.browser.devices import device_of
from tests.browser.wallet_town import Town, wallet_town
from tests.town import ALICE, GROCER_TILL

STRANGER = b"\x77" * 20
WATCHED = "**/wallet/today*"
UNTOUCHED = "document.querySelector('#now > *').isOld"
KEPT_IN_FRENCH = """async () => {
  const kept = await caches.match("/wallet/offline", { ignoreVary: true });
  return kept !== undefined && (await kept.text()).includes('<html lang="fr');
}"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with wallet_town(tmp_path_factory.mktemp("session")) as opened:
        yield opened


@pytest.fixture(scope="module")
def phone(browser: Browser, town: Town) -> Iterator[Page]:
    """Alice's phone, which signs for her, a resolution being voted on."""
    with device_of(browser, town.address, locale="en-CA") as device:
        device.page.goto(f"/join#{town.invited(ALICE)}")
        device.page.get_by_role("button").click()
        device.page.wait_for_url("**/wallet")
        town.registrar(town.rotation_call(ALICE))
        town.vote.votes.wait_until(town.standing(ALICE).ready_at)
        town.vote.votes.do(complete_key_rotation(town.vote.site.town.community, ALICE))
        town.vote.site.read()
        town.vote.opened(Kind.DECISION, "Buy an oven\n")
        yield device.page


@pytest.fixture
def page(phone: Page) -> Page:
    """The phone, logged in whatever the test before did."""
    phone.goto("/wallet")
    if "/enter" in phone.url:
        phone.get_by_role("button").click()
        phone.wait_for_url(at("/wallet"))
    return phone


def end(town: Town) -> None:
    """End every session, as twelve hours do."""
    set_sessions(town, expires_at=1)


def set_sessions(town: Town, **values: int) -> None:
    with writing(town.vote.site.engine) as connection:
        connection.execute(update(OfficeSession).values(**values))


def seen_at(town: Town) -> int:
    """Return when the newest session was last used."""
    with town.reading() as connection, Session(connection) as session:
        newest = select(OfficeSession).order_by(col(OfficeSession.created_at).desc())
        return session.exec(newest).first().seen_at  # type: ignore[union-attr]  # somebody has logged in


def at(path: str) -> Callable[[str], bool]:
    """Whether an address is that of a page, and not of the login that leads there."""
    return lambda address: urlsplit(address).path == path


def comes_back(page: Page, path: str, act: Callable[[], object]) -> None:
    """See an act lead to the login, and from there to the page on which it was done."""
    act()
    page.wait_for_url(f"**/enter?to={path}")
    page.get_by_role("button").click()
    page.wait_for_url(at(path))


def test_a_ballot_after_the_session_ended_leads_to_the_login_and_back(page: Page, town: Town) -> None:
    """It is no missing connection; logged in again, the same ballot is taken."""
    page.goto("/wallet/votes/1")
    page.get_by_label("Against").check()
    end(town)
    sign = page.get_by_role("button", name="Sign and send")
    comes_back(page, "/wallet/votes/1", sign.click)
    page.get_by_label("Against").check()
    sign.click()
    expect(page.locator("#mine + p")).to_contain_text("Against")


def test_a_card_that_was_typed_waits_for_the_login(page: Page, town: Town) -> None:
    """Seventeen characters are not typed twice; they wait in this tab for the same member alone."""
    services = town.vote.site.app.state.services
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        number = cards.issue(change, services.secret(), ALICE).number
    page.goto("/wallet/card")
    page.locator("#number").fill(number)
    end(town)
    comes_back(page, "/wallet/card", page.locator("#known button").click)
    expect(page.locator("#number")).to_have_value(number)
    page.reload()
    expect(page.locator("#number")).to_have_value("")


def test_a_page_that_asks_by_itself_keeps_no_session(page: Page, town: Town) -> None:
    """A person's request is a use; the page's own are none, and lead to the login once the time is over."""
    now = int(time.time())
    set_sessions(town, seen_at=now - 2 * sessions.SEEN_EVERY)
    page.goto("/wallet")
    assert seen_at(town) >= now, "somebody opened a page"
    idle = now - 2 * sessions.SEEN_EVERY
    set_sessions(town, seen_at=idle)
    for _ in range(2):
        with page.expect_response(WATCHED) as asked:
            pass
        assert asked.value.status in {200, 204}
    assert seen_at(town) == idle
    set_sessions(town, seen_at=now - sessions.IDLE_SECONDS)
    page.wait_for_url("**/enter?to=/wallet")


def test_what_is_shown_is_told_anew_only_when_it_changed(page: Page, town: Town) -> None:
    """A screen reader reads what is put into the page: nothing is, until a purchase comes."""
    page.goto("/wallet")
    page.evaluate("document.querySelector('#now > *').isOld = true")
    for _ in range(2):
        with page.expect_response(WATCHED) as asked:
            pass
        assert asked.value.status == 204
    assert page.evaluate(UNTOUCHED) is True
    site = town.vote.site
    site.record(site.town.purchases(GROCER_TILL, 3, [1_000]))
    expect(page.locator("#now .rows")).to_contain_text("$10.00")
    assert page.evaluate(UNTOUCHED) is None
    with page.expect_response(WATCHED) as asked:
        pass
    assert asked.value.status == 204


def test_a_refused_ballot_hides_none_that_counts(page: Page, town: Town) -> None:
    """The one that counts is shown with its receipt, and beside it why the later one changes nothing."""
    page.goto("/wallet/votes/1")
    page.get_by_label("For", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign and send").click()
    town.vote.settle()
    refuse(town)
    page.reload()
    mine = page.get_by_role("region", name="Your ballot")
    expect(mine).to_contain_text("For · counted")
    expect(mine).to_contain_text("A later one was refused, and changes nothing")
    expect(mine).to_contain_text(BallotRefusal.BAD_SIGNATURE.sentence("en"))
    with page.expect_download() as loading:
        mine.get_by_role("link", name="Keep the receipt").click()
    assert json.loads(loading.value.path().read_text())["choice"] == "for"
    with writing(town.vote.site.engine) as connection:
        connection.execute(RelayBallot.__table__.delete())  # type: ignore[attr-defined]
    page.reload()
    expect(mine).to_contain_text("For · counted")
    expect(mine.get_by_role("link", name="Keep the receipt")).to_have_count(0)


def refuse(town: Town) -> None:
    """Have a later ballot of Alice's be one that was refused."""
    with writing(town.vote.site.engine) as connection, Session(connection) as session:
        last = ballots.newest(session, 1, ALICE)
        assert last is not None
        later = {"sequence": last.sequence + 1, "choice": 2, "state": VoteState.REFUSED, "transaction": None}
        reason = write_reason(BallotRefusedError(actual=BallotRefusal.BAD_SIGNATURE.code))
        session.add(RelayBallot(**{**last.model_dump(), **later, "reason": reason}))
        session.commit()


def test_who_changes_the_language_reads_it_without_a_connection_too(page: Page) -> None:
    """What the phone keeps is kept anew."""
    page.goto("/wallet/card")
    page.evaluate("navigator.serviceWorker.ready.then(Boolean)")
    page.reload()  # it is in charge from now on
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^fr"))
    while not page.evaluate(KEPT_IN_FRENCH):
        page.wait_for_timeout(50)
    page.context.set_offline(True)
    try:
        page.goto("/wallet")
        expect(page.locator("html")).to_have_attribute("lang", re.compile("^fr"))
    finally:
        page.context.set_offline(False)
    page.goto("/wallet?lang=en")


def test_not_me_reaches_the_office_and_the_trail(browser: Browser, page: Page, town: Town) -> None:
    """A change of key that somebody else asked for: the registrar finds it first, and the trail tells it."""
    town.registrar(request_key_rotation(town.vote.site.town.community, ALICE, STRANGER))
    page.goto("/wallet/security")
    page.get_by_role("button", name="Have the office stop it").click()
    page.wait_for_url("**/wallet/security?said=true")
    with town.reading() as connection, Session(connection) as session:
        [row] = inbox.reports_of(session, Trouble.KEY, f"member:{ALICE}")
        told = [one for one in trail.page(session, 0, 1_000) if one.subject == inbox.subject_of(row)]
    assert row.owner == inbox.REGISTRAR
    [opened] = told
    assert (opened.action, opened.who.partition(":")[0]) == ("exception.opened", "staff")
    with device_of(browser, town.address, locale="en-CA") as device:
        device.page.goto(f"/join#{registrars_code(town)}")
        device.page.get_by_role("button").click()
        device.page.wait_for_url("**/office")
        device.page.goto("/office/reports")
        expect(device.page.locator("main")).to_contain_text(f"Member {ALICE}")


def registrars_code(town: Town) -> str:
    """Return the code by which the registrar logs in at the office."""
    services = town.vote.site.app.state.services
    officer = from_hex(town.vote.votes.registrar.address)
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        person = Person(StaffRole.REGISTRAR, "Nadia Gagnon", officer=officer)
        return invitations.invite(change, services.secret(), person).code
