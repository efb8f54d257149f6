"""Beancount's own checker, as a program from outside.

Beancount is under another licence than this project: it is installed in an environment that is thrown away,
and run in a process of its own. Nothing here imports it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "~=3.2"
PATIENCE_SECONDS = 300


class Absent(Exception):  # noqa: N818  # not a failure: what it says is why tests are skipped
    """The checker is not here and cannot be installed."""


def installed(folder: Path) -> Path:
    """Install the checker in `folder`; return the program. Raises Absent."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise Absent("uv is not here: the ledger was read by our own reader only")
    for words in (
        ["venv", "-q", "-p", sys.executable, str(folder)],
        ["pip", "install", "-q", "-p", str(folder), f"beancount{VERSION}"],
    ):
        done = _run([uv, *words])
        if done.returncode:
            raise Absent(f"beancount cannot be installed: {done.stderr.strip()}")
    return folder / "bin" / "bean-check"


def checked(program: Path, text: str, folder: Path) -> tuple[int, str]:
    """Check a ledger; return how the program ended, and what it said."""
    path = folder / "fund.beancount"
    path.write_text(text, "utf-8")
    done = _run([str(program), "--no-cache", str(path)])
    return done.returncode, done.stdout + done.stderr


def _run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
