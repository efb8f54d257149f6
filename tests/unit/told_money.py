"""What the chain tells of a project and of a redemption, step by step, for the tests of their tables."""

from typing import Any

from endogene_token.chain.views import Rules
from endogene_token.indexer.events import (
    Event,
    MemberAdmitted,
    MerchantEnrolled,
    PremiumsSettled,
    RulesPublished,
)
from endogene_token.indexer.money_events import (
    CashRequested,
    CommitmentReleased,
    Committed,
    CurrencyIssued,
    CurrencyRecalled,
    CurrencyReclaimed,
    DebtWrittenOff,
    Holding,
    OutflowRulesPublished,
    OutflowTerms,
    ProjectSpent,
    RedemptionApproved,
    RedemptionAttested,
    RedemptionBacked,
    RedemptionInstalment,
    RedemptionPaid,
    RedemptionRequested,
    SaleRecorded,
    SaleUndone,
    SpendingOrder,
    SpendingReturned,
)
from endogene_token.indexer.project_events import (
    AccountFiled,
    CallOpened,
    CallTerms,
    Claim,
    ClaimReviewed,
    FactStated,
    Plan,
    PlannedLine,
    PlannedTranche,
    ProjectAwarded,
    ProjectClosed,
    ProjectCompleted,
    ProjectDrafted,
    ProjectEligible,
    ProjectSubmitted,
    PutToVote,
    RelationDeclared,
    Schedule,
    TrancheAccounted,
    TrancheClaimed,
    TrancheReleased,
)
from endogene_token.projects import Claim as HashedClaim

HASH = bytes(32)
APPLICANT, SIGNER, MENTOR, DIRECTOR, ATTESTOR = 1, 2, 3, 4, 5
BAKER, SMITH = 8, 9
AMOUNT = 90_000
GRANT = Schedule(0, 0, 0)
PLAN = Plan(
    *(0, MENTOR, SIGNER, AMOUNT, 0, 1_000, GRANT),
    tranches=(PlannedTranche(60_000, 9, HASH), PlannedTranche(30_000, 9, HASH)),
    lines=(PlannedLine(50_000, 1), PlannedLine(40_000, 1)),
)
LOAN = PLAN._replace(instrument=1, loan=Schedule(100, 10, 3))
TERMS = OutflowTerms(1_000, 30, 10**6, 30, 400, 1, 0)


def ref(number: int) -> bytes:
    return number.to_bytes(32)


def claimed(tranche: int = 0, attempt: int = 1, **wrong: Any) -> TrancheClaimed:
    """Return a claim of a tranche; `wrong` changes what it says."""
    amount = PLAN.tranches[tranche].amount
    claim = Claim(1, tranche, attempt, amount, SIGNER, ref(tranche))._replace(**wrong)
    return TrancheClaimed(1, tranche, HashedClaim(*claim).hash, claim)


CLAIM = claimed()
REVIEW = ClaimReviewed(1, 0, CLAIM.claim_hash, MENTOR, True)
ISSUE = (CommitmentReleased(1, 60_000, False), CurrencyIssued(1, 60_000))
RELEASE = TrancheReleased(1, 0, CLAIM.claim_hash, DIRECTOR, 60_000)


def spent(amount: int, invoice: int, line: int = 0, merchant: int = BAKER, premium: int = -1) -> list[Event]:
    """Return what is told of a spending at 2.8 percent."""
    due = (amount * 280 + 5_000) // 10_000 if premium < 0 else premium
    order = SpendingOrder(1, merchant, amount, line, ref(invoice))
    return [SaleRecorded(merchant, amount, due), ProjectSpent(1, merchant, order, due)]


FOUNDED: list[Event] = [
    *(MemberAdmitted(number, 0, 0, 0, 9, b"") for number in range(1, 10)),
    RulesPublished(1, Rules(30, 60, 0, 0, 1, 0)),
    OutflowRulesPublished(1, TERMS),
    *(MerchantEnrolled(number, 280, 2**40, 2**40) for number in (BAKER, SMITH)),
    PremiumsSettled(SMITH, 10**6, 10**6, ref(1)),
    CallOpened(1, CallTerms(AMOUNT, 10**9, ATTESTOR, 0, 0, 0, 0, 0, HASH)),
]
DRAFTED = [*FOUNDED, ProjectDrafted(1, 1, APPLICANT, HASH), RelationDeclared(1, APPLICANT)]
SUBMITTED = [*DRAFTED, FactStated(1, 0, 7, HASH), ProjectSubmitted(1, PLAN)]
BALLOTED = [*SUBMITTED, ProjectEligible(1), PutToVote(1, 4)]
AWARDED = [*BALLOTED, Committed(1, AMOUNT), ProjectAwarded(1, AMOUNT)]
REVIEWED = [*AWARDED, CLAIM, REVIEW]
ACTIVE = [*REVIEWED, *ISSUE, RELEASE]
SPENT = [*ACTIVE, *spent(40_000, 70), *spent(10_000, 71, line=1)]
LENT = [
    *(*DRAFTED, ProjectSubmitted(1, LOAN), ProjectEligible(1), PutToVote(1, 4), Committed(1, AMOUNT)),
    *(ProjectAwarded(1, AMOUNT), CLAIM, REVIEW, ISSUE[0]._replace(is_loan=True), ISSUE[1], RELEASE),
]
ASKED = [*SPENT, CashRequested(1, BAKER, 20_000, 500)]
CREDITED = [*FOUNDED, RedemptionRequested(1, 1, 0, 100, HASH)]
ATTESTED = [*CREDITED, RedemptionAttested(1, HASH, b"\1" * 20)]
APPROVED = [*ATTESTED, RedemptionBacked(100), RedemptionApproved(1, b"\2" * 20)]
PAID: list[Event] = [RedemptionPaid(1, 100, ref(5)), RedemptionInstalment(1, 100, ref(5))]


COMPLETED: list[Event] = [
    *(*ACTIVE, AccountFiled(1, 0, ref(9)), TrancheAccounted(1, 0, ref(9), MENTOR)),
    *(claimed(1), ClaimReviewed(1, 1, claimed(1).claim_hash, MENTOR, True)),
    *(CommitmentReleased(1, 30_000, False), CurrencyIssued(1, 30_000)),
    TrancheReleased(1, 1, claimed(1).claim_hash, DIRECTOR, 30_000),
    *(AccountFiled(1, 1, ref(10)), TrancheAccounted(1, 1, ref(10), MENTOR), ProjectCompleted(1)),
]
UNSPENT: list[Event] = [CurrencyRecalled(1, AMOUNT), CurrencyReclaimed(1, AMOUNT, False)]
DONE: list[Event] = [*COMPLETED, *UNSPENT, ProjectClosed(1, 7, 0, AMOUNT)]
LOST: list[Event] = [*SPENT, DebtWrittenOff(BAKER, 1_399, 1)]  # 1 of 1,400 is left in the reserve
GIVEN_BACK: list[Event] = [SaleUndone(BAKER, 373), SpendingReturned(1, BAKER, ref(70), 13_333, 373)]


def held(*rounds: int) -> Holding:
    return Holding(*rounds)
