"""Sessions over HTTP: every guard shown able to refuse, and the ends of a session."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog

from endogene_token.chain.transactions import revoke_role
from endogene_token.chain.views import Role
from endogene_token.office import invitations, sessions, trail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeSession
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from tests.api.bare_site import bare_site
from tests.api.staff_house import INVITE, NAME, NO_SITE, OPTIONS, OWN_PAGE, Browser, House, open_house
from tests.api.test_office import MEMBERS, OFFICERS, code
from tests.api.vote_site import VoteSite
from tests.passkey_device import ORIGIN, Device
from tests.site import Site
from tests.town import ALICE, BAKERY, BASILE, GROCER, key


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with open_house(database_url) as opened:
        yield opened


def test_a_session_ends_with_the_role_on_chain(house: House) -> None:
    """Role, seat and mentoring: asked of the chain at each request; and no login without them."""
    now = int(time.time())
    address = OFFICERS[Role.TREASURER].address.lower()
    people = {
        "treasurer": house.officer(Role.TREASURER),
        "director": house.person(StaffRole.DIRECTOR, member=ALICE),
        "mentor": house.person(StaffRole.MENTOR, member=BASILE),
    }
    path = "/v1/sessions/current"
    assert {one.ask("GET", path).status_code for one in people.values()} == {200}
    house.until[Role.TREASURER, address] = now - 1
    house.ledger.directors[ALICE] = now - 1
    house.ledger.mentors.clear()
    for one in people.values():
        refused = one.ask("GET", path, **{"accept-language": "fr"})
        assert code(refused) == (401, "session-refused")
        assert "le rôle pour lequel elle est ouverte a pris fin" in refused.json()["detail"]
        assert code(one.log_in()) == (401, "session-refused")
        assert one.ask("DELETE", path).status_code == 200, "who has no role may still log out"
    house.until[Role.TREASURER, address] = now + 3600
    assert people["treasurer"].log_in().status_code == 201


def test_a_change_from_another_site_is_refused(house: House) -> None:
    """The cookie alone changes nothing: another origin, none, and `null`; nor do they log anybody in."""
    owner, body = (
        house.person(StaffRole.OWNER, merchant=BAKERY),
        {"merchant": BAKERY, "scopes": ["sales:read"]},
    )
    before = house.rows()
    for origin in (NO_SITE, "", "null", f"{ORIGIN}.evil.example", "http://localhost", ORIGIN.upper()):
        for method, path in (
            *(("POST", "/v1/keys"), ("DELETE", f"/v1/staff/{'0' * 16}"), ("POST", "/v1/sessions/options")),
            *(("POST", "/v1/sessions"), ("POST", "/v1/passkeys/registration")),
            *(("POST", OPTIONS), ("DELETE", "/v1/sessions/current")),
        ):
            given = {"/v1/keys": body, "/v1/sessions": {"credential": {}}}.get(path, {"credential": {}})
            given = {} if path.endswith("options") else given
            assert code(owner.ask(method, path, given, origin=origin)) == (403, "cross-site"), (origin, path)
    assert house.rows() == before
    assert owner.ask("GET", "/v1/keys", origin=NO_SITE).status_code == 200, (
        "reading is kept by the cookie's site"
    )
    assert owner.ask("POST", "/v1/keys", body).status_code == 201


def test_a_session_that_ended_opens_nothing(house: House) -> None:
    """Logged out, idle, old, ended by its person elsewhere or by the owner, and with its account."""
    owner = house.person(StaffRole.OWNER, merchant=BAKERY)
    owner_account = owner.ask("GET", "/v1/sessions/current").json()["who"]["account"]
    account, invitation = house.invited(StaffRole.STAFF, merchant=BAKERY)
    clerk = house.browser()
    clerk.register(invitation)
    ends: dict[str, Any] = {
        "logged out": lambda _: clerk.client.delete("/v1/sessions/current", headers=OWN_PAGE),
        "idle": lambda _: house.moved(OfficeSession, seen_at=int(time.time()) - sessions.IDLE_SECONDS),
        "old": lambda _: house.moved(OfficeSession, expires_at=int(time.time())),
        "by its person": lambda id_: clerk.ask("DELETE", f"/v1/sessions/{id_}"),
        "by the owner": lambda id_: owner.ask("DELETE", f"/v1/sessions/{id_}"),
        "with its account": lambda _: owner.ask("DELETE", f"/v1/staff/{account}"),
    }
    for name, end in ends.items():
        owner.log_in()
        session = clerk.log_in()
        assert session.status_code == 201, (name, session.text)
        kept = dict(clerk.client.cookies)
        assert clerk.ask("GET", "/v1/sales").status_code == 200
        end(session.json()["session"]["id"])
        clerk.client.cookies.update(kept)  # what a thief had copied
        assert code(clerk.ask("GET", "/v1/sales")) == (401, "session-refused"), name
        clerk.client.cookies.clear()
    assert code(clerk.log_in()) == (401, "passkey-refused")
    states = {one["account"]: one["state"] for one in owner.ask("GET", "/v1/staff").json()["items"]}
    assert states == {account: "ended", owner_account: "active"}


def test_sessions_are_listed_and_ended_by_those_who_may(house: House) -> None:
    """A person's own; the owner's staff's; the registrar's anybody's; nobody else's."""
    clerk = house.person(StaffRole.STAFF, merchant=BAKERY)
    mine = clerk.ask("GET", "/v1/sessions").json()["items"]
    assert [(one["is_current"], one["from"]) for one in mine] == [(True, "127.0.0.0/24")]
    account, session = mine[0]["account"], mine[0]["id"]
    path = f"/v1/sessions?account={account}"
    others = [house.person(StaffRole.OWNER, merchant=GROCER), house.officer(Role.TREASURER)]
    others.append(house.person(StaffRole.STAFF, merchant=BAKERY))
    for other in others:
        assert code(other.ask("GET", path)) == (403, "access")
        assert code(other.ask("DELETE", f"/v1/sessions/{session}")) == (403, "access")
        assert code(other.ask("DELETE", f"/v1/staff/{account}")) == (403, "access")
    assert code(others[0].ask("GET", f"/v1/staff?merchant={BAKERY}")) == (403, "access")
    for may in (house.person(StaffRole.OWNER, merchant=BAKERY), house.officer(Role.REGISTRAR)):
        assert [one["id"] for one in may.ask("GET", path).json()["items"]] == [session]
    assert may.ask("DELETE", f"/v1/sessions/{session}").json()["is_current"] is False
    assert code(clerk.ask("GET", "/v1/sessions")) == (401, "session-refused")
    assert code(may.ask("DELETE", f"/v1/sessions/{session}")) == (404, "unknown-session")
    assert house.ask("DELETE", f"/v1/staff/{account}", MEMBERS[BAKERY]).json()["state"] == "ended"


def test_who_invites_and_ends_has_logged_in_a_short_time_ago(house: House) -> None:
    """A session left open on a counter opens no accounts; a new login makes it fresh."""
    owner = house.person(StaffRole.OWNER, merchant=BAKERY)
    body = {"role": "staff", "merchant": BAKERY, "name": NAME}
    now = int(time.time())
    house.moved(OfficeSession, confirmed_at=now - sessions.FRESH_SECONDS - 5)
    assert owner.ask("GET", "/v1/staff").status_code == 200
    assert code(owner.ask("POST", INVITE, body)) == (403, "fresh-login")
    account = owner.ask("GET", "/v1/sessions/current").json()["who"]["account"]
    assert code(owner.ask("DELETE", f"/v1/staff/{account}")) == (403, "fresh-login")
    key = house.bare.key(BAKERY).split("_")[2]
    wanted = {"merchant": BAKERY, "scopes": ["sales:read"]}
    assert code(owner.ask("POST", "/v1/keys", wanted)) == (403, "fresh-login")
    assert code(owner.ask("POST", f"/v1/keys/{key}/rotate", {})) == (403, "fresh-login")
    assert owner.ask("DELETE", f"/v1/keys/{key}").status_code == 200, "to end one, no login is too old"
    assert code(owner.register(None, Device())) == (403, "fresh-login")
    before = dict(owner.client.cookies)
    assert owner.log_in().status_code == 201
    assert dict(owner.client.cookies) != before
    assert owner.ask("POST", INVITE, body).status_code == 201
    assert owner.ask("POST", "/v1/keys", wanted).status_code == 201


def test_who_has_logged_in_adds_a_second_device(house: House) -> None:
    """Both open then; without a session nobody adds one."""
    clerk, second = house.person(StaffRole.STAFF, merchant=BAKERY), Device()
    assert clerk.register(None, second).status_code == 201
    assert clerk.log_in().status_code == 201
    other = Browser(house.browser().client, second)
    assert other.log_in().json()["who"] == clerk.ask("GET", "/v1/sessions/current").json()["who"]
    assert code(house.browser().register(None)) == (401, "session-refused")


def test_a_lost_device_is_replaced_by_a_new_invitation(house: House) -> None:
    """Made by who may invite; once used, the lost device's passkey and sessions open nothing."""
    owner, lost = (
        house.person(StaffRole.OWNER, merchant=BAKERY),
        house.person(StaffRole.STAFF, merchant=BAKERY),
    )
    account = lost.ask("GET", "/v1/sessions/current").json()["who"]["account"]
    path = f"/v1/staff/{account}/invitations"
    assert code(lost.ask("POST", path, {})) == (403, "access")
    again = owner.ask("POST", path, {"days": 1})
    assert again.status_code == 201
    assert lost.ask("GET", "/v1/sales").status_code == 200
    found = house.browser()
    assert found.register(again.json()["code"]).status_code == 201
    assert code(lost.ask("GET", "/v1/sales")) == (401, "session-refused")
    assert code(lost.log_in()) == (401, "passkey-refused")
    assert found.log_in().status_code == 201
    treasurer = house.officer(Role.TREASURER).ask("GET", "/v1/sessions/current").json()["who"]["account"]
    registrar = house.officer(Role.REGISTRAR)
    assert code(registrar.ask("POST", f"/v1/staff/{treasurer}/invitations", {})) == (403, "access")


