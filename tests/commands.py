"""The command `endogene` as people run it: in a process of its own, or in the test's where time matters."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from typer.testing import CliRunner

from endogene_token.chain.node import running_node
from endogene_token.cli import app

PATIENCE = 180  # seconds, on a machine under load
COMMAND = (sys.executable, "-m", "endogene_token.cli")


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one document that stands on the standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def error(self) -> str | None:
        """The code of the error that `--json` tells."""
        told = self.json.get("error")
        return None if told is None else str(told["code"])


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a command: English, wide, no settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENDOGENE_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "ENDOGENE_LANG": "en", "COLUMNS": "160", "TMPDIR": tempfile.gettempdir(), **changes}


@contextmanager
def started(*arguments: object, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command in a process of its own, which ends with the test however the test ends."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()


def run(*arguments: object, **variables: str) -> Answer:
    """Run a command to its end in a process of its own."""
    with started(*arguments, **variables) as process:
        out, err = process.communicate(timeout=PATIENCE)
        return Answer(process.returncode, out, err)


def call(*arguments: object, typed: str | None = None, **variables: str) -> Answer:
    """Run a command to its end inside this process: the same program, without the seconds of a start."""
    try:
        result = CliRunner().invoke(app, list(map(str, arguments)), input=typed, env=variables)
    finally:
        structlog.reset_defaults()  # it logged to the runner's standard error, which is closed now
    return Answer(result.exit_code, result.stdout, result.stderr)


def killed(delay: float, *arguments: object) -> None:
    """Start a command and kill it `delay` seconds later, if it has not ended by then."""
    with started(*arguments) as process:
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=delay)
        process.kill()
        process.communicate()
    assert process.returncode in {0, -signal.SIGKILL}


def wait_for_the_end_of_the_chain(folder: Path) -> None:
    """Wait until the node of a killed command has noticed that it is alone."""
    deadline = time.monotonic() + PATIENCE
    while running_node(folder.joinpath("chain")) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
