"""The tables of kept answers and of webhooks are those of their models, on both databases."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from endogene_token.office.answers import Idempotency
from endogene_token.store import Unit, migrate, open_engine, reading, writing
from endogene_token.webhooks.models import WEBHOOKS, WebhookDelivery, WebhookFeed

OURS = {str(one.__tablename__) for one in (*WEBHOOKS, Idempotency)}


def test_the_migration_creates_the_tables_of_the_models(database_url: str) -> None:
    """A column without its migration, or the reverse, is noticed; the feed begins before everything."""
    engine = open_engine(database_url)
    migrate(engine)
    with engine.connect() as connection:
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _parents: kind != "table" or name in OURS,
            "include_object": lambda _object, name, kind, *_rest: kind != "table" or name in OURS,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []
    with reading(engine) as connection, Session(connection) as session:
        assert session.get_one(WebhookFeed, 1).block_number == 0
    delivery: dict[str, Any] = {
        "endpoint": "e",
        "event": "1-1",
        "type": "t",
        "body": "",
        "since": 0,
        "next_at": 0,
    }
    with writing(engine) as connection, Session(connection) as session:
        session.add_all([WebhookDelivery(**delivery), WebhookDelivery(**delivery)])
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
    engine.dispose()


def test_a_unit_is_whole_or_nothing(database_url: str) -> None:
    """What joins it stands at its commit; an error undoes it all; what is apart stands by itself."""
    engine = open_engine(database_url)
    migrate(engine)
    begun: list[int] = []

    def names() -> list[str]:
        with reading(engine) as connection:
            return [row[0] for row in connection.exec_driver_sql("SELECT caller FROM idempotency ORDER BY 1")]

    def keep(name: str, *, apart: bool = False) -> None:
        with writing(engine, apart=apart) as connection, Session(connection) as session:
            row: dict[str, Any] = {"fingerprint": b"f", "status": 0, "kind": "", "body": b"", "kept_at": 0}
            session.add(Idempotency(caller=name, key_hash=b"k", **row))
            session.flush()

    unit = Unit(engine, lambda _connection: begun.append(1))
    with unit.current():
        keep("apart", apart=True)
        keep("one")
        keep("two")
        assert names() == ["apart"]
        unit.commit()
        assert names() == ["apart", "one", "two"]
        with pytest.raises(IntegrityError):
            keep("one")
        keep("three")
        unit.rollback()
    keep("outside")
    assert names() == ["apart", "one", "outside", "two"]
    assert len(begun) == 3, "once for each of its transactions"
    with unit.current():
        keep("four")
        if engine.dialect.name == "sqlite":
            with pytest.raises(RuntimeError):
                keep("five", apart=True)
    unit.rollback()
    engine.dispose()
