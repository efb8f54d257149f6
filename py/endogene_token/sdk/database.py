"""The file of an outbox: durable, used by one process at a time, and its errors in our words."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from endogene_token import crash
from endogene_token.errors import (
    DatabaseDamagedError,
    DatabaseTooNewError,
    DataFolderError,
    DiskFullError,
    OutboxLockedError,
    StoreError,
)
from endogene_token.keyfile import keep_private


class Database:
    """SQLite with a write-ahead log and synchronous=FULL: a commit is one append and one fsync of that log.

    The file stays locked while it is open, so that no second process numbers the same till's batches; the
    system frees the lock of a killed process. Threads take turns.
    """

    def __init__(self, path: Path, steps: Sequence[str]) -> None:
        """Open `path`, created when missing; its version is how many of the `steps` of its schema it took.

        A file of an older version takes the steps after its own, in one transaction. Raises
        OutboxLockedError, DatabaseTooNewError (left as it is), DatabaseDamagedError, DataFolderError.
        """
        self._path = path
        self._turn = threading.RLock()
        try:
            _make_private(path)
            self._db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.OperationalError) as error:
            raise DataFolderError(actual=path.parent) from error
        try:
            with self.reading():
                self._prepare(steps)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file and free its lock."""
        with self._turn:
            self._db.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for reading, with the errors of SQLite in our words."""
        with self._turn, self._errors():
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one transaction: on leaving it is on the disk, or nothing is."""
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite itself rolls back after some errors of the disk
                    db.execute("ROLLBACK")
                raise

    def forget(self) -> None:
        """Write what was deleted out of the write-ahead log, where it would stay readable for a while."""
        with self.reading() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _prepare(self, steps: Sequence[str]) -> None:
        version = len(steps)
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        if found > version:
            raise DatabaseTooNewError(actual=found, limit=version)
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA fullfsync = ON")  # on macOS, fsync alone stops at the disk's own cache
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA secure_delete = ON")  # an erased salt leaves no trace in the file
        self._db.execute("BEGIN EXCLUSIVE")
        self._db.execute("COMMIT")
        if found < version:
            script = "\n".join(steps[found:])
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version = {version};")
            crash.point("sdk.schema.written")
            self._db.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            # errors of the module itself carry no code; the upper bits of a code tell a finer cause
            primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & 0xFF
            if primary == sqlite3.SQLITE_FULL:
                raise DiskFullError(actual=self._path) from error
            if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise OutboxLockedError(actual=self._path) from error
            if primary in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise DatabaseDamagedError(actual=self._path) from error
            raise StoreError(actual=f"{self._path}: {error}") from error


def _make_private(path: Path) -> None:
    """Make the file, or close one that others may read: salts, cards and telephone numbers stand in it.

    Its write-ahead log takes its mode; a log that a kill left behind has the mode it had.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for one in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
        if one.exists():
            keep_private(one)
