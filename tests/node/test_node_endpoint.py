"""The endpoint of the embedded chain: sends share blocks, reads pass, the rest is refused."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from endogene_token.chain.node import EmbeddedNode
from tests.node.chain_client import CHAIN_ID, Sender, call, height, history, post, recorded, request, send

LOG_SIZE = 1_000_000  # bytes of data in one log
LOGS = 16  # together over 30 MB in hexadecimal


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One chain for all tests of this module: each uses accounts of its own."""
    with EmbeddedNode(tmp_path_factory.mktemp("node")) as node:
        yield node.rpc_url


def test_one_batch_of_sends_makes_one_block_in_its_order(tmp_path: Path) -> None:
    """200 sends of two accounts in turn: more than anvil itself keeps in order; a replay keeps it too."""
    one, other = Sender(), Sender()
    with EmbeddedNode(tmp_path) as node:
        hashes = send(node.rpc_url, *[raw for _ in range(100) for raw in (one.sign(), other.sign())])
        before = history(node.rpc_url)
        assert [block[3] for block in before] == [[], hashes]
        assert recorded(node.rpc_url, hashes[-2:])
    with EmbeddedNode(tmp_path) as node:
        assert history(node.rpc_url) == before


async def test_sends_of_many_clients_at_once_share_blocks(url: str) -> None:
    """A block costs a look at the whole state: forty clients do not make forty blocks."""
    before = height(url)
    raws = [Sender().sign() for _ in range(40)]
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        payloads = [request("eth_sendRawTransaction", raw) for raw in raws]
        answers = await asyncio.gather(*(client.post(url, json=each) for each in payloads))
    assert recorded(url, [answer.json()["result"] for answer in answers])
    assert height(url) - before <= 20


def test_mixed_batch_is_answered_in_its_order_under_its_ids(url: str) -> None:
    """A read after a send in the same batch sees what was sent; a bad entry spoils only itself."""
    sender = Sender()
    raw = sender.sign()
    batch = [
        request("eth_getTransactionCount", sender.address, "latest", request_id="before"),
        request("eth_sendRawTransaction", raw, request_id=7),
        request("eth_sendRawTransaction", "0x1234", request_id=8),
        request("evm_mine", request_id=9),
        request("eth_getTransactionCount", sender.address, "latest", request_id=None),
        request("endogene_nodeInfo", request_id=10),
    ]
    answers = post(url, batch)
    assert [answer["id"] for answer in answers] == ["before", 7, 8, 9, None, 10]
    assert [answers[0]["result"], answers[4]["result"]] == ["0x0", "0x1"]
    assert recorded(url, [answers[1]["result"]])
    assert "error" in answers[2]
    assert "error" in answers[3]
    assert answers[5]["result"]["height"] == height(url)


@pytest.mark.parametrize(
    "method",
    [
        "anvil_mine",
        "anvil_setBalance",
        "anvil_dropTransaction",
        "evm_mine",
        "evm_revert",
        "evm_increaseTime",
        "hardhat_setStorageAt",
        "tenderly_setBalance",
        "eth_sendTransaction",
        "eth_sendUnsignedTransaction",
        "eth_sendRawTransactionSync",
        "eth_signTransaction",
        "personal_sendTransaction",
        "debug_setHead",
        "miner_start",
        "",
        "unheard_of",
    ],
)
def test_method_that_would_pass_the_journal_is_refused_with_advice(url: str, method: str) -> None:
    """Only what is journalled may change the chain; the refusal names the method that does."""
    before = history(url)
    answer = post(url, request(method, {"from": Sender().address}, request_id="x"))
    assert answer["id"] == "x"
    assert answer["error"]["code"] == -32601
    assert answer["error"]["data"]["error"] == "MethodRefusedError"
    assert answer["error"]["data"]["actual"] == method
    assert "eth_sendRawTransaction" in answer["error"]["data"]["advice"]
    assert history(url) == before


def _changed(sender: Sender) -> dict[str, str]:
    used = sender.sign()
    return {
        "wrong chain, new type": Sender().sign(
            chainId=CHAIN_ID + 1, gasPrice=None, type=2, maxFeePerGas=0, maxPriorityFeePerGas=0
        ),
        "more gas money than it has": Sender().sign(gasPrice=1),
        "too little gas": Sender().sign(gas=20_999),
        "cut": used[:-2],
        "no bytes": "0x",
        "odd": used[:-1],
        "no prefix": used[2:],
        "not hexadecimal": "0xzz",
    }


def test_transaction_that_anvil_rejects_is_answered_with_its_error_and_makes_no_block(url: str) -> None:
    """A rejected transaction leaves no trace: no block, nothing in the pool, nothing to replay."""
    before = height(url)
    for why, raw in _changed(Sender()).items():
        answer = post(url, request("eth_sendRawTransaction", raw))
        assert answer["error"]["message"], why
        assert "result" not in answer, why
    assert height(url) == before


