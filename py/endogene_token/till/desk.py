"""The agent's answers over HTTP, to programs of this machine: a sale, a refund, a quote, the state."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from endogene_token import crash
from endogene_token.errors import (
    AgentFieldError,
    AgentTokenError,
    DuplicateError,
    EndogeneError,
    ForeignSiteError,
    InputError,
    MethodError,
    RequestTooLargeError,
    ServiceError,
    SetupError,
    StoreError,
    UnknownPathError,
)
from endogene_token.i18n import known_language, language
from endogene_token.money import parse_minor
from endogene_token.sdk import NewPurchase, NewReversal, Quote, Sale, TillClient
from endogene_token.sdk.sales import Kind
from endogene_token.till.drafts import member_of, refund_of, sale_of
from endogene_token.till.guard import Guard
from endogene_token.till.inbox import Inbox
from endogene_token.till.lines import UNREADABLE
from endogene_token.till.sender import Sender
from endogene_token.till.status import clock_error, status

LARGEST_BODY: Final = 16_384  # bytes: a sale has a few hundred
PROBLEM: Final = "application/problem+json"
STATUS: Final[Mapping[type[EndogeneError], HTTPStatus]] = {
    AgentTokenError: HTTPStatus.UNAUTHORIZED,
    ForeignSiteError: HTTPStatus.FORBIDDEN,
    UnknownPathError: HTTPStatus.NOT_FOUND,
    MethodError: HTTPStatus.METHOD_NOT_ALLOWED,
    RequestTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    DuplicateError: HTTPStatus.CONFLICT,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ServiceError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    SetupError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of a class and of those under it that have none of their own; 422 for what else is refused."""

_QUOTED: Final = frozenset({"amount", "member", "card", "phone"})
_Answer = Callable[[Request], Awaitable[Response]]


class Desk:
    """The routes. Sales and refunds are on the disk when they are answered; nothing waits for the service."""

    def __init__(self, till: TillClient, sender: Sender, inbox: Inbox | None, guard: Guard) -> None:
        self._till = till
        self._sender = sender
        self._inbox = inbox
        self._guard = guard

    def app(self) -> Starlette:
        """Return the application."""
        routes = [
            Route("/sale", self._guarded(self._sale), methods=["POST"]),
            Route("/refund", self._guarded(self._refund), methods=["POST"]),
            Route("/quote", self._guarded(self._quote), methods=["GET"]),
            Route("/status", self._guarded(self._status), methods=["GET"]),
            Route("/send", self._guarded(self._send), methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers={EndogeneError: _problem, HTTPException: _routed})

    def _guarded(self, answer: _Answer) -> _Answer:
        async def guarded(request: Request) -> Response:
            self._guard.check(request.headers)
            return await answer(request)

        return guarded

    async def _sale(self, request: Request) -> Response:
        return await self._recorded(sale_of(await _body(request)))

    async def _refund(self, request: Request) -> Response:
        return await self._recorded(refund_of(await _body(request)))

    async def _recorded(self, draft: NewPurchase | NewReversal) -> Response:
        answer, is_new = await run_in_threadpool(self._record, draft)
        self._sender.wake()
        return JSONResponse(answer, HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    def _record(self, draft: NewPurchase | NewReversal) -> tuple[dict[str, Any], bool]:
        kind: Kind = "purchase" if isinstance(draft, NewPurchase) else "reversal"
        held = self._till.find(draft.receipt, kind)
        [sale] = self._till.record_many([draft])
        crash.point("till.sale.recorded")
        told = {"unsent": self._till.unsent(), "clock_ahead_seconds": clock_error(self._till)}
        return {**_sale_told(sale), **told}, held is None or held.number != sale.number

    async def _quote(self, request: Request) -> Response:
        given = dict(request.query_params)
        unknown = sorted(set(given) - _QUOTED)
        if unknown:
            raise AgentFieldError(field=unknown[0], actual="…", limit=", ".join(sorted(_QUOTED)))
        amount, member = parse_minor(given.get("amount"), "amount"), member_of(given.get("member"))
        buyer = {name: given[name] for name in ("card", "phone") if name in given}
        found = await run_in_threadpool(self._till.quote, amount, member, **buyer)
        return JSONResponse(_quote_told(found))

    async def _status(self, request: Request) -> Response:
        told = await run_in_threadpool(status, self._till, self._sender, self._inbox, _language(request))
        return JSONResponse(told)

    async def _send(self, request: Request) -> Response:
        await run_in_threadpool(self._sender.send)
        return await self._status(request)


async def _body(request: Request) -> dict[str, object]:
    """Return the JSON object of a request. Raises RequestTooLargeError, AgentFieldError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise AgentFieldError(field="Content-Type", actual=kind or "∅", limit="application/json")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise RequestTooLargeError(actual=len(body), limit=LARGEST_BODY)
    try:
        return msgspec.json.decode(bytes(body), type=dict[str, object])
    except UNREADABLE as error:
        raise AgentFieldError(field="body", actual=error, limit="JSON {…}") from error


def _sale_told(sale: Sale) -> dict[str, Any]:
    return {
        "receipt": sale.receipt,
        "kind": "sale" if sale.kind == "purchase" else "refund",
        "purchase": sale.purchase,
        "amount": str(sale.amount),
        "member": sale.member or None,
        "at": sale.at,
        "day": sale.day.isoformat(),
        "status": str(sale.status),
        "reason": sale.reason,
        "buyer_problem": sale.buyer_problem,
    }


def _quote_told(quote: Quote) -> dict[str, Any]:
    amounts = {name: str(getattr(quote, name)) for name in ("amount", "premium", "credit")}
    return {
        **amounts,
        "rate_bps": quote.rate_bps,
        "as_of": quote.as_of.isoformat(timespec="seconds"),
        "is_current": quote.is_current,
        "member": quote.member,
        "buyer_problem": quote.buyer_problem,
    }


def _language(request: Request) -> str:
    first = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    return known_language(first) or language()


def status_of(error: EndogeneError) -> HTTPStatus:
    """Return the HTTP status that tells this error."""
    return next(
        (STATUS[one] for one in type(error).__mro__ if one in STATUS), HTTPStatus.UNPROCESSABLE_ENTITY
    )


async def _problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, EndogeneError):
        raise error
    lang, code = _language(request), status_of(error)
    parts = error.as_dict(lang)
    told = {name: parts[name] for name in ("code", "actual", "limit", "advice")}
    body = {
        "type": error.doc_url,
        "title": parts["what"],
        "status": code,
        "detail": error.render(lang),
        **told,
    }
    return JSONResponse(body, code, {"Content-Language": lang}, media_type=PROBLEM)


async def _routed(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        return await _problem(request, MethodError(actual=request.method, limit=allowed))
    return await _problem(request, UnknownPathError(actual=request.url.path))
