"""Reading a shop's file from where it was left, however it grows. Nothing is remembered on the disk.

A file that is read again from its beginning, after a kill or because it was written again, gives the same
sales again: a receipt number is recorded once, so that reading twice changes nothing. Going on in a file
whose beginning is another one would: an old offset may fall inside a line, and what is left of a receipt
number looks like one.
"""

import csv
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from endogene_token.errors import AgentHeaderError, AgentLineError, InputError
from endogene_token.sdk.sales import Draft
from endogene_token.till.drafts import FIELDS, draft_of
from endogene_token.till.faults import fault_of

SUFFIXES: Final = (".csv", ".json", ".jsonl", ".ndjson")
LONGEST_LINE: Final = 4_096  # bytes: twenty times the longest honest one
LARGEST_DOCUMENT: Final = 8 * 2**20  # bytes of a JSON file, which is read at once
TOGETHER: Final = 500  # lines recorded in one transaction
REQUIRED: Final = ("receipt", "amount", "at")
_SETTLED_NS: Final = 3 * 10**9  # the coarsest clock of a file system counts in two seconds
_BLOCK: Final = 2**20  # bytes
_SEPARATORS: Final = (",", ";", "\t")
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # JSON, however deep
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
    before: "hashlib._Hash"
    """SHA-256 of all that stands before `offset`."""


_Part = tuple[list[Line], int, int]


@dataclass(slots=True)
class Reader:
    """One file. `offset` and `number` stand after what was recorded."""

    path: Path
    header: str = ""
    """The line of column names of a file of the same name before it, for one that goes on without."""
    offset: int = 0
    number: int = 0
    was_replaced: bool = False
    """Whether other bytes stand where these lines stood: the file is to be read by a new reader."""
    _before: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _checked: tuple[int, ...] = ()
    """The state of the file in which its beginning was last held against `_before`."""
    _columns: dict[int, str] = field(default_factory=dict)
    _separator: str = ","
    _begun: bytes = b""

    def read(self, *, to_the_end: bool) -> Chunk:
        """Return the next lines; `to_the_end`: also a last one that no line feed ends.

        Raises OSError; AgentHeaderError, AgentLineError for a file that cannot be read as a whole.
        """
        with self.path.open("rb") as file:
            is_document = self.path.suffix.lower() == ".json"
            lines, offset, number = (self._document if is_document else self._lines)(file, to_the_end)
            # after the lines were read: whoever writes the file again begins with what stands before them
            self.was_replaced = not self._goes_on(file)
            if self.was_replaced:
                return Chunk([], self.offset, self.number, self._before)
            file.seek(self.offset)
            return Chunk(lines, offset, number, _fed(self._before.copy(), file, offset - self.offset))

    def took(self, chunk: Chunk) -> None:
        """Go on after these lines."""
        self.offset, self.number, self._before = chunk.offset, chunk.number, chunk.before

    def mark(self) -> str:
        """Return a short name for this file's content, from its first sale: it stays while the file grows."""
        with self.path.open("rb") as file:
            begun = file.readline(LONGEST_LINE)
            if _names(begun.removeprefix(_BOM).decode(errors="replace").strip("\r\n")) is not None:
                begun += file.readline(LONGEST_LINE)
        return hashlib.sha256(begun).hexdigest()[:8]

    def _goes_on(self, file: BinaryIO) -> bool:
        """Whether what was recorded still stands before `offset`.

        A file that did not change since is not read again, unless it was so fresh that a later change may
        bear the same time.
        """
        stat = os.fstat(file.fileno())
        state = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        if state != self._checked:
            file.seek(0)
            if _fed(hashlib.sha256(), file, self.offset).digest() != self._before.digest():
                return False
            is_settled = time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > _SETTLED_NS
            self._checked = state if is_settled else ()
        return True

    def _lines(self, file: BinaryIO, to_the_end: bool) -> _Part:
        lines: list[Line] = []
        offset, number = self.offset, self.number
        file.seek(offset)
        while len(lines) < TOGETHER and (raw := _next_line(file, to_the_end)) is not None:
            offset, number = file.tell(), number + 1
            if number == 1:
                raw = raw.removeprefix(_BOM)
            if self.path.suffix.lower() == ".csv" and self._is_header(raw):
                continue
            if raw.strip():
                lines.append(Line(number, _shown(raw), self._outcome(raw)))
        return lines, offset, number

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
            return _draft(self._fields(raw))
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

    def _document(self, file: BinaryIO, to_the_end: bool) -> _Part:
        """Return the sales of a JSON file, which is written whole; nothing while it is being written."""
        raw = file.read(LARGEST_DOCUMENT + 1)
        if len(raw) > LARGEST_DOCUMENT:
            raise AgentLineError(actual=f"> {LARGEST_DOCUMENT}", limit=LARGEST_DOCUMENT)
        if len(raw) == self.offset:
            return [], self.offset, self.number
        try:
            found = msgspec.json.decode(raw.removeprefix(_BOM))
        except UNREADABLE as error:
            if to_the_end:
                raise AgentLineError(actual=error, limit="JSON") from error
            return [], self.offset, self.number
        sales = found if isinstance(found, list) else [found]
        return list(_each(sales)), len(raw), len(sales)


def _draft(given: Mapping[str, object]) -> Draft:
    try:
        return draft_of(given)
    except InputError:
        raise
    except Exception as error:  # one odd line must not keep the others from being recorded
        raise fault_of(error) from error


def _each(sales: list[object]) -> Iterator[Line]:
    for number, one in enumerate(sales, 1):
        text = _written(one)
        try:
            if not isinstance(one, dict):
                raise AgentLineError(actual=type(one).__name__, limit="{…}")
            yield Line(number, text, _draft(one))
        except InputError as refusal:
            yield Line(number, text, refusal)


def _written(one: object) -> str:
    try:
        return msgspec.json.encode(one).decode()[:LONGEST_LINE]
    except RecursionError:  # it was just shallow enough to be read
        return ""


def _names(text: str) -> tuple[str, list[str]] | None:
    """Return the separator and the names of the columns that a line holds, or None where it holds others."""
    for separator in _SEPARATORS:
        names = [name.strip().strip('"').lower() for name in text.split(separator)]
        if set(REQUIRED) <= set(names) <= FIELDS and len(set(names)) == len(names):
            return separator, names
    return None


def _fed(digest: "hashlib._Hash", file: BinaryIO, size: int) -> "hashlib._Hash":
    """Return `digest` of the next `size` bytes too, or of as many as there are."""
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        digest.update(block)
        size -= len(block)
    return digest


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
    except UNREADABLE as error:
        raise AgentLineError(actual=error, limit="JSON") from error


def _shown(raw: bytes) -> str:
    return raw[:LONGEST_LINE].decode(errors="replace").rstrip("\r\n")
