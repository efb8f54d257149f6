"""Readers of event logs, made from the contracts' ABI: each value is cut from the bytes where it must stand.

Much faster than a general decoder; a test compares both on random events. It knows the types that our events
use: whole numbers, bool, addresses, bytesN, fixed arrays and structs of those, `bytes` and `bytes32[]` (left
as one piece), lists of structs, and structs that hold any of these.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_hash.auto import keccak

from endogene_token.errors import NodeAnswerError

WORD: Final = 32
ADDRESS: Final = 20
FIXED: Final = re.compile(r"(.+)\[(\d+)\]")
DYNAMIC: Final = {"bytes": 1, "bytes32[]": WORD}
"""What stands elsewhere in the data, and the size of its items."""

Reader = Callable[[bytes], Any]
Entry = Mapping[str, Any]
Structs = Mapping[str, Callable[..., Any]]
"""What holds the values of a struct, by the struct's name in Solidity, such as ``IRulebook.Rules``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the values of one event stand in its log; `readers` follow the order of the ABI.

    Each reader cuts from the topics or from the data, as its flag tells.
    """

    name: str
    topic: bytes
    topics_size: int
    head_size: int
    readers: tuple[tuple[bool, Reader], ...]

    def read(self, topics: bytes, data: bytes) -> list[Any]:
        """Return the values. Raises NodeAnswerError for a log that does not fit."""
        if len(topics) != self.topics_size or len(data) < self.head_size:
            raise NodeAnswerError(actual=f"{self.name}: {len(topics)} + {len(data)}")
        try:
            return [read(topics if indexed else data) for indexed, read in self.readers]
        except ValueError as error:
            raise NodeAnswerError(actual=f"{self.name}: {len(data)}") from error


def layout(entry: Entry, structs: Structs) -> Layout:
    """Return the layout of an event of an ABI."""
    readers: list[tuple[bool, Reader]] = []
    topics, head = WORD, 0  # the first topic is the event's own
    for one in entry["inputs"]:
        if one["indexed"]:
            readers.append((True, _reader(one, topics, structs)))
            topics += WORD
        else:
            readers.append((False, _reader(one, head, structs)))
            head += _head_size(one)
    return Layout(entry["name"], keccak(signature(entry).encode()), topics, head, tuple(readers))


def signature(entry: Entry) -> str:
    """Return the canonical signature of an event, such as ``TillRevoked(uint32)``."""
    return f"{entry['name']}({','.join(map(_written, entry['inputs']))})"


def struct_name(entry: Entry) -> str:
    """Return the name of a struct in Solidity, with that of its contract: two contracts may share a name."""
    return str(entry["internalType"]).removeprefix("struct ").partition("[")[0]


def _written(entry: Entry) -> str:
    kind = str(entry["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_written, entry['components']))}){kind.removeprefix('tuple')}"


def _head_size(entry: Entry) -> int:
    kind = str(entry["type"])
    if fixed := FIXED.fullmatch(kind):
        return int(fixed[2]) * _head_size({**entry, "type": fixed[1]})
    if kind == "tuple" and not _is_dynamic(entry):
        return _size(entry)
    return WORD


def _size(struct: Entry) -> int:
    """Return the bytes that a struct takes where it stands, without what its own places point to."""
    return sum(map(_head_size, struct["components"]))


def _is_dynamic(entry: Entry) -> bool:
    """Return whether a value stands elsewhere, where a word tells."""
    kind = str(entry["type"])
    if kind == "tuple":
        return any(map(_is_dynamic, entry["components"]))
    return kind in DYNAMIC or kind.endswith("[]")


def _reader(entry: Entry, offset: int, structs: Structs) -> Reader:
    kind = str(entry["type"])
    if fixed := FIXED.fullmatch(kind):
        return _array({**entry, "type": fixed[1]}, offset, int(fixed[2]), structs)
    if kind == "tuple":
        return _elsewhere(entry, offset, structs) if _is_dynamic(entry) else _struct(entry, offset, structs)
    if kind == "tuple[]":
        return _list({**entry, "type": "tuple"}, offset, structs)
    return _plain(kind, offset)


def _plain(kind: str, offset: int) -> Reader:
    if unit := DYNAMIC.get(kind):
        return lambda data: _dynamic(data, offset, unit)
    if kind == "address":
        return _slice(offset + WORD - ADDRESS, offset + WORD)
    if sized := re.fullmatch(r"bytes(\d+)", kind):
        return _slice(offset, offset + int(sized[1]))
    if kind == "bool":
        return lambda data: any(data[offset : offset + WORD])
    if re.fullmatch(r"uint\d+", kind):
        return lambda data: int.from_bytes(data[offset : offset + WORD])
    raise NotImplementedError(kind)  # a new kind in the ABI: every test that imports this notices


def _slice(start: int, end: int) -> Reader:
    return lambda data: data[start:end]


def _struct(entry: Entry, offset: int, structs: Structs) -> Reader:
    holder = structs[struct_name(entry)]
    readers = []
    for one in entry["components"]:
        readers.append(_reader(one, offset, structs))
        offset += _head_size(one)
    return lambda data: holder(*[read(data) for read in readers])


def _array(item: Entry, offset: int, count: int, structs: Structs) -> Reader:
    readers = [_reader(item, offset + n * _head_size(item), structs) for n in range(count)]
    return lambda data: tuple([read(data) for read in readers])


def _elsewhere(entry: Entry, offset: int, structs: Structs) -> Reader:
    """Return the reader of a struct that stands where the word at `offset` tells."""
    read, size = _struct(entry, 0, structs), _size(entry)
    return lambda data: read(_rest(data, int.from_bytes(data[offset : offset + WORD]), size))


def _list(item: Entry, offset: int, structs: Structs) -> Reader:
    """Return the reader of a list of structs: one after the other, or each where a word of its own tells."""
    read, size, is_dynamic = _struct(item, 0, structs), _size(item), _is_dynamic(item)
    return lambda data: tuple([read(piece) for piece in _pieces(data, offset, size, is_dynamic)])


def _pieces(data: bytes, offset: int, size: int, is_dynamic: bool) -> Iterator[bytes]:
    """Yield the rest of `data` from each item on; its own places count from there."""
    count_at = int.from_bytes(data[offset : offset + WORD])
    items = data[count_at + WORD :]
    count, step = int.from_bytes(data[count_at : count_at + WORD]), WORD if is_dynamic else size
    # A place past the end would be an empty list, a wrong length would have us count to 2^256.
    if count_at + WORD + count * step > len(data):
        raise ValueError(count)
    for start in range(0, count * step, step):
        yield _rest(items, int.from_bytes(items[start : start + WORD]) if is_dynamic else start, size)


def _rest(data: bytes, start: int, size: int) -> bytes:
    """Return `data` from `start` on, which must hold `size` bytes."""
    piece = data[start:]
    if len(piece) < size:
        raise ValueError(len(piece))
    return piece


def _dynamic(data: bytes, offset: int, unit: int) -> bytes:
    """Return the items, of `unit` bytes each, whose place the word at `offset` tells."""
    length_at = int.from_bytes(data[offset : offset + WORD])
    start = length_at + WORD
    end = start + unit * int.from_bytes(data[length_at:start])
    if end > len(data):
        raise ValueError(end)
    return data[start:end]
