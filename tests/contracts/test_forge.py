"""The contracts' own suite, in Foundry's forge: it is green, it can turn red, it leaves no line out."""

import os
import re
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from tests.contracts.faults import FAULTS, GUARDS, Fault
from tests.contracts.faults_assembly import ASSEMBLY_FAULTS
from tests.contracts.faults_outflows import OUTFLOW_FAULTS, PROJECT_GUARDS
from tests.contracts.faults_projects import PROJECT_FAULTS
from tests.contracts.faults_rules import CHECKED, CHECKED_BY, NOT_CHECKED, RULES_FAULTS, drop_checks
from tests.contracts.forge_project import BUILT, Verdict, copy, forge
from tests.unit.source_tree import ROOT, files

FUZZ_RUNS = 10_000
CAMPAIGNS, INVARIANT_CALLS = 3, 100_000  # the laws of purchases, of the money out, and of the assembly
FEWER_RUNS = {"testFuzz_AnyItemOfAnyBatchIsProven": 250}  # each records up to 512 purchases
LEAST_LINES, LEAST_BRANCHES = 1.0, 0.98
SUITE = files("tests/contracts/forge", suffix=".t.sol")
ALL_FAULTS = (*FAULTS, *RULES_FAULTS, *ASSEMBLY_FAULTS, *PROJECT_FAULTS, *OUTFLOW_FAULTS)
IS_DEEP = os.environ.get("ENDOGENE_FAULTS") == "all"
STEP = 1 if IS_DEEP else 8
"""Each fault is a build and a run: the gate plants every eighth one, `make deep` plants them all."""
COPIES = 2 if IS_DEEP else 1
"""Of the project, to plant them in: to build one takes far longer than to plant a fault."""

PLANTED = """// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;
import {Tester} from "./Tester.sol";
contract PlantedTest is Tester {
    function test_WhenThisIsWrong() public view { _eq(_creditOf(alice), 1, "nobody has bought anything"); }
}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose whole suite is green: without that, no fault would prove anything."""
    root = copy(tmp_path_factory.mktemp("forge"))
    verdict = forge(root, "test", profile="quick")
    assert verdict.green, verdict.failures or verdict.output[-4000:]
    return root


@pytest.fixture(scope="module")
def gate() -> Verdict:
    """The whole suite, on the contracts as they are deployed."""
    return forge(ROOT, "test")


@pytest.mark.xdist_group("forge-suite")
def test_the_suite_is_green(gate: Verdict) -> None:
    """Unit tests, fuzz tests and the campaign of the laws, on optimised code behind its proxies."""
    assert gate.green, gate.failures or gate.output[-4000:]
    assert gate.tests > 0


@pytest.mark.xdist_group("forge-suite")
def test_the_suite_fuzzes_as_much_as_the_gate_asks(gate: Verdict) -> None:
    """10,000 runs of each fuzz test but those named above, 100,000 calls of each campaign."""
    runs = re.findall(r"(testFuzz_\w+)\(.*?\) \(runs: (\d+)", gate.output)
    assert runs
    assert [name for name, count in runs if int(count) < FEWER_RUNS.get(name, FUZZ_RUNS)] == []
    calls = re.findall(r"invariant_\w+\(\) \(runs: \d+, calls: (\d+), reverts: 0\)", gate.output)
    assert len(calls) == CAMPAIGNS
    assert min(map(int, calls)) >= INVARIANT_CALLS


@pytest.mark.xdist_group("forge-suite")
def test_the_suite_runs_on_the_code_that_is_deployed(gate: Verdict) -> None:
    """No test may import a contract: it would be compiled again, without via_ir, and tested instead."""
    built = ROOT / BUILT / "default"
    contracts = [path.stem for path in (ROOT / "contracts").glob("*.sol")]
    assert gate.compiled
    assert [name for name in contracts if not (built / f"{name}.sol" / f"{name}.json").exists()] == []
    assert [name for name in contracts if (built / f"{name}.sol" / f"{name}.tests.json").exists()] == []


@pytest.mark.xdist_group("forge-faults-0")
def test_a_failing_test_turns_the_suite_red(project: Path) -> None:
    """Forge's npm launcher exits 0 whatever happens: this one does not."""
    planted = project / "tests/contracts/forge/Planted.t.sol"
    planted.write_text(PLANTED)
    try:
        verdict = forge(project, "test", "--match-contract", "PlantedTest", profile="quick")
    finally:
        planted.unlink()
    assert not verdict.green
    assert verdict.failures == {"PlantedTest": {"test_WhenThisIsWrong"}}


