"""The interfaces of the contracts: calls to bytes, and answers and events back to values, by web3.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from eth_typing import ABIEvent
from eth_utils.abi import event_abi_to_log_topic, get_abi_output_types
from web3 import Web3
from web3.contract import Contract

from endogene_token.chain.artifacts import Name, load
from endogene_token.errors import NotDeployedError

_WEB3: Final = Web3()  # without a node: it only encodes and decodes


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its arguments by name; `index` is that of its log in the block."""

    contract: Name
    name: str
    arguments: Mapping[str, Any]
    index: int


def encode(name: Name, function: str, *arguments: object) -> str:
    """Return the data of a call of `function`, as 0x and hexadecimal digits."""
    return str(_interface(name).encode_abi(function, list(arguments)))


def encode_deployment(name: Name, *arguments: object) -> str:
    """Return the code that deploys the contract with these arguments of its constructor."""
    inputs = [one for entry in load(name).abi if entry["type"] == "constructor" for one in entry["inputs"]]
    return load(name).bytecode + _WEB3.codec.encode([one["type"] for one in inputs], list(arguments)).hex()


def decode(name: Name, function: str, answer: str) -> tuple[Any, ...]:
    """Return the values that a call of `function` answered.

    Raises NotDeployedError for an empty answer: the address holds no contract.
    """
    if answer == "0x":
        raise NotDeployedError(actual=f"{name}.{function}")
    values: Sequence[Any] = _WEB3.codec.decode(_output_types(name, function), bytes.fromhex(answer[2:]))
    return tuple(values)


def decode_log(name: Name, log: Mapping[str, Any]) -> Event | None:
    """Return the event that a log of the contract tells, as the node writes logs; None for an unknown one."""
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    entry = _events(name).get(topics[0]) if topics else None
    if entry is None:
        return None
    indexed = [one for one in entry["inputs"] if one["indexed"]]
    plain = [one for one in entry["inputs"] if not one["indexed"]]
    values = dict(zip(map(_name, plain), _values(plain, bytes.fromhex(log["data"][2:])), strict=True))
    for one, topic in zip(indexed, topics[1:], strict=True):
        values[_name(one)] = _values([one], topic)[0]
    return Event(name, entry["name"], values, int(log["logIndex"], 16))


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["name"])


def _values(inputs: Sequence[Mapping[str, Any]], data: bytes) -> tuple[Any, ...]:
    return tuple(_WEB3.codec.decode([_type(one) for one in inputs], data))


def _type(entry: Mapping[str, Any]) -> str:
    written = str(entry["type"])
    if not written.startswith("tuple"):
        return written
    return f"({','.join(map(_type, entry['components']))}){written.removeprefix('tuple')}"


@cache
def _interface(name: Name) -> type[Contract]:
    return _WEB3.eth.contract(abi=load(name).abi)


@cache
def _output_types(name: Name, function: str) -> list[str]:
    return get_abi_output_types(_interface(name).get_function_by_name(function).abi)


@cache
def _events(name: Name) -> dict[bytes, dict[str, Any]]:
    return {
        event_abi_to_log_topic(cast(ABIEvent, entry)): entry
        for entry in load(name).abi
        if entry["type"] == "event"
    }
