"""Around every request: its number, and an answer even when the program fails."""

import uuid
from http import HTTPStatus
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import refused
from api.versions import HEADER, NEWEST
from endogene_token.errors import ServiceFailedError

SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
VARIES: Final = "Accept-Language"
UNKEPT: Final = "no-store"
log = structlog.get_logger()


class Envelope:
    """Gives each request an id, and turns any fault into a plain 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = request_id = str(uuid.uuid4())
        outgoing = _Outgoing(send, request)
        try:
            await self.app(scope, receive, outgoing)
        except Exception:  # whatever it was, the caller gets an answer and the log the whole story
            log.exception("request failed", request_id=request_id, path=scope["path"])
            if outgoing.started:
                raise
            await refused(request, ServiceFailedError())(scope, receive, outgoing)


class _Outgoing:
    """Sends on, with the headers that every answer carries."""

    def __init__(self, send: Send, request: Request) -> None:
        self._send = send
        self._request = request
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request.state.request_id
            headers.setdefault(HEADER, getattr(self._request.state, "version", NEWEST))
            if VARIES.lower() not in headers.get("vary", "").lower().replace(" ", "").split(","):
                headers.add_vary_header(VARIES)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            if message["status"] >= HTTPStatus.BAD_REQUEST:
                headers["Cache-Control"] = UNKEPT
            elif _is_for_one(self._request):
                headers.setdefault("Cache-Control", UNKEPT)
        await self._send(message)


def _is_for_one(request: Request) -> bool:
    """Return whether what the API answers may be for nobody else: a proof or a cookie came with it."""
    headers = Headers(scope=request.scope)
    return request.url.path.startswith("/v1/") and ("authorization" in headers or "cookie" in headers)
