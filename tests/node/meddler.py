"""A real HTTP server between us and a node, which forwards everything and may change what comes back."""

import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
Meddling = Callable[[Json, Json], Json]
"""What the answer becomes, from the call and the node's answer to it."""


class Meddler:
    """Where it serves, the calls that it forwarded, and what it does to each answer."""

    def __init__(self, node: str) -> None:
        self.calls: list[Json] = []
        self.url = ""
        self.meddle: Meddling = lambda _call, answer: answer
        self._node = urlsplit(node)

    def forward(self, body: bytes) -> bytes:
        """Return what the node answers, changed."""
        connection = http.client.HTTPConnection(self._node.hostname or "", self._node.port)
        with contextlib.closing(connection):
            connection.request("POST", "/", body, {"content-type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        call = json.loads(body)
        calls = call if isinstance(call, list) else [call]
        self.calls += calls
        by_id = {one["id"]: one for one in calls}
        if isinstance(answer, list):
            return json.dumps([self.meddle(by_id[one["id"]], one) for one in answer]).encode()
        return json.dumps(self.meddle(call, answer)).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    meddler: Meddler

    def do_POST(self) -> None:
        content = self.meddler.forward(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name in the standard library
        """Keep the tests' output clean."""


@contextlib.contextmanager
def meddling(node: str) -> Iterator[Meddler]:
    """Serve a meddler before `node`."""
    meddler = Meddler(node)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"meddler": meddler}))
    server.daemon_threads = True
    meddler.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield meddler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
