"""Who asks, as far as the request itself proves it: for limits and for idempotency keys, before any route."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from api.access import caller
from api.bearers import PREFIX, authenticated
from api.deps import Services
from api.logins import cookie_name, session_of
from endogene_token.errors import EndogeneError
from endogene_token.office.trail import network

SIGNED: Final = "Endogene address="


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: `key:<id>`, `address:0x…`, or `net:<prefix>` for who proves nothing.

    `scope` is whose idempotency keys the request's are: those of a proof that was not checked are its own.
    """

    who: str
    is_known: bool
    scope: str


def asking(app: Services, request: Request) -> Asking:
    """Return who asks; what proves nothing, or cannot be checked now, counts for its network alone.

    The signature of a wallet or of a passkey is left to the routes: it may take a call of the chain.
    """
    given = request.headers.get("authorization", "")
    shown = request.cookies.get(cookie_name(app.settings), "")
    with suppress(EndogeneError):
        if given.startswith(PREFIX):
            key = authenticated(app, "en", given)
            return Asking(f"key:{key.id}", True, f"key:{key.id}")
        if given.startswith(SIGNED):
            address = f"address:{caller(request, app, 'en', given)}"
            return Asking(address, True, address)
        session = None if given else session_of(request, app, "en")
        if session is not None:
            return Asking(f"session:{session.id}", True, f"session:{session.id}")
    net = f"net:{network(host_of(request))}"
    proof = given or shown
    unchecked = f"auth:{hashlib.sha256(proof.encode()).hexdigest()[:48]}"
    return Asking(net, False, unchecked if proof else net)


def host_of(request: Request) -> str | None:
    """Return the address that the request came from, or None."""
    return None if request.client is None else request.client.host
