"""The trail: every change made through the office, the API or a command, the newest first."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import Reading
from api.pages.office.places import TRACE
from api.pages.office.room import Room, room
from endogene_token.office import trail
from endogene_token.office.models import OfficeTrail

router = APIRouter(prefix="/office")
PAGE: Final = 50
MOST: Final = 2**63 - 1
LONGEST: Final = 120
Subject = Annotated[str, Query(max_length=LONGEST)]
Number = Annotated[int | None, Query(ge=0, le=MOST)]


@router.get("/trail", response_class=HTMLResponse)
def page(
    here: Annotated[Room, Depends(room(TRACE))],
    session: Reading,
    about: Subject = "",
    *,
    before: Number = None,
    after: Number = None,
) -> HTMLResponse:
    """Show a page of entries, the newest first: the last ones, or those before or after a number.

    `about`: only those about a subject and its parts.
    """
    about = about.strip()
    subject = about or None
    if after is None:
        rows = trail.newest(session, MOST if before is None else before, PAGE, subject)
    else:
        rows = trail.page(session, after, PAGE, subject)[::-1]
    context = {
        "entries": [_told(here, session, row) for row in rows],
        "about": about,
        "older": rows[-1].number if rows and trail.newest(session, rows[-1].number, 1, subject) else None,
        "newer": rows[0].number if rows and trail.page(session, rows[0].number, 1, subject) else None,
    }
    return here.show("office/trail.html", context)


def _told(here: Room, session: Session, row: OfficeTrail) -> dict[str, Any]:
    params = json.loads(row.params)
    return {
        "number": row.number,
        "at": here.words.moment(here.words.at(row.at)),
        "who": here.person(session, row.who),
        "action": row.action,
        "subject": row.subject,
        "params": ", ".join(f"{name}: {_short(value)}" for name, value in params.items()),
        "origin": row.origin,
    }


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) < LONGEST // 3 else f"{text[:12]}…"
