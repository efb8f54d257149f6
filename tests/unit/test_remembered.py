"""What is computed of the read model is computed once until an event follows, and told of no other state."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from api.remembered import MOST, Remembered
from endogene_token.indexer.models import Event
from endogene_token.store import reading, writing
from tests.town import database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield made
    made.dispose()


def add(engine: Engine, number: int, block: bytes = b"\1" * 32) -> None:
    """Add an event in a block of this number."""
    fields: Any = {
        "chain_id": 1,
        "transaction_hash": b"\2" * 32,
        "address": b"\3" * 20,
        "topics": b"",
        "data": b"",
    }
    with writing(engine) as connection, Session(connection) as session:
        session.add(Event(block_number=number, log_index=0, block_hash=block, block_time=number, **fields))
        session.flush()


def told(engine: Engine, remembered: Remembered, answer: int, question: object = "counts") -> int:
    """Return what is told when computing would tell `answer`."""
    with reading(engine) as connection, Session(connection) as session:
        return remembered.of(session, question, lambda: answer)


def test_an_answer_stands_until_an_event_follows(engine: Engine) -> None:
    """Also before the first event; and a block that takes the place of another is another state."""
    remembered = Remembered()
    assert (told(engine, remembered, 1), told(engine, remembered, 2)) == (1, 1)
    add(engine, 7)
    assert (told(engine, remembered, 3), told(engine, remembered, 4)) == (3, 3)
    add(engine, 8, b"\4" * 32)
    assert told(engine, remembered, 5) == 5


def test_each_question_has_its_answer(engine: Engine) -> None:
    """Nothing is told of one year for another, and no more is kept than a page can ask for."""
    remembered = Remembered()
    for year in range(MOST + 1):
        assert told(engine, remembered, year, ("year", year)) == year
    assert told(engine, remembered, -1, ("year", MOST)) == MOST
    assert told(engine, remembered, -1, ("year", 0)) == -1


def test_who_reads_an_older_state_leaves_nothing_to_the_newer(engine: Engine) -> None:
    """An answer that was slow to compute is of the state that it was read in."""
    remembered = Remembered()

    def slow() -> int:
        add(engine, 7)
        assert told(engine, remembered, 2) == 2
        return 1

    with reading(engine) as connection, Session(connection) as older:
        assert remembered.of(older, "counts", slow) == 1
    assert told(engine, remembered, 3) == 2
