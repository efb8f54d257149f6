"""The bank's statement as CSV, in the columns, encoding and writing of numbers that it happens to use.

Each line is read for itself: one that cannot be read is named, with its line, beside those that can.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from babel.numbers import get_currency_precision

from endogene_token.errors import (
    StatementColumnError,
    StatementEncodingError,
    StatementLayoutError,
    StatementRowError,
    StatementTooLargeError,
)
from endogene_token.treasury.bankstatements.amounts import minor_units
from endogene_token.treasury.bankstatements.lines import LARGEST_FILE, StatementLine, numbered, tidy

_RULES: Final = {
    "currency": "[A-Z]{3}",
    "delimiter": "[,;\t|]",
    "encoding": "utf-8|cp1252",
    "decimal": "[.,]",
    "group": "[.,' ]?",
    "date_format": "(%[dmYy]|[-/. ])+",
}


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How one bank writes its statements; a column is named as in the header, or by its place from "1".

    Amounts are in one column with a sign (`amount`), or in two without (`debit`: went out, `credit`: came
    in). `skipped` lines come before the header. Raises StatementLayoutError.
    """

    account: str
    currency: str
    date: str
    amount: str = ""
    debit: str = ""
    credit: str = ""
    valued: str = ""
    bank_reference: str = ""
    end_to_end: str = ""
    name: str = ""
    text: tuple[str, ...] = ()
    delimiter: str = ";"
    encoding: str = "utf-8"
    decimal: str = ","
    group: str = ""  # between thousands; a space stands for the no-break ones as well
    date_format: str = "%Y-%m-%d"
    skipped: int = 0
    header: bool = True

    def __post_init__(self) -> None:
        for field, pattern in _RULES.items():
            if not re.fullmatch(pattern, getattr(self, field), re.ASCII):
                raise StatementLayoutError(field=field, actual=getattr(self, field), limit=pattern)
        if sorted(self.date_format.lower()[at + 1] for at in _percents(self.date_format)) != ["d", "m", "y"]:
            raise StatementLayoutError(field="date_format", actual=self.date_format, limit="%Y-%m-%d")
        if self.decimal == self.group:
            raise StatementLayoutError(field="group", actual=self.group, limit=f"≠ {self.decimal}")
        if bool(self.amount) == bool(self.debit and self.credit):
            raise StatementLayoutError(field="amount", actual=self.amount, limit="amount | debit + credit")


def _percents(form: str) -> Iterator[int]:
    return (at for at, letter in enumerate(form) if letter == "%")


@dataclass(frozen=True, slots=True)
class CsvStatement:
    """The lines that were read, and an error for each that was not."""

    lines: tuple[StatementLine, ...]
    errors: tuple[StatementRowError, ...]


def read_csv(raw: bytes, layout: CsvLayout, largest: int = LARGEST_FILE) -> CsvStatement:
    """Return the lines of a bank's CSV after `layout`, and what is wrong with the others.

    Raises StatementTooLargeError, StatementEncodingError, and StatementColumnError when the header lacks a
    column that the layout names: then nothing is read at all.
    """
    if len(raw) > largest:
        raise StatementTooLargeError(actual=len(raw), limit=largest)
    try:
        text = raw.decode("utf-8-sig" if layout.encoding == "utf-8" else layout.encoding)
    except UnicodeDecodeError as wrong:
        raise StatementEncodingError(
            actual=raw[wrong.start : wrong.start + 1], limit=layout.encoding
        ) from wrong
    lines: list[StatementLine] = []
    errors: list[StatementRowError] = []
    for row in _rows(text, layout):
        if isinstance(row, StatementRowError):
            errors.append(row)
            continue
        try:
            lines.append(row.line(layout))
        except StatementRowError as wrong:
            errors.append(wrong)
    return CsvStatement(tuple(numbered(lines)), tuple(errors))


