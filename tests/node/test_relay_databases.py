"""The queue on both databases: its table, its exactness when two servers write at once."""

import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import EndogeneError, SequenceTakenError
from endogene_token.relay import queue
from endogene_token.relay.models import RelayBatch
from endogene_token.store import reading, writing
from tests.town import BAKERY_TILL, Town, database

ADDRESS = "0x" + "11" * 20
SERVERS = 4


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def town() -> Town:
    """Tills that sign for a ledger; the queue itself asks no chain."""
    where = Community(
        *("Essai", 450_045, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
        *(ADDRESS, ADDRESS, ADDRESS, ADDRESS),
        founding_block=1,
        founding_hash="0x" + "00" * 32,
    )
    return Town(Rpc(["http://127.0.0.1:9"]), where)


def test_the_migration_creates_the_table_of_the_model(engine: Engine) -> None:
    """Columns, kinds and indexes, on both databases."""
    table = str(RelayBatch.__tablename__)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name == table,
                "include_object": lambda _object, name, kind, *_rest: kind != "table" or name == table,
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_batch_comes_back_as_it_was_signed(engine: Engine, town: Town) -> None:
    """Purchases and refunds, to the bit, up to the widest values."""
    batches = (
        town.purchases(BAKERY_TILL, 1, [1, 2**64 - 1], member=2**32 - 1),
        town.reversals(BAKERY_TILL, 3, (2**32 - 1, 2**64 - 1, 2**64 - 1, 2**64 - 1)),
    )
    for one in batches:
        queue.accept(engine, one)
    with reading(engine) as connection, Session(connection) as session:
        rows = [queue.find(session, BAKERY_TILL, sequence) for sequence in (2, 3)]
        assert [row and row.signed for row in rows] == list(batches)


def test_of_servers_that_take_different_batches_at_once_one_wins(engine: Engine, town: Town) -> None:
    """One sequence, one batch; the others are told, and none is left half written."""
    outcomes: list[EndogeneError | None] = []
    start = threading.Barrier(SERVERS)

    def serve(number: int) -> None:
        batch = town.purchases(BAKERY_TILL, 1, [100 + number])
        start.wait()
        try:
            queue.accept(engine, batch)
            outcomes.append(None)
        except EndogeneError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=serve, args=(number,)) for number in range(SERVERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(None) == 1
    assert {type(one) for one in outcomes if one is not None} == {SequenceTakenError}
    with reading(engine) as connection, Session(connection) as session:
        assert queue.depth(session) == queue.Depth(waiting=1, held=0)


def test_a_rejected_batch_gives_its_sequence_back_and_keeps_its_reason(engine: Engine, town: Town) -> None:
    """The till's new batch takes the place; what was rejected can still be read until then."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [100]))
    with writing(engine) as connection, Session(connection) as session:
        row = queue.find(session, BAKERY_TILL, 1)
        assert row is not None
        queue.reject(session, row, SequenceTakenError(actual=1, till=BAKERY_TILL, limit=2))
    with reading(engine) as connection, Session(connection) as session:
        rejected = queue.find(session, BAKERY_TILL, 1)
        assert rejected is not None
        assert str(rejected.trouble) == str(SequenceTakenError(actual=1, till=BAKERY_TILL, limit=2))
        assert queue.next_sequence(session, BAKERY_TILL) == 1
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [200]))
    with reading(engine) as connection, Session(connection) as session:
        newest = queue.find(session, BAKERY_TILL, 1)
        assert newest is not None
        assert newest.state == "queued"
