"""A disk that is full stops the indexer, which says so; once there is room it goes on with nothing lost."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from endogene_token.errors import DiskFullError
from endogene_token.indexer import Indexer
from endogene_token.indexer.digest import canonical_digest
from endogene_token.store import place
from tests import postgresql
from tests.town import Town, database

DISK_BYTES = 32 * 2**20
ROOM_BYTES = 150_000  # less than the history needs


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("NOT TESTED ON A FULL DISK: only root may mount one")
    folder.parent.chmod(0o755)
    yield folder
    unmount = ["umount", "-l", str(folder)]
    subprocess.run(unmount, check=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, disk: Path) -> Iterator[Engine]:
    """A read model on the small disk."""
    home = disk / "database"
    home.mkdir()
    if request.param == "sqlite":
        engine = database(f"sqlite:///{home / 'ledger.sqlite'}")
        yield engine
        engine.dispose()
        return
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    for folder in disk.parents:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    with server.database(home) as url:
        engine = database(url)
        yield engine
        engine.dispose()


def fill(disk: Path, room: int) -> Callable[[], None]:
    """Leave `room` bytes on the disk; return what takes the filling away."""
    filling = disk / "filling"
    left = os.statvfs(disk)
    filling.write_bytes(bytes(max(0, left.f_bavail * left.f_bsize - room)))
    return filling.unlink


def test_a_full_disk_stops_the_indexer_and_room_lets_it_go_on(
    lived: Town, engine: Engine, disk: Path
) -> None:
    """What was committed stays, what was not leaves no trace."""
    indexer = Indexer(engine, lived.rpc, lived.community, most_blocks=2)
    indexer.step()
    make_room = fill(disk, ROOM_BYTES)
    with pytest.raises(DiskFullError) as full:
        indexer.catch_up()
    assert full.value.actual == place(engine)
    make_room()
    held = indexer.position().number
    assert lived.community.founding_block <= held < lived.ledger.head()
    assert indexer.catch_up() == lived.ledger.head()
    whole = database(f"sqlite:///{disk.parent / 'whole.sqlite'}")
    Indexer(whole, lived.rpc, lived.community).catch_up()
    assert canonical_digest(engine) == canonical_digest(whole)
    whole.dispose()


def test_a_database_that_may_not_grow_is_a_full_disk(lived: Town, sqlite_url: str) -> None:
    """The same without a disk to fill: SQLite itself refuses the next page."""
    engine = database(sqlite_url)
    engine.dispose()
    grow = True

    @event.listens_for(engine, "connect")
    def limit(connection: object, _entry: object) -> None:
        if not grow:
            connection.execute("PRAGMA max_page_count = 60")  # type: ignore[attr-defined]

    grow = False
    with pytest.raises(DiskFullError):
        Indexer(engine, lived.rpc, lived.community, most_blocks=2).catch_up()
    engine.dispose()
    grow = True
    assert Indexer(engine, lived.rpc, lived.community).catch_up() == lived.ledger.head()
    engine.dispose()
