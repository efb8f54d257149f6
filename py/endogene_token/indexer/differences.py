"""What an audit finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from endogene_token.hexes import to_hex


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the chain and the read model tell otherwise; in minor units where it is an amount."""

    what: str
    chain: object
    read_model: object


def each_field(what: str, chain: Mapping[str, Any], row: Mapping[Any, Any]) -> list[Difference]:
    """Compare the fields that the chain tells with those of a row; bytes are told in hexadecimal."""
    return [
        Difference(f"{what}: {name}", _readable(value), _readable(row.get(name)))
        for name, value in chain.items()
    ]


def _readable(value: object) -> object:
    return to_hex(value) if isinstance(value, bytes) else value
