"""What time it is for the assembly."""

import threading
import time
from collections.abc import Callable
from typing import Final

from endogene_token.chain.calls import Ledger
from endogene_token.errors import ChainError

SILENCE: Final = 5.0  # seconds in which a node that has not answered is not asked again


class ChainClock:
    """Tells the time by which the next block will judge: the wall's, or the chain's where it runs ahead.

    Without a node, the wall's. Safe for several threads.
    """

    def __init__(self, ledger: Ledger, wall: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._wall = wall
        self._lock = threading.Lock()
        self._last = 0
        self._silent_until = 0.0

    def now(self) -> int:
        """Return the present instant, in seconds since 1970."""
        wall = self._wall()
        with self._lock:
            # Between two bounds: a clock that was set back does not keep the chain unasked for days.
            last, is_silent = self._last, self._silent_until - SILENCE <= wall < self._silent_until
        if not is_silent:
            try:
                last = self._ledger.time()
            except ChainError:
                with self._lock:
                    self._silent_until = wall + SILENCE
            with self._lock:
                self._last = last
        return max(int(wall), last)
