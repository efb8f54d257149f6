"""What the package carries of the contracts, and the storage that no new version may move."""

import json
from pathlib import Path
from typing import Any

import pytest

from endogene_token.chain.artifacts import EXTENSIONS, NAMES, Name, compiled, load
from endogene_token.chain.compiler import LAYOUTS, artifacts_folder, layouts, moved, stale, write
from tests.unit.source_tree import ROOT

SLOT = {"label": "_cash", "slot": 3, "offset": 0, "type": "uint128", "bytes": 16}
MEMBER = {"label": "key", "slot": 0, "offset": 0, "type": "bytes", "bytes": 32}
LAYOUT: dict[str, Any] = {
    "storage": [SLOT],
    "types": {
        "uint128": {"encoding": "inplace"},
        "struct Record": {"encoding": "inplace", "members": [MEMBER]},
    },
}


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """Return the layout above with one place of it replaced."""
    copy: Any = json.loads(json.dumps(LAYOUT))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dict(copy)


@pytest.mark.parametrize("name", NAMES)
def test_an_artifact_holds_code_and_selectors(name: Name) -> None:
    """The installed package founds and reads a community without a compiler."""
    artifact = load(name)
    assert artifact.contract == name
    assert len(artifact.bytecode) > len(artifact.deployed_bytecode) > 2
    functions = {entry["name"] for entry in artifact.abi if entry["type"] == "function"}
    assert functions == {signature.partition("(")[0] for signature in artifact.method_identifiers}


@pytest.mark.parametrize("name", EXTENSIONS)
def test_a_contract_and_its_extension_have_one_storage(name: Name) -> None:
    """They run on the same words: neither has a variable of its own."""
    own, further = compiled(name).storage_layout, compiled(EXTENSIONS[name]).storage_layout
    assert own["storage"] == further["storage"]
    assert moved(own, further) == moved(further, own) == []


@pytest.mark.parametrize("name", EXTENSIONS)
def test_a_contract_tells_what_its_extension_does(name: Name) -> None:
    """Callers know one address and one interface, in which each name stands once."""
    own, further = compiled(name).method_identifiers, compiled(EXTENSIONS[name]).method_identifiers
    assert load(name).method_identifiers == further | own
    names = [entry["name"] for entry in load(name).abi if entry["type"] == "function"]
    assert len(names) == len(set(names)) == len(further | own)


def test_the_committed_layouts_are_those_of_the_artifacts() -> None:
    """The gate compares layouts that belong to the very code it ships."""
    files = {path.name: path.read_bytes() for path in artifacts_folder(ROOT).glob("*.json")}
    assert {name.removesuffix(".json") for name in files} == set(NAMES)
    assert stale(layouts(files), ROOT / LAYOUTS) == []


@pytest.mark.parametrize(
    "current",
    [
        changed(("storage", 0, "slot"), 4),
        changed(("storage", 0, "offset"), 16),
        changed(("storage", 0, "type"), "uint64"),
        changed(("storage", 0, "label"), "_money"),
        changed(("storage",), []),
        changed(("types", "struct Record", "members"), []),
        changed(("types", "struct Record", "members", 0, "type"), "bytes32"),
    ],
    ids=["slot", "offset", "type", "name", "gone", "member gone", "member changed"],
)
def test_a_variable_that_moves_is_noticed(current: dict[str, Any]) -> None:
    """A proxy's storage outlives its code: what moved would be read as something else."""
    assert moved(LAYOUT, current) != []


@pytest.mark.parametrize(
    "current",
    [
        LAYOUT,
        changed(("storage",), [SLOT, SLOT | {"label": "_more", "offset": 16}]),
        changed(("types", "struct Record", "members"), [MEMBER, MEMBER | {"label": "more", "slot": 1}]),
        changed(("types", "struct Another"), {"encoding": "inplace", "members": [MEMBER]}),
    ],
    ids=["same", "variable", "member", "type"],
)
def test_what_is_appended_moves_nothing(current: dict[str, Any]) -> None:
    """A contract may grow at the end of its storage."""
    assert moved(LAYOUT, current) == []


def test_files_that_are_missing_changed_or_too_many_are_stale_until_written(tmp_path: Path) -> None:
    """The gate sees each way in which the package and the contracts can differ."""
    (tmp_path / "same.json").write_bytes(b"1")
    (tmp_path / "changed.json").write_bytes(b"2")
    (tmp_path / "extra.json").write_bytes(b"3")
    files = {"same.json": b"1", "changed.json": b"0", "missing.json": b"4"}
    assert stale(files, tmp_path) == ["changed.json", "extra.json", "missing.json"]
    write(files, tmp_path)
    assert stale(files, tmp_path) == []
