"""The embedded chain comes back as it was: same hashes, same state, nothing acknowledged lost."""

import itertools
import os
import random
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from endogene_token.chain.node import EmbeddedNode
from endogene_token.errors import ReplayMismatchError
from tests.node.chain_client import (
    Sender,
    alive,
    anvil_pid,
    call,
    height,
    history,
    kill,
    post,
    recorded,
    request,
    send,
    wait_until,
)

CRASH_POINTS = {  # and whether the block in hand exists from there on
    "node.journal.appending": False,
    "node.journal.appended": True,
    "node.block.mined": True,
    "node.block.sealed": True,
}
ROUNDS_OF_KILLS = 3


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_killed_at_a_crash_point_the_chain_comes_back_with_the_same_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """What was acknowledged is there; the block in hand exists from its append to the journal on."""
    sender = Sender()
    monkeypatch.setenv("ENDOGENE_CRASH_AT", f"{point}:3")
    node = EmbeddedNode(tmp_path)
    acknowledged = [*send(node.rpc_url, *sender.sign_many(2)), *send(node.rpc_url, sender.sign())]
    before = history(node.rpc_url)
    anvil = anvil_pid(tmp_path)
    with pytest.raises(httpx.TransportError):
        send(node.rpc_url, sender.sign())
    wait_until(lambda: not alive(anvil))
    node.stop()

    monkeypatch.delenv("ENDOGENE_CRASH_AT")
    with EmbeddedNode(tmp_path) as node:
        after = history(node.rpc_url)
        assert recorded(node.rpc_url, acknowledged)
        assert after[:3] == before
        assert len(after) == (4 if CRASH_POINTS[point] else 3)
    with EmbeddedNode(tmp_path) as node:
        assert history(node.rpc_url) == after
        if not CRASH_POINTS[point]:
            sender = Sender()  # the lost send was never acknowledged: its account may send it again
        assert recorded(node.rpc_url, send(node.rpc_url, sender.sign()))


def test_killed_under_load_at_random_moments_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """SIGKILL between any two instructions: each hash and state root that anyone read stays true."""
    chance = random.Random()  # noqa: S311 (moments of kills, not keys)
    senders = [Sender() for _ in range(3)]
    acknowledged: list[str] = []
    seen: dict[int, tuple[str, str]] = {}
    for _ in range(ROUNDS_OF_KILLS):
        node = EmbeddedNode(tmp_path)
        url = node.rpc_url
        nonces = [int(call(url, "eth_getTransactionCount", each.address, "latest"), 16) for each in senders]
        work = [each.sign_range(nonce, 15) for each, nonce in zip(senders, nonces, strict=True)]
        threads = [threading.Thread(target=_load, args=(url, raws, acknowledged)) for raws in work]
        threads.append(threading.Thread(target=_look, args=(url, seen)))
        done = len(acknowledged)
        for thread in threads:
            thread.start()
        _wait_for_more(acknowledged, done, seen)
        time.sleep(chance.uniform(0, 0.2))
        kill(node)
        for thread in threads:
            thread.join()
    with EmbeddedNode(tmp_path) as node:
        blocks = history(node.rpc_url)
        assert len(acknowledged) >= ROUNDS_OF_KILLS
        assert seen
        assert recorded(node.rpc_url, acknowledged)
        assert {number: blocks[number][:2] for number in seen} == seen
        times = [block[2] for block in blocks]
        assert all(earlier < later for earlier, later in itertools.pairwise(times))


def _wait_for_more(acknowledged: list[str], done: int, seen: dict[int, tuple[str, str]]) -> None:
    wait_until(lambda: bool(seen) and len(acknowledged) > done)


def _load(url: str, raws: list[str], acknowledged: list[str]) -> None:
    with httpx.Client(trust_env=False, timeout=30) as client:
        for raw in raws:
            try:
                answer = client.post(url, json=request("eth_sendRawTransaction", raw)).json()
            except httpx.TransportError:
                return
            acknowledged.append(answer["result"])


def _look(url: str, seen: dict[int, tuple[str, str]]) -> None:
    with httpx.Client(trust_env=False, timeout=30) as client:
        while True:
            try:
                block = client.post(url, json=request("eth_getBlockByNumber", "latest", False)).json()
            except httpx.TransportError:
                return
            found = block["result"]
            seen[int(found["number"], 16)] = (found["hash"], found["stateRoot"])
            time.sleep(0.005)


def test_reads_of_the_pending_block_between_sends_do_not_change_the_replay(tmp_path: Path) -> None:
    """anvil draws random values of a block when asked for a pending one: they never reach the hashes."""
    sender = Sender()
    with EmbeddedNode(tmp_path) as node:
        for _ in range(4):
            send(node.rpc_url, sender.sign())
            call(node.rpc_url, "eth_getBlockByNumber", "pending", True)
            call(node.rpc_url, "eth_estimateGas", {"from": sender.address, "to": sender.address})
            call(node.rpc_url, "eth_call", {"to": sender.address}, "pending")
        before = history(node.rpc_url)
    with EmbeddedNode(tmp_path) as node:
        assert history(node.rpc_url) == before


