"""A whole community in one process: it starts, stops, survives SIGKILL, and names what stands in its way."""

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from endogene_token.chain.node import running_node
from endogene_token.chain.views import BalanceSheet
from endogene_token.cli import story
from endogene_token.config import Settings
from endogene_token.errors import (
    BrokenParentHashError,
    DataFolderError,
    NotDeployedError,
    PortTakenError,
    SettingError,
    WrongChainError,
)
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan, Ground
from endogene_token.host.service import running_service
from endogene_token.indexer.audit import audit
from endogene_token.indexer.digest import canonical_digest
from tests.commands import PATIENCE, environment, wait_for_the_end_of_the_chain
from tests.unit.source_tree import ROOT

PLAN = FoundingPlan("Essais")


def settings(folder: Path, **changes: object) -> Settings:
    return Settings.load(data_dir=folder.joinpath("data"), **changes)


def opened(folder: Path, **changes: object) -> Host:
    return Host(settings(folder, **changes), PLAN, api_port=FREE_PORT, node_port=FREE_PORT)


def hashes(host: Host) -> list[str]:
    head = host.ledger.head()
    calls = [("eth_getBlockByNumber", [hex(number), False]) for number in range(head + 1)]
    return [str(block["hash"]) for block in host.rpc.requests(calls)]


@contextmanager
def taken_port() -> Iterator[int]:
    """Give a port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def wait_for_health(url: str) -> None:
    """Wait until the read model follows: the founding is many blocks at once."""
    deadline = time.monotonic() + PATIENCE
    while not httpx.get(f"{url}/v1/health", timeout=30, trust_env=False).json()["ok"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_host_serves_while_it_is_open_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The API answers, other commands find it, and once closed, nothing is left of it."""
    with opened(tmp_path) as host:
        folder, url = host.folder, host.url
        wait_for_health(url)
        assert running_service(folder) == url
        assert running_node(folder.chain) is not None
        host.check()
        assert folder.root.stat().st_mode & 0o77 == 0
    assert running_service(folder) is None
    assert not folder.service.exists()
    assert running_node(folder.chain) is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=30, trust_env=False)


def told_and_killed(data: Path) -> tuple[list[str], BalanceSheet, str]:
    """Let a process tell the demo's story and kill it; return its blocks, balance sheet and digest."""
    command = [sys.executable, "-m", "tests.host.host_process", str(data)]
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'py'}"}
    with subprocess.Popen(
        command, env=environment(**path), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("http://127.0.0.1:")
            with Host(Settings.load(data_dir=data), None, api_port=FREE_PORT) as beside:
                known = hashes(beside), beside.ledger.balance_sheet(), canonical_digest(beside.engine)
                assert running_service(beside.folder) != beside.url
            assert running_service(beside.folder) is not None
        finally:
            process.send_signal(signal.SIGKILL)
    return known


def test_a_host_killed_comes_back_with_the_same_blocks_and_data(tmp_path: Path) -> None:
    """SIGKILL costs nothing: the same hashes, the same balance sheet, the same read model to the byte.

    While it lives, a second host on the same folder does no harm.
    """
    data = tmp_path.joinpath("data")
    blocks, sheet, digest = told_and_killed(data)
    assert sheet.cash > 0
    wait_for_the_end_of_the_chain(data)
    with opened(tmp_path) as again:
        assert hashes(again)[: len(blocks)] == blocks
        assert again.ledger.balance_sheet() == sheet
        again.settle_down()
        assert canonical_digest(again.engine) == digest
        for _ in story.tell(again):
            pass
        assert again.ledger.balance_sheet() == sheet
        assert audit(again.engine, again.ledger).differences == []


@pytest.mark.parametrize("which", ["api_port", "node_port"])
def test_a_taken_port_is_named_and_nothing_is_left_running(tmp_path: Path, which: str) -> None:
    """The error says which port and which setting; the chain that was started for it ends."""
    other = {"api_port": "node_port", "node_port": "api_port"}[which]
    with taken_port() as port, pytest.raises(PortTakenError) as caught:
        Host(settings(tmp_path, **{which: port}), PLAN, **{other: FREE_PORT})
    assert int(str(caught.value.actual)) == port
    assert which.upper() in str(caught.value.limit)
    assert running_node(tmp_path.joinpath("data", "chain")) is None


def test_an_address_of_another_machine_is_a_wrong_setting_and_no_taken_port(tmp_path: Path) -> None:
    """192.0.2.1 belongs to nobody (RFC 5737)."""
    with pytest.raises(SettingError) as caught:
        opened(tmp_path, api_host="192.0.2.1")
    assert caught.value.params["field"] == "api_host"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file stands where the folder should be: not even root may write in it."""
    tmp_path.joinpath("data").write_text("in the way", "utf-8")
    with pytest.raises(DataFolderError) as caught:
        opened(tmp_path)
    assert caught.value.actual == tmp_path.joinpath("data")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a community was founded, and read to its head."""
    folder = tmp_path_factory.mktemp("founded")
    with opened(folder) as host:
        host.settle_down()
    return folder


def test_the_community_of_another_chain_is_refused(founded: Path, tmp_path: Path) -> None:
    """Nothing is sent to a chain that is not the community's own, even with the same chain id."""
    with opened(tmp_path) as host:
        mine = host.folder.community
    mine.write_bytes(founded.joinpath("data", "community.json").read_bytes())
    with pytest.raises(WrongChainError):
        opened(tmp_path)
    assert running_node(tmp_path.joinpath("data", "chain")) is None


def test_without_a_plan_nothing_is_founded(tmp_path: Path) -> None:
    """Who only looks makes no community, and no folder."""
    with pytest.raises(NotDeployedError):
        Ground(settings(tmp_path))
    assert not tmp_path.joinpath("data").exists()


def watched(host: Host) -> None:
    """Watch a host as `endogene up` does, but not for ever."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        host.check()
        time.sleep(0.05)


def test_what_ends_a_worker_reaches_the_caller(founded: Path) -> None:
    """The read model's last block is not the chain's: the indexer stops, and whoever waits is told why."""
    with sqlite3.connect(founded.joinpath("data", "ledger.sqlite")) as database:
        (number,) = database.execute("SELECT block_number FROM cursor").fetchone()
        database.execute("UPDATE cursor SET block_hash = ?", (b"\1" * 32,))
    database.close()
    with opened(founded) as host:
        with pytest.raises(BrokenParentHashError) as caught:
            watched(host)
        assert caught.value.params["block"] == number
