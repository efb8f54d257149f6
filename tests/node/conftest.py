"""What the tests of the indexer share: one chain with a whole history, and a fresh database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.node.bare_anvil import bare_anvil
from tests.node.history import History, live
from tests.node.money_history import prepare, spend
from tests.node.vote_history import decide, leave_unfinished
from tests.town import Town, database, settle_down


@pytest.fixture(scope="session")
def lived() -> Iterator[Town]:
    """A town with a whole history behind it. Nobody adds to it."""
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        history = History(town)
        live(history)
        prepare(town)
        votes = decide(town)
        spend(votes, history)
        leave_unfinished(votes)
        yield town


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty read model: the test runs once on SQLite and once on PostgreSQL."""
    engine = database(database_url)
    yield engine
    engine.dispose()