def test_transaction_sent_before_its_predecessor_waits_for_it_and_replays_the_same(tmp_path: Path) -> None:
    """A gap in the nonces is anvil's to keep: journalled, not mined, and mined after what fills it."""
    sender = Sender()
    first, second, third = sender.sign_many(3)
    with EmbeddedNode(tmp_path) as node:
        (early,) = send(node.rpc_url, third)
        assert call(node.rpc_url, "eth_getTransactionReceipt", early) is None
        kill(node)
    with EmbeddedNode(tmp_path) as node:
        hashes = send(node.rpc_url, first, second)
        before = history(node.rpc_url)
        assert before[-1][3] == [*hashes, early]
    with EmbeddedNode(tmp_path) as node:
        assert history(node.rpc_url) == before


def _swap_payload(db: sqlite3.Connection) -> None:
    db.execute('UPDATE "transaction" SET raw = ? WHERE block = 2', (bytes.fromhex(Sender().sign()[2:]),))


def _spoil_payload(db: sqlite3.Connection) -> None:
    db.execute("""UPDATE "transaction" SET raw = x'c0ffee' WHERE block = 2""")


def _change_time(db: sqlite3.Connection) -> None:
    db.execute("UPDATE block SET timestamp = timestamp + 1 WHERE number = 2")


def _turn_time_back(db: sqlite3.Connection) -> None:
    db.execute("UPDATE block SET timestamp = 1 WHERE number = 2")


def _change_hash(db: sqlite3.Connection) -> None:
    db.execute("UPDATE block SET hash = zeroblob(32) WHERE number = 2")


def _drop_transaction(db: sqlite3.Connection) -> None:
    db.execute('DELETE FROM "transaction" WHERE block = 2')


def _drop_block_before(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("DELETE FROM block WHERE number = 1")


TAMPERINGS = (
    _swap_payload,
    _spoil_payload,
    _change_time,
    _turn_time_back,
    _change_hash,
    _drop_transaction,
    _drop_block_before,
)


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampered_journal_is_refused_at_its_block(
    tmp_path: Path, tamper: Callable[[sqlite3.Connection], None]
) -> None:
    """A journal that no longer gives its own hashes is not served, and the error names the block."""
    with EmbeddedNode(tmp_path) as node:
        for _ in range(3):
            send(node.rpc_url, Sender().sign())
        sealed = history(node.rpc_url)[2][0]
    with sqlite3.connect(tmp_path / "chain.sqlite") as db:
        tamper(db)
    db.close()
    with pytest.raises(ReplayMismatchError) as refused:
        EmbeddedNode(tmp_path)
    assert refused.value.params["block"] == "2"
    assert refused.value.limit == ("0x" + "00" * 32 if tamper is _change_hash else sealed)
    assert refused.value.actual not in {None, refused.value.limit}


def test_journal_of_another_genesis_is_refused_at_block_0(tmp_path: Path) -> None:
    """Block 0 is compared too: an empty chain of another beginning is not this chain."""
    with EmbeddedNode(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "chain.sqlite") as db:
        db.execute("UPDATE genesis SET timestamp = timestamp - 1")
    db.close()
    with pytest.raises(ReplayMismatchError) as refused:
        EmbeddedNode(tmp_path)
    assert refused.value.params["block"] == "0"


def test_journal_that_cannot_be_written_refuses_the_send_and_the_chain_goes_on(tmp_path: Path) -> None:
    """A transaction that is not on the disk is not in the chain: pool, blocks and replay forget it."""
    sender = Sender()
    first, second = sender.sign_many(2)
    with EmbeddedNode(tmp_path) as node:
        send(node.rpc_url, first)
        written = (tmp_path / "chain.sqlite-wal").stat().st_size
        resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (written, resource.RLIM_INFINITY))
        refused = post(node.rpc_url, request("eth_sendRawTransaction", second))["error"]
        assert refused["data"]["error"] == "StoreError"
        assert "chain.sqlite" in refused["data"]["actual"]
        assert height(node.rpc_url) == 1
        assert call(node.rpc_url, "txpool_status") == {"pending": "0x0", "queued": "0x0"}
        resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert recorded(node.rpc_url, send(node.rpc_url, second))
        before = history(node.rpc_url)
        kill(node)
    with EmbeddedNode(tmp_path) as node:
        assert history(node.rpc_url) == before


def test_anvil_killed_alone_stops_the_node_and_the_next_start_has_every_block(tmp_path: Path) -> None:
    """A server without its anvil does not pretend to serve: it ends, and the journal is whole."""
    with EmbeddedNode(tmp_path) as node:
        send(node.rpc_url, Sender().sign())
        before = history(node.rpc_url)
        os.kill(anvil_pid(tmp_path), signal.SIGKILL)
        server = node.pid
        wait_until(lambda: not alive(server))
        assert "No node answers" in (tmp_path / "node.log").read_text()
    with EmbeddedNode(tmp_path) as node:
        assert history(node.rpc_url) == before
