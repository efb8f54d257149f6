"""The inbox of exceptions: what does not come out even, or must be decided; taken and closed."""

import time
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session, col, select

from api.deps import Reading
from api.inbox_answers import LONGEST_REASON
from api.pages.businesses import called, numbered
from api.pages.forms import Form, Sent
from api.pages.office.labels import EXCEPTIONS as KINDS
from api.pages.office.places import ARREARS, BANK, DESK, EXCEPTIONS, REPORTS
from api.pages.office.room import Room, room
from endogene_token.office import business_names
from endogene_token.office.scopes import StaffRole
from endogene_token.office.trail import changing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind
from endogene_token.treasury.exceptions.models import TreasuryException

router = APIRouter(prefix="/office")
MOST: Final = 200
LARGEST: Final = 2**63 - 1
State = Annotated[Literal["open", "closed"], Query()]
Treasurer = Annotated[Room, Depends(room(EXCEPTIONS, StaffRole.TREASURER))]
Registrar = Annotated[Room, Depends(room(REPORTS, StaffRole.REGISTRAR))]


@router.get("/exceptions", response_class=HTMLResponse)
def exceptions(
    here: Annotated[Room, Depends(room(EXCEPTIONS))], session: Reading, state: State = "open"
) -> HTMLResponse:
    """Show what does not come out even: what is open, or the last that was closed."""
    return _page(here, session, state, inbox.OF_MONEY, StaffRole.TREASURER)


@router.post("/exceptions/take")
def take(here: Treasurer, sent: Sent) -> RedirectResponse:
    """Make the treasurer who asks the owner of an exception."""
    return _take(here, sent, inbox.OF_MONEY)


@router.post("/exceptions/close")
def close(here: Treasurer, sent: Sent) -> RedirectResponse:
    """End an exception, and say how."""
    return _close(here, sent, inbox.OF_MONEY)


@router.get("/reports", response_class=HTMLResponse)
def reports(
    here: Annotated[Room, Depends(room(REPORTS))], session: Reading, state: State = "open"
) -> HTMLResponse:
    """Show what members reported of themselves, to those who read members."""
    return _page(here, session, state, inbox.OF_MEMBERS, StaffRole.REGISTRAR)


@router.post("/reports/take")
def take_report(here: Registrar, sent: Sent) -> RedirectResponse:
    """Make the registrar who asks the owner of a report."""
    return _take(here, sent, inbox.OF_MEMBERS)


@router.post("/reports/close")
def close_report(here: Registrar, sent: Sent) -> RedirectResponse:
    """End a report; its member reads how."""
    return _close(here, sent, inbox.OF_MEMBERS)


def _page(
    here: Room, session: Session, state: str, among: Collection[Kind], acting: StaffRole
) -> HTMLResponse:
    now, names = int(time.time()), business_names.of_all(session)
    is_open = state == "open"
    rows = inbox.page(session, 0, MOST, is_open=True, among=among) if is_open else _closed(session, among)
    rows = sorted(rows, key=lambda one: one.due_at) if is_open else rows
    context = {
        "items": [_told(here, session, names, one, now) for one in rows],
        "shown": state,
        "acts": here.role is acting,
        "is_of_members": among is inbox.OF_MEMBERS,
        "longest": LONGEST_REASON,
    }
    return here.show("office/exceptions.html", context)


def _take(here: Room, sent: Form, among: Collection[Kind]) -> RedirectResponse:
    with changing(here.app.engine, here.who.actor) as change:
        inbox.take(change, sent.number("number", LARGEST), among)
    return here.back(here.place.path, "taken")


def _close(here: Room, sent: Form, among: Collection[Kind]) -> RedirectResponse:
    number, how = sent.number("number", LARGEST), sent.text("how", LONGEST_REASON)
    with here.changing() as change:
        inbox.close(change, number, how, int(time.time()), among)
    return here.back(here.place.path, "closed")


def _closed(session: Session, among: Collection[Kind]) -> list[TreasuryException]:
    query = select(TreasuryException).where(TreasuryException.closed_at > 0, inbox.of_kinds(among))
    return list(session.exec(query.order_by(col(TreasuryException.closed_at).desc()).limit(MOST)))


def _told(
    here: Room, session: Session, names: Mapping[int, str], row: TreasuryException, now: int
) -> dict[str, Any]:
    words = here.words
    label, path = _subject(here, names, row)
    return {
        "number": row.number,
        "kind": words.tr(KINDS[inbox.Kind(row.kind)]),
        "subject": label,
        "path": path,
        "amount": words.money(row.amount),
        "owner": here.person(session, row.owner),
        "is_own": row.owner == here.who.actor.who,
        "opened": words.moment(words.at(row.opened_at)),
        "due": here.day_of(row.due_at),
        "is_late": not row.closed_at and row.due_at < now,
        "closed": words.moment(words.at(row.closed_at)) if row.closed_at else None,
        "closed_by": here.person(session, row.closed_by) if row.closed_by else "",
        "how": words.tr("its cause is gone") if row.how == inbox.RESOLVED else row.how,
    }


def _subject(here: Room, names: Mapping[int, str], row: TreasuryException) -> tuple[str, str | None]:
    """Return what an exception is about, and the page on which more is told of it."""
    kind, _, rest = row.subject.partition(":")
    if kind == "merchant":
        return numbered(here.words, names, int(rest.partition("/")[0])), ARREARS.path
    if kind == "line":
        return here.words.tr("Line {number} of the bank", number=rest[:8]), BANK.path
    if kind == "item":
        return here.words.tr("Reference {number}", number=rest), None
    if kind == "member":
        return _of_member(here, names, rest), f"{DESK.path}/{rest.partition('/')[0]}"
    return row.subject, None


def _of_member(here: Room, names: Mapping[int, str], rest: str) -> str:
    """Return who reported, and where and when a purchase was made, if that is what it is about."""
    number, *parts = rest.split("/")
    told = dict(one.split(":", 1) for one in parts if ":" in one)
    words, member = here.words, here.words.tr("Member {number}", number=number)
    if not {"merchant", "day"} <= told.keys():
        return member
    shop, day = called(words, names, int(told["merchant"])), words.day(date.fromisoformat(told["day"]))
    return words.tr("{member}: {shop}, {day}", member=member, shop=shop, day=day)
