"""Requests straight into an application, without a socket: bytes as no client library would send them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. `parts` are the pieces of its body; `leaves`: the caller hangs up after them."""

    method: str
    path: bytes
    query: bytes = b""
    headers: Headers = ()
    parts: tuple[bytes, ...] = (b"",)
    leaves: bool = False

    def shown(self) -> str:
        """Return what a person needs to send it again."""
        body = b"".join(self.parts)
        return (
            f"{self.method} {self.path!r}?{self.query!r} {self.headers!r} {body[:300]!r} ({len(body)} bytes)"
        )


@dataclass(slots=True)
class Answer:
    """What came back; `status` 0: nothing, as to a caller that left."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    read: int = 0
    """How many parts of the body the service took."""


async def answer_of(app: ASGIApp, sent: Sent) -> Answer:
    """Have `app` answer one request, as a server would."""
    answer, parts = Answer(), iter(sent.parts)

    async def receive() -> Message:
        return _next(parts, sent, answer)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = dict(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(_scope(sent), receive, send)
    return answer


def _next(parts: Iterator[bytes], sent: Sent, answer: Answer) -> Message:
    part = next(parts, None)
    if part is None:
        return {"type": "http.disconnect"}
    answer.read += 1
    return {"type": "http.request", "body": part, "more_body": sent.leaves or answer.read < len(sent.parts)}


def _scope(sent: Sent) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": unquote(sent.path.decode("ascii")),  # as uvicorn tells it
        "raw_path": sent.path,
        "query_string": sent.query,
        "root_path": "",
        "headers": [(b"host", b"till.example"), *sent.headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }
