"""A till's journal as a file: each malformed line is refused by name, and the lines around it are read."""

import tracemalloc
from datetime import date, datetime
from pathlib import Path

import pytest

from endogene_token.errors import (
    ColumnCountError,
    DuplicateInvoiceError,
    EncodingError,
    HeaderError,
    JournalError,
    JournalMissingError,
    KindError,
    LineTooLongError,
    MomentError,
    NumberError,
)
from endogene_token.imports.journal import LONGEST_LINE, BadLine, Line, read_journal
from endogene_token.imports.survey import day_after, survey
from endogene_token.money import MAX_AMOUNT

HEADER = b"invoice,at,customer,amount_cents,kind,refund_of\n"
BEFORE = b"A1,2010-12-01 08:26:00,17850,13912,sale,\n"
AFTER = b"A2,2010-12-01 08:27:00,,-500,return,A1\n"
BOM = b"\xef\xbb\xbf"
TODAY = date(2026, 11, 21)
SMALL = 8 << 20  # bytes of memory in which any journal is read


def read(folder: Path, content: bytes) -> list[Line | BadLine]:
    path = folder.joinpath("journal.csv")
    path.write_bytes(content)
    return list(read_journal(path))


def sale(**changes: str) -> bytes:
    """Return a sound line of a sale with some of its columns changed."""
    columns = {
        "invoice": "B1",
        "at": "2010-12-01 08:26:00",
        "customer": "17850",
        "amount_cents": "100",
        "kind": "sale",
        "refund_of": "",
    }
    return ",".join({**columns, **changes}.values()).encode() + b"\n"


def test_sound_lines_are_read_with_their_numbers_and_a_positive_amount(tmp_path: Path) -> None:
    """A return's sign is its kind; the amount itself is what was paid back."""
    assert read(tmp_path, HEADER + BEFORE + AFTER) == [
        Line(2, "A1", datetime(2010, 12, 1, 8, 26), "17850", 13912, "sale", ""),  # noqa: DTZ001 - local time
        Line(3, "A2", datetime(2010, 12, 1, 8, 27), "", 500, "return", "A1"),  # noqa: DTZ001
    ]


