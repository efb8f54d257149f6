"""The fast way in for purchases, the one table that grows with every sale: past SQLAlchemy, by the driver."""

import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack
from struct import Struct
from types import TracebackType
from typing import Final, Self

import psycopg
from sqlalchemy import Connection

from endogene_token.indexer.models import Purchase, table_of

PurchaseRow = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int, bytes]
"""The columns in the table's order. A refused amount, which may pass 2^63, as `models.signed` gives it."""
Rows = Sequence[PurchaseRow]

COLUMNS: Final = ", ".join(f'"{column.name}"' for column in table_of(Purchase).columns)
INSERT: Final = f"INSERT INTO purchase ({COLUMNS}) VALUES ({', '.join('?' * 14)})"  # noqa: S608
COPY: Final = f"COPY purchase ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
# PostgreSQL's binary COPY: a signature, flags and an extension (none); each row its number of columns, then
# each column its length and its bytes; -1 columns end it.
COPY_START: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END: Final = b"\xff\xff"
COPY_ROW: Final = Struct(">h" + "iq" * 13 + "i16s")


class PurchaseWriter:
    """Writes rows of purchases in the transaction of `connection`.

    On PostgreSQL one COPY stays open, so that the server stores rows while this process computes the next;
    until the writer is closed, the connection can say nothing else.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver = connection.connection.driver_connection
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

    def write(self, rows: Rows) -> None:
        """Add `rows`."""
        if isinstance(self._driver, sqlite3.Connection):
            self._driver.executemany(INSERT, rows)
        else:
            self._begun().write(packed(rows))

    def _begun(self) -> psycopg.Copy:
        if self._copy is None:
            if not isinstance(self._driver, psycopg.Connection):
                raise TypeError(self._driver)
            cursor = self._stack.enter_context(self._driver.cursor())
            self._copy = self._stack.enter_context(cursor.copy(COPY.encode()))
            self._copy.write(COPY_START)
        return self._copy


def packed(rows: Rows) -> bytes:
    """Return `rows` as PostgreSQL's binary COPY wants them."""
    pack = COPY_ROW.pack
    # The lengths stand between the values: written out, since a loop over the columns takes twice the time.
    return b"".join(
        [
            pack(14, 8, a, 8, b, 8, c, 8, d, 8, e, 8, f, 8, g, 8, h, 8, i, 8, j, 8, k, 8, m, 8, n, 16, o)
            for a, b, c, d, e, f, g, h, i, j, k, m, n, o in rows
        ]
    )
