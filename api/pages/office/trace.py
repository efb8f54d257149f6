"""The trail: every change made through the office, the API or a command, the newest first."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session, func, select

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
Before = Annotated[int | None, Query(ge=1, le=MOST)]


@router.get("/trail", response_class=HTMLResponse)
def page(
    here: Annotated[Room, Depends(room(TRACE))], session: Reading, about: Subject = "", before: Before = None
) -> HTMLResponse:
    """Show entries; of one subject and its parts, all that there are up to a page."""
    if about:
        rows = trail.page(session, 0, PAGE, about.strip())
        older = None
    else:
        last = session.exec(select(func.max(OfficeTrail.number))).one() or 0
        end = min(before or last + 1, last + 1)
        rows = trail.page(session, max(end - PAGE - 1, 0), min(PAGE, end - 1))
        older = rows[0].number if rows and rows[0].number > 1 else None
    entries = [_told(here, session, row) for row in reversed(rows)]
    return here.show("office/trail.html", {"entries": entries, "about": about, "older": older})


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
