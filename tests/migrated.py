"""Databases of the newest schema, copied: to migrate one anew takes ten times as long as most tests need."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from endogene_token.store import migrate, open_engine

SCHEME = "sqlite:///"


def copy_sqlite(url: str) -> None:
    """Make the file at `url` a migrated database, unless it exists."""
    file = Path(url.removeprefix(SCHEME))
    if not file.exists():
        shutil.copyfile(_sqlite_file(), file)


def fill(url: str) -> None:
    """Migrate the empty database at `url`, and leave no connection to it."""
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


@cache
def _sqlite_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="endogene-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "ledger.sqlite"
    fill(f"{SCHEME}{file}")
    return file
