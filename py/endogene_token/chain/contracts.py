"""The interfaces of the contracts: calls to bytes, and answers and events back to values, by web3.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from eth_typing import ABIEvent
from eth_utils.abi import event_abi_to_log_topic
from web3 import Web3

from endogene_token.chain.artifacts import Name, load
from endogene_token.errors import NotDeployedError
from endogene_token.hexes import from_hex

_CODEC: Final = Web3().codec


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its arguments by name; `index` is that of its log in the block."""

    contract: Name
    name: str
    arguments: Mapping[str, Any]
    index: int


def encode(name: Name, function: str, *arguments: object) -> str:
    """Return the data of a call of `function`, as 0x and hexadecimal digits."""
    selector, types, _ = _function(name, function)
    return selector + _CODEC.encode(types, arguments).hex()


def encode_deployment(name: Name, *arguments: object) -> str:
    """Return the code that deploys the contract with these arguments of its constructor."""
    inputs = [one for entry in load(name).abi if entry["type"] == "constructor" for one in entry["inputs"]]
    return load(name).bytecode + _CODEC.encode([_type(one) for one in inputs], list(arguments)).hex()


def decode(name: Name, function: str, answer: str) -> tuple[Any, ...]:
    """Return the values that a call of `function` answered.

    Raises NotDeployedError for an empty answer: the address holds no contract.
    """
    if answer == "0x":
        raise NotDeployedError(actual=f"{name}.{function}")
    values: Sequence[Any] = _CODEC.decode(_function(name, function)[2], from_hex(answer))
    return tuple(values)


def decode_log(name: Name, log: Mapping[str, Any]) -> Event | None:
    """Return the event that a log of the contract tells, as the node writes logs; None for an unknown one."""
    topics = [from_hex(topic) for topic in log["topics"]]
    entry = _events(name).get(topics[0]) if topics else None
    if entry is None:
        return None
    indexed = [one for one in entry["inputs"] if one["indexed"]]
    plain = [one for one in entry["inputs"] if not one["indexed"]]
    values = dict(zip(map(_name, plain), _values(plain, from_hex(log["data"])), strict=True))
    for one, topic in zip(indexed, topics[1:], strict=True):
        values[_name(one)] = _values([one], topic)[0]
    return Event(name, entry["name"], values, int(log["logIndex"], 16))


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["name"])


def _values(inputs: Sequence[Mapping[str, Any]], data: bytes) -> tuple[Any, ...]:
    return tuple(_CODEC.decode([_type(one) for one in inputs], data))


def _type(entry: Mapping[str, Any]) -> str:
    written = str(entry["type"])
    if not written.startswith("tuple"):
        return written
    return f"({','.join(map(_type, entry['components']))}){written.removeprefix('tuple')}"


@cache
def _function(name: Name, function: str) -> tuple[str, list[str], list[str]]:
    """Return the selector of a function and the types of its inputs and outputs; no name stands for two."""
    [entry] = [one for one in load(name).abi if one["type"] == "function" and one["name"] == function]
    inputs = [_type(one) for one in entry["inputs"]]
    selector = load(name).method_identifiers[f"{function}({','.join(inputs)})"]
    return f"0x{selector}", inputs, [_type(one) for one in entry["outputs"]]


@cache
def _events(name: Name) -> dict[bytes, dict[str, Any]]:
    return {
        event_abi_to_log_topic(cast(ABIEvent, entry)): entry
        for entry in load(name).abi
        if entry["type"] == "event"
    }
