"""A till killed at every write, send and commit: what it accepted is recorded, once."""

import ast
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from endogene_token.receipts import Purchase
from endogene_token.sdk import Status, TillClient
from tests.node.till_service import TILL, TillService, serving
from tests.node.till_worker import CARD, UNLUCKY
from tests.node.tills import KEY
from tests.unit.source_tree import ROOT, files


def crash_points() -> list[str]:
    """Return the names of the SDK's crash points, from its source."""
    found = set()
    for path in files("py/endogene_token/sdk", suffix=".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.point":
                found.add(ast.literal_eval(node.args[0]))
    return sorted(found)


class UnluckyService(TillService):
    """Refuses the first purchase of the unlucky amount, and records all else."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, object]]:
        unlucky = [one for one, item in sorted(self.items.items()) if item.amount == UNLUCKY]
        self.states = {one: {"status": "recorded", "premium": "1", "credit": "1"} for one in self.items}
        self.states |= {one: {"status": "refused", "reason": "unknown-member"} for one in unlucky[:1]}
        return super().answer(method, path, body)


@dataclass
class Worker:
    """The process that lives and dies; see `till_worker`."""

    process: subprocess.Popen[str]
    folder: Path

    def run(self, service: TillService, at: str) -> int:
        """Return the exit status of one run of the till's program, killed at `at` ("": not at all)."""
        paths = {"outbox": str(self.folder / "till.sqlite"), "log": str(self.folder / "log")}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"at": at, "url": service.url, **paths}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def accepted(self) -> set[int]:
        """Return the amounts of the sales that the SDK has accepted; each sale has its own."""
        log = self.folder / "log"
        return {int(line) for line in log.read_text().split()} if log.exists() else set()


@pytest.fixture(scope="module")
def process() -> Iterator[subprocess.Popen[str]]:
    """One Python that has imported the SDK, from which each run is forked."""
    command = [sys.executable, "-m", "tests.node.till_worker"]
    paths = {"PYTHONPATH": f"{ROOT / 'py'}:{ROOT}", "ENDOGENE_LANG": "fr"}
    with subprocess.Popen(
        command, cwd=ROOT, env=paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


@pytest.fixture
def worker(process: subprocess.Popen[str], tmp_path: Path) -> Worker:
    """A till's program with an outbox of its own."""
    return Worker(process, tmp_path)


@pytest.fixture(scope="module")
def passes(process: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """How often an undisturbed day passes each crash point."""
    worker = Worker(process, tmp_path_factory.mktemp("undisturbed"))
    with serving(KEY, UnluckyService, buyers={CARD: 9}) as service:
        assert worker.run(service, "") == 0
    return Counter((worker.folder / "log.points").read_text().split())


def test_an_undisturbed_day_passes_every_crash_point(passes: Counter[str]) -> None:
    """Otherwise the test below would prove nothing about a point."""
    assert sorted(passes) == crash_points()


@pytest.mark.parametrize("point", crash_points())
def test_a_till_killed_at_any_pass_of_a_point_records_each_accepted_sale_once(
    worker: Worker, passes: Counter[str], point: str
) -> None:
    """Nothing lost, nothing doubled, whatever the moment; then the program is simply run again."""
    for nth in range(1, passes[point] + 1):
        with serving(KEY, UnluckyService, buyers={CARD: 9}) as service:
            assert worker.run(service, f"{point}:{nth}") == -signal.SIGKILL
            accepted = worker.accepted()
            assert worker.run(service, "elsewhere") == 0
            held = Counter(item.amount for item in service.items.values())
            assert accepted <= set(held), f"{point}:{nth}"
            # the refused purchase took a sequence, and was recorded again under another, once
            assert held == {10: 1, 11: 1, 12: 1, UNLUCKY: 2, 6: 1, 14: 1, 15: 1}, f"{point}:{nth}"
            assert [one.member for one in service.purchases() if one.amount in {14, 15}] == [9, 0]
            commitments = {item.commitment for item in service.items.values() if isinstance(item, Purchase)}
            assert len(commitments) == 6
            with TillClient(service.url, TILL, KEY, worker.folder / "till.sqlite") as till:
                assert till.counts()[Status.RECORDED] == 7, f"{point}:{nth}"
        for path in worker.folder.iterdir():
            path.unlink()
