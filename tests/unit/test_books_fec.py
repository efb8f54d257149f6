"""The French file of accounting entries: its form, its name, and a checker that sees each rule broken."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from endogene_token.errors import SirenError, YearEmptyError
from endogene_token.i18n import LANGUAGES
from endogene_token.treasury.books.amounts import decimal_text
from endogene_token.treasury.books.chart import load_chart
from endogene_token.treasury.books.fec import FIELDS, FecFile, describe, fec, require_siren
from endogene_token.treasury.books.fec_check import check_fec
from endogene_token.treasury.books.journal import Entry
from tests.unit.told_books import BAKER_TILL, Life, empty, whole

SIREN = "732829320"
FRANCE = load_chart("france")


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Entry]]:
    """Two fiscal years."""
    folder: Path = tmp_path_factory.mktemp("fec")
    engine = empty(f"sqlite:///{folder / 'ledger.sqlite'}")
    with engine.begin() as connection:
        life = whole(Life(connection))
        life.wait(400)
        life.buy(BAKER_TILL, (1, 10_000), (0, 70))
        yield life.entries(FRANCE)
    engine.dispose()


@pytest.fixture(scope="module")
def file(entries: list[Entry]) -> FecFile:
    return fec(entries, FRANCE, year=2026, siren=SIREN, currency="EUR")


def rows(file: FecFile) -> list[list[str]]:
    lines = file.content.decode("iso8859-15").split("\r\n")
    assert lines[-1] == ""
    return [line.split("\t") for line in lines[:-1]]


@pytest.mark.parametrize("year", [2026, 2027])
def test_a_file_of_the_books_breaks_no_rule(entries: list[Entry], year: int) -> None:
    """Read by a checker that shares nothing with the writer but the law."""
    written = fec(entries, FRANCE, year=year, siren=SIREN, currency="EUR")
    assert written.name == f"{SIREN}FEC{year}1231.txt"
    assert check_fec(*written) == []
    assert fec(entries, FRANCE, year=year, siren=SIREN, currency="EUR") == written


def test_a_line_holds_the_eighteen_fields_of_the_law(entries: list[Entry], file: FecFile) -> None:
    """In their order, separated by tabs, with a decimal comma and days as YYYYMMDD."""
    head, first, *_ = rows(file)
    assert head == list(FIELDS)
    assert len(head) == 18
    label = "Primes de l'entreprise 8, caisse 1, ventes 1 à 3, 2026-01-01 - 2026-01-01"
    assert first == [
        *("VT", "Primes", "1", "20260101", "411000", "Clients - primes à recevoir", "M8"),
        *("Entreprise 8", entries[0].piece, "20260101", label),
        *("5,29", "0,00", "", "", "20260101", "", ""),
    ]


def test_a_second_year_begins_with_the_balances_of_the_first(entries: list[Entry]) -> None:
    """As the law asks; results of class 6 and 7 are not among them."""
    written = rows(fec(entries, FRANCE, year=2027, siren=SIREN, currency="EUR"))[1:]
    opening = [row for row in written if row[2] == "1"]
    assert {(row[0], row[3], row[8]) for row in opening} == {("AN", "20270101", "AN2027")}
    assert {row[4][0] for row in opening} <= set("1245")
    assert [row[2] for row in written] == sorted([row[2] for row in written], key=int)


def test_every_line_of_the_journal_is_in_the_file(entries: list[Entry], file: FecFile) -> None:
    """To the cent, and no more."""
    lines = [line for entry in entries if entry.year.name == 2026 for line in entry.lines]
    written = rows(file)[1:]
    assert len(written) == len(lines)
    for row, line in zip(written, lines, strict=True):
        assert [int(row[column].replace(",", "")) for column in (11, 12)] == [line.debit, line.credit]


def test_a_year_without_entries_is_refused(entries: list[Entry]) -> None:
    """The years that there are, are told."""
    with pytest.raises(YearEmptyError, match="2026, 2027"):
        fec(entries, FRANCE, year=2025, siren=SIREN, currency="EUR")
    with pytest.raises(YearEmptyError):
        fec([], FRANCE, year=2026, siren=SIREN, currency="EUR")


@pytest.mark.parametrize("wrong", ["", "73282932", "732829321", "73282932٠", "73282932 ", "7328293200"])
def test_a_number_that_is_no_siren_is_refused(entries: list[Entry], wrong: str) -> None:
    """The file's name is how the authority knows whose it is."""
    require_siren(SIREN)
    with pytest.raises(SirenError):
        fec(entries, FRANCE, year=2026, siren=wrong, currency="EUR")


