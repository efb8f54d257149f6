"""A server on a real port that answers each request as it is told, to play nodes that fail."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

Script = Callable[[Any], tuple[int, bytes]]
"""From a request's JSON to a status and a body."""


@dataclass
class Node:
    """Where it answers, and what it was asked."""

    url: str
    asked: list[Any] = field(default_factory=list)


def answer(request: dict[str, Any], **parts: object) -> dict[str, object]:
    """Return the answer to one request, with its result or its error."""
    return {"jsonrpc": "2.0", "id": request["id"], **parts}


def body(content: object, status: int = 200) -> tuple[int, bytes]:
    """Return a status and a body of JSON."""
    return status, msgspec.json.encode(content)


@contextmanager
def scripted(script: Script) -> Iterator[Node]:
    """Serve `script` on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = msgspec.json.decode(self.rfile.read(int(self.headers["content-length"])))
            node.asked.append(asked)
            status, content = script(asked)
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        node = Node(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield node
        finally:
            server.shutdown()
            thread.join()
