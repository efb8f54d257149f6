"""Measure gas and speed in one run: python -m scripts.bench [--journal FILE] [--purchases 200000]

Writes docs/benchmark.json and docs/benchmark.md, and the figures of the README between its two marks. Every
speed is one run on one machine, named in the table: compare the ratios, not the seconds. `scripts.bench_load`
and `scripts.soak` measure one part anew with `--keep`.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from endogene_token.chain.node import EmbeddedNode
from endogene_token.chain.rpc import Rpc
from scripts import (
    bench_assembly,
    bench_governor,
    bench_indexer,
    bench_load,
    bench_report,
    bench_token,
    soak,
)
from scripts.bench_report import SIZES
from tests import postgresql
from tests.contracts import gas, gas_votes

ROOT: Final = Path(__file__).resolve().parent.parent
JOURNAL: Final = ROOT.parent / "shared" / "data" / "till-journal.csv"

err = Console(stderr=True)


def main() -> None:
    """Measure everything, then write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--journal", type=Path, default=JOURNAL, help="a till's journal to import")
    parser.add_argument("--members", type=int, default=10_000, help="of the assembly that votes")
    parser.add_argument("--purchases", type=int, default=200_000, help="to rebuild the read model from")
    parser.add_argument("--load", type=int, default=4_000, help="single purchases for the API to accept")
    parser.add_argument("--soak", type=int, default=100_000, help="purchases while processes are killed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        err.print("Gas…")
        figures, bare, governor = _gas(folder)
        err.print("Import of the journal…")
        imported = _import(options.journal, folder)
        err.print("Assembly…")
        assembly = bench_assembly.measure(folder, options.members)
        err.print("Rebuild of the read model…")
        reads = _reads(folder, options.purchases)
        err.print("Load…")
        load = bench_load.figures(folder, options.load)
        err.print("Soak…")
        soaked = soak.figures(folder, options.soak)
    result = {
        "machine": bench_report.machine(),
        "gas": figures,
        "openzeppelin_mint": {str(size): gas for size, gas in bare.items()},
        "openzeppelin_governor": governor,
        "assembly": {**asdict(assembly), "per_second": assembly.per_second},
        "import": imported,
        "indexer": reads,
        "load": load,
        "soak": soaked,
    }
    Console().print(bench_report.write(result))


def _gas(folder: Path) -> tuple[dict[str, int], dict[int, int], dict[str, int]]:
    with EmbeddedNode(folder / "gas") as node, Rpc([node.rpc_url]) as rpc:
        figures = gas.measure(rpc) | gas_votes.measure_votes()
        return figures, bench_token.measure(rpc, SIZES), bench_governor.measure(rpc)


def _import(journal: Path, folder: Path) -> dict[str, Any] | None:
    """Import the journal as a person would, into SQLite; None without a journal."""
    if not journal.exists():
        err.print(f"No journal at {journal}: the import is not measured.")
        return None
    command = [sys.executable, "-m", "endogene_token.cli", "import", str(journal), "--merchant", "1"]
    options = ["--enrol", "--json", "--data", str(folder / "import")]
    environment = os.environ | {"ENDOGENE_NODE_PORT": str(_free_port())}
    done = subprocess.run([*command, *options], capture_output=True, check=True, env=environment)
    answer: dict[str, Any] = json.loads(done.stdout)
    recorded = answer["sales"] + answer["returns"] + sum(answer["refused"].values())
    per_second = round(recorded * 1000 / answer["milliseconds"])
    return {"lines": answer["lines"], "milliseconds": answer["milliseconds"], "per_second": per_second}


def _reads(folder: Path, purchases: int) -> list[dict[str, Any]]:
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(stack.enter_context(postgresql.serving()).database())
        place = stack.enter_context(bench_indexer.town(folder / "reads", purchases))
        return [asdict(one) for one in bench_indexer.measure(place, url, folder)]


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
