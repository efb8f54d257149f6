"""The bank's files as they come: which kind, whose account, which columns."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from endogene_token.errors import (
    SettingError,
    StatementAccountError,
    StatementCurrencyError,
    StatementKindError,
    StatementUnsetError,
)
from endogene_token.treasury.bankstatements.camt053 import read_camt053
from endogene_token.treasury.collect.models import BankLine
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm import importing
from endogene_token.treasury.confirm.importing import Bank, bank_of, layout_of, read
from endogene_token.treasury.statements.models import IssuedStatement
from tests.unit import told_bank
from tests.unit.confirm_desk import Treasury, line
from tests.unit.source_tree import ROOT

SEPA = BankProfile.model_validate(
    {
        "regime": "sepa",
        "sepa": {"name": "Coop", "iban": told_bank.IBAN, "creditor_identifier": "FR72ZZZ123456"},
    }
)
CANADA = BankProfile.model_validate(
    {
        "canada": {
            "identifier": "0000000610",
            "short_name": "ENDOGENE",
            "long_name": "Endogene",
            "data_centre": "81510",
            "account": "30000-815-0123456",
        }
    }
)


def camt(account: str, currency: str = "EUR") -> bytes:
    plain = told_bank.camt("08", told_bank.statement(told_bank.entry("08", 100), account=account))
    return plain.replace(b'"EUR"', f'"{currency}"'.encode()).replace(b">EUR<", f">{currency}<".encode())


@pytest.mark.parametrize("account", ["300008150123456", "30000-815-0123456", "0123456", "815 0123456"])
def test_our_account_is_known_however_the_bank_writes_it(tmp_path: Path, account: str) -> None:
    """In Canada a bank may leave out branch and institution."""
    assert len(read(camt(account, "CAD"), bank_of(CANADA, "CAD", tmp_path)).lines) == 1


@pytest.mark.parametrize("account", ["300008150123457", "0123457", "9300008150123456"])
def test_the_statement_of_another_account_is_refused(tmp_path: Path, account: str) -> None:
    """Whole: no line of it is kept; the message shows no more than the ends of both."""
    with pytest.raises(StatementAccountError) as refused:
        read(camt(account, "CAD"), bank_of(CANADA, "CAD", tmp_path))
    assert account not in str(refused.value)


def test_another_currency_and_another_kind_are_refused(tmp_path: Path) -> None:
    """Money of two currencies is never added."""
    with pytest.raises(StatementCurrencyError):
        read(camt(told_bank.IBAN, "USD"), bank_of(SEPA, "EUR", tmp_path))
    with pytest.raises(StatementKindError):
        read(camt(told_bank.IBAN), bank_of(SEPA, "EUR", tmp_path), "mt940")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(b"\xef\xbb\xbf \n<?xml", "camt053"), (b"A000000001   ", "cpa005-returns"), (b"Date;", "csv")],
)
def test_the_kind_shows_by_the_first_bytes(raw: bytes, kind: str) -> None:
    """XML, Canada's record A, or a table."""
    assert importing.kind_of(raw) == kind


def test_a_csv_without_its_layout_is_told(tmp_path: Path) -> None:
    """Which file is missing stands in the message."""
    with pytest.raises(StatementUnsetError) as missing:
        read(b"Date;Montant\n", bank_of(CANADA, "CAD", tmp_path))
    assert importing.CSV_FILE in str(missing.value)


def test_the_page_s_layout_is_read(tmp_path: Path) -> None:
    """What `docs/bank.md` shows works as it stands."""
    page = ROOT.joinpath("docs/bank.md").read_text("utf-8")
    [shown] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    tmp_path.joinpath(importing.CSV_FILE).write_text(shown, "utf-8")
    layout = layout_of(tmp_path, "300008150123456", "CAD")
    assert tomllib.loads(shown)["date_format"] == layout.date_format
    raw = "Date;Retrait;Dépôt;Description\n2026-11-20;;1 234,56;Virement\n".encode("cp1252")
    [line] = read(raw, Bank("300008150123456", "CAD", lambda: layout)).lines
    assert (line.amount, line.booked, line.text) == (123_456, date(2026, 11, 20), "Virement")


