"""The states that lines, matches and debts pass through; those of items and runs are in `collect.states`."""

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


class DebtState(StrEnum):
    """A debit that came back after the chain had counted it."""

    OPEN = "open"
    COLLECTED = "collected"
    WRITTEN_OFF = "written-off"


STANDING: Final = (MatchState.APPROVED, MatchState.SENT, MatchState.DONE)
"""The matches that somebody stands for: a rule that saw everything agree, or a person."""
PENDING: Final = (MatchState.APPROVED, MatchState.SENT)
MERCHANT: Final = "merchant"