@dataclass(frozen=True, slots=True)
class _Row:
    number: int  # of its last line in the file, from 1
    cells: Mapping[str, str]

    def line(self, layout: CsvLayout) -> StatementLine:
        """Return the statement's line. Raises StatementRowError."""
        return StatementLine(
            account=layout.account.replace(" ", ""),
            booked=self._day(layout.date, layout.date_format),
            amount=self._amount(layout),
            currency=layout.currency,
            valued=self._day(layout.valued, layout.date_format) if self._cell(layout.valued) else None,
            bank_reference=self._cell(layout.bank_reference),
            end_to_end=self._cell(layout.end_to_end),
            name=self._cell(layout.name),
            text=tidy(" ".join(self._cell(column) for column in layout.text)),
        )

    def _cell(self, column: str) -> str:
        return tidy(self.cells.get(column, ""))

    def _day(self, column: str, form: str) -> date:
        try:
            day = datetime.strptime(self._cell(column), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError as wrong:
            raise self._wrong(column, form) from wrong
        if not 2000 <= day.year <= 2099:  # a year mistyped, or one of two digits read as four
            raise self._wrong(column, "2000–2099")
        return day

    def _amount(self, layout: CsvLayout) -> int:
        if layout.amount:
            return self._number(layout.amount, layout)
        out, came = self._cell(layout.debit), self._cell(layout.credit)
        if bool(out) == bool(came):  # some banks fill the empty one with a zero
            zero_out, zero_in = (bool(cell) and not cell.strip("0.,") for cell in (out, came))
            if zero_out == zero_in:
                raise self._wrong(layout.debit, f"{layout.debit} | {layout.credit}")
            out, came = ("", came) if zero_out else (out, "")
        if came:
            return self._number(layout.credit, layout)
        return -abs(self._number(layout.debit, layout))  # banks write it with a minus or without

    def _number(self, column: str, layout: CsvLayout) -> int:
        written = self._cell(column).strip("$€").strip()
        digits = get_currency_precision(layout.currency)
        amount = minor_units(written, digits, layout.decimal, layout.group)
        if amount is None:
            raise self._wrong(column, f"1{layout.group}234{layout.decimal}{'0' * digits}")
        return amount

    def _wrong(self, column: str, limit: str) -> StatementRowError:
        return StatementRowError(line=self.number, column=column, actual=self._cell(column), limit=limit)


def _rows(text: str, layout: CsvLayout) -> Iterator[_Row | StatementRowError]:
    """Yield each row with the names of its columns, or what is wrong with it; empty rows are left out.

    Raises StatementColumnError when the header lacks a column of the layout.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    names: list[str] | None = None
    left = layout.skipped
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as wrong:  # a quote left open, a cell of more than 128 KiB
            yield StatementRowError(line=reader.line_num, column="*", actual=wrong, limit='"…"')
            continue
        if left > 0 or not any(cell.strip() for cell in cells):
            left -= 1
            continue
        if names is None:
            names = _names(cells, layout)
            if layout.header:
                continue
        yield _row(reader.line_num, names, cells)
    if names is None:
        raise StatementColumnError(actual=layout.date, limit="")


def _names(cells: list[str], layout: CsvLayout) -> list[str]:
    names = [tidy(cell) for cell in cells] if layout.header else [str(at) for at in range(1, len(cells) + 1)]
    wanted = (
        *(layout.date, layout.amount, layout.debit, layout.credit, layout.valued, layout.bank_reference),
        *(layout.end_to_end, layout.name, *layout.text),
    )
    for column in wanted:
        if column and names.count(column) != 1:  # a name that stands twice names nothing
            raise StatementColumnError(actual=column, limit=", ".join(names))
    return names


def _row(number: int, names: list[str], cells: list[str]) -> _Row | StatementRowError:
    if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
        return StatementRowError(line=number, column="*", actual=len(cells), limit=len(names))
    return _Row(number, dict(zip(names, cells, strict=False)))
