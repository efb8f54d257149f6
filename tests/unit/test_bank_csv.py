"""Bank statements as CSV: integers out of any writing, an error a line, the same lines at each import."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import (
    StatementColumnError,
    StatementEncodingError,
    StatementError,
    StatementLayoutError,
    StatementRowError,
    StatementTooLargeError,
)
from endogene_token.treasury.bankstatements.amounts import LARGEST, minor_units
from endogene_token.treasury.bankstatements.csv import CsvLayout, CsvStatement, read_csv
from endogene_token.treasury.bankstatements.lines import StatementLine, numbered, tidy

FRENCH = CsvLayout(
    account="FR14 2004 1010 0505 0001 3M02 606",
    currency="EUR",
    date="Date",
    amount="Montant",
    name="Tiers",
    text=("Libellé",),
    bank_reference="Référence",
    encoding="cp1252",
    group=" ",
    date_format="%d/%m/%Y",
)
FRENCH_FILE = (
    "Date;Libellé;Tiers;Référence;Montant\r\n"
    "23/11/2026;VIR REÇU ST-2026-11-7;Épicerie du Cœur;R1;1\u00a0234,56\r\n"
    "\r\n"
    '24/11/2026;"FRAIS; novembre";;R2;-12,5 €\r\n'
)
DESJARDINS = CsvLayout(
    account="815-30000-0123456",
    currency="CAD",
    date="4",
    debit="8",
    credit="9",
    text=("6",),
    delimiter=",",
    decimal=".",
    date_format="%Y/%m/%d",
    header=False,
)
DESJARDINS_FILE = (
    b'"Caisse","0123456","EOP","2026/11/23","00001","Depot direct /ENDOGENE","",,123.45,,,,,1123.45\r\n'
    b'"Caisse","0123456","EOP","2026/11/23","00002","Frais","",2.95,,,,,,1120.50\r\n'
)


def told(statement: CsvStatement) -> list[tuple[date, int, str]]:
    assert statement.errors == ()
    return [(line.booked, line.amount, line.text) for line in statement.lines]


def test_a_french_bank_is_read_with_its_commas_spaces_and_accents() -> None:
    """Semicolons, cp1252, a no-break space between thousands, a quoted semicolon, a euro sign."""
    statement = read_csv(FRENCH_FILE.encode("cp1252"), FRENCH)
    assert told(statement) == [
        (date(2026, 11, 23), 123_456, "VIR REÇU ST-2026-11-7"),
        (date(2026, 11, 24), -1250, "FRAIS; novembre"),
    ]
    first = statement.lines[0]
    assert (first.account, first.currency, first.name) == (
        "FR1420041010050500013M02606",
        "EUR",
        "Épicerie du Cœur",
    )
    assert first.bank_reference == "R1"


def test_a_file_without_a_header_is_read_by_the_places_of_its_columns() -> None:
    """Two columns of amounts without a sign: what went out is negative."""
    statement = read_csv(DESJARDINS_FILE, DESJARDINS)
    assert [line.amount for line in statement.lines] == [12_345, -295]


@pytest.mark.parametrize(
    ("out", "came", "amount"),
    [("2.95", "", -295), ("-2.95", "", -295), ("", "2.95", 295), ("0.00", "2.95", 295), ("2.95", "0", -295)],
)
def test_a_debit_column_means_out_with_a_minus_or_without(out: str, came: str, amount: int) -> None:
    """Banks do it either way, and some fill the other column with a zero."""
    layout = replace(DESJARDINS, date="1", debit="2", credit="3", text=())
    (line,) = read_csv(f"2026/11/23,{out},{came}".encode(), layout).lines
    assert line.amount == amount


@given(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.sampled_from([("fr_CA", ",", " "), ("en_CA", ".", ","), ("de_CH", ".", "’")]),
)
def test_any_amount_that_a_locale_writes_is_read_back(amount: int, locale: tuple[str, str, str]) -> None:
    """Written by Babel, an outside hand; read without a float."""
    name, decimal, group = locale
    written = format_decimal(Decimal(amount).scaleb(-2), "#,##0.00", locale=name)
    assert minor_units(written, 2, decimal, group) == amount


@pytest.mark.parametrize(
    ("text", "digits", "expected"),
    [
        ("12", 2, 1200),
        ("12.3", 2, 1230),
        ("12.340", 2, 1234),
        ("0012.34", 2, 1234),
        ("12", 0, 12),
        ("1.234", 3, 1234),
        ("12.34-", 2, -1234),
        ("− 12.34", 2, -1234),
        ("+12.34", 2, 1234),
        ("12.345", 2, None),
        ("12.3.4", 2, None),
        ("1,234.00", 2, None),
        ("-12.34-", 2, None),
        ("1e3", 2, None),
        ("0x10", 2, None),
        ("NaN", 2, None),
        ("", 2, None),
        (".50", 2, None),
        ("12.", 2, None),
        ("١٢", 2, None),
        ("1_000", 2, None),
        ("9" * 40, 2, None),
        (str(LARGEST), 0, None),
        (str(LARGEST - 1), 0, LARGEST - 1),
    ],
)
def test_what_is_no_amount_is_none(text: str, digits: int, expected: int | None) -> None:
    """Python's own int() and float() would take half of these."""
    assert minor_units(text, digits) == expected


