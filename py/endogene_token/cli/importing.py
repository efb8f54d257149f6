"""`endogene import`: a till's journal in CSV, replayed through the real path."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from endogene_token.chain.views import Rules
from endogene_token.cli.console import (
    LANG,
    amount,
    out,
    print_json,
    progress_bar,
    say,
    settings,
    told,
)
from endogene_token.cli.demo import AsJson, Data
from endogene_token.config import Settings
from endogene_token.errors import StillWaitingError
from endogene_token.host import (
    RULES,
    DataFolder,
    FoundingPlan,
    Ground,
    Host,
    Officers,
    running_service,
    settle_down,
)
from endogene_token.i18n import mark, tr
from endogene_token.imports import (
    Desk,
    ImportReport,
    Memory,
    Replay,
    Survey,
    by_reason,
    survey,
    write_refused,
)
from endogene_token.sdk import TillClient

LONGEST_WINDOW: Final = 2**16 - 1  # days that a rulebook can admit
STAGES: Final = {"read": mark("Lines read"), "sent": mark("Sent"), "recorded": mark("Recorded")}
Move = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What the person asked for."""

    journal: Path
    merchant: int
    rate_bps: int | None
    enrol: bool
    keep_days: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """What the job gave, and how long it took from the first line to the last row of the read model."""

    report: ImportReport
    refused_file: Path
    shift: int
    seconds: float


def import_journal(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    journal: Annotated[Path, typer.Argument(help=tr("The journal, as CSV.", LANG), show_default=False)],
    merchant: Annotated[int, typer.Option("--merchant", min=1, help=tr("The merchant's number.", LANG))],
    rate_bps: Annotated[
        int | None,
        typer.Option(
            "--rate-bps", min=0, max=10_000, help=tr("Its rate in basis points, if it is new (280).", LANG)
        ),
    ] = None,
    enrol: Annotated[
        bool, typer.Option("--enrol", help=tr("Enrol unknown customers as members.", LANG))
    ] = False,
    keep_days: Annotated[
        bool,
        typer.Option(
            "--keep-days", help=tr("Keep the days; by default the last one becomes yesterday.", LANG)
        ),
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(
            "--refused", help=tr("Where to write the refused lines (default: beside the data).", LANG)
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Replay a till's journal: SDK, signed batches, relay, chain, indexer, read model."""
    with told(as_json):
        found = settings(data_dir=data)
        job = Job(journal, merchant, rate_bps, enrol, keep_days)
        with progress_bar(STAGES, quiet=as_json) as move:
            seen = survey(journal, lambda _: None)
            done = _import(found, job, seen, refused, move)
        if as_json:
            print_json(_as_json(done))
        else:
            _show(done, found)
        if done.report.waiting:
            raise StillWaitingError(actual=done.report.waiting, limit=done.report.lines)


def _import(found: Settings, job: Job, seen: Survey, refused: Path | None, move: Move) -> Finished:
    with ExitStack() as parts:
        url, ground, check = _service(found, job, seen, parts)
        desk = Desk(ground.ledger, Officers(ground.ledger, ground.folder), ground.folder, job.merchant)
        memory = parts.enter_context(Memory(ground.folder.imports))
        desk.merchant_enrolled(job.rate_bps)
        till, key = desk.till_enrolled()
        members = desk.members_enrolled(memory, seen.customers) if job.enrol else memory.members(job.merchant)
        yesterday = datetime.now(ZoneInfo(found.timezone)).date() - timedelta(days=1)
        shift = memory.shift(till, seen.fingerprint, 0 if job.keep_days else seen.shift_to(yesterday))
        client = parts.enter_context(TillClient(url, till, key, ground.folder.outbox(till), job.merchant))
        replay = Replay(job.journal, client, members, shift, LANG)
        start = time.monotonic()
        replay.run(seen.lines, lambda _: _wait(url, check, seen.lines, move), move)
        report = replay.report(ground.engine, till)
        seconds = time.monotonic() - start
        path = refused or ground.folder.root.joinpath(f"refused-{seen.fingerprint[:12]}.csv")
        write_refused(path, report.refused)
        return Finished(report, path, shift, seconds)


def _service(
    found: Settings, job: Job, seen: Survey, parts: ExitStack
) -> tuple[str, Ground, Callable[[], None]]:
    """Join the service that runs on this folder, or start one for the time of the import."""
    url = running_service(DataFolder(found.data_dir.absolute()))
    if url is not None:
        return url, parts.enter_context(Ground(found)), lambda: None
    say(tr("Starting the community of {folder} for this import…", LANG, folder=found.data_dir))
    host = parts.enter_context(
        Host(found, FoundingPlan(found.community, rules=_rules(job, seen)), api_port=0)
    )
    return host.url, host, host.check


def _rules(job: Job, seen: Survey) -> Rules:
    """Return the rules of a community founded for this journal: windows of a year, or of its age."""
    if not job.keep_days or seen.first_day is None:
        return RULES
    age = (datetime.now().astimezone().date() - seen.first_day).days + 2
    days = min(LONGEST_WINDOW, max(RULES.purchase_window_days, age))
    return replace(RULES, purchase_window_days=days, reversal_window_days=days)


def _wait(url: str, check: Callable[[], None], total: int, move: Move) -> None:
    settle_down(url, check, lambda waiting: move("recorded", max(0, total - waiting), total))


def _rows(report: ImportReport) -> list[tuple[str, int]]:
    told_ = report.recorded
    return [
        (tr("Lines", LANG), report.lines),
        (tr("Sales recorded", LANG), told_.sales),
        (tr("of which without a member", LANG), told_.anonymous),
        (tr("Returns recorded", LANG), told_.returns),
        (tr("Refused", LANG), len(report.refused)),
    ]


def _show(done: Finished, found: Settings) -> None:
    table = Table(title=tr("Import", LANG), show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for label, count in _rows(done.report):
        table.add_row(label, str(count))
    for code, count in by_reason(done.report.refused).items():
        table.add_row(f"  {code}", str(count))
    if done.report.waiting:
        table.add_row(tr("Still waiting", LANG), str(done.report.waiting))
    table.add_section()
    table.add_row(tr("Premiums", LANG), amount(done.report.recorded.premiums, found))
    table.add_row(tr("Credits", LANG), amount(done.report.recorded.credits, found))
    out.print(table)
    out.print(
        tr("Days shifted by {days}. {seconds} s.", LANG, days=done.shift, seconds=f"{done.seconds:.1f}")
    )
    out.print(tr("Refused lines: {path}", LANG, path=done.refused_file))


def _as_json(done: Finished) -> dict[str, Any]:
    report = done.report
    return {
        "lines": report.lines,
        "sales": report.recorded.sales,
        "returns": report.recorded.returns,
        "anonymous": report.recorded.anonymous,
        "refused": by_reason(report.refused),
        "waiting": report.waiting,
        "premiums": str(report.recorded.premiums),
        "credits": str(report.recorded.credits),
        "shifted_days": done.shift,
        "refused_file": str(done.refused_file),
        "milliseconds": round(done.seconds * 1000),
    }
