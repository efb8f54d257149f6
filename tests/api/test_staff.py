"""Who is invited by whom over HTTP, and what each login opens."""

from collections.abc import Iterator
from typing import Any

import pytest

from endogene_token.chain.views import Role
from endogene_token.hexes import from_hex
from endogene_token.office.scopes import OfficeRole, StaffRole
from endogene_token.sdk.keys import TillKey
from tests.api.staff_house import INVITE, NAME, House, open_house
from tests.api.test_office import MEMBERS, OFFICERS, STRANGER, code, till_key
from tests.town import ALICE, BAKERY, BAKERY_TILL, BASILE, GROCER


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with open_house(database_url) as opened:
        yield opened


def test_an_owner_invites_staff_who_register_log_in_and_sell(house: House) -> None:
    """From the code to the sale, each step in the trail under the account, and no name anywhere in it."""
    owner, clerk = house.person(StaffRole.OWNER, merchant=BAKERY), house.browser()
    made = owner.ask("POST", INVITE, {"role": "staff", "merchant": BAKERY, "name": NAME})
    assert made.status_code == 201, made.text
    account = made.json()["account"]
    assert clerk.register(made.json()["code"]).json() == {"account": account, "role": "staff"}
    told = clerk.log_in().json()
    assert (told["who"]["name"], told["who"]["merchant"], told["session"]["is_current"]) == (
        NAME,
        BAKERY,
        True,
    )
    assert told["scopes"] == ["buyers:read", "sales:read", "sales:write"]
    assert code(clerk.ask("POST", "/v1/buyers", {"phone": "418 692-1234"})) == (404, "unknown-phone")
    assert clerk.ask("GET", "/v1/sales").status_code == 200
    for path in ("/v1/keys", "/v1/webhooks", "/v1/trail", f"/v1/members/{ALICE}/cards"):
        assert code(clerk.ask("GET", path)) == (403, "scope-missing")
    assert code(clerk.ask("GET", "/v1/staff")) == (403, "access")
    assert owner.ask("GET", "/v1/keys").status_code == 200
    assert {one["name"] for one in owner.ask("GET", "/v1/staff").json()["items"]} == {NAME}
    entries = [one for one in house.entries() if one.subject.startswith(f"staff:{account}")]
    assert [one.action for one in entries] == ["staff.invited", "passkey.registered", "session.opened"]
    assert [one.who == f"staff:{account}" for one in entries] == [False, True, True]
    assert NAME not in repr([one.model_dump() for one in house.entries()])


def test_what_is_changed_in_a_session_is_told_under_its_account(house: House) -> None:
    """A key that an owner makes, a card that the registrar issues: the trail names the person's account."""
    owner, registrar = house.person(StaffRole.OWNER, merchant=BAKERY), house.officer(Role.REGISTRAR)
    made = owner.ask("POST", "/v1/keys", {"merchant": BAKERY, "scopes": ["sales:read"]})
    assert made.status_code == 201
    assert registrar.ask("POST", f"/v1/members/{ALICE}/cards").status_code == 201
    mine = owner.ask("GET", "/v1/sessions/current").json()["who"]["account"]
    theirs = registrar.ask("GET", "/v1/sessions/current").json()["who"]["account"]
    assert [one.who for one in house.entries()[-2:]] == [f"staff:{mine}", f"staff:{theirs}"]
    test = {"merchant": BAKERY, "scopes": ["sales:read"], "mode": "test"}
    assert owner.ask("POST", "/v1/keys", test).json()["mode"] == "test", "a merchant's developer begins there"
    assert code(owner.ask("POST", "/v1/keys", {"merchant": GROCER, "scopes": ["sales:read"]})) == (
        403,
        "access",
    )
    assert code(owner.ask("POST", f"/v1/members/{ALICE}/cards")) == (403, "scope-missing")


@pytest.mark.parametrize("role", [one for one in StaffRole if one.office is not None])
def test_an_officers_session_opens_what_a_key_of_the_role_opens(house: House, role: StaffRole) -> None:
    """The same answers, path by path: a session is no way to more."""
    office = OfficeRole(role.value)
    officer = None if office.on_chain is None else from_hex(OFFICERS[office.on_chain].address)
    browser = house.person(role, officer=officer)
    token = house.bare.key(role=office)
    questions: list[tuple[str, str, Any]] = [
        *(("GET", path, None) for path in ("/v1/trail", "/v1/keys", "/v1/webhooks", "/v1/events")),
        ("GET", f"/v1/members/{ALICE}/cards", None),
        ("DELETE", f"/v1/members/{ALICE}/phone", None),
        ("POST", "/v1/buyers", {"phone": "418 692-1234"}),
        ("POST", "/v1/keys", {"merchant": BAKERY, "scopes": ["sales:read"]}),
    ]
    for method, path, body in questions:
        by_key = house.ask(method, path, token, body)
        assert code(browser.ask(method, path, body)) == code(by_key), path


