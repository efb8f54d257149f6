"""The words and the papers of projects and redemptions, with the numbers that the contracts give them. Pure.

Amounts are minor units, instants seconds since 1970 (UTC), shares basis points, hashes 32 bytes. Each record
raises RangeError and LengthError for what the contract's fields cannot hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, ClassVar, Final

from eth_hash.auto import keccak

from endogene_token.bounds import (
    MAX_UINT32,
    MAX_UINT64,
    MAX_UINT256,
    check_length,
    check_range,
)
from endogene_token.typed_data import WORD, as_word

HASH_BYTES: Final = 32
MAX_UINT8: Final = 2**8 - 1
MAX_UINT16: Final = 2**16 - 1


class ProjectState(IntEnum):
    """Where a project stands."""

    NONE = 0
    DRAFT = 1
    SUBMITTED = 2
    ELIGIBLE = 3
    BALLOTED = 4
    AWARDED = 5
    ACTIVE = 6
    COMPLETED = 7
    EVALUATED = 8
    SUSPENDED = 9
    TERMINATED = 10
    LAPSED = 11


class TrancheState(IntEnum):
    """Where a tranche of a project's money stands."""

    LOCKED = 0
    CLAIMED = 1
    REVIEWED = 2
    RELEASED = 3
    ACCOUNTED = 4
    REJECTED = 5
    RECALLED = 6


class Instrument(IntEnum):
    """Whether the money is paid back."""

    GRANT = 0
    LOAN = 1


class Criterion(IntEnum):
    """What a call may ask of a dossier."""

    ISSUE = 0
    INTER_COOPERATION = 1
    GROUPING = 2
    SHORT_CIRCUIT = 3
    MERCHANT_SHARE = 4
    LEVERAGE = 5
    MENTOR = 6
    EVALUATION = 7
    BENEFICIARY = 8

    @property
    def is_derived(self) -> bool:
        """Whether it follows from the dossier: nobody states it."""
        return self in {Criterion.GROUPING, Criterion.LEVERAGE, Criterion.MENTOR}


class OrganisationKind(IntEnum):
    """Of which kind a partner is."""

    ENTERPRISE = 0
    COOPERATIVE = 1
    ASSOCIATION = 2
    INSTITUTION = 3
    LOCAL_AUTHORITY = 4


class RedemptionState(IntEnum):
    """Where a redemption stands."""

    NONE = 0
    REQUESTED = 1
    ATTESTED = 2
    APPROVED = 3
    PAID = 4
    DROPPED = 5


class RedemptionReason(IntEnum):
    """Why credits are paid back."""

    RETIREMENT = 0
    HEIRS = 1


class Record:
    """A row of fields that a contract hashes: each one word, or a record of such words."""

    __slots__ = ()
    LIMITS: ClassVar[dict[str, int]] = {}
    """The largest number of each field that is one; the others are hashes, records, or yes and no."""

    def __post_init__(self) -> None:
        for name, limit in self.LIMITS.items():
            check_range(name, getattr(self, name), limit)
        for name, value in self.items():
            if isinstance(value, bytes):
                check_length(name, value, HASH_BYTES)

    def items(self) -> list[tuple[str, Any]]:
        """Return the fields in order, each with its name."""
        return [(one.name, getattr(self, one.name)) for one in fields(self)]  # type: ignore[arg-type]  # a dataclass

    def encoded(self) -> bytes:
        """Return the record as the contracts' ABI encodes it: its words, one after the other."""
        return b"".join(_word(value) for _, value in self.items())

    def row(self) -> tuple[object, ...]:
        """Return the record as a library that encodes calls takes it."""
        return tuple(_plain(value) for _, value in self.items())


@dataclass(frozen=True, slots=True)
class CallTerms(Record):
    """A call for projects. `required` holds the criteria; of `min_kinds` kinds one is a local authority.

    `attestor` is the member who attests the facts of its dossiers, `text` the hash of what it says.
    """

    budget: int
    closes_at: int
    attestor: int
    required: int
    min_partners: int
    min_kinds: int
    min_merchant_share_bps: int
    min_leverage_bps: int
    text: bytes

    LIMITS: ClassVar = {
        "budget": MAX_UINT64,
        "closes_at": MAX_UINT64,
        "attestor": MAX_UINT32,
        "required": MAX_UINT16,
        "min_partners": MAX_UINT8,
        "min_kinds": MAX_UINT8,
        "min_merchant_share_bps": MAX_UINT16,
        "min_leverage_bps": MAX_UINT32,
    }

    @property
    def criteria(self) -> frozenset[Criterion]:
        """What a dossier must meet."""
        return criteria(self.required)


