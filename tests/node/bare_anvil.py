"""An anvil without its journal: a chain that can be rewritten and whose clock can be moved."""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator

from endogene_token.chain.node.anvil import find_anvil, free_port
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import NodeUnavailableError

PATIENCE_SECONDS = 60
CHAIN_ID = 450_099


@contextlib.contextmanager
def bare_anvil(*flags: str) -> Iterator[Rpc]:
    """Serve an empty chain that mines each transaction at once; the states that it writes out go with it."""
    port = free_port()
    options = ("--port", str(port), "--chain-id", str(CHAIN_ID), "--disable-block-gas-limit", "--quiet")
    free = ("--gas-price", "0", "--block-base-fee-per-gas", "0", "--no-request-size-limit")
    with tempfile.TemporaryDirectory() as states:
        kept = ("--cache-path", states)  # gigabytes in a long test, which a killed anvil would leave at home
        process = subprocess.Popen([str(find_anvil()), *options, *free, *kept, *flags])
        try:
            with Rpc([f"http://127.0.0.1:{port}"]) as rpc:
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
