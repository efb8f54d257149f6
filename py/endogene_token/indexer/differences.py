"""What an audit finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the chain and the read model tell otherwise; in minor units where it is an amount."""

    what: str
    chain: object
    read_model: object


def each_field(what: str, chain: Mapping[str, Any], row: Mapping[Any, Any]) -> list[Difference]:
    """Compare the fields that the chain tells with those of a row."""
    return [Difference(f"{what}: {name}", value, row.get(name)) for name, value in chain.items()]
