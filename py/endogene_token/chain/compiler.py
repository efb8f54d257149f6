"""Contracts to artifacts: needs a checkout, Node and py-solc-x. The installed package needs none of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from endogene_token.chain.artifacts import FOLDER, NAMES
from endogene_token.errors import ToolMissingError

OPENZEPPELIN: Final[Mapping[str, str]] = {
    name: f"node_modules/@openzeppelin/contracts/{folder}/{name}.sol"
    for name, folder in (
        ("ERC1967Proxy", "proxy/ERC1967"),
        ("ERC7913WebAuthnVerifier", "utils/cryptography/verifiers"),
    )
}
LAYOUTS: Final = Path("contracts/layout")
SETTINGS: Final[Mapping[str, Any]] = {
    "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
    "optimizer": {"enabled": True, "runs": 1_000_000},
    "viaIR": True,
    "evmVersion": "cancun",
    # Without the hash of the sources: neither a comment nor the checkout's folder changes the code.
    "metadata": {"bytecodeHash": "none"},
}
_OUTPUT: Final = (
    *("abi", "storageLayout", "evm.methodIdentifiers"),
    *("evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"),
)


def compile_contracts(root: Path) -> dict[str, bytes]:
    """Compile the contracts of the checkout `root` and return each artifact's file name and content.

    The same sources give the same bytes, wherever they are compiled. Raises ToolMissingError when the
    compiler is not installed; solcx's SolcError carries what the compiler says of a faulty source.
    """
    answer = _solc(root)
    found = {name: answer["contracts"][_source(name)][name] for name in NAMES}
    return {f"{name}.json": _written(_artifact(name, found[name])) for name in NAMES}


def layouts(artifacts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the storage layout of each contract among `artifacts` that has one, as files for `LAYOUTS`."""
    found = {name: msgspec.json.decode(content)["storageLayout"] for name, content in artifacts.items()}
    return {name: _written(layout) for name, layout in found.items() if layout["storage"]}


def stale(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Return the names by which `folder` differs from `files`: missing, changed, or too many."""
    present = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    return sorted(name for name in files.keys() | present if files.get(name) != present.get(name))


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Make the JSON files of `folder` be `files`, no more and no less."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale(files, folder):
        if name in files:
            (folder / name).write_bytes(files[name])
        else:
            (folder / name).unlink()


def moved(committed: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """Return what of the storage layout `committed` is no longer at its place in `current`.

    A proxy keeps its storage when its code is replaced: a variable that moves, changes its type or goes away
    makes the new code read the old words as something else.
    """
    wrong = [
        f"{old['label']}: slot {old['slot']} + {old['offset']}, {old['type']}"
        for old in committed["storage"]
        if old not in current["storage"]
    ]
    for name, old in committed["types"].items():
        members = old.get("members", [])
        # A struct that mappings hold may grow at its end; one that goes away shows in the variables above.
        if current["types"].get(name, old).get("members", [])[: len(members)] != members:
            wrong.append(name)
    return wrong


def artifacts_folder(root: Path) -> Path:
    """Return where the artifacts of the checkout `root` are committed."""
    return root / "py" / "endogene_token" / "chain" / FOLDER


def _solc(root: Path) -> dict[str, Any]:
    try:
        import solcx  # noqa: PLC0415  a tool of the developer: the installed package does not have it
    except ImportError as error:
        raise ToolMissingError(actual="py-solc-x", limit="2.0.5") from error
    compiler = root / "scripts" / "solc.mjs"
    if not (root / "node_modules" / "solc").is_dir():
        raise ToolMissingError(actual="solc", limit="0.8.37")
    wanted: dict[str, dict[str, list[str]]] = {_source(name): {name: list(_OUTPUT)} for name in NAMES}
    request = {
        "language": "Solidity",
        "sources": {source: {"content": (root / source).read_text()} for source in wanted},
        "settings": {**SETTINGS, "outputSelection": wanted},
    }
    answer: dict[str, Any] = solcx.compile_standard(request, solc_binary=str(compiler.absolute()))
    return answer


def _source(name: str) -> str:
    return OPENZEPPELIN.get(name, f"contracts/{name}.sol")


def _artifact(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    evm = found["evm"]
    return {
        "contract": name,
        "abi": found["abi"],
        "bytecode": "0x" + evm["bytecode"]["object"],
        "deployedBytecode": "0x" + evm["deployedBytecode"]["object"],
        "methodIdentifiers": evm["methodIdentifiers"],
        "storageLayout": _layout(found["storageLayout"]),
    }


def _layout(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Name types by their label: the compiler's own names hold numbers that any edit changes."""
    types = raw["types"] or {}

    def place(variable: Mapping[str, Any]) -> dict[str, Any]:
        kind = types[variable["type"]]
        return {
            "label": variable["label"],
            "slot": int(variable["slot"]),
            "offset": variable["offset"],
            "type": kind["label"],
            "bytes": int(kind["numberOfBytes"]),
        }

    named: dict[str, Any] = {}
    for kind in types.values():
        described: dict[str, Any] = {"encoding": kind["encoding"]}
        if "members" in kind:
            described["members"] = [place(member) for member in kind["members"]]
        named[kind["label"]] = described
    return {"storage": [place(variable) for variable in raw["storage"]], "types": named}


def _written(content: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=1) + b"\n"
