"""A read model without a chain: its rows are written by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from endogene_token.indexer import models
from endogene_token.indexer.models import table_of
from endogene_token.store import migrate, open_engine


@contextmanager
def empty_model(folder: Path) -> Iterator[Connection]:
    """Give an empty read model: only its row of pockets, all zeros, is there."""
    engine = open_engine(f"sqlite:///{folder / 'ledger.sqlite'}")
    migrate(engine)
    with engine.begin() as opened:
        opened.execute(table_of(models.Pockets).delete())
        add(opened, models.Pockets, only_row=1)
        yield opened
    engine.dispose()


def add(connection: Connection, model: type[SQLModel], **values: Any) -> None:
    """Write a row; what is not said is zero, or empty."""
    table = table_of(model)
    for column in table.columns:
        empty = bytes(32) if "BLOB" in str(column.type) or "BYTEA" in str(column.type) else 0
        values.setdefault(column.name, empty)
    connection.execute(table.insert().values(**values))
