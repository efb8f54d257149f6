"""The native anvil process that executes the blocks of the embedded chain."""

import ctypes
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from endogene_token.chain.node.rpc import HOST, Rpc
from endogene_token.errors import NodeUnavailableError, ToolMissingError

PINNED_VERSION: Final = "1.7.1"  # replay promises the same hashes only with the same program
BINARY_VARIABLE: Final = "ENDOGENE_ANVIL"
START_TIMEOUT: Final = 20.0  # seconds; 0.03 to 0.06 on an idle machine
START_ATTEMPTS: Final = 3  # another program may take the port between our choosing it and anvil's binding it
STATES_KEPT: Final = 64  # blocks whose state eth_call can still read; each is a whole copy in memory
PR_SET_PDEATHSIG: Final = 1

# The pool checks the raw transactions, then `evm_mine` alone makes the block: whatever else would make one
# (automine, an interval) could not be journalled first. Without pruning, anvil writes the whole state of
# every older block to disk: 0.17 MB a block on an empty chain.
FIXED_FLAGS: Final = (
    *("--quiet", "--no-cors", "--no-mining", "--order", "fifo"),
    *("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-block-gas-limit"),
    *("--no-request-size-limit", "--accounts", "0", "--prune-history", str(STATES_KEPT)),
)

_MACHINES: Final[Mapping[str, str]] = {"x86_64": "amd64", "aarch64": "arm64", "AMD64": "amd64"}
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def find_anvil(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the native anvil: ENDOGENE_ANVIL, else node_modules from here or the source up, else the PATH.

    The script node_modules/.bin/anvil is never used: it exits 0 whatever happens to anvil.
    Raises ToolMissingError.
    """
    named = environ.get(BINARY_VARIABLE)
    if named is not None:
        if not os.access(named, os.X_OK):
            raise ToolMissingError(actual=named, limit=PINNED_VERSION)
        return Path(named)
    for folder in _folders_up(Path.cwd(), Path(__file__)):
        candidate = folder / "node_modules" / "@foundry-rs" / _package() / "bin" / "anvil"
        if candidate.is_file():
            return candidate
    found = shutil.which("anvil", path=environ.get("PATH"))
    if found is None or "node_modules" in found:
        raise ToolMissingError(actual="anvil", limit=PINNED_VERSION)
    return Path(found)


@dataclass(frozen=True, slots=True)
class ChainParameters:
    """What block 0 follows from. `timestamp` is in seconds since 1970."""

    chain_id: int
    timestamp: int
    hardfork: str


class Anvil:
    """A running anvil, alone on a free port of this machine. It dies with the thread that started it.

    `anvil.pid` in `folder` names it, so that the next start can end an anvil that outlived its parent all
    the same (only Linux ends a child at once). The caller holds the lock of the folder.
    """

    def __init__(self, binary: Path, folder: Path, chain: ChainParameters) -> None:
        """Start anvil on block 0 and wait until it answers.

        Raises ToolMissingError when it cannot run or has another version, NodeUnavailableError when it does
        not answer in `START_TIMEOUT`.
        """
        self._pid_file = folder / "anvil.pid"
        end_orphan(self._pid_file)
        flags = [str(binary), *FIXED_FLAGS, "--chain-id", str(chain.chain_id)]
        flags += ["--timestamp", str(chain.timestamp), "--hardfork", chain.hardfork]
        flags += ["--cache-path", _marker(self._pid_file)]
        for attempt in range(1, START_ATTEMPTS + 1):
            port = free_port()
            self._process = self._spawn([*flags, "--port", str(port)], folder / "anvil.log")
            self.rpc = Rpc(port)
            try:
                self._wait_until_ready(binary)
                break
            except (NodeUnavailableError, ToolMissingError):
                self.stop()
                if attempt == START_ATTEMPTS:
                    raise
        self._check_version()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the process and wait for its end. Nothing is lost: the journal holds the chain."""
        self.rpc.close()
        self._process.kill()
        self._process.wait()
        self._pid_file.unlink(missing_ok=True)

    def _spawn(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        parent = os.getpid()
        try:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,  # Ctrl-C is for the server, which ends anvil when it is done
                    preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 (no other thread runs yet)
                )
        except OSError as error:
            raise ToolMissingError(actual=command[0], limit=PINNED_VERSION) from error
        self._pid_file.write_text(str(process.pid))
        return process

    def _wait_until_ready(self, binary: Path) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while self.alive:
            try:
                self.rpc.call("eth_chainId", kind=str)
            except NodeUnavailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
            else:
                return
        raise ToolMissingError(actual=binary, limit=PINNED_VERSION)  # it ended by itself: it is no anvil

    def _check_version(self) -> None:
        version = self.rpc.call("web3_clientVersion", kind=str)  # anvil/v1.7.1
        if version.rpartition("/v")[2] != PINNED_VERSION:
            self.stop()
            raise ToolMissingError(actual=version, limit=PINNED_VERSION)


def end_orphan(pid_file: Path) -> None:
    """Kill the anvil that `pid_file` names, if that process still runs and is the one of this data folder."""
    if not pid_file.exists():
        return
    written = pid_file.read_text()
    marker = _marker(pid_file)
    if written.isdecimal() and marker in command_line(int(written)):
        os.kill(int(written), signal.SIGKILL)
        while marker in command_line(int(written)):
            time.sleep(0.005)
    pid_file.unlink()


def command_line(pid: int) -> str:
    """Return the command line of a process, or nothing when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout


def _marker(pid_file: Path) -> str:
    # names a folder that anvil never writes (its history is pruned): it tells this anvil from any other
    return str(pid_file.with_suffix(".cache").absolute())


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _die_with(parent: int) -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)


def _folders_up(*starts: Path) -> Iterator[Path]:
    for start in starts:
        yield start
        yield from start.parents


def _package() -> str:
    machine = platform.machine()
    return f"anvil-{platform.system().lower()}-{_MACHINES.get(machine, machine)}"
