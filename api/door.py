"""What each request passes first: the version that it pins, who asks, and how often.

Limits are counted in the memory of each process, not in the database: a counter there would cost every
request a write, on SQLite the only one at a time. Who runs several processes multiplies the limits by
their number; they guard the machine against one caller, they bill nobody.
"""

import ipaddress
import time
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.callers import Asking, asking, host_of, is_bare, net_of
from api.deps import services
from api.errors import refused
from api.versions import HEADER, NEWEST, version_of
from endogene_token.config import Settings
from endogene_token.errors import EndogeneError, OverloadedError

CALLER, NETWORK = "caller", "network"
OFF: Final = "off"


class Door:
    """Lets in who asks for a version that there is, and not too often; tells both in each answer.

    Who asks from this machine itself is not counted: its own commands, and whoever is on it, have other
    ways to keep it busy. Behind a proxy, the proxy must pass the address on (X-Forwarded-For).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._limits = {
            CALLER: _limit(settings.rate_limit_caller),
            NETWORK: _limit(settings.rate_limit_network),
        }
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        headers = {HEADER: NEWEST}
        outgoing = _with(headers, send)
        try:
            headers[HEADER] = request.state.version = version_of(request.headers.get(HEADER))
            self._require_room(request, headers)
            request.state.asking = found = await self._asking(request)
            self._count(request, found, headers)
        except EndogeneError as error:
            await refused(request, error)(scope, receive, outgoing)
            return
        await self.app(scope, receive, outgoing)

    def _require_room(self, request: Request, headers: dict[str, str]) -> None:
        """Raise OverloadedError when too many proofs from this network proved nothing: no other is checked.

        To check one costs more than all that is refused unseen. Who asks without a proof is counted alone.
        """
        limit = self._limit_of(request, NETWORK)
        if limit is None or self._is_bare(request):
            return
        if not self._limiter.test(limit, _refused(request)):
            self._tell(NETWORK, limit, _refused(request), headers, is_let_in=False)

    def _count(self, request: Request, found: Asking, headers: dict[str, str]) -> None:
        """Count the request, and tell what is left. Raises OverloadedError."""
        policy = CALLER if found.is_known else NETWORK
        limit, strangers = self._limit_of(request, policy), self._limit_of(request, NETWORK)
        if found.is_refused and strangers is not None:
            self._limiter.hit(strangers, _refused(request))
        if limit is not None:
            is_let_in = self._limiter.hit(limit, found.who)
            self._tell(policy, limit, found.who, headers, is_let_in=is_let_in)

    async def _asking(self, request: Request) -> Asking:
        if self._is_bare(request):
            return asking(services(request), request)  # reads nothing
        async with services(request).turns:
            return await run_in_threadpool(asking, services(request), request)

    def _is_bare(self, request: Request) -> bool:
        return is_bare(request, services(request).settings)

    def _limit_of(self, request: Request, policy: str) -> RateLimitItem | None:
        return None if _is_own(host_of(request)) else self._limits[policy]

    def _tell(
        self, policy: str, limit: RateLimitItem, who: str, headers: dict[str, str], *, is_let_in: bool
    ) -> None:
        ends_at, left = self._limiter.get_window_stats(limit, who)
        wait = max(1, int(ends_at - time.time()) + 1)
        headers["RateLimit-Policy"] = f'"{policy}";q={limit.amount};w={limit.get_expiry()}'
        headers["RateLimit"] = f'"{policy}";r={max(left, 0) if is_let_in else 0};t={wait}'
        if not is_let_in:
            raise OverloadedError(actual=wait, limit=limit.amount * 60 // limit.get_expiry() or 1)


def _refused(request: Request) -> str:
    return f"refused:{net_of(request)}"


def _limit(text: str) -> RateLimitItem | None:
    return None if text == OFF else parse(text)


def _is_own(host: str | None) -> bool:
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _with(headers: dict[str, str], send: Send) -> Send:
    """Return a `send` that adds these headers to the answer."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return told
