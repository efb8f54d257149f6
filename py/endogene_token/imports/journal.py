"""The journal as a file: its lines checked one by one, so that a bad one never hides the others."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

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
from endogene_token.money import MAX_AMOUNT

COLUMNS: Final = ("invoice", "at", "customer", "amount_cents", "kind", "refund_of")
LONGEST_LINE: Final = 4_096  # bytes: twenty times the longest honest one
READ_AT_ONCE: Final = 1 << 20  # bytes, of an endless line too
MOMENT: Final = "%Y-%m-%d %H:%M:%S"
MOMENT_EXAMPLE: Final = "2026-03-31 19:55:00"
KINDS: Final = ("sale", "return")
ENCODING: Final = "UTF-8"


@dataclass(frozen=True, slots=True)
class Line:
    """A sound line. `amount` is positive, in minor units, of a sale as of a return."""

    number: int
    invoice: str
    at: datetime
    """Local time, as the till wrote it."""
    customer: str
    """Empty: an anonymous sale."""
    amount: int
    kind: str
    refund_of: str
    """Of a return: the invoice of its sale; may be empty."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read, and why."""

    number: int
    text: str
    error: JournalError


def read_journal(path: Path) -> Iterator[Line | BadLine]:
    """Yield each line of a journal, whatever its size, holding one at a time.

    Raises JournalMissingError when the file cannot be opened, HeaderError or EncodingError when its first
    line is not `COLUMNS`; every other fault is a BadLine.
    """
    try:
        file = path.open("rb", buffering=READ_AT_ONCE)
    except OSError as error:
        raise JournalMissingError(actual=path) from error
    with file:
        _check_header(file)
        seen: dict[str, int] = {}
        number = 1
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) <= LONGEST_LINE and not raw.strip():
                continue
            line = _sound(file, raw, number)
            if isinstance(line, Line):
                first = seen.setdefault(line.invoice, number)
                if first != number:
                    yield BadLine(
                        number,
                        _shown(raw),
                        DuplicateInvoiceError(line=number, actual=line.invoice, limit=first),
                    )
                    continue
            yield line


def _check_header(file: BinaryIO) -> None:
    raw = file.readline(LONGEST_LINE + 1).removeprefix(b"\xef\xbb\xbf")
    try:
        names = [] if len(raw) > LONGEST_LINE else _fields(_decoded(raw, 1), 1)
    except ColumnCountError:  # quotes left open
        names = []
    if tuple(names) != COLUMNS:
        raise HeaderError(actual=_shown(raw) or "∅", limit=",".join(COLUMNS))


def _sound(file: BinaryIO, raw: bytes, number: int) -> Line | BadLine:
    try:
        return _parse(_text(file, raw, number), number)
    except JournalError as error:
        return BadLine(number, _shown(raw), error)


def _text(file: BinaryIO, raw: bytes, number: int) -> str:
    if len(raw) > LONGEST_LINE:
        size = len(raw)
        while raw and not raw.endswith(b"\n"):
            raw = file.readline(READ_AT_ONCE)
            size += len(raw)
        raise LineTooLongError(line=number, actual=size, limit=LONGEST_LINE)
    return _decoded(raw, number)


def _decoded(raw: bytes, number: int) -> str:
    try:
        return raw.decode(ENCODING).rstrip("\r\n")
    except UnicodeDecodeError as error:
        byte = f"0x{raw[error.start]:02x}"
        raise EncodingError(line=number, actual=byte, limit=ENCODING) from error


def _fields(text: str, number: int) -> list[str]:
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise ColumnCountError(line=number, actual=str(error), limit=len(COLUMNS)) from error


def _parse(text: str, number: int) -> Line:
    fields = _fields(text, number)
    if len(fields) != len(COLUMNS):
        raise ColumnCountError(line=number, actual=len(fields), limit=len(COLUMNS))
    invoice, at, customer, amount, kind, refund_of = map(str.strip, fields)
    if kind not in KINDS:
        raise KindError(line=number, actual=kind or "∅", limit=", ".join(KINDS))
    return Line(
        number, invoice, _moment(at, number), customer, _amount(amount, kind, number), kind, refund_of
    )


def _moment(text: str, number: int) -> datetime:
    try:
        return datetime.strptime(text, MOMENT)  # noqa: DTZ007 - a till writes its local time
    except ValueError as error:
        raise MomentError(line=number, actual=text or "∅", limit=MOMENT_EXAMPLE) from error


def _amount(text: str, kind: str, number: int) -> int:
    """Return the amount without its sign, which must be that of the kind; a zero is refused by the SDK."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MAX_AMOUNT)):
        raise NumberError(line=number, column="amount_cents", actual=text or "∅", limit=MAX_AMOUNT)
    value = int(digits)
    if value > MAX_AMOUNT:
        raise NumberError(line=number, column="amount_cents", actual=text, limit=MAX_AMOUNT)
    if value and text.startswith("-") != (kind == "return"):
        raise KindError(line=number, actual=f"{kind} {text}", limit=", ".join(KINDS))
    return value


def _shown(raw: bytes) -> str:
    return raw[:LONGEST_LINE].decode(ENCODING, errors="replace").rstrip("\r\n")
