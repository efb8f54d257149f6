"""The process of the embedded chain: a lock, a port, a journal, an anvil, an endpoint.

Its data folder holds chain.sqlite (the journal: the only file to keep), node.lock, node.json (where the
running node answers), anvil.pid, anvil.log and node.log.
"""

import asyncio
import errno
import fcntl
import os
import signal
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import uvicorn

from endogene_token.chain.node.anvil import PINNED_VERSION, Anvil, ChainParameters, find_anvil
from endogene_token.chain.node.collector import Collector
from endogene_token.chain.node.journal import Genesis, Journal
from endogene_token.chain.node.producer import BlockProducer
from endogene_token.chain.node.records import (
    DEFAULT_CHAIN_ID,
    DEFAULT_PORT,
    JOURNAL,
    RECORD,
    NodeInfo,
    NodeRecord,
    make_folder,
)
from endogene_token.chain.node.rpc import HOST
from endogene_token.chain.node.server import Endpoint
from endogene_token.errors import ChainLockedError, DataFolderError, NodeUnavailableError, PortTakenError
from endogene_token.hexes import to_hex
from endogene_token.sockets import tcp_listener

HARDFORK: Final = "cancun"  # what the validators of production run
PORT_SETTING: Final = "ENDOGENE_NODE_PORT"
WATCH_INTERVAL: Final = 0.25  # seconds between two looks at anvil
BACKLOG: Final = 2048  # callers that wait to be accepted
GRACE: Final = 5  # seconds that a stop leaves to requests in hand


@dataclass(frozen=True, slots=True)
class Options:
    """What a node is started with. `port` 0 chooses a free one; `until_stdin_closes` ties it to a parent."""

    data_dir: Path
    port: int = DEFAULT_PORT
    chain_id: int = DEFAULT_CHAIN_ID
    lang: str = "fr"
    until_stdin_closes: bool = False


def run(options: Options, announce: Callable[[NodeRecord, NodeInfo], None]) -> None:
    """Replay the chain of the data folder and serve it until SIGTERM, SIGINT or the end of stdin.

    `announce` is called once, when the chain answers. Raises DataFolderError, ChainLockedError,
    PortTakenError, ToolMissingError, DatabaseTooNewError, WrongChainError, ReplayMismatchError, and
    NodeUnavailableError when anvil ends by itself.
    """
    folder = options.data_dir
    make_folder(folder)
    with ExitStack() as stack:
        stack.enter_context(_locked(folder))
        listener = stack.enter_context(_listening(options.port))
        journal = Journal(folder / JOURNAL)
        stack.callback(journal.close)
        genesis = journal.genesis()
        chain = (
            ChainParameters(options.chain_id, int(time.time()), HARDFORK)
            if genesis is None
            else ChainParameters(genesis.chain_id, genesis.timestamp, genesis.hardfork)
        )
        anvil = Anvil(find_anvil(), folder, chain)
        stack.callback(anvil.stop)
        producer = BlockProducer(journal, anvil.rpc)
        genesis = producer.replay(options.chain_id, chain.hardfork)
        node = _Node(anvil, producer, genesis, _record(genesis, listener, options.until_stdin_closes))
        asyncio.run(_serve(options, listener, node, announce))


@dataclass(frozen=True, slots=True)
class _Node:
    anvil: Anvil
    producer: BlockProducer
    genesis: Genesis
    record: NodeRecord

    def info(self) -> NodeInfo:
        head = self.producer.head
        return NodeInfo(
            instance=self.record.instance,
            chain_id=self.genesis.chain_id,
            height=head.number,
            timestamp=head.timestamp,
            hash=to_hex(head.hash),
            genesis_hash=to_hex(self.genesis.hash),
            anvil=PINNED_VERSION,
            hardfork=self.genesis.hardfork,
            pid=self.record.pid,
        )

    async def watch(self) -> None:
        """Return never; raise NodeUnavailableError when anvil ends."""
        while self.anvil.alive:  # noqa: ASYNC110 (a process has no event to wait for without a thread)
            await asyncio.sleep(WATCH_INTERVAL)
        raise NodeUnavailableError(actual=self.anvil.rpc.url)


def _record(genesis: Genesis, listener: socket.socket, supervised: bool) -> NodeRecord:
    return NodeRecord(
        instance=uuid.uuid4().hex,
        rpc_url=f"http://{HOST}:{listener.getsockname()[1]}",
        chain_id=genesis.chain_id,
        pid=os.getpid(),
        supervisor=os.getppid() if supervised else 0,
    )


async def _serve(
    options: Options,
    listener: socket.socket,
    node: _Node,
    announce: Callable[[NodeRecord, NodeInfo], None],
) -> None:
    collector = Collector(node.producer)
    endpoint = Endpoint(node.anvil.rpc.url, collector, node.info, options.lang)
    server = _Server(uvicorn.Config(endpoint.app(), log_level="warning", timeout_graceful_shutdown=GRACE))
    _stop_on_signals(server, options.until_stdin_closes)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    tasks = [asyncio.create_task(collector.run()), asyncio.create_task(node.watch())]
    with _recorded(options.data_dir / RECORD, node.record):
        announce(node.record, node.info())
        await asyncio.wait([*tasks, serving], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving  # the requests in hand are answered, or given up after GRACE
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await endpoint.close()
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


class _Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn would raise them again at its end, before anvil is stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _stop_on_signals(server: uvicorn.Server, until_stdin_closes: bool) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True
        loop.remove_reader(sys.stdin.fileno())

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), stop)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    # a lock of the kernel: it ends with the process, however that ends
    try:
        file = (folder / "node.lock").open("a+")
    except OSError as error:
        raise DataFolderError(actual=folder) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise ChainLockedError(actual=folder, limit=file.read()) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    # bound before the replay: a taken port is told at once, and early callers wait instead of failing.
    with tcp_listener() as listener:
        try:
            listener.bind((HOST, port))
            listener.listen(BACKLOG)
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortTakenError(actual=port, limit=PORT_SETTING) from error
            raise
        yield listener


@contextmanager
def _recorded(path: Path, record: NodeRecord) -> Iterator[None]:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(record))
    fresh.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
