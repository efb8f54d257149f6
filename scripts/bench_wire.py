"""A client that costs little: prepared requests over open connections, and how long each answer took."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

ACCEPTED: Final = b"HTTP/1.1 202"
_LENGTH: Final = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_END: Final = b"\r\n\r\n"


@dataclass
class Wave:
    """What was answered: how many items, over how many seconds, each request's seconds."""

    items: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def __add__(self, other: "Wave") -> "Wave":
        """Return both, one after the other."""
        latencies = self.latencies + other.latencies
        return Wave(self.items + other.items, self.seconds + other.seconds, latencies)

    @property
    def per_second(self) -> float:
        """Items a second."""
        return self.items / self.seconds

    def quantile(self, part: float) -> float:
        """Return the seconds within which this part of the requests was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def post(path: str, body: bytes) -> bytes:
    """Return the bytes of a request."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def drive(port: int, requests: Sequence[Sequence[bytes]], *, items: int = 1) -> Wave:
    """Send each list of requests over a connection of its own, one after the other, all lists at once.

    Every answer must be 202. `items` are what one request holds.
    """
    return asyncio.run(_drive(port, requests, items))


async def _drive(port: int, requests: Sequence[Sequence[bytes]], items: int) -> Wave:
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in requests]
    latencies: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(
        *(_send(*stream, own, latencies) for stream, own in zip(streams, requests, strict=True))
    )
    seconds = time.perf_counter() - started
    for _, writer in streams:
        writer.close()
    return Wave(len(latencies) * items, seconds, latencies)


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Sequence[bytes], told: list[float]
) -> None:
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(_END)
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        told.append(time.perf_counter() - started)
        if not head.startswith(ACCEPTED):
            raise RuntimeError((head + body).decode())
