"""Who may log in: invited, invited again, ended by the registrar. A code is shown once."""

import io
import time
from typing import Annotated, Any, Final

import segno
from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from api.deps import Reading
from api.pages.forms import Sent
from api.pages.labels import ROLES
from api.pages.office.places import STAFF
from api.pages.office.room import Room, room
from api.staffing import OF_REGISTRAR, ender, inviter
from endogene_token.i18n import mark
from endogene_token.office import invitations, staff
from endogene_token.office.invitations import NewInvitation
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person, State
from endogene_token.office.staff_models import OfficeAccount

router = APIRouter(prefix="/office")
PAGE: Final = 100
ENDED_SHOWN: Final = 30 * 86_400  # seconds for which an ended account is still listed
STATES: Final = {
    State.INVITED: mark("invited"),
    State.ACTIVE: mark("logs in"),
    State.ENDED: mark("ended"),
}
TONES: Final = {State.INVITED: "warn", State.ACTIVE: "good", State.ENDED: ""}
INVITED: Final = tuple(role for role in StaffRole if role in OF_REGISTRAR)
Registrar = Annotated[Room, Depends(room(STAFF, StaffRole.REGISTRAR))]
ACCOUNT: Final = "[0-9a-z]{16}"
Asked = Annotated[str, Query(pattern="^[0-9]{0,10}$")]
After = Annotated[str, Query(pattern=f"^({ACCOUNT})?$")]


@router.get("/staff", response_class=HTMLResponse)
def page(
    here: Annotated[Room, Depends(room(STAFF))],
    session: Reading,
    number: Asked = "",
    *,
    shops: After = "",
    wallets: After = "",
) -> HTMLResponse:
    """List the accounts, those of the office first; of the others a page, by the numbers that they are for.

    `number`: those of one business or member alone. `shops`, `wallets`: the account to go on after.
    """
    role, merchant, member = (col(OfficeAccount.role), col(OfficeAccount.merchant), col(OfficeAccount.member))
    recent = int(time.time()) - ENDED_SHOWN
    shown = select(OfficeAccount).where(
        col(OfficeAccount.ended_at).is_(None) | (col(OfficeAccount.ended_at) > recent)
    )
    if number:
        shown = shown.where((merchant == int(number)) | (member == int(number)))
    is_wallet = role == StaffRole.MEMBER
    of_office = shown.where(merchant.is_(None), ~is_wallet).order_by(role, col(OfficeAccount.created_at))
    context = {
        "number": number,
        "office": [_told(here, one) for one in session.exec(of_office)],
        "shops": _part(here, session, shown, "merchant", shops),
        "wallets": _part(here, session, shown.where(is_wallet), "member", wallets),
        "roles": [(one.value, here.words.tr(ROLES[one])) for one in INVITED],
    }
    return here.show("office/staff.html", {**context, "longest": staff.LONGEST_NAME})


def _part(
    here: Room, session: Session, shown: SelectOfScalar[OfficeAccount], of: str, after: str
) -> dict[str, Any]:
    """Return a page of accounts by the number that they are of, after one of them, and where it goes on."""
    number: Any = getattr(OfficeAccount, of)
    order = (number, col(OfficeAccount.id))
    query = shown.where(number.is_not(None)).order_by(*order)
    last = session.get(OfficeAccount, after) if after else None
    if last is not None:
        query = query.where(tuple_(*order) > (getattr(last, of), last.id))
    rows = session.exec(query.limit(PAGE + 1)).all()
    return {
        "people": [_told(here, one) for one in rows[:PAGE]],
        "next": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "is_later": last is not None,
    }


@router.post("/staff/invite", response_class=HTMLResponse)
def invite(here: Registrar, session: Reading, sent: Sent) -> HTMLResponse:
    """Open an account, and show its code."""
    role = StaffRole(sent.matching("role", "|".join(INVITED)))
    number = sent.number_or_none("number")
    is_shop = role in {StaffRole.STAFF, StaffRole.OWNER}
    person = Person(
        role,
        sent.text("name", staff.LONGEST_NAME),
        merchant=number if is_shop else None,
        member=None if is_shop else number,
    )
    inviter(here.app, session, here.asker(), person)
    with here.changing() as change:
        made = invitations.invite(change, here.app.secret(), person)
    return shown(here, made, person.name, STAFF.path)


@router.post("/staff/again", response_class=HTMLResponse)
def again(here: Registrar, session: Reading, sent: Sent) -> HTMLResponse:
    """Invite anew who has lost the device."""
    account = sent.matching("account", ACCOUNT)
    row = staff.find(session, account)
    inviter(here.app, session, here.asker(), row)
    with here.changing() as change:
        made = invitations.again(change, account)
    return shown(here, made, staff.name_of(here.app.secret(), row), STAFF.path)


@router.post("/staff/end")
def end(here: Registrar, session: Reading, sent: Sent) -> RedirectResponse:
    """End an account at once."""
    account = sent.matching("account", ACCOUNT)
    ender(here.app, session, here.asker(), staff.find(session, account), account)
    with here.changing() as change:
        staff.end(change, account)
    return here.back(STAFF.path, "ended")


def shown(here: Room, made: NewInvitation, name: str, back: str) -> HTMLResponse:
    """Show a code, this once; `back`: the page that it was asked for on."""
    address = f"{here.app.settings.pages[0]}/join#{made.code}"
    drawn = io.BytesIO()
    title = here.words.tr("Square code of the address")
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, omitsize=True, border=4, title=title
    )
    context = {
        "person": name or here.words.tr("Member {number}", number=made.account.member),
        "back": back,
        "code": made.code,
        "page": f"{here.app.settings.pages[0]}/join",
        "square": drawn.getvalue().decode(),
        "until": here.words.moment(here.words.at(made.expires_at)),
    }
    return here.show("office/invitation.html", context)


def _told(here: Room, row: OfficeAccount) -> dict[str, Any]:
    tr, role, state = here.words.tr, StaffRole(row.role), staff.state_of(row)
    return {
        "account": row.id,
        "name": _name(here, row),
        "role": tr(ROLES[role]),
        "state": tr(STATES[state]),
        "tone": TONES[state],
        "is_ended": state is State.ENDED,
        "merchant": row.merchant,
        "member": row.member,
        "is_invitable": role in OF_REGISTRAR and state is not State.ENDED,
        "is_self": row.id == here.who.key.account,
    }


def _name(here: Room, row: OfficeAccount) -> str:
    """Return how a person is called: by the number where no name was ever given."""
    if not row.name:
        return here.words.tr("Name erased")
    return staff.name_of(here.app.secret(), row) or here.words.tr("Member {number}", number=row.member)
