"""Who has logged in: the session of a request's cookie, and the pages that may send it.

On https the cookie is `__Host-endogene`: Secure, for this very host, unseen by scripts, never sent from a
page of another site. What changes something must also say that it comes from a page of ours (Origin).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import Request, Response
from sqlmodel import Session

from api.deps import Services
from endogene_token.config import Settings
from endogene_token.errors import (
    CrossSiteError,
    InvitationRefusedError,
    PasskeyRefusedError,
    SessionRefusedError,
)
from endogene_token.i18n import tr
from endogene_token.office import sessions, staff
from endogene_token.office.sessions import NewSession, SessionKey
from endogene_token.office.staff_models import OfficeAccount, OfficeSession
from endogene_token.store import reading

COOKIE: Final = "__Host-endogene"
LOOPBACK_COOKIE: Final = "endogene"  # a browser takes the prefix __Host- on https only
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(settings: Settings) -> str:
    """Return the name under which sessions of this service are kept by browsers."""
    return COOKIE if _is_https(settings) else LOOPBACK_COOKIE


def session_of(request: Request, app: Services, lang: str) -> SessionKey | None:
    """Return what the session of this request opens, and note its use; None for a request without a session.

    The session of a role is worth what that role is worth on chain now. Raises SessionRefusedError,
    CrossSiteError; ChainError when a role must be asked and no node answers.
    """
    if cookie_name(app.settings) not in request.cookies:
        return None
    with translated(lang):
        row, account = shown(request, app)
        with reading(app.engine) as connection, Session(connection) as session:
            if not staff.is_worth(app.ledger, session, account):
                raise SessionRefusedError(actual=sessions.ROLE_ENDED)
    sessions.note_use(app.engine, row)
    return sessions.key_of(row, account)


def shown(request: Request, app: Services) -> tuple[OfficeSession, OfficeAccount]:
    """Return the session in force of a request's cookie, whatever its role is worth.

    Raises SessionRefusedError, not translated; CrossSiteError.
    """
    if request.method not in SAFE:
        require_own_page(request, app.settings)
    token = request.cookies.get(cookie_name(app.settings), "")
    with reading(app.engine) as connection, Session(connection) as session:
        row = sessions.authenticate(session, token)
        return row, staff.find(session, row.account)


def require_own_page(request: Request, settings: Settings) -> None:
    """Raise CrossSiteError unless a page of this service sent the request."""
    origin = request.headers.get("origin", "-")
    if origin not in settings.pages:
        raise CrossSiteError(actual=origin)


def give(response: Response, settings: Settings, new: NewSession) -> None:
    """Have the browser keep a session, until it is closed."""
    response.set_cookie(
        cookie_name(settings),
        new.token,
        secure=_is_https(settings),
        httponly=True,
        samesite="strict",
        path="/",
    )


def take(response: Response, settings: Settings) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(
        cookie_name(settings), secure=_is_https(settings), httponly=True, samesite="strict", path="/"
    )


def _is_https(settings: Settings) -> bool:
    return any(page.startswith("https://") for page in settings.pages)


@contextmanager
def translated(lang: str) -> Iterator[None]:
    """Tell in `lang` why a code, a passkey or a session is refused."""
    try:
        yield
    except (InvitationRefusedError, PasskeyRefusedError, SessionRefusedError) as refusal:
        raise type(refusal)(actual=tr(str(refusal.actual), lang)) from refusal
