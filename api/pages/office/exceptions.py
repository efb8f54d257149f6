"""The inbox of exceptions: what does not come out even, or must be decided; taken and closed."""

import time
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session, col, select

from api.deps import Reading
from api.inbox_answers import LONGEST_REASON
from api.pages.forms import Sent
from api.pages.office.labels import EXCEPTIONS as KINDS
from api.pages.office.places import ARREARS, BANK, EXCEPTIONS
from api.pages.office.room import Room, room
from endogene_token.office.scopes import StaffRole
from endogene_token.office.trail import changing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import TreasuryException

router = APIRouter(prefix="/office")
MOST: Final = 200
LARGEST: Final = 2**63 - 1
Acting = Annotated[Room, Depends(room(EXCEPTIONS, StaffRole.TREASURER))]


@router.get("/exceptions", response_class=HTMLResponse)
def page(
    here: Annotated[Room, Depends(room(EXCEPTIONS))],
    session: Reading,
    state: Annotated[Literal["open", "closed"], Query()] = "open",
) -> HTMLResponse:
    """Show those that are open, or the last that were closed."""
    now = int(time.time())
    rows = inbox.page(session, 0, MOST, is_open=True) if state == "open" else _closed(session)
    rows = sorted(rows, key=lambda one: one.due_at) if state == "open" else rows
    items = [_told(here, session, one, now) for one in rows]
    return here.show("office/exceptions.html", {"items": items, "shown": state, "longest": LONGEST_REASON})


@router.post("/exceptions/take")
def take(here: Acting, sent: Sent) -> RedirectResponse:
    """Make the treasurer who asks the owner of an exception."""
    with changing(here.app.engine, here.who.actor) as change:
        inbox.take(change, sent.number("number", LARGEST))
    return here.back(EXCEPTIONS.path, "taken")


@router.post("/exceptions/close")
def close(here: Acting, sent: Sent) -> RedirectResponse:
    """End an exception, and say how."""
    number, how = sent.number("number", LARGEST), sent.text("how", LONGEST_REASON)
    with here.changing() as change:
        inbox.close(change, number, how, int(time.time()))
    return here.back(EXCEPTIONS.path, "closed")


def _closed(session: Session) -> list[TreasuryException]:
    query = select(TreasuryException).where(TreasuryException.closed_at > 0)
    return list(session.exec(query.order_by(col(TreasuryException.closed_at).desc()).limit(MOST)))


def _told(here: Room, session: Session, row: TreasuryException, now: int) -> dict[str, Any]:
    words = here.words
    label, path = _subject(here, row)
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


def _subject(here: Room, row: TreasuryException) -> tuple[str, str | None]:
    """Return what an exception is about, and the page on which more is told of it."""
    kind, _, rest = row.subject.partition(":")
    if kind == "merchant":
        return here.words.tr("Business {number}", number=rest.partition("/")[0]), ARREARS.path
    if kind == "line":
        return here.words.tr("Line {number} of the bank", number=rest[:8]), BANK.path
    if kind == "item":
        return here.words.tr("Reference {number}", number=rest), None
    return row.subject, None
