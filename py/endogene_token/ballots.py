"""What a member signs for the assembly: ballots, proposals, notices; their EIP-712 digests. Pure.

A ballot travels as one word of 32 bytes, most significant first:

    | unused 26 bytes | choice 1 (0: sealed) | sequence 1 | member 4 |

The digest is computed here from keccak alone; `typed_data` gives the same message to the tools of the field
(wallets, eth-account). Tests hold that both, and the contract, agree.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

from eth_hash.auto import keccak

from endogene_token.bounds import (
    MAX_UINT32,
    MAX_UINT64,
    MAX_UINT256,
    address_bytes,
    check_length,
    check_range,
    is_whole,
)
from endogene_token.errors import ChoiceError, TextError
from endogene_token.typed_data import WORD, SigningDomain, Types, as_word, document, signing_hash, type_hash

MAX_SEQUENCE: Final = 63  # the tally keeps six bits of it for each member
MAX_KIND: Final = 255
SALT_BYTES: Final = 32
HASH_BYTES: Final = 32

# The fields of each class below, in the same order, as the contract names and hashes them.
_TYPES: Final[Types] = {
    "Ballot": (
        ("resolution", "uint32"),
        ("member", "uint32"),
        ("choice", "uint8"),
        ("sequence", "uint8"),
        ("text", "bytes32"),
    ),
    "SealedBallot": (
        ("resolution", "uint32"),
        ("member", "uint32"),
        ("sequence", "uint8"),
        ("commitment", "bytes32"),
        ("text", "bytes32"),
    ),
    "Proposal": (
        ("member", "uint32"),
        ("kind", "uint8"),
        ("text", "bytes32"),
        ("calls", "bytes32"),
        ("nonce", "uint256"),
    ),
    "Notice": (
        ("member", "uint32"),
        ("resolution", "uint32"),
        ("opensAt", "uint64"),
        ("nonce", "uint256"),
    ),
    "Interest": (("member", "uint32"), ("resolution", "uint32"), ("nonce", "uint256")),
}
_TYPE_HASHES: Final = {name: type_hash(_TYPES, name) for name in _TYPES}


class Choice(IntEnum):
    """What a ballot says."""

    FOR = 1
    AGAINST = 2
    ABSTAIN = 3


@dataclass(frozen=True)
class AssemblyDomain(SigningDomain):
    """Where a member's signature counts: one chain, one assembly. Raises RangeError, AddressError."""

    assembly: str

    @property
    def contract(self) -> str:
        """The address of the assembly's proxy."""
        return self.assembly


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote in the open. `text` is the hash of the resolution's text (see `text_hash`).

    A member may vote again while the vote is open: the ballot with the highest `sequence`, from 1, stands.
    Raises RangeError, ChoiceError, LengthError.
    """

    resolution: int
    member: int
    choice: Choice
    sequence: int
    text: bytes

    def __post_init__(self) -> None:
        _check_numbers(self.resolution, self.member)
        as_choice(self.choice)
        check_range("sequence", self.sequence, MAX_SEQUENCE, least=1)
        check_length("text", self.text, HASH_BYTES)


@dataclass(frozen=True, slots=True)
class SealedBallot:
    """A vote that stays closed until the end: it shows only the commitment to its opening.

    Raises RangeError, LengthError.
    """

    resolution: int
    member: int
    sequence: int
    commitment: bytes
    text: bytes

    def __post_init__(self) -> None:
        _check_numbers(self.resolution, self.member)
        check_range("sequence", self.sequence, MAX_SEQUENCE, least=1)
        check_length("commitment", self.commitment, HASH_BYTES)
        check_length("text", self.text, HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A member's draft of a resolution. `kind` is the contract's number of it; `calls` from `calls_hash`.

    Raises RangeError, LengthError.
    """

    member: int
    kind: int
    text: bytes
    calls: bytes
    nonce: int

    def __post_init__(self) -> None:
        check_range("member", self.member, MAX_UINT32)
        check_range("kind", self.kind, MAX_KIND)
        check_length("text", self.text, HASH_BYTES)
        check_length("calls", self.calls, HASH_BYTES)
        check_range("nonce", self.nonce, MAX_UINT256)


@dataclass(frozen=True, slots=True)
class Notice:
    """A director's notice that the vote on a draft opens at `opens_at` (seconds since 1970, UTC).

    Raises RangeError.
    """

    member: int
    resolution: int
    opens_at: int
    nonce: int

    def __post_init__(self) -> None:
        _check_numbers(self.resolution, self.member)
        check_range("opens_at", self.opens_at, MAX_UINT64)
        check_range("nonce", self.nonce, MAX_UINT256)


@dataclass(frozen=True, slots=True)
class Interest:
    """A member's declaration of an interest of his or her own in a resolution. Raises RangeError."""

    member: int
    resolution: int
    nonce: int

    def __post_init__(self) -> None:
        _check_numbers(self.resolution, self.member)
        check_range("nonce", self.nonce, MAX_UINT256)