@dataclass(frozen=True, slots=True)
class Partner(Record):
    """An organisation of the grouping; `organisation` and `controller` are salted commitments.

    `member` 0: it is no member. Nobody files a partner as attested: the call's attestor does that.
    """

    kind: OrganisationKind
    member: int
    is_attested: bool
    organisation: bytes
    controller: bytes

    LIMITS: ClassVar = {"kind": max(OrganisationKind), "member": MAX_UINT32}


@dataclass(frozen=True, slots=True)
class Tranche(Record):
    """A part of the money, and the hash of the milestone that unlocks it."""

    amount: int
    due_at: int
    milestone: bytes

    LIMITS: ClassVar = {"amount": MAX_UINT64, "due_at": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class Line(Record):
    """A line of the budget; `merchant_kinds` has a bit for each kind of merchant where it may be spent."""

    amount: int
    merchant_kinds: int

    LIMITS: ClassVar = {"amount": MAX_UINT64, "merchant_kinds": MAX_UINT256}


@dataclass(frozen=True, slots=True)
class Loan(Record):
    """Equal instalments, one each `interval` seconds; a grant has none."""

    first_due_at: int = 0
    interval: int = 0
    instalments: int = 0

    LIMITS: ClassVar = {"first_due_at": MAX_UINT64, "interval": MAX_UINT32, "instalments": MAX_UINT16}


NO_LOAN: Final = Loan()


@dataclass(frozen=True, slots=True)
class Plan(Record):
    """What a dossier asks for: the tranches, and the lines, each add up to `amount`.

    `sought` is outside money that the project looks for; `signer` spends; what is unspent at `expires_at`
    returns to the fund.
    """

    instrument: Instrument
    mentor: int
    signer: int
    amount: int
    sought: int
    expires_at: int
    loan: Loan
    tranches: tuple[Tranche, ...]
    lines: tuple[Line, ...]

    LIMITS: ClassVar = {
        "instrument": max(Instrument),
        "mentor": MAX_UINT32,
        "signer": MAX_UINT32,
        "amount": MAX_UINT64,
        "sought": MAX_UINT64,
        "expires_at": MAX_UINT64,
    }

    def encoded(self) -> bytes:
        """Return the plan as the ABI encodes it alone: its lists stand behind, where two words point."""
        numbers = (self.instrument, self.mentor, self.signer, self.amount, self.sought, self.expires_at)
        head = b"".join(map(as_word, numbers)) + self.loan.encoded()
        tranches, lines = _listed(self.tranches), _listed(self.lines)
        place = len(head) + 2 * WORD
        places = as_word(place) + as_word(place + len(tranches))
        return as_word(WORD) + head + places + tranches + lines


@dataclass(frozen=True, slots=True)
class Claim(Record):
    """What a claim asks for: reviewer and releaser sign its hash. `attempt` of the tranche, from 1."""

    project: int
    tranche: int
    attempt: int
    amount: int
    payee: int
    evidence: bytes

    LIMITS: ClassVar = {
        "project": MAX_UINT32,
        "tranche": MAX_UINT8,
        "attempt": MAX_UINT8,
        "amount": MAX_UINT64,
        "payee": MAX_UINT32,
    }

    @property
    def hash(self) -> bytes:
        """The 32 bytes that name this claim and no other."""
        return keccak(self.encoded())


@dataclass(frozen=True, slots=True)
class Spending(Record):
    """A purchase that a project pays for; `invoice` is a salted commitment to the invoice, used once."""

    project: int
    merchant: int
    amount: int
    line: int
    invoice: bytes

    LIMITS: ClassVar = {
        "project": MAX_UINT32,
        "merchant": MAX_UINT32,
        "amount": MAX_UINT64,
        "line": MAX_UINT8,
    }


@dataclass(frozen=True, slots=True)
class CoFinancing(Record):
    """Outside money that came on the day `received_on`; `valuer` 0: in cash.

    `source` is a commitment to financier and reference: the same money serves one project.
    """

    amount: int
    valuer: int
    received_on: int
    financier: bytes
    source: bytes
    evidence: bytes = field(default=bytes(HASH_BYTES))

    LIMITS: ClassVar = {"amount": MAX_UINT64, "valuer": MAX_UINT32, "received_on": MAX_UINT32}


def criteria(bits: int) -> frozenset[Criterion]:
    """Return the criteria that a word of bits names."""
    return frozenset(one for one in Criterion if bits >> one & 1)


def bits_of(numbers: Iterable[int]) -> int:
    """Return the word that has a bit for each of these numbers."""
    word = 0
    for number in numbers:
        word |= 1 << number
    return word


def _word(value: int | bytes | Record) -> bytes:
    if isinstance(value, Record):
        return value.encoded()
    return value if isinstance(value, bytes) else as_word(value)


def _plain(value: object) -> object:
    if isinstance(value, Record):
        return value.row()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, IntEnum) else value


def _listed(records: tuple[Record, ...]) -> bytes:
    return as_word(len(records)) + b"".join(one.encoded() for one in records)