def test_refusals_of_a_login_say_why_in_the_readers_language_and_repeat_nothing(house: House) -> None:
    """Over HTTP, from the wrong page or with a wrong code: 401, French, and no secret in answer or log."""
    browser = house.browser()
    _, invitation = house.invited(StaffRole.STAFF, merchant=BAKERY)
    with structlog.testing.capture_logs() as logs:
        wrong = browser.ask(
            "POST",
            OPTIONS,
            {"code": invitation[:-1] + "!"},
            **{"accept-language": "fr"},
        )
        misshapen = browser.ask("POST", OPTIONS, {"cod": invitation})
        long = browser.ask("POST", OPTIONS, {"code": invitation * 3})
        assert browser.register(invitation, browser.device.but(origin=NO_SITE)).status_code == 401
        assert browser.register(invitation).status_code == 201
        spent = browser.register(invitation)
        elsewhere = browser.log_in(rp_id="evil.example")
    assert (code(wrong), code(spent)) == ((401, "invitation-refused"), (401, "invitation-refused"))
    assert "personne n’a créé ce code" in wrong.json()["detail"]
    assert (code(misshapen)[0], code(long)[0], code(elsewhere)) == (422, 422, (401, "passkey-refused"))
    told = repr(logs) + wrong.text + misshapen.text + long.text + spent.text
    assert invitation not in told
    assert invitation[:-1] not in told
    assert "Unexpected RP ID hash" in repr(logs), "the log says why"


