"""Nodes that stop, lie or stammer: the next one is asked, or the error says which and what."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from endogene_token.chain.rpc import Rpc
from endogene_token.errors import NodeAnswerError, NodeUnavailableError, SequenceError, SettingError
from tests.contracts.scripted_node import Script, answer, body, scripted

REVERT = keccak(b"Membership_SequenceMismatch(uint64,uint64)")[:4] + encode(["uint64", "uint64"], [4, 6])


def healthy(asked: Any) -> tuple[int, bytes]:
    if isinstance(asked, list):
        return body([answer(one, result=one["method"]) for one in reversed(asked)])
    return body(answer(asked, result=asked["method"]))


def failing(_: Any) -> tuple[int, bytes]:
    return 503, b"no node behind this proxy"


@contextmanager
def asking(script: Script) -> Iterator[Rpc]:
    with scripted(script) as node, Rpc([node.url]) as rpc:
        yield rpc


def closed_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_node_that_does_not_answer_is_replaced_by_the_next() -> None:
    """A closed port and a proxy without its node are passed over; the one that answered is asked first."""
    with scripted(failing) as first, scripted(healthy) as second:
        with Rpc([closed_port(), first.url, second.url]) as rpc:
            assert [rpc.request("eth_chainId"), rpc.request("net_version")] == ["eth_chainId", "net_version"]
        assert (len(first.asked), len(second.asked)) == (1, 2)


def test_a_node_that_comes_back_is_asked_when_the_other_stops() -> None:
    """No node is given up for good."""
    up = {"first": False, "second": True}

    def node(name: str) -> Any:
        return lambda asked: healthy(asked) if up[name] else failing(asked)

    with (
        scripted(node("first")) as first,
        scripted(node("second")) as second,
        Rpc([first.url, second.url]) as rpc,
    ):
        rpc.request("eth_chainId")
        up.update(first=True, second=False)
        assert rpc.request("eth_chainId") == "eth_chainId"


def test_without_any_node_every_address_is_named() -> None:
    """Who reads the message knows what to start."""
    urls = [closed_port(), closed_port()]
    with Rpc(urls) as rpc, pytest.raises(NodeUnavailableError) as caught:
        rpc.request("eth_chainId")
    assert all(url in str(caught.value) for url in urls)


def test_without_an_address_nothing_starts() -> None:
    """An empty setting is a mistake, not a node to look for."""
    with pytest.raises(SettingError):
        Rpc([])


def test_a_batch_is_one_request_whose_answers_come_in_order() -> None:
    """A node may answer a batch in any order."""
    with scripted(healthy) as node, Rpc([node.url]) as rpc:
        methods = [f"method_{i}" for i in range(20)]
        assert rpc.requests([(one, []) for one in methods]) == methods
        assert rpc.requests([]) == []
        assert len(node.asked) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[1]", b'{"result": ', b'"text"', b"{}", b'{"detail": "Not Found"}', b'[{"id": 0}]'],
)
def test_an_answer_that_is_none_is_shown(content: bytes) -> None:
    """What a wrong address answers is not taken for a result, in a batch or alone."""
    with asking(lambda _: (200, content)) as rpc:
        with pytest.raises(NodeAnswerError) as alone:
            rpc.request("eth_chainId")
        with pytest.raises(NodeAnswerError):
            rpc.requests([("eth_chainId", [])] * 2)
    assert "eth_chainId" in str(alone.value)


def test_a_node_that_takes_no_batches_says_so() -> None:
    """Its one answer to many calls is its error, not theirs."""
    refused = {"id": None, "error": {"code": -32600, "message": "batches are not allowed"}}
    with asking(lambda _: body(refused)) as rpc, pytest.raises(NodeAnswerError) as caught:
        rpc.requests([("eth_chainId", [])] * 2)
    assert "batches are not allowed" in str(caught.value)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("message", ["execution reverted: 0x", "Execution reverted", "VM Exception: revert"])
def test_a_revert_is_the_refusal_that_its_bytes_tell(message: str, status: int) -> None:
    """Each node words it in its way; the bytes are the contract's."""
    error = {"code": 3, "message": message, "data": "0x" + REVERT.hex()}
    with (
        asking(lambda one: body(answer(one, error=error), status)) as rpc,
        pytest.raises(SequenceError) as caught,
    ):
        rpc.request("eth_call")
    assert (caught.value.actual, caught.value.limit) == (4, 6)


@pytest.mark.parametrize("data", [None, "0xnothex", "Reverted 0x", {"code": "method-refused"}, "0x01"])
def test_any_other_error_is_told_in_the_nodes_words(data: object) -> None:
    """An error of the node is not mistaken for the ledger's."""
    error = {"code": -32000, "message": "nonce too low", "data": data}
    with asking(lambda one: body(answer(one, error=error))) as rpc, pytest.raises(NodeAnswerError) as caught:
        rpc.request("eth_sendRawTransaction")
    assert "nonce too low" in str(caught.value)


def test_one_bad_call_of_a_batch_leaves_the_others_their_results() -> None:
    """Who asked for each outcome gets each."""

    def script(asked: Any) -> tuple[int, bytes]:
        error = {"code": 3, "message": "execution reverted", "data": "0x" + REVERT.hex()}
        return body([answer(one, **({"error": error} if one["id"] == 1 else {"result": 7})) for one in asked])

    with asking(script) as rpc:
        first, second, third = rpc.attempts([("eth_call", [])] * 3)
        with pytest.raises(SequenceError):
            rpc.requests([("eth_call", [])] * 3)
    assert (first, type(second), third) == (7, SequenceError, 7)


def test_the_raw_answer_is_the_nodes_own() -> None:
    """Who reads a million logs parses them himself."""
    raw = b'{"jsonrpc":"2.0","id":0,"result":[1, 2]}'
    with asking(lambda _: (200, raw)) as rpc:
        assert rpc.request_raw("eth_getLogs", [{}]) == raw
