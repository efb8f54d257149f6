"""A soak: python -m scripts.soak [--purchases 100000] [--database sqlite] [--json FILE] [--keep]

Tills sell through the SDK's outbox and the public API, while API, relay, indexer and the tills themselves,
each a process of its own over one database and one node, are killed at random moments, and the network loses
and doubles requests and replies. At the end the chain and the read model must each hold every purchase once.
Ends with status 1 when they do not.
"""

import argparse
import contextlib
import json
import random
import secrets
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, func, select
from sqlmodel import Session

from endogene_token.chain.calls import Ledger
from endogene_token.indexer.audit import audit
from endogene_token.indexer.models import Cursor, Purchase, table_of
from endogene_token.relay import queue
from endogene_token.relay.models import RelayBatch
from endogene_token.sdk import TillKey
from endogene_token.store import migrate, open_engine, reading
from scripts import soak_parts
from scripts.bench_report import keep, machine
from scripts.founding import Founded, founded
from scripts.soak_parts import WORK, Part, Site
from scripts.soak_tills import Plan, Shop
from scripts.soak_verdict import Verdict, compare, in_read_model, on_chain
from tests import postgresql

TILLS: Final = 6
MEMBERS: Final = 500
MOST_AT_ONCE: Final = 512  # purchases of a till between two flushes
KILL_SECONDS: Final = 1.0  # between two kills, on average
DOWN_SECONDS: Final = 0.5  # that what was killed stays away, at most
LOOK_SECONDS: Final = 0.05
ASK_SECONDS: Final = 0.5  # between two looks into the database
MOST_FALLS: Final = 5
CALM_SECONDS: Final = 10.0  # without one purchase more: nothing is killed until there is one
PATIENCE_SECONDS: Final = 120.0  # without one purchase more, undisturbed

Told = Callable[[int, int], None]
"""Told how many purchases the read model holds, and how many kills there were."""


class StuckError(Exception):
    """Something waits, and nothing moves any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Purchases on their way to the chain, how many of them held; the blocks of chain and read model."""

    waiting: int
    held: int
    head: int
    indexed: int
    is_sold: bool

    @property
    def is_settled(self) -> bool:
        """Whether nothing is on its way any more."""
        return self.is_sold and self.waiting == 0 and self.indexed == self.head


@dataclass(frozen=True, slots=True)
class Result:
    """What was done, and what was found."""

    purchases: int
    seconds: float
    per_second: int
    database: str
    tills: int
    kills: dict[str, int]
    falls: dict[str, int]
    """How often each process ended by itself, which none should."""
    faults: dict[str, int]
    """What the network did, see `soak_tills.FAULTS`."""
    batches: int
    chain: Verdict
    read_model: Verdict
    audit_compared: int
    audit_differences: int

    @property
    def is_sound(self) -> bool:
        """Whether every purchase is held once, and no process fell by itself."""
        sound = self.chain.is_sound and self.read_model.is_sound
        return sound and not self.audit_differences and not any(self.falls.values())


def last_words(folder: Path) -> str:
    """Return the end of what each process wrote."""
    logs = sorted(folder.glob("*.log"))
    return "\n".join(f"── {one.name}\n{one.read_text()[-2_000:]}" for one in logs)


