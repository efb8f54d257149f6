"""Measure gas and speed in one run: python -m scripts.bench [--journal FILE] [--purchases 200000]

Writes docs/benchmark.json and docs/benchmark.md, and the figures of the README between its two marks. Every
speed is one run on one machine, named in the table: compare the ratios, not the seconds.
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
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
from scripts import bench_assembly, bench_governor, bench_indexer, bench_token
from tests import postgresql
from tests.contracts import gas, gas_votes

ROOT: Final = Path(__file__).resolve().parent.parent
JOURNAL: Final = ROOT.parent / "shared" / "data" / "till-journal.csv"
SIZES: Final = (1, 10, 50, 200, 500)
BATCHES: Final = (1, 10, 100, 500)
MARKS: Final = ("<!-- figures -->", "<!-- /figures -->")

err = Console(stderr=True)


def main() -> None:
    """Measure everything, then write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--journal", type=Path, default=JOURNAL, help="a till's journal to import")
    parser.add_argument("--members", type=int, default=10_000, help="of the assembly that votes")
    parser.add_argument("--purchases", type=int, default=200_000, help="to rebuild the read model from")
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
    result = {
        "machine": _machine(),
        "gas": figures,
        "openzeppelin_mint": bare,
        "openzeppelin_governor": governor,
        "assembly": {**asdict(assembly), "per_second": assembly.per_second},
        "import": imported,
        "indexer": reads,
    }
    (ROOT / "docs" / "benchmark.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    text = _markdown(result)
    (ROOT / "docs" / "benchmark.md").write_text(f"# Benchmark\n\n{text}", "utf-8")
    _into_readme(text)
    Console().print(text)


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


def _machine() -> dict[str, str]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
    return {
        "cpu": f"{model}, {os.cpu_count()} cores, shared",
        "python": platform.python_version(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _markdown(result: dict[str, Any]) -> str:
    machine = result["machine"]
    where = f"{machine['cpu']}, Python {machine['python']}, {machine['date']}: one run of `make bench`."
    parts = [where, _gas_table(result["gas"], result["openzeppelin_mint"])]
    if result["import"]:
        done = result["import"]
        parts.append(
            f"The real journal of {done['lines']:,} lines, from the CSV to the read model (SDK, signed"
            f" batches, API, relay, chain, indexer): {done['milliseconds'] / 1000:.1f} s,"
            f" **{done['per_second']:,} lines a second**."
        )
    parts += [_votes_table(result["gas"], result["openzeppelin_governor"]), _assembly(result["assembly"])]
    parts.append(_indexer_table(result["indexer"]))
    return "\n\n".join(parts) + "\n"


def _gas_table(figures: dict[str, int], bare: dict[int, int]) -> str:
    rows = [
        "| purchases in a batch | gas a purchase, through proxies | bare `_mint` of OpenZeppelin | ratio |"
    ]
    rows.append("|---:|---:|---:|---:|")
    for size in SIZES:
        ours, other = figures[f"recordPurchases: {size}"], bare[size]
        rows.append(f"| {size} | {ours / size:,.0f} | {other / size:,.0f} | {ours / other:.2f} |")
    return "\n".join(rows)


def _votes_table(figures: dict[str, int], governor: dict[str, int]) -> str:
    by_signature = governor["castVoteBySig"]
    rows = ["| one ballot | gas, through proxies | of the Governor's vote by signature |", "|---|---:|---:|"]
    ours = [(f"signed, in a batch of {size}", figures[f"castBallots: {size}"] // size) for size in BATCHES]
    ours += [("direct, beside others", figures["vote: beside others"])]
    theirs = [(f"OpenZeppelin Governor, no proxy: {name}", gas) for name, gas in governor.items()]
    rows += [f"| {name} | {gas:,} | {gas / by_signature:.0%} |" for name, gas in (*ours, *theirs)]
    return "\n".join(rows)


def _assembly(done: dict[str, Any]) -> str:
    return (
        f"An assembly of {done['members']:,} members, each ballot signed ({done['signing_ms'] / 1000:.1f} s),"
        f" queued ({done['queueing_ms'] / 1000:.1f} s), relayed and counted"
        f" ({done['casting_ms'] / 1000:.1f} s, **{done['per_second']:,} ballots a second**):"
        f" {done['gas']:,} gas in {done['calls']} calls, {done['gas'] // done['members']:,} a ballot."
    )


def _indexer_table(measures: list[dict[str, Any]]) -> str:
    rows = ["| reading purchases back | a second | of fetching the raw logs |", "|---|---:|---:|"]
    rows += [f"| {one['name']} | {one['per_second']:,} | {one['ratio']:.1%} |" for one in measures]
    return "\n".join(rows)


def _into_readme(text: str) -> None:
    path = ROOT / "README.md"
    readme = path.read_text("utf-8")
    before, _, rest = readme.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    path.write_text(f"{before}{MARKS[0]}\n{text}{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main()
