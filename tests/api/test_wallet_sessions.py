"""Who may do what in a wallet: its cookie, a login that is fresh enough, and nobody else's data."""

import time
from collections.abc import Iterator
from http.cookies import SimpleCookie

import httpx
import pytest

from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import OfficeSession
from tests.api.staff_house import NO_SITE, Browser, House, open_house
from tests.api.test_office import code
from tests.town import ALICE, BAKERY, BASILE

JSON = {"accept": "application/json"}
LONG_AGO = 601  # seconds: a login is fresh for 600
FRESH = {
    "/wallet/card/new": {},
    "/wallet/me/phone": {"phone": "+1 514 555 0100"},
    "/wallet/me/erase": {},
}
"""What wants the passkey again: a new key to one's credits at the till, one's number, the end of the link."""


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with open_house(database_url) as opened:
        yield opened


@pytest.fixture
def alice(house: House) -> Browser:
    return house.person(StaffRole.MEMBER, member=ALICE)


def post(browser: Browser, path: str, origin: str | None = None, **fields: str) -> httpx.Response:
    """Send a form as a page of the wallet does."""
    headers = {**JSON, "origin": origin or browser.origin}
    return browser.client.post(path, data=fields, headers=headers)


def test_the_cookie_is_unseen_by_scripts_and_never_leaves_the_site(house: House) -> None:
    """HttpOnly and SameSite=Strict."""
    browser = house.browser()
    browser.register(house.invited(StaffRole.MEMBER, member=ALICE)[1])
    told = SimpleCookie(browser.log_in().headers["set-cookie"])
    [cookie] = told.values()
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "strict", "/")


@pytest.mark.parametrize("path", FRESH)
def test_what_is_grave_wants_the_passkey_again(house: House, alice: Browser, path: str) -> None:
    """After ten minutes it is refused, and nothing is changed; with a new login it is done."""
    house.moved(OfficeSession, confirmed_at=int(time.time()) - LONG_AGO)
    assert code(post(alice, path, **FRESH[path])) == (403, "fresh-login")
    assert alice.log_in().status_code == 201
    assert post(alice, path, **FRESH[path]).status_code in {200, 303}


def test_a_page_asks_for_the_passkey_before_what_would_be_refused(house: House, alice: Browser) -> None:
    """Nobody types a number, or makes up his or her mind, to be sent away after that."""
    for path, button in (("/wallet/me", "I agree, keep it"), ("/wallet/me/erase", "Erase it now")):
        for seconds, is_shown in ((0, True), (LONG_AGO, False)):
            house.moved(OfficeSession, confirmed_at=int(time.time()) - seconds)
            text = alice.ask("GET", f"{path}?lang=en").text
            assert (button in text, f'"/enter?to={path}"' in text) == (is_shown, not is_shown)


@pytest.mark.parametrize("path", [*FRESH, "/wallet/card/lost", "/wallet/me/leave", "/wallet/security/not-me"])
def test_a_page_of_another_site_changes_nothing(alice: Browser, path: str) -> None:
    """Whatever the browser sends along."""
    assert code(post(alice, path, NO_SITE, **FRESH.get(path, {}))) == (403, "cross-site")


@pytest.mark.parametrize("path", ["/wallet/stop/options", "/wallet/stop"])
def test_stopping_a_change_of_key_comes_from_a_page_of_ours(house: House, path: str) -> None:
    """It takes no session, but no page of another site either."""
    stranger = house.browser()
    stranger.origin = NO_SITE
    body: dict[str, object] = {"member": ALICE}
    if path == "/wallet/stop":
        body["credential"] = {}
    assert code(stranger.ask("POST", path, body)) == (403, "cross-site")


def test_stopping_a_change_of_key_is_shown_to_everybody(house: House) -> None:
    """Who was logged out by it, before all."""
    answer = house.browser().ask("GET", "/wallet/stop?lang=en")
    assert (answer.status_code, "Your member number" in answer.text) == (200, True)


def test_nobody_ends_anothers_session(house: House, alice: Browser) -> None:
    """Its name is unknown to everybody else."""
    basile = house.person(StaffRole.MEMBER, member=BASILE)
    [row] = basile.ask("GET", "/v1/sessions").json()["items"]
    assert code(post(alice, "/wallet/me/sessions/end", session=row["id"])) == (404, "unknown-session")
    assert basile.ask("GET", "/v1/sessions/current").status_code == 200


def test_a_wallet_tells_its_own_member_alone(house: House, alice: Browser) -> None:
    """Each of two members has a file of its own; a shop's owner has none."""
    basile = house.person(StaffRole.MEMBER, member=BASILE)
    told = [one.ask("GET", "/wallet/me/data.json").json()["member"] for one in (alice, basile)]
    assert told == [ALICE, BASILE]
    owner = house.person(StaffRole.OWNER, merchant=BAKERY)
    for path in ("", "/purchases", "/me", "/me/data.json", "/years/2026", "/votes", "/card"):
        answer = owner.ask("GET", f"/wallet{path}")
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/enter"), path
