"""Ape, for who prefers its console: its contract tests, and a founding on the embedded chain."""

import os
import subprocess
from pathlib import Path

import pytest

from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from tests.unit.source_tree import ROOT

FIRST_TEST_ACCOUNT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"  # ape's TEST::0, from its public mnemonic


@pytest.fixture(scope="session")
def ape_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ape keeps its accounts and caches: not in the home of who runs the tests."""
    return tmp_path_factory.mktemp("ape")


def ape(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"APE_DATA_FOLDER": str(folder)}
    command = [str(ROOT / "scripts" / "ape.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_contract_tests_written_for_ape_pass(ape_folder: Path) -> None:
    """`scripts/ape.sh test tests/contracts/ape` is a command that people run: it works."""
    done = ape(ape_folder, "test", "tests/contracts/ape")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_a_community_founded_by_ape_is_one_to_every_program(
    contracts_rpc: Rpc, ape_folder: Path, tmp_path: Path
) -> None:
    """`scripts/ape.sh run deploy` leaves the same file as any founding, on the embedded chain too."""
    network, out = f"ethereum:embedded:{contracts_rpc.urls[0]}", tmp_path / "community.json"
    options = ["--network", network, "--account", "TEST::0", "--name", "Par ape", "--out", str(out)]
    done = ape(ape_folder, "run", "deploy", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    ledger = Ledger(contracts_rpc, Community.load(out))
    ledger.check()
    assert ledger.community.name == "Par ape"
    assert ledger.governor() == FIRST_TEST_ACCOUNT
    assert ledger.rules_version() == 1