@pytest.mark.parametrize("text", ["12,34", "1,23,456.00", "1234,567.00", ",123.00", "1,,234.00"])
def test_thousands_are_parted_all_or_not_at_all(text: str) -> None:
    """A comma elsewhere is a decimal one in the wrong layout: read as thousands it would be a hundredfold."""
    assert minor_units(text, 2, ".", ",") is None


def wrong_rows(*rows: str) -> list[tuple[object, object]]:
    file = "Date;Libellé;Tiers;Référence;Montant\n" + "\n".join(rows)
    return [
        (error.params["line"], error.params["column"])
        for error in read_csv(file.encode("cp1252"), FRENCH).errors
    ]


def test_each_wrong_line_is_named_beside_those_that_are_right() -> None:
    """A day that is none, an amount with a point, too few columns, too many, another century."""
    rows = [
        "31/11/2026;a;b;1;1,00",
        "23/11/2026;a;b;1;1.00",
        "23/11/2026;a;b",
        "23/11/2026;a;b;1;1,00;more",
        "23/11/0026;a;b;1;1,00",
        "23/11/2026;right;b;1;1,00;;",
        "23/11/2026;a;b;1;",
    ]
    assert wrong_rows(*rows) == [
        (2, "Date"),
        (3, "Montant"),
        (4, "*"),
        (5, "*"),
        (6, "Date"),
        (8, "Montant"),
    ]
    file = ("Date;Libellé;Tiers;Référence;Montant\n" + "\n".join(rows)).encode("cp1252")
    assert [line.text for line in read_csv(file, FRENCH).lines] == ["right"]


def test_a_quote_left_open_is_an_error_of_its_line() -> None:
    """And so is a cell that never ends."""
    assert wrong_rows("23/11/2026;a;b;1;1,00", '23/11/2026;"a;b;1;1,00') == [(3, "*")]
    assert wrong_rows("23/11/2026;" + "a" * 200_000 + ";b;1;1,00", "23/11/2026;a;b;1;1,00") == [(2, "*")]


def test_a_row_error_is_told_in_both_languages() -> None:
    """Line, column, value and what it should be."""
    (error,) = read_csv(b"Date;Montant\n2026-11-23;x", PLAIN).errors
    assert isinstance(error, StatementRowError)
    assert error.render("fr").startswith(
        "À la ligne 2 du relevé bancaire, Montant est x; ce doit être 1234,00."
    )


PLAIN = CsvLayout(account="A", currency="CAD", date="Date", amount="Montant")


@pytest.mark.parametrize("file", ["", "\n\n", "Jour;Montant\n", "Date;Montant;Montant\n", "Date,Montant\n"])
def test_a_file_without_the_columns_of_the_layout_is_refused_whole(file: str) -> None:
    """A column twice is none: nobody can say which is meant."""
    with pytest.raises(StatementColumnError):
        read_csv(file.encode(), PLAIN)


def test_the_encoding_is_checked_and_a_byte_order_mark_is_no_letter() -> None:
    """An accent misread is a name misread."""
    assert read_csv(b"\xef\xbb\xbfDate;Montant\n2026-11-23;1", PLAIN).lines[0].amount == 100
    for raw, layout in (
        (b"Date;Montant\n\xe9;1", PLAIN),
        (b"Date;Montant\n\x81;1", replace(PLAIN, encoding="cp1252")),
    ):
        with pytest.raises(StatementEncodingError):
            read_csv(raw, layout)


def test_lines_before_the_header_are_skipped() -> None:
    """Many banks put the account and a title first."""
    layout = replace(PLAIN, skipped=2)
    assert told(read_csv(b"Releve;;;\n\nDate;Montant\n2026-11-23;1", layout)) == [
        (date(2026, 11, 23), 100, "")
    ]