@pytest.mark.xdist_group("forge-suite")
def test_the_suite_leaves_no_line_and_no_branch_out(tmp_path: Path) -> None:
    """Of contracts/ alone. Forge counts no branch of `?:` and `&&`: the planted faults stand in for that."""
    root = copy(tmp_path)
    verdict = forge(root, "coverage", "--report", "lcov", "--report-file", "lcov.info", profile="quick")
    assert verdict.green, verdict.failures or verdict.output[-4000:]
    uncovered = [
        f"{name}:{line}"
        for name, record in records(root / "lcov.info")
        for line in re.findall(r"^(?:DA:(\d+),0|BRDA:\d+,\d+,\d+,(?:0|-))$", record, re.MULTILINE)
    ]
    text = "\n".join(record for _, record in records(root / "lcov.info"))
    assert share(text, "LH", "LF") >= LEAST_LINES, uncovered
    assert share(text, "BRH", "BRF") >= LEAST_BRANCHES, uncovered


def records(lcov: Path) -> list[tuple[str, str]]:
    """Return the file and the text of each record of the contracts."""
    found = re.findall(r"^SF:(contracts/.*?)$(.*?)^end_of_record", lcov.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return found


def share(text: str, hit: str, all_: str) -> float:
    """Return how much of it was hit; the records must count something."""
    counts = [sum(map(int, re.findall(rf"^{key}:(\d+)$", text, re.MULTILINE))) for key in (hit, all_)]
    return counts[0] / counts[1]


def test_every_fault_has_its_place(tmp_path: Path) -> None:
    """One that the gate does not plant must still be one that can be."""
    contracts = copy(tmp_path) / "contracts"
    for fault in (*ALL_FAULTS, *GUARDS, *PROJECT_GUARDS):
        former = (contracts / fault.file).read_text()
        fault.plant(contracts)
        assert (contracts / fault.file).read_text() != former, fault.name
        (contracts / fault.file).write_text(former)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=pytest.mark.xdist_group(f"forge-faults-{i % COPIES}"))
        for i, fault in enumerate(ALL_FAULTS[::STEP])
    ],
)
def test_a_planted_fault_turns_the_suite_red(project: Path, fault: Fault) -> None:
    """Each rule and each movement of money has a test that fails without it, where it should be sought."""
    verdict = tried(project, {fault.file}, fault.plant, fault.caught_by)
    assert fault.caught_by in verdict.failures, f"the fault went unnoticed there: {verdict.output[-4000:]}"
    assert not verdict.green


@pytest.mark.xdist_group("forge-faults-0")
@pytest.mark.parametrize(
    ("guards", "matrix"),
    [(GUARDS, "AccessTest"), (PROJECT_GUARDS, "AccessProjectsTest")],
    ids=["of before", "of projects"],
)
def test_each_guard_dropped_is_noticed(project: Path, guards: tuple[Fault, ...], matrix: str) -> None:
    """All guards are dropped at once: each has a test of its own, which calls its function alone."""

    def drop(contracts: Path) -> None:
        for guard in guards:
            guard.plant(contracts)

    verdict = tried(project, {guard.file for guard in guards}, drop, matrix)
    assert verdict.failures[matrix] == told(matrix)


@pytest.mark.xdist_group("forge-faults-0")
def test_each_check_dropped_is_noticed(project: Path) -> None:
    """All checks are dropped at once: each has a test of its own, green above with its very error."""
    verdict = tried(project, CHECKED, drop_checks, *CHECKED_BY)
    for contract in CHECKED_BY:
        refusals = {name for name in told(contract) if name.startswith("test_RevertWhen_")} - NOT_CHECKED
        assert refusals - verdict.failures.get(contract, set()) == set(), contract


def told(contract: str) -> set[str]:
    """Return the names of the tests of a test contract."""
    for path in SUITE:
        _, found, rest = path.read_text().partition(f"\ncontract {contract} ")
        if found:
            return set(
                re.findall(r"^    function (test_\w+)\(", rest.partition("\ncontract ")[0], re.MULTILINE)
            )
    raise AssertionError(contract)


def tried(project: Path, touched: Collection[str], plant: Callable[[Path], None], *catchers: str) -> Verdict:
    """Run these test contracts with a fault planted in these files, then put back what was there.

    Under a filter forge compiles the tests alone, and reads the contracts from the last build.
    """
    contracts = project / "contracts"
    former = {file: (contracts / file).read_text() for file in touched}
    try:
        plant(contracts)
        built = forge(project, "build", "contracts", profile="quick")
        assert built.green, built.output[-4000:]
        return forge(project, "test", "--match-contract", f"^({'|'.join(catchers)})$", profile="quick")
    finally:
        for file, text in former.items():
            (contracts / file).write_text(text)