def test_a_replayed_login_opens_nothing_over_http(house: House) -> None:
    """The very same bytes, sent again."""
    clerk = house.person(StaffRole.STAFF, merchant=BAKERY)
    options = clerk.ask("POST", "/v1/sessions/options").json()["options"]
    body = {"credential": clerk.device.but(count=9).get(options)}
    assert clerk.ask("POST", "/v1/sessions", body).status_code == 201
    clerk.client.cookies.clear()
    replayed = clerk.ask("POST", "/v1/sessions", body)
    assert (code(replayed), replayed.headers.get("set-cookie")) == ((401, "passkey-refused"), None)


def test_no_login_is_repeated_from_what_was_kept(house: House) -> None:
    """An idempotency key changes nothing: a new challenge each time, and no session without its cookie."""
    clerk, asked = house.person(StaffRole.STAFF, merchant=BAKERY), {"idempotency-key": "login-1"}
    first, options = (clerk.ask("POST", "/v1/sessions/options", **asked).json()["options"] for _ in range(2))
    assert first["challenge"] != options["challenge"]
    body = {"credential": clerk.device.but(count=9).get(options)}
    opened, again = (clerk.ask("POST", "/v1/sessions", body, **asked) for _ in range(2))
    assert (opened.status_code, "set-cookie" in opened.headers) == (201, True)
    assert code(again) == (401, "passkey-refused")


