"""The figures of the benchmark: docs/benchmark.json, the tables in docs/benchmark.md and in the README."""

import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
FIGURES: Final = ROOT / "docs" / "benchmark.json"
SIZES: Final = (1, 10, 50, 200, 500)
BATCHES: Final = (1, 10, 100, 500)
MARKS: Final = ("<!-- figures -->", "<!-- /figures -->")


def write(result: dict[str, Any]) -> str:
    """Write the three files, and return the tables."""
    FIGURES.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    text = markdown(result)
    FIGURES.with_suffix(".md").write_text(f"# Benchmark\n\n{text}", "utf-8")
    _into_readme(text)
    return text


def keep(part: str, figures: dict[str, Any]) -> str:
    """Write the three files with one part measured anew, and return the tables."""
    return write({**json.loads(FIGURES.read_text("utf-8")), part: figures})


def machine() -> dict[str, str]:
    """Return where and when this runs, and how many programs wanted to run in the last five minutes."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
    return {
        "cpu": f"{model}, {os.cpu_count()} cores, shared",
        "python": platform.python_version(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "load": f"{os.getloadavg()[1]:.1f}",
    }


def markdown(result: dict[str, Any]) -> str:
    """Return the tables."""
    where = result["machine"]
    told = f"{where['cpu']}, Python {where['python']}, {where['date']}: one run of `make bench`."
    parts = [told, _gas_table(result["gas"], result["openzeppelin_mint"])]
    if result["import"]:
        done = result["import"]
        parts.append(
            f"The real journal of {done['lines']:,} lines, from the CSV to the read model (SDK, signed"
            f" batches, API, relay, chain, indexer): {done['milliseconds'] / 1000:.1f} s,"
            f" **{done['per_second']:,} lines a second**."
        )
    parts += [_votes_table(result["gas"], result["openzeppelin_governor"]), _assembly(result["assembly"])]
    parts.append(_indexer_table(result["indexer"]))
    parts += [*_load(result.get("load")), *_soak(result.get("soak"))]
    return "\n\n".join(parts) + "\n"


def _gas_table(figures: dict[str, int], bare: dict[str, int]) -> str:
    rows = [
        "| purchases in a batch | gas a purchase, through proxies | bare `_mint` of OpenZeppelin | ratio |"
    ]
    rows.append("|---:|---:|---:|---:|")
    for size in SIZES:
        ours, other = figures[f"recordPurchases: {size}"], bare[str(size)]
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


def _load(done: dict[str, Any] | None) -> list[str]:
    if done is None:
        return []
    rows = [f"| purchases accepted, over {done['connections']} connections | a second | p50 | p99 | ratio |"]
    rows.append("|---|---:|---:|---:|---:|")
    for one in done["measures"]:
        times = f"{one['p50_ms']} ms | {one['p99_ms']} ms"
        rows.append(f"| {one['name']} | {one['per_second']:,} | {times} | {one['ratio']:.2f} |")
    singles = done["measures"][0]["items"]
    told = f"Accepted: answered, kept for good in PostgreSQL, not yet on the chain. {_under(done)}"
    return ["\n".join(rows), f"{told}, `python -m scripts.bench_load --purchases {singles}`."]


def _soak(done: dict[str, Any] | None) -> list[str]:
    if done is None:
        return []
    kills = ", ".join(f"{name} {count}" for name, count in done["kills"].items())
    faults = ", ".join(f"{name} {count}" for name, count in sorted(done["faults"].items()))
    held = (done["chain"], done["read_model"])
    lost, doubled, strange = (max(one[name] for one in held) for name in ("lost", "doubled", "strange"))
    told = (
        f"A soak: {done['purchases']:,} purchases of {done['tills']} tills through SDK, API, relay, chain and"
        f" indexer over {done['database']}, in {done['seconds']:,.0f} s, the processes killed meanwhile"
        f" (SIGKILL: {kills}), the network faulty ({faults}):"
        f" **{lost} lost, {doubled} doubled, {done['audit_differences']} differences** in"
        f" {done['audit_compared']:,} figures audited, {strange} that nobody sold."
        f" {_under(done)}, `python -m scripts.soak --purchases {done['purchases']}`."
    )
    return [told]


def _under(done: dict[str, Any]) -> str:
    where = done["machine"]
    return f"One run on {where['date']}, on this machine under a load average of {where['load']}"


def _into_readme(text: str) -> None:
    path = ROOT / "README.md"
    readme = path.read_text("utf-8")
    before, _, rest = readme.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    path.write_text(f"{before}{MARKS[0]}\n{text}{MARKS[1]}{after}", "utf-8")
