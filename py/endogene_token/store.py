"""The database: SQLite embedded, PostgreSQL in production; one schema, one set of errors.

Who writes opens `writing`, who needs several answers that belong together opens `reading`:

    with writing(engine) as connection, Session(connection) as session: ...
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from importlib.resources import as_file, files
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from endogene_token.errors import (
    DatabaseDamagedError,
    DatabaseTooNewError,
    DatabaseUnavailableError,
    DiskFullError,
    SettingError,
    StoreError,
)

REST_SECONDS: Final = 1.0  # unused, after which a connection of PostgreSQL is tried before it is used
AT_ONCE: Final = 20  # requests that a process of the API works on at once; the others wait in line
EACH: Final = 3  # connections that one of them may hold: what it reads, what it writes, what it writes apart
OTHERS: Final = 10  # connections for the relay, the indexer and the senders of the same process
MOST_CONNECTIONS: Final = AT_ONCE * EACH + OTHERS  # of the 100 that PostgreSQL has for all programs
KEPT_CONNECTIONS: Final = 5  # that stay open while nobody needs them: each of SQLite has a cache of its own
POOL_SECONDS: Final = 10  # how long one waits for a connection
BUSY_SECONDS: Final = 30  # how long one writer of SQLite waits for the other
CONNECT_SECONDS: Final = 10
BUSY_PAUSE: Final = 0.05  # seconds, at most, between two tries
MIGRATION_LOCK: Final = 0x656E646F  # "endo": two processes that start together migrate one after the other
PRAGMAS: Final = (
    f"busy_timeout = {BUSY_SECONDS * 1000}",  # first: the others may have to wait
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk when it returns
    "fullfsync = ON",  # on macOS, fsync alone stops at the disk's own cache
    "foreign_keys = ON",
    "cache_size = -65536",  # KiB: a range of 100,000 purchases stays in memory until its commit
)
_OUR_FAULTS: Final = (sqlite3.IntegrityError, psycopg.IntegrityError)
_WRITES: Final = "endogene_writes"
_RESTS_SINCE: Final = "endogene_rests_since"
_PRIMARY: Final = 0xFF  # the upper bits of an error code of SQLite tell a finer cause


def open_engine(url: str) -> Engine:
    """Return the engine of the database at `url`, ``sqlite:///…`` or ``postgresql+psycopg://…``.

    Connects at first use. Every error of the database becomes a StoreError, but for those of broken
    constraints, which are our own faults. Raises SettingError for another kind of URL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingError(field="database_url", actual="?", limit="sqlite:///…") from error
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        engine = create_engine(parsed, **_pool(KEPT_CONNECTIONS))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif parsed.drivername == "postgresql+psycopg":
        limits = {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(parsed, connect_args=limits, **_pool(AT_ONCE))
        _replace_broken_connections(engine)
    else:
        raise SettingError(field="database_url", actual=parsed.drivername, limit="sqlite, postgresql+psycopg")
    event.listen(engine, "handle_error", lambda context: _name_error(context, place(engine)))
    return engine


def place(engine: Engine) -> str:
    """Return where the database is, fit for a message: a file, or an address without its password."""
    file = engine.url.database if is_sqlite(engine) else None
    return file or engine.url.render_as_string(hide_password=True)


def is_sqlite(engine: Engine) -> bool:
    """Return whether this is the embedded database."""
    return engine.dialect.name == "sqlite"


@contextmanager
def writing(engine: Engine, *, apart: bool = False) -> Iterator[Connection]:
    """Open a transaction that writes: committed at the end, rolled back by an error.

    On SQLite it takes the write lock at once: a reader that turns writer could be refused without waiting.
    Within a `Unit` it is the unit's, committed when the unit is; `apart`: not so, for what must stay even
    when the unit comes to nothing.
    """
    unit = _UNIT.get()
    if unit is not None and unit.engine is engine and not apart:
        with unit.joined() as joined:
            yield joined
        return
    if unit is not None and unit.is_open and is_sqlite(engine):
        raise RuntimeError("a transaction apart would wait for its own unit")
    with errors_named(engine), engine.connect() as plain:
        connection = plain.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


class Unit:
    """One transaction for all that a request writes, begun by the first `writing` inside of it.

    with unit.current(): …the work, which calls `writing` as it always does…
    with unit.joined() as connection: …what must be kept with the work, or not at all…
    unit.commit()

    An error that leaves a `writing` rolls back all of it; another `writing` then begins anew. One thread
    at a time may use it.
    """

    def __init__(self, engine: Engine, begun: Callable[[Connection], None]) -> None:
        """Write to `engine`; `begun` is called first in each transaction, and may refuse it by an error."""
        self.engine = engine
        self._begun = begun
        self._parts = ExitStack()
        self._connection: Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is written and not committed."""
        return self._connection is not None

    @contextmanager
    def current(self) -> Iterator[None]:
        """Have every `writing` of this context, and of the threads that it is copied to, join this unit."""
        token = _UNIT.set(self)
        try:
            yield
        finally:
            _UNIT.reset(token)

    @contextmanager
    def joined(self) -> Iterator[Connection]:
        """Give the transaction; it stays open at the end, and is rolled back by an error."""
        try:
            with errors_named(self.engine):
                yield self._connection or self._begin()
        except BaseException:
            self.rollback()
            raise

    def commit(self) -> None:
        """Make all that was written stand."""
        if self._connection is not None:
            try:
                with errors_named(self.engine):
                    self._connection.commit()
            finally:
                self.rollback()

    def rollback(self) -> None:
        """Undo all that was written and not committed."""
        self._connection = None
        self._parts.close()

    def _begin(self) -> Connection:
        plain = self._parts.enter_context(self.engine.connect())
        self._connection = connection = plain.execution_options(**{_WRITES: True})
        connection.begin()
        self._begun(connection)
        return connection


_UNIT: Final[ContextVar[Unit | None]] = ContextVar("unit", default=None)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction whose answers all belong to one moment; it writes nothing."""
    with errors_named(engine), engine.connect() as plain:
        connection = plain
        if not is_sqlite(engine):
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def errors_named(engine: Engine) -> Iterator[None]:
    """Turn the errors of the drivers, where we speak to them past SQLAlchemy, into StoreErrors.

    And that of the pool, which no driver has made: every connection was in use for `POOL_SECONDS`.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailableError(actual=place(engine)) from error
    except (sqlite3.Error, psycopg.Error) as error:
        if isinstance(error, _OUR_FAULTS):
            raise
        raise _named(error, place(engine)) from error


def migrate(engine: Engine) -> None:
    """Bring the schema to the version of this program, in one transaction; a new database gets all of it.

    Raises DatabaseTooNewError, and changes nothing, when a newer program has migrated it.
    """
    with as_file(files("endogene_token") / "migrations") as folder, writing(engine) as connection:
        if not is_sqlite(engine):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(config)
        head = scripts.get_current_head()
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in {one.revision for one in scripts.walk_revisions()}:
            raise DatabaseTooNewError(actual=current, limit=head)
        if current != head:
            command.upgrade(config, "head")


def _pool(kept: int) -> dict[str, int]:
    kept = min(kept, MOST_CONNECTIONS)
    return {
        "pool_size": kept,
        "max_overflow": MOST_CONNECTIONS - kept,
        "pool_timeout": POOL_SECONDS,
    }


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(connection)
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in PRAGMAS:
        _set_pragma(connection, pragma)


def _set_pragma(connection: sqlite3.Connection, pragma: str) -> None:
    """Set one, waiting for others: SQLite itself does not wait while it turns a new file into WAL."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(random.uniform(0, BUSY_PAUSE))  # noqa: S311  # no secret
        else:
            return


def _replace_broken_connections(engine: Engine) -> None:
    """Try a pooled connection that has rested before it is used again: its server may have restarted.

    SQLAlchemy's `pool_pre_ping` tries every time: one of five round trips of a purchase that is accepted.
    """

    def checked_in(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_RESTS_SINCE] = time.monotonic()

    def checked_out(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        rests_since = entry.info.get(_RESTS_SINCE)
        if rests_since is None or time.monotonic() - rests_since < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error  # the pool gives new ones

    event.listen(engine, "checkin", checked_in)
    event.listen(engine, "checkout", checked_out)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _name_error(context: ExceptionContext, where: str) -> StoreError | None:
    error = context.original_exception
    if isinstance(error, _OUR_FAULTS) or not isinstance(error, (sqlite3.Error, psycopg.Error)):
        return None
    return _named(error, where)


def _named(error: sqlite3.Error | psycopg.Error, where: str) -> StoreError:
    if isinstance(error, psycopg.Error):
        return _named_postgresql(error, where)
    # Absent when it is the driver that complains, not the database
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if code == sqlite3.SQLITE_FULL:
        return DiskFullError(actual=where)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return DatabaseDamagedError(actual=where)
    if code == sqlite3.SQLITE_CANTOPEN:
        return DatabaseUnavailableError(actual=where)
    return StoreError(actual=f"{where}: {error}")


def _named_postgresql(error: psycopg.Error, where: str) -> StoreError:
    if isinstance(error, psycopg.errors.DiskFull):
        return DiskFullError(actual=where)
    # 08: connection; 57: the server stops or starts; none: the connection itself broke or was never made
    lost = isinstance(error, psycopg.OperationalError) and (error.sqlstate or "08")[:2] in {"08", "57"}
    return DatabaseUnavailableError(actual=where) if lost else StoreError(actual=f"{where}: {error}")
