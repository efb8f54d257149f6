"""Who works at the till: invited by the owner, ended by the owner; and everybody's way out."""

import io
from typing import Annotated, Final

import segno
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api import logins
from api.deps import App, Reading, Services
from api.pages.forms import Sent
from api.pages.labels import ROLES
from api.pages.shell import words_of
from api.pages.till.counter import Clerk, Owner, merchant_of, till_page
from api.pages.visitors import Visitor
from endogene_token.errors import AccessError
from endogene_token.i18n import mark
from endogene_token.office import invitations, sessions, staff
from endogene_token.office.invitations import NewInvitation
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import LONGEST_NAME, Person, State
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.office.trail import changing

router = APIRouter(prefix="/till")
MOST: Final = 1_000
STATES: Final = {
    State.INVITED: (mark("Invited"), "warn"),
    State.ACTIVE: (mark("Works here"), "good"),
    State.ENDED: (mark("Ended"), ""),
}
AccountId = Annotated[str, Path(pattern="^[0-9a-z]{16}$")]


@router.get("/people")
def people(request: Request, app: App, who: Owner, session: Reading) -> Response:
    """List who may log in for the business."""
    return _shown(request, app, who, session)


@router.post("/people")
def invite(request: Request, app: App, who: Owner, session: Reading, form: Sent) -> Response:
    """Open an account for somebody of the staff, and show the code once. Raises FreshLoginError."""
    who.require_fresh()
    name = form.text_or_none("name", LONGEST_NAME)
    if not name:
        return _shown(request, app, who, session, is_nameless=True)
    person = Person(StaffRole.STAFF, name, merchant=merchant_of(who))
    with changing(app.engine, who.actor) as change:
        new = invitations.invite(change, app.secret(), person)
    return _invited(request, app, who, new, name)


@router.post("/people/{account}/invite")
def invite_again(account: AccountId, request: Request, app: App, who: Owner, session: Reading) -> Response:
    """Invite somebody of the staff anew, who has lost the device or the code. Raises FreshLoginError."""
    who.require_fresh()
    row = _staff_of(session, who, account)
    with changing(app.engine, who.actor) as change:
        new = invitations.again(change, account)
    return _invited(request, app, who, new, staff.name_of(app.secret(), row))


@router.post("/people/{account}/end")
def end(account: AccountId, app: App, who: Owner, session: Reading) -> RedirectResponse:
    """End the account of somebody of the staff, at once. Raises FreshLoginError."""
    who.require_fresh()
    _staff_of(session, who, account)
    with changing(app.engine, who.actor) as change:
        staff.end(change, account)
    return RedirectResponse("/till/people", status_code=303)


@router.post("/leave")
def leave(app: App, who: Clerk) -> RedirectResponse:
    """Log out."""
    answer = RedirectResponse("/enter?to=/till", status_code=303)
    with changing(app.engine, who.actor) as change:
        sessions.revoke(change, who.key.id)
        logins.take(answer, app.settings, staff.find(change.session, who.key.account))
    return answer


def _shown(
    request: Request, app: Services, who: Visitor, session: Session, *, is_nameless: bool = False
) -> Response:
    words = words_of(request, app)
    rows = staff.page(session, merchant_of(who), "", MOST)
    told = [
        {
            "account": one.id,
            "name": staff.name_of(app.secret(), one),
            "role": words.tr(ROLES[StaffRole(one.role)]),
            "state": words.tr(STATES[staff.state_of(one)][0]),
            "colour": STATES[staff.state_of(one)][1],
            "since": words.short_day(words.at(one.active_at or one.created_at).astimezone(words.zone).date()),
            "is_self": one.id == who.key.account,
            "may_end": one.role == StaffRole.STAFF and one.ended_at is None,
        }
        for one in sorted(rows, key=lambda one: (one.ended_at is not None, one.role, one.created_at))
    ]
    context = {
        "people": told,
        "is_fresh": who.is_fresh,
        "is_nameless": is_nameless,
        "longest": LONGEST_NAME,
    }
    return till_page(request, app, who, "till/people.html", context, status=422 if is_nameless else 200)


def _invited(request: Request, app: Services, who: Visitor, new: NewInvitation, name: str) -> Response:
    """Show the code of an invitation: as text, and as a square code that opens the page for it."""
    words = words_of(request, app)
    address = f"{app.settings.pages[0]}/join#{new.code}"
    context = {
        "code": new.code,
        "address": f"{app.settings.pages[0]}/join",
        "square": square(address),
        "name_of": name,
        "until": words.moment(words.at(new.expires_at)),
    }
    return till_page(request, app, who, "till/invited.html", context)


def square(text: str) -> str:
    """Return a square code as an SVG, squares alone: nothing of `text` is written in it."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, omitsize=True, border=2)
    return drawn.getvalue().decode()


def _staff_of(session: Session, who: Visitor, account: str) -> OfficeAccount:
    """Return an account of the staff of the visitor's own business. Raises AccessError, UnknownStaffError."""
    row = staff.find(session, account)
    if row.merchant != merchant_of(who) or row.role != StaffRole.STAFF:
        raise AccessError(actual=who.key.account)
    return row
