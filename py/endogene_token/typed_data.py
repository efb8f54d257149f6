"""EIP-712 from keccak alone: where a signature counts, and the 32 bytes that are signed. Pure.

Who signs what is elsewhere: `receipts` for tills, `ballots` for members. A table of types there gives, for
each name, its fields in order as (name, kind).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from eth_hash.auto import keccak

from endogene_token.bounds import MAX_UINT256, address_bytes, check_range

NAME: Final = "Endogene"
VERSION: Final = "1"
WORD: Final = 32  # bytes

Fields = tuple[tuple[str, str], ...]
Types = Mapping[str, Fields]

_DOMAIN: Final[Fields] = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


def as_word(number: int) -> bytes:
    """Return `number` as one word of 32 bytes."""
    return number.to_bytes(WORD)


def type_hash(types: Types, primary: str, *referenced: str) -> bytes:
    """Return the EIP-712 hash of the type `primary`, which refers to the types `referenced`."""

    def written(name: str) -> str:
        return f"{name}({','.join(f'{kind} {field}' for field, kind in types[name])})"

    return keccak("".join(map(written, (primary, *referenced))).encode())


_DOMAIN_TYPE: Final = type_hash({"EIP712Domain": _DOMAIN}, "EIP712Domain")


@dataclass(frozen=True)
class SigningDomain(ABC):
    """Where a signature counts: one chain, one contract. Raises RangeError, AddressError."""

    chain_id: int

    def __post_init__(self) -> None:
        check_range("chain_id", self.chain_id, MAX_UINT256, least=1)
        address_bytes(self.contract)

    @property
    @abstractmethod
    def contract(self) -> str:
        """The address of the contract's proxy, 0x and 40 digits."""

    @cached_property
    def separator(self) -> bytes:
        """The EIP-712 hash of this domain."""
        return keccak(
            _DOMAIN_TYPE
            + keccak(NAME.encode())
            + keccak(VERSION.encode())
            + as_word(self.chain_id)
            + address_bytes(self.contract).rjust(WORD, b"\0")
        )


def signing_hash(domain: SigningDomain, contents: bytes) -> bytes:
    """Return the 32 bytes that are signed for a message: `contents` is its type's hash and its fields."""
    return keccak(b"\x19\x01" + domain.separator + keccak(contents))


def document(
    domain: SigningDomain, types: Types, primary: str, *referenced: str, message: Mapping[str, object]
) -> dict[str, object]:
    """Return `message`, of the type `primary`, as the typed data that wallets and eth-account read."""
    described = {"EIP712Domain": _DOMAIN, **{name: types[name] for name in (primary, *referenced)}}
    return {
        "types": {
            name: [{"name": field, "type": kind} for field, kind in fields]
            for name, fields in described.items()
        },
        "primaryType": primary,
        "domain": {
            "name": NAME,
            "version": VERSION,
            "chainId": domain.chain_id,
            "verifyingContract": domain.contract,
        },
        "message": dict(message),
    }
