"""Officers and directors, and when their terms end; mentors of projects under way."""

import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api.deps import Reading
from api.pages.labels import ROLES
from api.pages.office.members import CATEGORIES
from api.pages.office.places import TERMS
from api.pages.office.room import NAMES, Room, room
from api.votes import COLLEGES
from endogene_token.errors import ChainError
from endogene_token.hexes import to_hex
from endogene_token.indexer.project_models import Project
from endogene_token.indexer.vote_models import Director
from endogene_token.office import staff
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.projects import ProjectState

router = APIRouter(prefix="/office")
SOON: Final = 90 * 86_400  # seconds before a term ends
GUIDED: Final = (ProjectState.AWARDED, ProjectState.ACTIVE, ProjectState.SUSPENDED)


@router.get("/officers", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(TERMS))], session: Reading) -> HTMLResponse:
    """Show who is in office until when, as the chain says at this moment."""
    now = int(time.time())
    directors = session.exec(
        select(Director).where(col(Director.seated) != 0).order_by(col(Director.until), col(Director.member))
    )
    guided = select(Project).where(col(Project.state).in_(GUIDED)).order_by(col(Project.number))
    context = {
        "officers": _officers(here, session, now),
        "directors": [
            {
                "member": one.member,
                "college": here.words.tr(CATEGORIES[COLLEGES[one.category]]),
                **_term(here, one.until, now),
            }
            for one in directors
        ],
        "mentors": [(one.number, one.mentor) for one in session.exec(guided) if one.mentor],
    }
    return here.show("office/officers.html", context)


def _officers(here: Room, session: Session, now: int) -> list[dict[str, Any]]:
    """Return the officers whose accounts the office has; of each address the chain is asked."""
    has_address = col(OfficeAccount.officer).is_not(None)
    rows = session.exec(select(OfficeAccount).where(has_address, col(OfficeAccount.ended_at).is_(None)))
    found = []
    for row in sorted(rows, key=lambda one: (one.role, one.id)):
        role, address = StaffRole(row.role), to_hex(row.officer or b"")
        name = staff.name_of(here.app.secret(), row) if here.role in NAMES else None
        told = {"role": here.words.tr(ROLES[role]), "name": name, "address": address}
        found.append({**told, **_term(here, _until(here, role, address), now)})
    return found


def _until(here: Room, role: StaffRole, address: str) -> int | None:
    on_chain = None if role.office is None else role.office.on_chain
    if on_chain is None:
        return None
    try:
        return here.app.ledger.role_until(on_chain, address)
    except ChainError:
        return None  # no node answers: the page says that it does not know


def _term(here: Room, until: int | None, now: int) -> dict[str, Any]:
    tr = here.words.tr
    if until is None:
        return {"state": tr("not known at this moment"), "tone": "warn"}
    if until <= now:
        return {"state": tr("ended"), "tone": "bad"}
    day = here.day_of(until)
    return {"state": tr("until {day}", day=day), "tone": "warn" if until < now + SOON else "good"}
