"""Faults to plant in the book of projects, one at a time, and the tests that must notice each."""

from typing import Final

from tests.contracts.faults import Fault

REGISTER, DOSSIERS = "project/ProjectRegister.sol", "project/Dossiers.sol"
ELIGIBILITY, AWARDS, TRANCHES = "project/Eligibility.sol", "project/Awards.sol", "project/Tranches.sol"
LOANS, ACTS = "ProjectAwards.sol", "MemberActs.sol"
OF_CALLS, OF_DRAFTS, OF_PLANS = "ProjectCallsTest", "ProjectDraftsTest", "ProjectSubmissionsTest"
OF_CRITERIA, OF_VOTES, OF_TRANCHES = "ProjectEligibilityTest", "ProjectVotesTest", "ProjectTranchesTest"
OF_ACCOUNTS, OF_ENDS, OF_LOANS = "ProjectAccountsTest", "ProjectEndsTest", "ProjectLoansTest"
OF_ACTS, OF_ATTACKS = "MemberActsTest", "MoneyAttacksTest"


def faults(place: tuple[str, str, str], *rows: tuple[str, str, str]) -> tuple[Fault, ...]:
    """Return the faults of one place (a file, a function, who must notice): each by its name, old and new."""
    file, within, caught_by = place
    return tuple(Fault(name, file, within, old, new, caught_by) for name, old, new in rows)


