"""From the bytes of a revert to a named refusal."""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any, Final, cast

from eth_abi.exceptions import DecodingError
from eth_typing import ABIError
from eth_utils.abi import function_abi_to_4byte_selector
from web3 import Web3

from endogene_token.chain.artifacts import NAMES, load
from endogene_token.chain.charter import Kind, State
from endogene_token.chain.views import Category, MerchantStatus, Pocket, Role
from endogene_token.errors import LedgerRefusal, UnknownRefusalError, from_contract
from endogene_token.projects import Criterion, ProjectState, RedemptionState, TrancheState
from endogene_token.reasons import BallotRefusal

_ENUMS: Final[Mapping[str, type[IntEnum]]] = {
    "enum IAssembly.BallotRefusal": BallotRefusal,
    "enum IAssembly.State": State,
    "enum IMembership.Category": Category,
    "enum IMembership.MerchantStatus": MerchantStatus,
    "enum IMembership.Role": Role,
    "enum IProjectBook.Criterion": Criterion,
    "enum IProjectBook.State": ProjectState,
    "enum IProjectBook.TrancheState": TrancheState,
    "enum IRedemptionDesk.State": RedemptionState,
    "enum IRulebook.Kind": Kind,
    "enum IRulebook.Pocket": Pocket,
}
_SELECTOR_BYTES: Final = 4
# What Solidity itself raises; no ABI lists these two.
_BUILT_IN: Final[tuple[dict[str, Any], ...]] = (
    {"type": "error", "name": "Error", "inputs": [{"name": "reason", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@cache
def errors_by_selector() -> Mapping[bytes, Mapping[str, Any]]:
    """Return the ABI of every error of the contracts, by the four bytes that begin its data."""
    entries = [entry for name in NAMES for entry in load(name).abi if entry["type"] == "error"]
    return {function_abi_to_4byte_selector(cast(ABIError, entry)): entry for entry in (*_BUILT_IN, *entries)}


def refusal(data: bytes) -> LedgerRefusal:
    """Return the refusal that a revert's `data` tells, with its arguments, whatever the bytes."""
    entry = errors_by_selector().get(data[:_SELECTOR_BYTES])
    if entry is None:
        return UnknownRefusalError(actual=data)
    inputs = entry["inputs"]
    try:
        values = Web3().codec.decode([one["type"] for one in inputs], data[_SELECTOR_BYTES:])
    except DecodingError:
        return UnknownRefusalError(actual=data)
    named = {one["name"]: _readable(one, value) for one, value in zip(inputs, values, strict=True)}
    return from_contract(entry["name"], named)


def _readable(entry: Mapping[str, Any], value: Any) -> object:
    """Name a member of an enum, which comes as a number."""
    kind = _ENUMS.get(entry.get("internalType", ""))
    return value if kind is None else kind(value).name.lower()
