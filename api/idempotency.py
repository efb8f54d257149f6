"""`Idempotency-Key`: a POST that is repeated is done once, and answered as it was.

The work of a request and its answer are one transaction (`store.Unit`): killed anywhere, both stand or
neither does. Kept are the answers of work that was done (200 to 299); what was refused changed nothing, and
may be asked again with the same key. See docs/decisions/0018-idempotency.md.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import replayed
from api.callers import confirm
from api.deps import Services, services
from api.errors import refused
from endogene_token import crash
from endogene_token.errors import EndogeneError, IdempotencyInFlightError, IdempotencyKeyError
from endogene_token.office import answers
from endogene_token.office.answers import Answer, AnsweredError, Ask
from endogene_token.store import Unit, reading

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255
UNKEPT: Final = re.compile("/v1/(sessions|passkeys)(/|$)")
"""Their answers are for one browser and one moment: a cookie, a challenge that counts once."""
_FIRST_BAD: Final = HTTPStatus.MULTIPLE_CHOICES


class Idempotency:
    """Answers a repeated POST with the first answer. One for each application: it knows what is under way."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._lock = threading.Lock()
        self._under_way: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        given = Headers(scope=scope).getlist(HEADER) if scope["type"] == "http" else []
        if not given or scope["method"] != "POST" or UNKEPT.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            answer = await self._once_or_again(request, _key(given), receive)
        except EndogeneError as error:
            answer = refused(request, error)
        await answer(scope, receive, send)

    async def _once_or_again(self, request: Request, key: str, receive: Receive) -> ASGIApp:
        """Return the answer to send; a kept one only to whom the request's proof still lets in."""
        try:
            return await self._once(request, key, receive)
        except AnsweredError as answered:
            await run_in_threadpool(confirm, services(request), request)
            kept = answered.answer
            return Response(kept.body, kept.status, {REPLAYED: "true"}, kept.kind)

    async def _once(self, request: Request, key: str, receive: Receive) -> ASGIApp:
        """Do the work, and return its answer. Raises AnsweredError when it was done before."""
        app = services(request)
        body: bytes = (await receive())["body"]  # whole: the envelope has read it
        query = request.scope["query_string"].decode("latin-1")
        path = f"{request.url.path}?{query}"
        ask = Ask.of(request.state.asking.scope, key, request.method, path, body)
        with self._alone(ask):
            kept = await run_in_threadpool(_kept, app, ask)
            if kept is not None:
                raise AnsweredError(kept)
            unit = Unit(app.engine, lambda connection: answers.claim(connection, app.secret(), ask))
            outgoing = _Outgoing()
            try:
                with unit.current():
                    await self.app(request.scope, replayed(body, receive), outgoing)
                if outgoing.status < _FIRST_BAD:
                    await run_in_threadpool(_commit, app, unit, ask, outgoing)
            finally:
                await run_in_threadpool(unit.rollback)
        return outgoing.release

    @contextmanager
    def _alone(self, ask: Ask) -> Iterator[None]:
        """Let one request with this key pass at a time. Raises IdempotencyInFlightError."""
        with self._lock:
            if ask.place in self._under_way:
                raise IdempotencyInFlightError(limit=answers.RETRY_SECONDS)
            self._under_way.add(ask.place)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(ask.place)


class _Outgoing:
    """Holds an answer back until its work is committed."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self._messages.append(message)

    async def release(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        for message in self._messages:
            await send(message)

    @property
    def status(self) -> int:
        return int(self._messages[0]["status"])

    @property
    def answer(self) -> Answer:
        kind = Headers(raw=self._messages[0]["headers"]).get("content-type", "")
        return Answer(self.status, kind, b"".join(one.get("body", b"") for one in self._messages[1:]))


def _key(given: list[str]) -> str:
    key = given[0]
    if len(given) > 1 or not 1 <= len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        raise IdempotencyKeyError(actual=len(",".join(given)), limit=LONGEST)
    return key


def _kept(app: Services, ask: Ask) -> Answer | None:
    with reading(app.engine) as connection, Session(connection) as session:
        return answers.find(session, app.secret(), ask)


def _commit(app: Services, unit: Unit, ask: Ask, outgoing: _Outgoing) -> None:
    with unit.joined() as connection:
        answers.keep(connection, app.secret(), ask, outgoing.answer)
    unit.commit()
    crash.point("answers.committed")