SIGNED: Final = (
    *faults(
        (ACTS, "_authoriseHolder", OF_ACTS),
        ("an act is taken twice", "++nonce[member];", ""),
        ("any signature will do", "if (!isHolder)", "if (false)"),
    ),
    *faults(
        (ACTS, "actDigest", OF_ACTS),
        ("the action is not signed", "keccak256(bytes(action))", "bytes32(0)"),
        ("the content is not signed", "subject, content,", "subject, bytes32(0),"),
        ("the subject is not signed", "member, subject,", "member, uint32(0),"),
    ),
    *faults(
        (ACTS, "_authorise", OF_DRAFTS),
        ("a former member acts", "today >= m.validUntil", "false"),
        ("a member acts before its time", "today < m.validFrom || ", ""),
    ),
)
WRITING: Final = (
    *faults(
        (DOSSIERS, "openCall", OF_CALLS),
        ("a call may ask for anything", "terms.required >> Eligibility.CRITERIA != 0", "false"),
        ("a call is closed from the start", "terms.closesAt <= block.timestamp", "false"),
        ("nobody attests a call", "MEMBERSHIP.member(terms.attestor);", ""),
    ),
    *faults(
        (DOSSIERS, "_requireOpen", OF_DRAFTS),
        ("a call closes late", ">= terms.closesAt", "> terms.closesAt"),
    ),
    *faults(
        (DOSSIERS, "draft", OF_DRAFTS),
        ("the applicant is not related", "_relate(project_, applicant);", ""),
    ),
    *faults(
        (DOSSIERS, "addPartner", OF_ATTACKS),
        ("a controller comes twice", " || known[i].controller == partner.controller", ""),
    ),
    *faults(
        (DOSSIERS, "addPartner", OF_DRAFTS),
        ("an organisation comes twice", "known[i].organisation == partner.organisation || ", ""),
        ("a member comes twice", "partner.member != 0 && known[i].member == partner.member", "false"),
        ("partners attest themselves", "partner.member, false,", "partner.member, partner.attested,"),
        ("a 33rd partner", ">= MOST_PARTNERS", "> MOST_PARTNERS"),
        ("a partner is not related", "_relate(project_, partner.member);", ""),
    ),
    *faults(
        (DOSSIERS, "declareRelation", OF_DRAFTS),
        ("anyone relates anyone", "by != related && by != _calls[p.call].attestor", "false"),
    ),
    *faults(
        (ELIGIBILITY, "requireStatable", OF_DRAFTS),
        ("a fact has no range", "value == 0 || value > limit", "value == 0"),
        ("nothing is a fact", "value == 0 || ", ""),
        ("a mentor is stated", " || criterion == IProjectBook.Criterion.Mentor", ""),
    ),
)
PLANS: Final = (
    *faults(
        (DOSSIERS, "submit", OF_PLANS),
        ("a plan is filed late", "_requireOpen(_calls[p.call]);", ""),
        ("the signer is not related", "_relate(project_, plan.signer);", ""),
    ),
    *faults(
        (DOSSIERS, "_requireSound", OF_PLANS),
        ("a plan has expired", "plan.expiresAt <= block.timestamp", "false"),
        ("a 13th tranche", "plan.tranches.length > MOST_TRANCHES", "false"),
        ("a 17th line", "plan.lines.length > MOST_LINES", "false"),
        ("the signer mentors", "plan.mentor == plan.signer", "false"),
        ("a related mentor", "_requireUnrelated(project_, plan.mentor);", ""),
        ("nobody mentors", "MEMBERSHIP.member(plan.mentor);", ""),
        ("nobody signs", "MEMBERSHIP.member(plan.signer);", ""),
        ("a loan without a schedule", "isLoan != (plan.loan.instalments != 0)", "false"),
        ("a tranche of nothing", "plan.tranches[i].amount == 0", "false"),
        ("tranches are too much", "sum += plan.tranches[i].amount;", "sum = plan.amount;"),
        ("lines are too much", "sum += plan.lines[i].amount;", "sum = plan.amount;"),
    ),
)
CRITERIA: Final = (
    *faults(
        (DOSSIERS, "_attestor", OF_CRITERIA),
        ("a related attestor", "_requireUnrelated(project_, attestor);", ""),
    ),
    *faults(
        (DOSSIERS, "acceptMentoring", OF_CRITERIA),
        ("a related mentor accepts", "_requireUnrelated(project_, p.mentor);", ""),
    ),
    *faults(
        (DOSSIERS, "attestFact", OF_CRITERIA),
        ("what nobody stated is attested", "f.evidence == 0", "false"),
    ),
    *faults(
        (DOSSIERS, "qualify", OF_CRITERIA),
        ("what is missing is passed over", "lacking != 0", "false"),
    ),
    *faults(
        (ELIGIBILITY, "_isMet", OF_CRITERIA),
        ("nobody attests a fact", "if (f.attestor == 0) return false;", ""),
        ("a share is too low", "f.value >= terms.minMerchantShareBps", "true"),
        (
            "a leverage is too low",
            "p.sought * Premiums.BPS >= uint256(terms.minLeverageBps) * p.amount",
            "true",
        ),
        ("a mentor need not accept", "return p.isMentored;", "return true;"),
    ),
    *faults(
        (ELIGIBILITY, "missing", OF_CRITERIA),
        ("the last criterion is not asked", "c < CRITERIA", "c + 1 < CRITERIA"),
    ),
    *faults(
        (ELIGIBILITY, "_isGrouping", OF_CRITERIA),
        ("partners need no attestation", "if (!partners[i].attested) continue;", ""),
        ("no authority is needed", "hasAuthority && ", ""),
        ("a partner less", "count >= terms.minPartners", "true"),
        ("a kind less", "different >= terms.minKinds", "true"),
    ),
)
VOTES: Final = (
    *faults(
        (AWARDS, "putToVote", OF_VOTES),
        ("a closed vote is named", "!isAhead || ", ""),
        ("other calls are named", "!isWhole || ", ""),
        ("any resolution is named", " || !_awards(calls, project_, p.amount)", ""),
    ),
    *faults(
        (AWARDS, "_awards", OF_VOTES),
        ("another contract awards", "calls[i].target == address(this) && ", ""),
    ),
    *faults(
        (AWARDS, "loseVote", OF_VOTES),
        ("a standing vote is lost", "!isLost", "false"),
        ("an expired vote stands", " || state == IAssembly.State.Expired", ""),
    ),
    *faults(
        (AWARDS, "award", OF_VOTES),
        ("another amount is awarded", "amount != p.amount", "false"),
        ("an expired project is awarded", "block.timestamp >= p.expiresAt", "false"),
        ("the budget has no end", "awarded > budget", "false"),
        ("what was awarded is forgotten", "_awardedOf[p.call] = awarded;", ""),
        ("an award takes no money", "FUND.commit(project_, amount);", ""),
    ),
)
CLAIMS: Final = (
    *faults(
        (TRANCHES, "claim", OF_TRANCHES),
        ("tranches are skipped", "tranche != p.accounted", "false"),
    ),
    *faults(
        (TRANCHES, "claim", OF_ATTACKS),
        (
            "a claim is replaced",
            "t.state != IProjectBook.TrancheState.Locked && t.state != IProjectBook.TrancheState.Rejected",
            "false",
        ),
        ("co-financing is not asked", "_requireCoFinanced(p);", ""),
    ),
    *faults(
        (TRANCHES, "_requireCoFinanced", OF_TRANCHES),
        ("co-financing is a cent short", "actual < needed", "actual + p.amount < needed"),
    ),
    *faults(
        (TRANCHES, "claim", OF_TRANCHES),
        ("every attempt is the first", "t.attempt + 1", "1"),
    ),
    *faults(
        (TRANCHES, "_claimed", OF_TRANCHES),
        ("another claim is judged", "t.claim != claimHash", "false"),
        ("nobody need have reviewed", "t.state != limit", "false"),
    ),
    *faults(
        (TRANCHES, "review", OF_TRANCHES),
        ("a related mentor reviews", "_requireUnrelated(project_, p.mentor);", ""),
        ("a review comes late", "_requireInTime(t);", ""),
        (
            "a rejection approves",
            "approved ? IProjectBook.TrancheState.Reviewed : IProjectBook.TrancheState.Rejected",
            "IProjectBook.TrancheState.Reviewed",
        ),
    ),
    *faults(
        (TRANCHES, "release", OF_TRANCHES),
        ("the reviewer releases", "releaser == t.reviewer", "false"),
        ("any member releases", "!BOARD.isInOffice(releaser)", "false"),
        ("a related director releases", "_requireUnrelated(project_, releaser);", ""),
        ("a related reviewer stands", "_requireUnrelated(project_, t.reviewer);", ""),
        ("a release comes late", "_requireInTime(t);", ""),
        ("a release is not counted", "p.released += amount;", ""),
    ),
    *faults(
        (TRANCHES, "lapseClaim", OF_TRANCHES),
        ("a claim lapses early", "block.timestamp < end", "false"),
        (
            "what is released lapses",
            "state != IProjectBook.TrancheState.Claimed && state != IProjectBook.TrancheState.Reviewed",
            "false",
        ),
        (
            "silence pays",
            "_move(t, IProjectBook.TrancheState.Locked);",
            "_move(t, IProjectBook.TrancheState.Reviewed);",
        ),
    ),
    *faults(
        (TRANCHES, "acceptAccount", OF_ACCOUNTS),
        ("another account is accepted", "account == 0 || account != t.account", "account == 0"),
        ("no account is accepted", "account == 0 || ", ""),
        ("a related mentor accepts an account", "_requireUnrelated(project_, p.mentor);", ""),
    ),
    *faults(
        (REGISTER, "_requireRunning", OF_TRANCHES),
        ("an expired project runs", "block.timestamp >= p.expiresAt", "false"),
    ),
)
ENDS: Final = (
    *faults(
        (AWARDS, "receiveCoFinancing", OF_ACCOUNTS),
        ("a source serves twice", "_sourceOf[money.source] != 0", "false"),
        ("a related valuer", "_requireUnrelated(project_, money.valuer);", ""),
    ),
    *faults(
        (AWARDS, "resume", OF_ENDS),
        ("a resumed project is active", "p.state = p.resumesTo;", "p.state = IProjectBook.State.Active;"),
    ),
    *faults(
        (AWARDS, "terminate", OF_ENDS),
        ("any project is terminated", "!_isStanding(p.state)", "false"),
    ),
    *faults(
        (AWARDS, "_isStanding", OF_ENDS),
        ("a completed project goes on", " || state == IProjectBook.State.Completed", ""),
    ),
    *faults(
        (REGISTER, "_spending", OF_ENDS),
        ("a completed project spends no more", " || p.state == IProjectBook.State.Completed", ""),
    ),
    *faults(
        (AWARDS, "lapse", OF_ENDS),
        ("a project lapses early", "block.timestamp < p.expiresAt", "false"),
        (
            "a completed project lapses",
            "isDone ? p.state : IProjectBook.State.Lapsed",
            "IProjectBook.State.Lapsed",
        ),
        ("what is over returns twice", "isDone && CURRENCY", "false && CURRENCY"),
    ),
    *faults(
        (AWARDS, "evaluate", OF_ENDS),
        ("a related evaluator", "_requireUnrelated(project_, attestor);", ""),
    ),
    *faults(
        (AWARDS, "_close", OF_ENDS),
        ("commitments stay", "if (recalled != 0) FUND.uncommit(project_, recalled);", ""),
        ("an accounted tranche is recalled", " && t.state != IProjectBook.TrancheState.Accounted", ""),
    ),
    *faults(
        (AWARDS, "_settle", OF_LOANS),
        ("more is settled than owed", "unspent < owed ? unspent : owed", "unspent"),
        ("what returns settles nothing", "p.repaid += settled;", ""),
    ),
    *faults(
        (LOANS, "_reduce", "ProjectGrantsTest"),
        ("a grant is repaid", "p.instrument != IProjectBook.Instrument.Loan", "false"),
    ),
    *faults(
        (LOANS, "_reduce", OF_LOANS),
        ("more is repaid than owed", "amount > owed", "false"),
    ),
    *faults(
        (LOANS, "repayLoan", OF_LOANS),
        ("a repayment is not counted", ".repaid += amount;", ".repaid += 0;"),
    ),
    *faults(
        (LOANS, "arrears", OF_LOANS),
        ("an instalment is due late", "loan.interval + 1", "loan.interval"),
        ("the last instalment is equal", "passed >= loan.instalments", "passed > loan.instalments"),
        ("what is lost is late", "p.repaid + p.writtenOff", "p.repaid"),
    ),
)
PROJECT_FAULTS: Final = (*SIGNED, *WRITING, *PLANS, *CRITERIA, *VOTES, *CLAIMS, *ENDS)
