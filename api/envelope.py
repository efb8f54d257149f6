"""Around every request: its number, the size of its body, and an answer even when the program fails."""

import re
import uuid
from http import HTTPStatus
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.language import language_of
from endogene_token.errors import RequestError, RequestShapeError, RequestTooLargeError, ServiceFailedError

MAX_BODY: Final = 256 * 1024  # bytes: 512 reversals, the largest batch, take some 110 kB
LARGE: Final = 4 * 1024 * 1024  # bytes: a file of sales, what a shop's software exports of some months
LARGE_PATHS: Final = ("/v1/uploads", "/v1/connectors/", "/v1/bank/statements")
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
DEEPEST: Final = 16  # brackets inside brackets: a batch has three
_BRACKETS: Final = re.compile(rb"[\[\]{}]")
_SIZE: Final = re.compile(r"[0-9]{1,18}")
log = structlog.get_logger()


class Envelope:
    """Gives each request an id, refuses a body over `max_body` bytes, turns any fault into a plain 500."""

    def __init__(self, app: ASGIApp, max_body: int = MAX_BODY) -> None:
        self.app = app
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = request_id = str(uuid.uuid4())
        outgoing = _Outgoing(send, request_id)
        try:
            body = await self._body(request, receive)
            if body is not None:
                await self.app(scope, replayed(body, receive), outgoing)
        except RequestError as error:
            await problem(error, language_of(request), request_id)(scope, receive, outgoing)
        except Exception:  # whatever it was, the caller gets an answer and the log the whole story
            log.exception("request failed", request_id=request_id, path=scope["path"])
            if outgoing.started:
                raise
            await problem(ServiceFailedError(), language_of(request), request_id)(scope, receive, outgoing)

    async def _body(self, request: Request, receive: Receive) -> bytes | None:
        """Return the whole body, or None when the caller left before its end.

        Raises RequestTooLargeError; RequestShapeError for brackets deeper than a parser may survive.
        """
        most = LARGE if request.url.path.startswith(LARGE_PATHS) else self.max_body
        declared = Headers(scope=request.scope).get("content-length", "0")
        if _SIZE.fullmatch(declared) and int(declared) > most:
            raise RequestTooLargeError(actual=declared, limit=most)
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            size, more = size + len(part), message.get("more_body", False)
            if size > most:
                raise RequestTooLargeError(actual=size, limit=most)
            parts.append(part)
        body = b"".join(parts)
        if request.url.path != "/v1/uploads" and depth(body) > DEEPEST:  # there, nothing nests
            raise RequestShapeError(field="body", actual="[[[…", limit=DEEPEST)
        return body


def depth(body: bytes) -> int:
    """Return how deep the brackets of `body` nest; those in texts count too, and there should be none."""
    deepest = level = 0
    for bracket in _BRACKETS.findall(body):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


class _Outgoing:
    """Sends on, with the headers that every answer carries."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            headers["Vary"] = "Accept-Language"
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            if message["status"] >= HTTPStatus.BAD_REQUEST:
                headers["Cache-Control"] = "no-store"
        await self._send(message)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body that was read, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
