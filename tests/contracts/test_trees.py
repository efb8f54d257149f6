"""The .tree files tell in words what each function does in each case; the tests are named after them."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from endogene_token.chain.artifacts import CONTRACTS, load
from tests.unit.source_tree import ROOT, files

TREES = files("tests/contracts", suffix=".tree")
SUITE = files("tests/contracts/forge", suffix=".t.sol")
FORGE = ROOT / "tests/contracts/forge"
OPEN = {
    # a till's signature, or a delay that is over
    *("CommunityFund.recordPurchases", "CommunityFund.reversePurchases", "Membership.completeKeyRotation"),
    # members' signatures, or their decision
    *("Assembly.castBallots", "Assembly.castSealedBallots", "Assembly.openBallots", "Assembly.execute"),
    "Membership.advanceHeadcount",  # counts, and changes nothing that is told
    # say what is so already: attested, noticed, lost, too late
    *("ProjectBook.qualify", "ProjectBook.putToVote", "ProjectBook.loseVote"),
    *("ProjectBook.lapseClaim", "ProjectBook.lapse"),
}
CLOSED = "initialize"  # closed once founded
TRIED = {
    "membership": "Membership",
    "credit": "CommunityCredit",
    "fund": "CommunityFund",
    "guarded": "CommunityFund",
    "outflows": "CommunityFund",
    "rulebook": "Rulebook",
    "theAssembly": "Assembly",
    "board": "Board",
    "book": "ProjectBook",
    "awards": "ProjectBook",
    "currency": "ProjectCurrency",
    "desk": "RedemptionDesk",
}
"""What the tests call a contract, or its extension."""


def test_name(condition: str, *, reverts: bool) -> str:
    """Return the name of the test of a branch: `when the key is zero` gives test_WhenTheKeyIsZero."""
    words = re.sub(r"[^\w ]", "", condition).split()
    camel = "".join(word[0].upper() + word[1:] for word in words)
    return f"test_RevertWhen_{camel.removeprefix('When')}" if reverts else f"test_{camel}"


test_name.__test__ = False  # type: ignore[attr-defined]


def branches(tree: Path) -> tuple[str, list[str]]:
    """Return the test contract that a tree names, and the names of its tests, in order."""
    root, *lines = tree.read_text().splitlines()
    names = []
    for condition, outcome in pairwise(lines):
        if re.match(r"[├└]── when ", condition):
            reverts = "── it should revert with " in outcome
            names.append(test_name(condition[4:], reverts=reverts))
    return root, names


def contracts() -> dict[str, list[str]]:
    """Return the names of the tests, in order, by test contract."""
    found = {}
    for path in SUITE:
        parts = re.split(r"^(?:abstract )?contract (\w+)", path.read_text(), flags=re.MULTILINE)
        for name, body in zip(parts[1::2], parts[2::2], strict=True):
            found[name] = re.findall(r"^    function (test_\w+)\(", body, re.MULTILINE)
    return found


@pytest.mark.parametrize("tree", TREES, ids=lambda path: path.stem)
def test_the_tests_are_named_after_the_branches_of_their_tree(tree: Path) -> None:
    """A branch without a test, or a test without a branch, is one that somebody forgot."""
    root, names = branches(tree)
    assert names
    assert contracts()[root] == names


def test_every_test_contract_has_its_tree() -> None:
    """Fuzz tests and campaigns have no branches; every other test stands in a tree."""
    told = {branches(tree)[0] for tree in TREES}
    assert told == {name for name, tests in contracts().items() if tests}


@pytest.mark.parametrize("suite", ["Access.t.sol", "HandOver.t.sol"])
def test_the_matrix_of_access_leaves_no_function_out(suite: str) -> None:
    """Each function that changes something: in the matrix, tried by the former founder, or open by intent.

    The founder is among the callers of the matrix of projects, too.
    """
    functions = {
        f"{name}.{entry['name']}"
        for name in CONTRACTS
        for entry in load(name).abi
        if entry["type"] == "function" and entry["stateMutability"] not in {"view", "pure"}
        if entry["name"] != CLOSED
    }
    text = "".join((FORGE / name).read_text() for name in (suite, "AccessProjects.t.sol"))
    calls = set(re.findall(r"abi\.encodeCall\(\s*(\w+)\.(\w+)", text))
    guarded = {f"{TRIED[held]}.{name}" for held, name in calls if held in TRIED}
    guarded |= {f"{name}.{function}" for held, function in calls if held == "IProxied" for name in CONTRACTS}
    assert functions - guarded == OPEN
    assert guarded <= functions
