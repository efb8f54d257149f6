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


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """Every pocket of the fund: cash + premiums receivable = the four others."""

    cash: int
    premiums_receivable: int
    credits_outstanding: int
    merchant_prepayments: int
    reserve: int
    operations: int


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
