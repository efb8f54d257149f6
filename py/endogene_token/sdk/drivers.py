"""Performing what a flow asks for: the only I/O of the clients, for ordinary programs and for async ones."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Final, TypeVar, cast

import httpx

from endogene_token.errors import EndogeneError
from endogene_token.i18n import language
from endogene_token.sdk.effects import Effect, Flow, Local, NoReply, Pause, Reply, Request

T = TypeVar("T")
TIMEOUT_SECONDS: Final = 15.0  # of one try: a service under load answers a batch of 512 in far less


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def http_headers() -> dict[str, str]:
    """Return the headers of every request."""
    return {"Accept-Language": language(), "Content-Type": "application/json"}


def _speak(headers: httpx.Headers) -> None:
    """Add the headers of every request to those of a client, which may have its own."""
    for name, value in http_headers().items():
        headers.setdefault(name, value)


@contextmanager
def documented(api_url: str) -> Iterator[None]:
    """Have the errors that pass name the page at this service."""
    try:
        yield
    except EndogeneError as error:
        error.service = api_url
        raise


class Driver:
    """Runs flows in an ordinary program."""

    def __init__(self, api_url: str, http: httpx.Client | None) -> None:
        """Take a client of HTTP, or make one."""
        self._api_url = api_url.rstrip("/")
        self._http = http or httpx.Client(base_url=api_url, timeout=TIMEOUT_SECONDS)
        _speak(self._http.headers)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def run(self, flow: Flow[T]) -> T:
        """Perform what the flow asks for, and return its result."""
        answer: object = None
        with closing(flow), documented(self._api_url):
            while True:
                try:
                    effect = flow.send(answer)
                except StopIteration as end:
                    return cast("T", end.value)
                answer = self._perform(effect)

    def work(self, work: Callable[[], T]) -> T:
        """Do work on the disk."""
        with documented(self._api_url):
            return work()

    def _perform(self, effect: Effect) -> object:
        match effect:
            case Local(work):
                return work()
            case Pause(seconds):
                time.sleep(seconds)
                return None
            case Request(method, path, body, headers, wait_seconds):
                timeout = httpx.USE_CLIENT_DEFAULT if wait_seconds is None else wait_seconds
                try:
                    reply = self._http.request(
                        method, path, content=body, headers=dict(headers), timeout=timeout
                    )
                except httpx.RequestError as error:
                    return NoReply(str(error))
                return Reply(reply.status_code, dict(reply.headers), reply.content)


class AsyncDriver:
    """Runs flows in an asynchronous program; work on the disk goes to one thread of its own."""

    def __init__(self, api_url: str, http: httpx.AsyncClient | None) -> None:
        """Take a client of HTTP, or make one."""
        self._api_url = api_url.rstrip("/")
        self._http = http or httpx.AsyncClient(base_url=api_url, timeout=TIMEOUT_SECONDS)
        _speak(self._http.headers)
        self._disk = ThreadPoolExecutor(1, "endogene-outbox")

    async def close(self) -> None:
        """Close the connection, and end the thread once its work is done."""
        await self._http.aclose()
        self._disk.shutdown()

    async def run(self, flow: Flow[T]) -> T:
        """Perform what the flow asks for, and return its result."""
        answer: object = None
        with closing(flow), documented(self._api_url):
            while True:
                try:
                    effect = flow.send(answer)
                except StopIteration as end:
                    return cast("T", end.value)
                answer = await self._perform(effect)

    async def work(self, work: Callable[[], T]) -> T:
        """Do work on the disk off the event loop."""
        with documented(self._api_url):
            return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    async def _perform(self, effect: Effect) -> object:
        match effect:
            case Local(work):
                return await self.work(work)
            case Pause(seconds):
                await asyncio.sleep(seconds)
                return None
            case Request(method, path, body, headers, wait_seconds):
                timeout = httpx.USE_CLIENT_DEFAULT if wait_seconds is None else wait_seconds
                try:
                    reply = await self._http.request(
                        method, path, content=body, headers=dict(headers), timeout=timeout
                    )
                except httpx.RequestError as error:
                    return NoReply(str(error))
                return Reply(reply.status_code, dict(reply.headers), reply.content)
