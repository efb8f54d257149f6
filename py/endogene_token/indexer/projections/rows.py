"""The rows of one table that a range of events needs: read once, written once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Table, func, select

from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.projections.base import all_rows, expect, known, parts

Key: TypeAlias = tuple[Any, ...]
"""The values of the primary key, in its order."""


class Rows:
    """Reads, changes and adds rows by their keys. A row that is not there was never announced."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = [column.name for column in table.columns]
        self._key = [column.name for column in table.primary_key]
        self._rows: dict[Key, dict[str, Any]] = {}
        self._stored: set[Key] = set()
        self._changed: set[Key] = set()

    def load(self, connection: Connection, column: str, values: Iterable[Any]) -> None:
        """Read the rows that have one of `values` in a column."""
        for some in parts(sorted(set(values))):
            self._keep(connection.execute(select(self._table).where(self._table.c[column].in_(some))))

    def load_all(self, connection: Connection) -> None:
        """Read every row: for tables that have few."""
        self._keep(all_rows(connection, self._table))

    def last(self, connection: Connection) -> int:
        """Return the highest number of a table whose key is one number; 0 for an empty one."""
        return int(connection.execute(select(func.max(self._table.c[self._key[0]]))).scalar_one() or 0)

    def look(self, *key: Any) -> Mapping[str, Any]:
        """Return a row. Raises LedgerMismatchError when there is none."""
        return known(self._rows.get(key), self._label(key))

    def change(self, *key: Any) -> dict[str, Any]:
        """Return a row to be changed. Raises LedgerMismatchError when there is none."""
        self._changed.add(key)
        return known(self._rows.get(key), self._label(key))

    def add(self, **row: Any) -> dict[str, Any]:
        """Add a row and return it; a column that is not given is 0, or empty. Raises LedgerMismatchError."""
        key = self._key_of(row)
        expect(f"{self._label(key)}: known", key in self._rows, False)
        self._rows[key] = {name: row.get(name, self._nothing(name)) for name in self._columns}
        self._changed.add(key)
        return self._rows[key]

    def of(self, *begin: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows whose keys begin so, to be read, in the order of their keys."""
        for key in sorted(self._rows):
            if key[: len(begin)] == begin:
                yield self._rows[key]

    def write(self, connection: Connection) -> None:
        """Write each row that changed once."""
        insert(connection, self._table, [self._rows[key] for key in sorted(self._changed - self._stored)])
        update(connection, self._table, [self._rows[key] for key in sorted(self._changed & self._stored)])

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def _keep(self, found: Iterable[Row[Any]]) -> None:
        for row in found:
            key = self._key_of(dict(row._mapping))
            self._rows[key] = dict(row._mapping)
            self._stored.add(key)

    def _key_of(self, row: Mapping[str, Any]) -> Key:
        return tuple(row[name] for name in self._key)

    def _nothing(self, name: str) -> int | bytes:
        return b"" if self._table.c[name].type.python_type is bytes else 0

    def _label(self, key: Key) -> str:
        told = [f"0x{one.hex()}" if isinstance(one, bytes) else str(one) for one in key]
        return f"{self._table.name} {'-'.join(told)}"
