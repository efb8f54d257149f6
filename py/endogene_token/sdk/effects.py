"""What a flow asks of the client that drives it: a request, a pause, a piece of work on the outbox."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request to the service; `path` begins with a slash. The client answers a Reply or a NoReply.

    `timeout_seconds` None: the client's own.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The service's answer; the names of `headers` in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing that can be read came back. The service may have received the request or not."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Let this time pass. The client answers None."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Local:
    """Do this work on the outbox, off the event loop if there is one. The client answers its result."""

    work: Callable[[], object]


Effect = Request | Pause | Local
Flow: TypeAlias = Generator[Effect, Any, T]


def local(work: Callable[[], T]) -> Flow[T]:
    """Have `work` done on the outbox, and return its result."""
    result: T = yield Local(work)
    return result
