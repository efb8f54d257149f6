"""Registration of a passkey: by who was invited, or by who is logged in and adds a device."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from api.askers import place_of
from api.deps import App, Language, Reading, Services
from api.logins import require_own_page, session_of, translated
from api.routes.staff import private
from api.staff_schemas import CeremonyOptions, PasskeyMade, RegistrationAsked, RegistrationGiven
from endogene_token.errors import SessionRefusedError
from endogene_token.office import invitations, passkeys, sessions, staff
from endogene_token.office.passkeys import Site
from endogene_token.office.scopes import StaffRole
from endogene_token.office.trail import Actor, changing

router = APIRouter(tags=["sessions"], dependencies=[Depends(private)])


@router.post("/passkeys/registration/options")
def options(
    given: Annotated[RegistrationAsked, Body()], request: Request, app: App, lang: Language, session: Reading
) -> CeremonyOptions:
    """Tell what the browser needs to make a passkey; it counts for five minutes, once."""
    require_own_page(request, app.settings)
    with translated(lang):
        if given.code is None:
            account = staff.find(session, _logged_in(request, app, lang))
        else:
            account = staff.find(session, invitations.find(session, given.code).account)
        site, name = Site.of(app.settings), staff.name_of(app.secret(), account)
        is_invited = given.code is not None
        made = passkeys.registration_options(app.engine, site, account, name, is_invited=is_invited)
    return CeremonyOptions(options=made)


@router.post("/passkeys/registration", status_code=201)
def register(
    given: Annotated[RegistrationGiven, Body()], request: Request, app: App, lang: Language
) -> PasskeyMade:
    """Keep the new passkey. An invitation is used up by it, and ends the account's earlier passkeys."""
    require_own_page(request, app.settings)
    with translated(lang):
        own = None if given.code is not None else _logged_in(request, app, lang)
        answer = passkeys.answer(app.engine, given.credential)
        who = answer.subject.removeprefix(passkeys.registering(""))
        with changing(app.engine, Actor(f"staff:{who}", *place_of(request))) as change:
            if given.code is not None:
                account = invitations.spend(change, given.code)
            else:
                account = staff.standing(change.session, own or "")
            passkeys.register(change, Site.of(app.settings), answer, account)
            return PasskeyMade(account=account.id, role=StaffRole(account.role))


def _logged_in(request: Request, app: Services, lang: str) -> str:
    """Return the account of who logged in a short time ago. Raises SessionRefusedError, FreshLoginError."""
    key = session_of(request, app, lang)
    if key is None:
        raise SessionRefusedError(actual=sessions.UNREADABLE)
    sessions.require_fresh(key)
    return key.account
