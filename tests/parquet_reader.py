"""Reads a small Apache Parquet file by its specification, apart from what writes ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MAGIC: Final = b"PAR1"
TRUE, FALSE, I16, I32, I64, BINARY, LIST, STRUCT = 1, 2, 4, 5, 6, 8, 9, 12
TEXT: Final = 6  # the physical type BYTE_ARRAY


@dataclass
class _Thrift:
    """A place in bytes of Thrift's compact protocol."""

    data: bytes
    at: int

    def varint(self) -> int:
        found = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return found

    def whole(self) -> int:
        told = self.varint()
        return (told >> 1) ^ -(told & 1)

    def value(self, kind: int) -> Any:
        if kind in {TRUE, FALSE}:
            return kind == TRUE
        if kind in {I16, I32, I64}:
            return self.whole()
        if kind == BINARY:
            size = self.varint()
            self.at += size
            return self.data[self.at - size : self.at]
        if kind == LIST:
            head = self.data[self.at]
            self.at += 1
            size = self.varint() if head >> 4 == 15 else head >> 4
            return [self.value(head & 15) for _ in range(size)]
        assert kind == STRUCT, kind
        return self.struct()

    def struct(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        field = 0
        while head := self.data[self.at]:
            self.at += 1
            assert head >> 4, "a field is told by its distance from the one before"
            field += head >> 4
            found[field] = self.value(head & 15)
        self.at += 1
        return found


def read(file: bytes) -> tuple[list[dict[str, int | str | None]], dict[str, str]]:
    """Return the rows of a file, and what it says about itself."""
    assert (file[:4], file[-4:]) == (MAGIC, MAGIC)
    size = int.from_bytes(file[-8:-4], "little")
    footer = _Thrift(file, len(file) - 8 - size).struct()
    [group] = footer[4]
    columns = {chunk[3][3][0].decode(): _column(file, chunk[3], chunk[3][5]) for chunk in group[1]}
    rows = [{name: values[at] for name, values in columns.items()} for at in range(footer[3])]
    return rows, {pair[1].decode(): pair[2].decode() for pair in footer[5]}


def _column(file: bytes, about: Mapping[int, Any], count: int) -> list[int | str | None]:
    page = _Thrift(file, about[9])
    page.struct()
    length = int.from_bytes(file[page.at : page.at + 4], "little")
    levels, place = _Thrift(file, page.at + 4), page.at + 4 + length
    present: list[int] = []
    while len(present) < count:
        run = levels.varint()
        assert run & 1 == 0, "levels come as runs"
        present += [file[levels.at]] * (run >> 1)
        levels.at += 1
    found: list[int | str | None] = []
    for one in present:
        if not one:
            found.append(None)
        elif about[1] == TEXT:
            size = int.from_bytes(file[place : place + 4], "little")
            found.append(file[place + 4 : place + 4 + size].decode())
            place += 4 + size
        else:
            found.append(int.from_bytes(file[place : place + 8], "little", signed=True))
            place += 8
    return found
