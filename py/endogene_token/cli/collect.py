"""`endogene collect`: runs drafted, approved by another officer, written, handed in."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.table import Table
from sqlmodel import Session

from endogene_token.chain.views import Role
from endogene_token.cli.checks import catch_up
from endogene_token.cli.console import amount, answering, out, settings, tell
from endogene_token.cli.officer import acting
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.errors import SettingError
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.i18n import mark, tr
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE, Actor, Change, changing
from endogene_token.store import reading
from endogene_token.treasury.collect import drafting, runs
from endogene_token.treasury.collect.drafting import read_day
from endogene_token.treasury.collect.dues import Due, dues
from endogene_token.treasury.collect.files import Office
from endogene_token.treasury.collect.models import BankRun
from endogene_token.treasury.collect.payables import Payable
from endogene_token.treasury.collect.states import ItemState, Kind, Left, RunState
from endogene_token.treasury.collect.told import left_json, run_json
from endogene_token.treasury.confirm import rejecting
from endogene_token.treasury.confirm.returns import LONGEST_CODE
from endogene_token.treasury.statements.months import Month, local_day

WHY: Final = {
    Left.TRANSFER: mark("pays by transfer"),
    Left.OTHER_SCHEME: mark("its mandate is of another scheme"),
    Left.ASKED: mark("asked of the bank already"),
    Left.NOTHING: mark("nothing is left"),
    Left.NO_PAYEE: mark("no account is known"),
    Left.OTHER_PAYEE: mark("the chain names another account"),
    Left.SET_OFF: mark("set against premiums by a statement"),
    Left.NOT_YET: mark("not payable yet"),
}
STATES: Final = {
    RunState.DRAFTED: mark("drafted"),
    RunState.APPROVED: mark("approved"),
    RunState.HANDED_IN: mark("handed in"),
    RunState.CANCELLED: mark("cancelled"),
    ItemState.FILED: mark("asked of the bank"),
    ItemState.COLLECTED: mark("confirmed by the bank"),
    ItemState.SETTLED: mark("booked on the chain"),
    ItemState.RETURNED: mark("came back"),
    ItemState.REJECTED: mark("refused by the bank"),
}
KINDS: Final = {
    Kind.PREMIUMS: mark("statement"),
    Kind.DEBT: mark("returned debit"),
    Kind.CASH_REQUEST: mark("cash request"),
    Kind.REDEMPTION: mark("redemption"),
}

Owed = Due | Payable


def run_draft(
    month: str | None,
    day: str,
    noticed: str | None,
    instalments: Sequence[str],
    *,
    key: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Draft debits of a month, or payments, as the treasurer."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        wanted, told = read_day("day", day), None if noticed is None else read_day("notice", noticed)
        parts = _instalments(instalments)
        actor = acting(ground, Role.TREASURER, key)
        catch_up(ground)
        office, now = _office(ground.settings), int(time.time())
        with changing(ground.engine, actor) as change:
            who = change.actor.who
            if month is None:
                found = drafting.draft_payments(change, office, wanted, who, now=now, instalments=parts)
            else:
                named = Month.parse(month)
                found = drafting.draft_debits(change, office, named, wanted, who, noticed=told, now=now)
            answer["run"] = run_json(change.session, found.run, found.items)
        answer["left_out"] = [left_json(one) for one in found.left_out]
        if not as_json:
            _show(answer["run"], ground.settings)
            _show_left(found.left_out, ground.settings)


def run_due(month: str, *, data: Path | None, as_json: bool) -> None:
    """Show what is left of a month's statements."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        catch_up(ground)
        office = _office(ground.settings)
        with reading(ground.engine) as connection:
            found = dues(connection, Month.parse(month), office.zone, office.profile.scheme)
        answer["due"] = [left_json(one) for one in found]
        if not as_json:
            _show_left(found, ground.settings)


def run_show(number: int, *, data: Path | None, as_json: bool) -> None:
    """Show a run."""
    with answering(as_json) as answer, opened(data) as (found, engine), reading(engine) as connection:
        session = Session(connection)
        answer.update(run_json(session, runs.run_of(session, number), runs.items_of(session, number)))
        if not as_json:
            _show(answer, found)


def run_list(*, data: Path | None, as_json: bool) -> None:
    """List the runs, the newest first."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        with reading(engine) as connection, Session(connection) as session:
            rows = runs.runs_of(session)
            answer["runs"] = [run_json(session, row, runs.items_of(session, row.number or 0)) for row in rows]
        if as_json:
            return
        table = Table(
            "", tr("Month", LANG), tr("Day", LANG), tr("File", LANG), tr("State", LANG), tr("Sum", LANG)
        )
        for row in answer["runs"]:
            sum_ = amount(int(row["total"]), found)
            file = f"{row['file_kind']} {row['file_number'] or ''}".strip()
            state = tr(STATES[RunState(row["state"])], LANG)
            table.add_row(str(row["number"]), row["month"], row["day"], file, state, sum_)
        out.print(table)


def run_approve(number: int, key: Path, *, data: Path | None, as_json: bool) -> None:
    """Approve a run with the key of an officer who has the role now."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        with changing(ground.engine, _approver(ground, key)) as change:
            office = _office(ground.settings)
            run = runs.approve(change, office, number, change.actor.who, int(time.time()))
            answer.update(run_json(change.session, run, runs.items_of(change.session, number)))
        if not as_json:
            tell(tr("The run {number} is approved; its file is {kind} {file}.", LANG, **_named(run)))