def test_the_auditor_reads_all_and_changes_nothing(house: House) -> None:
    """Every change that the description knows, tried: not a row more or less."""
    auditor = house.person(StaffRole.AUDITOR)
    assert auditor.ask("GET", "/v1/trail").status_code == 200
    assert len(auditor.ask("GET", "/v1/staff").json()["items"]) == 1
    before = house.entries()
    tried = 0
    for path, operations in house.bare.app.openapi()["paths"].items():
        for method in operations:
            if method == "get" or path.startswith(("/v1/sessions", "/v1/passkeys")):
                continue
            place = path
            for name in ("number", "card", "till", "member", "merchant"):
                place = place.replace("{" + name + "}", str(BAKERY))
            answer = auditor.ask(method.upper(), place.replace("{account}", "0" * 16), {})
            assert answer.status_code in {401, 403, 404, 405, 422, 503}, (method, place, answer.text)
            tried += 1
    assert tried > 30
    assert [one.number for one in house.entries()] == [one.number for one in before]


INVITERS = {"bakery", "grocer", "till", "stranger", "alice", "key", *(role.name.lower() for role in Role)}


@pytest.mark.parametrize(
    ("person", "allowed"),
    [
        ({"role": "staff", "merchant": BAKERY}, {"bakery", "registrar"}),
        ({"role": "owner", "merchant": GROCER}, {"grocer", "registrar"}),
        ({"role": "mentor", "member": ALICE}, {"registrar"}),
        ({"role": "director", "member": ALICE}, {"registrar"}),
        ({"role": "auditor"}, {"registrar"}),
        *(
            ({"role": role.name.lower(), "officer": OFFICERS[role].address}, {role.name.lower()})
            for role in Role
        ),
    ],
)
def test_each_account_is_opened_by_its_own_people(
    house: House, person: dict[str, Any], allowed: set[str]
) -> None:
    """By signature. No officer opens another's account, the registrar neither: he would act as both."""
    people: dict[str, TillKey | str] = {role.name.lower(): one for role, one in OFFICERS.items()}
    people |= {"bakery": MEMBERS[BAKERY], "grocer": MEMBERS[GROCER], "till": till_key(BAKERY_TILL)}
    people |= {"alice": MEMBERS[ALICE], "stranger": STRANGER, "key": house.bare.key(BAKERY)}
    assert set(people) == INVITERS
    body = {**person, "name": NAME}
    statuses = {name: house.ask("POST", INVITE, one, body).status_code for name, one in people.items()}
    assert statuses == {name: 201 if name in allowed else 403 for name in people}


def test_no_session_opens_an_account_above_its_own(house: House) -> None:
    """An owner staff of its merchant only, the registrar no officer of the chain, others nobody."""
    everybody = {
        "owner": house.person(StaffRole.OWNER, merchant=BAKERY),
        "staff": house.person(StaffRole.STAFF, merchant=BAKERY),
        "registrar": house.officer(Role.REGISTRAR),
        "treasurer": house.officer(Role.TREASURER),
        "auditor": house.person(StaffRole.AUDITOR),
        "director": house.person(StaffRole.DIRECTOR, member=ALICE),
        "mentor": house.person(StaffRole.MENTOR, member=BASILE),
    }
    treasurer = OFFICERS[Role.TREASURER].address
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"role": "staff", "merchant": BAKERY}, {"owner", "registrar"}),
        ({"role": "staff", "merchant": GROCER}, {"registrar"}),
        ({"role": "owner", "merchant": BAKERY}, {"registrar"}),
        ({"role": "auditor"}, {"registrar"}),
        ({"role": "treasurer", "officer": treasurer}, set()),
        ({"role": "registrar", "officer": OFFICERS[Role.REGISTRAR].address}, set()),
    ]
    for person, allowed in cases:
        body = {**person, "name": NAME}
        told = {name: one.ask("POST", INVITE, body).status_code for name, one in everybody.items()}
        assert told == {name: 201 if name in allowed else 403 for name in everybody}, person
