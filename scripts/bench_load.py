"""How fast purchases are accepted: python -m scripts.bench_load [--purchases 4000] [--keep]

Single signed purchases to the API, a uvicorn process over PostgreSQL, beside a bare FastAPI endpoint that
inserts one row: by the same client over as many connections, in turns, so that what else the machine does
slows both. Then full batches, beside a plain double entry of the same purchases into PostgreSQL: two rows a
purchase, by psycopg's executemany and by COPY, one commit for as many purchases as a batch has. Everything is
signed before the clock starts. A purchase counts when it was answered: kept for good, not yet on the chain.
"""

import argparse
import contextlib
import json
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from endogene_token.receipts import Purchase, PurchaseBatch, SignedPurchases
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import batch_body
from endogene_token.store import migrate, open_engine
from scripts import bench_entries
from scripts.bench_report import keep, machine
from scripts.bench_served import Place, running
from scripts.bench_wire import Wave, drive, post
from scripts.founding import Founded, founded
from tests import postgresql

CONNECTIONS: Final = 8
MEMBERS: Final = 500
BATCH: Final = 500
ROUNDS: Final = 4
WARM_UP: Final = 25  # requests of each connection that are not counted: imports, plans, pools


@dataclass(frozen=True, slots=True)
class Measure:
    """Items (purchases, or rows) a second; milliseconds of a request; `ratio` is to the measure beside it."""

    name: str
    items: int
    per_second: int
    p50_ms: float
    p99_ms: float
    ratio: float


class Tills:
    """Signs what the connections send: each has its own till, whose sequences go on."""

    def __init__(self, place: Founded) -> None:
        self._place = place
        self._next = [1] * len(place.tills)

    def singles(self, each: int) -> list[list[bytes]]:
        """Return, for each connection, requests of one purchase."""
        return [[self._request(till, 1) for _ in range(each)] for till in range(len(self._next))]

    def batches(self, each: int) -> list[list[bytes]]:
        """Return, for each connection, requests of full batches."""
        return [[self._request(till, BATCH) for _ in range(each)] for till in range(len(self._next))]

    def _request(self, till: int, size: int) -> bytes:
        first = self._next[till]
        self._next[till] += size
        items = tuple(_item(self._place.person(first + one)) for one in range(size))
        batch = PurchaseBatch(till + 1, till + 1, first, items)
        signed = SignedPurchases(batch, self._place.tills[till].sign(batch, self._place.ledger.domain))
        return post("/v1/purchases", batch_body(signed.batch, signed.signature))


def _item(member: int) -> Purchase:
    return Purchase(member, int(time.time()) // 86_400, 4_275, secrets.token_bytes(16))


def rows(each: int) -> list[list[bytes]]:
    """Return, for each connection, requests that the bare endpoint inserts a row for."""
    told = {"till": 1, "member": 12, "day": "2026-11-20", "amount": "4275"}
    return [
        [post("/rows", json.dumps(told | {"commitment": "0x" + secrets.token_hex(16)}).encode())] * each
        for _ in range(CONNECTIONS)
    ]


def measure(folder: Path, url: str, purchases: int) -> list[Measure]:
    """Measure singles and batches, each in turns with what it is compared with."""
    with _place(folder, url) as (place, founded_):
        tills = Tills(founded_)
        ours, bare = _singles(place, tills, purchases // ROUNDS // CONNECTIONS)
        batched, by_many, by_copy = _batches(place, tills)
    return [
        _measure("a bare FastAPI endpoint, one row", bare, bare),
        _measure("`POST /v1/purchases`, one signed purchase", ours, bare),
        _measure("double entry in PostgreSQL, `executemany`", by_many, by_many),
        _measure("double entry in PostgreSQL, `COPY`", by_copy, by_many),
        _measure(f"`POST /v1/purchases`, {BATCH} in a signed batch", batched, by_many),
    ]


def _singles(place: Place, tills: Tills, each: int) -> tuple[Wave, Wave]:
    ours, bare = Wave(), Wave()
    with running("api", place) as api_port, running("bare", place) as bare_port:
        drive(api_port, tills.singles(WARM_UP))
        drive(bare_port, rows(WARM_UP))
        for _ in range(ROUNDS):
            signed = tills.singles(each)
            ours += drive(api_port, signed)
            bare += drive(bare_port, rows(each))
    return ours, bare


def _batches(place: Place, tills: Tills) -> tuple[Wave, Wave, Wave]:
    batched, by_many, by_copy = Wave(), Wave(), Wave()
    url, sizes = place.database_url, (1, BATCH, CONNECTIONS)
    bench_entries.prepare(url)
    with running("api", place) as port:
        drive(port, tills.batches(1), items=BATCH)
        for _ in range(ROUNDS):
            signed = tills.batches(1)
            batched += drive(port, signed, items=BATCH)
            by_many += bench_entries.insert(url, bench_entries.by_many, *sizes)
            by_copy += bench_entries.insert(url, bench_entries.by_copy, *sizes)
    return batched, by_many, by_copy


def _measure(name: str, wave: Wave, beside: Wave) -> Measure:
    return Measure(
        name,
        wave.items,
        round(wave.per_second),
        round(wave.quantile(0.50) * 1000, 1),
        round(wave.quantile(0.99) * 1000, 1),
        round(wave.per_second / beside.per_second, 2),
    )


@contextlib.contextmanager
def _place(folder: Path, url: str) -> Iterator[tuple[Place, Founded]]:
    keys = [TillKey.generate() for _ in range(CONNECTIONS)]
    with founded(folder / "load", keys, MEMBERS) as place:
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        yield Place(url, place.rpc.urls[0], place.community), place


def figures(folder: Path, purchases: int) -> dict[str, Any]:
    """Measure over a PostgreSQL of its own; return what docs/benchmark.json keeps."""
    where = machine()
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(stack.enter_context(postgresql.serving()).database())
        measures = measure(folder, url, purchases)
    return {"machine": where, "connections": CONNECTIONS, "measures": [asdict(one) for one in measures]}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--purchases", type=int, default=4_000, help="single ones")
    parser.add_argument("--keep", action="store_true", help="write docs/benchmark.* anew with these")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = figures(Path(name), options.purchases)
    if options.keep:
        keep("load", found)
    table = Table("what", "items", "a second", "p50 ms", "p99 ms", "ratio")
    for one in found["measures"]:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in one.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