Message = Ballot | SealedBallot | Proposal | Notice | Interest


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a sealed ballot: its choice, and the 32 random bytes that kept it from being guessed.

    Its representation shows neither. Raises ChoiceError, LengthError.
    """

    choice: Choice
    salt: bytes

    def __post_init__(self) -> None:
        as_choice(self.choice)
        check_length("salt", self.salt, SALT_BYTES)

    def __repr__(self) -> str:
        return "Opening(…)"


@dataclass(frozen=True, slots=True)
class BallotWord:
    """What the word of a ballot tells; `choice` is None while the ballot is sealed. Raises as Ballot does."""

    member: int
    choice: Choice | None
    sequence: int

    def __post_init__(self) -> None:
        check_range("member", self.member, MAX_UINT32)
        if self.choice is not None:
            as_choice(self.choice)
        check_range("sequence", self.sequence, MAX_SEQUENCE, least=1)


@dataclass(frozen=True, slots=True)
class ExecutableCall:
    """What a resolution calls once it is final: `data`, at the contract `target`. Raises AddressError."""

    target: str
    data: bytes

    def __post_init__(self) -> None:
        address_bytes(self.target)


def pack(ballot: Ballot | SealedBallot) -> bytes:
    """Return the ballot as one word of 32 bytes."""
    choice = ballot.choice if isinstance(ballot, Ballot) else 0
    return as_word(choice << 40 | ballot.sequence << 32 | ballot.member)


def unpack(word: bytes) -> BallotWord:
    """Return what a word of 32 bytes tells. Raises LengthError, RangeError, ChoiceError."""
    check_length("word", word, WORD)
    number = int.from_bytes(word)
    check_range("word", number, 2**48 - 1)
    choice = number >> 40
    return BallotWord(
        member=number & MAX_UINT32,
        choice=as_choice(choice) if choice else None,
        sequence=number >> 32 & 0xFF,
    )


def digest(message: Message, domain: SigningDomain) -> bytes:
    """Return the 32 bytes that the member signs for this message: its EIP-712 hash in this domain."""
    words = (value if isinstance(value, bytes) else as_word(value) for value in _values(message).values())
    return signing_hash(domain, _TYPE_HASHES[type(message).__name__] + b"".join(words))


def typed_data(message: Message, domain: SigningDomain) -> dict[str, object]:
    """Return the message as EIP-712 typed data, for eth-account's ``encode_typed_data(full_message=…)``."""
    return document(domain, _TYPES, type(message).__name__, message=_values(message))


def calls_hash(calls: Sequence[ExecutableCall]) -> bytes:
    """Return the hash of a resolution's calls, in order: that of their ABI encoding as ``Call[]``."""
    encoded = [_encoded(call) for call in calls]
    places, place = [], len(calls) * WORD
    for one in encoded:
        places.append(as_word(place))
        place += len(one)
    return keccak(b"".join((as_word(WORD), as_word(len(calls)), *places, *encoded)))


def commitment(resolution: int, member: int, opening: Opening) -> bytes:
    """Return the 32 bytes by which a sealed ballot binds its opening. Raises RangeError."""
    _check_numbers(resolution, member)
    return keccak(as_word(resolution) + as_word(member) + as_word(opening.choice) + opening.salt)


def normal_text(text: str) -> str:
    """Return a text in the form NFC, its lines ended by \\n alone: the one form that is hashed."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_hash(text: str) -> bytes:
    """Return the hash of a resolution's text: of the UTF-8 of `normal_text`.

    So the same text from another keyboard or system has the same hash. Raises TextError.
    """
    try:
        return keccak(normal_text(text).encode())
    except UnicodeEncodeError as error:
        raise TextError(field="text", actual=ascii(error.object[error.start])) from error


def as_choice(value: int) -> Choice:
    """Return the choice with this number. Raises ChoiceError."""
    if not is_whole(value, Choice.FOR, Choice.ABSTAIN):
        raise ChoiceError(actual=value, limit=", ".join(f"{one.value} {one.name}" for one in Choice))
    return Choice(value)


def _values(message: Message) -> dict[str, int | bytes]:
    """Return the fields by their names in the contract; numbers as plain ints, for JSON and for ABI tools."""
    described = _TYPES[type(message).__name__]
    values = [getattr(message, field.name) for field in fields(message)]
    return {
        name: value if isinstance(value, bytes) else int(value)
        for (name, _), value in zip(described, values, strict=True)
    }


def _encoded(call: ExecutableCall) -> bytes:
    padded = call.data + bytes(-len(call.data) % WORD)
    target = address_bytes(call.target).rjust(WORD, b"\0")
    return target + as_word(2 * WORD) + as_word(len(call.data)) + padded


def _check_numbers(resolution: int, member: int) -> None:
    check_range("resolution", resolution, MAX_UINT32)
    check_range("member", member, MAX_UINT32)
