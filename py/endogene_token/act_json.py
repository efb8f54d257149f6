"""What a member signs for projects, currency and redemptions, as JSON tells it. Pure.

Hashes are 0x and hexadecimal digits, amounts strings of minor units, words of an enumeration in lower case
with hyphens, kinds of merchants a list of their numbers. The API reads it, the SDK writes it, the relay keeps
it.
"""

from collections.abc import Mapping
from dataclasses import fields
from enum import IntEnum
from typing import Any, Final, TypeVar, get_args, get_origin

from endogene_token.hexes import from_hex, to_hex
from endogene_token.member_acts import CONTENTS, Content, KeepingKey
from endogene_token.projects import Record, bits_of

AMOUNTS: Final = frozenset({"amount", "sought"})
_BITS: Final = "merchant_kinds"
_KINDS: Final[tuple[type[Content], ...]] = (*CONTENTS, KeepingKey)
_CONTENTS: Final = {one.ACTION: one for one in _KINDS}
R = TypeVar("R", bound=Record)


def word(member: IntEnum) -> str:
    """Return a word of an enumeration, such as ``local-authority``."""
    return member.name.lower().replace("_", "-")


def words(kind: type[IntEnum]) -> tuple[str, ...]:
    """Return every word of an enumeration, in order."""
    return tuple(word(one) for one in kind)


def bits(number: int) -> list[int]:
    """Return the numbers whose bits a word has."""
    return [one for one in range(number.bit_length()) if number >> one & 1]


def as_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON tells it."""
    return {name: _told(name, value) for name, value in record.items()}


def content(action: str, told: Mapping[str, Any]) -> Content:
    """Return the content of an action, from what `as_json` gave; other members of `told` are left aside.

    Raises KeyError for an unknown action or a missing member; RangeError, LengthError.
    """
    return _record(_CONTENTS[action], told)


def _told(name: str, value: Any) -> Any:
    if isinstance(value, Record):
        return as_json(value)
    if isinstance(value, tuple):
        return [as_json(one) for one in value]
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, IntEnum):
        return word(value)
    if name == _BITS:
        return bits(value)
    return str(value) if name in AMOUNTS else value


def _record(kind: type[R], told: Mapping[str, Any]) -> R:
    given = {one.name: _value(one.name, one.type, told[one.name]) for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    return kind(**given)


def _value(name: str, kind: Any, told: Any) -> Any:
    if get_origin(kind) is tuple:
        return tuple(_record(get_args(kind)[0], one) for one in told)
    if issubclass(kind, Record):
        return _record(kind, told)
    if issubclass(kind, IntEnum):
        return next(one for one in kind if word(one) == told)
    if kind is bytes:
        return from_hex(told)
    if name == _BITS:
        return bits_of(told)
    return int(told) if name in AMOUNTS else told
