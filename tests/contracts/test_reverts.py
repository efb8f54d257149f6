"""Every error of the contracts is told in words, with every value that it carries."""

from collections.abc import Mapping
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.chain.artifacts import NAMES, load
from endogene_token.chain.reverts import errors_by_selector, refusal
from endogene_token.errors import BY_CONTRACT_ERROR, ContractFaultError, UnknownRefusalError

BUILT_IN = {"Error", "Panic"}
EXAMPLES: Mapping[str, object] = {
    "address": "0x" + "ab" * 20,
    "bool": True,
    "bytes4": b"\xef" * 4,
    "bytes32": b"\xcd" * 32,
    "string": "reason",
    "uint8": 1,
    "uint16": 0x1234,
    "uint32": 0x12345678,
    "uint64": 0x123456789ABCDEF0,
    "uint256": 2**255,
    "int256": -(2**254),
}
READ = {
    "enum IAssembly.BallotRefusal": "malformed",
    "enum IAssembly.State": "noticed",
    "enum IMembership.Category": "worker",
    "enum IMembership.MerchantStatus": "active",
    "enum IMembership.Role": "treasurer",
    "enum IProjectBook.Criterion": "inter_cooperation",
    "enum IProjectBook.State": "draft",
    "enum IProjectBook.TrancheState": "claimed",
    "enum IRedemptionDesk.State": "requested",
    "enum IRulebook.Kind": "spending",
    "enum IRulebook.Pocket": "reserve",
}
ENTRIES = {str(entry["name"]): (selector, entry) for selector, entry in errors_by_selector().items()}


def test_every_error_of_the_contracts_has_its_class() -> None:
    """An error added to a contract gets a class and its sentences: it is not met with silence."""
    declared = {entry["name"] for name in NAMES for entry in load(name).abi if entry["type"] == "error"}
    assert declared - set(BY_CONTRACT_ERROR) == set()
    assert declared | BUILT_IN == set(ENTRIES)


def test_no_class_waits_for_an_error_that_the_contracts_lost() -> None:
    """The table keeps no dead names of ours; those of OpenZeppelin may come back with any edit."""
    ours = {name for name in BY_CONTRACT_ERROR if "_" in name}
    assert ours - set(ENTRIES) == set()


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_refusal_keeps_every_argument_and_leaves_no_hole(name: str, lang: str) -> None:
    """Who reads the message sees what the contract saw."""
    selector, entry = ENTRIES[name]
    types = [one["type"] for one in entry["inputs"]]
    given_values = [EXAMPLES[kind] for kind in types]
    found = refusal(selector + encode(types, given_values))
    expected = [READ.get(one.get("internalType", ""), EXAMPLES[one["type"]]) for one in entry["inputs"]]
    kept = {found.actual, found.limit, *found.params.values()}
    assert type(found) is BY_CONTRACT_ERROR[name]
    assert [value for value in expected if value not in kept] == []
    assert "None" not in found.render(lang)


@given(st.binary(max_size=100))
def test_any_bytes_give_a_refusal(data: bytes) -> None:
    """A contract that answers nonsense cannot stop the program that reads it."""
    assert refusal(data).render("fr")


@pytest.mark.parametrize("cut", [4, 5, 40, 67])
def test_an_error_cut_short_is_shown_as_it_came(cut: int) -> None:
    """What cannot be decoded is not guessed."""
    selector, entry = ENTRIES["Membership_SequenceMismatch"]
    data: Any = (selector + encode([one["type"] for one in entry["inputs"]], [1, 2]))[:cut]
    found = refusal(data)
    assert (type(found), found.actual) == (UnknownRefusalError, data)


def test_a_reason_in_words_and_a_panic_are_faults_of_the_contract() -> None:
    """Solidity's own two errors belong to no ABI, and are told all the same."""
    panic = refusal(ENTRIES["Panic"][0] + encode(["uint256"], [0x11]))
    assert isinstance(panic, ContractFaultError)
    assert "Panic(17)" in panic.render("en")
