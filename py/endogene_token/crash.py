"""Points where a test may kill the process, to show that nothing is lost or doubled there.

``ENDOGENE_CRASH_AT=relay.sent`` kills at the first pass of ``point("relay.sent")``, ``relay.sent:3`` at the
third.
The variable is read once, at import: a point of an ordinary process costs one comparison.
"""

import itertools
import os
import signal
from typing import Final

VARIABLE: Final = "ENDOGENE_CRASH_AT"


def _armed(text: str) -> tuple[str, int]:
    name, separator, nth = text.partition(":")
    return (name, int(nth)) if separator else (name, 1)


_NAME, _NTH = _armed(os.environ.get(VARIABLE, ""))
_passes = itertools.count(1)


def point(name: str) -> None:
    """Kill this process with SIGKILL if the environment names this point and this is the pass it names."""
    if name == _NAME and next(_passes) == _NTH:
        os.kill(os.getpid(), signal.SIGKILL)
