"""Whoever ends a command that serves is heard, whatever the command is doing."""

import os
import signal
import time

import pytest

from endogene_token.cli.signals import ENDINGS, signalled

LONG = 60.0


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_wait_ends_with_the_signal_and_the_end_stays_asked_for(ending: signal.Signals) -> None:
    """A timer of the system sends it into the wait."""
    with signalled() as ended:
        assert not ended(0.01)
        before = signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), ending))
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        started = time.monotonic()
        assert ended(LONG)
        assert ended(LONG)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - started < LONG


def test_a_signal_that_meets_a_destructor_is_not_lost() -> None:
    """An exception would be: Python only reports those that leave `__del__`."""

    class Dying:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    with signalled() as ended:
        dying = Dying()
        del dying
        assert ended(LONG)


def test_the_signals_do_afterwards_what_they_did_before() -> None:
    """Ctrl-C ends a command that does not serve at once."""
    before = [signal.getsignal(one) for one in ENDINGS]
    with signalled():
        assert [signal.getsignal(one) for one in ENDINGS] != before
    assert [signal.getsignal(one) for one in ENDINGS] == before
