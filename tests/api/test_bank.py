"""The bank's lines over HTTP: the treasurer imports and decides, the auditor reads, nobody else does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from endogene_token.office import trail
from endogene_token.office.scopes import Mode, OfficeRole, Scope
from tests.api.bare_site import Bare, bare_site
from tests.settler_work import keep
from tests.town import BAKERY, GROCER
from tests.unit import told_bank
from tests.unit.confirm_desk import item, mandate, run

PROFILE = """
regime = "sepa"
[sepa]
name = "Coopérative Endogène"
iban = "{iban}"
creditor_identifier = "FR72ZZZ123456"
"""
D1 = "D2026-000001"


def statement(*entries: str, account: str = told_bank.IBAN) -> bytes:
    return told_bank.camt("08", told_bank.statement(*entries, account=account))


def debit(cents: int = 10_500, reference: str = D1, **told: Any) -> str:
    return told_bank.entry(
        "08", cents, told_bank.part("08", reference, cents, **told), reference=f"B{cents}{reference}"
    )


@pytest.fixture
def bank(sqlite_url: str, tmp_path: Path) -> Iterator[Bare]:
    (tmp_path / "bank.toml").write_text(PROFILE.format(iban=told_bank.IBAN), "utf-8")
    with bare_site(sqlite_url, data_dir=tmp_path) as opened:
        keep(opened.engine, run(1), mandate(), item(D1))
        yield opened


@pytest.fixture
def treasurer(bank: Bare) -> str:
    return bank.key(role=OfficeRole.TREASURER)


def send(bank: Bare, token: str | None, content: bytes, **query: str) -> httpx.Response:
    headers = {"content-type": "application/octet-stream"}
    return bank.ask("POST", "/v1/bank/statements", token, content=content, headers=headers, params=query)


def lines(bank: Bare, token: str, **query: str) -> list[dict[str, Any]]:
    answer = bank.ask("GET", "/v1/bank/lines", token, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_a_statement_is_imported_once_and_matched(bank: Bare, treasurer: str) -> None:
    """Again, it adds nothing; the line and what it confirms are told with amounts as strings."""
    content = statement(debit(), debit(3_000, "", text="merci"))
    first, again = send(bank, treasurer, content), send(bank, treasurer, content)
    assert first.status_code == 200, first.text
    told = {name: first.json()[name] for name in ("kind", "new", "known", "matched", "unmatched")}
    assert told == {"kind": "camt053", "new": 2, "known": 0, "matched": 1, "unmatched": 1}
    assert (again.json()["new"], again.json()["known"]) == (0, 2)
    [matched] = lines(bank, treasurer, state="matched")
    assert (matched["amount"], matched["matches"][0]["item"]) == ("10500", D1)
    assert bank.ask("GET", f"/v1/bank/lines/{matched['identity']}", treasurer).json() == matched
    status = bank.ask("GET", "/v1/bank/status", treasurer).json()
    assert (status["in_transit"], status["sums"]["unmatched"]) == ("10500", "3000")


def test_the_treasurer_decides_about_what_waits(bank: Bare, treasurer: str) -> None:
    """Matched by hand, undone, set aside: each change once in the trail, under the key that made it."""
    send(bank, treasurer, statement(debit(3_000, "", text="merci")))
    [waiting] = lines(bank, treasurer)
    path = f"/v1/bank/lines/{waiting['identity']}"
    part = {"merchant": GROCER, "tax": "400"}
    matched = bank.ask("POST", f"{path}/match", treasurer, json={"parts": [part]})
    assert matched.status_code == 200, matched.text
    [match] = matched.json()["matches"]
    assert (match["premiums"], match["tax"], match["state"]) == ("2600", "400", "approved")
    assert bank.ask("POST", f"{path}/approve", treasurer).json()["code"] == "line-state"
    assert bank.ask("POST", f"{path}/undo", treasurer).json()["state"] == "unmatched"
    aside = bank.ask("POST", f"{path}/set-aside", treasurer, json={"why": "Bank fees"})
    assert (aside.json()["state"], aside.json()["why"]) == ("set-aside", "Bank fees")
    with bank.reading() as session:
        rows = trail.page(session, 0, 100, f"bank-line:{waiting['identity']}")
    assert [one.action for one in rows] == ["bank.matched", "bank.undone", "bank.set-aside"]
    assert {one.who.partition(":")[0] for one in rows} == {"key"}


@pytest.mark.parametrize("role", [OfficeRole.AUDITOR, OfficeRole.APPROVER])
def test_the_auditor_and_the_approver_read_and_change_nothing(
    bank: Bare, treasurer: str, role: OfficeRole
) -> None:
    """Every path of a change is closed to them."""
    send(bank, treasurer, statement(debit(3_000, "", text="merci")))
    token = bank.key(role=role)
    [waiting] = lines(bank, token)
    path = f"/v1/bank/lines/{waiting['identity']}"
    for name, body in (
        ("approve", None),
        ("undo", None),
        ("set-aside", {"why": "x"}),
        ("match", {"parts": [{"merchant": GROCER}]}),
    ):
        answer = bank.ask("POST", f"{path}/{name}", token, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing"), name
    assert send(bank, token, statement(debit())).status_code == 403
    assert lines(bank, token) == [waiting]


def test_nobody_else_reads_or_imports(bank: Bare) -> None:
    """No key: 401; a merchant's: 403; one of the sandbox: 403."""
    test_key = bank.key(role=OfficeRole.TREASURER, mode=Mode.TEST)
    for token, status in ((None, 401), (bank.key(BAKERY), 403), (test_key, 403)):
        for path in ("/v1/bank/lines", "/v1/bank/status", f"/v1/bank/lines/{'7f' * 32}"):
            assert bank.ask("GET", path, token).status_code == status, path
        assert send(bank, token, statement(debit())).status_code == status
    only_reads = bank.key(BAKERY, Scope.TREASURY_READ, role=OfficeRole.TREASURER)
    assert send(bank, only_reads, statement(debit())).status_code == 403


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (statement(debit(), account="FR7630006000011234567890189"), "statement-account"),
        (b"<nonsense/>", "statement-kind"),
        (b"<", "statement-xml"),
        (b"Date;Montant\n", "statement-unset"),
        (b"", "request-shape"),
    ],
)
def test_a_file_that_is_not_ours_or_cannot_be_read_adds_nothing(
    bank: Bare, treasurer: str, content: bytes, code: str
) -> None:
    """Told in a problem of its own; nothing is kept."""
    answer = send(bank, treasurer, content)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert lines(bank, treasurer) == []


