"""Staff and officers: invited, listed, ended."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from api.askers import Changer, Reader, changing_as
from api.deps import App, Reading, Services
from api.staff_schemas import InvitationGiven, InvitationMade, ReinvitationGiven, StaffPage, StaffTold
from api.staffing import ender, inviter, listed_merchant
from endogene_token.bounds import MAX_UINT32
from endogene_token.hexes import from_hex, to_hex
from endogene_token.office import invitations, staff
from endogene_token.office.invitations import NewInvitation
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount

PAGE: Final = 100
AccountId = Annotated[str, Path(pattern="^[0-9a-z]{16}$", description="What names the account in the list.")]


def private(response: Response) -> None:
    """Have nobody keep the answer."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(tags=["staff"], dependencies=[Depends(private)])


@router.post("/staff/invitations", status_code=201)
def invite(
    given: Annotated[InvitationGiven, Body()], asker: Changer, app: App, session: Reading
) -> InvitationMade:
    """Open an account and invite its person. The code is told in this answer and never again.

    A merchant's owner invites its staff; the registrar owners, staff, mentors, directors, members and the
    auditor; an officer of the chain himself or herself, by signature. A session must be fresh.
    """
    officer = None if given.officer is None else from_hex(given.officer)
    person = Person(given.role, given.name, given.merchant, officer, given.member)
    actor = inviter(app, session, asker, person)
    with changing_as(app, asker, actor) as change:
        return _made(invitations.invite(change, app.secret(), person, given.days))


@router.post("/staff/{account}/invitations", status_code=201)
def invite_again(
    account: AccountId,
    given: Annotated[ReinvitationGiven, Body()],
    asker: Changer,
    app: App,
    session: Reading,
) -> InvitationMade:
    """Invite anew who has lost the device. Used, the code ends the passkeys and sessions from before."""
    actor = inviter(app, session, asker, staff.find(session, account))
    with changing_as(app, asker, actor) as change:
        return _made(invitations.again(change, account, given.days))


@router.get("/staff")
def list_staff(
    asker: Reader,
    *,
    app: App,
    session: Reading,
    merchant: Annotated[int | None, Query(ge=0, le=MAX_UINT32)] = None,
    after: Annotated[
        str, Query(pattern="^[0-9a-z]{0,16}$", description="Only accounts after this one.")
    ] = "",
) -> StaffPage:
    """Tell a hundred accounts, by their ids: an owner its merchant's, the registrar and the auditor all."""
    wanted = listed_merchant(app, session, asker, merchant)
    found = staff.page(session, wanted, after, PAGE + 1)
    following = found[PAGE - 1].id if len(found) > PAGE else None
    return StaffPage(items=[told(app, one) for one in found[:PAGE]], next=following)


@router.delete("/staff/{account}")
def end(account: AccountId, asker: Changer, app: App, session: Reading) -> StaffTold:
    """End an account at once, with its passkeys and sessions."""
    actor = ender(app, session, asker, staff.find(session, account), account)
    with changing_as(app, asker, actor) as change:
        return told(app, staff.end(change, account))


def told(app: Services, row: OfficeAccount) -> StaffTold:
    """Return an account as it is told to those who may read names."""
    return StaffTold(
        account=row.id,
        role=StaffRole(row.role),
        state=staff.state_of(row),
        name=staff.name_of(app.secret(), row),
        merchant=row.merchant,
        officer=None if row.officer is None else to_hex(row.officer),
        member=row.member,
        created_at=row.created_at,
        active_at=row.active_at,
        ended_at=row.ended_at,
    )


def _made(new: NewInvitation) -> InvitationMade:
    return InvitationMade(account=new.account.id, code=new.code, expires_at=new.expires_at)
