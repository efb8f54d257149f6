"""A merchant's endpoint on this machine: a real server that keeps what it got, and misbehaves when told."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HELD_SECONDS = 120  # at most, so that a test that fails ends


@dataclass
class Got:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What a test reads, and sets: `ways` is what to do with the next requests, 204 when none is left."""

    port: int
    got: list[Got] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    """The names that clients asked for by TLS."""
    sent: int = 0
    """Bytes of bodies that were taken off our hands."""
    released: threading.Event = field(default_factory=threading.Event)
    """Until it is set, who is `held` gets no answer."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Serve an endpoint on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            length = int(self.headers["content-length"])
            told = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Got(self.path, told, self.rfile.read(length)))
            way = receiver.ways.pop(0) if receiver.ways else "204"
            with suppress(OSError):
                answer(self, receiver, way)

        do_GET = do_POST  # noqa: N815  # the library's name

        def log_message(self, *_args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver = Receiver(server.server_address[1])
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


def answer(handler: BaseHTTPRequestHandler, receiver: Receiver, way: str) -> None:
    """Answer as `way` says: a status, a place to go to, or a manner of not answering."""
    handler.close_connection = True
    if way == "held":
        receiver.released.wait(HELD_SECONDS)
        return
    if way == "silent":
        time.sleep(3)
        return
    if way == "trickle-head":
        for letter in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 10_000:
            handler.wfile.write(bytes([letter]))
            time.sleep(0.05)
        return
    if way.startswith("http"):
        handler.send_response(307)
        handler.send_header("location", way)
        handler.end_headers()
        return
    handler.send_response(200 if way in {"huge", "trickle"} else int(way))
    handler.end_headers()
    if way == "huge":
        for _ in range(2_000):
            handler.wfile.write(b"x" * 65_536)
            receiver.sent += 65_536
    while way == "trickle":
        handler.wfile.write(b"x")
        time.sleep(0.05)


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the context of a server that is `name`, and that of a client who believes it."""
    key, made = folder / "key.pem", folder / "made.pem"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run(
        ["openssl", "req", *options, "-keyout", key, "-out", made, *subject],  # noqa: S607
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made, key)
    return server, ssl.create_default_context(cafile=str(made))


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