def test_a_csv_is_read_as_the_folder_says(bank: Bare, treasurer: str, tmp_path: Path) -> None:
    """A row that cannot be read is told beside those that can."""
    layout = 'date = "Date"\namount = "Montant"\ntext = ["Libellé"]\ndate_format = "%d/%m/%Y"\n'
    (tmp_path / "bank-csv.toml").write_text(layout, "utf-8")
    content = "Date;Montant;Libellé\n20/11/2026;105,00;Dépôt\n31/02/2026;1,00;Faux\n".encode()
    answer = send(bank, treasurer, content, kind="csv").json()
    assert (answer["kind"], answer["new"], answer["proposed"]) == ("csv", 1, 1), answer
    assert [one["line"] for one in answer["errors"]] == [3]
    (tmp_path / "bank-csv.toml").write_text(layout + 'account = "other"\n', "utf-8")
    assert send(bank, treasurer, content).json()["code"] == "setting"


def test_what_is_not_there_or_does_not_add_up_is_told(bank: Bare, treasurer: str) -> None:
    """404, 422; and a line's identity is not understood in another form."""
    send(bank, treasurer, statement(debit(3_000, "", text="merci")))
    [waiting] = lines(bank, treasurer)
    path = f"/v1/bank/lines/{waiting['identity']}/match"
    for part, code in (
        ({"merchant": GROCER, "amount": "2999"}, "part-sum"),
        ({"merchant": 77}, "unknown-merchant"),
        ({"item": "D2026-000099"}, "part"),
        ({"merchant": GROCER, "tax": "3001"}, "part"),
    ):
        answer = bank.ask("POST", path, treasurer, json={"parts": [part]})
        assert answer.json()["code"] == code, answer.text
    absent = bank.ask("POST", f"/v1/bank/lines/{'7f' * 32}/undo", treasurer)
    assert (absent.status_code, absent.json()["code"]) == (404, "unknown-bank-line")
    assert bank.ask("GET", "/v1/bank/lines/7F", treasurer).status_code == 422
