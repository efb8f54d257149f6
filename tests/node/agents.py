"""The parts of a till's agent for tests: a service without sockets, a till over it, a folder of files."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from endogene_token.sdk import TillClient
from endogene_token.sockets import tcp_listener
from tests.node.till_service import TILL, TillService
from tests.node.tills import KEY, NOW, QUICK

URL = "http://service.test"


class Wire(httpx.BaseTransport):
    """Carries requests to a stand-in service in this process; cut, it carries none."""

    def __init__(self, service: TillService) -> None:
        self.service = service
        self.is_cut = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if self.is_cut:
            raise httpx.ConnectError("cut", request=request)
        service = self.service
        with service.lock:
            service.requests.append((request.method, request.url.path, request.content))
            service.headers.append({name.lower(): value for name, value in request.headers.items()})
            status, told = service.answer(request.method, request.url.path, request.content)
        date = {} if service.date is None else {"Date": format_datetime(service.date, usegmt=True)}
        return httpx.Response(status, json=told, headers=date)


class Counter:
    """One shop: its service, the wire to it, its till."""

    def __init__(self, folder: Path, **fields: Any) -> None:
        self.service = TillService(KEY.address, lock=threading.Lock(), **fields)
        self.wire = Wire(self.service)
        self.folder = folder

    @contextmanager
    def till(self, **changes: Any) -> Iterator[TillClient]:
        """Open the till's client."""
        arguments: dict[str, Any] = {"retries": QUICK, "clock": lambda: NOW, **changes}
        with (
            httpx.Client(base_url=URL, transport=self.wire) as http,
            TillClient(URL, TILL, KEY, self.folder / "till.sqlite", http=http, **arguments) as opened,
        ):
            yield opened


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serve an application on a free port of this machine; give its address."""
    with tcp_listener() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