@pytest.mark.parametrize(
    ("bad", "error", "actual"),
    [
        pytest.param(sale(amount_cents="12x"), NumberError, "12x", id="letters"),
        pytest.param(sale(amount_cents=""), NumberError, "∅", id="no-amount"),
        pytest.param(sale(amount_cents="12.50"), NumberError, "12.50", id="decimals"),
        pytest.param(sale(amount_cents="1e3"), NumberError, "1e3", id="exponent"),
        pytest.param(sale(amount_cents="+5"), NumberError, "+5", id="plus"),
        pytest.param(sale(amount_cents="--5"), NumberError, "--5", id="two-signs"),
        pytest.param(sale(amount_cents="1 000"), NumberError, "1 000", id="space"),
        pytest.param(sale(amount_cents="٣"), NumberError, "٣", id="other-digits"),
        pytest.param(sale(amount_cents=str(2**64)), NumberError, str(2**64), id="over-64-bit"),
        pytest.param(sale(amount_cents="9" * 4000), NumberError, "9" * 4000, id="four-thousand-digits"),
        pytest.param(sale(amount_cents="-5"), KindError, "sale -5", id="negative-sale"),
        pytest.param(sale(kind="return"), KindError, "return 100", id="positive-return"),
        pytest.param(sale(kind="refund"), KindError, "refund", id="unknown-kind"),
        pytest.param(sale(kind=""), KindError, "∅", id="no-kind"),
        pytest.param(sale(at="01/12/2010 08:26"), MomentError, "01/12/2010 08:26", id="date-otherwise"),
        pytest.param(sale(at="2010-02-30 08:26:00"), MomentError, "2010-02-30 08:26:00", id="30-february"),
        pytest.param(sale(at=""), MomentError, "∅", id="no-moment"),
        pytest.param(sale(customer="Zoé").decode().encode("latin-1"), EncodingError, "0xe9", id="latin-1"),
        pytest.param(sale(refund_of=",1"), ColumnCountError, 7, id="a-column-too-many"),
        pytest.param(b"B1,2010-12-01 08:26:00,17850\n", ColumnCountError, 3, id="columns-missing"),
        pytest.param(b"=\n", ColumnCountError, 1, id="one-sign"),
        pytest.param(
            b'B1,2010-12-01 08:26:00,"17850,100,sale,\n', ColumnCountError, None, id="quotes-left-open"
        ),
        pytest.param(b'B1,"x"y,17850,100,sale,\n', ColumnCountError, None, id="text-after-quotes"),
        pytest.param(BEFORE, DuplicateInvoiceError, "A1", id="an-invoice-again"),
        pytest.param(b"x" * (LONGEST_LINE + 1) + b"\n", LineTooLongError, LONGEST_LINE + 2, id="a-long-line"),
        pytest.param(b" " * 9_000 + b"\n", LineTooLongError, 9_001, id="a-long-blank-line"),
    ],
)
def test_a_malformed_line_is_refused_by_name_and_the_lines_around_it_are_read(
    tmp_path: Path, bad: bytes, error: type[JournalError], actual: object
) -> None:
    """Each with its name, the value and the line; one bad line hides no other."""
    before, refused, after = read(tmp_path, HEADER + BEFORE + bad + AFTER)
    assert isinstance(before, Line)
    assert isinstance(after, Line)
    assert (before.invoice, after.invoice, after.number) == ("A1", "A2", 4)
    assert isinstance(refused, BadLine)
    assert type(refused.error) is error
    assert refused.number == 3
    assert refused.error.params["line"] == 3
    assert refused.error.limit is not None
    assert refused.error.actual == actual or actual is None


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(sale(amount_cents=str(MAX_AMOUNT)), id="the-largest-amount"),
        pytest.param(sale(amount_cents="0"), id="a-sale-of-nothing"),
        pytest.param(sale(amount_cents="-0", kind="return"), id="a-return-of-nothing"),
        pytest.param(sale(invoice='"B,1"'), id="quotes"),
        pytest.param(sale(customer="Zoé ☺"), id="accents"),
        pytest.param(sale().replace(b"\n", b"\r\n"), id="carriage-return"),
        pytest.param(sale(invoice=" B1 "), id="spaces-around"),
        pytest.param(b"\n  \n" + sale(), id="blank-lines"),
        pytest.param(sale().rstrip(b"\n"), id="no-last-newline"),
        pytest.param(sale(invoice="B" * (LONGEST_LINE - len(sale()) + 2)), id="the-longest-line"),
    ],
)
def test_an_unusual_but_sound_line_is_read(tmp_path: Path, line: bytes) -> None:
    """What can be understood is not refused here; what the ledger thinks of it is told there."""
    [found] = read(tmp_path, HEADER + line)
    assert isinstance(found, Line)


