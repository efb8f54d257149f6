"""The office over HTTP: who may what, each change once and in the trail, no secret in answers or logs."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from sqlmodel import Session, col, select, update

from endogene_token.chain.calls import Ledger
from endogene_token.chain.views import Role
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member
from endogene_token.office import guesses, keys, sandbox, trail
from endogene_token.office.models import OFFICE, OfficeApiKey, OfficeTrail
from endogene_token.office.scopes import Mode, OfficeRole, Scope
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from endogene_token.store import reading, writing
from tests.api.bare_site import Bare, bare_site
from tests.standing_clock import stand
from tests.town import ALICE, BAKERY, BAKERY_TILL, BASILE, FOREVER, GROCER, GROCER_TILL, key

PHONE = "418 692-1234"
CONSENT = {"phone": PHONE, "consented_on": "2026-03-01"}
OFFICERS = {role: TillKey((500 + role).to_bytes(32, "big")) for role in Role}
MEMBERS = {number: TillKey((200 + number).to_bytes(32, "big")) for number in range(1, 6)}
STRANGER = TillKey((999).to_bytes(32, "big"))


def till_key(number: int) -> TillKey:
    return TillKey(bytes(key(300 + number).key))


class Roles(Ledger):
    """A ledger that knows nothing but its officers: there is no node under these tests."""

    def __init__(self, plain: Ledger, until: dict[tuple[Role, str], int]) -> None:
        self.__dict__.update(plain.__dict__)
        self.until = until

    def role_until(self, role: Role, account: str) -> int:
        return self.until.get((role, account.lower()), 0)


@dataclass
class Office:
    """What a test drives."""

    bare: Bare
    until: dict[tuple[Role, str], int]
    spent: list[bytes] = field(default_factory=list)
    now: int = field(default_factory=lambda: int(time.time()) - 200)

    def ask(self, method: str, path: str, signer: TillKey | str | None, body: Any = None) -> httpx.Response:
        """Send a request signed by a key, or with a key of the API; each one at a second of its own."""
        request = self.bare.client.build_request(method, path, json=body)
        if isinstance(signer, TillKey):
            self.now += 1
            content = None if method == "GET" else request.content
            plain, domain = path.partition("?")[0], self.bare.app.state.services.ledger.domain
            header = authorization(signer, domain, method, plain, self.now, body=content)
            request.headers["authorization"] = header
        elif signer is not None:
            request.headers["authorization"] = f"Bearer {signer}"
        return self.bare.client.send(request)

    def entries(self) -> list[OfficeTrail]:
        with reading(self.bare.engine) as connection, Session(connection) as session:
            assert trail.verify(session).broken is None
            return list(session.exec(select(OfficeTrail).order_by(col(OfficeTrail.number))))

    def rows(self) -> dict[str, int]:
        with reading(self.bare.engine) as connection, Session(connection) as session:
            return {one.__name__: len(session.exec(select(one)).all()) for one in OFFICE}


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An office with one officer a role, five members of whom two are merchants, three tills."""
    later = int(time.time()) + 86_400
    until = {(role, one.address.lower()): later for role, one in OFFICERS.items()}

    def staff(app: FastAPI) -> None:
        services = app.state.services
        app.state.services = replace(services, ledger=Roles(services.ledger, until))

    with bare_site(database_url, staff) as bare:
        with writing(bare.engine) as connection, Session(connection) as session:
            valid = {"valid_from": 0, "valid_until": FOREVER}
            for number, own in MEMBERS.items():
                row = Member(number=number, kind=0, category=0, key=from_hex(own.address), balance=0, **valid)
                session.merge(row)
            session.flush()
        yield Office(bare, until)


REGISTRAR = OFFICERS[Role.REGISTRAR]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_a_card_is_issued_found_replaced_and_revoked(office: Office) -> None:
    """The merchant's till finds the member by what the registrar's answer told, once."""
    made = office.ask("POST", f"/v1/members/{ALICE}/cards", REGISTRAR).json()
    till = till_key(BAKERY_TILL)
    for text in (made["number"], made["payload"], made["number"].lower()):
        assert office.ask("POST", "/v1/buyers", till, {"card": text}).json() == {"member": ALICE}
    assert "<svg" in made["square_code"]
    assert made["number"] in made["face"]
    assert bytes.fromhex(made["nfc"]).decode("latin-1").endswith(made["payload"])
    again = office.ask("POST", f"/v1/members/{ALICE}/cards/replace", REGISTRAR).json()
    assert code(office.ask("POST", "/v1/buyers", till, {"card": made["number"]})) == (409, "revoked-card")
    assert office.ask("POST", "/v1/buyers", till, {"card": again["number"]}).json() == {"member": ALICE}
    ended = office.ask("DELETE", f"/v1/members/{ALICE}/cards/{again['card']}", REGISTRAR)
    assert (ended.status_code, ended.json()["reason"]) == (200, "lost")
    listed = office.ask("GET", f"/v1/members/{ALICE}/cards", MEMBERS[ALICE]).json()["items"]
    assert [one["reason"] for one in listed] == ["replaced", "lost"]
    assert [one.action for one in office.entries()] == ["card.issued", "card.replaced", "card.revoked"]
    assert {one.who for one in office.entries()} == {f"officer:{REGISTRAR.address.lower()}"}
    assert {one.origin for one in office.entries()} == {"127.0.0.0/24"}


