"""Logins: a session for who shows a passkey, listed and ended by its person."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from sqlmodel import Session

from api.askers import Changer, Reader, changing_as, place_of
from api.deps import App, Language, Reading, Services
from api.logins import cookie_for, give, require_own_page, shown, take, translated
from api.routes.staff import private
from api.routes.staff import told as told_account
from api.staff_schemas import CeremonyOptions, LoginGiven, LoginTold, SessionsTold, SessionTold
from api.staffing import ender
from endogene_token.errors import SessionRefusedError, UnknownSessionError
from endogene_token.office import passkeys, sessions, staff
from endogene_token.office.passkeys import Site
from endogene_token.office.scopes import SESSION_SCOPES, StaffRole
from endogene_token.office.sessions import SessionKey
from endogene_token.office.staff_models import OfficeAccount, OfficeSession
from endogene_token.office.trail import Actor, changing
from endogene_token.store import reading

router = APIRouter(tags=["sessions"], dependencies=[Depends(private)])
SessionId = Annotated[
    str, Path(alias="session", pattern="^[0-9a-z]{16}$", description="What names the session in the list.")
]


@router.post("/sessions/options")
def options(request: Request, app: App) -> CeremonyOptions:
    """Tell what the browser needs to ask for a passkey; it counts for five minutes, once."""
    require_own_page(request, app.settings)
    return CeremonyOptions(options=passkeys.login_options(app.engine, Site.of(app.settings)))


@router.post("/sessions", status_code=201)
def log_in(
    given: Annotated[LoginGiven, Body()], request: Request, response: Response, app: App, lang: Language
) -> LoginTold:
    """Open a session, kept by the browser; one of the same account goes on, its login fresh again."""
    require_own_page(request, app.settings)
    with translated(lang):
        answer = passkeys.answer(app.engine, given.credential)
        with reading(app.engine) as connection, Session(connection) as session:
            account = passkeys.account_of(session, given.credential)
            is_worth = staff.is_worth(app.ledger, session, account)
        with changing(app.engine, Actor(f"staff:{account.id}", *place_of(request))) as change:
            account = passkeys.login(change, Site.of(app.settings), answer)
            if not is_worth:
                raise SessionRefusedError(actual=sessions.ROLE_ENDED)
            here = request.cookies.get(cookie_for(app.settings, account), "")
            new = sessions.take_over(change, here, account)
        give(response, app.settings, new, account)
    return _told_login(app, new.row, account)


@router.get("/sessions/current")
def current(asker: Reader, app: App, session: Reading) -> LoginTold:
    """Tell who has logged in, and what that opens."""
    if not isinstance(asker.key, SessionKey):
        raise UnknownSessionError(actual="-")
    row = session.get_one(OfficeSession, asker.key.id)
    return _told_login(app, row, staff.find(session, row.account))


@router.delete("/sessions/current")
def log_out(request: Request, response: Response, app: App, lang: Language) -> SessionTold:
    """End the session of this browser, whatever its role is worth."""
    with translated(lang):
        row, account = shown(request, app)
    with changing(app.engine, Actor(f"staff:{account.id}", *place_of(request))) as change:
        ended = sessions.revoke(change, row.id)
    take(response, app.settings, account)
    return _told(ended, row.id)


@router.get("/sessions")
def list_sessions(
    asker: Reader,
    *,
    app: App,
    session: Reading,
    account: Annotated[
        str | None, Query(pattern="^[0-9a-z]{16}$", description="Whose; left out: one's own.")
    ] = None,
) -> SessionsTold:
    """Tell the sessions in force of who asks, or of an account that he or she may end."""
    own = asker.key.account if isinstance(asker.key, SessionKey) else ""
    wanted = account or own
    row = staff.find(session, wanted)
    if wanted != own:
        ender(app, session, asker, row, wanted)
    here = asker.key.id if asker.key is not None else ""
    return SessionsTold(items=[_told(one, here) for one in sessions.open_of(session, wanted)])


@router.delete("/sessions/{session}")
def end(session_id: SessionId, asker: Changer, app: App, session: Reading) -> SessionTold:
    """End a session at once: one's own, or that of an account that one may end."""
    row = sessions.find(session, session_id)
    actor = ender(app, session, asker, staff.find(session, row.account), row.account)
    here = asker.key.id if asker.key is not None else ""
    with changing_as(app, asker, actor) as change:
        return _told(sessions.revoke(change, session_id), here)


def _told_login(app: Services, row: OfficeSession, account: OfficeAccount) -> LoginTold:
    return LoginTold(
        session=_told(row, row.id),
        who=told_account(app, account),
        scopes=sorted(SESSION_SCOPES[StaffRole(account.role)]),
    )


def _told(row: OfficeSession, here: str) -> SessionTold:
    return SessionTold(
        id=row.id,
        account=row.account,
        origin=row.origin,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        is_current=row.id == here,
    )
