"""The database opens, migrates, and names its errors, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from endogene_token import store
from endogene_token.errors import (
    DatabaseDamagedError,
    DatabaseTooNewError,
    DatabaseUnavailableError,
    SettingError,
    StoreError,
)
from endogene_token.indexer import models
from endogene_token.store import PRAGMAS, migrate, open_engine, place, reading, writing


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def migrated(engine: Engine) -> Engine:
    migrate(engine)
    return engine


def version(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def test_the_migrations_create_the_tables_of_the_models(migrated: Engine) -> None:
    """A model without its migration, or the reverse, is noticed: on both databases the schema is the same."""
    ours = {str(model.__tablename__) for model in models.READ_MODEL}
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
                "include_object": lambda _object, name, kind, *_rest: kind != "table" or name in ours,
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_database_migrated_twice_stays_as_it_is(migrated: Engine) -> None:
    """Every start migrates; only the first one, and an upgrade's, change something."""
    before = version(migrated)
    migrate(migrated)
    assert version(migrated) == before


def test_two_processes_that_migrate_at_once_both_succeed(empty_database_url: str) -> None:
    """The second waits for the first and finds nothing left to do."""
    engines = [open_engine(empty_database_url) for _ in range(2)]
    failures: list[BaseException] = []

    def start(engine: Engine) -> None:
        try:
            migrate(engine)
        except BaseException as error:  # noqa: BLE001  # handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_processes_that_open_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """SQLite itself does not wait while it turns a new file into WAL: "database is locked"."""

    def first_statement(engine: Engine) -> str:
        with engine.connect() as connection:
            return str(connection.execute(text("PRAGMA journal_mode")).scalar_one())

    with ThreadPoolExecutor(8) as threads:
        for file in range(40):
            engines = [open_engine(f"sqlite:///{tmp_path / str(file)}") for _ in range(8)]
            assert list(threads.map(first_statement, engines)) == ["wal"] * 8
            for engine in engines:
                engine.dispose()


def test_a_database_from_a_newer_version_is_refused_and_left_as_it_is(migrated: Engine) -> None:
    """An older program never writes into a schema it does not know."""
    known = version(migrated)
    with writing(migrated) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNewError) as refusal:
        migrate(migrated)
    assert (refusal.value.actual, refusal.value.limit) == ("9999", known)
    assert version(migrated) == "9999"


def test_writing_that_fails_leaves_nothing(migrated: Engine) -> None:
    """A transaction is whole or nothing."""

    def fail() -> None:
        with writing(migrated) as connection:
            connection.execute(text("INSERT INTO merchant_rate VALUES (1, 0, 280)"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with reading(migrated) as connection:
        assert connection.execute(text("SELECT count(*) FROM merchant_rate")).scalar_one() == 0


def test_reading_sees_one_moment(migrated: Engine) -> None:
    """What another process commits meanwhile does not appear between two answers of one reading."""
    count = text("SELECT count(*) FROM merchant_rate")
    with reading(migrated) as reader:
        before = reader.execute(count).scalar_one()
        with writing(migrated) as writer:
            writer.execute(text("INSERT INTO merchant_rate VALUES (1, 0, 280)"))
        assert reader.execute(count).scalar_one() == before


def test_two_writers_wait_for_each_other(migrated: Engine) -> None:
    """The embedded database lets one write at a time; the other waits instead of failing."""
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with writing(migrated) as connection:
            connection.execute(text("INSERT INTO merchant_rate VALUES (2, 0, 280)"))

    thread = threading.Thread(target=second)
    with writing(migrated) as connection:
        connection.execute(text("INSERT INTO merchant_rate VALUES (1, 0, 280)"))
        thread.start()
        begun.wait()
    thread.join()
    with reading(migrated) as connection:
        assert connection.execute(text("SELECT count(*) FROM merchant_rate")).scalar_one() == 2


@pytest.mark.parametrize(("rest_seconds", "is_tried"), [(0.0, True), (3600.0, False)])
def test_connections_that_the_server_ended_are_replaced_before_use_once_they_have_rested(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, rest_seconds: float, is_tried: bool
) -> None:
    """One that has not rested is not tried: its use fails, and only once, since the pool begins anew."""
    monkeypatch.setattr(store, "REST_SECONDS", rest_seconds)
    engine, other = open_engine(postgresql_url), open_engine(postgresql_url)
    with reading(engine), reading(engine):  # two connections rest in the pool afterwards
        pass
    with other.connect() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{ended} AND pid <> pg_backend_pid()"))
    expected: AbstractContextManager[object] = nullcontext()
    if not is_tried:
        expected = pytest.raises(DatabaseUnavailableError)
    with expected, reading(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    with reading(engine) as one, reading(engine) as two:
        assert one.execute(text("SELECT 1")).scalar_one() == two.execute(text("SELECT 2")).scalar_one() - 1
    engine.dispose()
    other.dispose()


def test_a_broken_constraint_keeps_its_own_error(migrated: Engine) -> None:
    """It tells a fault of ours or a duplicate: the caller decides which."""
    rows = text("INSERT INTO merchant_rate VALUES (1, 0, 280), (1, 0, 280)")
    with pytest.raises(IntegrityError), writing(migrated) as connection:
        connection.execute(rows)


def test_a_statement_that_the_database_refuses_is_a_store_error(migrated: Engine) -> None:
    """Nothing of the drivers passes this module, not even past SQLAlchemy."""
    with pytest.raises(StoreError), reading(migrated) as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    with pytest.raises(StoreError), writing(migrated) as connection:
        connection.connection.cursor().execute("SELECT nothing FROM nowhere")


def test_a_file_that_is_no_database_is_named_as_damaged(tmp_path: Path) -> None:
    """It is not overwritten."""
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseDamagedError) as refusal:
        migrate(open_engine(f"sqlite:///{file}"))
    assert refusal.value.actual == str(file)
    assert file.read_bytes() == b"not a database" * 100


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    """The message goes to logs and screens."""
    with pytest.raises(DatabaseUnavailableError) as refusal:
        migrate(open_engine("postgresql+psycopg://someone:secret@127.0.0.1:1/ledger"))
    assert "127.0.0.1:1" in str(refusal.value)
    assert "secret" not in str(refusal.value)
    with pytest.raises(DatabaseUnavailableError):
        migrate(open_engine(f"sqlite:///{tmp_path / 'missing' / 'ledger.sqlite'}"))


@pytest.mark.parametrize("url", ["mysql://host/ledger", "not a url"])
def test_an_unknown_kind_of_database_is_refused(url: str) -> None:
    """Only the two that are tested are admitted."""
    with pytest.raises(SettingError):
        open_engine(url)


def test_the_embedded_database_is_durable(sqlite_url: str) -> None:
    """A commit is on the disk when it returns; readers do not block the writer."""
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    assert any(pragma.startswith("busy_timeout") for pragma in PRAGMAS)
    assert place(engine) == sqlite_url.removeprefix("sqlite:///")
