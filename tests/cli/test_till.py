"""`endogene till` as a shop runs it: a process of its own, ended by signals and by SIGKILL, started again."""

import ast
import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account

from tests.commands import Answer, call, run, started
from tests.node.till_service import TILL, TillService, serving
from tests.node.tills import KEY
from tests.unit.source_tree import files

HEADER = "receipt,amount,at\n"
PATIENCE = 180  # seconds, on a machine under load
LINES = {"till.chunk.recorded", "till.report.written", "till.file.moved", "till.file.refused"}


class Shop:
    """A shop's machine: its key, its folder, its data."""

    def __init__(self, folder: Path, service: TillService) -> None:
        self.folder = folder
        self.service = service
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.key = folder / "till.key"
        KEY.save(self.key)

    @property
    def keys(self) -> tuple[object, ...]:
        """What names the till and its service."""
        return ("--api", self.service.url, "--till", TILL, "--key", self.key, "--data", self.folder)

    @contextmanager
    def agent(self, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """Run the agent; give its process and its address."""
        options = ("--inbox", self.inbox, "--listen", "127.0.0.1:0", "--rest", "0.2", "--json")
        with started("till", "run", *self.keys, *options, **variables) as process:
            yield process, self.address(process)

    def address(self, process: subprocess.Popen[str]) -> str:
        """Wait until the agent listens; return its address, or nothing if it died before."""
        path = self.folder / f"till-{TILL}" / "address"
        wait_until(lambda: process.poll() is not None or is_open(path))
        return path.read_text("ascii").strip() if is_open(path) else ""

    def post(self, url: str, path: str, **body: Any) -> httpx.Response:
        """Call the agent as the shop's software does."""
        token = (self.folder / f"till-{TILL}" / "token").read_text("ascii").strip()
        return httpx.post(
            url + path, json=body, headers={"X-Endogene-Token": token}, timeout=60, trust_env=False
        )

    def drop(self, name: str, text: str) -> None:
        """Give the agent a file, whole."""
        draft = self.inbox / f".{name}"
        draft.write_text(text, "utf-8")
        draft.rename(self.inbox / name)

    def amounts(self) -> list[int]:
        """Return the amounts that the service holds, sorted: each sale of a test has its own."""
        return sorted(item.amount for item in self.service.items.values())

    def call(self, *arguments: object) -> Answer:
        """Run a command to its end, in this process."""
        return call("till", *arguments, "--json")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop and its community's service."""
    with serving(KEY) as service:
        yield Shop(tmp_path, service)


def is_open(address: Path) -> bool:
    """Whether whoever wrote this file answers."""
    with suppress(OSError, httpx.HTTPError):
        httpx.get(address.read_text("ascii").strip() + "/status", timeout=5, trust_env=False)
        return True
    return False


def wait_until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def says(process: subprocess.Popen[str], word: str) -> bool:
    """Read the standard error until a line has `word`; False when the process ends, or says it too late."""
    assert process.stderr is not None
    too_late = threading.Timer(PATIENCE, process.kill)
    too_late.start()
    try:
        return any(word in line for line in process.stderr)
    finally:
        too_late.cancel()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end of a process; return its code and what it said on the standard error."""
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err


def test_files_and_calls_are_recorded_sent_and_told(shop: Shop) -> None:
    """The whole of it, once: a file, a call, the state beside the till, a clean end by SIGTERM."""
    shop.drop("day.csv", HEADER + "A-1,100,2026-11-20\nA-2,x,2026-11-20\n")
    with shop.agent() as (process, url):
        assert shop.post(url, "/sale", receipt="B-1", amount="200").status_code == 201
        wait_until(lambda: shop.amounts() == [100, 200] and not list(shop.inbox.glob("*.csv")))
        told = shop.call("status", "--till", TILL, "--data", shop.folder).json
        assert (told["running"], told["unsent"], told["lines_refused"]) == (True, 0, 1)
        assert shop.call("send", *shop.keys).json["running"] is True
        process.send_signal(signal.SIGTERM)
        code, err = ended(process)
    assert (code, "Traceback" in err) == (0, False)
    assert [path.name for path in (shop.inbox / "done").iterdir()] == ["day.csv"]
    told = shop.call("status", "--till", TILL, "--data", shop.folder).json
    assert (told["running"], told["counts"]["accepted"]) == (False, 2)
    assert not (shop.folder / f"till-{TILL}" / "address").exists()


def test_off_line_sales_wait_visibly_and_leave_when_asked(shop: Shop) -> None:
    """`status` needs neither agent nor service nor key; `send` works without an agent."""
    with shop.agent() as (process, url):
        shop.post(url, "/sale", receipt="B-0", amount="1")
        wait_until(lambda: shop.amounts() == [1])
        shop.service.broken[:] = ["unavailable"] * 10_000
        for n in range(3):
            assert shop.post(url, "/sale", receipt=f"B-{n + 1}", amount=str(n + 2)).status_code == 201
        process.kill()
    assert shop.call("status", "--till", TILL, "--data", shop.folder).json["unsent"] == 3
    refused = shop.call("send", *shop.keys)
    assert (refused.code, refused.error) == (1, "service")
    shop.service.broken.clear()
    sent = shop.call("send", *shop.keys)
    assert (sent.code, sent.json["sent"], sent.json["unsent"]) == (0, 3, 0)
    assert shop.amounts() == [1, 2, 3, 4]


def test_the_state_is_told_to_people_in_their_language(shop: Shop) -> None:
    """A table, with the count of what is not sent yet first."""
    for lang, words in (("fr", ("Pas encore envoyées", "L’agent ne tourne pas.")), ("en", ("Not sent yet",))):
        told = run("till", "status", "--till", TILL, "--data", shop.folder, ENDOGENE_LANG=lang)
        assert told.code == 0
        assert [word for word in words if word not in told.out] == []


def test_two_agents_of_one_till_are_one_too_many(shop: Shop) -> None:
    """The second one says so and ends; the first goes on."""
    with shop.agent() as (_, url):
        second = run("till", "run", *shop.keys, "--inbox", shop.inbox, "--json")
        assert (second.code, second.error) == (1, "outbox-locked")
        assert shop.post(url, "/sale", receipt="B-1", amount="200").status_code == 201


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--listen", "0.0.0.0:8787"), "listen"),
        (("--key", "/nowhere"), "key-missing"),
        (("--api", "localhost"), "setting"),
        (("--inbox", "/proc/nowhere"), "inbox"),
    ],
)
def test_a_slip_in_the_options_is_told_at_the_start(shop: Shop, options: tuple[str, ...], error: str) -> None:
    """Before anything is read, recorded or sent."""
    answer = shop.call("run", *shop.keys, *options)
    assert (answer.code, answer.error) == (1, error)


def test_a_key_that_others_may_read_is_refused(shop: Shop) -> None:
    """As everywhere."""
    shop.key.chmod(0o644)
    assert shop.call("run", *shop.keys).error == "key-exposed"


def crash_points() -> set[str]:
    """Return the names of the agent's crash points, from its source."""
    found = set()
    for path in files("py/endogene_token/till", suffix=".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.point":
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_every_crash_point_of_the_agent_is_in_these_tests() -> None:
    """Those of the folder are passed at each pass in tests/node/test_till_inbox.py, too."""
    assert crash_points() == LINES | {"till.sale.recorded"}


@pytest.mark.parametrize("point", ["till.sale.recorded", "sdk.batch.answered", "till.file.moved"])
def test_an_agent_killed_at_a_point_loses_and_doubles_nothing(shop: Shop, point: str) -> None:
    """The shop's software calls again for what was not answered; the folder needs nobody."""
    shop.drop("day.csv", HEADER + "".join(f"A-{n},{n + 1},2026-11-20\n" for n in range(600)))
    with shop.agent(ENDOGENE_CRASH_AT=point) as (process, url):
        if url:
            with suppress(httpx.HTTPError):
                shop.post(url, "/sale", receipt="B-1", amount="1000")
        assert ended(process)[0] == -signal.SIGKILL
    with shop.agent() as (_, url):
        assert shop.post(url, "/sale", receipt="B-1", amount="1000").status_code in {200, 201}
        wait_until(lambda: len(shop.amounts()) >= 601 and not list(shop.inbox.glob("*.csv")))
        assert shop.post(url, "/sale", receipt="B-1", amount="1000").status_code == 200
    assert shop.amounts() == [*range(1, 601), 1000]


def test_an_agent_killed_at_any_moment_loses_and_doubles_nothing(shop: Shop) -> None:
    """Calls and a growing file, while it is killed again and again; each call is repeated until answered."""
    day, count = shop.inbox / "day.csv", 0
    with day.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for _ in range(3):
            with shop.agent() as (process, url):
                for _ in range(5):
                    count += 1
                    file.write(f"A-{count},{count},2026-11-20\n")
                    file.flush()
                    shop.post(url, "/sale", receipt=f"B-{count}", amount=str(1000 + count))
                process.kill()
    with shop.agent():
        expected = [*range(1, count + 1), *range(1001, 1001 + count)]
        wait_until(lambda: len(shop.amounts()) >= len(expected))
    assert shop.amounts() == expected


def test_a_clock_wrong_by_forty_days_is_told(shop: Shop) -> None:
    """On the standard error, in the state, and with each sale."""
    shop.service.date = datetime.now(UTC) - timedelta(days=40)
    with shop.agent() as (process, url):
        assert shop.post(url, "/sale", receipt="B-1", amount="5").status_code == 201
        wait_until(lambda: shop.amounts() == [5])
        told = shop.post(url, "/sale", receipt="B-1", amount="5").json()
        assert abs(told["clock_ahead_seconds"] - 40 * 86_400) < 600
        wait_until(
            lambda: shop.call("status", "--till", TILL, "--data", shop.folder).json["clock_ahead_seconds"]
        )
        assert says(process, "till.clock.wrong")
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0


def test_a_keystore_is_opened_with_the_passphrase_of_the_environment(shop: Shop) -> None:
    """A key at rest is encrypted; the agent starts without anybody at the keyboard."""
    sealed = shop.folder / "sealed.json"
    account = json.dumps(_keystore())
    sealed.write_text(account, "utf-8")
    sealed.chmod(0o600)
    keys = ("--api", shop.service.url, "--till", TILL, "--key", sealed, "--data", shop.folder)
    assert shop.call("send", *keys).error == "key-password"
    assert call("till", "send", *keys, "--json", ENDOGENE_PASSPHRASE="a passphrase").code == 0  # noqa: S106


def _keystore() -> dict[str, Any]:
    """Return a keystore that opens at once."""
    stored: dict[str, Any] = Account.encrypt((1).to_bytes(32), "a passphrase", kdf="pbkdf2", iterations=1)
    return stored
