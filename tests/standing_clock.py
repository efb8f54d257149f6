"""A clock that stands still for one module: what it counts by the minute or by the hour never begins anew."""

from types import ModuleType, SimpleNamespace
from typing import Final

import pytest

HOUR: Final = 3_600
AT: Final = 500_000 * HOUR + HOUR // 2 + 30
"""In the middle of a minute and of an hour."""


def stand(monkeypatch: pytest.MonkeyPatch, module: ModuleType, at: int = AT) -> None:
    """Let a module that asks `time.time()` be told the same instant each time."""
    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: at))
