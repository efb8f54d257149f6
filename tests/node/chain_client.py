"""What the tests of the embedded chain say to it, through ordinary sockets."""

import itertools
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from eth_account.signers.local import LocalAccount

from endogene_token.chain.node import EmbeddedNode

CHAIN_ID = 450_045
SINK = bytes.fromhex("22" * 20)
PATIENCE = 60.0  # seconds that a process may take to die, on a machine under load
_keys = itertools.count(1)


class Sender:
    """An account of its own that signs empty transfers, one nonce after the other."""

    def __init__(self) -> None:
        self._account: LocalAccount = Account.from_key(next(_keys).to_bytes(32, "big"))
        self._nonce = itertools.count()

    def sign(self, **changes: Any) -> str:
        """Return the next raw transaction; `changes` replace its fields."""
        fields: dict[str, Any] = {
            "to": SINK,
            "value": 0,
            "gas": 21_000,
            "gasPrice": 0,
            "chainId": CHAIN_ID,
            "data": b"",
        }
        if "nonce" not in changes:
            fields["nonce"] = next(self._nonce)
        wanted = {name: value for name, value in (fields | changes).items() if value is not None}
        return "0x" + self._account.sign_transaction(wanted).raw_transaction.hex()

    @property
    def address(self) -> str:
        """The account."""
        return str(self._account.address)

    def sign_range(self, first: int, count: int) -> list[str]:
        """Return `count` raw transactions from nonce `first` on."""
        return [self.sign(nonce=first + i) for i in range(count)]

    def sign_many(self, count: int) -> list[str]:
        """Return the next `count` raw transactions."""
        return [self.sign() for _ in range(count)]


def request(method: str, *params: object, request_id: object = 1) -> dict[str, object]:
    """Return one JSON-RPC request."""
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}


def post(url: str, payload: object) -> Any:
    """Return the JSON answer to a JSON payload."""
    return httpx.post(url, json=payload, timeout=30, trust_env=False).json()


def call(url: str, method: str, *params: object) -> Any:
    """Return the result of one call, which must have one."""
    answer = post(url, request(method, *params))
    assert "error" not in answer, answer
    return answer["result"]


def send(url: str, *raw: str) -> list[str]:
    """Send `raw` in one batch; return their hashes."""
    answers = post(url, [request("eth_sendRawTransaction", one, request_id=i) for i, one in enumerate(raw)])
    return [answer["result"] for answer in answers]


def height(url: str) -> int:
    """Return the number of the last block."""
    return int(call(url, "eth_blockNumber"), 16)


def history(url: str) -> list[tuple[str, str, int, Sequence[str]]]:
    """Return (hash, state root, timestamp, transactions) of every block."""
    numbers = range(height(url) + 1)
    blocks = post(url, [request("eth_getBlockByNumber", hex(n), False, request_id=n) for n in numbers])
    return [
        (block["hash"], block["stateRoot"], int(block["timestamp"], 16), block["transactions"])
        for block in (answer["result"] for answer in blocks)
    ]


def recorded(url: str, transactions: Sequence[str]) -> bool:
    """Return whether each of `transactions` succeeded in a block."""
    return all(
        (call(url, "eth_getTransactionReceipt", each) or {}).get("status") == "0x1" for each in transactions
    )


def kill(node: EmbeddedNode) -> None:
    """Kill the server of `node` with SIGKILL and wait for the end of it and of its anvil."""
    anvil = anvil_pid(node.data_dir)
    os.kill(node.pid, signal.SIGKILL)
    node.stop()
    wait_until(lambda: not alive(anvil))


def anvil_pid(data_dir: Path) -> int:
    """Return the process that executes the blocks of `data_dir`."""
    return int((data_dir / "anvil.pid").read_text())


def alive(pid: int) -> bool:
    """Return whether a process runs: one that nobody waited for yet is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `condition` holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)
