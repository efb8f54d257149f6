"""What the contracts answer, as plain records. Days count from 1970-01-01, amounts are minor units."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from eth_utils.address import to_checksum_address

ZERO_ADDRESS: Final = "0x" + "0" * 40


class Role(IntEnum):
    """What an officer may do."""

    REGISTRAR = 0
    TREASURER = 1
    GUARDIAN = 2
    ACTUARY = 3
    APPROVER = 4


class MemberKind(IntEnum):
    """A natural person or an organisation."""

    PERSON = 0
    ORGANISATION = 1


class Category(IntEnum):
    """The college a member votes in."""

    USER = 0
    WORKER = 1
    SUPPORTING = 2


class MerchantStatus(IntEnum):
    """Whether a merchant's tills record purchases."""

    NONE = 0
    ACTIVE = 1
    SUSPENDED = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rulebook; `key_rotation_delay` in seconds."""

    purchase_window_days: int
    reversal_window_days: int
    operations_bps: int
    reserve_bps: int
    rate_notice_days: int
    key_rotation_delay: int


class Pocket(IntEnum):
    """A pocket that a loss or a payment is taken from."""

    FREE = 0
    RESERVE = 1
    OPERATIONS = 2


@dataclass(frozen=True, slots=True)
class OutflowRules:
    """One version of the rules of what goes out: basis points, seconds, minor units.

    `cash_limit` is what one merchant may have asked for in cash and not got yet; a claim lapses that is not
    judged in `judging_time`.
    """

    coverage_floor_bps: int
    cash_delay: int
    cash_limit: int
    judging_time: int
    longest_attestation: int
    debt_pocket: Pocket
    loan_pocket: Pocket

    def __post_init__(self) -> None:
        object.__setattr__(self, "debt_pocket", Pocket(self.debt_pocket))
        object.__setattr__(self, "loan_pocket", Pocket(self.loan_pocket))


@dataclass(frozen=True, slots=True)
class Solvency:
    """What bounds the outflows: `liquid` (may be negative) against `credits` and `due`, in minor units.

    `attested_until` in seconds since 1970; `floor_bps` is the floor of liquid / credits.
    """

    liquid: int
    credits: int
    floor_bps: int
    due: int
    attested_until: int


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """Every pocket of the fund: the first two and the loans = all the others; `free` may be negative."""

    cash: int
    premiums_receivable: int
    credits_outstanding: int
    merchant_prepayments: int
    reserve: int
    operations: int
    loans_receivable: int
    currency_outstanding: int
    commitments: int
    free: int


@dataclass(frozen=True, slots=True)
class MerchantAccount:
    """A merchant with the fund: what it owes, or what it has paid ahead; never both."""

    owed: int
    prepaid: int


@dataclass(frozen=True, slots=True)
class Merchant:
    """The terms of a merchant: `rate_bps` on the days `[rate_from, next_from)`, then `next_rate_bps`."""

    status: MerchantStatus
    exposure_limit: int
    till_cap: int
    rate_from: int
    rate_bps: int
    next_from: int
    next_rate_bps: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "status", MerchantStatus(self.status))


@dataclass(frozen=True, slots=True)
class Till:
    """A till: its key (a checksummed address), its merchant, the sequence that it records next."""

    key: str
    merchant: int
    next_sequence: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", to_checksum_address(self.key))

    @property
    def revoked(self) -> bool:
        """Whether it records nothing any more."""
        return self.key == ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class CreditAccount:
    """A member's credits, and the days `[valid_from, valid_until)` on which it may earn; 0 for no member."""

    balance: int
    valid_from: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Admission:
    """A member to admit; `key` is empty (a plastic card), the 20 bytes of an address, or ERC-7913."""

    kind: MemberKind
    category: Category
    valid_from: int
    valid_until: int
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the register."""

    kind: MemberKind
    category: Category
    valid_from: int
    valid_until: int
    key: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", MemberKind(self.kind))
        object.__setattr__(self, "category", Category(self.category))


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What the fund keeps of a batch: the leading 30 bytes of its root, and the rules it was under."""

    root: bytes
    rules_version: int
