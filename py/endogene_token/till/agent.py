"""The agent: one till's outbox, what feeds it (a folder, this machine's programs) and what empties it."""

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog
import uvicorn

from endogene_token.errors import EndogeneError, ListenError, PortTakenError
from endogene_token.sdk import Retries, TillClient, TillKey
from endogene_token.sockets import tcp_listener
from endogene_token.till.desk import Desk
from endogene_token.till.guard import Address, Guard
from endogene_token.till.inbox import REST_SECONDS, Inbox
from endogene_token.till.place import Place
from endogene_token.till.sender import Sender
from endogene_token.till.status import clock_error, status

SCAN_SECONDS: Final = 0.5
LOOK_SECONDS: Final = 0.1
STOP_SECONDS: Final = 5.0  # what is sent after that is sent again by the next run

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an agent is to do. `inbox` None: no folder; `listen` None: no HTTP."""

    api_url: str
    key: TillKey
    place: Place
    inbox: Path | None = None
    listen: Address | None = None
    merchant: int | None = None
    api_key: str | None = field(default=None, repr=False)
    rest_seconds: float = REST_SECONDS


class Agent:
    """Runs from its making to its close; use it in a ``with`` statement."""

    def __init__(self, plan: Plan) -> None:
        """Open the outbox and the folder, listen, and begin to send.

        Raises OutboxLockedError (another agent has this till), PortTakenError, ListenError, InboxError and
        what TillClient raises.
        """
        self.url: str | None = None
        self.failure: BaseException | None = None
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._server: uvicorn.Server | None = None
        with ExitStack() as opening:
            plan.place.prepare()
            self.till = opening.enter_context(_client(plan))
            self._inbox = None
            if plan.inbox is not None:
                self._inbox = Inbox(plan.inbox, self.till, rest_seconds=plan.rest_seconds)
            self._sender = Sender(self.till)
            if plan.listen is not None:
                opening.enter_context(self._listening(plan.place, plan.listen))
            self._start(self._sender.run)
            self._start(self._watch)
            self._open = opening.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def status(self, lang: str) -> dict[str, Any]:
        """Return the agent's state, for JSON."""
        return status(self.till, self._sender, self._inbox, lang)

    def wait(self, ended: Callable[[float], bool]) -> None:
        """Return once `ended`, which waits so many seconds, says so.

        Raises what ended a part of the agent, if anything did.
        """
        while not ended(LOOK_SECONDS):
            if self.failure is not None:
                raise self.failure

    def close(self) -> None:
        """Stop listening, reading and sending; what waits stays in the outbox."""
        self._stop.set()
        if self._server is not None:
            self._server.should_exit = True
        deadline_seconds = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0, deadline_seconds - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            log.warning("till.closed.while.sending")  # as after a kill: nothing is lost or doubled
        self._open.close()

    def _watch(self, stop: threading.Event) -> None:
        """Read the folder and compare the clocks until `stop` is set."""
        told: tuple[str | None, bool] = (None, False)
        while not stop.wait(SCAN_SECONDS):
            with suppress(EndogeneError):  # kept in the folder's `trouble`
                if self._inbox is not None and self._inbox.step():
                    self._sender.wake()
            trouble = None if self._inbox is None else self._inbox.trouble
            seen = (None if trouble is None else trouble.code, clock_error(self.till) is not None)
            if seen != told:
                self._tell(trouble)
            told = seen

    def _tell(self, trouble: EndogeneError | None) -> None:
        ahead_seconds = clock_error(self.till)
        if trouble is not None:
            log.warning("till.folder.failed", error=trouble.code, detail=str(trouble))
        if ahead_seconds is not None:
            log.warning("till.clock.wrong", ahead_seconds=ahead_seconds)

    def _start(self, run: Callable[[threading.Event], None]) -> None:
        def work() -> None:
            try:
                run(self._stop)
            except Exception as error:  # noqa: BLE001 - a thread's last line: kept, and raised by `wait`
                self.failure = error

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    @contextmanager
    def _listening(self, place: Place, listen: Address) -> Iterator[None]:
        with _bound(listen) as listener:
            own = Address(listen.host, listener.getsockname()[1])
            guard = Guard(own, place.token, place.make_token())
            desk = Desk(self.till, self._sender, self._inbox, guard)
            config = uvicorn.Config(
                desk.app(), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2
            )
            self._server = server = uvicorn.Server(config)
            self._start(lambda _: server.run(sockets=[listener]))
            self.url = f"http://{own}"
            place.address.write_text(self.url + "\n", encoding="ascii")
            try:
                yield
            finally:
                place.address.unlink(missing_ok=True)


def _client(plan: Plan) -> TillClient:
    place = plan.place
    return TillClient(
        plan.api_url,
        place.till,
        plan.key,
        place.outbox,
        plan.merchant,
        api_key=plan.api_key,
        retries=Retries(attempts=1),  # the sender tries again, later and later
    )


@contextmanager
def _bound(listen: Address) -> Iterator[socket.socket]:
    """Give a socket of this machine. Raises PortTakenError, ListenError."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    with tcp_listener(family) as listener:
        try:
            listener.bind((listen.host, listen.port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortTakenError(actual=listen.port, limit="--listen") from error
            raise ListenError(actual=listen) from error
        listener.listen()  # whoever calls before the server is ready waits, and is not turned away
        yield listener
