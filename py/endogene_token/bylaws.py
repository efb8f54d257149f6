"""The words of the by-laws of the vote, with the numbers that the contracts give them. Pure."""

from enum import IntEnum


class Profile(IntEnum):
    """The law that the cooperative is under."""

    QC_SOLIDARITY = 0
    QC_CIC = 1
    FR_SCIC = 2


class Body(IntEnum):
    """Who decides: every valid member, or the directors in office."""

    GENERAL_ASSEMBLY = 0
    BOARD = 1


class Majority(IntEnum):
    """More for than against, or twice as many at least."""

    SIMPLE = 0
    TWO_THIRDS = 1


class Unopened(IntEnum):
    """How a sealed ballot that nobody opened counts for the quorum."""

    NOT_CAST = 0
    ABSTENTION = 1


class Kind(IntEnum):
    """What a resolution is about."""

    DECISION = 0
    SPENDING = 1
    MAJOR_SPENDING = 2
    RULES = 3
    OFFICE = 4
    ELECTION = 5
    ANNULMENT = 6
    MEMBER_REBATE = 7
    BY_LAW = 8


class State(IntEnum):
    """Where a resolution stands."""

    DRAFT = 0
    NOTICED = 1
    OPEN = 2
    CLOSED = 3
    CONTESTABLE = 4
    FINAL = 5
    EXECUTED = 6
    DEFEATED = 7
    NO_QUORUM = 8
    ANNULLED = 9
    EXPIRED = 10
