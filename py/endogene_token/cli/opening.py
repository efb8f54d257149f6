"""The database of a data folder, opened for a command that needs no node."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from endogene_token.chain.community import Community
from endogene_token.cli.console import settings
from endogene_token.config import Settings
from endogene_token.host.folder import DataFolder
from endogene_token.store import migrate, open_engine


@contextmanager
def opened(data: Path | None) -> Iterator[tuple[Settings, Engine]]:
    """Open the migrated database of the data folder's community. Raises NotDeployedError, StoreError."""
    found = settings(data_dir=data)
    Community.load(DataFolder(found.data_dir.absolute()).community)
    engine = open_engine(found.database)
    try:
        migrate(engine)
        yield found, engine
    finally:
        engine.dispose()
