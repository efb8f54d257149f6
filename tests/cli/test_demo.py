"""`endogene demo`: once, twice, in both languages; served, killed and started again."""

import random
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from endogene_token.chain.node import running_node
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import EndogeneError
from tests.commands import PATIENCE, Answer, call, free_port, run, started

pytestmark = pytest.mark.xdist_group("demo")  # one worker, one set-up

STORY_SECONDS = 30
DOORS = ("/", "/wallet", "/till", "/office")
ANSWER = {"url", "balance_sheet", "differences", "resolution", "votes", "indicators", "redemption"}
POCKETS = {
    *("cash", "premiums_receivable", "credits_outstanding"),
    *("merchant_prepayments", "reserve", "operations"),
    *("loans_receivable", "currency_outstanding", "commitments", "free"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo."""
    return tmp_path_factory.mktemp("demo").joinpath("data")


@pytest.fixture(scope="module")
def first(folder: Path) -> Answer:
    """The demo on a new folder, for machines."""
    return run("demo", "--once", "--json", "--data", folder)


def test_the_demo_once_founds_records_settles_checks_and_ends(first: Answer) -> None:
    """`endogene demo --once` exits 0; every cent is in one pocket; 0 differences."""
    assert first.code == 0, first
    assert set(first.json) == ANSWER
    assert first.json["resolution"] == {"number": 1, "state": "executed", "in_favour": 2, "against": 1}
    assert first.json["differences"] == 0
    sheet = {name: int(value) for name, value in first.json["balance_sheet"].items()}
    assert set(sheet) == POCKETS
    owned = sheet["cash"] + sheet["premiums_receivable"] + sheet["loans_receivable"]
    assert 0 < owned == sum(sheet.values()) - owned
    assert min(sheet["cash"], sheet["reserve"], sheet["operations"]) > 0  # the merchants have paid


def test_the_money_of_the_demo_goes_out_and_comes_round(first: Answer) -> None:
    """Two awards and a refusal by college, rounds with premiums, leverage, a retirement paid."""
    votes = first.json["votes"]
    assert [one["state"] for one in votes] == ["executed", "executed", "defeated"]
    assert all(set(one["colleges"]) == {"user", "worker", "supporting"} for one in votes)
    found = first.json["indicators"]
    assert found["leverage"] == {"received": "99000", "released": "23000"}
    assert found["multiplier"] == {"three_rounds": "30000", "first_round": "18000"}
    assert [one["spent"] for one in found["rounds"]] == ["18000", "8500", "3500", "0"]
    assert all(int(one["premiums"]) > 0 for one in found["rounds"][:3])
    sheet = {name: int(value) for name, value in first.json["balance_sheet"].items()}
    assert (sheet["loans_receivable"], sheet["commitments"], sheet["free"]) == (8_000, 0, -15_000)
    # What was released and is not netted; the rest of the cash covers it.
    netted = 23_000 - sheet["currency_outstanding"]
    assert 0 < netted < sum(int(one["premiums"]) for one in found["rounds"]) + 1
    assert int(found["coverage"]["liquid"]) == sheet["cash"] - sheet["currency_outstanding"]
    assert int(first.json["redemption"]["paid"]) > 0


def test_the_story_told_again_sends_nothing(first: Answer, folder: Path) -> None:
    """Each step looks at the chain first: not one block is added, and the answer is the same."""
    before = call("audit", "--data", folder, "--json").json["block"]
    again = run("demo", "--once", "--json", "--data", folder)
    assert {**again.json, "url": ""} == {**first.json, "url": ""}
    assert call("audit", "--data", folder, "--json").json["block"] == before


@pytest.mark.parametrize(
    ("language", "title", "zero"),
    [
        ("fr", "Bilan du fonds", "Écarts entre la chaîne et le modèle de lecture\u00a0: 0"),
        ("en", "Balance sheet of the fund", "Differences between the chain and the read model: 0"),
    ],
)
def test_the_demo_again_gives_the_same_figures_in_either_language(
    first: Answer, folder: Path, language: str, title: str, zero: str
) -> None:
    """Told twice, the story happens once. The tables are for people: amounts in dollars."""
    again = run("demo", "--once", "--data", folder, ENDOGENE_LANG=language)
    assert again.code == 0, again
    assert title in again.out
    assert zero in again.out
    shown = [int(digits) for digits in re.findall(r"\d+", re.sub(r"(?<=\d)[\u00a0,.](?=\d)", "", again.out))]
    for value in map(int, first.json["balance_sheet"].values()):
        assert abs(value) in shown
    assert "Traceback" not in again.err


@dataclass
class Witness:
    """Remembers the hash of each block that a chain has shown."""

    folder: Path
    hashes: dict[int, str] = field(default_factory=dict)

    def look(self) -> bool:
        """Read the blocks that are new; return whether the chain answered."""
        node = running_node(self.folder.joinpath("chain"))
        if node is None:
            return False
        try:
            with Rpc([node.rpc_url], timeout=5) as rpc:
                head = int(rpc.request("eth_blockNumber", []), 16)
                for number in range(len(self.hashes), head + 1):
                    self.hashes[number] = self.read(rpc, number)
        except EndogeneError:  # killed while it answered
            return False
        return True

    def read(self, rpc: Rpc, number: int) -> str:
        return str(rpc.request("eth_getBlockByNumber", [hex(number), False])["hash"])

    def agrees(self) -> bool:
        """Whether the chain still gives the hashes that it gave."""
        node = running_node(self.folder.joinpath("chain"))
        assert node is not None
        with Rpc([node.rpc_url], timeout=5) as rpc:
            return all(self.read(rpc, number) == known for number, known in self.hashes.items())


def wait_for_page(url: str, process: subprocess.Popen[str]) -> httpx.Response:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            return httpx.get(url, timeout=30, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(url)


def test_a_demo_killed_at_a_random_moment_goes_on_where_it_was(first: Answer, tmp_path: Path) -> None:
    """The same block hashes, the four doors answer, audit 0; Ctrl-C then ends it with 0.

    Whenever it was killed, the story ends with the money where it ends undisturbed.
    """
    data, port = tmp_path.joinpath("data"), free_port()
    arguments = ("demo", "--data", data, "--port", port)
    ports = {"ENDOGENE_NODE_PORT": str(free_port())}
    witness = Witness(data)
    pause = random.uniform(0, STORY_SECONDS)  # noqa: S311 - the test holds for every one
    with started(*arguments, **ports) as process:
        deadline = time.monotonic() + PATIENCE
        while not witness.look():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        end = time.monotonic() + pause
        while time.monotonic() < end:
            witness.look()
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with started(*arguments, **ports) as process:
        page = wait_for_page(f"http://127.0.0.1:{port}/", process)
        assert (page.status_code, witness.agrees()) == (200, True), (pause, witness.hashes)
        addresses = ""
        while (line := process.stdout.readline() if process.stdout else "") and "Chain (RPC)" not in line:
            assert process.poll() is None, process.communicate()
            addresses += line
        assert all(f"http://localhost:{port}{door}\n" in addresses for door in DOORS), addresses
        asked = httpx.get(f"http://127.0.0.1:{port}/enter?to=/wallet", trust_env=False, timeout=30)
        assert "Maude Tremblay" in asked.text
        assert call("audit", "--data", data, "--json").json["differences"] == 0
        fund = httpx.get(f"http://127.0.0.1:{port}/v1/fund", timeout=30, trust_env=False).json()
        assert {name: fund[name] for name in POCKETS} == first.json["balance_sheet"], pause
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Traceback" in err) == (0, False), err
