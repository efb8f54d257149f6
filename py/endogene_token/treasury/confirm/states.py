"""The states that lines, matches, items and debts pass through, and the words of their kinds."""

from enum import StrEnum
from typing import Final


class LineState(StrEnum):
    """A line of the bank: what is known of it."""

    UNMATCHED = "unmatched"
    PROPOSED = "proposed"
    MATCHED = "matched"
    SETTLED = "settled"
    SET_ASIDE = "set-aside"


class MatchState(StrEnum):
    """A part of a line: `refused` when its item came back before anything was booked."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"


class ItemState(StrEnum):
    """What we asked of the bank; `collected`: a line confirms it, `settled`: the chain knows it."""

    FILED = "filed"
    COLLECTED = "collected"
    SETTLED = "settled"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class DebtState(StrEnum):
    """A debit that came back after the chain had counted it."""

    OPEN = "open"
    COLLECTED = "collected"
    WRITTEN_OFF = "written-off"


class Kind(StrEnum):
    """What an item is for."""

    PREMIUMS = "premiums"
    DEBT = "debt"
    CASH_REQUEST = "cash-request"
    REDEMPTION = "redemption"


STANDING: Final = (MatchState.APPROVED, MatchState.SENT, MatchState.DONE)
"""The matches that somebody stands for: a rule that saw everything agree, or a person."""
PENDING: Final = (MatchState.APPROVED, MatchState.SENT)
DEBIT: Final = "debit"
CREDIT: Final = "credit"
MERCHANT: Final = "merchant"
