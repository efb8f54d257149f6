"""The body of each request: read whole, no larger than its path may bring, no deeper than a parser bears."""

import re
from typing import Final
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import EXPECTED, refused
from api.language import language_of
from endogene_token.errors import RequestError, RequestShapeError, RequestTooLargeError
from endogene_token.i18n import tr

MAX_BODY: Final = 256 * 1024  # bytes: 512 reversals, the largest batch, take some 110 kB
LARGE: Final = 4 * 1024 * 1024  # bytes: a file of sales, what a shop's software exports of some months
LARGE_PATHS: Final = (
    *("/v1/uploads", "/v1/connectors/", "/v1/bank/statements"),
    *("/till/files", "/office/bank/import"),
)
FLAT: Final = frozenset({"/v1/uploads", "/v1/bank/statements", "/till/files", "/office/bank/import"})
"""Where a file comes as it is, and no parser of brackets reads it."""
DEEPEST: Final = 16  # brackets inside brackets: a batch has three
SLOW: Final = 64 * 1024  # bytes that are looked through at once; more would keep the other requests waiting
NUL: Final = "\0"
_SIZE: Final = re.compile(r"[0-9]{1,18}")
_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_ELSE: Final = bytes(one for one in range(256) if one not in b'[]{}"')


class Bodies:
    """Refuses a body over `max_body` bytes, gives the others on in one piece."""

    def __init__(self, app: ASGIApp, max_body: int = MAX_BODY) -> None:
        self.app = app
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on; who leaves before its end gets no answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            _require_text(request)
            body = await self._body(request, receive)
        except RequestError as error:
            await refused(request, error)(scope, receive, send)
            return
        if body is not None:
            await self.app(scope, replayed(body, receive), send)

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
        if request.url.path not in FLAT and await _nests_too_deep(body):
            raise RequestShapeError(field="body", actual="[[[…", limit=DEEPEST)
        return body


def _require_text(request: Request) -> None:
    """Raise RequestShapeError for a NUL in the path or the query: PostgreSQL has no text with one."""
    for field, text in (("path", request.url.path), ("query", request.url.query)):
        if NUL in unquote(text):
            expected = tr(EXPECTED["string_pattern_mismatch"], language_of(request))
            raise RequestShapeError(field=field, actual="%00", limit=expected)


async def _nests_too_deep(body: bytes) -> bool:
    return await run_in_threadpool(is_deep, body) if len(body) > SLOW else is_deep(body)


def is_deep(body: bytes) -> bool:
    """Return whether brackets outside of texts nest deeper than `DEEPEST`, closed or not.

    Each step is one pass in C: brackets one by one would take seconds for a body that is nothing else.
    """
    plain = body.replace(rb"\\", b"").replace(rb"\"", b"").translate(_ALIKE, _ELSE).replace(b'""', b"")
    left = b"".join(plain.split(b'"')[::2]) + b"]" * (DEEPEST + 1)
    for _ in range(DEEPEST):
        before, left = len(left), left.replace(b"[]", b"")  # each time, the innermost pairs
        if len(left) == before:
            break
    return b"[" in left


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
