"""The treasury's inbox over HTTP: who reads, who takes and closes, who decides; a merchant reads its own."""

import time
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlmodel import Session

from endogene_token.chain.views import Role
from endogene_token.indexer.models import Merchant, table_of
from endogene_token.office.scopes import Mode, OfficeRole, Scope
from endogene_token.office.trail import Actor, changing
from endogene_token.sdk.keys import TillKey
from endogene_token.store import reading, writing
from endogene_token.treasury.collect.models import BankLine
from endogene_token.treasury.dunning import examining
from endogene_token.treasury.dunning.rules import Arrears
from endogene_token.treasury.dunning.standing import Standing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding, Kind
from endogene_token.treasury.exceptions.models import TreasuryException
from tests.api.test_office import MEMBERS, OFFICERS, STRANGER, Office, code, office, till_key
from tests.town import ALICE, BAKERY, BAKERY_TILL, GROCER
from tests.unit.test_reconcile_reading import line

__all__ = ["office"]
ACTOR = Actor("service:daily", "host")
TREASURER, REGISTRAR = OFFICERS[Role.TREASURER], OFFICERS[Role.REGISTRAR]
TODAY = date.today().isoformat()  # noqa: DTZ011  # any day serves: nothing here rests on the zone
READ = ("/v1/exceptions", "/v1/dunning", f"/v1/reconciliations/{TODAY}")
LINES = table_of(BankLine)


@pytest.fixture
def desk(office: Office) -> Office:
    """An office with a line of the bank that nobody understands, and its exception."""
    with writing(office.bare.engine) as connection:
        connection.execute(insert(LINES).values(line(bytes(32), date(2026, 1, 5), 12_345, "unmatched")))
    assert office.ask("POST", "/v1/reconciliations", TREASURER).status_code == 201
    return office


def stands(office: Office, merchant: int, level: int) -> None:
    """Keep where a merchant stands, as the daily examination does."""
    since = date(2026, 1, 15)
    late = Arrears(5_000, since) if level else Arrears()
    one = Standing(merchant, True, 5_000, 10_000, late, level, False)
    with changing(office.bare.engine, ACTOR) as change:
        examining.keep(change, [one], date(2026, 3, 1), 1_800_000_000)


def test_officers_and_the_auditor_read_and_nobody_else(desk: Office) -> None:
    """Each path, by everybody; a merchant's keys and a key for tests open none of it."""
    others: list[TillKey | str] = [MEMBERS[ALICE], MEMBERS[BAKERY], till_key(BAKERY_TILL), STRANGER]
    others += [desk.bare.key(BAKERY)]
    others += [desk.bare.key(role=OfficeRole.REGISTRAR)]
    others += [desk.bare.key(role=OfficeRole.AUDITOR, mode=Mode.TEST)]
    readers: list[TillKey | str] = [
        *OFFICERS.values(),
        *(desk.bare.key(role=role) for role in (OfficeRole.AUDITOR, OfficeRole.TREASURER)),
    ]
    for path in READ:
        assert {desk.ask("GET", path, one).status_code for one in readers} == {200}, path
        assert {desk.ask("GET", path, one).status_code for one in others} == {403}, path
        assert desk.ask("GET", path, None).status_code == 401


CHANGES: tuple[tuple[str, Any, Role], ...] = (
    ("/v1/reconciliations", None, Role.TREASURER),
    ("/v1/exceptions/1/take", None, Role.TREASURER),
    ("/v1/exceptions/1/close", {"how": "It was ours."}, Role.TREASURER),
    ("/v1/dunning/proposals", {"merchant": BAKERY, "act": "suspend"}, Role.TREASURER),
    ("/v1/dunning/proposals/1/decide", {"approved": True, "why": "Agreed."}, Role.REGISTRAR),
)


def test_each_change_is_that_of_one_role(desk: Office) -> None:
    """Refused to every other officer, to merchants, to keys that only read; then done, and in the trail."""
    auditor, reads = (
        desk.bare.key(role=OfficeRole.AUDITOR),
        desk.bare.key(0, Scope.TREASURY_READ, role=OfficeRole.TREASURER),
    )
    for path, body, role in CHANGES:
        before = len(desk.entries())
        others: list[TillKey | str] = [one for other, one in OFFICERS.items() if other is not role]
        others += [MEMBERS[BAKERY], till_key(BAKERY_TILL), auditor, reads]
        assert {desk.ask("POST", path, one, body).status_code for one in others} == {403}, path
        assert desk.ask("POST", path, None, body).status_code == 401
        assert len(desk.entries()) == before
        done = desk.ask("POST", path, OFFICERS[role], body)
        assert done.status_code in {200, 201}, done.text
        new = desk.entries()[before:]
        assert new
        assert {one.who for one in new} == {f"officer:{OFFICERS[role].address.lower()}"}


def test_an_exception_is_listed_taken_and_closed(desk: Office) -> None:
    """With a key that writes the treasury, too; its owner and its end are told."""
    [told] = desk.ask("GET", "/v1/exceptions", TREASURER).json()["items"]
    assert (told["kind"], told["amount"], told["owner"]) == ("line", "12345", "treasurer")
    assert told["due_at"] > told["opened_at"]
    key = desk.bare.key(role=OfficeRole.TREASURER)
    assert desk.ask("POST", "/v1/exceptions/1/take", key).json()["owner"].startswith("key:")
    ended = desk.ask("POST", "/v1/exceptions/1/close", TREASURER, {"how": "Ours, of the year before."}).json()
    assert (ended["how"], ended["closed_by"]) == (
        "Ours, of the year before.",
        f"officer:{TREASURER.address.lower()}",
    )
    assert desk.ask("GET", "/v1/exceptions", TREASURER).json()["items"] == []
    assert len(desk.ask("GET", "/v1/exceptions?state=closed", TREASURER).json()["items"]) == 1
    assert code(desk.ask("POST", "/v1/exceptions/1/take", TREASURER)) == (409, "exception-closed")
    assert code(desk.ask("POST", "/v1/exceptions/9/take", TREASURER)) == (404, "unknown-exception")
    assert desk.ask("POST", "/v1/exceptions/1/close", TREASURER, {"how": ""}).status_code == 422


