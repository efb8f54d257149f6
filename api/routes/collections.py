"""What is asked of the bank: mandates, payees, runs. The treasurer writes, another officer approves."""

import time
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Path, Query, Response

from api.askers import Changer, Reader, approver, changing_as, require_treasury_reader, treasurer
from api.collect_answers import (
    DraftedTold,
    DraftGiven,
    DuesTold,
    EndGiven,
    LeftTold,
    MandateGiven,
    MandatesTold,
    MandateTold,
    PayeeGiven,
    PayeesTold,
    PayeeTold,
    RejectedGiven,
    RunsTold,
    RunTold,
)
from api.deps import App, Reading, Services
from api.schemas import Number32
from endogene_token.office.trail import Change
from endogene_token.treasury.collect import drafting, mandates, runs
from endogene_token.treasury.collect.drafting import read_day
from endogene_token.treasury.collect.dues import dues
from endogene_token.treasury.collect.files import Office
from endogene_token.treasury.collect.models import BankRun
from endogene_token.treasury.collect.states import FileKind
from endogene_token.treasury.confirm import rejecting
from endogene_token.treasury.statements.months import Month, local_day

router = APIRouter(tags=["treasury"])
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="As it is listed.")]
MonthText = Annotated[str, Path(pattern="^[0-9]{4}-[0-9]{2}$", description="Year and month, as in 2026-10.")]
OfMerchant = Annotated[Number32 | None, Query(description="Only this merchant's.")]
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file for the bank."}
}
SUFFIX: Final = {FileKind.CPA_005: "txt", FileKind.PAIN_008: "xml", FileKind.PAIN_001: "xml"}


@router.get("/collect/mandates")
def list_mandates(asker: Reader, app: App, session: Reading, merchant: OfMerchant = None) -> MandatesTold:
    """Tell mandates, ended ones too. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    return MandatesTold(items=[MandateTold.of(row) for row in mandates.mandates_of(session, merchant)])


@router.post("/collect/mandates", status_code=201)
def give_mandate(given: Annotated[MandateGiven, Body()], asker: Changer, app: App) -> MandateTold:
    """Keep a mandate that a merchant signed. The treasurer may."""
    signed, today = given.mandate(), local_day(int(time.time()), ZoneInfo(app.settings.timezone))
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return MandateTold.of(mandates.give(change, app.secret(), signed, today))


@router.post("/collect/mandates/{number}/end")
def end_mandate(number: Number, given: Annotated[EndGiven, Body()], asker: Changer, app: App) -> MandateTold:
    """End a mandate. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return MandateTold.of(mandates.end(change, number, given.why))


@router.get("/collect/payees")
def list_payees(asker: Reader, app: App, session: Reading) -> PayeesTold:
    """Tell payees, ended ones too. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    return PayeesTold(items=[PayeeTold.of(row) for row in mandates.payees_of(session)])


@router.post("/collect/payees", status_code=201)
def add_payee(given: Annotated[PayeeGiven, Body()], asker: Changer, app: App) -> PayeeTold:
    """Keep the account that a merchant or a member is paid on. The treasurer may."""
    payee = given.payee()
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return PayeeTold.of(mandates.add_payee(change, app.secret(), payee))


@router.post("/collect/payees/{number}/end")
def end_payee(number: Number, given: Annotated[EndGiven, Body()], asker: Changer, app: App) -> PayeeTold:
    """End a payee. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return PayeeTold.of(mandates.end_payee(change, number, given.why))


@router.get("/collect/due/{month}")
def due(month: MonthText, asker: Reader, app: App, session: Reading) -> DuesTold:
    """Tell what is left of a month's statements, and who pays by transfer.

    An officer may read, and a key with `treasury:read`.
    """
    require_treasury_reader(app, asker)
    office = _office(app)
    found = dues(session.connection(), Month.parse(month), office.zone, office.profile.scheme)
    return DuesTold(items=[LeftTold.of(one) for one in found])


@router.get("/collect/runs")
def list_runs(asker: Reader, app: App, session: Reading) -> RunsTold:
    """Tell the runs, the newest first. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    found = [
        RunTold.of(session, row, runs.items_of(session, row.number or 0)) for row in runs.runs_of(session)
    ]
    return RunsTold(items=found)


@router.post("/collect/runs", status_code=201)
def draft(given: Annotated[DraftGiven, Body()], asker: Changer, app: App) -> DraftedTold:
    """Draft debits of a month's statements, or payments of what is awaited. The treasurer may."""
    day, office, now = read_day("day", given.day), _office(app), int(time.time())
    noticed = None if given.noticed_on is None else read_day("notice", given.noticed_on)
    parts = {one.redemption: int(one.amount) for one in given.instalments}
    with changing_as(app, asker, treasurer(app, asker)) as change:
        who = change.actor.who
        if given.direction == "credit":
            found = drafting.draft_payments(change, office, day, who, now=now, instalments=parts)
        else:
            month = Month.parse(given.month)
            found = drafting.draft_debits(change, office, month, day, who, noticed=noticed, now=now)
        return DraftedTold.of(change.session, found)


@router.get("/collect/runs/{number}")
def show(number: Number, asker: Reader, app: App, session: Reading) -> RunTold:
    """Tell a run and its items. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    return RunTold.of(session, runs.run_of(session, number), runs.items_of(session, number))


@router.get("/collect/runs/{number}/file", responses=FILE, response_class=Response)
def file(number: Number, asker: Reader, app: App, session: Reading) -> Response:
    """Give a run's file, byte for byte as it was made. The treasurer may: it holds whole accounts."""
    treasurer(app, asker)
    run = runs.run_of(session, number)
    content = runs.content_of(session, _office(app), number)
    name = f"{run.file_kind}-{run.file_number:04}.{SUFFIX[FileKind(run.file_kind)]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/collect/runs/{number}/approve")
def approve(number: Number, asker: Changer, app: App) -> RunTold:
    """Approve a run, and make its file. The approver may, but not who drafted it."""
    with changing_as(app, asker, approver(app, asker)) as change:
        run = runs.approve(change, _office(app), number, change.actor.who, int(time.time()))
        return _told(change, run)


@router.post("/collect/runs/{number}/hand-in")
def hand_in(number: Number, asker: Changer, app: App) -> RunTold:
    """Mark a run's file as given to the bank. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return _told(change, runs.hand_in(change, _office(app), number, int(time.time())))


@router.post("/collect/runs/{number}/cancel")
def cancel(number: Number, asker: Changer, app: App) -> RunTold:
    """Cancel a run that the bank has not got. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return _told(change, runs.cancel(change, number, int(time.time())))


@router.post("/collect/runs/{number}/reject")
def reject(number: Number, given: Annotated[RejectedGiven, Body()], asker: Changer, app: App) -> RunTold:
    """Note items that the bank refused and never booked. The approver may, but not who drafted the run."""
    today = local_day(int(time.time()), _office(app).zone)
    with changing_as(app, asker, approver(app, asker)) as change:
        return _told(change, rejecting.reject(change, number, given.items, given.code, today))


def _told(change: Change, run: BankRun) -> RunTold:
    return RunTold.of(change.session, run, runs.items_of(change.session, run.number or 0))


def _office(app: Services) -> Office:
    return Office.of(app.settings, app.secret())
