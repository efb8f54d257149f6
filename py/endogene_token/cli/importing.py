"""`endogene import`: a till's journal in CSV, replayed through the real path."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.table import Table

from endogene_token.chain.views import Rules
from endogene_token.cli.console import amount, answering, out, progress_bar, say, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.errors import StillWaitingError
from endogene_token.host.community import Host, retry_held
from endogene_token.host.folder import DataFolder
from endogene_token.host.ground import FREE_PORT, RULES, FoundingPlan, Ground
from endogene_token.host.officers import Officers
from endogene_token.host.service import running_service, settle_down
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
    refused: Path | None = None
    """Where to write the refused lines; None: into the data folder."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What the job gave, and how long it took from the first line to the last row of the read model."""

    report: ImportReport
    refused_file: Path
    shift: int
    seconds: float


def run(job: Job, *, data: Path | None, as_json: bool) -> None:
    """Replay a till's journal: SDK, signed batches, relay, chain, indexer, read model."""
    with answering(as_json) as answer:
        found = settings(data_dir=data)
        with progress_bar(STAGES, quiet=as_json) as move:
            done = _import(found, job, move)
        answer.update(_as_json(done))
        if not as_json:
            _show(done, found)
        if done.report.waiting:
            raise StillWaitingError(actual=done.report.waiting, limit=done.report.lines)


def _import(found: Settings, job: Job, move: Move) -> Finished:
    today = datetime.now(ZoneInfo(found.timezone)).date()
    seen = survey(job.journal, today)
    with ExitStack() as parts:
        url, ground, check = _service(found, _rules(job, seen, today), parts)
        desk = Desk(ground.ledger, Officers(ground.ledger, ground.folder), ground.folder, job.merchant)
        memory = parts.enter_context(Memory(ground.folder.imports))
        desk.merchant_enrolled(job.rate_bps)
        till, key = desk.till_enrolled()
        members = desk.members_enrolled(memory, seen.customers) if job.enrol else memory.members(job.merchant)
        first_choice = 0 if job.keep_days else seen.shift_to(today - timedelta(days=1))
        shift = memory.shift(till, seen.fingerprint, first_choice)
        client = parts.enter_context(TillClient(url, till, key, ground.folder.outbox(till), job.merchant))
        replay = Replay(job.journal, client, members, shift, LANG)
        start = time.monotonic()
        retry_held(ground.engine)  # what held them may be gone since the last import
        replay.run(seen.lines, lambda _: _wait(url, ground.folder, check, seen.lines, move), move)
        report = replay.report(ground.engine, till)
        seconds = time.monotonic() - start
        file = job.refused or ground.folder.root.joinpath(f"refused-{seen.fingerprint[:12]}.csv")
        write_refused(file, report.refused)
        return Finished(report, file, shift, seconds)


def _service(found: Settings, rules: Rules, parts: ExitStack) -> tuple[str, Ground, Callable[[], None]]:
    """Join the service that runs on this folder, or start one for the time of the import."""
    url = running_service(DataFolder(found.data_dir.absolute()))
    if url is not None:
        return url, parts.enter_context(Ground(found)), lambda: None
    say(tr("Starting the community of {folder} for this import…", LANG, folder=found.data_dir))
    plan = FoundingPlan(found.community, rules=rules)
    host = parts.enter_context(Host(found, plan, api_port=FREE_PORT, node_port=FREE_PORT))
    return host.url, host, host.check


def _rules(job: Job, seen: Survey, today: date) -> Rules:
    """Return the rules of a community founded for this journal: windows of a year, or of its age."""
    if not job.keep_days or seen.first_day is None:
        return RULES
    age = (today - seen.first_day).days + 2  # today's, and the day that has begun further east
    days = min(LONGEST_WINDOW, max(RULES.purchase_window_days, age))
    return replace(RULES, purchase_window_days=days, reversal_window_days=days)


def _wait(url: str, folder: DataFolder, check: Callable[[], None], total: int, move: Move) -> None:
    settle_down(url, folder, check, lambda waiting: move("recorded", max(0, total - waiting), total))


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
    seconds = f"{done.seconds:.1f}"
    tell(tr("Days shifted by {days}. {seconds} s.", LANG, days=done.shift, seconds=seconds))
    tell(tr("Refused lines: {path}", LANG, path=done.refused_file))


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
