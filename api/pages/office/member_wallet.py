"""A member's login: invited from the member's page, invited anew, ended."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from api.deps import Reading
from api.pages.forms import Sent
from api.pages.office.desk import PREFIX, Registrar, page_of
from api.pages.office.people import shown
from api.schemas import PathNumber
from api.staffing import ender, inviter
from endogene_token.errors import UnknownStaffError
from endogene_token.office import invitations, staff
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount

router = APIRouter(prefix=f"{PREFIX}/wallet")


@router.post("/invite", response_class=HTMLResponse)
def invite(number: PathNumber, here: Registrar, session: Reading, sent: Sent) -> HTMLResponse:
    """Open the member's wallet, and show its code."""
    person = Person(StaffRole.MEMBER, sent.text("name", staff.LONGEST_NAME), member=number)
    inviter(here.app, session, here.asker(), person)
    with here.changing() as change:
        made = invitations.invite(change, here.app.secret(), person)
    return shown(here, made, person.name, page_of(number))


@router.post("/again", response_class=HTMLResponse)
def again(number: PathNumber, here: Registrar, session: Reading) -> HTMLResponse:
    """Invite anew who has lost the device."""
    row = _standing(session, number)
    inviter(here.app, session, here.asker(), row)
    with here.changing() as change:
        made = invitations.again(change, row.id)
    return shown(here, made, staff.name_of(here.app.secret(), row), page_of(number))


@router.post("/end")
def end(number: PathNumber, here: Registrar, session: Reading) -> RedirectResponse:
    """End the member's login at once."""
    row = _standing(session, number)
    ender(here.app, session, here.asker(), row, row.id)
    with here.changing() as change:
        staff.end(change, row.id)
    return here.back(page_of(number), "ended")


def _standing(session: Session, number: int) -> OfficeAccount:
    row = staff.wallet(session, number)
    if row is None:
        raise UnknownStaffError(actual=f"member:{number}")
    return row
