"""Who asks with a key of the API: `Authorization: Bearer ek_live_…`, or with a session.

def sales(key: Annotated[ApiKey, Depends(bearer(Scope.SALES_READ))]) -> …
"""

import time
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Header, Request
from sqlmodel import Session

from api.deps import App, Language, Services
from api.logins import session_of
from endogene_token.errors import KeyRefusedError, ScopeMissingError
from endogene_token.hexes import to_hex
from endogene_token.i18n import tr
from endogene_token.office import keys
from endogene_token.office.keys import ApiKey
from endogene_token.office.scopes import Mode, Scope
from endogene_token.store import reading

PREFIX: Final = "Bearer "


def bearer(scope: Scope) -> Callable[..., ApiKey]:
    """Return the dependency that gives the key of a request; it must have `scope`.

    It raises KeyRefusedError, ScopeMissingError; ChainError when a role must be asked and no node answers.
    """

    def found(
        request: Request, app: App, lang: Language, authorization: Annotated[str, Header()] = ""
    ) -> ApiKey:
        key = credential(request, app, lang, authorization) or authenticated(app, lang, authorization)
        require_scope(key, scope)
        return key

    return found


def is_bearer(authorization: str) -> bool:
    """Return whether the header gives a key of the API; the name of the scheme has no case (RFC 9110)."""
    return authorization[: len(PREFIX)].lower() == PREFIX.lower()


def credential(request: Request, app: Services, lang: str, authorization: str) -> ApiKey | None:
    """Return the key that the header gives, or what the session of a request without the header opens.

    None: neither is there. Raises as `bearer`, and what `logins.session_of` does.
    """
    if is_bearer(authorization):
        return _in_force(app, lang, key_of(request, app, lang, authorization))
    return None if authorization else session_of(request, app, lang)


def authenticated(app: Services, lang: str, authorization: str) -> ApiKey:
    """Return the key that the header gives, and note the day of its use. Raises as `bearer`."""
    return _in_force(app, lang, _kept(app, lang, authorization))


def key_of(request: Request, app: Services, lang: str, authorization: str) -> ApiKey:
    """Return the key that the header gives, whatever its role is worth; looked up once for each request.

    Raises KeyRefusedError.
    """
    found: tuple[str, ApiKey] | None = getattr(request.state, "api_key", None)
    if found is None or found[0] != authorization:
        request.state.api_key = found = (authorization, _kept(app, lang, authorization))
    return found[1]


def _kept(app: Services, lang: str, authorization: str) -> ApiKey:
    token = authorization[len(PREFIX) :] if is_bearer(authorization) else ""
    try:
        with reading(app.engine) as connection, Session(connection) as session:
            return keys.authenticate(session, token)
    except KeyRefusedError as refusal:
        raise KeyRefusedError(actual=tr(str(refusal.actual), lang)) from None


def _in_force(app: Services, lang: str, key: ApiKey) -> ApiKey:
    """Note the use of a key, and return it: that of a role is worth what its officer's role is worth now."""
    role, officer = key.holder.on_chain, key.officer
    if (
        role is not None
        and officer is not None
        and app.ledger.role_until(role, to_hex(officer)) <= time.time()
    ):
        raise KeyRefusedError(actual=tr(keys.ENDED, lang))
    keys.note_use(app.engine, key)
    return key


def require_scope(key: ApiKey, scope: Scope) -> None:
    """Raise ScopeMissingError unless the key has this scope."""
    if scope not in key.scopes:
        raise ScopeMissingError(actual=key.id, limit=scope)


def require_live(key: ApiKey, scope: Scope) -> None:
    """Raise ScopeMissingError unless the key has this scope and sees the community, not the sandbox."""
    if key.mode is not Mode.LIVE:
        raise ScopeMissingError(actual=key.id, limit=f"{scope} ({Mode.LIVE})")
    require_scope(key, scope)
