"""Why the ledger refused an item of a batch, or a ballot; the numbers are those of the contracts' enums."""

from enum import IntEnum
from typing import Final

from endogene_token.i18n import mark, tr


class _Reason(IntEnum):
    @property
    def code(self) -> str:
        """The kebab-case name used in JSON and in files of refused lines."""
        return self.name.lower().replace("_", "-")


class RefusalReason(_Reason):
    """A refused item takes its sequence and moves no money; the till may record a corrected one."""

    NONE = 0
    ZERO_AMOUNT = 1
    OVER_TILL_CAP = 2
    FUTURE_DAY = 3
    TOO_OLD = 4
    UNKNOWN_MEMBER = 5
    MEMBER_NOT_VALID = 6
    UNKNOWN_PURCHASE = 7
    OTHER_MERCHANT = 8
    NOTHING_LEFT = 9
    MORE_THAN_LEFT = 10
    BEFORE_PURCHASE = 11
    WINDOW_CLOSED = 12
    INSUFFICIENT_CREDITS = 13

    def sentence(self, lang: str) -> str:
        """Return the reason in `lang`, as a sentence that says what to do."""
        return tr(_SENTENCES[self], lang)


_SENTENCES: Final = {
    RefusalReason.NONE: mark("It was recorded."),
    RefusalReason.ZERO_AMOUNT: mark("Its amount is zero: record it again with its amount, if it has one."),
    RefusalReason.OVER_TILL_CAP: mark(
        "Its amount passes the cap of the till: check it, or ask the registrar to raise the cap."
    ),
    RefusalReason.FUTURE_DAY: mark(
        "Its day is still to come: set the clock of the till, then record it again."
    ),
    RefusalReason.TOO_OLD: mark("It is older than the rulebook allows: it can no longer be recorded."),
    RefusalReason.UNKNOWN_MEMBER: mark(
        "The register does not hold its member: check the number on the card, then record it again."
    ),
    RefusalReason.MEMBER_NOT_VALID: mark(
        "The membership was not valid on that day: ask the registrar to check its dates."
    ),
    RefusalReason.UNKNOWN_PURCHASE: mark(
        "The batch that it names holds no such purchase: check which purchase it refunds."
    ),
    RefusalReason.OTHER_MERCHANT: mark(
        "Its purchase was made at another merchant: only that merchant's tills can reverse it."
    ),
    RefusalReason.NOTHING_LEFT: mark(
        "Its purchase was refused, or is already reversed in full: there is nothing left to reverse."
    ),
    RefusalReason.MORE_THAN_LEFT: mark(
        "It is bigger than what is left of its purchase: reverse at most what is left."
    ),
    RefusalReason.BEFORE_PURCHASE: mark(
        "Its day is before that of its purchase: check both dates and the clock of the till."
    ),
    RefusalReason.WINDOW_CLOSED: mark(
        "The time for reversing its purchase is over: ask the treasurer if it is due all the same."
    ),
    RefusalReason.INSUFFICIENT_CREDITS: mark(
        "The member's credits no longer cover what it would undo: ask the treasurer."
    ),
}


class BallotRefusal(_Reason):
    """A refused ballot changes nothing; the others of its batch count."""

    NONE = 0
    MALFORMED = 1
    NOT_ON_ROLL = 2
    TERM_ENDED = 3
    INTEREST_DECLARED = 4
    STALE_SEQUENCE = 5
    BAD_SIGNATURE = 6

    def sentence(self, lang: str) -> str:
        """Return the reason in `lang`, as a sentence that says what to do."""
        return tr(_BALLOT_SENTENCES[self], lang)


_BALLOT_SENTENCES: Final = {
    BallotRefusal.NONE: mark("It was counted."),
    BallotRefusal.MALFORMED: mark("It cannot be read: make it again with one choice, and sign it."),
    BallotRefusal.NOT_ON_ROLL: mark(
        "Its member was not on the roll of this vote: the notice fixed who may vote."
    ),
    BallotRefusal.TERM_ENDED: mark("The director's term ended before this ballot came."),
    BallotRefusal.INTEREST_DECLARED: mark("The director left this vote, for an interest in it."),
    BallotRefusal.STALE_SEQUENCE: mark(
        "A ballot of the same or a later number stands already: number the next one higher."
    ),
    BallotRefusal.BAD_SIGNATURE: mark(
        "It is not signed by the member's key as it was at the notice: sign it again with that key."
    ),
}