@pytest.mark.parametrize(
    "header",
    [BOM + HEADER, HEADER.replace(b"\n", b"\r\n"), b'"' + HEADER.strip().replace(b",", b'","') + b'"\n'],
    ids=["bom", "carriage-return", "quotes"],
)
def test_a_header_as_spreadsheets_write_it_is_accepted(tmp_path: Path, header: bytes) -> None:
    """A byte order mark, another end of line or quotes are no other columns."""
    assert len(read(tmp_path, header + BEFORE + AFTER)) == 2


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(b"", HeaderError, id="empty-file"),
        pytest.param(BOM, HeaderError, id="nothing-but-a-bom"),
        pytest.param(BEFORE + AFTER, HeaderError, id="no-header"),
        pytest.param(HEADER.replace(b",", b";") + BEFORE, HeaderError, id="semicolons"),
        pytest.param(HEADER.upper() + BEFORE, HeaderError, id="capitals"),
        pytest.param(b'"' + HEADER + BEFORE, HeaderError, id="quotes-left-open"),
        pytest.param(b"[/bold]\n", HeaderError, id="markup"),
        pytest.param("é".encode() * LONGEST_LINE, HeaderError, id="an-endless-header"),
        pytest.param((HEADER + BEFORE).decode().encode("utf-16"), EncodingError, id="utf-16"),
        pytest.param((HEADER + BEFORE).decode().encode("utf-16-be"), HeaderError, id="utf-16-without-mark"),
        pytest.param("numéro,at\n".encode("latin-1"), EncodingError, id="latin-1"),
    ],
)
def test_a_file_with_another_first_line_is_refused_whole(
    tmp_path: Path, content: bytes, error: type[JournalError]
) -> None:
    """Nothing is guessed: a file of another shape is no journal. The message holds on one line."""
    with pytest.raises(error) as caught:
        read(tmp_path, content)
    assert type(caught.value) is error
    assert "\n" not in caught.value.render("fr")


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_journal_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    """A missing file, or a folder in its place: said with its path."""
    path = tmp_path.joinpath(name)
    with pytest.raises(JournalMissingError) as caught:
        list(read_journal(path))
    assert caught.value.actual == path


def test_a_line_of_two_gigabytes_is_refused_in_a_small_memory(tmp_path: Path) -> None:
    """A 2 GB line. It is counted, not held; the line after it is read. The file is sparse."""
    path = tmp_path.joinpath("journal.csv")
    size = 2 << 30
    with path.open("wb") as file:
        file.write(HEADER + BEFORE)
        file.seek(size, 1)
        file.write(b"\n" + AFTER)
    tracemalloc.start()
    try:
        before, refused, after = read_journal(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(before, Line)
    assert isinstance(refused, BadLine)
    assert isinstance(after, Line)
    assert type(refused.error) is LineTooLongError
    assert (refused.error.actual, refused.error.limit) == (size + 1, LONGEST_LINE)
    assert len(refused.text) <= LONGEST_LINE
    assert after.number == 4
    assert peak < SMALL


def test_the_survey_tells_length_customers_and_days(tmp_path: Path) -> None:
    """Customers in the order in which they appear, each once; refused lines count as lines."""
    path = tmp_path.joinpath("journal.csv")
    later = sale(at="2011-03-31 19:55:00", customer="12")
    path.write_bytes(HEADER + later + BEFORE + AFTER + b"?\n" + sale(invoice="B2"))
    found = survey(path, TODAY)
    assert (found.lines, found.customers) == (5, ("12", "17850"))
    assert (found.first_day, found.last_day) == (date(2010, 12, 1), date(2011, 3, 31))
    assert found.shift_to(date(2026, 11, 20)) == (date(2026, 11, 20) - date(2011, 3, 31)).days
    assert found.shift_to(date(2011, 1, 1)) == 0


def test_a_day_in_the_future_does_not_keep_the_others_from_their_shift(tmp_path: Path) -> None:
    """One mistyped year costs one line, not the journal."""
    path = tmp_path.joinpath("journal.csv")
    path.write_bytes(HEADER + BEFORE + sale(at="9999-12-31 08:00:00"))
    assert survey(path, TODAY).last_day == date(2010, 12, 1)
    assert day_after(date(9999, 12, 30), 5_000) == date(9999, 12, 31)


def test_a_journal_without_a_sound_line_has_no_days_and_no_shift(tmp_path: Path) -> None:
    """Nothing to shift is no error."""
    path = tmp_path.joinpath("journal.csv")
    path.write_bytes(HEADER + b"?\n")
    found = survey(path, TODAY)
    assert (found.lines, found.first_day, found.last_day, found.shift_to(TODAY)) == (1, None, None, 0)
