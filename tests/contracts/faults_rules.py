"""Faults to plant in the roll, the by-laws, the powers, the board, the guardian, and the hand-over."""

import re
from pathlib import Path
from typing import Final

from tests.contracts.faults import FUND, LEDGER, MEMBERSHIP, PURCHASES, REVERSALS, RULEBOOK, Fault

ROLL, LAW, BOARD, GUARDIAN = "membership/Roll.sol", "rulebook/CharterLaw.sol", "Board.sol", "Guardian.sol"

CHECKED: Final = (ROLL, LAW, BOARD, GUARDIAN, MEMBERSHIP, RULEBOOK, "Governed.sol")
CHECKED_BY: Final = (
    *("RollCallTest", "AdvanceHeadcountTest", "CharterLawTest", "CharterTest", "PublishCharterTest"),
    *("SetPowerTest", "BindTest", "SeatTest", "UnseatTest", "CallRollTest", "ExcuseTest"),
    *("PauseTest", "SettlePauseTest", "HandOverTest"),
)
"""The tests of these contracts that expect a refusal must all fail when nothing of the above is refused."""
NOT_CHECKED: Final = {"test_RevertWhen_TheAmountsOverflow"}  # by the compiler


def drop_checks(contracts: Path) -> None:
    """Let everything pass that these files refuse."""
    for file in CHECKED:
        path = contracts / file
        text, count = re.subn(r"revert [\w.]+\((?:[^()]|\([^()]*\))*\);", "{}", path.read_text())
        assert count, file
        path.write_text(text)


_ROLL: Final = (
    Fault(
        *("a closed roll is rewritten", ROLL, "_replace"),
        *("before.epoch() != epoch", "false", "RollCallTest"),
    ),
    Fault("a newcomer was always there", ROLL, "_enter", ".withEpoch(rollEpoch)", "", "RollCallTest"),
    Fault("who leaves today is counted", ROLL, "_countFrom", "day <= _", "day < _", "RollCallTest"),
    Fault("who moves is counted twice", ROLL, "_changeCategory", "_count(before, -1);", "", "RollCallTest"),
    Fault(
        "days are counted again",
        ROLL,
        "_advanceHeadcount",
        "_headcountDay = uint32(day);",
        "",
        "RollCallTest",
    ),
    Fault("days are not counted", ROLL, "_rollCall", "_advanceHeadcount(_today());", "", "RollCallTest"),
    Fault("a key is never free", ROLL, "_changeKey", "before.key() != 0", "false", "RollCallTest"),
    Fault(
        "a long key is forgotten", ROLL, "_changeKey", "_longKeys[fingerprint] = key;", "", "RollEntriesTest"
    ),
    Fault(
        "tomorrow has begun", ROLL, "advanceHeadcount", "lastDay > _today()", "false", "AdvanceHeadcountTest"
    ),
    Fault(
        *("the founder keeps the roles", MEMBERSHIP, "handOver"),
        *("_revokeRole(Role.Guardian, msg.sender);", "", "HandOverTest"),
    ),
)
_LAW: Final = (
    Fault("a tenth is too little", LAW, "_checkColleges", "] < ", "] <= ", "CharterLawTest"),
    Fault("a half is too much", LAW, "_checkColleges", "] > ", "] >= ", "CharterLawTest"),
    Fault("32 seats are too many", LAW, "_checkSeats", "seats > MAX", "seats >= MAX", "CharterLawTest"),
    Fault("a third is too much", LAW, "_checkSeats", "SHARE > ", "SHARE >= ", "CharterLawTest"),
    Fault("a quorum is never the whole", LAW, "_checkProcedure", "Bps > BPS", "Bps >= BPS", "CharterLawTest"),
    Fault("nobody has time to contest", LAW, "_checkProcedure", "2 * decided", "decided", "CharterLawTest"),
    Fault(
        "a contest is a second too short",
        LAW,
        "_checkProcedure",
        "p.contest < ",
        "p.contest + 1 < ",
        "CharterLawTest",
    ),
    Fault(
        "a by-law waits less",
        LAW,
        "_checkProcedure",
        "p.contest > byLaw",
        "p.contest > byLaw + 1",
        "CharterLawTest",
    ),
)
_POWERS: Final = (
    Fault("a payment is cut into pieces", RULEBOOK, "_requirePowers", "spent += ", "spent = ", "BindTest"),
    Fault("the board spends a cent less", RULEBOOK, "_requirePowers", "spent > ", "spent >= ", "BindTest"),
    Fault(
        *("the members may not spend little", RULEBOOK, "_requirePowers"),
        *(" || kind == Kind.MajorSpending", "", "BindTest"),
    ),
    Fault(
        *("powers are given away", RULEBOOK, "_isByLaw"),
        *("|| selector == IRulebook.setPower.selector", "", "SetPowerTest"),
    ),
    Fault(
        *("by-laws are given away", RULEBOOK, "_isByLaw"),
        *("|| selector == IRulebook.publishCharter.selector", "", "SetPowerTest"),
    ),
    Fault(
        *("upgrades are given away", RULEBOOK, "_isByLaw"),
        *("selector == UUPSUpgradeable.upgradeToAndCall.selector ||", "", "SetPowerTest"),
    ),
)
_BOARD: Final = (
    Fault("the last seat is never free", BOARD, "seat", "taken > ", "taken >= ", "SeatTest"),
    Fault("a director sits twice", BOARD, "seat", "delete _directors[member];", "", "SeatTest"),
    Fault("a term ends late", BOARD, "isInOffice", ".until > ", ".until >= ", "UnseatTest"),
    Fault("a former worker votes", BOARD, "callRoll", " || m.category != d.category", "", "CallRollTest"),
    Fault("a former member votes", BOARD, "callRoll", "!_isValid(m, day) || ", "", "CallRollTest"),
    Fault("a director is excused twice", BOARD, "excuse", "<= INTEREST", "< INTEREST", "ExcuseTest"),
)
_PAUSE: Final = (
    Fault("a guardian pauses for ever", GUARDIAN, "pause", "isPauseSpent = true;", "", "PauseTest"),
    Fault("a pause ends late", GUARDIAN, "_requireRunning", " < ", " <= ", "PauseTest"),
    Fault("a guardian pauses once", GUARDIAN, "settlePause", "isPauseSpent = false;", "", "SettlePauseTest"),
    Fault("a pause is a second shorter", GUARDIAN, "settlePause", "until > ", "until >= ", "SettlePauseTest"),
    Fault("purchases ignore a pause", PURCHASES, "_record", "pockets.mayBePaused()", "false", "PauseTest"),
    Fault("refunds ignore a pause", REVERSALS, "reversePurchases", "_requireRunning();", "", "PauseTest"),
    Fault("payments ignore a pause", FUND, "settlePremiums", "_requireRunning();", "", "PauseTest"),
    Fault(
        *("a pause is never told", LEDGER, "_pauseChanged"),
        *("block.timestamp < pausedUntil", "false", "PauseTest"),
    ),
)
RULES_FAULTS: Final = (*_ROLL, *_LAW, *_POWERS, *_BOARD, *_PAUSE)
