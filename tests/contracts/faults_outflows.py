"""Faults to plant where money goes out and comes back, and the guards of all that projects brought."""

from typing import Final

from tests.contracts.faults import Fault
from tests.contracts.faults_projects import faults

DOSSIERS, AWARDS, TRANCHES = "project/Dossiers.sol", "project/Awards.sol", "project/Tranches.sol"
LOANS, CURRENCY, ROUNDS = "ProjectAwards.sol", "ProjectCurrency.sol", "types/Rounds.sol"
DESK, OUTFLOWS = "RedemptionDesk.sol", "fund/Outflows.sol"
OF_LOANS, OF_SPENDING, OF_MERCHANTS = "ProjectLoansTest", "ProjectCurrencyTest", "MerchantCurrencyTest"
OF_DESK, OF_GATE, OF_OPERATING = "RedemptionDeskTest", "SolvencyTest", "OperatingTest"
OF_LOSSES, OF_RULES = "WriteOffsTest", "OutflowRulesTest"


def _unguarded(file: str, within: str, guard: str, instead: str = "") -> Fault:
    name = f"anyone may call {within} of {file}"
    return Fault(name, file, within, guard, instead, "AccessProjectsTest")


def _unsigned(file: str, within: str, holder: str, content: str, subject: str = "project_") -> Fault:
    guard = f'_authorise("{within}", {holder}, {subject}, {content}, signature);'
    return _unguarded(file, within, guard)


_TREASURER: Final = "MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);"
PROJECT_GUARDS: Final = (
    *(_unguarded(DOSSIERS, name, "onlyGovernor") for name in ("publishIssues", "openCall")),
    *(_unguarded(AWARDS, name, "onlyGovernor") for name in ("award", "suspend", "resume", "terminate")),
    _unguarded(LOANS, "writeOffLoan", "onlyGovernor"),
    *(_unguarded(OUTFLOWS, name, "onlyGovernor") for name in ("writeOffDebt", "allowOperating")),
    _unguarded("Rulebook.sol", "publishOutflowRules", "onlyGovernor"),
    _unguarded("Membership.sol", "setMerchantKind", "onlyRole(Role.Registrar)"),
    _unguarded(OUTFLOWS, "attestDue", "MEMBERSHIP.requireRole(IMembership.Role.Actuary, msg.sender);"),
    _unguarded(OUTFLOWS, "payOperating", "onlyTreasurer"),
    _unguarded(AWARDS, "receiveCoFinancing", _TREASURER),
    _unguarded(LOANS, "repayLoan", _TREASURER),
    _unguarded(CURRENCY, "payCash", _TREASURER),
    *(
        _unguarded(DESK, name, "onlyRole(IMembership.Role.Registrar)")
        for name in ("requestForHeirs", "attest")
    ),
    _unguarded(DESK, "approve", "onlyRole(IMembership.Role.Approver)"),
    _unguarded(DESK, "pay", "onlyRole(IMembership.Role.Treasurer)"),
    *(_unguarded(OUTFLOWS, name, "onlyFrom(BOOK)") for name in ("commit", "uncommit", "release", "reclaim")),
    *(_unguarded(OUTFLOWS, name, "onlyFrom(BOOK)") for name in ("receiveRepayment", "writeOffLoan")),
    *(
        _unguarded(OUTFLOWS, name, "onlyFrom(CURRENCY)")
        for name in ("recordSale", "undoSale", "net", "payCurrency")
    ),
    *(
        _unguarded(OUTFLOWS, name, "onlyFrom(REDEMPTIONS)")
        for name in ("backRedemption", "releaseRedemption", "payRedemption")
    ),
    *(_unguarded(CURRENCY, name, "onlyBook") for name in ("issue", "recall")),
    _unsigned(DOSSIERS, "draft", "applicant", "abi.encode(text)", "call_"),
    _unsigned(DOSSIERS, "addPartner", "p.applicant", "abi.encode(partner)"),
    _unsigned(DOSSIERS, "stateFact", "p.applicant", "abi.encode(criterion, value, evidence)"),
    _unsigned(DOSSIERS, "declareRelation", "by", "abi.encode(related)"),
    _unsigned(DOSSIERS, "submit", "p.applicant", "abi.encode(plan)"),
    _unsigned(DOSSIERS, "acceptMentoring", "p.mentor", '""'),
    _unsigned(DOSSIERS, "attestFact", "attestor", "abi.encode(criterion, f.value, f.evidence)"),
    _unsigned(DOSSIERS, "attestPartner", "attestor", "abi.encode(index, known[index])"),
    _unsigned(AWARDS, "pledgeCoFinancing", "p.applicant", "abi.encode(amount, financier, evidence)"),
    _unsigned(AWARDS, "evaluate", "attestor", "abi.encode(report)"),
    _unsigned(TRANCHES, "claim", "p.applicant", "abi.encode(tranche, evidence)"),
    _unsigned(TRANCHES, "review", "p.mentor", "abi.encode(claimHash, approved)"),
    _unsigned(TRANCHES, "release", "releaser", "abi.encode(claimHash)"),
    _unsigned(TRANCHES, "fileAccount", "p.applicant", "abi.encode(tranche, account)"),
    _unsigned(TRANCHES, "acceptAccount", "p.mentor", "abi.encode(tranche, account)"),
    _unsigned(CURRENCY, "spend", "signer", "abi.encode(s)", "s.project"),
    _unsigned(CURRENCY, "returnSpending", "merchant", "abi.encode(invoice, amount)", "s.project"),
    _unsigned(CURRENCY, "pay", "payer", "abi.encode(merchant, amount, invoice)", "payer"),
    _unsigned(CURRENCY, "net", "merchant", "abi.encode(amount)", "merchant"),
    _unsigned(CURRENCY, "requestCash", "merchant", "abi.encode(amount)", "merchant"),
    _unsigned(CURRENCY, "dropCashRequest", "r.merchant", "abi.encode(request)", "r.merchant"),
    _unguarded(
        DESK, "request", '_authoriseHolder("request", member, 0, abi.encode(amount, payee), signature);'
    ),
    _unguarded(
        DESK, "drop", '_authoriseHolder("drop", r.member, 0, abi.encode(redemption_), signature);', "{}"
    ),
)

