"""The page of the till's agent is run: its files are read, its calls are made, its tables are whole."""

import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from endogene_token.till import Agent, Place, Plan
from endogene_token.till.drafts import FIELDS, SALE
from endogene_token.till.guard import Address
from endogene_token.till.lines import SUFFIXES
from tests.commands import COMMAND, call, environment
from tests.node.till_service import TillService, serving
from tests.node.tills import KEY
from tests.unit.source_tree import ROOT

PAGE = (ROOT / "docs/till.md").read_text(encoding="utf-8")
TILL = 6
PATIENCE = 60  # seconds


def blocks(mark: str) -> list[str]:
    return re.findall(rf"<!-- {mark} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)


def wait_for(service: TillService, count: int) -> None:
    wait_until(lambda: len(service.items) >= count)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_page_s_files_are_recorded(tmp_path: Path) -> None:
    """As they stand there."""
    inbox = tmp_path / "sales"
    with serving(KEY, till=TILL, buyers={"418 555-0101": 5}) as service:
        plan = Plan(service.url, KEY, Place(tmp_path, TILL), inbox, rest_seconds=0.2)
        with Agent(plan):
            for name in ("day.csv", "day.jsonl"):
                [text] = blocks(f"read by tests/docs/test_till.py: {name}")
                (inbox / f".{name}").write_text(text, "utf-8")
                (inbox / f".{name}").rename(inbox / name)
            wait_for(service, 5)
    bought = sorted((one.amount, one.member) for one in service.purchases())
    assert bought == [(899, 0), (1250, 0), (2000, 5), (4599, 12)]
    assert [one.amount for one in service.reversals()] == [599]
    assert list((inbox / "refused").iterdir()) == []


def test_the_page_s_calls_are_answered(tmp_path: Path) -> None:
    """With curl, as a person tries them first; only the port and the folder are this test's own."""
    if shutil.which("curl") is None:
        pytest.skip("NOT TESTED WITH CURL: it is not installed here")
    [text] = blocks("run by tests/docs/test_till.py")
    with serving(KEY, till=TILL) as service:
        plan = Plan(
            service.url, KEY, Place(tmp_path / ".endogene", TILL), listen=Address.parse("127.0.0.1:0")
        )
        with Agent(plan) as agent:
            script = text.replace("http://127.0.0.1:8787", str(agent.url)).replace(
                "curl", "curl --fail --noproxy '*'"
            )
            command = ["bash", "-euc", script]
            done = subprocess.run(
                command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
            assert (done.returncode, done.stderr) == (0, ""), done
            wait_for(service, 2)
    assert '"credit":"117"' in done.stdout
    assert [one.amount for one in service.items.values()] == [4599, 4599]


def test_the_tables_name_every_column_and_every_call() -> None:
    """No field that the agent takes is missing, and none is invented."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    columns = {name for row in rows[:6] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert columns == FIELDS >= SALE
    calls = {tuple(found) for found in re.findall(r"\| `(GET|POST) /(\w+)", PAGE)}
    assert calls == {
        ("GET", "quote"),
        ("POST", "sale"),
        ("POST", "refund"),
        ("GET", "status"),
        ("POST", "send"),
    }
    assert [suffix for suffix in SUFFIXES if f"`{suffix}`" not in PAGE] == []


def test_the_page_s_command_runs_the_agent_until_it_is_ended(tmp_path: Path) -> None:
    """As it is written there: only the service's address and the port are this test's own."""
    [text] = blocks("run by tests/docs/test_till.py: agent")
    KEY.save(tmp_path / "till-6.key")
    sales = tmp_path / "sales"
    with serving(KEY, till=TILL) as service:
        line = text.replace("https://coop.example", service.url).replace("127.0.0.1:8787", "127.0.0.1:0")
        program, *arguments = shlex.split(line)
        assert program == "endogene"
        with subprocess.Popen([*COMMAND, *arguments], cwd=tmp_path, env=environment()) as agent:
            try:
                wait_until(lambda: sales.joinpath("refused").is_dir() or agent.poll() is not None)
                [day] = blocks("read by tests/docs/test_till.py: day.jsonl")
                sales.joinpath(".day.jsonl").write_text(day, "utf-8")
                sales.joinpath(".day.jsonl").rename(sales / "day.jsonl")
                wait_for(service, 1)
            finally:
                agent.terminate()
            assert agent.wait(PATIENCE) == 0
    told = call("till", "status", "--till", TILL, "--data", tmp_path / ".endogene", "--json").json
    assert (told["running"], told["unsent"]) == (False, 0)