def test_a_file_too_large_is_refused() -> None:
    """Before one line of it is read."""
    with pytest.raises(StatementTooLargeError):
        read_csv(b"x" * 11, PLAIN, largest=10)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": ""},
        {"debit": "a", "credit": "b"},
        {"amount": "", "debit": "a"},
        {"currency": "cad"},
        {"delimiter": ""},
        {"delimiter": "\n"},
        {"encoding": "utf-7"},
        {"decimal": ";"},
        {"group": ","},
        {"group": "0"},
        {"date_format": "%d/%m"},
        {"date_format": "%d%d%m%Y"},
        {"date_format": "%d/%m/%Y %H"},
        {"date_format": "%"},
    ],
)
def test_a_layout_that_reads_no_statement_is_refused(change: dict[str, Any]) -> None:
    """It is set once: it is checked then."""
    with pytest.raises(StatementLayoutError):
        replace(PLAIN, **change)


@given(st.binary(max_size=400), st.sampled_from([PLAIN, FRENCH, DESJARDINS]))
def test_no_bytes_bring_a_traceback(raw: bytes, layout: CsvLayout) -> None:
    """Whatever is uploaded is read, or refused by name."""
    with suppress(StatementError):
        read_csv(raw, layout)


cells = st.text(max_size=12)


@given(st.lists(st.lists(cells, max_size=4), max_size=6))
def test_no_rows_bring_a_traceback(rows: list[list[str]]) -> None:
    """Nor any cells under a right header: each row is a line or an error, and none is lost."""
    body = "\n".join(";".join(row) for row in rows)
    statement = read_csv(("Date;Montant\n2026-11-23;1,00\n" + body).encode("utf-8", "replace"), PLAIN)
    assert statement.lines[:1] == read_csv(b"Date;Montant\n2026-11-23;1,00", PLAIN).lines


def test_a_second_import_brings_the_same_identities() -> None:
    """Like lines are told apart by their order, and a longer export keeps what the shorter one said."""
    rows = ["2026-11-23;1,00", "2026-11-23;1,00", "2026-11-23;2,00"]

    def identities(chosen: list[str]) -> list[bytes]:
        return [
            line.identity for line in read_csv("\n".join(["Date;Montant", *chosen]).encode(), PLAIN).lines
        ]

    once = identities(rows)
    assert identities(rows) == once
    assert len(set(once)) == 3
    assert identities(["2026-11-22;1,00", *rows, "2026-11-24;1,00"])[1:4] == once


LINE = StatementLine("A", date(2026, 11, 23), 100, "CAD", text="t", name="n")


@pytest.mark.parametrize(
    "change",
    [
        *({"account": "B"}, {"booked": date(2026, 11, 24)}, {"amount": -100}, {"currency": "EUR"}),
        *({"bank_reference": "r"}, {"end_to_end": "r"}, {"text": "u"}, {"name": "m"}, {"ordinal": 1}),
    ],
)
def test_each_part_of_an_identity_counts(change: dict[str, Any]) -> None:
    """Two movements are never one."""
    assert replace(LINE, **change).identity != LINE.identity


def test_what_a_bank_may_reword_does_not_change_an_identity() -> None:
    """Under a reference, the text and the value day are only told."""
    line = replace(LINE, bank_reference="r")
    for change in ({"text": "x"}, {"name": "x"}, {"valued": date(2026, 1, 1)}, {"return_code": "AM04"}):
        assert replace(line, **change).identity == line.identity
    assert replace(LINE, bank_reference="a").identity != replace(LINE, end_to_end="a").identity


def test_a_commitment_stands_for_a_line_and_is_not_found_without_the_key() -> None:
    """The same at each import; another under another key."""
    key, other = b"k" * 32, b"o" * 32
    assert LINE.commitment(key) == replace(LINE).commitment(key)
    assert len({LINE.commitment(key), LINE.commitment(other), LINE.identity}) == 3
    assert len(LINE.commitment(key)) == len(LINE.identity) == 32


@given(st.lists(st.sampled_from([LINE, replace(LINE, amount=1), replace(LINE, text="u")]), max_size=12))
def test_numbered_lines_all_differ(lines: list[StatementLine]) -> None:
    """However often like lines come, each has an identity of its own."""
    assert len({line.identity for line in numbered(lines)}) == len(lines)


@given(st.text())
def test_a_tidy_text_is_one_line_that_any_database_takes(text: str) -> None:
    """No control code, no surrogate, no NUL, no space at its ends."""
    kept = tidy(text)
    assert kept.encode().decode() == kept
    assert not any(one in kept for one in "\0\n\r\t\x1b\x7f\x85")
    assert kept == kept.strip()
    assert tidy(kept) == kept
