"""How fast the read model is rebuilt: python -m scripts.bench_indexer [--purchases 200000] [--json FILE]

Records purchases in full batches on an embedded chain, then times, over the same logs: fetching them raw with
eth_getLogs, web3.py's contract `get_logs`, and a rebuild into SQLite and into PostgreSQL, rows on the disk.
"""

import argparse
import contextlib
import json
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine
from web3 import HTTPProvider, Web3

from endogene_token.chain import transactions as tx
from endogene_token.chain.artifacts import load
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.indexer import Indexer
from endogene_token.indexer.audit import audit
from endogene_token.indexer.events import CONTRACTS
from endogene_token.indexer.rebuild import fresh_copy
from endogene_token.receipts import Purchase, PurchaseBatch, SignedPurchases
from endogene_token.sdk.keys import TillKey
from endogene_token.store import open_engine
from scripts.founding import Founded, founded
from tests import postgresql

MERCHANTS = 10
MEMBERS = 5_000
BATCH = 500
SENT_AT_ONCE = 20  # batches in one JSON-RPC request: 0.7 MB
RANGE = 5_000  # blocks
RUNS = 3  # the best counts: other programs of the machine only make it slower
SAMPLE = 20_000  # purchases: web3.py needs minutes for all


@dataclass(frozen=True, slots=True)
class Measure:
    """Purchases a second; `ratio` is to fetching the same logs raw."""

    name: str
    purchases: int
    seconds: float
    per_second: int
    ratio: float


@dataclass(frozen=True, slots=True)
class Town:
    """A community with full batches to read."""

    rpc: Rpc
    community: Community
    purchases: int


@contextlib.contextmanager
def town(folder: Path, purchases: int) -> Iterator[Town]:
    """Serve an embedded chain in `folder` on which `purchases` were recorded in full batches."""
    with founded(folder, [TillKey.generate() for _ in range(MERCHANTS)], MEMBERS) as place:
        sender = place.sender
        for start in track(
            range(0, purchases, BATCH * SENT_AT_ONCE), "recording", console=Console(stderr=True)
        ):
            counts = range(start, min(start + BATCH * SENT_AT_ONCE, purchases), BATCH)
            batches = [_batch(place, one // BATCH, min(BATCH, purchases - one)) for one in counts]
            sender.wait(sender.send([tx.record_purchases(place.community, [one]) for one in batches]))
        yield Town(place.rpc, place.community, purchases)


def _batch(place: Founded, number: int, size: int) -> SignedPurchases:
    """Return batch `number`: the tills in turn; one purchase in ten without a member."""
    turn, till = divmod(number, len(place.tills))
    day, first = int(time.time()) // 86_400, turn * BATCH + 1
    items = tuple(
        Purchase(
            0 if one % 10 == 0 else place.person(number * 7_919 + one * 31),
            day - one % 3,
            100 + (number * 31 + one * 7_919) % 20_000,
            secrets.token_bytes(16),
        )
        for one in range(size)
    )
    batch = PurchaseBatch(till + 1, till + 1, first, items)
    return SignedPurchases(batch, place.tills[till].sign(batch, place.ledger.domain))


def measure(place: Town, postgresql_url: str, folder: Path) -> list[Measure]:
    """Time each way of reading the purchases, on warm logs, the best of some runs."""
    fetch = _fetch_seconds(place)
    sample = min(SAMPLE, place.purchases)
    rows = [
        ("eth_getLogs raw", place.purchases, fetch),
        ("rebuild into PostgreSQL", place.purchases, _rebuild_seconds(place, postgresql_url)),
        (
            "rebuild into SQLite",
            place.purchases,
            _rebuild_seconds(place, f"sqlite:///{folder / 'bench.sqlite'}"),
        ),
        ("web3.py get_logs, sample", sample, _web3_seconds(place, sample)),
    ]
    return [
        Measure(
            name,
            count,
            round(seconds, 3),
            round(count / seconds),
            round(count / seconds * fetch / place.purchases, 3),
        )
        for name, count, seconds in rows
    ]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _addresses(place: Town) -> list[str]:
    return [place.community.address(name) for name in CONTRACTS]


def _fetch_seconds(place: Town) -> float:
    first, last = place.community.founding_block, Ledger(place.rpc, place.community).head()

    def fetch() -> None:
        for start in range(first, last + 1, RANGE):
            end = min(start + RANGE - 1, last)
            query = {"address": _addresses(place), "fromBlock": hex(start), "toBlock": hex(end)}
            place.rpc.request_raw("eth_getLogs", [query])

    fetch()
    return min(_timed(fetch) for _ in range(RUNS))


def _rebuild_seconds(place: Town, url: str) -> float:
    engine = open_engine(url)
    seconds = min(_rebuild_once(place, engine) for _ in range(RUNS))
    engine.dispose()
    return seconds


def _rebuild_once(place: Town, engine: Engine) -> float:
    """Time one rebuild into an empty database, and audit it."""
    with fresh_copy(engine) as copy:
        seconds = _timed(Indexer(copy, place.rpc, place.community).catch_up)
        report = audit(copy, Ledger(place.rpc, place.community))
    if report.differences:
        raise SystemExit(f"{len(report.differences)} differences: {report.differences[:3]}")
    return seconds


def _web3_seconds(place: Town, sample: int) -> float:
    """Time web3.py on the last `sample` purchases."""
    web3 = Web3(HTTPProvider(place.rpc.urls[0]))
    address = Web3.to_checksum_address(place.community.fund)
    fund = web3.eth.contract(address, abi=load("CommunityFund").abi)
    last, batches = web3.eth.block_number, -(-sample // BATCH)
    logs = place.rpc.request(
        "eth_getLogs", [{"address": place.community.fund, "fromBlock": hex(place.community.founding_block)}]
    )
    first = int(logs[-batches]["blockNumber"], 16)
    taken = sum(int(log["blockNumber"], 16) >= first for log in logs) * BATCH
    seconds = _timed(lambda: fund.events.PurchasesRecorded().get_logs(from_block=first, to_block=last))
    return seconds * sample / taken


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--purchases", type=int, default=200_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(stack.enter_context(postgresql.serving()).database())
        place = stack.enter_context(town(folder / "chain", options.purchases))
        measures = measure(place, url, folder)
    table = Table("what", "purchases", "seconds", "a second", "of raw")
    for one in measures:
        table.add_row(
            one.name, f"{one.purchases:,}", f"{one.seconds:.2f}", f"{one.per_second:,}", f"{one.ratio:.1%}"
        )
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in measures], indent=2) + "\n")


if __name__ == "__main__":
    main()
