"""The first page: what waits today for who is here, and everything that he or she may open."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import logins
from api.askers import place_of
from api.deps import App, Language, Reading
from api.pages.office.places import HOME
from api.pages.office.room import SEE_OTHER, Room, room
from api.pages.office.waiting import waiting
from endogene_token.errors import SessionRefusedError
from endogene_token.office import sessions
from endogene_token.office.trail import Actor, changing

router = APIRouter(prefix="/office")


@router.get("", response_class=HTMLResponse)
def home(here: Annotated[Room, Depends(room(HOME))], session: Reading) -> HTMLResponse:
    """Show what waits."""
    return here.show("office/home.html", {"waiting": waiting(here, session, int(time.time()))})


@router.post("/leave")
def leave(request: Request, app: App, lang: Language) -> Response:
    """Log out, whatever the role is worth by now."""
    answer = RedirectResponse("/enter?to=/office", status_code=SEE_OTHER)
    own = logins.cookie_name(app.settings)
    logins.forget(answer, app.settings, own)
    try:
        with logins.translated(lang):
            row, account = logins.shown(request, app, own)
    except SessionRefusedError:
        return answer  # logged out already
    with changing(app.engine, Actor(f"staff:{account.id}", *place_of(request))) as change:
        sessions.revoke(change, row.id)
    return answer
