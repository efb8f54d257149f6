"""Writes a small Apache Parquet file: columns of whole numbers and of texts, each may be empty. Pure.

A library that writes Parquet brings a hundred megabytes; these tables need one row group, plain values, no
compression: the file's own format (parquet.thrift, format version 1) in Thrift's compact protocol.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

MAGIC: Final = b"PAR1"
INT64, BYTE_ARRAY = 2, 6  # physical types
OPTIONAL: Final = 1
UTF8: Final = 0  # a converted type
PLAIN, RLE = 0, 3  # encodings
UNCOMPRESSED: Final = 0
DATA_PAGE: Final = 0
T_I32, T_I64, T_BINARY, T_LIST, T_STRUCT = 5, 6, 8, 9, 12  # types of the compact protocol
LONG_LIST: Final = 15
Value = int | str | None
_LIMIT: Final = 2**63


class _Struct:
    """A struct of Thrift's compact protocol, its fields in ascending order."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._last = 0

    def _head(self, field: int, kind: int) -> None:
        self._bytes.append((field - self._last) << 4 | kind)
        self._last = field

    def i32(self, field: int, value: int) -> "_Struct":
        self._head(field, T_I32)
        self._bytes += _zigzag(value)
        return self

    def i64(self, field: int, value: int) -> "_Struct":
        self._head(field, T_I64)
        self._bytes += _zigzag(value)
        return self

    def text(self, field: int, value: str) -> "_Struct":
        self._head(field, T_BINARY)
        self._bytes += _binary(value)
        return self

    def struct(self, field: int, value: "_Struct") -> "_Struct":
        self._head(field, T_STRUCT)
        self._bytes += value.done()
        return self

    def many(self, field: int, kind: int, values: Iterable[bytes]) -> "_Struct":
        self._head(field, T_LIST)
        items = list(values)
        size = len(items)
        self._bytes += bytes([size << 4 | kind]) if size < LONG_LIST else bytes([0xF0 | kind]) + _varint(size)
        self._bytes += b"".join(items)
        return self

    def done(self) -> bytes:
        return bytes(self._bytes) + b"\0"


def parquet(
    columns: Mapping[str, bool], rows: Sequence[Mapping[str, Value]], about: Mapping[str, str]
) -> bytes:
    """Return the file; `columns` tells which are of texts.

    A number past 63 bits, which an applicant may ask for, makes texts of its column.
    """
    file = bytearray(MAGIC)
    chunks, kinds = [], []
    for name, is_text in columns.items():
        values = [row.get(name) for row in rows]
        is_long = any(isinstance(one, int) and not -_LIMIT <= one < _LIMIT for one in values)
        if is_text or is_long:
            values = [None if one is None else str(one) for one in values]
        kinds.append(BYTE_ARRAY if is_text or is_long else INT64)
        start, page = len(file), _page(values)
        file += page
        chunks.append((_column(name, kinds[-1], len(values), start, len(page)), start, len(page)))
    footer = _footer(columns, kinds, len(rows), chunks, about)
    return bytes(file) + footer + len(footer).to_bytes(4, "little") + MAGIC


def _page(values: Sequence[Value]) -> bytes:
    levels = _levels([one is not None for one in values])
    body = levels + b"".join(_plain(one) for one in values if one is not None)
    data = _Struct().i32(1, len(values)).i32(2, PLAIN).i32(3, RLE).i32(4, RLE)
    head = _Struct().i32(1, DATA_PAGE).i32(2, len(body)).i32(3, len(body)).struct(5, data)
    return head.done() + body


def _levels(present: Sequence[bool]) -> bytes:
    """Return which values are there, as runs of one bit, after their length."""
    runs, start = bytearray(), 0
    while start < len(present):
        end = start
        while end < len(present) and present[end] == present[start]:
            end += 1
        runs += _varint((end - start) << 1) + bytes([present[start]])
        start = end
    return len(runs).to_bytes(4, "little") + bytes(runs)


def _plain(value: int | str) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return len(text).to_bytes(4, "little") + text
    return value.to_bytes(8, "little", signed=True)


def _column(name: str, kind: int, count: int, start: int, size: int) -> _Struct:
    told = _Struct().i32(1, kind).many(2, T_I32, [_zigzag(PLAIN), _zigzag(RLE)])
    told.many(3, T_BINARY, [_binary(name)]).i32(4, UNCOMPRESSED).i64(5, count)
    return told.i64(6, size).i64(7, size).i64(9, start)


def _footer(
    columns: Iterable[str],
    kinds: Sequence[int],
    count: int,
    chunks: Sequence[tuple[_Struct, int, int]],
    about: Mapping[str, str],
) -> bytes:
    schema = [_Struct().text(4, "table").i32(5, len(kinds))]
    for name, kind in zip(columns, kinds, strict=True):
        leaf = _Struct().i32(1, kind).i32(3, OPTIONAL).text(4, name)
        schema.append(leaf.i32(6, UTF8) if kind == BYTE_ARRAY else leaf)
    told = [_Struct().i64(2, start).struct(3, column) for column, start, _ in chunks]
    size = sum(size for *_, size in chunks)
    group = _Struct().many(1, T_STRUCT, [one.done() for one in told]).i64(2, size).i64(3, count)
    pairs = [_Struct().text(1, key).text(2, value) for key, value in about.items()]
    file = _Struct().i32(1, 1).many(2, T_STRUCT, [one.done() for one in schema]).i64(3, count)
    file.many(4, T_STRUCT, [group.done()]).many(5, T_STRUCT, [one.done() for one in pairs])
    return file.text(6, "endogene").done()


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _zigzag(value: int) -> bytes:
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _binary(text: str) -> bytes:
    return _varint(len(text.encode())) + text.encode()