@pytest.mark.parametrize(
    "text",
    [
        "date = 5",
        'amount = "M"',
        'date = "D"\ntext = "T"',
        'date = "D"\nskipped = "1"',
        'date = "D"\nheader = 1\namount = "M"',
        'date = "D"\naccount = "1"',
        'date = "D"\ncolour = "red"',
        "date = ",
    ],
)
def test_a_layout_that_is_no_layout_is_told(tmp_path: Path, text: str) -> None:
    """A type, a name, a value, or no TOML at all."""
    tmp_path.joinpath(importing.CSV_FILE).write_text(text, "utf-8")
    with pytest.raises(SettingError):
        layout_of(tmp_path, "1", "CAD")


def test_a_file_of_returns_is_read(tmp_path: Path) -> None:
    """Record for record, as the bank gives it back."""
    head, tail = "A000000001", "Z000000002"
    raw = head.ljust(1464) + (tail.ljust(24) + "0" * 44).ljust(1464)
    found = read(raw.encode(), bank_of(CANADA, "CAD", tmp_path))
    assert (found.kind, found.returned) == ("cpa005-returns", ())


@pytest.fixture
def desk(database_url: str) -> Iterator[Treasury]:
    opened = Treasury(database_url)
    yield opened
    opened.engine.dispose()


def told(reference: str, number: int = 1, name: str = "Boulangerie") -> bytes:
    """Return a statement whose only entry has a number of the statement and no reference of the bank."""
    part = told_bank.part("08", "", debtor=name, creditor="Nous", text="2026-000007")
    entry = told_bank.entry("08", 11_000, part)
    plain = told_bank.camt("08", told_bank.statement(entry, identifier=reference))
    return plain.replace(b"<Ntry>", f"<Ntry><NtryRef>{number}</NtryRef>".encode())


def test_a_statement_issued_again_with_other_numbers_adds_nothing(desk: Treasury) -> None:
    """The number of an entry in its statement does not identify a movement."""
    for raw, new in ((told("S1"), 1), (told("S1"), 0), (told("S2", 7), 0)):
        assert desk.take(*read_camt053(raw)[0].lines).new == new


def test_a_line_kept_under_its_number_of_then_is_known(desk: Treasury) -> None:
    """Of another payer, it is another line."""
    [line] = read_camt053(told("S1"))[0].lines
    desk.take(replace(line, bank_reference="1", entry=""))
    [kept] = desk.all(BankLine)
    assert kept.identity == line.former_identity != line.identity
    assert desk.take(line).new == 0
    assert desk.take(*read_camt053(told("S2", name="Épicerie"))[0].lines).new == 1


def test_one_movement_told_in_two_formats_is_matched_once(desk: Treasury) -> None:
    """The second is for a person, whatever a rule would make of it; two that one file tells are two."""
    statement: dict[str, Any] = {"year": 2026, "serial": 7, "merchant": 5, "month": "2026-10", "issued_at": 1}
    desk.add(IssuedStatement(**statement, tax=0, due=11_000, payable=0, sha256=bytes(32), content=b"{}"))
    first, again = (line(11_000, bank_reference=one, text="2026-000007") for one in ("csv", "camt"))
    assert desk.take(first).proposed == 1
    assert desk.take(again).unmatched == 1
    assert desk.of(again).line.why == "stated-before"
    desk.take(line(1, bank_reference="next"))
    assert desk.of(again).line.why == "stated-before", "nor later"
    other = line(11_000, bank_reference="other", text="2026-000007")
    assert desk.take(first, again, other).proposed == 1


def test_lines_of_one_day_and_amount_are_two_when_they_say_so(desk: Treasury) -> None:
    """By another name; where one tells what the other does not, nobody knows."""
    whose: tuple[dict[str, str], ...] = ({"name": "A"}, {"name": "B"}, {"other_account": "X 1"})
    lines = [line(100, bank_reference=str(at), **one) for at, one in enumerate(whose)]
    desk.take(lines[0])
    desk.take(lines[1])
    assert [desk.of(one).line.why for one in lines[:2]] == ["", ""]
    desk.take(lines[2])
    assert desk.of(lines[2]).line.why == "stated-before", "nobody says whose it is"
