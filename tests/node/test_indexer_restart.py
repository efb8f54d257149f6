"""Killed, starved or cut off anywhere, the indexer goes on where it was: nothing lost, nothing doubled."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

from endogene_token.chain.rpc import Rpc
from endogene_token.crash import VARIABLE
from endogene_token.errors import BrokenParentHashError
from endogene_token.indexer import Indexer
from endogene_token.indexer.audit import audit
from endogene_token.indexer.digest import canonical_digest
from endogene_token.indexer.models import READ_MODEL
from tests.node.bare_anvil import bare_anvil
from tests.node.chain_client import wait_until
from tests.node.history import History
from tests.node.meddler import meddling
from tests.town import ALICE, BAKERY_TILL, Town, chain, database, settle_down

SOURCES = Path(__file__).parents[2] / "py" / "endogene_token" / "indexer"
POINTS = sorted(
    {
        name
        for path in SOURCES.rglob("*.py")
        for name in re.findall(r'crash\.point\("([^"]+)"\)', path.read_text())
    }
)
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def whole(lived: Town, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the whole chain, indexed by a process that nothing befell."""
    engine = database(f"sqlite:///{tmp_path_factory.mktemp('whole') / 'ledger.sqlite'}")
    Indexer(engine, lived.rpc, lived.community).catch_up()
    found = canonical_digest(engine)
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def community_file(lived: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("community") / "community.json"
    lived.community.save(path)
    return path


def index(engine: Engine, town: Town, community: Path, crash_at: str) -> subprocess.CompletedProcess[str]:
    """Index in a process of its own."""
    url = engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-m", "tests.node.index_once", url, town.rpc.urls[0], str(community)],
        env={**os.environ, VARIABLE: crash_at, "PYTHONPATH": os.pathsep.join(["py", "."])},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_is_a_crash_point_at_every_boundary() -> None:
    """Before and after each write and each commit; the tests below kill at each."""
    assert POINTS == [
        "indexer.cursor-written",
        "indexer.events-written",
        "indexer.founding-written",
        "indexer.projection-written",
        "indexer.purchases-written",
        "indexer.range-committed",
        "indexer.range-read",
        "indexer.tables-indexed",
    ]


def test_killed_at_every_point_in_turn_it_ends_with_the_same_rows(
    lived: Town, engine: Engine, community_file: Path, whole: str
) -> None:
    """One database goes through every death; each life takes it a little further."""
    first, last = "indexer.founding-written", "indexer.tables-indexed"
    within = [point for point in POINTS if point not in {first, last}]
    deaths = [first, *(f"{point}:{nth}" for nth, point in enumerate(within, 1)), last]
    for death in deaths:
        died = index(engine, lived, community_file, crash_at=death)
        assert died.returncode == -signal.SIGKILL, f"{death}: {died.stderr}"
    ended = index(engine, lived, community_file, crash_at="")
    assert ended.returncode == 0, ended.stderr
    assert canonical_digest(engine) == whole
    assert audit(engine, lived.ledger).differences == []


def test_after_a_death_before_them_the_indexes_are_made_at_the_next_start(
    lived: Town, engine: Engine, community_file: Path
) -> None:
    """They are dropped for the first catching up only; the schema is whole again whatever happened."""
    died = index(engine, lived, community_file, crash_at="indexer.range-committed:2")
    assert died.returncode == -signal.SIGKILL
    assert missing_indexes(engine)
    Indexer(engine, lived.rpc, lived.community).catch_up()
    assert missing_indexes(engine) == []


def missing_indexes(engine: Engine) -> list[object]:
    ours = {str(model.__tablename__) for model in READ_MODEL}
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in ours}
        )
        found = compare_metadata(context, SQLModel.metadata)
    return [one for one in found if one[0] == "add_index" and one[1].table.name in ours]


@pytest.fixture
def quiet() -> Iterator[list[structlog.types.EventDict]]:
    """What was logged."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def test_a_running_indexer_waits_out_a_node_that_is_away(
    lived: Town, sqlite_url: str, whole: str, quiet: list[structlog.types.EventDict]
) -> None:
    """It asks again, less and less often, says why, and loses nothing."""
    engine, stop = database(sqlite_url), threading.Event()
    with meddling(lived.rpc.urls[0]) as meddler, Rpc([meddler.url]) as rpc:
        broken = 4

        def fail(call: dict[str, object], answer: dict[str, object]) -> dict[str, object]:
            nonlocal broken
            broken -= 1
            return {"id": call["id"], "error": {"message": "starting"}} if broken > 0 else answer

        meddler.meddle = fail
        indexer = Indexer(engine, rpc, lived.community, most_blocks=9)
        head = lived.ledger.head()
        thread = threading.Thread(target=indexer.run, args=(stop, 0.01))
        thread.start()
        try:
            wait_until(
                lambda: quiet and indexer._recognised and indexer.position().number == head, PATIENCE_SECONDS
            )
        finally:
            stop.set()
            thread.join()
    assert {line["event"] for line in quiet} == {"indexer.waits"}
    assert canonical_digest(engine) == whole
    engine.dispose()


def test_a_running_indexer_follows_new_blocks_and_stops_when_the_chain_is_rewritten(
    sqlite_url: str, quiet: list[structlog.types.EventDict]
) -> None:
    """What cannot be waited out is raised, and logged."""
    engine, stop = database(sqlite_url), threading.Event()
    stopped: list[BaseException] = []
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        history, indexer = History(town), Indexer(engine, rpc, town.community)

        def follow() -> None:
            try:
                indexer.run(stop, 0.01)
            except BrokenParentHashError as error:
                stopped.append(error)

        thread = threading.Thread(target=follow)
        thread.start()
        try:
            history.buy(BAKERY_TILL, (ALICE, history.today, 100))
            wait_until(
                lambda: indexer._recognised and indexer.position().number == town.ledger.head(),
                PATIENCE_SECONDS,
            )
            rpc.request("evm_increaseTime", [1_000])
            rpc.request("anvil_reorg", [2, []])
            thread.join(PATIENCE_SECONDS)
        finally:
            stop.set()
    assert len(stopped) == 1
    assert [line["code"] for line in quiet if line["event"] == "indexer.stopped"] == ["broken-parent-hash"]
    engine.dispose()


def test_the_embedded_chain_is_indexed_to_the_same_rows_after_its_own_death(
    tmp_path: Path, engine: Engine
) -> None:
    """The node replays its journal to the same hashes, so the indexer goes on without noticing."""
    with chain(tmp_path / "chain") as rpc:
        town = settle_down(rpc)
        history = History(town)
        history.buy(BAKERY_TILL, (ALICE, history.today, 12_345))
        Indexer(engine, rpc, town.community).catch_up()
    with chain(tmp_path / "chain") as rpc:
        history.town = Town(rpc, town.community)
        history.buy(BAKERY_TILL, (ALICE, history.today, 54_321))
        Indexer(engine, rpc, town.community).catch_up()
        assert audit(engine, history.ledger).differences == []
