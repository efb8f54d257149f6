"""Faults to plant in the contracts, one at a time, and the tests that must notice each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

FUND, LEDGER = "CommunityFund.sol", "fund/FundLedger.sol"
PURCHASES, REVERSALS = "fund/Purchases.sol", "fund/Reversals.sol"
CREDIT, MEMBERSHIP, RULEBOOK = "CommunityCredit.sol", "Membership.sol", "Rulebook.sol"


@dataclass(frozen=True)
class Fault:
    """In the function `within` of `file`, `old` becomes `new`, and a test of `caught_by` fails."""

    name: str
    file: str
    within: str
    old: str
    new: str
    caught_by: str

    def plant(self, contracts: Path) -> None:
        """Plant it under `contracts`."""
        path = contracts / self.file
        text = path.read_text()
        start = text.index(f"function {self.within}(")
        end = text.find("\n    function ", start)
        body = text[start:end]
        if body.count(self.old) != 1:
            message = f"{self.name}: {self.within} of {self.file} must hold once: {self.old}"
            raise AssertionError(message)
        path.write_text(text[:start] + body.replace(self.old, self.new) + text[end:])


def _unguarded(file: str, within: str, guard: str, instead: str = "") -> Fault:
    return Fault(f"anyone may call {Path(file).stem}.{within}", file, within, guard, instead, "AccessTest")


REGISTRARS: Final = (
    *("admitMembers", "setValidity", "setCategory", "enrolMerchant", "scheduleRate"),
    *("suspendMerchant", "reinstateMerchant", "enrolTill", "revokeTill"),
)
GUARDS: Final = (
    *(_unguarded(MEMBERSHIP, name, "onlyRole(Role.Registrar)") for name in REGISTRARS),
    *(_unguarded(MEMBERSHIP, name, "onlyGovernor") for name in ("handOver", "grantRole", "revokeRole")),
    *(_unguarded(CREDIT, name, "onlyFund") for name in ("creditPurchases", "burn")),
    _unguarded(MEMBERSHIP, "setLimits", "onlyRole(Role.Treasurer)"),
    _unguarded(MEMBERSHIP, "_authoriseRotation", "requireRole(Role.Registrar, msg.sender);"),
    _unguarded(MEMBERSHIP, "advanceSequences", "msg.sender != FUND", "false"),
    _unguarded(CREDIT, "setValidity", "msg.sender != address(MEMBERSHIP)", "false"),
    _unguarded(FUND, "adoptRules", "msg.sender != address(RULEBOOK)", "false"),
    _unguarded(FUND, "settlePremiums", "MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);"),
    *(_unguarded(RULEBOOK, name, "onlyGovernor") for name in ("publish", "publishCharter", "setPower")),
    *(_unguarded("Board.sol", name, "onlyGovernor") for name in ("seat", "unseat")),
    *(_unguarded("Board.sol", name, "onlyAssembly") for name in ("callRoll", "excuse")),
    _unguarded(MEMBERSHIP, "rollCall", "msg.sender != ASSEMBLY", "false"),
    _unguarded("Guardian.sol", "pause", "_requireGuardian();"),
    _unguarded("Guardian.sol", "settlePause", "onlyGovernor"),
    _unguarded("Assembly.sol", "annul", "msg.sender != address(this)", "false"),
    _unguarded("assembly/Register.sol", "_authorise", "_isCaller(entry)", "true"),
    _unguarded("assembly/Ballots.sol", "vote", "!_isCaller(entry)", "false"),
    _unguarded("Governed.sol", "_authorizeUpgrade", "onlyGovernor"),
)
REGISTER: Final = (
    Fault("a role lasts a second longer", MEMBERSHIP, "requireRole", "<=", "<", "RequireRoleTest"),
    Fault(
        "a rotation waits longer",
        MEMBERSHIP,
        "completeKeyRotation",
        "< r.",
        "<= r.",
        "CompleteKeyRotationTest",
    ),
    Fault(
        "a signature serves twice",
        MEMBERSHIP,
        "_authoriseRotation",
        "++nonce",
        "nonce",
        "RequestKeyRotationTest",
    ),
    Fault(
        "the notice is dropped", MEMBERSHIP, "scheduleRate", "fromDay < earliest", "false", "ScheduleRateTest"
    ),
    Fault(
        "a begun rate is replaced",
        MEMBERSHIP,
        "scheduleRate",
        "m.nextFrom <=",
        "m.nextFrom <",
        "ScheduleRateTest",
    ),
)
SEQUENCES: Final = (
    Fault(
        *("the sequence is not advanced", MEMBERSHIP, "advanceSequences"),
        *("_tills[till_] = t.advancedBy(count);", "", "AdvanceSequencesTest"),
    ),
    Fault(
        *("any sequence is taken", MEMBERSHIP, "advanceSequences"),
        *("first != t.nextSequence()", "false", "RecordPurchasesTest"),
    ),
    Fault(
        *("a revocation is ignored", MEMBERSHIP, "advanceSequences"),
        *("key == address(0)", "false", "RecordPurchasesTest"),
    ),
    Fault(
        *("another's till is taken", MEMBERSHIP, "advanceSequences"),
        *("merchant_ != owner", "false", "RecordPurchasesTest"),
    ),
)
BATCHES: Final = (
    Fault(
        *("a purchase needs no signature", PURCHASES, "_takeUp"),
        *(
            "_requireSigned(_purchaseDigest(batch, itemsHash), batch.r, batch.vs, key);",
            "",
            "RecordPurchasesTest",
        ),
    ),
    Fault(
        *("a suspension is ignored", PURCHASES, "_takeUp"),
        *("terms.status() != IMembership.MerchantStatus.Active", "false", "RecordPurchasesTest"),
    ),
    Fault(
        "a 513th item is let in", PURCHASES, "_size", "> MAX_BATCH", "> MAX_BATCH + 1", "RecordPurchasesTest"
    ),
    Fault(
        *("a refused purchase can be refunded", PURCHASES, "_refuse"),
        *("_reversed[_place(batch.till, sequence)] = uint64(item.amount());", "", "ReversalRefusedTest"),
    ),
    Fault(
        *("the window is a day shorter", PURCHASES, "_tariff"),
        *("Days.earliest(pockets.windowDays())", "Days.earliest(pockets.windowDays()) + 1", "RecordItemTest"),
    ),
    Fault("tomorrow is today", CREDIT, "refusal", "day > t.lastDay", "false", "RecordItemTest"),
    Fault("no day is too old", CREDIT, "refusal", "day < t.firstDay", "false", "RecordItemTest"),
    Fault("the cap is higher", CREDIT, "creditPurchases", "- 1 < t.cap", "- 1 <= t.cap", "RecordItemTest"),
    Fault("a membership ends late", "types/Accounts.sol", "validOn", " < ", " <= ", "RecordItemTest"),
    Fault(
        *("an old purchase takes the new rate", CREDIT, "_creditOther"),
        *("MEMBERSHIP.rateOn(uint32(t.merchant), item.day())", "t.rateBps", "RecordItemTest"),
    ),
    Fault("nobody is credited", CREDIT, "_creditOther", "item.member() == 0", "false", "RecordItemTest"),
)
MONEY: Final = (
    Fault(
        "a premium is rounded down", "types/Premiums.sol", "premiumHalfUp", " + BPS / 2", "", "RecordItemTest"
    ),
    Fault(
        *("a credit is minted without its pocket", "types/Pockets.sol", "_lanes"),
        *(" | (totals.credits() << 160)", "", "LawsTest"),
    ),
    Fault("a pocket overflows", "types/Pockets.sol", "plus", " || carries != 0", "", "RecordPurchasesTest"),
    Fault(
        *("the reserve is credited twice", "types/Pockets.sol", "_lanes"),
        *("totals.reserve()", "2 * totals.reserve()", "LawsTest"),
    ),
    Fault(
        *("exposure has no limit", LEDGER, "_accrue"),
        *("owed > exposureLimit", "false", "RecordPurchasesTest"),
    ),
    Fault(
        *("exposure stops short of its limit", LEDGER, "_accrue"),
        *("owed > exposureLimit", "owed >= exposureLimit", "RecordPurchasesTest"),
    ),
    Fault(
        *("a prepayment used stays in its pocket", LEDGER, "_accrue"),
        *("ahead - after_.prepaid()", "0", "RecordPurchasesTest"),
    ),
    Fault(
        *("a prepayment is lost", "types/MerchantBalance.sol", "relieved"),
        *("prepaid(b) + amount - debt", "prepaid(b)", "SettlePremiumsTest"),
    ),
    Fault(
        "a bank reference serves twice",
        LEDGER,
        "_useReference",
        "(_referenceUsed[bankReference])",
        "(false)",
        "SettlePremiumsTest",
    ),
    Fault("cash is not counted", LEDGER, "_receive", "_cash += amount;", "", "LawsTest"),
    Fault(
        *("credits can be transferred", CREDIT, "transfer"),
        *("revert CommunityCredit_NonTransferable();", "return true;", "TransferTest"),
    ),
)
REFUNDS: Final = (
    Fault(
        *("a refund needs no signature", REVERSALS, "_reverseBatch"),
        *("_requireSigned(reversalDigest(batch), batch.r, batch.vs, key);", "", "ReversePurchasesTest"),
    ),
    Fault(
        *("the chunk is not checked", REVERSALS, "_prove"),
        *("keccak256(abi.encodePacked(proof.chunk)) != proof.hashes[chunk]", "false", "ReversePurchasesTest"),
    ),
    Fault(
        *("the hashes are not checked", REVERSALS, "_prove"),
        *("!record.holds(proof.hashes)", "false", "ReversePurchasesTest"),
    ),
    Fault(
        *("another's purchase is refunded", REVERSALS, "_judge"),
        *("owner != batch.merchant", "false", "ReversalRefusedTest"),
    ),
    Fault(
        *("what was refunded is forgotten", REVERSALS, "_reverse"),
        *("_reversed[_place(r.purchaseTill, r.purchaseSequence)] += r.amount;", "", "LawsTest"),
    ),
    Fault(
        *("the credit is not burned", REVERSALS, "_reverse"),
        *("if (item.member() != 0) CREDIT.burn(uint32(item.member()), uint64(s.credit));", "", "LawsTest"),
    ),
    Fault(
        *("a refund may come a day late", REVERSALS, "_judgeDay"),
        *("r.day > windowEnd", "r.day > windowEnd + 1", "ReversalRefusedTest"),
    ),
    Fault(
        *("a refund may precede its purchase", REVERSALS, "_judgeDay"),
        *("r.day < purchaseDay", "false", "ReversalRefusedTest"),
    ),
    Fault(
        *("a refund takes the rate of its own day", REVERSALS, "_undone"),
        *("rateOn(merchant, item.day())", "rateOn(merchant, r.day)", "ReversePurchasesTest"),
    ),
    Fault(
        *("a refund takes the rules in force", REVERSALS, "_undone"),
        *("RULEBOOK.rules(version)", "RULEBOOK.current()", "ReversePurchasesTest"),
    ),
)
FAULTS: Final = (*REGISTER, *SEQUENCES, *BATCHES, *MONEY, *REFUNDS)
