"""Sending what waits, in the background: now and then, later and later while the service is away."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from endogene_token.errors import EndogeneError
from endogene_token.sdk import TillClient

FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 300.0
IDLE_SECONDS: Final = 5.0
REFRESH_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.2

log = structlog.get_logger()


class Sender:
    """Flushes a till's outbox. A sale never waits for it."""

    def __init__(
        self,
        till: TillClient,
        *,
        idle_seconds: float = IDLE_SECONDS,
        chance: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Send for `till`; nothing leaves before the first step."""
        self.trouble: EndogeneError | None = None
        """What kept the last try from sending all, or None."""
        self.sent_at: datetime | None = None
        """When the service last took all that it could (UTC)."""
        self._till = till
        self._idle_seconds = idle_seconds
        self._chance = chance
        self._clock = clock
        self._failures = 0
        self._refreshed_at: float | None = None
        self._wake = threading.Event()
        self._turn = threading.Lock()

    def wake(self) -> None:
        """Have what was just recorded leave at once, unless the service is away."""
        if not self._failures:
            self._wake.set()

    def send(self) -> None:
        """Send what waits, and learn now and then what became of what was sent. Raises EndogeneError."""
        with self._turn:
            try:
                self._till.flush()
                self._refresh()
            except EndogeneError as error:
                self._fail(error)
                raise
            if self._failures:
                log.info("till.sending.resumed")
            self.trouble, self._failures = None, 0
            self.sent_at = datetime.now(UTC)

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set."""
        while not stop.is_set():
            self._wake.clear()
            with suppress(EndogeneError):  # kept in `trouble`, and tried again
                self.send()
            self._wait(stop)

    def wait_seconds(self) -> float:
        """Return how long to wait before the next try: twice as long after each failure, less up to half."""
        if not self._failures:
            return self._idle_seconds
        wait_seconds = min(FIRST_WAIT_SECONDS * (1 << min(self._failures - 1, 16)), LONGEST_WAIT_SECONDS)
        return wait_seconds - wait_seconds * self._chance() * 2**-1

    def _wait(self, stop: threading.Event) -> None:
        until_seconds = self._clock() + self.wait_seconds()
        while not stop.is_set() and self._clock() < until_seconds:
            if self._wake.wait(min(LOOK_SECONDS, self._idle_seconds)) and not self._failures:
                return

    def _refresh(self) -> None:
        now_seconds = self._clock()
        if self._refreshed_at is None or now_seconds - self._refreshed_at >= REFRESH_SECONDS:
            self._till.refresh()
            self._refreshed_at = now_seconds

    def _fail(self, error: EndogeneError) -> None:
        if self.trouble is None or self.trouble.code != error.code:
            log.warning("till.sending.failed", error=error.code, detail=str(error))
        self.trouble = error
        self._failures += 1