class Soak:
    """The processes over one site, and whoever kills them."""

    def __init__(self, site: Site, engine: Engine, place: Founded, kill_seconds: float) -> None:
        self._site = site
        self._engine = engine
        self._place = place
        self._kill_seconds = kill_seconds
        self._chance = random.Random()  # noqa: S311 - luck, not secrets
        self._away: dict[str, float] = {}
        self._victims: list[str] = []
        self._parts: dict[str, Part] = {}

    @property
    def ledger(self) -> Ledger:
        """What the chain says of the community."""
        return self._place.ledger

    def run(self, told: Told) -> Result:
        """Start everything, kill until all is recorded, and compare."""
        started = time.monotonic()
        self._parts = {name: Part(name, self._site) for name in WORK}
        try:
            self._disturb(told)
        finally:
            for part in self._parts.values():
                part.stop()
        return self._result(time.monotonic() - started)

    def _disturb(self, told: Told) -> None:
        next_kill, next_look = self._later(), 0.0
        last, since = -1, time.monotonic()
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            self._restore(now)
            if now >= next_kill and now - since < CALM_SECONDS:
                self._kill(now)
                next_kill = self._later()
            if now < next_look:
                continue
            next_look = now + ASK_SECONDS
            recorded = self._recorded()
            told(recorded, sum(part.kills for part in self._parts.values()))
            if self._standing().is_settled:
                return
            if recorded != last:
                last, since = recorded, now
            elif now - since > PATIENCE_SECONDS:
                raise StuckError(f"{recorded:,} recorded. {self._standing()} {last_words(self._site.folder)}")

    def _later(self) -> float:
        return time.monotonic() + self._chance.expovariate(1 / self._kill_seconds)

    def _kill(self, now: float) -> None:
        """Kill the next one: each in its turn, the order drawn anew each time."""
        if not self._victims:
            self._victims = self._chance.sample(list(self._parts), len(self._parts))
        part = self._parts[self._victims.pop()]
        if part.is_running:
            part.kill()
            self._away[part.name] = now + self._chance.uniform(0, DOWN_SECONDS)

    def _restore(self, now: float) -> None:
        for name in [name for name, until in self._away.items() if now >= until]:
            del self._away[name]
            self._parts[name].start()
        for name, part in self._parts.items():
            if name not in self._away:
                part.keep_up()
            if part.falls > MOST_FALLS:
                raise StuckError(f"{name} falls by itself. {last_words(self._site.folder)}")

    def _recorded(self) -> int:
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(table_of(Purchase))).scalar_one())

    def _standing(self) -> Standing:
        head = self.ledger.head()
        with reading(self._engine) as connection, Session(connection) as session:
            at = connection.execute(select(table_of(Cursor).c.block_number)).scalar_one_or_none()
            depth = queue.depth(session)
        return Standing(depth.waiting, depth.held, head, at or 0, self._parts["tills"].is_done)

    def _result(self, seconds: float) -> Result:
        plan = self._site.shop.plan
        report = audit(self._engine, self.ledger)
        faults = Counter(self._site.shop.faults.read_text().splitlines())
        with reading(self._engine) as connection:
            batches = connection.execute(select(func.count()).select_from(table_of(RelayBatch))).scalar_one()
        return Result(
            purchases=plan.purchases,
            seconds=round(seconds, 1),
            per_second=round(plan.purchases / seconds),
            database=self._engine.dialect.name,
            tills=plan.tills,
            kills={name: part.kills for name, part in self._parts.items()},
            falls={name: part.falls for name, part in self._parts.items()},
            faults=dict(faults),
            batches=int(batches),
            chain=compare(plan, on_chain(self._site.rpc_url, self._site.community)),
            read_model=compare(plan, in_read_model(self._engine)),
            audit_compared=report.compared,
            audit_differences=len(report.differences),
        )


@contextlib.contextmanager
def prepared(folder: Path, url: str, plan: Plan, *, kill_seconds: float = KILL_SECONDS) -> Iterator[Soak]:
    """Found a community in `folder`, its database at `url` (migrated here), ready to be soaked."""
    soak_parts.prepare()
    port, keys = _free_port(), [secrets.token_bytes(32) for _ in range(plan.tills)]
    with founded(folder / "chain", [TillKey(one) for one in keys], plan.members) as place:
        shop = Shop(f"http://127.0.0.1:{port}", plan, keys, folder)
        site = Site(url, place.rpc.urls[0], place.community, secrets.token_bytes(32), port, shop)
        engine = open_engine(url)
        migrate(engine)
        yield Soak(site, engine, place, kill_seconds)
        engine.dispose()


def figures(folder: Path, purchases: int, *, kind: str = "postgresql") -> dict[str, Any]:
    """Soak over a database of its own, showing progress; return what docs/benchmark.json keeps."""
    where = machine()
    plan = Plan(purchases, TILLS, MEMBERS, MOST_AT_ONCE)
    with contextlib.ExitStack() as stack:
        url = _database(stack, kind, folder)
        result = _shown(stack.enter_context(prepared(folder, url, plan)), purchases)
    return {"machine": where, "is_sound": result.is_sound, **asdict(result)}


def main() -> None:
    """Soak, tell the result, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--purchases", type=int, default=100_000)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", action="store_true", help="write docs/benchmark.* anew with this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endogene-soak-") as name:
        found = figures(Path(name), options.purchases, kind=options.database)
    text = json.dumps(found, indent=2)
    Console().print_json(text)
    if options.json:
        options.json.write_text(text + "\n", "utf-8")
    if not found["is_sound"]:
        raise SystemExit(1)
    if options.keep:
        keep("soak", found)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _database(stack: contextlib.ExitStack, kind: str, folder: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'ledger.sqlite'}"
    return stack.enter_context(stack.enter_context(postgresql.serving()).database())


def _shown(soak: Soak, purchases: int) -> Result:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=purchases)
        return soak.run(
            lambda recorded, kills: progress.update(task, completed=recorded, description=f"{kills} kills")
        )


if __name__ == "__main__":
    main()
