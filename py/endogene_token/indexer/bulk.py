"""Many rows at once, past SQLAlchemy, by the driver: an ORM's row costs more than our whole work on it.

SQLite takes `executemany`; PostgreSQL takes COPY for new rows and one UPDATE from arrays for others.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from struct import Struct
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from sqlalchemy import BigInteger, Connection, LargeBinary, String, Table, Text

from endogene_token.indexer.columns import Uint64, signed
from endogene_token.indexer.models import Purchase, table_of

Row = Mapping[str, Any]
"""The values of a row by column; all rows of one call have the same columns, in the same order."""
RecordedRow = tuple[int, int, int, int, int, int, int, int, int, int, int, bytes]
"""A purchase that was not refused: the columns without a default, in the table's order."""

COPY_TYPES: Final = {BigInteger: "int8", Uint64: "int8", LargeBinary: "bytea", String: "text", Text: "text"}
# PostgreSQL's binary COPY: a signature, flags and an extension (none); each row its number of columns, then
# each column its length and its bytes; -1 columns end it.
COPY_START: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END: Final = b"\xff\xff"
COPY_ROW: Final = Struct(">h" + "iq" * 11 + "i16s")


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add `rows`, in their order."""
    if not rows:
        return
    columns, driver = list(rows[0]), _driver(connection)
    if isinstance(driver, sqlite3.Connection):
        driver.executemany(_insertion(table, columns), _values(table, columns, rows))
        return
    types = [COPY_TYPES[type(table.c[name].type)] for name in columns]
    with driver.cursor() as cursor, cursor.copy(_copying(table, columns).encode()) as copy:
        copy.set_types(types)
        for values in _values(table, columns, rows):
            copy.write_row(values)


def update(connection: Connection, table: Table, rows: Sequence[Row], *, adding: bool = False) -> None:
    """Write `rows`, each with its key, over those that have their keys; or add them to what those hold."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    columns = [*(name for name in rows[0] if name not in keys), *keys]
    driver = _driver(connection)
    if isinstance(driver, sqlite3.Connection):
        old = {name: f'"{name}" + ?' if adding else "?" for name in columns}
        changes = ", ".join(f'"{name}" = {old[name]}' for name in columns if name not in keys)
        where = " AND ".join(f'"{name}" = ?' for name in keys)
        driver.executemany(
            f'UPDATE "{table.name}" SET {changes} WHERE {where}',  # noqa: S608
            _values(table, columns, rows, adding=adding),
        )
    else:
        arrays = list(map(list, zip(*_values(table, columns, rows, adding=adding), strict=True)))
        statement = _update_from_arrays(connection, table, columns, keys, adding=adding)
        driver.execute(statement.encode(), arrays)


class PurchaseWriter:
    """Writes purchases that were not refused, in the transaction of `connection`.

    On PostgreSQL one COPY stays open, so that the server stores rows while this process computes the next;
    until the writer is closed, the connection can say nothing else.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver = _driver(connection)
        self._table = table_of(Purchase)
        self._columns = [column.name for column in self._table.columns if column.server_default is None]
        self._insertion = _insertion(self._table, self._columns)
        self._stack = ExitStack()
        self._copy: psycopg.Copy | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._copy is not None and kind is None:
            self._copy.write(COPY_END)
        self._stack.__exit__(kind, error, trace)

    def write(self, rows: Sequence[RecordedRow]) -> None:
        """Add `rows`."""
        if isinstance(self._driver, sqlite3.Connection):
            self._driver.executemany(self._insertion, rows)
            return
        if self._copy is None:
            copying = _copying(self._table, self._columns)
            cursor = self._stack.enter_context(self._driver.cursor())
            self._copy = self._stack.enter_context(cursor.copy(copying.encode()))
            self._copy.write(COPY_START)
        self._copy.write(packed(rows))


def packed(rows: Sequence[RecordedRow]) -> bytes:
    """Return `rows` as PostgreSQL's binary COPY wants them."""
    pack = COPY_ROW.pack
    # The lengths stand between the values: written out, since a loop over the columns takes twice the time.
    return b"".join(
        [
            pack(12, 8, a, 8, b, 8, c, 8, d, 8, e, 8, f, 8, g, 8, h, 8, i, 8, j, 8, k, 16, m)
            for a, b, c, d, e, f, g, h, i, j, k, m in rows
        ]
    )


def _driver(connection: Connection) -> sqlite3.Connection | psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection | psycopg.Connection):
        raise TypeError(driver)
    return driver


def _values(
    table: Table, columns: Sequence[str], rows: Sequence[Row], *, adding: bool = False
) -> Iterable[Sequence[Any]]:
    unsigned = [name for name in columns if isinstance(table.c[name].type, Uint64)]
    if unsigned and not adding:  # what is added may be less than 0
        rows = [{**row, **{name: signed(row[name]) for name in unsigned}} for row in rows]
    return [[row[name] for name in columns] for row in rows]


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _insertion(table: Table, columns: Sequence[str]) -> str:
    places = ", ".join("?" * len(columns))
    return f'INSERT INTO "{table.name}" ({_quoted(columns)}) VALUES ({places})'  # noqa: S608


def _copying(table: Table, columns: Sequence[str]) -> str:
    return f'COPY "{table.name}" ({_quoted(columns)}) FROM STDIN (FORMAT BINARY)'


def _update_from_arrays(
    connection: Connection, table: Table, columns: Sequence[str], keys: Sequence[str], *, adding: bool
) -> str:
    types = [table.c[name].type.compile(connection.dialect) for name in columns]
    arrays = ", ".join(f"CAST(%s AS {kind}[])" for kind in types)
    old = {name: f'"{table.name}"."{name}" + ' if adding else "" for name in columns}
    changes = ", ".join(f'"{name}" = {old[name]}new."{name}"' for name in columns if name not in keys)
    where = " AND ".join(f'"{table.name}"."{name}" = new."{name}"' for name in keys)
    return (
        f'UPDATE "{table.name}" SET {changes} '  # noqa: S608
        f"FROM unnest({arrays}) AS new ({_quoted(columns)}) WHERE {where}"
    )