def test_the_description_tells_the_codes_that_the_file_uses(file: FecFile) -> None:
    """The law wants it beside the file; both are in the character set that it names."""
    told = describe(file, FRANCE)
    text = told.content.decode("iso8859-15")
    assert told.name == f"{SIREN}FEC20261231_description.txt"
    assert all(f"  {names.code} : " in text for names in FRANCE.journals.values())
    assert all(field in text for field in FIELDS)
    assert "le compte de banque n'est pas le solde de la banque" in text
    assert "?" not in text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(0, "EUR", "0,00"), (5, "EUR", "0,05"), (-123_456_789, "CAD", "-1234567,89"), (7, "JPY", "7")],
)
def test_an_amount_is_written_without_rounding(amount: int, currency: str, text: str) -> None:
    """In units of the currency, whatever their parts."""
    assert decimal_text(amount, currency, ",") == text


def field(column: str, value: str, line: int = 1) -> Callable[[list[list[str]]], object]:
    """Return what plants a value in a field of a line."""

    def plant(table: list[list[str]]) -> None:
        table[line][FIELDS.index(column)] = value

    return plant


def swap(table: list[list[str]]) -> None:
    first = [row for row in table if row[2] == "1"]
    table[1:] = [row for row in table[1:] if row[2] != "1"] + first


def drop_entry(table: list[list[str]]) -> None:
    table[1:] = [row for row in table[1:] if row[2] != "2"]


PLANTED: dict[str, tuple[Callable[[list[list[str]]], object], str]] = {
    "a field renamed": (field("Debit", "Montant", 0), "the first line names"),
    "a field less": (lambda table: table[1].pop(), "a line has eighteen fields, not 17"),
    "a field more": (lambda table: table[1].append(""), "a line has eighteen fields, not 19"),
    **{
        f"{name} empty": (field(name, ""), f"the field {name} is filled")
        for name in FIELDS
        if name
        not in (
            "CompAuxNum",
            "CompAuxLib",
            "EcritureLet",
            "DateLet",
            "Montantdevise",
            "Idevise",
            "Debit",
            "Credit",
        )
    },
    "no debit": (field("Debit", ""), "the field Debit is filled"),
    "a day that is none": (field("PieceDate", "20260230"), "a date is written"),
    "a day as people write it": (field("EcritureDate", "2026-01-01"), "a date is written"),
    "a day of lettering that is none": (field("DateLet", "2026"), "a date is written"),
    "an account of no class": (field("CompteNum", "911000"), "an account begins"),
    "an account of letters": (field("CompteNum", "CLIENT"), "an account begins"),
    "an auxiliary without a name": (field("CompAuxLib", ""), "an auxiliary account"),
    "a decimal point": (field("Debit", "5.29"), "an amount has a decimal comma"),
    "a thousands separator": (field("Debit", "1 005,29"), "an amount has a decimal comma"),
    "both sides": (field("Credit", "5,29"), "a line is a debit or a credit"),
    "neither side": (field("Debit", "0,00"), "a line is a debit or a credit"),
    "a cent": (field("Debit", "5,30"), "an entry balances, not 1: 0.01"),
    "a cent of a journal": (field("Debit", "5,30"), "a journal balances, not VT: 0.01"),
    "a line in another journal": (field("JournalCode", "BQ"), "a journal balances"),
    "a day of another year": (field("EcritureDate", "20250101"), "an entry's day is in the fiscal year"),
    "a day after the year": (field("EcritureDate", "20270101"), "an entry's day is in the fiscal year"),
    "an entry left out": (drop_entry, "entries are numbered without gaps"),
    "a number of letters": (field("EcritureNum", "VT1"), "entries are numbered without gaps"),
    "entries in another order": (swap, "entries are numbered without gaps"),
    "a validation in the past": (field("ValidDate", "20260102"), "entries stand in the order"),
    "a line of another piece": (field("PieceRef", "0x0", 2), "the lines of entry 1 have one journal"),
    "an account with two names": (field("CompteLib", "Banques"), "a number has one name"),
    "a control code": (field("EcritureLib", "Primes\x07"), "a line holds no control codes"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(file: FecFile, name: str) -> None:
    """Each rule of the checker can fail, and says in both languages what is wrong."""
    plant, expected = PLANTED[name]
    table = rows(file)
    plant(table)
    text = "\r\n".join(["\t".join(row) for row in table] + [""])
    found = check_fec(file.name, text.encode("iso8859-15"))
    assert any(expected in fault.text("en") for fault in found)
    assert all("{" not in fault.text(lang) for fault in found for lang in LANGUAGES)


def test_a_file_in_another_form_is_seen(file: FecFile) -> None:
    """Its name, its character set, the end of its last line."""
    text = file.content.decode("iso8859-15")
    told = {
        "name": check_fec("FEC20261231.txt", file.content),
        "UTF-8": check_fec(file.name, text.encode()),
        "last line": check_fec(file.name, file.content.removesuffix(b"\r\n")),
        "eighteen fields": check_fec(file.name, b""),
    }
    for word, faults in told.items():
        assert any(word in fault.text("en") for fault in faults), word
