"""The events of development projects. States, criteria and kinds are the numbers of `projects`.

Some are told by the extension of the book, see IProjectAwards, at the same address.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias


class CallTerms(NamedTuple):
    budget: int
    closes_at: int
    attestor: int
    required: int
    min_partners: int
    min_kinds: int
    min_merchant_share_bps: int
    min_leverage_bps: int
    text: bytes


class Partner(NamedTuple):
    kind: int
    member: int
    attested: bool
    organisation: bytes
    controller: bytes


class PlannedTranche(NamedTuple):
    amount: int
    due_at: int
    milestone: bytes


class PlannedLine(NamedTuple):
    """`merchant_kinds`: a bit for each kind of merchant at which the line may be spent."""

    amount: int
    merchant_kinds: int


class Schedule(NamedTuple):
    """When a loan is paid back; `instalments` 0: it is no loan."""

    first_due_at: int
    interval: int
    instalments: int


class Plan(NamedTuple):
    instrument: int
    mentor: int
    signer: int
    amount: int
    sought: int
    expires_at: int
    loan: Schedule
    tranches: tuple[PlannedTranche, ...]
    lines: tuple[PlannedLine, ...]


class Claim(NamedTuple):
    project: int
    tranche: int
    attempt: int
    amount: int
    payee: int
    evidence: bytes


class ReceivedMoney(NamedTuple):
    """`valuer` 0: cash."""

    amount: int
    valuer: int
    received_on: int
    financier: bytes
    source: bytes
    evidence: bytes


class IssuesPublished(NamedTuple):
    count: int  # type: ignore[assignment]  # the contract's name for it; nobody counts in an event
    text: bytes


class CallOpened(NamedTuple):
    call: int
    terms: CallTerms


class ProjectDrafted(NamedTuple):
    project: int
    call: int
    applicant: int
    text: bytes


class PartnerAdded(NamedTuple):
    project: int
    index: int  # type: ignore[assignment]  # the contract's name for it; nobody searches in an event
    partner: Partner


class PartnerAttested(NamedTuple):
    project: int
    index: int  # type: ignore[assignment]  # as above
    attestor: int


class FactStated(NamedTuple):
    project: int
    criterion: int
    value: int
    evidence: bytes


class FactAttested(NamedTuple):
    project: int
    criterion: int
    attestor: int


class RelationDeclared(NamedTuple):
    project: int
    member: int


class ProjectSubmitted(NamedTuple):
    project: int
    plan: Plan


class MentoringAccepted(NamedTuple):
    project: int
    mentor: int


class ProjectEligible(NamedTuple):
    project: int


class PutToVote(NamedTuple):
    project: int
    resolution: int


class VoteLost(NamedTuple):
    project: int
    resolution: int


class ProjectAwarded(NamedTuple):
    project: int
    amount: int


class TrancheClaimed(NamedTuple):
    project: int
    tranche: int
    claim_hash: bytes
    claim: Claim


class ClaimReviewed(NamedTuple):
    project: int
    tranche: int
    claim_hash: bytes
    reviewer: int
    approved: bool


class TrancheReleased(NamedTuple):
    project: int
    tranche: int
    claim_hash: bytes
    releaser: int
    amount: int


class ClaimLapsed(NamedTuple):
    """`state` is the one that it lapsed from."""

    project: int
    tranche: int
    state: int


class AccountFiled(NamedTuple):
    project: int
    tranche: int
    account: bytes


class TrancheAccounted(NamedTuple):
    project: int
    tranche: int
    account: bytes
    reviewer: int


class CoFinancingPledged(NamedTuple):
    project: int
    amount: int
    financier: bytes
    evidence: bytes


class CoFinancingReceived(NamedTuple):
    project: int
    money: ReceivedMoney


class ProjectSuspended(NamedTuple):
    project: int


class ProjectResumed(NamedTuple):
    project: int


class ProjectCompleted(NamedTuple):
    project: int


class ProjectEvaluated(NamedTuple):
    project: int
    report: bytes


class ProjectClosed(NamedTuple):
    project: int
    state: int
    recalled: int
    unspent: int


class LoanRepaid(NamedTuple):
    project: int
    amount: int
    bank_reference: bytes


class LoanWrittenOff(NamedTuple):
    project: int
    amount: int


DossierEvent: TypeAlias = (
    PartnerAdded | PartnerAttested | FactStated | FactAttested | RelationDeclared | CoFinancingPledged
)
TrancheEvent: TypeAlias = (
    TrancheClaimed | ClaimReviewed | TrancheReleased | ClaimLapsed | AccountFiled | TrancheAccounted
)
ProjectEvent: TypeAlias = (
    DossierEvent
    | TrancheEvent
    | ProjectDrafted
    | ProjectSubmitted
    | MentoringAccepted
    | ProjectEligible
    | PutToVote
    | VoteLost
    | ProjectAwarded
    | CoFinancingReceived
    | ProjectSuspended
    | ProjectResumed
    | ProjectCompleted
    | ProjectEvaluated
    | ProjectClosed
    | LoanRepaid
    | LoanWrittenOff
)
"""Each names its project."""
BookEvent: TypeAlias = IssuesPublished | CallOpened | ProjectEvent

PROJECT_STRUCTS: Final[Mapping[str, Callable[..., Any]]] = {
    "IProjectBook.Call": CallTerms,
    "IProjectBook.Partner": Partner,
    "IProjectBook.Tranche": PlannedTranche,
    "IProjectBook.Line": PlannedLine,
    "IProjectBook.Loan": Schedule,
    "IProjectBook.Plan": Plan,
    "IProjectAwards.Claim": Claim,
    "IProjectAwards.CoFinancing": ReceivedMoney,
}
"""What holds the contracts' structs."""
