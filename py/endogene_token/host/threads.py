"""The workers of a host, each in a thread of its own, and the API's server."""

import errno
import threading
from collections.abc import Callable

import structlog
import uvicorn
from starlette.types import ASGIApp

from endogene_token.errors import EndogeneError, PortTakenError, ServiceUnavailableError, SettingError
from endogene_token.sockets import tcp_listener

START_SECONDS = 15.0
STOP_SECONDS = 15.0
MOST_CONNECTIONS = 500  # kept open at once, below the 1024 files that a process may have; the next: 503

log = structlog.get_logger()


class Worker:
    """A loop in a thread. What ends it is kept in `failure`, for whoever waits on its work."""

    def __init__(self, name: str, run: Callable[[threading.Event], None]) -> None:
        self.failure: Exception | None = None
        self._stop = threading.Event()
        self._run = run
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise what ended the worker, if anything did."""
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """Ask the loop to end, and wait until it has."""
        self._stop.set()
        self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        try:
            self._run(self._stop)
        except Exception as error:  # noqa: BLE001 - a thread's last line: kept, and raised by `check`
            self.failure = error
            name = error.code if isinstance(error, EndogeneError) else type(error).__name__
            log.error("worker.ended", worker=self._thread.name, error=name)


class Server:
    """The API on a port of this machine, served from a thread."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        """Serve `app`; port 0 takes a free one.

        Raises PortTakenError, SettingError (an address that is not this machine's), ServiceUnavailableError.
        """
        self._socket = tcp_listener()
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:  # below 1024, ports are the system's
                raise PortTakenError(actual=port, limit="--port, ENDOGENE_API_PORT") from error
            raise SettingError(field="api_host", actual=host, limit=error.strerror) from error
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=5,
            limit_concurrency=MOST_CONNECTIONS,
        )
        self._server = uvicorn.Server(config)
        self._worker = Worker("api", lambda _: self._server.run(sockets=[self._socket]))
        self._wait()

    def check(self) -> None:
        """Raise what ended the server, if anything did."""
        self._worker.check()

    def stop(self) -> None:
        """End the server once the requests under way are answered."""
        self._server.should_exit = True
        self._worker.stop()
        self._socket.close()

    def _wait(self) -> None:
        pause = threading.Event()
        for _ in range(int(START_SECONDS / 0.02)):
            if self._server.started:
                return
            self._worker.check()
            pause.wait(0.02)
        raise ServiceUnavailableError(actual=self.url)
