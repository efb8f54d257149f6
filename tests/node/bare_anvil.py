"""An anvil without its journal: a chain that can be rewritten and whose clock can be moved."""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator

from endogene_token.chain.node.anvil import find_anvil, free_port
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import NodeUnavailableError

PATIENCE_SECONDS = 20
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
                _wait(rpc)
                yield rpc
        finally:
            process.kill()
            process.wait()


def _wait(rpc: Rpc) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(NodeUnavailableError):
            rpc.request("eth_chainId")
            return
        assert time.monotonic() < deadline, "anvil does not answer"
        time.sleep(0.02)