def test_a_list_of_exceptions_goes_on_where_it_ended(office: Office) -> None:
    """A hundred at a time, of one kind if so asked."""
    found = [Finding(Kind.LINE, f"line:{number}", 1) for number in range(101)]
    with changing(office.bare.engine, ACTOR) as change:
        inbox.follow(change, [Kind.LINE], found, 1_800_000_000)
    first = office.ask("GET", "/v1/exceptions", TREASURER).json()
    assert (len(first["items"]), first["next"]) == (100, 100)
    rest = office.ask("GET", "/v1/exceptions?after=100", TREASURER).json()
    assert [one["subject"] for one in rest["items"]] == ["line:100"]
    assert office.ask("GET", "/v1/exceptions?kind=arrears", TREASURER).json()["items"] == []


def test_a_reconciliation_tells_each_difference(desk: Office) -> None:
    """What is unexplained is named; made again once it is explained, its exception is closed."""
    told = desk.ask("GET", f"/v1/reconciliations/{TODAY}", TREASURER).json()
    assert (told["bank"], told["chain"], told["unexplained"]) == ("12345", "0", "12345")
    assert told["differences"] == [{"why": "line", "subject": f"line:{bytes(32).hex()}", "amount": "12345"}]
    early = desk.ask("GET", "/v1/reconciliations/2026-01-04", TREASURER).json()
    assert (early["bank"], early["differences"]) == ("0", [])
    with writing(desk.bare.engine) as connection:
        connection.execute(update(LINES).values(state="set-aside", why="the year before"))
    made = desk.ask("POST", "/v1/reconciliations", TREASURER).json()
    assert (made["explained"], made["totals"]) == ("12345", {"set-aside": "12345"})
    with reading(desk.bare.engine) as connection, Session(connection) as session:
        assert session.get_one(TreasuryException, 1).how == "resolved"


def test_a_day_that_is_none_and_a_bank_that_is_not_known_are_told(office: Office) -> None:
    """Each by its own code."""
    assert code(office.ask("GET", "/v1/reconciliations/2026-13-01", TREASURER)) == (422, "books-date")
    assert code(office.ask("GET", f"/v1/reconciliations/{TODAY}", TREASURER)) == (409, "bank-unknown")


def test_a_suspension_is_proposed_by_one_and_decided_by_another(office: Office) -> None:
    """An officer of both roles decides nothing of his or her own; decided once."""
    office.until[Role.REGISTRAR, TREASURER.address.lower()] = int(time.time()) + 1_000
    given = {"merchant": BAKERY, "act": "suspend"}
    assert office.ask("POST", "/v1/dunning/proposals", TREASURER, given).json()["state"] == "open"
    assert code(office.ask("POST", "/v1/dunning/proposals", TREASURER, given)) == (409, "proposal-open")
    path, body = "/v1/dunning/proposals/1/decide", {"approved": True, "why": "Three reminders."}
    assert code(office.ask("POST", path, TREASURER, body)) == (403, "own-proposal")
    assert office.ask("POST", path, REGISTRAR, body).json()["state"] == "approved"
    assert code(office.ask("POST", path, REGISTRAR, body)) == (409, "proposal-decided")
    told = office.ask("GET", "/v1/dunning", TREASURER).json()
    assert [(one["number"], one["state"]) for one in told["proposals"]] == [(1, "approved")]
    reinstate = {"merchant": GROCER, "act": "reinstate"}
    assert code(office.ask("POST", "/v1/dunning/proposals", TREASURER, reinstate)) == (
        409,
        "nothing-to-propose",
    )


def test_what_has_been_paid_since_is_seen_before_the_decision(office: Office) -> None:
    """The rule proposed; nothing is owed any more: it cannot be approved."""
    stands(office, BAKERY, 3)
    [told] = office.ask("GET", "/v1/dunning", REGISTRAR).json()["proposals"]
    assert (told["proposed_by"], told["arrears"], told["since"]) == ("rule:arrears", "5000", "2026-01-15")
    path = f"/v1/dunning/proposals/{told['number']}/decide"
    answer = office.ask("POST", path, REGISTRAR, {"approved": True, "why": "Late."})
    assert code(answer) == (409, "proposal-decided")
    assert answer.json()["limit"] == "withdrawn"


def test_a_merchant_reads_in_its_summary_where_it_stands(office: Office) -> None:
    """Its own, as told at the last examination; null before the first."""
    path = f"/v1/merchants/{BAKERY}"
    assert office.ask("GET", path, MEMBERS[BAKERY]).json()["dunning"] is None
    stands(office, BAKERY, 2)
    told = office.ask("GET", path, MEMBERS[BAKERY]).json()["dunning"]
    assert (told["level"], told["arrears"], told["since"], told["warned"]) == (2, "5000", "2026-01-15", False)
    assert office.ask("GET", f"/v1/merchants/{GROCER}", MEMBERS[BAKERY]).status_code == 403


def test_the_merchants_of_this_office_are_active(office: Office) -> None:
    """What the proposals above rest on."""
    with reading(office.bare.engine) as connection, Session(connection) as session:
        assert {session.get_one(Merchant, one).status for one in (BAKERY, GROCER)} == {1}
