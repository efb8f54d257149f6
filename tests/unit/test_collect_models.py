"""The tables of the treasury's movements: as migrated, and what the database itself refuses."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel

from endogene_token.errors import StoreError
from endogene_token.store import migrate, open_engine, writing
from endogene_token.treasury.collect.models import COLLECT_TABLES, BankItem, BankMandate, BankRun


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Either database, migrated."""
    found = open_engine(database_url)
    migrate(found)
    yield found
    found.dispose()


def keep(engine: Engine, *rows: SQLModel) -> None:
    with writing(engine) as connection, Session(connection) as session:
        session.add_all(rows)
        session.commit()


def change(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))


def run(number: int, file_number: int, state: str = "approved") -> BankRun:
    words: dict[str, Any] = {"direction": "debit", "scheme": "cpa", "month": "2026-10", "day": "2026-11-20"}
    words |= {"noticed_on": "2026-11-02", "file_kind": "cpa005", "drafted_by": "a", "approved_by": "b"}
    times: dict[str, Any] = {"created_at": 1, "handed_in_at": 0}
    return BankRun(
        number=number, file_number=file_number, state=state, content=b"file", sha256=b"h", **words, **times
    )


def item(reference: str, state: str = "filed") -> BankItem:
    words: dict[str, Any] = {
        "direction": "debit",
        "kind": "premiums",
        "party": "merchant",
        "statement": "2026-000001",
    }
    whole: dict[str, Any] = {
        "run": 1,
        "party_number": 4,
        "account": 1,
        "object": 0,
        "amount": 100,
        "premiums": 90,
        "tax": 10,
    }
    rest: dict[str, Any] = {"day": "2026-11-20", "line": b"", "return_code": "", "changed_at": 1}
    return BankItem(reference=reference, state=state, **words, **whole, **rest)


def mandate(reference: str, state: str = "active") -> BankMandate:
    words: dict[str, Any] = {
        "scheme": "cpa",
        "signed": "2026-10-01",
        "name": "Boulangerie",
        "tail": "4567",
        "ended_why": "",
    }
    return BankMandate(
        merchant=4, reference=reference, state=state, sealed_account=b"s", first_used=0, created_at=1, **words
    )


def test_the_migration_creates_the_tables_of_the_models(engine: Engine) -> None:
    """On both databases the schema is the same."""
    ours = {str(model.__tablename__) for model in COLLECT_TABLES}
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
        "include_object": lambda _object, name, kind, *_rest: kind != "table" or name in ours,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM bank_item",
        "DELETE FROM bank_run",
        "UPDATE bank_item SET amount = 1",
        "UPDATE bank_item SET reference = 'D2026-000009'",
        "UPDATE bank_run SET file_number = 8",
    ],
)
def test_what_was_asked_of_the_bank_stays(engine: Engine, statement: str) -> None:
    """The database itself refuses; the states may move."""
    keep(engine, run(1, 7), item("D2026-000001"))
    change(engine, "UPDATE bank_item SET state = 'collected'")
    change(engine, "UPDATE bank_run SET state = 'handed-in'")
    with pytest.raises((DBAPIError, StoreError)):
        change(engine, statement)


def test_a_file_is_made_once(engine: Engine) -> None:
    """A run without a file gets its number; then the number stays."""
    keep(engine, run(1, 0, "drafted"))
    change(engine, "UPDATE bank_run SET file_number = 7, state = 'approved'")
    with pytest.raises((DBAPIError, StoreError)):
        change(engine, "UPDATE bank_run SET file_number = 8")


def test_what_serves_once_is_refused_twice(engine: Engine) -> None:
    """A statement is collected once, a file's number is one run's, a merchant has one active mandate."""
    keep(engine, run(1, 7), item("D2026-000001"), mandate("M-1"))
    for second in (item("D2026-000002"), run(2, 7), mandate("M-2"), mandate("M-1", "ended")):
        with pytest.raises((IntegrityError, StoreError)):
            keep(engine, second)


def test_what_came_back_or_was_cancelled_may_be_asked_again(engine: Engine) -> None:
    """The test above can fail: these are not in its way."""
    keep(engine, run(1, 7, "cancelled"), item("D2026-000001", "returned"), mandate("M-1", "ended"))
    keep(engine, run(2, 7), item("D2026-000002", "cancelled"), item("D2026-000003"), mandate("M-2"))
