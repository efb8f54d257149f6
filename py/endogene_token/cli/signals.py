"""How a person or the machine ends a command that serves: SIGINT, from Ctrl-C, and SIGTERM."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Final

ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def signalled() -> Iterator[Callable[[float], bool]]:
    """Give the function that waits so many seconds, or less, and returns whether the end was asked for.

    An exception, which Ctrl-C is otherwise, is lost where it meets a destructor; an event's lock may be held
    by the very thread that the signal interrupts. What `SimpleQueue.put` does is safe in a handler.
    """
    asked: SimpleQueue[int] = SimpleQueue()

    def ended(seconds: float) -> bool:
        try:
            asked.put(asked.get(timeout=seconds))  # it stays asked for
        except Empty:
            return False
        return True

    before = {one: signal.signal(one, lambda number, _: asked.put(number)) for one in ENDINGS}
    try:
        yield ended
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
