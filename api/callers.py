"""Who asks, as far as the request itself proves it: for limits and for idempotency keys, before any route."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from api.access import caller, is_signed_by_address
from api.bearers import credential, is_bearer, key_of
from api.deps import Services
from api.logins import cookie_of, cookies_of, session_of, shown
from endogene_token.config import Settings
from endogene_token.errors import EndogeneError, InputError, SessionRefusedError
from endogene_token.office.trail import network

KEPT_FOR: Final = "idempotency-key"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: `key:<id>`, `session:<id>`, `address:0x…`, or `net:<prefix>` for who is nobody known.

    `scope` is whose idempotency keys the request's are: those of a proof that was not checked are its own.
    """

    who: str
    is_known: bool
    scope: str
    is_refused: bool = False
    """Whether it gave a proof that proves nothing."""


def asking(app: Services, request: Request) -> Asking:
    """Return who asks, without asking the chain: one who repeats a request is then found to be the same.

    The signature of a wallet or of a passkey is left to the routes, and so is whether a role is in force.
    While the database cannot tell, who asks counts for the network; raises StoreError when there is an
    idempotency key, since the same request could be taken for another's.
    """
    net = net_of(request)
    try:
        return _proven(app, request) or Asking(net, False, _unchecked(app, request) or net)
    except InputError:
        return Asking(net, False, _unchecked(app, request) or net, is_refused=True)
    except EndogeneError:
        if KEPT_FOR in request.headers:
            raise
        return Asking(net, False, net)


def confirm(app: Services, request: Request) -> None:
    """Raise unless what this request proves itself by opens something now: a kept answer is told to no other.

    Raises what the routes raise, ChainError included. Who proved nothing has shown nothing to confirm.
    """
    given = request.headers.get("authorization", "")
    if not given:
        session_of(request, app, "en")
    elif credential(request, app, "en", given) is None:
        caller(request, app, "en", given)


def net_of(request: Request) -> str:
    """Return the network that the request came from, as it is counted."""
    return f"net:{network(host_of(request))}"


def host_of(request: Request) -> str | None:
    """Return the address that the request came from, or None."""
    return None if request.client is None else request.client.host


def is_bare(request: Request, settings: Settings) -> bool:
    """Return whether the request gives no proof at all. A cookie that is none of ours proves nothing."""
    return "authorization" not in request.headers and cookie_of(request, settings) is None


def _proven(app: Services, request: Request) -> Asking | None:
    """Return who is proven to ask; None: nothing is proven here. Raises RequestError, StoreError."""
    given = request.headers.get("authorization", "")
    if is_bearer(given):
        key = key_of(request, app, "en", given).who
        return Asking(key, True, key)
    if is_signed_by_address(given):
        address = caller(request, app, "en", given)
        who, is_known = f"address:{address}", address in app.known
        return Asking(who if is_known else net_of(request), is_known, who)
    if given or cookie_of(request, app.settings) is None:
        return None
    session = f"session:{_session_in_force(app, request)}"
    return Asking(session, True, session)


def _session_in_force(app: Services, request: Request) -> str:
    """Return the session that a request's cookies open, the first that is in force.

    A browser keeps two: when the office's is over, the wallet's still proves who asks.
    Raises SessionRefusedError, CrossSiteError.
    """
    *first, last = cookies_of(request, app.settings)
    for cookie in first:
        with suppress(SessionRefusedError):
            return shown(request, app, cookie)[0].id
    return shown(request, app, last)[0].id


def _unchecked(app: Services, request: Request) -> str:
    """Return what stands for a proof that was not checked, or nothing."""
    cookie = request.cookies.get(cookie_of(request, app.settings) or "", "")
    proof = request.headers.get("authorization", "") or cookie
    return f"auth:{hashlib.sha256(proof.encode()).hexdigest()[:48]}" if proof else ""
