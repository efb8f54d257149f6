"""What the relay does not try again at once. Kept in memory only: after a restart everything is due."""

from collections.abc import Callable, Hashable
from typing import Final

PAUSE_SECONDS: Final = 1
CLOCK_SECONDS: Final = 2  # what waits only for its time is looked at this often
LONGEST_SECONDS: Final = 60


class Pauses:
    """Holds a thing back for a while, each time twice as long."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._until: dict[Hashable, tuple[int, int]] = {}

    def is_due(self, name: Hashable) -> bool:
        """Return whether the thing is not held back now; a clock that was set back holds nothing back."""
        until, wait = self._until.get(name, (0, 0))
        return not until - wait <= self._clock() < until

    def hold(self, name: Hashable, longest: int = LONGEST_SECONDS) -> None:
        """Hold the thing back, for no more than `longest` seconds."""
        before = self._until.get(name, (0, 0))[1]
        wait = min(2 * before or PAUSE_SECONDS, longest)
        self._until[name] = (self._clock() + wait, wait)

    def release(self, name: Hashable) -> None:
        """Forget that the thing was ever held back."""
        self._until.pop(name, None)
