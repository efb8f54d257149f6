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


def credential(request: Request, app: Services, lang: str, authorization: str) -> ApiKey | None:
    """Return the key that the header gives, or what the session of a request without the header opens.

    None: neither is there. Raises as `bearer`, and what `logins.session_of` does.
    """
    if authorization.startswith(PREFIX):
        return authenticated(app, lang, authorization)
    return None if authorization else session_of(request, app, lang)


def authenticated(app: Services, lang: str, authorization: str) -> ApiKey:
    """Return the key that the header gives, and note the day of its use. Raises as `bearer`."""
    token = authorization.removeprefix(PREFIX) if authorization.startswith(PREFIX) else ""
    try:
        with reading(app.engine) as connection, Session(connection) as session:
            key = keys.authenticate(session, token)
    except KeyRefusedError as refusal:
        raise KeyRefusedError(actual=tr(str(refusal.actual), lang)) from None
    role, officer = key.holder.on_chain, key.officer
    # The key of a role is worth what its officer's role is worth now.
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
