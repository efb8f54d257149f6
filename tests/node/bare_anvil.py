"""An anvil without its journal: a chain that can be rewritten and whose clock can be moved."""

import contextlib
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from endogene_token.chain.node.anvil import find_anvil, free_port
from endogene_token.chain.rpc import Rpc, RpcCall
from endogene_token.errors import NodeUnavailableError

PATIENCE_SECONDS = 60
CHAIN_ID = 450_099

_one_sender = threading.Lock()


class BareRpc(Rpc):
    """Has a bare anvil put what is sent together into one block.

    Left to itself it mines beside the sending: a transaction checked against the block before, and put into
    the pool after the block of the one that it follows, waits there for good.
    """

    def attempts(self, calls: Sequence[RpcCall]) -> list[Any]:
        """Send with the mining stopped, then mine; all else as `Rpc` does."""
        if all(method != "eth_sendRawTransaction" for method, _ in calls):
            return super().attempts(calls)
        with _one_sender:
            self.request("evm_setAutomine", [False])
            try:
                answers = super().attempts(calls)
                self.request("evm_mine")
            finally:
                self.request("evm_setAutomine", [True])  # what another process sent meanwhile is mined, too
        return answers


@contextlib.contextmanager
def bare_anvil(*flags: str) -> Iterator[BareRpc]:
    """Serve an empty chain that mines each transaction at once; the states that it writes out go with it."""
    port = free_port()
    fixed = (
        f"--port {port} --chain-id {CHAIN_ID} --order fifo --quiet --gas-price 0 --block-base-fee-per-gas 0"
    )
    limits = ("--disable-block-gas-limit", "--no-request-size-limit")
    with tempfile.TemporaryDirectory() as states:
        kept = ("--cache-path", states)  # gigabytes in a long test, which a killed anvil would leave at home
        process = subprocess.Popen([str(find_anvil()), *fixed.split(), *limits, *kept, *flags])
        try:
            with BareRpc([f"http://127.0.0.1:{port}"]) as rpc:
                _wait(rpc, process)
                yield rpc
        finally:
            process.kill()
            process.wait()


def _wait(rpc: Rpc, process: subprocess.Popen[bytes]) -> None:
    """Wait until this very process answers: where another holds its port, it ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(NodeUnavailableError):
            assert int(rpc.request("eth_chainId"), 16) == CHAIN_ID, "another chain holds the port"
            assert process.poll() is None, "another anvil holds the port"
            return
        assert process.poll() is None, "anvil has ended"
        assert time.monotonic() < deadline, "anvil does not answer"
        time.sleep(0.02)
