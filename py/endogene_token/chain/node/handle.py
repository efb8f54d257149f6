"""A handle on the embedded chain for the rest of the program: starts it, or joins one that runs."""

import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from urllib.parse import urlsplit

import msgspec

from endogene_token.chain.node.records import DEFAULT_CHAIN_ID, RECORD, NodeInfo, NodeRecord, make_folder
from endogene_token.chain.node.rpc import Rpc
from endogene_token.chain.node.supervision import DECODER, Line, rebuilt
from endogene_token.errors import ChainError, ChainLockedError, NodeUnavailableError, WrongChainError

START_TIMEOUT: Final = 300.0  # seconds; a long journal takes its time to replay
PROBE_TIMEOUT: Final = 2.0  # seconds
STOP_TIMEOUT: Final = 15.0  # seconds
RETRY_INTERVAL: Final = 0.2  # seconds between two tries to join a node that another process is starting


class EmbeddedNode:
    """The embedded chain of `data_dir`, answering at `rpc_url`. A context manager.

    Joins the node that already serves this folder, whatever its port; else starts one, which stops with
    `stop` or when this process ends, however it ends. Safe to start from any thread.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        *,
        chain_id: int = DEFAULT_CHAIN_ID,
        start_timeout: float = START_TIMEOUT,
    ) -> None:
        """Start or join the node and wait, at most `start_timeout` seconds, until it answers.

        `port` 0 takes a free one. Raises PortTakenError, ToolMissingError, DataFolderError,
        DatabaseTooNewError, DatabaseDamagedError, WrongChainError, ReplayMismatchError; ChainLockedError when
        another process holds the folder and does not answer; NodeUnavailableError after `start_timeout`.
        """
        self.data_dir = data_dir.absolute()
        self._process: subprocess.Popen[bytes] | None = None
        self._record = self._start_or_join(port, chain_id, time.monotonic() + start_timeout)
        if self._record.chain_id != chain_id:
            self.stop()
            raise WrongChainError(actual=self._record.chain_id, limit=chain_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def rpc_url(self) -> str:
        """Where the chain answers JSON-RPC, such as http://127.0.0.1:8545."""
        return self._record.rpc_url

    @property
    def chain_id(self) -> int:
        """The id of the chain."""
        return self._record.chain_id

    @property
    def pid(self) -> int:
        """The process of the node's server."""
        return self._record.pid

    @property
    def started_here(self) -> bool:
        """Whether this handle started the node, and so stops it."""
        return self._process is not None

    def info(self) -> NodeInfo:
        """Return the state of the journal. Raises NodeUnavailableError."""
        return _ask(self._record.rpc_url)

    def stop(self) -> None:
        """Stop the node that this handle started, once what it accepted is recorded; do nothing otherwise."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start_or_join(self, port: int, chain_id: int, deadline: float) -> NodeRecord:
        while True:
            record = running_node(self.data_dir)
            if record is not None and _stays(record):
                return record
            if record is not None and time.monotonic() < deadline:
                time.sleep(RETRY_INTERVAL)  # an orphan: it frees its port and the folder in a moment
                continue
            try:
                return self._start(port, chain_id, deadline)
            except ChainLockedError:  # another process is starting, or stopping
                if time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_INTERVAL)

    def _start(self, port: int, chain_id: int, deadline: float) -> NodeRecord:
        options = ["--data", str(self.data_dir), "--port", str(port), "--chain-id", str(chain_id)]
        make_folder(self.data_dir)
        with (self.data_dir / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "endogene_token.chain.node", "--supervised", *options],
                stdin=subprocess.PIPE,  # its end tells the child that we are gone
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop the node after those who use it
            )
        try:
            return _first_line(self._process.stdout, self.data_dir / "node.log", deadline)
        except BaseException:
            self.stop()
            raise


def running_node(data_dir: Path) -> NodeRecord | None:
    """Return the node that serves `data_dir` now, or None. A node.json that a kill left behind is no node."""
    try:
        record = msgspec.json.decode((data_dir / RECORD).read_bytes(), type=NodeRecord)
        return record if _ask(record.rpc_url).instance == record.instance else None
    except (OSError, msgspec.DecodeError, ChainError):
        return None


def _stays(record: NodeRecord) -> bool:
    """Return whether the node is to be counted on: one whose supervisor was killed is about to stop."""
    if record.supervisor == 0:
        return True
    try:
        os.kill(record.supervisor, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process: it lives
        return True
    return True


def _first_line(output: IO[bytes] | None, log: Path, deadline: float) -> NodeRecord:
    if output is None:
        raise NodeUnavailableError(actual=log)
    with output, selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        ready = selector.select(max(0.0, deadline - time.monotonic()))
        line = DECODER.decode(output.readline() or b"{}") if ready else Line()
    if line.error is not None:
        raise rebuilt(line.error)
    if line.ready is None:  # it ended without a word, or is still busy: its log tells
        raise NodeUnavailableError(actual=log)
    return line.ready


def _ask(rpc_url: str) -> NodeInfo:
    rpc = Rpc(urlsplit(rpc_url).port or 0, timeout=PROBE_TIMEOUT)
    try:
        return rpc.call("endogene_nodeInfo", kind=NodeInfo)
    finally:
        rpc.close()
