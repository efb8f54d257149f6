"""Runs over HTTP: the treasurer drafts and hands in, another officer approves, the auditor reads."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session

from endogene_token.chain.views import Role
from endogene_token.indexer.models import Member
from endogene_token.office.scopes import OfficeRole
from endogene_token.store import writing
from endogene_token.treasury.bankfiles.notice import CANADA, earliest_collection
from tests.api.bare_site import bare_site
from tests.api.test_office import OFFICERS, STRANGER, Office, Roles, code
from tests.town import BAKERY, FOREVER, GROCER
from tests.unit.collect_desk import CANADA as SETTINGS
from tests.unit.collect_desk import closed, issued
from tests.unit.test_bank_cpa005 import read

TREASURER, APPROVER = OFFICERS[Role.TREASURER], OFFICERS[Role.APPROVER]
SIGNED = {"scheme": "cpa", "signed": "2022-03-01", "name": "Boulangerie", "account": "12345-006-7654321"}
MANDATE = {"merchant": BAKERY, "reference": "M-4", **SIGNED}
REJECTED = {"items": ["D2026-000001"], "code": "AM04"}  # of whom nobody may reject anything
MONTH = "2026-10"
NOW = int(time.time())


def first_day() -> date:
    """Return the first day that a notice of today allows."""
    now = datetime.fromtimestamp(NOW, UTC)
    return earliest_collection(CANADA, now.date(), now)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """One officer a role; a bakery that owes 1,149.75 with taxes, a grocer that owes 50.00; a bank."""
    lines = ["[canada]", *(f'{name} = "{value}"' for name, value in SETTINGS.items())]
    (tmp_path / "bank.toml").write_text("\n".join(lines), "utf-8")
    until = {(role, one.address.lower()): NOW + 86_400 for role, one in OFFICERS.items()}

    def staff(app: FastAPI) -> None:
        services = app.state.services
        app.state.services = replace(services, ledger=Roles(services.ledger, until))

    with bare_site(database_url, staff, data_dir=tmp_path) as bare:
        with writing(bare.engine) as connection, Session(connection) as session:
            valid = {"valid_from": 0, "valid_until": FOREVER}
            for number in (BAKERY, GROCER):
                key = number.to_bytes(20)
                session.merge(Member(number=number, kind=0, category=0, key=key, balance=0, **valid))
            at = NOW - 86_400
            session.add_all(
                closed([issued(1, BAKERY, 100_000, 14_975, at=at), issued(2, GROCER, 5_000, at=at)])
            )
            session.flush()
        yield Office(bare, until)


def draft(office: Office, day: date | None = None, **more: str) -> dict[str, Any]:
    wanted = {"direction": "debit", "month": MONTH, "day": str(day or first_day()), **more}
    answer = office.ask("POST", "/v1/collect/runs", TREASURER, wanted)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_month_is_collected_by_two_officers(office: Office) -> None:
    """Mandate, draft, approval, file, handing in; each once in the trail under who signed it."""
    assert office.ask("POST", "/v1/collect/mandates", TREASURER, MANDATE).json()["tail"] == "4321"
    [due, transfer] = office.ask("GET", f"/v1/collect/due/{MONTH}", TREASURER).json()["items"]
    assert ((due["amount"], due["why"]), (transfer["amount"], transfer["why"])) == (
        ("114975", None),
        ("5000", "transfer"),
    )
    drafted = draft(office)
    assert [one["reference"] for one in drafted["left_out"]] == ["2026-000002"]
    path = f"/v1/collect/runs/{drafted['run']['number']}"
    assert code(office.ask("GET", f"{path}/file", TREASURER)) == (409, "run-state")
    approved = office.ask("POST", f"{path}/approve", APPROVER).json()
    content = office.ask("GET", f"{path}/file", TREASURER).content
    assert "0x" + hashlib.sha256(content).hexdigest() == approved["sha256"]
    assert read(content)[2]["debit value"] == 114_975
    assert office.ask("POST", f"{path}/hand-in", TREASURER).json()["state"] == "handed-in"
    assert office.ask("GET", f"{path}/file", TREASURER).content == content
    assert code(office.ask("POST", f"{path}/cancel", TREASURER)) == (409, "run-state")
    rejected = {"items": [one["reference"] for one in drafted["run"]["items"]], "code": "AM04"}
    assert code(office.ask("POST", f"{path}/reject", APPROVER, rejected)) == (409, "item-day")
    told = [(one.action, one.who) for one in office.entries()]
    by, other = (f"officer:{one.address.lower()}" for one in (TREASURER, APPROVER))
    assert told == [
        ("mandate.given", by),
        ("run.drafted", by),
        ("run.approved", other),
        ("run.handed-in", by),
    ]


def test_who_drafted_cannot_approve_even_with_both_roles(office: Office) -> None:
    """403, and no file; the approver can: the refusal is about the person."""
    office.ask("POST", "/v1/collect/mandates", TREASURER, MANDATE)
    path = f"/v1/collect/runs/{draft(office)['run']['number']}"
    assert code(office.ask("POST", f"{path}/approve", TREASURER)) == (403, "access")
    office.until[Role.APPROVER, TREASURER.address.lower()] = NOW + 86_400
    assert code(office.ask("POST", f"{path}/approve", TREASURER)) == (403, "drafter-approves")
    assert office.ask("GET", path, TREASURER).json()["sha256"] is None
    assert office.ask("POST", f"{path}/approve", APPROVER).status_code == 200


def test_a_key_drafts_for_its_officer_and_approves_nothing(office: Office) -> None:
    """The approver's key only reads; the treasurer's signs nothing off."""
    token = office.bare.key(role=OfficeRole.TREASURER)
    assert office.ask("POST", "/v1/collect/mandates", token, MANDATE).status_code == 201
    wanted = {"direction": "debit", "month": MONTH, "day": str(first_day())}
    path = f"/v1/collect/runs/{office.ask('POST', '/v1/collect/runs', token, wanted).json()['run']['number']}"
    for one in (token, office.bare.key(role=OfficeRole.APPROVER)):
        assert code(office.ask("POST", f"{path}/approve", one)) == (403, "scope-missing")


def test_only_the_treasurer_writes_and_only_the_office_reads(office: Office) -> None:
    """Every path by the registrar, the auditor's key, a merchant's key, a stranger, and nobody."""
    office.ask("POST", "/v1/collect/mandates", TREASURER, MANDATE)
    draft(office)
    auditor, merchant = office.bare.key(role=OfficeRole.AUDITOR), office.bare.key(BAKERY)
    changes: list[tuple[str, Any]] = [
        ("mandates", {**MANDATE, "merchant": GROCER, "reference": "M-5"}),
        ("mandates/1/end", {"why": "x"}),
        ("payees", {"party": "merchant", "number": BAKERY, "name": "B", "account": SIGNED["account"]}),
        ("payees/1/end", {"why": "x"}),
        ("runs", {"direction": "debit", "month": MONTH, "day": str(first_day())}),
        *((f"runs/1/{act}", None) for act in ("approve", "hand-in", "cancel")),
        ("runs/1/reject", REJECTED),
    ]
    before = len(office.entries())
    for path, body in changes:
        for one in (OFFICERS[Role.REGISTRAR], auditor, merchant, STRANGER):
            assert office.ask("POST", f"/v1/collect/{path}", one, body).status_code == 403, path
        assert office.ask("POST", f"/v1/collect/{path}", None, body).status_code == 401
    assert len(office.entries()) == before
    for path in ("mandates", "payees", f"due/{MONTH}", "runs", "runs/1"):
        for one, status in (
            (OFFICERS[Role.REGISTRAR], 200),
            (auditor, 200),
            (merchant, 403),
            (STRANGER, 403),
        ):
            assert office.ask("GET", f"/v1/collect/{path}", one).status_code == status, path
    assert office.ask("GET", "/v1/collect/runs/1/file", auditor).status_code == 403


def test_what_cannot_be_is_told_with_its_code(office: Office) -> None:
    """Dates, numbers and accounts: each its own problem; an account is not repeated."""
    office.ask("POST", "/v1/collect/mandates", TREASURER, MANDATE)
    wanted = {"direction": "debit", "month": MONTH}
    for body, expected in (
        ({**wanted, "day": str(datetime.fromtimestamp(NOW, UTC).date())}, (422, "collection-notice")),
        ({**wanted, "day": "2026-13-01"}, (422, "bank-date")),
        ({**wanted, "month": "2020-01", "day": str(first_day())}, (409, "month-unissued")),
        ({"direction": "credit", "day": str(first_day())}, (409, "run-empty")),
    ):
        assert code(office.ask("POST", "/v1/collect/runs", TREASURER, body)) == expected
    assert code(office.ask("POST", "/v1/collect/runs/9/approve", APPROVER)) == (404, "unknown-run")
    assert code(office.ask("POST", "/v1/collect/mandates", TREASURER, MANDATE)) == (409, "mandate-held")
    wrong = {**MANDATE, "merchant": GROCER, "reference": "M-5", "account": "7654321987"}
    answer = office.ask("POST", "/v1/collect/mandates", TREASURER, wrong)
    assert (code(answer), "7654321987" in answer.text) == ((422, "bank-account"), False)
    ended = office.ask("POST", "/v1/collect/mandates/1/end", TREASURER, {"why": "new bank"}).json()
    assert (ended["state"], ended["ended_why"]) == ("ended", "new bank")