def test_old_style_transaction_of_another_chain_is_refused_by_name(url: str) -> None:
    """anvil would take it, answer its hash and drop it: here its sender learns which chain it is for."""
    before = height(url)
    error = post(url, request("eth_sendRawTransaction", Sender().sign(chainId=1)))["error"]
    assert error["data"]["error"] == "ForeignTransactionError"
    assert (error["data"]["actual"], error["data"]["limit"]) == ("1", str(CHAIN_ID))
    assert height(url) == before


def test_nonce_used_twice_is_refused_within_a_batch_and_after_its_block(url: str) -> None:
    """The second transaction of a nonce is answered with anvil's own words, the first is recorded."""
    sender = Sender()
    raw = sender.sign(nonce=0)
    first, second = post(url, [request("eth_sendRawTransaction", raw, request_id=i) for i in range(2)])
    assert recorded(url, [first["result"]])
    assert second["error"]["message"] == "transaction already imported"
    again = post(url, request("eth_sendRawTransaction", raw))
    assert again["error"]["message"] == "nonce too low"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b'[{"method": "eth_chainId"}, 7]', -32600),
        (b'{"id": 1}', -32600),
        (b'{"id": 1, "method": "eth_sendRawTransaction", "params": {}}', -32602),
        (b'{"id": 1, "method": "eth_sendRawTransaction", "params": ["0x00", 1]}', -32602),
        (b'{"id": 1, "method": "eth_sendRawTransaction"}', -32602),
    ],
)
def test_malformed_request_is_answered_with_the_error_of_the_protocol(
    url: str, body: bytes, code: int
) -> None:
    """A client's fault is the client's: an answer that says so, and a server that goes on."""
    answer = httpx.post(url, content=body, timeout=30, trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == code
    assert call(url, "eth_chainId") == hex(CHAIN_ID)


def test_answer_of_30_megabytes_streams_through(tmp_path: Path) -> None:
    """Logs pass as bytes, in pieces: the server never holds such an answer whole."""
    emit = bytes.fromhex("62") + LOG_SIZE.to_bytes(3, "big") + bytes.fromhex("5fa0")  # PUSH3, PUSH0, LOG0
    with EmbeddedNode(tmp_path) as node:
        creation = Sender().sign(to=None, data=emit * LOGS, gas=400_000_000)
        assert recorded(node.rpc_url, send(node.rpc_url, creation))
        before = _peak_memory(node.pid)
        query = request("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
        received = 0
        with httpx.stream("POST", node.rpc_url, json=query, trust_env=False, timeout=60) as answer:
            for piece in answer.iter_raw():
                received += len(piece)
        assert received > 2 * LOG_SIZE * LOGS
        assert _peak_memory(node.pid) - before < received / 3


def _peak_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_small_answers_do_not_wait_for_an_acknowledgement(url: str) -> None:
    """On a kept connection the system may hold a small packet for 40 ms: every read would cost that."""
    with httpx.Client(timeout=30, trust_env=False) as client:
        times = []
        for _ in range(21):
            start = time.perf_counter()
            client.post(url, json=request("eth_blockNumber"))
            times.append(time.perf_counter() - start)
    assert min(times) < 0.030


def test_get_answers_the_state_of_the_journal(url: str) -> None:
    """A health check learns the height without speaking JSON-RPC."""
    send(url, Sender().sign())
    info = httpx.get(url, timeout=30, trust_env=False).json()
    block = call(url, "eth_getBlockByNumber", "latest", False)
    assert info["height"] == int(block["number"], 16)
    assert (info["hash"], info["timestamp"]) == (block["hash"], int(block["timestamp"], 16))
    assert info["genesisHash"] == call(url, "eth_getBlockByNumber", "0x0", False)["hash"]
    assert info["chainId"] == CHAIN_ID


def test_request_addressed_to_another_host_is_refused(url: str) -> None:
    """A web page cannot reach the chain of the machine that shows it by giving 127.0.0.1 its own name."""
    answer = httpx.post(
        url, json=request("eth_chainId"), headers={"host": "evil.example"}, timeout=30, trust_env=False
    )
    assert answer.status_code == 400


def test_block_over_the_usual_gas_limit_is_mined(url: str) -> None:
    """A founding deploys and enrols in few blocks: no limit of a public chain stops it."""
    sender = Sender()
    hashes = send(url, *[sender.sign(gas=30_000_000) for _ in range(3)])
    assert recorded(url, hashes)
    assert len({call(url, "eth_getTransactionReceipt", each)["blockNumber"] for each in hashes}) == 1
