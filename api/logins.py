"""Who has logged in: the session of a request's cookie, and the pages that may send it.

On https the cookie is `__Host-endogene`: Secure, for this very host, unseen by scripts, never sent from a
page of another site. What changes something must also say that it comes from a page of ours (Origin).

Whose shop it is may be a member as well: the wallet's session has a cookie of its own beside the other.
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
from endogene_token.office.scopes import StaffRole
from endogene_token.office.sessions import NewSession, SessionKey
from endogene_token.office.staff_models import OfficeAccount, OfficeSession
from endogene_token.store import reading

COOKIE: Final = "__Host-endogene"
LOOPBACK_COOKIE: Final = "endogene"  # a browser takes the prefix __Host- on https only
WALLET: Final = "-wallet"
UNASKED: Final = "endogene-unasked"
"""The header of what a page sends by itself, nobody having asked: it is no use of a session."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(settings: Settings, *, is_wallet: bool = False) -> str:
    """Return the name under which sessions of this service are kept by browsers."""
    name = COOKIE if _is_https(settings) else LOOPBACK_COOKIE
    return name + WALLET if is_wallet else name


def cookie_for(settings: Settings, account: OfficeAccount) -> str:
    """Return the name under which a browser keeps a session of this account."""
    return cookie_name(settings, is_wallet=account.role == StaffRole.MEMBER)


def cookie_of(request: Request, settings: Settings) -> str | None:
    """Return the name of the cookie by which a request asks; the wallet's is the second choice."""
    return next(iter(cookies_of(request, settings)), None)


def cookies_of(request: Request, settings: Settings) -> list[str]:
    """Return the names of the sessions' cookies that a request has, the wallet's last."""
    both = (cookie_name(settings, is_wallet=one) for one in (False, True))
    return [name for name in both if name in request.cookies]


def session_of(request: Request, app: Services, lang: str, *, cookie: str | None = None) -> SessionKey | None:
    """Return what the session of this request opens; None for a request without one.

    It is a use of the session, unless the page sent it by itself.

    `cookie`: that of one door; without it, whichever the request has.

    The session of a role is worth what that role is worth on chain now. Raises SessionRefusedError,
    CrossSiteError; ChainError when a role must be asked and no node answers.
    """
    name = cookie or cookie_of(request, app.settings)
    if name is None or name not in request.cookies:
        return None
    with translated(lang):
        row, account = shown(request, app, name)
        with reading(app.engine) as connection, Session(connection) as session:
            if not staff.is_worth(app.ledger, session, account):
                raise SessionRefusedError(actual=sessions.ROLE_ENDED)
    if UNASKED not in request.headers:
        sessions.note_use(app.engine, row)
    return sessions.key_of(row, account)


def shown(request: Request, app: Services, cookie: str | None = None) -> tuple[OfficeSession, OfficeAccount]:
    """Return the session in force of a request's cookie, whatever its role is worth.

    Raises SessionRefusedError, not translated; CrossSiteError.
    """
    if request.method not in SAFE:
        require_own_page(request, app.settings)
    token = request.cookies.get(cookie or cookie_of(request, app.settings) or "", "")
    with reading(app.engine) as connection, Session(connection) as session:
        row = sessions.authenticate(session, token)
        return row, staff.find(session, row.account)


def require_own_page(request: Request, settings: Settings) -> None:
    """Raise CrossSiteError unless a page of this service sent the request."""
    origin = request.headers.get("origin", "-")
    if origin not in settings.pages:
        raise CrossSiteError(actual=origin)


def give(response: Response, settings: Settings, new: NewSession, account: OfficeAccount) -> None:
    """Have the browser keep a session, until it is closed."""
    response.set_cookie(
        cookie_for(settings, account),
        new.token,
        secure=_is_https(settings),
        httponly=True,
        samesite="strict",
        path="/",
    )


def take(response: Response, settings: Settings, account: OfficeAccount) -> None:
    """Have the browser forget its session of this account."""
    forget(response, settings, cookie_for(settings, account))


def forget(response: Response, settings: Settings, cookie: str) -> None:
    """Have the browser forget a session's cookie, such as one that opens nothing any more."""
    response.delete_cookie(cookie, secure=_is_https(settings), httponly=True, samesite="strict", path="/")


def _is_https(settings: Settings) -> bool:
    return any(page.startswith("https://") for page in settings.pages)


@contextmanager
def translated(lang: str) -> Iterator[None]:
    """Tell in `lang` why a code, a passkey or a session is refused."""
    try:
        yield
    except (InvitationRefusedError, PasskeyRefusedError, SessionRefusedError) as refusal:
        raise type(refusal)(actual=tr(str(refusal.actual), lang)) from refusal