def test_a_telephone_number_is_kept_found_and_erased(office: Office) -> None:
    """However it is typed; erased, it finds nobody."""
    path, till = f"/v1/members/{ALICE}/phone", till_key(GROCER_TILL)
    assert office.ask("PUT", path, REGISTRAR, CONSENT).json()["is_kept"]
    assert office.ask("POST", "/v1/buyers", till, {"phone": "+1 (418) 692.1234"}).json() == {"member": ALICE}
    assert office.ask("GET", path, MEMBERS[ALICE]).json()["consented_on"] == "2026-03-01"
    assert office.ask("DELETE", path, REGISTRAR).json()["is_kept"] is False
    assert code(office.ask("POST", "/v1/buyers", till, {"phone": PHONE})) == (404, "unknown-phone")
    assert code(office.ask("DELETE", path, REGISTRAR)) == (404, "no-phone")
    assert [one.action for one in office.entries()] == ["phone.kept", "phone.erased"]


CHANGES = {
    "issue": ("POST", f"/v1/members/{ALICE}/cards", None),
    "replace": ("POST", f"/v1/members/{ALICE}/cards/replace", None),
    "revoke": ("DELETE", f"/v1/members/{ALICE}/cards/1", None),
    "keep": ("PUT", f"/v1/members/{ALICE}/phone", CONSENT),
    "erase": ("DELETE", f"/v1/members/{ALICE}/phone", None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_only_the_registrar_changes_what_is_kept_of_a_member(office: Office, change: str) -> None:
    """Every change by everybody else: 401 or 403, and not a row more or less."""
    method, path, body = CHANGES[change]
    others = [one for role, one in OFFICERS.items() if role is not Role.REGISTRAR]
    others += [MEMBERS[ALICE], MEMBERS[BAKERY], till_key(BAKERY_TILL), STRANGER]
    keys_ = [
        office.bare.key(BAKERY),
        *(office.bare.key(role=OfficeRole(one)) for one in ("auditor", "treasurer")),
    ]
    before = office.rows()
    everybody: list[TillKey | str] = [*others, *keys_]
    assert {office.ask(method, path, one, body).status_code for one in everybody} == {403}
    assert office.ask(method, path, None, body).status_code == 401
    assert office.ask(method, path, "ek_live_x", body).status_code == 401
    assert office.rows() == before
    allowed = office.bare.key(role=OfficeRole.REGISTRAR)
    assert office.ask(method, path, allowed, body).status_code in {200, 201, 404}, "the table can say yes"


def test_a_signed_change_is_for_its_body_and_is_carried_out_once(office: Office) -> None:
    """A header that was caught makes no second key, and none with other scopes."""
    domain = office.bare.app.state.services.ledger.domain
    now, owner = int(time.time()), MEMBERS[BAKERY]
    request = office.bare.client.build_request(
        "POST", "/v1/keys", json={"merchant": BAKERY, "scopes": ["sales:read"]}
    )
    header = {"authorization": authorization(owner, domain, "POST", "/v1/keys", now, body=request.content)}
    unbound = {"authorization": authorization(owner, domain, "POST", "/v1/keys", now)}
    post, kind = office.bare.client.post, {"content-type": "application/json"}
    other = request.content.replace(b"sales:read", b"sales:write")
    assert code(post("/v1/keys", content=other, headers=header | kind)) == (401, "credentials")
    assert code(post("/v1/keys", content=request.content, headers=unbound | kind)) == (401, "credentials")
    assert post("/v1/keys", content=request.content, headers=header | kind).status_code == 201
    before = office.rows()
    assert code(post("/v1/keys", content=request.content, headers=header | kind)) == (401, "credentials")
    assert office.rows() == before


def test_a_merchant_makes_lists_rotates_and_revokes_its_own_keys(office: Office) -> None:
    """By its member's key; the key opens with its scope, and no more once it is revoked."""
    owner, body = MEMBERS[BAKERY], {"merchant": BAKERY, "scopes": ["buyers:read"], "label": "Caisse 1"}
    made = office.ask("POST", "/v1/keys", owner, body)
    assert made.status_code == 201, made.text
    token, key_id = made.json()["key"], made.json()["id"]
    assert code(office.ask("POST", "/v1/buyers", token, {"phone": PHONE})) == (404, "unknown-phone")
    assert code(office.ask("GET", "/v1/keys", token)) == (403, "scope-missing")
    [listed] = office.ask("GET", "/v1/keys", owner).json()["items"]
    assert (listed["id"], listed["label"], "key" in listed) == (key_id, "Caisse 1", False)
    assert listed["last_used"] is not None
    rotated = office.ask("POST", f"/v1/keys/{key_id}/rotate", owner, {"overlap_seconds": 0}).json()
    assert code(office.ask("POST", "/v1/buyers", token, {"phone": PHONE})) == (401, "key-refused")
    assert office.ask("POST", "/v1/buyers", rotated["key"], {"phone": PHONE}).status_code == 404
    assert office.ask("DELETE", f"/v1/keys/{rotated['id']}", owner).status_code == 200
    refused = office.ask("POST", "/v1/buyers", rotated["key"], {"phone": PHONE})
    assert (code(refused), refused.headers["www-authenticate"]) == ((401, "key-refused"), "Bearer")
    assert [one.action for one in office.entries()] == ["key.created", "key.rotated", "key.revoked"]
    assert {one.who for one in office.entries()} == {f"member:{BAKERY}"}


@pytest.mark.parametrize(
    ("holder", "allowed"),
    [
        ({"merchant": BAKERY}, {"bakery", "registrar"}),
        ({"merchant": GROCER}, {"grocer", "registrar"}),
        ({"role": "treasurer"}, {"treasurer"}),
        ({"role": "registrar"}, {"registrar"}),
        ({"role": "auditor"}, {"registrar"}),
    ],
)
def test_each_holders_keys_are_made_by_its_own_people(
    office: Office, holder: dict[str, Any], allowed: set[str]
) -> None:
    """No merchant makes another's, no till any, no officer another role's."""
    people = {role.name.lower(): one for role, one in OFFICERS.items()}
    people |= {"bakery": MEMBERS[BAKERY], "grocer": MEMBERS[GROCER], "till": till_key(BAKERY_TILL)}
    people |= {"alice": MEMBERS[ALICE], "stranger": STRANGER}
    body = {**holder, "scopes": ["events:read"]}
    statuses = {name: office.ask("POST", "/v1/keys", one, body).status_code for name, one in people.items()}
    assert statuses == {name: 201 if name in allowed else 403 for name in people}


def test_a_key_of_the_api_gives_no_more_than_it_has(office: Office) -> None:
    """Not another scope, not another merchant's, not a live key from the sandbox, not another's key ended."""
    small = office.bare.key(BAKERY, Scope.KEYS_WRITE, Scope.SALES_READ)
    large, other = office.bare.key(BAKERY), office.bare.key(GROCER)
    sand = office.bare.key(BAKERY, mode=Mode.TEST)
    before = office.rows()

    def make(token: str, merchant: int, scope: str, mode: str = "live") -> int:
        body = {"merchant": merchant, "scopes": [scope], "mode": mode}
        return office.ask("POST", "/v1/keys", token, body).status_code

    assert (make(small, BAKERY, "sales:write"), make(large, GROCER, "sales:read")) == (403, 403)
    assert (make(sand, BAKERY, "sales:read"), make(small, BAKERY, "sales:read", "test")) == (403, 403)
    for path, method in ((f"{large.split('_')[2]}/rotate", "POST"), (other.split("_")[2], "DELETE")):
        body: dict[str, int] | None = {} if method == "POST" else None
        assert office.ask(method, f"/v1/keys/{path}", small, body).status_code == 403
    assert office.ask("DELETE", f"/v1/keys/{large.split('_')[2]}", sand).status_code == 403
    assert code(office.ask("GET", f"/v1/keys?merchant={GROCER}", large)) == (403, "access")
    assert office.rows() == before
    assert (make(small, BAKERY, "sales:read"), make(sand, BAKERY, "sales:read", "test")) == (201, 201)


def test_a_key_of_the_api_makes_none_that_outlives_it(office: Office) -> None:
    """Neither a new one nor one in another's place; put in its own place, it lasts as long as it did."""

    def made(path: str, by: TillKey | str, **body: Any) -> dict[str, Any]:
        answer = office.ask("POST", path, by, body)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    wanted = {"merchant": BAKERY, "scopes": ["keys:write"]}
    long, short = (made("/v1/keys", MEMBERS[BAKERY], **wanted, days=days) for days in (400, 1))
    bounded = made("/v1/keys", short["key"], **wanted, days=731)
    assert bounded["expires_at"] <= short["expires_at"]
    rotated = made(f"/v1/keys/{long['id']}/rotate", short["key"])
    assert rotated["expires_at"] <= short["expires_at"]
    assert made("/v1/keys", MEMBERS[BAKERY], **wanted, days=731)["expires_at"] > short["expires_at"]
    with writing(office.bare.engine) as connection:
        half = update(OfficeApiKey).where(col(OfficeApiKey.id) == short["id"])
        connection.execute(half.values(expires_at=short["expires_at"] - 43_200))
    own = made(f"/v1/keys/{short['id']}/rotate", short["key"])
    assert own["expires_at"] - int(time.time()) == pytest.approx(86_400, abs=60)


def test_the_sandbox_and_the_live_keys_are_counted_and_listed_apart(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test key sees no live one, and takes no room from it."""
    live, sand = office.bare.key(BAKERY), office.bare.key(BAKERY, mode=Mode.TEST)
    ids = {token: token.split("_")[2] for token in (live, sand)}

    def listed(token: str) -> set[str]:
        return {one["id"] for one in office.ask("GET", "/v1/keys", token).json()["items"]}

    assert (listed(sand), listed(live)) == ({ids[sand]}, set(ids.values()))
    monkeypatch.setattr(keys, "MOST_KEYS", 2)
    body = {"merchant": BAKERY, "scopes": ["sales:read"]}
    answers = [office.ask("POST", "/v1/keys", sand, {**body, "mode": "test"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 409]
    assert office.ask("POST", "/v1/keys", live, body).status_code == 201


def test_the_key_of_a_role_ends_with_its_officers_role(office: Office) -> None:
    """Nobody goes on as treasurer by a key made while he was one."""
    treasurer = OFFICERS[Role.TREASURER]
    body = {"role": "treasurer", "scopes": ["trail:read", "treasury:write"]}
    token = office.ask("POST", "/v1/keys", treasurer, body).json()["key"]
    assert office.ask("GET", "/v1/trail", token).status_code == 200
    office.until[Role.TREASURER, treasurer.address.lower()] = int(time.time()) - 1
    assert code(office.ask("GET", "/v1/trail", token)) == (401, "key-refused")


def test_a_test_key_finds_test_members_only(office: Office) -> None:
    """And a live key no test card: a sandbox leaks neither way."""
    number = office.ask("POST", f"/v1/members/{ALICE}/cards", REGISTRAR).json()["number"]
    sand, live = (office.bare.key(BAKERY, Scope.BUYERS_READ, mode=mode) for mode in (Mode.TEST, Mode.LIVE))
    found = office.ask("POST", "/v1/buyers", sand, {"card": sandbox.CARD}).json()
    assert found == {"member": sandbox.FIRST_MEMBER}
    assert office.ask("POST", "/v1/buyers", live, {"card": number}).json() == {"member": ALICE}
    assert office.ask("POST", "/v1/buyers", sand, {"card": number}).status_code == 404
    assert office.ask("POST", "/v1/buyers", live, {"card": sandbox.CARD}).status_code == 404


def test_nobody_counts_through_a_towns_telephones(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown numbers are counted for the merchant: another key of its own, or its till, is no way around."""
    stand(monkeypatch, guesses)
    monkeypatch.setattr(guesses, "MOST", 3)
    office.ask("PUT", f"/v1/members/{ALICE}/phone", REGISTRAR, CONSENT)
    tokens = [office.bare.key(BAKERY, Scope.BUYERS_READ) for _ in range(2)]
    for turn in range(3):
        guess = {"phone": f"418 692-000{turn}"}
        assert office.ask("POST", "/v1/buyers", tokens[turn % 2], guess).status_code == 404
    askers: list[TillKey | str] = [*tokens, till_key(BAKERY_TILL), MEMBERS[BAKERY]]
    for asker in askers:
        refused = office.ask("POST", "/v1/buyers", asker, {"phone": PHONE})
        assert code(refused) == (429, "guessing")
        assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert office.ask("POST", "/v1/buyers", till_key(GROCER_TILL), {"phone": PHONE}).status_code == 200


def test_the_trail_is_read_by_officers_and_the_auditor(office: Office) -> None:
    """Page by page, with the hashes to follow it; by nobody else."""
    for member in (ALICE, BASILE):
        office.ask("POST", f"/v1/members/{member}/cards", REGISTRAR)
    auditor = office.bare.key(role=OfficeRole.AUDITOR)
    told = office.ask("GET", f"/v1/trail?subject=member:{BASILE}", auditor).json()["items"]
    assert [(one["action"], one["from"]) for one in told] == [("card.issued", "127.0.0.0/24")]
    whole = office.ask("GET", "/v1/trail?after=1", OFFICERS[Role.ACTUARY]).json()["items"]
    assert whole[0]["previous"] == "0x" + office.entries()[0].hash.hex()
    strangers: list[TillKey | str] = [
        MEMBERS[ALICE],
        till_key(BAKERY_TILL),
        STRANGER,
        office.bare.key(BAKERY),
    ]
    for other in strangers:
        assert office.ask("GET", "/v1/trail", other).status_code == 403


def test_nothing_secret_or_personal_is_in_logs_errors_or_the_database(office: Office, tmp_path: Path) -> None:
    """Every answer but the one that tells it, every log line, every byte of the files."""
    with structlog.testing.capture_logs() as logs:
        number = office.ask("POST", f"/v1/members/{ALICE}/cards", REGISTRAR).json()["number"]
        office.ask("PUT", f"/v1/members/{ALICE}/phone", REGISTRAR, CONSENT)
        body = {"merchant": BAKERY, "scopes": ["sales:read"]}
        token = office.ask("POST", "/v1/keys", MEMBERS[BAKERY], body).json()["key"]
        wrong = [
            *({"card": number + "X"}, {"card": number, "phone": PHONE}, {"crd": number}, {"card": [number]}),
            *({"phone": PHONE + "9"}, {"phone": PHONE * 10}, {"phone": {"x": PHONE}}, [PHONE], PHONE),
        ]
        answers = [office.ask("POST", "/v1/buyers", till_key(BAKERY_TILL), one) for one in wrong]
        answers += [office.ask("PUT", f"/v1/members/{ALICE}/phone", REGISTRAR, {**CONSENT, "x": PHONE})]
        answers += [office.ask("GET", "/v1/keys", token), office.ask("GET", "/v1/keys", token + "0")]
    assert {one.status_code // 100 for one in answers} == {4}
    office.bare.engine.dispose()
    kept = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    kept += repr([one.model_dump() for one in office.entries()]).encode()
    told = repr(logs) + "".join(one.text for one in answers)
    plain, digits = number.replace("-", ""), "4186921234"
    for secret in (number, plain, PHONE, f"+1{digits}", digits, token, token.rpartition("_")[2]):
        assert secret not in told
        assert secret.encode() not in kept
    assert "card.issued" in kept.decode("latin-1"), "the search reads what is kept"


def test_a_wrong_question_is_told_as_one(office: Office) -> None:
    """Each field by its name; nothing changes."""
    before = office.rows()
    till, owner = till_key(BAKERY_TILL), MEMBERS[BAKERY]
    asked: list[tuple[str, str, Any, TillKey, tuple[int, str]]] = [
        ("POST", "/v1/buyers", {}, till, (422, "request-shape")),
        ("POST", "/v1/buyers", {"card": "0" * 16}, till, (422, "card-number")),
        ("POST", "/v1/buyers", {"phone": "12"}, till, (422, "phone-number")),
        ("POST", "/v1/keys", {"scopes": ["sales:read"]}, owner, (422, "holder")),
        ("POST", "/v1/keys", {"merchant": BAKERY, "scopes": ["fly"]}, owner, (422, "request-shape")),
        ("POST", "/v1/keys", {"merchant": BAKERY, "scopes": ["trail:read"]}, owner, (422, "scope-unfit")),
        ("DELETE", "/v1/keys/0000000000000000", None, owner, (404, "unknown-key")),
        ("GET", "/v1/keys?role=king", None, REGISTRAR, (422, "request-shape")),
        ("POST", "/v1/members/77/cards", None, REGISTRAR, (404, "unknown-member")),
        ("POST", f"/v1/members/{ALICE}/cards/replace", None, REGISTRAR, (404, "no-card")),
        ("DELETE", f"/v1/members/{ALICE}/cards/9", None, REGISTRAR, (404, "unknown-card")),
    ]
    for method, path, body, signer, expected in asked:
        assert code(office.ask(method, path, signer, body)) == expected, path
    assert office.rows() == before
