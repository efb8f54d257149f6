"""A PostgreSQL server for the tests: Debian's package, a free loopback port, data in a temporary folder."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

PATIENCE_SECONDS = 60
ACCOUNT = "postgres"  # the server refuses to run as root; Debian's package makes this account


class Absent(Exception):  # noqa: N818  # not a failure: what it says is why tests are skipped
    """PostgreSQL is not here and cannot be installed."""


class Server:
    """A running server; `database` makes an empty database for one test."""

    def __init__(
        self, port: int, password: str, log: Path, start: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        self._root = f"postgres:{password}@127.0.0.1:{port}"
        self._numbers = count(1)
        self._log = log
        self._start = start
        self.process = start()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it and every session: SIGINT as an operator would, SIGQUIT as a crash."""
        self.process.send_signal(how)
        self.process.wait(PATIENCE_SECONDS)

    def start(self) -> None:
        """Start it again on the same port, and wait until it takes connections."""
        self.process = self._start()
        _wait(self, self.process, self._log)

    @contextlib.contextmanager
    def database(self, folder: Path | None = None, template: str = "template1") -> Iterator[str]:
        """Yield the URL of a new database, its files in `folder` if given, and drop it afterwards.

        `template`: the name of one to copy, to which nobody may be connected.
        """
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        place = ""
        with self._connected() as connection:
            if folder is not None:
                give_to_server(folder)
                connection.execute(f"CREATE TABLESPACE {name} LOCATION '{folder}'".encode())
                place = f"TABLESPACE {name}"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {place}".encode())
        yield f"postgresql+psycopg://{self._root}/{name}"
        with self._connected() as connection:  # anew: the server may have been restarted meanwhile
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            if place:
                connection.execute(f"DROP {place}".encode())

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(f"postgresql://{self._root}/postgres", autocommit=True)

    def answers(self) -> bool:
        """Return whether it takes connections already."""
        try:
            psycopg.connect(f"postgresql://{self._root}/postgres", connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Run a server with the durability of production. Raises Absent."""
    programs = _programs()
    password = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="endogene-pg-") as name:
        folder = Path(name)
        account = give_to_server(folder)
        data = folder / "data"
        secret = folder / "password"
        secret.write_text(password)
        secret.chmod(0o644)  # within a folder that only the server's account may enter
        options = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--pwfile", secret, "--no-sync"]
        _run([programs / "initdb", "-D", data, *options], **account)
        port, log = _free_port(), folder / "log"

        def start() -> subprocess.Popen[bytes]:
            with log.open("ab") as file:
                return subprocess.Popen(
                    [programs / "postgres", *("-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder)],
                    **{"stdout": file, "stderr": file, "cwd": folder, **account},
                )

        server = Server(port, password, log, start)
        try:
            _wait(server, server.process, log)
            yield server
        finally:
            server.stop()  # fast: ends the sessions that are left


def _programs() -> Path:
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with contextlib.suppress(subprocess.CalledProcessError):
            _run(["apt-get", "update"], env=environment)
            _run(["apt-get", "install", "-y", "postgresql"], env=environment)
        found = _installed()
    if found is None:
        raise Absent("PostgreSQL is not installed: as root, apt-get update && apt-get install postgresql")
    return found


def _installed() -> Path | None:
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    elsewhere = shutil.which("initdb")
    candidates = [*debian, *([Path(elsewhere)] if elsewhere else [])]
    return candidates[0].parent if candidates else None


def give_to_server(folder: Path) -> dict[str, Any]:
    """Make the server's account the owner of `folder`; return how to run a program as that account."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(ACCOUNT)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run(command: list[Any], **options: Any) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text(errors="replace"))
        time.sleep(0.05)
