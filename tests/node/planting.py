"""Errors planted in the read model, for tests that must see them found."""

from typing import Any

from sqlalchemy import Column, Connection, select

from endogene_token.indexer.columns import Uint64
from tests.node.history import MANY


def change(connection: Connection, column: Column[Any]) -> None:
    """Give one row another value in `column`."""
    table = column.table
    key = connection.execute(select(*table.primary_key).order_by(*table.primary_key.columns).limit(1)).one()
    where = [one == value for one, value in zip(table.primary_key, key, strict=True)]
    value = connection.execute(select(column).where(*where)).scalar_one()
    if isinstance(value, int):
        other: Any = value - 1 if isinstance(column.type, Uint64) and value == MANY else value + 1
    else:
        other = value + (b"\1" if isinstance(value, bytes) else "1")
    connection.execute(table.update().where(*where).values({column.name: other}))
