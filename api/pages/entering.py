"""The pages on which people log in, and make the passkey that a code invites them to."""

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.askers import place_of
from api.deps import App
from api.logins import cookie_for, give, require_own_page
from api.pages.labels import ROLES
from api.pages.shell import page
from api.pages.visitors import FIRST_PAGES, PAGE
from endogene_token.errors import UnknownStaffError
from endogene_token.office import sessions, staff
from endogene_token.office.identities import Identity
from endogene_token.office.trail import Actor, changing

router = APIRouter(include_in_schema=False)
To = Annotated[str, Query(pattern=f"^{PAGE}$")]
"""Where who logs in was going: a page of ours."""


@router.get("/enter", response_class=HTMLResponse)
def enter(request: Request, app: App, to: To | None = None, own: To | None = None) -> HTMLResponse:
    """Show how to log in; `own`: the first page of who is logged in as somebody whom `to` keeps out."""
    door = "" if to is None else f"/{to.split('/')[1]}"
    identities = [one for one in app.identities() if FIRST_PAGES[one.role].startswith(door)]
    return page(request, app, "enter.html", _context(to, own, identities, is_joining=False))


@router.post("/enter/as/{account}")
def enter_as(account: str, request: Request, app: App, to: To | None = None) -> RedirectResponse:
    """Log in as an identity of the demo. Raises UnknownStaffError where there is none: everywhere else."""
    require_own_page(request, app.settings)
    if account not in {one.account for one in app.identities()}:
        raise UnknownStaffError(actual=account)
    with changing(app.engine, Actor(f"staff:{account}", *place_of(request))) as change:
        row = staff.standing(change.session, account)
        new = sessions.take_over(change, request.cookies.get(cookie_for(app.settings, row), ""), row)
    answer = RedirectResponse(to or FIRST_PAGES[row.role], status_code=303)
    give(answer, app.settings, new, row)
    return answer


@router.get("/join", response_class=HTMLResponse)
def join(request: Request, app: App) -> HTMLResponse:
    """Show how to make a passkey; the code of a link stands behind its #, and is never sent to this page."""
    return page(request, app, "enter.html", _context(None, None, (), is_joining=True))


def _context(
    to: str | None, own: str | None, identities: Sequence[Identity], *, is_joining: bool
) -> dict[str, object]:
    told = {"identities": identities, "roles": ROLES, "is_joining": is_joining}
    return {"to": to or "", "own": own, "doors": json.dumps(dict(FIRST_PAGES)), **told}
