"""The file of the refused lines: complete, whole or not at all, and inert in a spreadsheet."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from endogene_token.errors import DataFolderError, DiskFullError, NumberError, UnknownCustomerError
from endogene_token.imports.outcome import COLUMNS, RefusedLine, by_reason, write_refused


def refused(line: int, invoice: str = "A1", actual: str = "17850") -> RefusedLine:
    return RefusedLine.of(line, invoice, UnknownCustomerError(actual=actual), "en")


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_file_names_each_line_its_reason_and_what_to_do(tmp_path: Path) -> None:
    """Whoever opens it can correct the journal without asking anybody."""
    path = tmp_path.joinpath("refused.csv")
    number = NumberError(line=3, column="amount_cents", actual="1,5", limit=9)
    write_refused(path, [refused(2), RefusedLine.of(3, "A2", number, "fr")])
    header, first, second = rows(path)
    assert header == list(COLUMNS)
    assert first[:3] == ["2", "A1", "unknown-customer"]
    assert first[3] == UnknownCustomerError(actual="17850").render("en")
    assert second == ["3", "A2", "number", number.render("fr"), "1,5", "9"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_a_spreadsheet_would_run_is_inert(tmp_path: Path, start: str) -> None:
    """What a stranger wrote into a journal is text for whoever opens the file, never a formula."""
    path = tmp_path.joinpath("refused.csv")
    write_refused(path, [refused(2, f"{start}HYPERLINK(1)", f"{start}cmd")])
    _, cells = rows(path)
    assert cells[1] == f"'{start}HYPERLINK(1)"
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))] == []


def test_an_invoice_with_quotes_commas_and_lines_stays_in_its_cell(tmp_path: Path) -> None:
    """The file is CSV whatever the values."""
    path = tmp_path.joinpath("refused.csv")
    write_refused(path, [refused(2, 'a "b", c\nd')])
    assert rows(path)[1][1] == 'a "b", c\nd'


def test_a_file_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    """Whole or not at all: who reads it never sees half of it."""
    path = tmp_path.joinpath("refused.csv")
    write_refused(path, [refused(2)])
    before = path.read_bytes()

    def broken() -> Iterator[RefusedLine]:
        yield refused(3)
        raise DiskFullError(actual=path)

    with pytest.raises(DiskFullError):
        write_refused(path, broken())
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error says where it could not write."""
    path = tmp_path.joinpath("missing", "refused.csv")
    with pytest.raises(DataFolderError) as caught:
        write_refused(path, [])
    assert caught.value.actual == path.parent


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """Its own error, with what to do. /dev/full is a disk that is always full."""
    tmp_path.joinpath("refused.csv.draft").symlink_to("/dev/full")
    with pytest.raises(DiskFullError):
        write_refused(tmp_path.joinpath("refused.csv"), [refused(2)])


def test_reasons_are_counted_the_most_frequent_first() -> None:
    """The table begins with what is worth correcting."""
    number = RefusedLine.of(4, "A1", NumberError(line=4, column="x", actual="y", limit=1), "en")
    assert list(by_reason([number, refused(2), refused(3)]).items()) == [
        ("unknown-customer", 2),
        ("number", 1),
    ]
