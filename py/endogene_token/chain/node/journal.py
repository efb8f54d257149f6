"""The durable journal of the embedded chain: what it holds is the chain, anvil only executes it.

    genesis      one row: chain id, timestamp, hard fork, the anvil that founded it, hash of block 0
    block        number, timestamp (seconds since 1970), hash (NULL from the append until the block is mined)
    transaction  block, position in it, the raw signed transaction

SQLite with a write-ahead log and synchronous=FULL: a commit is one append and one fsync of that log (a
rollback journal needs three), and what is committed survives a power cut.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from endogene_token.errors import (
    DatabaseDamagedError,
    DatabaseTooNewError,
    DataFolderError,
    DiskFullError,
    StoreError,
)

SCHEMA_VERSION: Final = 1
_SCHEMA: Final = f"""
CREATE TABLE genesis (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    chain_id INTEGER NOT NULL, timestamp INTEGER NOT NULL, hardfork TEXT NOT NULL, anvil TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE block (number INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, hash BLOB);
CREATE TABLE "transaction" (
    block INTEGER NOT NULL REFERENCES block, position INTEGER NOT NULL, raw BLOB NOT NULL,
    PRIMARY KEY (block, position)
) WITHOUT ROWID;
PRAGMA user_version = {SCHEMA_VERSION};
"""


@dataclass(frozen=True, slots=True)
class Genesis:
    """What block 0 follows from, the version of the anvil that made it, and its hash."""

    chain_id: int
    timestamp: int
    hardfork: str
    anvil: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class JournalledBlock:
    """A block to execute: its raw transactions in order, and its hash once it was mined."""

    number: int
    timestamp: int
    transactions: tuple[bytes, ...]
    hash: bytes | None = None


class Journal:
    """The journal in the file `path`, created when missing. The caller holds the lock of its folder."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises DatabaseTooNewError (left as it is), DatabaseDamagedError, DataFolderError."""
        self._path = path
        try:
            # written by one thread of the server at a time, though not always by the same
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except sqlite3.OperationalError as error:
            raise DataFolderError(actual=path.parent) from error
        try:
            with self._errors():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def genesis(self) -> Genesis | None:
        """Return what block 0 follows from, or None for a journal without a chain yet."""
        with self._errors():
            row = self._db.execute(
                "SELECT chain_id, timestamp, hardfork, anvil, hash FROM genesis"
            ).fetchone()
        return None if row is None else Genesis(*row)

    def found(self, genesis: Genesis) -> None:
        """Write what block 0 follows from, once for all."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO genesis VALUES (1, ?, ?, ?, ?, ?)",
                (genesis.chain_id, genesis.timestamp, genesis.hardfork, genesis.anvil, genesis.hash),
            )

    def append(self, block: JournalledBlock) -> None:
        """Write a block that is about to be mined; on return it is on the disk.

        Raises DiskFullError or another StoreError; then nothing of the block was written.
        """
        with self._transaction():
            self._db.execute(
                "INSERT INTO block VALUES (?, ?, ?)", (block.number, block.timestamp, block.hash)
            )
            self._db.executemany(
                'INSERT INTO "transaction" VALUES (?, ?, ?)',
                ((block.number, position, raw) for position, raw in enumerate(block.transactions)),
            )

    def seal(self, number: int, block_hash: bytes) -> None:
        """Write the hash that block `number` has."""
        with self._transaction():
            self._db.execute("UPDATE block SET hash = ? WHERE number = ?", (block_hash, number))

    def blocks(self) -> Iterator[JournalledBlock]:
        """Return every block in order, one at a time: the whole chain need not fit in memory."""
        with self._errors():
            for number, timestamp, block_hash in self._db.execute(
                "SELECT number, timestamp, hash FROM block ORDER BY number"
            ):
                yield JournalledBlock(number, timestamp, self._transactions_of(number), block_hash)

    def _transactions_of(self, number: int) -> tuple[bytes, ...]:
        rows: Sequence[tuple[bytes]] = self._db.execute(
            'SELECT raw FROM "transaction" WHERE block = ? ORDER BY position', (number,)
        ).fetchall()
        return tuple(raw for (raw,) in rows)

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise DatabaseTooNewError(actual=version, limit=SCHEMA_VERSION)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA fullfsync = ON")  # on macOS, fsync alone stops at the disk's own cache
        self._db.execute("PRAGMA foreign_keys = ON")
        if version == 0:
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back after some errors of the disk
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            primary = error.sqlite_errorcode & 0xFF  # the upper bits tell a finer cause
            if primary == sqlite3.SQLITE_FULL:
                raise DiskFullError(actual=self._path) from error
            if primary in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise DatabaseDamagedError(actual=self._path) from error
            raise StoreError(actual=f"{self._path}: {error}") from error
