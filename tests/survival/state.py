"""What a database holds, row for row, to be compared."""

import hashlib
from collections.abc import Collection, Mapping

from sqlalchemy import Engine, MetaData, select

from endogene_token.store import reading

Rows = dict[str, tuple[int, str]]


def changed(before: Mapping[str, tuple[int, str]], after: Mapping[str, tuple[int, str]]) -> set[str]:
    """Return the tables that do not hold what they held."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def rows_of(engine: Engine, *, but: Collection[str] = ()) -> Rows:
    """Return how many rows each table has, and a digest of them in any order, `but` for tables or columns."""
    with reading(engine) as connection:
        tables = MetaData()
        tables.reflect(connection)
        found = {}
        for name, table in tables.tables.items():
            if name not in but:
                kept = [column for column in table.columns if f"{name}.{column.name}" not in but]
                rows = sorted(repr(tuple(row)) for row in connection.execute(select(*kept)))
                found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found
