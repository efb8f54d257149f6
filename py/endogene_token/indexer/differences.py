"""What an audit reads, and what it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, RowMapping, select
from sqlmodel import SQLModel

from endogene_token.hexes import to_hex
from endogene_token.indexer.models import table_of

Rows: TypeAlias = Sequence[RowMapping]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the chain and the read model tell otherwise; in minor units where it is an amount."""

    what: str
    chain: object
    read_model: object


def rows_of(connection: Connection, model: type[SQLModel]) -> Rows:
    """Return the rows of a table, by their primary key."""
    table = table_of(model)
    return connection.execute(select(table).order_by(*table.primary_key)).mappings().all()


def each_field(what: str, chain: Mapping[str, Any], row: Mapping[Any, Any]) -> list[Difference]:
    """Compare the fields that the chain tells with those of a row; bytes are told in hexadecimal."""
    return [
        Difference(f"{what}: {name}", _readable(value), _readable(row.get(name)))
        for name, value in chain.items()
    ]


def _readable(value: object) -> object:
    return to_hex(value) if isinstance(value, bytes) else value
