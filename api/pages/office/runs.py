"""What is asked of the bank: one file a run, written by the treasurer, approved by another officer."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from api.askers import approver
from api.collect_answers import BankItemTold, RunTold
from api.deps import Reading, Services
from api.pages.businesses import numbered
from api.pages.forms import Sent
from api.pages.office.labels import DIRECTIONS, ITEM_KINDS, ITEMS, TONES
from api.pages.office.labels import RUNS as STATES
from api.pages.office.places import RUNS
from api.pages.office.room import Room, room
from endogene_token.office import business_names
from endogene_token.office.persons import is_same_person
from endogene_token.office.scopes import StaffRole
from endogene_token.treasury.collect import drafting, runs
from endogene_token.treasury.collect.files import Office
from endogene_token.treasury.collect.models import BankRun
from endogene_token.treasury.collect.states import Direction, FileKind, ItemState, Kind, RunState
from endogene_token.treasury.statements.months import Month

router = APIRouter(prefix="/office")
SHOWN: Final = 60
NEW: Final = 30 * 86_400  # seconds for which an account is told to be new
SUFFIX: Final = {FileKind.CPA_005: "txt", FileKind.PAIN_008: "xml", FileKind.PAIN_001: "xml"}
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Treasurer = Annotated[Room, Depends(room(RUNS, StaffRole.TREASURER))]


@router.get("/runs", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(RUNS))], session: Reading) -> HTMLResponse:
    """Show the runs, the newest first."""
    found = [_brief(here, session, one) for one in runs.runs_of(session)[:SHOWN]]
    return here.show("office/runs.html", {"runs": found})


@router.get("/runs/{number}", response_class=HTMLResponse)
def one(number: Number, here: Annotated[Room, Depends(room(RUNS))], session: Reading) -> HTMLResponse:
    """Show a run: to whom its money goes or from whom it comes, on which account, and whose doing it was."""
    row = runs.run_of(session, number)
    told = RunTold.of(session, row, runs.items_of(session, number))
    now, names = int(time.time()), business_names.of_all(session)
    context = {
        "run": _brief(here, session, row),
        "items": [_item(here, session, names, item, now) for item in told.items],
        "is_own": is_same_person(session, row.drafted_by, here.who.actor.who),
        "by": here.person(session, row.drafted_by),
        "approved_by": here.person(session, row.approved_by) if row.approved_by else None,
        "sha256": told.sha256,
    }
    return here.show("office/run.html", context)


@router.post("/runs/draft")
def draft(here: Treasurer, sent: Sent) -> RedirectResponse:
    """Draft a run: debits of a month's statements, or the payments that are awaited."""
    direction, day = sent.matching("direction", "debit|credit"), sent.day("day")
    office, now = _office(here.app), int(time.time())
    with here.changing() as change:
        who = change.actor.who
        if direction == Direction.CREDIT:
            found = drafting.draft_payments(change, office, day, who, now=now, instalments={})
        else:
            month = Month.parse(sent.matching("month", "[0-9]{4}-[0-9]{2}"))
            found = drafting.draft_debits(change, office, month, day, who, noticed=None, now=now)
        number = found.run.number
    return here.back(f"{RUNS.path}/{number}", "drafted")


@router.post("/runs/{number}/approve")
def approve(
    number: Number, here: Annotated[Room, Depends(room(RUNS, StaffRole.APPROVER))]
) -> RedirectResponse:
    """Approve a run, which makes its file; not by who drafted it."""
    approver(here.app, here.asker())
    with here.changing() as change:
        runs.approve(change, _office(here.app), number, change.actor.who, int(time.time()))
    return here.back(f"{RUNS.path}/{number}", "approved")


@router.post("/runs/{number}/hand-in")
def hand_in(number: Number, here: Treasurer) -> RedirectResponse:
    """Mark a run's file as given to the bank."""
    with here.changing() as change:
        runs.hand_in(change, _office(here.app), number, int(time.time()))
    return here.back(f"{RUNS.path}/{number}", "handed-in")


@router.post("/runs/{number}/cancel")
def cancel(number: Number, here: Treasurer) -> RedirectResponse:
    """Cancel a run that the bank has not got."""
    with here.changing() as change:
        runs.cancel(change, number, int(time.time()))
    return here.back(f"{RUNS.path}/{number}", "cancelled")


@router.get("/runs/{number}/file")
def file(number: Number, here: Treasurer, session: Reading) -> Response:
    """Give a run's file, with whole accounts, to the treasurer who has just shown the passkey."""
    here.who.require_fresh()
    run = runs.run_of(session, number)
    content = runs.content_of(session, _office(here.app), number)
    name = f"{run.file_kind}-{run.file_number:04}.{SUFFIX[FileKind(run.file_kind)]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _office(app: Services) -> Office:
    return Office.of(app.settings, app.secret())


def _brief(here: Room, session: Session, row: BankRun) -> dict[str, Any]:
    items, words = runs.items_of(session, row.number or 0), here.words
    return {
        "number": row.number,
        "what": words.tr(DIRECTIONS[Direction(row.direction)]),
        "is_debit": row.direction == Direction.DEBIT,
        "month": row.month,
        "day": here.day(row.day),
        "state": row.state,
        "state_label": words.tr(STATES[RunState(row.state)]),
        "tone": TONES.get(RunState(row.state), ""),
        "count": len(items),
        "total": words.money(runs.total_of(items)),
        "drafted": here.day_of(row.created_at),
    }


def _item(
    here: Room, session: Session, names: Mapping[int, str], one: BankItemTold, now: int
) -> dict[str, Any]:
    words, number = here.words, one.party_number
    is_merchant = one.party == "merchant"
    return {
        "reference": one.reference,
        "kind": words.tr(ITEM_KINDS[Kind(one.kind)]),
        "party": numbered(words, names, number)
        if is_merchant
        else words.tr("member {number}", number=number),
        "name": one.name,
        "tail": one.tail,
        "amount": words.money(int(one.amount)),
        "tax": words.money(int(one.tax)) if int(one.tax) else None,
        "state": words.tr(ITEMS[ItemState(one.state)]),
        "tone": TONES.get(ItemState(one.state), ""),
        "code": one.return_code,
        "is_new": one.added_at > now - NEW,
        "added": here.day_of(one.added_at),
        "added_by": here.person(session, one.added_by) if one.added_by else "",
    }