def test_an_invitation_asked_for_twice_is_answered_to_its_own_session_alone(house: House) -> None:
    """The idempotency key of a session is that session's: a neighbour's same request shows no code."""
    body = {"role": "staff", "merchant": BAKERY, "name": NAME}
    owner, other = (house.person(StaffRole.OWNER, merchant=BAKERY) for _ in range(2))
    asked = {"idempotency-key": "invite-1"}
    first, again = (owner.ask("POST", INVITE, body, **asked) for _ in range(2))
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")
    theirs = other.ask("POST", INVITE, body, **asked)
    assert theirs.status_code == 201
    assert theirs.json()["code"] != first.json()["code"]
    assert owner.ask("DELETE", "/v1/sessions/current").status_code == 200
    assert house.browser().ask("POST", INVITE, body, **asked).status_code == 401


def test_a_key_of_the_header_stands_before_the_cookie(house: House) -> None:
    """Who shows a key that opens nothing is not let in by a cookie that was left there."""
    owner = house.person(StaffRole.OWNER, merchant=BAKERY)
    assert code(owner.ask("GET", "/v1/keys", authorization="Bearer ek_live_x")) == (401, "key-refused")
    assert owner.ask("GET", "/v1/keys", authorization="Nonsense").status_code == 401


PUBLIC: dict[str, Any] = {
    "rp_id": "coop.example",
    "origins": ("https://coop.example", "https://caisse.coop.example"),
}


def test_on_https_the_cookie_is_for_this_host_alone(sqlite_url: str) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Strict, no Domain; the name of a trial opens nothing there."""
    with bare_site(sqlite_url, **PUBLIC) as bare:
        with trail.changing(bare.engine, trail.COMMAND_LINE) as change:
            new = invitations.invite(change, bare.secret, Person(StaffRole.OWNER, NAME, merchant=BAKERY))
        device = Device(origin=PUBLIC["origins"][1], rp_id="coop.example")
        browser = Browser(bare.client, device)
        assert code(browser.register(new.code)) == (403, "cross-site"), "a page of a trial is no page there"
        browser.origin = device.origin
        assert browser.register(new.code).status_code == 201
        opened = browser.log_in()
        cookie = opened.headers["set-cookie"]
        parts = {one.strip().lower() for one in cookie.split(";")[1:]}
        assert parts == {"secure", "httponly", "samesite=strict", "path=/"}
        name, token = cookie.split(";")[0].split("=")
        assert name == "__Host-endogene"
        for header, status in ((f"{name}={token}", 200), (f"endogene={token}", 401)):
            answer = httpx.get(f"{bare.url}/v1/keys", headers={"cookie": header}, timeout=30, trust_env=False)
            assert answer.status_code == status


def test_on_a_real_chain_a_revoked_treasurer_is_out_at_once(site: Site) -> None:
    """Invited by his own signature, logged in, reading; the registry of roles is the chain's."""
    officer = TillKey(bytes(site.town.officer.key))
    request = site.client.build_request(
        "POST",
        INVITE,
        json={"role": "treasurer", "officer": officer.address, "name": NAME},
    )
    header = authorization(
        officer,
        site.town.ledger.domain,
        "POST",
        INVITE,
        int(time.time()),
        body=request.content,
    )
    request.headers["authorization"] = header
    made = site.client.send(request)
    assert made.status_code == 201, made.text
    browser = Browser(site.client)
    assert browser.register(made.json()["code"]).status_code == 201
    assert browser.log_in().status_code == 201
    assert browser.ask("GET", "/v1/trail").status_code == 200
    site.town.do(revoke_role(site.town.community, Role.TREASURER, key(101).address))
    assert code(browser.ask("GET", "/v1/trail")) == (401, "session-refused")
    assert code(browser.log_in()) == (401, "session-refused")


def test_on_a_real_chain_a_seat_on_the_board_opens_and_none_does_not(hall: VoteSite) -> None:
    """The board of the chain answers for directors; who mentors no project is let in nowhere."""
    directors = hall.votes.assembly.directors()
    plain = next(one for one in hall.people if one not in directors)
    expected = {(StaffRole.DIRECTOR, directors[0]): 201, (StaffRole.DIRECTOR, plain): 401}
    expected[StaffRole.MENTOR, plain] = 401
    for (role, member), status in expected.items():
        with trail.changing(hall.site.engine, trail.COMMAND_LINE) as change:
            secret = OfficeSecret(bytes.fromhex("ab" * 32))
            new = invitations.invite(change, secret, Person(role, NAME, member=member))
        with httpx.Client(base_url=hall.site.client.base_url, timeout=30, trust_env=False) as client:
            browser = Browser(client)
            assert browser.register(new.code).status_code == 201
            assert browser.log_in().status_code == status, (role, member)
