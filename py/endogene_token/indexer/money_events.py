"""The events of what goes out of the fund: project currency, redemptions, and the fund's own word of each.

The fund tells of every amount that it moves, then the contract for which it did tells what it was for: see
`projections.echoes`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias


class OutflowTerms(NamedTuple):
    """A version of the rules of what goes out; the pockets are numbers, see `chain.views.Pocket`."""

    coverage_floor_bps: int
    cash_delay: int
    cash_limit: int
    judging_time: int
    longest_attestation: int
    debt_pocket: int
    loan_pocket: int


class Holding(NamedTuple):
    """Project currency by round: with the merchant at which a project spent it, with the next ones."""

    first: int
    second: int
    third: int
    later: int


class SpendingOrder(NamedTuple):
    project: int
    merchant: int
    amount: int
    line: int
    invoice: bytes


class OutflowRulesPublished(NamedTuple):
    version: int
    rules: OutflowTerms


class MerchantKindSet(NamedTuple):
    merchant: int
    kind: int


class CurrencyIssued(NamedTuple):
    project: int
    amount: int


class CurrencyRecalled(NamedTuple):
    project: int
    amount: int


class ProjectSpent(NamedTuple):
    project: int
    merchant: int
    spending: SpendingOrder
    premium: int


class SpendingReturned(NamedTuple):
    project: int
    merchant: int
    invoice: bytes
    amount: int
    premium: int


class MerchantPaid(NamedTuple):
    """`moved` by the round that it had before."""

    payer: int
    merchant: int
    invoice: bytes
    moved: Holding
    premium: int


class CurrencyNetted(NamedTuple):
    merchant: int
    netted: Holding


class CashRequested(NamedTuple):
    request: int
    merchant: int
    amount: int
    payable_from: int


class CashRequestDropped(NamedTuple):
    request: int


class CashPaid(NamedTuple):
    request: int
    merchant: int
    paid: Holding
    bank_reference: bytes


class RedemptionRequested(NamedTuple):
    redemption: int
    member: int
    reason: int
    amount: int
    payee: bytes


class RedemptionAttested(NamedTuple):
    redemption: int
    evidence: bytes
    attestor: bytes


class RedemptionApproved(NamedTuple):
    redemption: int
    approver: bytes


class RedemptionInstalment(NamedTuple):
    redemption: int
    amount: int
    bank_reference: bytes


class RedemptionCompleted(NamedTuple):
    redemption: int


class RedemptionDropped(NamedTuple):
    redemption: int
    unpaid: int


class DueAttested(NamedTuple):
    due: int
    until: int
    evidence: bytes


class Committed(NamedTuple):
    project: int
    amount: int


class CommitmentReturned(NamedTuple):
    project: int
    amount: int


class CommitmentReleased(NamedTuple):
    project: int
    amount: int
    is_loan: bool


class CurrencyReclaimed(NamedTuple):
    project: int
    amount: int
    is_loan: bool


class SaleRecorded(NamedTuple):
    merchant: int
    amount: int
    premium: int


class SaleUndone(NamedTuple):
    merchant: int
    premium: int


class ShortfallBorne(NamedTuple):
    """What the refund or the return that is told next takes beyond what these two pockets hold."""

    operations: int
    reserve: int


class PremiumsNetted(NamedTuple):
    merchant: int
    amount: int


class CurrencyPaid(NamedTuple):
    amount: int
    bank_reference: bytes


class RepaymentReceived(NamedTuple):
    amount: int
    bank_reference: bytes


class LoanLossBooked(NamedTuple):
    amount: int
    pocket: int


class DebtWrittenOff(NamedTuple):
    merchant: int
    amount: int
    pocket: int


class OperatingAllowed(NamedTuple):
    amount: int
    purpose: bytes


class OperatingPaid(NamedTuple):
    amount: int
    bank_reference: bytes


class RedemptionBacked(NamedTuple):
    amount: int


class RedemptionReleased(NamedTuple):
    amount: int


class RedemptionPaid(NamedTuple):
    member: int
    amount: int
    bank_reference: bytes


RedemptionEvent: TypeAlias = (
    RedemptionRequested
    | RedemptionAttested
    | RedemptionApproved
    | RedemptionInstalment
    | RedemptionCompleted
    | RedemptionDropped
)
Echo: TypeAlias = (
    CurrencyIssued
    | CurrencyRecalled
    | Committed
    | CommitmentReturned
    | CommitmentReleased
    | CurrencyReclaimed
    | SaleRecorded
    | SaleUndone
    | PremiumsNetted
    | CurrencyPaid
    | RepaymentReceived
    | LoanLossBooked
    | RedemptionBacked
    | RedemptionReleased
    | RedemptionPaid
)
"""What is told of an act of another contract, just before that contract tells it."""
MoneyEvent: TypeAlias = (
    Echo
    | RedemptionEvent
    | OutflowRulesPublished
    | MerchantKindSet
    | ProjectSpent
    | SpendingReturned
    | MerchantPaid
    | CurrencyNetted
    | CashRequested
    | CashRequestDropped
    | CashPaid
    | DueAttested
    | ShortfallBorne
    | DebtWrittenOff
    | OperatingAllowed
    | OperatingPaid
)

MONEY_STRUCTS: Final[Mapping[str, Callable[..., Any]]] = {
    "IRulebook.OutflowRules": OutflowTerms,
    "IProjectCurrency.Holding": Holding,
    "IProjectCurrency.Spending": SpendingOrder,
}
"""What holds the contracts' structs."""
