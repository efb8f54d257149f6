"""The words of runs and items, as their tables hold them."""

from enum import StrEnum
from typing import Final


class Direction(StrEnum):
    """Which way money moves: debits come in, credits go out."""

    DEBIT = "debit"
    CREDIT = "credit"


class RunState(StrEnum):
    """Where a run stands. A file is made at approval; what was handed in is the bank's."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    HANDED_IN = "handed-in"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """Where an item stands: collected when the bank's statement says so, settled when the chain does.

    Returned: its money came back. Rejected: the bank never moved any.
    """

    FILED = "filed"
    COLLECTED = "collected"
    SETTLED = "settled"
    RETURNED = "returned"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What an item is for."""

    PREMIUMS = "premiums"
    DEBT = "debt"
    CASH_REQUEST = "cash-request"
    REDEMPTION = "redemption"


class FileKind(StrEnum):
    """In which form the bank gets a run."""

    CPA_005 = "cpa005"
    PAIN_008 = "pain008"
    PAIN_001 = "pain001"


class Left(StrEnum):
    """Why something is not asked of the bank."""

    TRANSFER = "transfer"  # no mandate: the merchant pays by transfer
    OTHER_SCHEME = "other-scheme"  # its mandate is for another scheme than ours
    ASKED = "asked"  # a debit for it is under way
    NOTHING = "nothing"  # paid since, or nothing due
    NO_PAYEE = "no-payee"
    OTHER_PAYEE = "other-payee"  # the chain names another account than the one that is kept
    SET_OFF = "set-off"  # a statement has set it against premiums
    NOT_YET = "not-yet"  # it may be paid later only


UNDER_WAY: Final = (ItemState.FILED, ItemState.COLLECTED)
LIVE: Final = (*UNDER_WAY, ItemState.SETTLED)
