"""A counter on each kind of database."""

from collections.abc import Iterator

import pytest

from endogene_token.store import migrate, open_engine
from tests.sales.counter import Counter


@pytest.fixture
def counter(database_url: str) -> Iterator[Counter]:
    """A merchant's counter with one hosted till, on SQLite and on PostgreSQL."""
    engine = open_engine(database_url)
    migrate(engine)
    made = Counter(engine)
    made.host()
    yield made
    engine.dispose()
