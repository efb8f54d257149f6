"""A session that is over: its cookie is forgotten, and locks nobody out of what another one opens."""

from collections.abc import Iterator

import pytest
from starlette.requests import Request

from api.callers import is_bare
from api.logins import cookie_name
from endogene_token.config import Settings
from endogene_token.office.scopes import StaffRole
from tests.api.staff_house import Browser, House, open_house
from tests.town import ALICE, BAKERY

THERE = {"x-forwarded-for": "203.0.113.7"}
"""Another machine: who asks from this one is not counted."""
DEAD = f"es_{'0' * 16}_{'0' * 64}"


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with open_house(sqlite_url) as opened:
        yield opened


def names(house: House) -> tuple[str, str]:
    """Return the names of the cookies of the office and of the wallet."""
    settings = house.bare.app.state.services.settings
    return cookie_name(settings), cookie_name(settings, is_wallet=True)


def kept(browser: Browser) -> set[str]:
    return {one.name for one in browser.client.cookies.jar}


def with_dead(browser: Browser, name: str) -> Browser:
    domain = next((one.domain for one in browser.client.cookies.jar), "127.0.0.1")
    browser.client.cookies.set(name, DEAD, domain=domain, path="/")
    return browser


def test_a_cookie_that_is_not_ours_is_no_proof() -> None:
    """What another page of the machine keeps in the browser; a session's cookie is one, and a signature."""
    for header, is_proof in (
        ((b"cookie", b"theme=dark; endogene2=1"), False),
        ((b"cookie", b"endogene=es_"), True),
        ((b"cookie", b"theme=dark; endogene-wallet=es_"), True),
        ((b"authorization", b"Bearer ek_"), True),
    ):
        assert is_bare(Request({"type": "http", "headers": [header]}), Settings()) != is_proof, header


def test_a_dead_session_of_the_office_counts_nobody_in_the_wallet_among_the_refused(house: House) -> None:
    """Who asks is the member, by the session that is in force; without it, the proof is none."""
    office, wallet = names(house)
    alice = with_dead(house.person(StaffRole.MEMBER, member=ALICE), office)
    assert kept(alice) == {office, wallet}
    answer = alice.ask("GET", "/wallet/me", **THERE)
    assert (answer.status_code, answer.headers["ratelimit-policy"].partition(";")[0]) == (200, '"caller"')
    stranger = with_dead(house.browser(), office).ask("GET", "/wallet/me", **THERE)
    assert stranger.headers["ratelimit-policy"].startswith('"network"')


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/office"), ("GET", "/till"), ("POST", "/office/leave")]
)
def test_a_cookie_that_opens_nothing_is_forgotten_at_its_door(house: House, method: str, path: str) -> None:
    """And it alone: the wallet of the same browser stays open."""
    office, wallet = names(house)
    alice = with_dead(house.person(StaffRole.MEMBER, member=ALICE), office)
    answer = alice.ask(method, path)
    assert (answer.status_code, kept(alice)) == (303, {wallet})
    assert alice.ask("GET", "/wallet/me").status_code == 200
    assert with_dead(alice, wallet).ask("GET", "/wallet").status_code == 303
    assert kept(alice) == set()


def test_who_comes_to_a_door_that_is_not_his_or_hers_stays_logged_in(house: House) -> None:
    """A shop's owner at the office is sent on, with a session that goes on."""
    owner = house.person(StaffRole.OWNER, merchant=BAKERY)
    assert owner.ask("GET", "/office").status_code == 303
    assert kept(owner) == {names(house)[0]}
    assert owner.ask("GET", "/till/today").status_code == 200


def test_leaving_the_office_leaves_the_wallet_open(house: House) -> None:
    """With a wallet's session alone there is nothing to end."""
    alice = house.person(StaffRole.MEMBER, member=ALICE)
    assert alice.ask("POST", "/office/leave").status_code == 303
    assert alice.ask("GET", "/wallet/me").status_code == 200