SPENDING: Final = (
    *faults(
        (CURRENCY, "returnSpending", OF_MERCHANTS),
        ("a paused fund takes returns", "FUND.requireRunning();", ""),
    ),
    *faults(
        (CURRENCY, "requestCash", OF_MERCHANTS),
        ("a paused fund is asked for cash", "FUND.requireRunning();", ""),
    ),
    *faults(
        (CURRENCY, "spend", OF_SPENDING),
        ("a related merchant is paid", "BOOK.isRelated(s.project, s.merchant)", "false"),
        ("any kind of merchant", "kinds >> kind & 1 == 0", "false"),
    ),
    *faults(
        (CURRENCY, "_requireUnused", OF_SPENDING),
        ("an invoice is paid twice", "_sales[invoice].project != 0 || ", ""),
    ),
    *faults(
        (CURRENCY, "_requireUnused", OF_MERCHANTS),
        ("an invoice is paid by two", " || invoicePaid[invoice]", ""),
    ),
    *faults(
        (CURRENCY, "spend", OF_SPENDING),
        ("a line has no end", "spent > cap", "false"),
    ),
    *faults(
        (CURRENCY, "_sell", OF_SPENDING),
        (
            "a suspended merchant is paid",
            "MEMBERSHIP.merchant(merchant).status != IMembership.MerchantStatus.Active",
            "false",
        ),
    ),
    *faults(
        (LOANS, "spendable", OF_SPENDING),
        ("a line that is none", "line >= count", "line > count"),
    ),
    *faults(
        (CURRENCY, "returnSpending", OF_SPENDING),
        ("more is returned than was spent", "amount > s.amount", "false"),
        ("what was paid on is returned", "held.first < free ? held.first : free", "free"),
        ("what is asked for is returned", "held.first < free ? held.first : free", "held.first"),
        ("an ended project takes returns", "AWARDS.spendable(s.project, s.line);", ""),
        ("the line stays spent", "spentOfLine[s.project][s.line] -= amount;", ""),
        ("a return keeps its premium", "s.premium -= premium;", ""),
    ),
    *faults(
        (CURRENCY, "pay", OF_MERCHANTS),
        ("a merchant pays itself", "payer == merchant", "false"),
        ("an invoice between merchants is free", "invoicePaid[invoice] = true;", ""),
    ),
    *faults(
        (ROUNDS, "plusPaid", OF_MERCHANTS),
        (
            "a round is not counted",
            "h.first, h.second + paid.first, h.third + paid.second",
            "h.first + paid.first, h.second + paid.second, h.third",
        ),
        ("later rounds are lost", "paid.third + paid.later", "paid.third"),
    ),
    *faults(
        (CURRENCY, "net", OF_MERCHANTS),
        ("more is netted than owed", "amount > owed", "false"),
        ("netting leaves the currency", "totalSupply -= amount;", ""),
    ),
    *faults(
        (CURRENCY, "requestCash", OF_MERCHANTS),
        ("cash has no limit", "open > rules.cashLimit", "false"),
    ),
    *faults(
        (CURRENCY, "payCash", OF_MERCHANTS),
        ("cash has no delay", "block.timestamp < r.payableFrom", "false"),
    ),
    *faults(
        (CURRENCY, "_closeRequest", OF_MERCHANTS),
        ("cash is paid twice", "_requests[request].isOpen = false;", ""),
    ),
    *faults(
        (CURRENCY, "_free", OF_MERCHANTS),
        ("what is asked for is spent", " - requestedOf[merchant]", ""),
    ),
    *faults(
        (CURRENCY, "_take", OF_MERCHANTS),
        ("more is taken than held", "amount > free", "false"),
    ),
)
REDEMPTIONS: Final = (
    *faults(
        (DESK, "_request", OF_DESK),
        ("two redemptions are open", "openOf[member] != 0", "false"),
    ),
    *faults(
        (DESK, "_requireBalance", OF_DESK),
        ("more is redeemed than held", "amount > balance", "false"),
    ),
    *faults(
        (DESK, "approve", OF_DESK),
        ("one officer is two", "msg.sender == r.attestor", "false"),
        ("another amount is approved", "amount != r.amount", "false"),
    ),
    *faults(
        (DESK, "_requirePayee", OF_DESK),
        ("another payee is paid", "payee != r.payee", "false"),
    ),
    *faults(
        (DESK, "approve", OF_DESK),
        ("nobody need have attested", "_inState(redemption_, State.Attested)", "_known(redemption_)"),
    ),
    *faults(
        (DESK, "pay", OF_DESK),
        ("nobody need have approved", "_inState(redemption_, State.Approved)", "_known(redemption_)"),
        ("more is paid than is left", "amount > left", "false"),
        ("an instalment is forgotten", "r.paid += amount;", ""),
        ("a paid redemption stays open", "delete openOf[r.member];", ""),
    ),
    *faults(
        (DESK, "drop", OF_DESK),
        ("a dropped redemption stays backed", "if (isBacked) FUND.releaseRedemption(unpaid);", ""),
        ("what was paid is freed", "r.amount - r.paid", "r.amount"),
    ),
    *faults(
        (OUTFLOWS, "payRedemption", OF_DESK),
        ("credits do not burn", "CREDIT.burn(member, amount);", ""),
    ),
)
GATE: Final = (
    *faults(
        (OUTFLOWS, "commit", OF_GATE),
        ("an award passes no gate", "_requireSolvent(0);", ""),
    ),
    *faults(
        (OUTFLOWS, "release", OF_GATE),
        ("a release passes no gate", "_requireSolvent(0);", ""),
    ),
    *faults(
        (OUTFLOWS, "allowOperating", OF_OPERATING),
        ("an allowance passes no gate", "_requireSolvent(allowed);", ""),
        ("only the last allowance counts", "_requireSolvent(allowed);", "_requireSolvent(amount);"),
    ),
    *faults(
        (OUTFLOWS, "payOperating", OF_OPERATING),
        ("an operating payment passes no gate", "_requireSolvent(amount);", ""),
    ),
    *faults(
        (OUTFLOWS, "_requireSolvent", OF_GATE),
        (
            "an attestation lasts longer",
            "block.timestamp >= s.attestedUntil",
            "block.timestamp > s.attestedUntil",
        ),
    ),
    *faults(
        (OUTFLOWS, "attestDue", OF_GATE),
        ("an attestation has no limit", "until > limit", "false"),
    ),
    *faults(
        (OUTFLOWS, "_requireSolvent", OF_GATE),
        ("the floor is rounded down", " + Premiums.BPS - 1", ""),
        ("coverage is not asked", "liquid < int256(floor)", "false"),
        ("coverage is a cent more", "liquid < int256(floor)", "liquid <= int256(floor)"),
        ("what is due is not asked", "liquid < int256(s.due)", "false"),
    ),
    *faults(
        (OUTFLOWS, "_solvency", OF_GATE),
        ("commitments are liquid", " + f.commitments", ""),
        ("currency is liquid", "uint256(f.currency) + f.commitments", "uint256(f.commitments)"),
        ("approved redemptions are liquid", " + f.redemptions)", ")"),
        ("approved redemptions are owed", "credits > f.redemptions ? credits - f.redemptions : 0", "credits"),
    ),
    *faults(
        (OUTFLOWS, "backRedemption", OF_GATE),
        ("a redemption needs no cash", "promised > _cash", "false"),
        (
            "redemptions are backed by currency",
            "uint256(f.currency) + f.redemptions",
            "uint256(f.redemptions)",
        ),
    ),
    *faults(
        (OUTFLOWS, "allowOperating", OF_OPERATING),
        ("more is allowed than the pocket holds", "allowed > held", "false"),
    ),
    *faults(
        (OUTFLOWS, "payOperating", OF_OPERATING),
        ("the treasurer needs no leave", "amount > allowed", "false"),
        ("leave is not used up", "allowed - uint48(amount)", "allowed"),
        ("a transfer is booked twice", "_useReference(bankReference);", ""),
    ),
    *faults(
        (OUTFLOWS, "receiveRepayment", OF_LOANS),
        ("a repayment is booked twice", "_useReference(bankReference);", ""),
    ),
    *faults(
        (OUTFLOWS, "payCurrency", OF_MERCHANTS),
        ("cash is booked twice", "_useReference(bankReference);", ""),
    ),
    *faults(
        (OUTFLOWS, "payRedemption", OF_DESK),
        ("a redemption is booked twice", "_useReference(bankReference);", ""),
    ),
)
LOSSES: Final = (
    *faults(
        ("fund/FundLedger.sol", "_undo", OF_LOSSES),
        ("a refund waits for its pockets", "operations + reserve != 0", "false"),
        (
            "what is spent is nobody's loss",
            "_funds.free -= int80(uint80(operations + reserve));",
            "",
        ),
    ),
    *faults(
        ("types/Pockets.sol", "lacks", OF_LOSSES),
        ("operations lack nothing", "operations_ = taken > held ? taken - held : 0;", ""),
        ("the reserve lacks nothing", "reserve_ = taken > held ? taken - held : 0;", ""),
    ),
    *faults(
        (OUTFLOWS, "_bear", OF_LOSSES),
        ("a pocket falls below nothing", "amount > held", "false"),
        (
            "the reserve bears all",
            "isReserve ? TotalsLib.lanes(amount, 0, 0) : TotalsLib.lanes(amount, 0, amount)",
            "TotalsLib.lanes(amount, 0, 0)",
        ),
        ("a loss is nobody's", "_funds.free -= int80(uint80(amount));", ""),
    ),
    *faults(
        (OUTFLOWS, "writeOffDebt", OF_LOSSES),
        ("more is written off than owed", "_requireOwed(merchant, amount);", ""),
        ("nothing is written off", "amount == 0", "false"),
    ),
    *faults(
        (OUTFLOWS, "writeOffLoan", OF_LOSSES),
        ("a loan is a debt", "loanPocket", "debtPocket"),
        ("a lost loan is still owed", "_funds.loans -= uint256(amount).toUint48();", ""),
    ),
    *faults(
        (OUTFLOWS, "release", OF_LOANS),
        ("a released loan is a grant", "_funds.loans += money;", ""),
    ),
    *faults(
        (OUTFLOWS, "recordSale", OF_SPENDING),
        ("a premium follows no rate", "Premiums.premiumHalfUp(amount, rateBps)", "amount * rateBps / 10_000"),
    ),
    *faults(
        (OUTFLOWS, "undoSale", OF_SPENDING),
        (
            "an undone sale keeps its premium",
            "_undo(merchant, Totals.wrap(bytes32(TotalsLib.lanes(premium, 0, 0))));",
            "",
        ),
    ),
    *faults(
        ("Rulebook.sol", "_publishOutflowRules", OF_RULES),
        ("a claim is judged at once", "rules_.judgingTime < SHORTEST_JUDGING", "false"),
    ),
    *faults(
        ("Membership.sol", "setMerchantKind", OF_RULES),
        ("whoever is no merchant has a kind", "merchant(merchant_);", ""),
    ),
)
OUTFLOW_FAULTS: Final = (*SPENDING, *REDEMPTIONS, *GATE, *LOSSES)
