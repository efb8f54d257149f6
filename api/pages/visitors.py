"""Who is at a door: the person of the browser's session, or somebody who is sent to log in first."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.askers import place_of
from api.deps import App, Language, Services, services
from api.logins import cookie_name, forget, session_of
from endogene_token.errors import SessionRefusedError
from endogene_token.office import staff
from endogene_token.office.scopes import StaffRole
from endogene_token.office.sessions import SessionKey, fresh_for, require_fresh
from endogene_token.office.trail import Actor
from endogene_token.store import reading

HTMX: Final = "hx-request"
PAGE: Final = "/(till|office|wallet)(/[a-z0-9/-]{0,80})?"
"""The address of a page behind a door; a file to be taken away has a dot."""


FIRST_PAGES: Final[Mapping[str, str]] = {role.value: "/office" for role in StaffRole} | {
    StaffRole.STAFF.value: "/till",
    StaffRole.OWNER.value: "/till",
    StaffRole.MEMBER.value: "/wallet",
}
"""Of the door that each role opens."""


class EnterFirst(Exception):  # noqa: N818  no failure: the visitor is shown where to log in
    """Nobody is logged in, or not as one whom this door lets in.

    `ended`: the cookie that opens nothing; `own`: the first page of who is logged in as somebody else.
    """

    def __init__(self, ended: str | None = None, own: str | None = None) -> None:
        super().__init__(ended, own)
        self.ended = ended
        self.own = own


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is logged in: as what, under which name, and how the trail names what he or she does."""

    key: SessionKey
    name: str
    actor: Actor

    @property
    def fresh_for(self) -> int:
        """For how many seconds more the passkey was shown a short time ago; none left: 0 or less."""
        return fresh_for(self.key)

    @property
    def is_fresh(self) -> bool:
        """Whether the passkey was shown a short time ago."""
        return self.fresh_for > 0

    def require_fresh(self) -> None:
        """Raise FreshLoginError unless the passkey was shown a short time ago: for money, votes, people."""
        require_fresh(self.key)


def visitor(*roles: StaffRole) -> Callable[..., Visitor]:
    """Return the dependency that gives the visitor of a page, in one of these roles.

    def page(who: Annotated[Visitor, Depends(visitor(StaffRole.STAFF, StaffRole.OWNER))]) -> …

    A request that changes something must come from a page of ours: it raises CrossSiteError.
    """

    def found(request: Request, app: App, lang: Language) -> Visitor:
        return _visitor(request, app, lang, roles, cookie_name(app.settings))

    return found


def member(request: Request, app: App, lang: Language) -> Visitor:
    """Return the member whose wallet it is; its number is `key.holder.member`."""
    cookie = cookie_name(app.settings, is_wallet=True)
    return _visitor(request, app, lang, (StaffRole.MEMBER,), cookie)


def _visitor(
    request: Request, app: Services, lang: str, roles: tuple[StaffRole, ...], cookie: str
) -> Visitor:
    try:
        key = session_of(request, app, lang, cookie=cookie)
    except SessionRefusedError as refusal:
        raise EnterFirst(cookie) from refusal
    if key is None:
        raise EnterFirst
    if key.role not in roles:
        raise EnterFirst(own=FIRST_PAGES[key.role])
    return Visitor(key, _name(app, key), Actor(key.who, *place_of(request)))


async def to_login(request: Request, error: Exception) -> Response:
    """Show who is not logged in where to do so, and come back to this page from there.

    A cookie that opens nothing any more is forgotten: sent on, it would count as a proof that is none. Who is
    logged in as somebody else is told so: the same login again would lead in a circle.
    """
    address = login_for(request)
    if isinstance(error, EnterFirst) and error.own is not None:
        address += f"&own={error.own}"
    if HTMX in request.headers:  # a part of a page cannot be a whole one
        answer = Response(status_code=200, headers={"HX-Redirect": address})
    else:
        answer = RedirectResponse(address, status_code=303)
    if isinstance(error, EnterFirst) and error.ended is not None:
        forget(answer, services(request).settings, error.ended)
    return answer


def login_for(request: Request) -> str:
    """Return where to log in and come back from to the page on which the visitor stood.

    To the door's first one where that cannot be told.
    """
    path = request.url.path
    if request.method != "GET" or HTMX in request.headers:  # a form, or a part of a page: neither is a page
        path = _sender(request)
    page = path if re.fullmatch(PAGE, path) else f"/{request.url.path.split('/')[1]}"
    return f"/enter?to={quote(page)}"


def page_before(request: Request) -> str | None:
    """Return the page behind a door from which a request comes; None where no other than itself is known."""
    path = _sender(request)
    is_itself = request.method == "GET" and path == request.url.path
    return path if re.fullmatch(PAGE, path) and not is_itself else None


def _sender(request: Request) -> str:
    told = request.headers.get("hx-current-url") or request.headers.get("referer", "")
    try:
        return urlsplit(told).path
    except ValueError:  # no address: no browser's own
        return ""


def _name(app: Services, key: SessionKey) -> str:
    with reading(app.engine) as connection, Session(connection) as session:
        return staff.name_of(app.secret(), staff.find(session, key.account))
