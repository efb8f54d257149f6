"""What a resolution does, written by a person: a JSON list of contract, function and arguments."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from eth_abi.exceptions import EncodingError
from eth_utils.address import to_checksum_address

from endogene_token.ballots import ExecutableCall
from endogene_token.chain.artifacts import CONTRACTS, Name, load
from endogene_token.chain.contracts import encode
from endogene_token.errors import CallsFileError
from endogene_token.hexes import from_hex


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    contract: str
    function: str
    arguments: list[Any] = []


def read_calls(path: Path | None, addresses: Mapping[str, str]) -> list[ExecutableCall]:
    """Return the calls that the file `path` asks for; None: a resolution that only says something.

    `addresses`: where each contract stands, by name. Bytes and addresses are 0x and hexadecimal digits.
    Raises CallsFileError.
    """
    if path is None:
        return []
    try:
        rows = msgspec.json.decode(path.read_bytes(), type=list[_Row])
        return [_call(row, addresses) for row in rows]
    except (OSError, ValueError, TypeError, KeyError, EncodingError) as error:
        raise CallsFileError(actual=path, limit=error) from error


def _call(row: _Row, addresses: Mapping[str, str]) -> ExecutableCall:
    if row.contract not in CONTRACTS or row.contract not in get_args(Name):
        raise ValueError(f"{row.contract}: {', '.join(CONTRACTS)}")
    name: Name = row.contract
    entries = [one for one in load(name).abi if one["type"] == "function" and one["name"] == row.function]
    if len(entries) != 1:
        raise ValueError(f"{name}.{row.function}")
    inputs = entries[0]["inputs"]
    if len(inputs) != len(row.arguments):
        raise ValueError(f"{name}.{row.function}: {len(row.arguments)} ≠ {len(inputs)}")
    arguments = [_value(kind, one) for kind, one in zip(inputs, row.arguments, strict=True)]
    return ExecutableCall(addresses[name], from_hex(encode(name, row.function, *arguments)))


def _value(kind: Mapping[str, Any], value: Any) -> Any:
    written = str(kind["type"])
    if written.endswith("]"):
        inner = {**kind, "type": written[: written.rindex("[")]}
        return [_value(inner, one) for one in value]
    if written == "tuple":
        return tuple(_value(part, value[part["name"]]) for part in kind["components"])
    if written == "address":
        return to_checksum_address(value)
    if written.startswith("bytes"):
        return from_hex(str(value))
    return int(value) if written.startswith(("uint", "int")) and isinstance(value, str) else value
