"""One POST to a stranger's address: to the very address that was checked, once, and not for long.

The name is resolved and checked first, for five seconds at most. httpcore's network backend is where a
connection is made, to one of the addresses found; every read and write shares one deadline, so that no answer
can be drawn out byte by byte. TLS and the header Host keep the name. No proxy, no redirection, no
compression, no connection kept.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpcore
import httpx

from endogene_token.errors import (
    AddressRefusedError,
    DeliveryError,
    EndpointGoneError,
    EndpointRedirectsError,
    EndpointSilentError,
    EndpointSlowError,
    EndpointStatusError,
    WebhookUrlError,
)
from endogene_token.webhooks.guard import Guard, Resolver, Target, in_time, resolved

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 15.0
MOST_READ: Final = 64 * 1024  # bytes of the answer's body, which nobody reads
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try: the status answered, and why it counts for nothing, if it does."""

    status: int | None
    trouble: DeliveryError | None


class Poster:
    """Sends deliveries. Safe for several threads."""

    def __init__(
        self,
        guard: Guard,
        resolve: Resolver = resolved,
        *,
        trust: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        """Send where `guard` allows; `trust`: whose certificates are believed, by default the web's."""
        self._guard = guard
        self._resolve = in_time(resolve, min(CONNECT_SECONDS, total_seconds))
        self._trust = trust or httpx.create_ssl_context(trust_env=False)
        self._clock = clock
        self._total_seconds = total_seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send, and return what became of it; only faults of ours are raised."""
        deadline = self._clock() + self._total_seconds
        try:
            target = self._guard.target(url)
            backend = _Backend(self._guard.addresses(target, self._resolve), deadline, self._clock)
            return self._sent(target, backend, {**headers, "content-length": str(len(body))}, body)
        except DeliveryError as error:
            return Outcome(None, error)
        except WebhookUrlError as error:  # the settings allow less than when it was given
            return Outcome(None, AddressRefusedError(actual=url, limit=error.limit))
        except httpcore.TimeoutException:
            return Outcome(None, EndpointSlowError(limit=round(self._total_seconds)))
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Outcome(None, EndpointSilentError(actual=type(error).__name__))

    def _sent(
        self, target: Target, backend: httpcore.NetworkBackend, headers: Mapping[str, str], body: bytes
    ) -> Outcome:
        origin = (b"https" if target.is_secure else b"http", target.host.encode(), target.port)
        url = httpcore.URL(scheme=origin[0], host=origin[1], port=origin[2], target=target.path.encode())
        given = [("host", _host(target)), ("accept-encoding", "identity"), *headers.items()]
        with (
            httpcore.ConnectionPool(
                ssl_context=self._trust, network_backend=backend, max_keepalive_connections=0
            ) as pool,
            pool.stream("POST", url, headers=given, content=body) as answer,
        ):
            read = 0
            for part in answer.iter_stream():
                read += len(part)
                if read >= MOST_READ:
                    break
            return _outcome(answer.status)


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status, None)
    if 300 <= status < 400:
        return Outcome(status, EndpointRedirectsError(actual=status))
    return Outcome(status, EndpointGoneError() if status == _GONE else EndpointStatusError(actual=status))


def _host(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.is_secure else 80) else f"{host}:{target.port}"


class _Backend(httpcore.NetworkBackend):
    """Connects to one of the checked addresses, whatever name it is asked for."""

    def __init__(self, addresses: list[str], deadline: float, clock: Callable[[], float]) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._clock = clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline is ours
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that takes it."""
        failure: Exception = httpcore.ConnectError(host)
        for one in self._addresses:
            left_seconds = min(CONNECT_SECONDS, self._deadline - self._clock())
            if left_seconds <= 0:
                raise httpcore.ConnectTimeout(host)
            try:
                stream = self._inner.connect_tcp(one, port, left_seconds, local_address, socket_options)
                return _Stream(stream, self._deadline, self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection all of whose waits together end at one deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float, clock: Callable[[], float]) -> None:
        self._inner = inner
        self._deadline = deadline
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # as above
        """Read some."""
        return self._inner.read(max_bytes, self._left_seconds(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # as above
        """Write all."""
        self._inner.write(buffer, self._left_seconds(httpcore.WriteTimeout))

    def close(self) -> None:
        """End it."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  # as above
    ) -> httpcore.NetworkStream:
        """Speak TLS from here on, with whoever proves to have that name."""
        left_seconds = min(CONNECT_SECONDS, self._left_seconds(httpcore.ConnectTimeout))
        inner = self._inner.start_tls(ssl_context, server_hostname, left_seconds)
        return _Stream(inner, self._deadline, self._clock)

    def get_extra_info(self, info: str) -> Any:
        """Tell what httpcore asks about the connection."""
        return self._inner.get_extra_info(info)

    def _left_seconds(self, error: type[Exception]) -> float:
        left_seconds = self._deadline - self._clock()
        if left_seconds <= 0:
            raise error("no time is left")
        return left_seconds
