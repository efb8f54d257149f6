"""Members log in: invited by the registrar, beside their other logins, to what is their own alone."""

import time
from collections.abc import Iterator

import pytest

from api.logins import LOOPBACK_COOKIE, WALLET
from endogene_token.chain.views import Role
from endogene_token.indexer.models import Member
from endogene_token.office.keys import DAY
from endogene_token.office.scopes import StaffRole
from tests.api.staff_house import INVITE, NAME, OPTIONS, House, open_house
from tests.api.test_office import code
from tests.town import ALICE, BAKERY, BASILE

COOKIES = (LOOPBACK_COOKIE, LOOPBACK_COOKIE + WALLET)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with open_house(database_url) as opened:
        yield opened


def test_the_registrar_invites_a_member_who_reads_what_is_its_own(house: House) -> None:
    """From the code to the balance; another member's is refused, and every list of the office."""
    registrar, alice = house.officer(Role.REGISTRAR), house.browser()
    asked = {"role": "member", "member": ALICE, "name": NAME}
    made = registrar.ask("POST", INVITE, asked).json()
    assert alice.register(made["code"]).json() == {"account": made["account"], "role": "member"}
    told = alice.log_in().json()
    assert (told["who"]["member"], told["scopes"]) == (ALICE, [])
    for path in ("", "/cards", "/phone", "/redemptions"):
        assert alice.ask("GET", f"/v1/members/{ALICE}{path}").status_code == 200
        assert code(alice.ask("GET", f"/v1/members/{BASILE}{path}")) == (403, "access")
    for path in ("/v1/keys", "/v1/sales", "/v1/webhooks", "/v1/trail", "/v1/exceptions"):
        assert (path, *code(alice.ask("GET", path))) == (path, 403, "scope-missing")
    assert code(alice.ask("GET", "/v1/staff")) == (403, "access")
    assert code(alice.ask("POST", INVITE, asked)) == (403, "access")


def test_an_owner_who_is_a_member_is_logged_in_as_both_by_one_browser(house: House) -> None:
    """Each session has its cookie; the wallet's ends alone, and the shop's stands before it in the API."""
    browser = house.person(StaffRole.OWNER, merchant=BAKERY)
    owners = browser.device
    browser.device = browser.device.but(credential=b"wallet" * 5)
    assert browser.register(house.invited(StaffRole.MEMBER, member=ALICE)[1]).status_code == 201
    assert browser.log_in().status_code == 201
    assert set(browser.client.cookies) == set(COOKIES)
    assert browser.ask("GET", "/v1/sessions/current").json()["who"]["role"] == "owner"
    browser.client.cookies.delete(COOKIES[0])
    assert browser.ask("GET", "/v1/sessions/current").json()["who"]["role"] == "member"
    assert browser.ask("DELETE", "/v1/sessions/current").status_code == 200
    browser.device = owners
    assert browser.log_in().status_code == 201
    assert set(browser.client.cookies) == {COOKIES[0]}


def test_a_wallet_ends_with_the_membership(house: House) -> None:
    """At each request, and no login after it; it begins on the first valid day."""
    alice, today = house.person(StaffRole.MEMBER, member=ALICE), int(time.time()) // DAY
    own = f"/v1/members/{ALICE}"
    for first, last, status in ((0, today, 401), (today + 1, today + 2, 401), (today, today + 1, 200)):
        house.moved(Member, valid_from=first, valid_until=last)
        assert alice.ask("GET", own).status_code == status
    house.moved(Member, valid_until=today)
    assert code(alice.log_in()) == (401, "session-refused")


def test_a_member_has_one_account_until_it_ends(house: House) -> None:
    """A second wallet of the same number would be somebody else's; a lost phone takes another code."""
    registrar, asked = house.officer(Role.REGISTRAR), {"role": "member", "member": ALICE, "name": NAME}
    first = registrar.ask("POST", INVITE, asked).json()["account"]
    assert code(registrar.ask("POST", INVITE, asked)) == (409, "member-account")
    assert registrar.ask("POST", INVITE, {**asked, "member": BASILE}).status_code == 201
    assert registrar.ask("POST", f"/v1/staff/{first}/invitations", {}).status_code == 201
    assert registrar.ask("DELETE", f"/v1/staff/{first}").status_code == 200
    assert registrar.ask("POST", INVITE, asked).status_code == 201


def test_a_member_makes_a_passkey_that_the_chain_verifies(house: House) -> None:
    """ES256 alone is asked for: with it ballots are signed. Others may have what their machine makes."""
    asked = {}
    for role, of in ((StaffRole.MEMBER, {"member": ALICE}), (StaffRole.OWNER, {"merchant": BAKERY})):
        options = house.browser().ask("POST", OPTIONS, {"code": house.invited(role, **of)[1]}).json()
        asked[role] = [one["alg"] for one in options["options"]["pubKeyCredParams"]]
    assert (asked[StaffRole.MEMBER], len(asked[StaffRole.OWNER])) == ([-7], 3)
