"""The process of the embedded chain: it starts once, ends with its parent, and leaves no anvil behind."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from endogene_token.chain.node import EmbeddedNode, running_node
from endogene_token.chain.node.anvil import end_orphan, find_anvil, free_port
from endogene_token.chain.node.journal import Journal, JournalledBlock
from endogene_token.errors import (
    DatabaseDamagedError,
    DatabaseTooNewError,
    DataFolderError,
    DiskFullError,
    PortTakenError,
    ToolMissingError,
    WrongChainError,
)
from tests.node.chain_client import (
    PATIENCE,
    Sender,
    alive,
    anvil_pid,
    history,
    kill,
    recorded,
    send,
    wait_until,
)

COMMAND = [sys.executable, "-m", "endogene_token.chain.node"]


def test_second_handle_joins_the_node_of_the_first(tmp_path: Path) -> None:
    """One data folder, one chain: who comes second shares it, and does not end it by leaving."""
    with EmbeddedNode(tmp_path) as first:
        with EmbeddedNode(tmp_path) as second:
            assert second.rpc_url == first.rpc_url
            assert (first.started_here, second.started_here) == (True, False)
        assert recorded(first.rpc_url, send(first.rpc_url, Sender().sign()))


def test_second_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    """The lock is the kernel's: two writers of one journal cannot be."""
    with EmbeddedNode(tmp_path) as node:
        second = subprocess.run(
            [*COMMAND, "--data", str(tmp_path), "--port", "0"],
            env=os.environ | {"ENDOGENE_LANG": "en"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert f"already in use, by process {node.pid}" in second.stderr
        assert second.stdout == ""
        assert recorded(node.rpc_url, send(node.rpc_url, Sender().sign()))


def test_command_says_where_it_answers_and_ends_cleanly_on_sigterm(tmp_path: Path) -> None:
    """One line for a person when ready; SIGTERM is a request, and leaves neither anvil nor record."""
    port = free_port()
    with subprocess.Popen(
        [*COMMAND, "--data", str(tmp_path), "--port", str(port)],
        env=os.environ | {"ENDOGENE_LANG": "fr"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"La chaîne 450045 répond à http://127.0.0.1:{port}; son dernier bloc est le 0.\n"
        running = running_node(tmp_path)
        assert running is not None
        assert running.pid == process.pid
        anvil = anvil_pid(tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert not alive(anvil)
    assert not (tmp_path / "node.json").exists()
    assert not (tmp_path / "anvil.pid").exists()


def test_node_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    """kill -9 of a program leaves neither its node nor its anvil: nobody has to look for them."""
    program = (
        "import pathlib, sys, time\n"
        "from endogene_token.chain.node import EmbeddedNode\n"
        "node = EmbeddedNode(pathlib.Path(sys.argv[1]))\n"
        "print(node.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        anvil = anvil_pid(tmp_path)
        assert alive(server)
        assert alive(anvil)
        parent.kill()
    wait_until(lambda: not alive(server))
    wait_until(lambda: not alive(anvil))


def test_record_of_a_killed_node_is_not_taken_for_a_node(tmp_path: Path) -> None:
    """node.json outlives a kill: it is believed only when the same instance answers there."""
    with EmbeddedNode(tmp_path) as node:
        kill(node)
        assert (tmp_path / "node.json").exists()
        assert running_node(tmp_path) is None
    stale = (tmp_path / "node.json").read_text()
    with EmbeddedNode(tmp_path / "other") as other:
        (tmp_path / "node.json").write_text(stale.replace(node.rpc_url, other.rpc_url))
        assert running_node(tmp_path) is None


def test_anvil_that_outlived_its_server_is_ended_by_the_next_start(tmp_path: Path) -> None:
    """Where the system does not end a child with its parent, the pid file does at the next start."""
    pid_file = tmp_path / "anvil.pid"
    orphan = subprocess.Popen(
        [find_anvil(), "--quiet", "--port", str(free_port()), "--cache-path", tmp_path / "anvil.cache"]
    )
    pid_file.write_text(str(orphan.pid))
    with EmbeddedNode(tmp_path):
        assert orphan.wait(PATIENCE) == -signal.SIGKILL


@pytest.mark.parametrize("content", ["", "not a number", "{other}"])
def test_pid_file_that_names_another_program_kills_nothing(tmp_path: Path, content: str) -> None:
    """A number is used again by the system: only an anvil of this very folder is ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "anvil.pid").write_text(content.format(other=other.pid))
        end_orphan(tmp_path / "anvil.pid")
        assert other.poll() is None
        assert not (tmp_path / "anvil.pid").exists()
        other.communicate(b"\n")


def test_taken_port_is_refused_by_name(tmp_path: Path) -> None:
    """The error says which port and which setting changes it; nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as refused:
            EmbeddedNode(tmp_path, port)
    assert (refused.value.actual, refused.value.limit) == (str(port), "ENDOGENE_NODE_PORT")
    assert not (tmp_path / "anvil.pid").exists()


def test_asked_port_is_the_one_that_answers(tmp_path: Path) -> None:
    """A port that was asked for is used, again after a kill."""
    port = free_port()
    for _ in range(2):
        node = EmbeddedNode(tmp_path, port)
        assert node.rpc_url == f"http://127.0.0.1:{port}"
        kill(node)


def test_journal_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """A program never writes into a format that it does not know."""
    with EmbeddedNode(tmp_path):
        pass
    journal = tmp_path / "chain.sqlite"
    with sqlite3.connect(journal) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    before = journal.read_bytes()
    with pytest.raises(DatabaseTooNewError) as refused:
        EmbeddedNode(tmp_path)
    assert (refused.value.actual, refused.value.limit) == ("2", "1")
    assert journal.read_bytes() == before


def test_journal_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A damaged file is named, and not replaced by an empty chain."""
    (tmp_path / "chain.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseDamagedError):
        EmbeddedNode(tmp_path)


def test_journal_of_another_chain_is_refused(tmp_path: Path) -> None:
    """The id of a chain is in every signature: a folder never changes it."""
    with EmbeddedNode(tmp_path, chain_id=31_337) as node:
        assert node.chain_id == node.info().chain_id == 31_337
        with pytest.raises(WrongChainError):
            EmbeddedNode(tmp_path)
    with pytest.raises(WrongChainError) as refused:
        EmbeddedNode(tmp_path)
    assert (refused.value.actual, refused.value.limit) == ("31337", "450045")


def test_full_disk_is_named_and_the_journal_keeps_only_whole_blocks(tmp_path: Path) -> None:
    """SQLite's own limit stands for the disk: a block that does not fit leaves nothing behind."""
    journal = Journal(tmp_path / "chain.sqlite")
    journal.append(JournalledBlock(1, 1, (b"fits",)))
    journal._db.execute("PRAGMA max_page_count = 20")
    with pytest.raises(DiskFullError):
        journal.append(JournalledBlock(2, 2, (b"small", b"x" * 200_000)))
    journal.append(JournalledBlock(2, 3, (b"fits again",)))
    assert [(block.timestamp, block.transactions) for block in journal.blocks()] == [
        (1, (b"fits",)),
        (3, (b"fits again",)),
    ]
    journal.close()


def test_data_folder_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    """A file where the folder should be is told by name."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError):
        EmbeddedNode(tmp_path / "file")


def test_missing_anvil_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what is needed and in which version."""
    monkeypatch.setenv("ENDOGENE_ANVIL", str(tmp_path / "nowhere"))
    with pytest.raises(ToolMissingError) as refused:
        EmbeddedNode(tmp_path)
    assert (refused.value.actual, refused.value.limit) == (str(tmp_path / "nowhere"), "1.7.1")


def test_anvil_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the pinned version promises the same hashes: another one never touches a journal."""
    binary = tmp_path / "anvil"
    binary.write_bytes(find_anvil().read_bytes().replace(b"anvil/v1", b"anvil/v2"))
    binary.chmod(0o755)
    monkeypatch.setenv("ENDOGENE_ANVIL", str(binary))
    with pytest.raises(ToolMissingError) as refused:
        EmbeddedNode(tmp_path / "data")
    assert (refused.value.actual, refused.value.limit) == ("anvil/v2.7.1", "1.7.1")


def test_program_that_is_no_anvil_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that cannot run as anvil does not leave a half-started node."""
    monkeypatch.setenv("ENDOGENE_ANVIL", sys.executable)
    with pytest.raises(ToolMissingError):
        EmbeddedNode(tmp_path)


def test_node_stopped_and_started_serves_the_same_chain(tmp_path: Path) -> None:
    """An ordinary stop is no special case of the journal."""
    with EmbeddedNode(tmp_path) as node:
        send(node.rpc_url, Sender().sign())
        before = history(node.rpc_url)
    with EmbeddedNode(tmp_path) as node:
        assert history(node.rpc_url) == before
