"""Reading a shop's file from where it was left, however it grows. Nothing is remembered on the disk.

A file that is read again from its beginning, after a kill, gives the same sales again: a receipt number is
recorded once, so that reading twice changes nothing.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from endogene_token.errors import AgentHeaderError, AgentLineError, InputError
from endogene_token.sdk.sales import Draft
from endogene_token.till.drafts import FIELDS, draft_of

SUFFIXES: Final = (".csv", ".json", ".jsonl", ".ndjson")
LONGEST_LINE: Final = 4_096  # bytes: twenty times the longest honest one
LARGEST_DOCUMENT: Final = 8 * 2**20  # bytes of a JSON file, which is read at once
TOGETHER: Final = 500  # lines recorded in one transaction
REQUIRED: Final = ("receipt", "amount", "at")
_SEPARATORS: Final = (",", ";", "\t")
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, or one sale of a JSON document: what it records, or why it cannot."""

    number: int
    text: str
    outcome: Draft | InputError


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines read together, and where the next ones begin."""

    lines: list[Line]
    offset: int
    number: int


@dataclass(slots=True)
class Reader:
    """One file. `offset` and `number` stand after what was recorded."""

    path: Path
    header: str = ""
    """The line of column names of a file of the same name before it, for one that goes on without."""
    offset: int = 0
    number: int = 0
    _columns: dict[int, str] = field(default_factory=dict)
    _separator: str = ","
    _begun: bytes = b""

    def read(self, *, to_the_end: bool) -> Chunk:
        """Return the next lines; `to_the_end`: also a last one that no line feed ends.

        Raises OSError; AgentHeaderError, AgentLineError for a file that cannot be read as a whole.
        """
        with self.path.open("rb") as file:
            if self.path.suffix.lower() == ".json":
                return self._document(file, to_the_end)
            file.seek(self.offset)
            return self._lines(file, to_the_end)

    def took(self, chunk: Chunk) -> None:
        """Go on after these lines."""
        self.offset, self.number = chunk.offset, chunk.number

    def mark(self) -> str:
        """Return a short name for this file's content, from its first sale: it stays while the file grows."""
        with self.path.open("rb") as file:
            begun = file.readline(LONGEST_LINE)
            if _names(begun.removeprefix(_BOM).decode(errors="replace").strip("\r\n")) is not None:
                begun += file.readline(LONGEST_LINE)
        return hashlib.sha256(begun).hexdigest()[:8]

    def _lines(self, file: BinaryIO, to_the_end: bool) -> Chunk:
        lines: list[Line] = []
        offset, number = self.offset, self.number
        while len(lines) < TOGETHER and (raw := _next_line(file, to_the_end)) is not None:
            offset, number = file.tell(), number + 1
            if number == 1:
                raw = raw.removeprefix(_BOM)
            if self.path.suffix.lower() == ".csv" and self._is_header(raw):
                continue
            if raw.strip():
                lines.append(Line(number, _shown(raw), self._outcome(raw)))
        return Chunk(lines, offset, number)

    def _is_header(self, raw: bytes) -> bool:
        """Learn the columns from the first line, or from the file before; whether this line was theirs.

        Software that was started again may write them again, further down.
        """
        if self._columns and raw != self._begun:
            return False
        text = raw.decode(errors="replace").strip("\r\n")
        found = _names(text)
        if found is not None:
            self._begun = raw
        else:
            found = _names(self.header)
        if found is None:
            raise AgentHeaderError(actual=text or "∅", limit=", ".join(REQUIRED))
        self._separator, names = found
        self._columns = dict(enumerate(names))
        return raw == self._begun

    def _outcome(self, raw: bytes) -> Draft | InputError:
        try:
            return draft_of(self._fields(raw))
        except InputError as refusal:
            return refusal

    def _fields(self, raw: bytes) -> Mapping[str, object]:
        if len(raw) > LONGEST_LINE:
            raise AgentLineError(actual=f"> {LONGEST_LINE}", limit=LONGEST_LINE)
        try:
            text = raw.decode().strip("\r\n")
        except UnicodeDecodeError as error:
            raise AgentLineError(actual=f"0x{raw[error.start]:02x}", limit="UTF-8") from error
        if self.path.suffix.lower() != ".csv":
            return _object(text)
        try:
            [values] = csv.reader([text], delimiter=self._separator, strict=True)
        except (csv.Error, ValueError) as error:
            raise AgentLineError(actual=str(error), limit=len(self._columns)) from error
        if len(values) != len(self._columns):
            raise AgentLineError(actual=len(values), limit=len(self._columns))
        return {self._columns[place]: value.strip() for place, value in enumerate(values)}

    def _document(self, file: BinaryIO, to_the_end: bool) -> Chunk:
        """Return the sales of a JSON file, which is written whole; nothing while it is being written."""
        raw = file.read(LARGEST_DOCUMENT + 1)
        if len(raw) > LARGEST_DOCUMENT:
            raise AgentLineError(actual=f"> {LARGEST_DOCUMENT}", limit=LARGEST_DOCUMENT)
        if len(raw) == self.offset:
            return Chunk([], self.offset, self.number)
        try:
            found = msgspec.json.decode(raw.removeprefix(_BOM))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if to_the_end:
                raise AgentLineError(actual=error, limit="JSON") from error
            return Chunk([], self.offset, self.number)
        sales = found if isinstance(found, list) else [found]
        return Chunk(list(_each(sales)), len(raw), len(sales))


def _each(sales: list[object]) -> Iterator[Line]:
    for number, one in enumerate(sales, 1):
        text = msgspec.json.encode(one).decode()[:LONGEST_LINE]
        try:
            if not isinstance(one, dict):
                raise AgentLineError(actual=type(one).__name__, limit="{…}")
            yield Line(number, text, draft_of(one))
        except InputError as refusal:
            yield Line(number, text, refusal)


def _names(text: str) -> tuple[str, list[str]] | None:
    """Return the separator and the names of the columns that a line holds, or None where it holds others."""
    for separator in _SEPARATORS:
        names = [name.strip().strip('"').lower() for name in text.split(separator)]
        if set(REQUIRED) <= set(names) <= FIELDS and len(set(names)) == len(names):
            return separator, names
    return None


def _next_line(file: BinaryIO, to_the_end: bool) -> bytes | None:
    """Return the next line, cut if it is too long; None where none has ended."""
    raw = file.readline(LONGEST_LINE + 2)
    if raw.endswith(b"\n"):
        return raw
    rest = raw
    while len(raw) > LONGEST_LINE and rest and not rest.endswith(b"\n"):
        rest = file.readline(2**20)
    if raw and (rest.endswith(b"\n") or to_the_end):
        return raw
    return None


def _object(text: str) -> Mapping[str, object]:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AgentLineError(actual=error, limit="JSON") from error


def _shown(raw: bytes) -> str:
    return raw[:LONGEST_LINE].decode(errors="replace").rstrip("\r\n")