def run_reject(
    number: int, items: Sequence[str], *, code: str, key: Path, data: Path | None, as_json: bool
) -> None:
    """Note what the bank refused, with the key of an officer who has the approver's role now."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        if not (code.isascii() and code.isalnum() and len(code) <= LONGEST_CODE):
            raise SettingError(field="--code", actual=code, limit="AM04, 905")
        today = local_day(int(time.time()), _office(ground.settings).zone)
        with changing(ground.engine, _approver(ground, key)) as change:
            run = rejecting.reject(change, number, items, code.upper(), today)
            answer.update(run_json(change.session, run, runs.items_of(change.session, number)))
        if not as_json:
            told = mark("Of run {number}, refused by the bank: {items}. It may be drafted again.")
            tell(tr(told, LANG, number=number, items=", ".join(items)))


def _approver(ground: Ground, key: Path) -> Actor:
    """Return who approves, the read model up to date. Raises AccessError."""
    actor = acting(ground, Role.APPROVER, key)
    catch_up(ground)
    return actor


def run_file(number: int, path: Path, *, data: Path | None, as_json: bool) -> None:
    """Write the file of a run, byte for byte as it was made."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        with reading(engine) as connection, Session(connection) as session:
            content = runs.content_of(session, _office(found), number)
        try:
            _write_private(path, content)
        except OSError as error:
            raise SettingError(field="--out", actual=path, limit=error.strerror) from error
        answer.update({"number": number, "file": str(path), "bytes": len(content)})
        if not as_json:
            tell(tr("Written: {path}", LANG, path=path))


def run_hand_in(number: int, *, data: Path | None, as_json: bool) -> None:
    """Mark a file as given to the bank."""
    done = mark("The bank has the file of run {number}: its items are awaited.")
    _step(
        number,
        done,
        lambda change, office: runs.hand_in(change, office, number, int(time.time())),
        data=data,
        as_json=as_json,
    )


def run_cancel(number: int, *, data: Path | None, as_json: bool) -> None:
    """Cancel a run."""
    done = mark("The run {number} is cancelled: what it asked for may be drafted again.")
    _step(
        number,
        done,
        lambda change, _: runs.cancel(change, number, int(time.time())),
        data=data,
        as_json=as_json,
    )


def _step(
    number: int, done: str, act: Callable[[Change, Office], BankRun], *, data: Path | None, as_json: bool
) -> None:
    with answering(as_json) as answer, opened(data) as (found, engine):
        with changing(engine, COMMAND_LINE) as change:
            run = act(change, _office(found))
            answer.update(run_json(change.session, run, runs.items_of(change.session, number)))
        if not as_json:
            tell(tr(done, LANG, number=number))


def _write_private(path: Path, content: bytes) -> None:
    """Write what holds whole accounts: nobody else reads it, also where a file of that name was there."""
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)


def _office(found: Settings) -> Office:
    return Office.of(found, OfficeSecret.load(found))


def _named(run: BankRun) -> dict[str, Any]:
    return {"number": run.number, "kind": run.file_kind, "file": run.file_number}


def _instalments(words: Sequence[str]) -> Mapping[int, int]:
    found = {}
    for word in words:
        number, _, cents = word.partition("=")
        if not (number.isascii() and number.isdigit() and cents.isascii() and cents.isdigit()):
            raise SettingError(field="--instalment", actual=word, limit="8=150000")
        found[int(number)] = int(cents)
    return found


def _show(run: Mapping[str, Any], found: Settings) -> None:
    state = tr(STATES[RunState(run["state"])], LANG)
    tell(tr("Run {number} for {day}: {state}.", LANG, number=run["number"], day=run["day"], state=state))
    heads = (mark("For"), mark("What for"), mark("Holder"), mark("Account"), mark("Kept by"), mark("State"))
    table = Table("", *(tr(head, LANG) for head in heads), tr("Sum", LANG))
    for column in table.columns:  # on a narrow screen, what is looked up letter by letter stays whole
        column.overflow = "fold"
    table.columns[0].no_wrap = table.columns[-1].no_wrap = True
    table.columns[-1].justify = "right"
    for one in run["items"]:
        about = f"{tr(KINDS[Kind(one['kind'])], LANG)} {one['statement'] or one['object']}"
        word = tr(STATES.get(ItemState(one["state"]), STATES[RunState.CANCELLED]), LANG)
        kept = f"{one['added_by']}, {local_day(one['added_at'], ZoneInfo(found.timezone))}"
        holder = (one["name"], f"…{one['tail']}", kept)
        sum_ = amount(int(one["amount"]), found)
        table.add_row(one["reference"], str(one["party_number"]), about, *holder, word, sum_)
    table.add_row(*[""] * 7, amount(int(run["total"]), found), style="bold")
    out.print(table)


def _show_left(left: Sequence[Owed], found: Settings) -> None:
    if not left:
        return
    table = Table(tr("For", LANG), tr("Reference", LANG), tr("Sum", LANG), "")
    table.columns[2].justify = "right"
    for one in map(left_json, left):
        why = tr(WHY[Left(one["why"])], LANG) if one["why"] else tr("by mandate", LANG)
        reference = one["reference"] or f"{tr(KINDS[Kind(one['kind'])], LANG)} {one['object']}"
        table.add_row(str(one["party_number"]), reference, amount(int(one["amount"]), found), why)
    out.print(table)
