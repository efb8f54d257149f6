"""Crash points: they kill exactly where they are told to."""

import os
import signal
import subprocess
import sys

import pytest

PROGRAM = """
from endogene_token import crash
for step in range(1, 5):
    crash.point("sdk.accepted")
    print(f"accepted {step}", flush=True)
    crash.point("relay.sent")
    print(f"sent {step}", flush=True)
"""


def run(at: str | None) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "ENDOGENE_CRASH_AT"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environ if at is None else {**environ, "ENDOGENE_CRASH_AT": at},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("at", "last_line"),
    [
        ("sdk.accepted", ""),
        ("relay.sent", "accepted 1"),
        ("relay.sent:1", "accepted 1"),
        ("relay.sent:3", "accepted 3"),
        ("sdk.accepted:2", "sent 1"),
    ],
)
def test_the_named_pass_of_the_named_point_kills_the_process(at: str, last_line: str) -> None:
    """SIGKILL: no handler, no flush, no commit runs after the point."""
    result = run(at)
    assert result.returncode == -signal.SIGKILL
    assert (result.stdout.splitlines() or [""])[-1] == last_line


@pytest.mark.parametrize("at", [None, "", "elsewhere", "relay.sent:5", "relay"])
def test_a_point_that_is_not_named_or_not_reached_so_often_lets_the_process_live(at: str | None) -> None:
    """An ordinary process never meets a crash point."""
    result = run(at)
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "sent 4")
