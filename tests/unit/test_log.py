"""The set-up of structured logs."""

import json
import subprocess
import sys

import pytest


def logged(level: str, as_json: bool) -> subprocess.CompletedProcess[str]:
    program = (
        "import structlog; from endogene_token import log\n"
        f"log.configure({level!r}, {as_json})\n"
        "logger = structlog.get_logger()\n"
        "logger.info('batch sent', till=3, merchant='Épicerie')\n"
        "def sign(key):\n    return {}['absent']\n"
        "try:\n    sign(b'top' + b'secret')\nexcept KeyError:\n    logger.exception('failed')\n"
    )
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], capture_output=True, text=True, check=True, timeout=60
    )


def test_json_logs_are_one_object_a_line_on_stderr() -> None:
    """Machines read each line alone; standard output stays free."""
    result = logged("info", as_json=True)
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert result.stdout == ""
    assert (lines[0]["event"], lines[0]["till"], lines[0]["merchant"]) == ("batch sent", 3, "Épicerie")
    assert lines[0]["timestamp"].endswith("Z")
    assert lines[1]["exception"][0]["exc_type"] == "KeyError"


def test_console_logs_are_lines_for_people_on_stderr() -> None:
    """A person reads columns, not JSON."""
    result = logged("info", as_json=False)
    assert result.stdout == ""
    assert "batch sent" in result.stderr
    assert "till=3" in result.stderr
    assert "KeyError" in result.stderr


@pytest.mark.parametrize("as_json", [True, False])
def test_lines_under_the_level_are_left_out(as_json: bool) -> None:
    """The level is a threshold."""
    assert "batch sent" not in logged("error", as_json).stderr


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_in_the_log_holds_no_local_variable(as_json: bool) -> None:
    """A key that a function held never reaches a log."""
    text = logged("error", as_json).stderr
    assert "sign" in text
    assert "topsecret" not in text
