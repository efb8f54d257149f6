"""A community's money in plain Python: what each holds and owes, and the rules as an accountant reads them.

It shares no line with the contracts or the read model: every pocket that others' papers tell is their sum,
and nothing is packed. What the contracts refuse is raised as the same class of refusal; who runs an act puts
back what it had changed. Amounts are minor units, instants seconds since 1970.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Final

from endogene_token.chain.views import BalanceSheet, OutflowRules, Pocket, Rules, Solvency
from endogene_token.errors import (
    AmountZeroError,
    BankReferenceUsedError,
    BeyondBalanceError,
    CoverageTooLowError,
    DueNotCoveredError,
    ExposureError,
    MerchantSuspendedError,
    MoreThanOwedError,
    NotAttestedError,
    NotBackedError,
    OperatingNotAllowedError,
    PocketShortError,
    RedemptionAmountError,
    RedemptionOpenError,
    RedemptionStateError,
)
from endogene_token.projects import RedemptionState, TrancheState
from endogene_token.reasons import RefusalReason

DAY: Final = 86_400
ONE: Final = 10_000  # basis points
NOBODY: Final = 0


@dataclass
class Shop:
    """A merchant: what it owes or has prepaid, and the project currency that it holds, by round."""

    rate_bps: int
    limit: int
    kind: int
    owed: int = 0
    prepaid: int = 0
    is_suspended: bool = False
    rounds: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    requested: int = 0

    def premium(self, amount: int) -> int:
        """Return what a sale owes, half a cent up."""
        return floor(Fraction(amount * self.rate_bps, ONE) + Fraction(1, 2))

    @property
    def held(self) -> int:
        return sum(self.rounds)


@dataclass
class Bought:
    """A purchase, and what no refund has taken of it."""

    shop: int
    member: int
    day: int
    left: int


@dataclass
class Step:
    """A tranche."""

    amount: int
    state: TrancheState = TrancheState.LOCKED
    since: int = 0
    is_filed: bool = False


@dataclass
class Remittance:
    """A redemption."""

    member: int
    amount: int
    payee: bytes
    state: RedemptionState = RedemptionState.REQUESTED
    paid: int = 0


class FundModel:
    """The fund, its merchants and members, and redemptions."""

    def __init__(self, rules: Rules, outflows: OutflowRules) -> None:
        self.rules, self.outflows = rules, outflows
        self.now = self.cash = self.reserve = self.operations = self.free = 0
        self.allowed = self.due = self.attested_until = 0
        self.shops: dict[int, Shop] = {}
        self.credits: Counter[int] = Counter()
        self.purchases: list[Bought] = []
        self.references: set[bytes] = set()
        self.remittances: list[Remittance] = []

    # ---- what others' papers tell

    def currency(self) -> int:
        """Return the project currency that is about."""
        return sum(shop.held for shop in self.shops.values())

    def commitments(self) -> int:
        """Return what was awarded and is not released."""
        return 0

    def loans(self) -> int:
        """Return what borrowers owe."""
        return 0

    def backed(self) -> int:
        """Return what approved redemptions will take."""
        approved = (one for one in self.remittances if one.state is RedemptionState.APPROVED)
        return sum(one.amount - one.paid for one in approved)

    def balance_sheet(self) -> BalanceSheet:
        return BalanceSheet(
            cash=self.cash,
            premiums_receivable=sum(shop.owed for shop in self.shops.values()),
            credits_outstanding=self.credits.total(),
            merchant_prepayments=sum(shop.prepaid for shop in self.shops.values()),
            reserve=self.reserve,
            operations=self.operations,
            loans_receivable=self.loans(),
            currency_outstanding=self.currency(),
            commitments=self.commitments(),
            free=self.free,
        )

    def solvency(self) -> Solvency:
        backed = self.backed()
        return Solvency(
            liquid=self.cash - self.currency() - self.commitments() - backed,
            credits=max(0, self.credits.total() - backed),
            floor_bps=self.outflows.coverage_floor_bps,
            due=self.due,
            attested_until=self.attested_until,
        )

    # ---- purchases

    def purchase(self, shop: int, items: Sequence[tuple[int, int]]) -> None:
        """Record a batch of purchases: each a member, or nobody, and an amount."""
        if self.shops[shop].is_suspended:
            raise MerchantSuspendedError
        for member, amount in items:
            self.purchases.append(Bought(shop, member, self.now // DAY, amount))
            self._share(shop, member, amount, 1)
        self._charge(shop, sum(self.shops[shop].premium(amount) for _, amount in items))

    def refund(self, number: int, amount: int) -> RefusalReason:
        """Undo a part of a purchase; return why not."""
        bought = self.purchases[number]
        reason = self._refund_refusal(bought, amount)
        if reason is not RefusalReason.NONE:
            return reason
        before, after = bought.left, bought.left - amount
        premium = self.shops[bought.shop].premium
        if (
            bought.member
            and self._credit(premium(before)) - self._credit(premium(after)) > (self.credits[bought.member])
        ):
            return RefusalReason.INSUFFICIENT_CREDITS
        self._share(bought.shop, bought.member, before, -1)
        self._share(bought.shop, bought.member, after, 1)
        self._relieve(bought.shop, premium(before) - premium(after))
        self._cover()
        bought.left = after
        return reason

    def settle(self, shop: int, amount: int, reference: bytes) -> None:
        if amount == 0:
            raise AmountZeroError
        self._use(reference)
        self.cash += amount
        self._relieve(shop, amount)

    # ---- the gate, and what goes out for the cooperative itself

    def attest(self, due: int, until: int) -> None:
        self.due, self.attested_until = due, until

    def gate(self, leaving: int = 0) -> None:
        """Refuse what would leave too little for the members."""
        now = self.solvency()
        if self.now >= self.attested_until:
            raise NotAttestedError
        liquid = now.liquid - leaving
        if liquid < ceil(Fraction(now.credits * now.floor_bps, ONE)):
            raise CoverageTooLowError
        if liquid < self.due:
            raise DueNotCoveredError

    def allow_operating(self, amount: int) -> None:
        self.allowed += amount
        if self.allowed > self.operations:
            raise PocketShortError
        self.gate(self.allowed)

    def pay_operating(self, amount: int, reference: bytes) -> None:
        if amount == 0:
            raise AmountZeroError
        if amount > self.allowed:
            raise OperatingNotAllowedError
        self.gate(amount)
        self._use(reference)
        self.allowed -= amount
        self.cash -= amount
        self._bear(Pocket.OPERATIONS, amount)

    def write_off_debt(self, shop: int, amount: int) -> None:
        if amount == 0:
            raise AmountZeroError
        if amount > self.shops[shop].owed:
            raise MoreThanOwedError
        self.shops[shop].owed -= amount
        self._bear(self.outflows.debt_pocket, amount)

    # ---- redemptions

    def request(self, member: int, amount: int, payee: bytes) -> None:
        if amount == 0:
            raise AmountZeroError
        ended = {RedemptionState.PAID, RedemptionState.DROPPED}
        if any(one.member == member and one.state not in ended for one in self.remittances):
            raise RedemptionOpenError
        self._require_credits(member, amount)
        self.remittances.append(Remittance(member, amount, payee))

    def attest_redemption(self, number: int) -> None:
        self._remittance(number, RedemptionState.REQUESTED).state = RedemptionState.ATTESTED

    def approve(self, number: int, amount: int) -> None:
        one = self._remittance(number, RedemptionState.ATTESTED)
        if amount != one.amount:
            raise RedemptionAmountError
        self._require_credits(one.member, amount)
        if self.currency() + self.backed() + amount > self.cash:
            raise NotBackedError
        one.state = RedemptionState.APPROVED

    def pay_redemption(self, number: int, amount: int, reference: bytes) -> None:
        one = self._remittance(number, RedemptionState.APPROVED)
        if amount == 0:
            raise AmountZeroError
        if amount > one.amount - one.paid:
            raise RedemptionAmountError
        self._require_credits(one.member, amount)
        self._use(reference)
        one.paid += amount
        self.cash -= amount
        self.credits[one.member] -= amount
        if one.paid == one.amount:
            one.state = RedemptionState.PAID

    def drop_redemption(self, number: int) -> None:
        one = self.remittances[number - 1]
        if one.state in {RedemptionState.PAID, RedemptionState.DROPPED}:
            raise RedemptionStateError
        one.state = RedemptionState.DROPPED

    # ---- the small steps

    def _refund_refusal(self, bought: Bought, amount: int) -> RefusalReason:
        for holds, reason in (
            (amount == 0, RefusalReason.ZERO_AMOUNT),
            (bought.left == 0, RefusalReason.NOTHING_LEFT),
            (amount > bought.left, RefusalReason.MORE_THAN_LEFT),
            (
                self.now // DAY > bought.day + self.rules.reversal_window_days,
                RefusalReason.WINDOW_CLOSED,
            ),
        ):
            if holds:
                return reason
        return RefusalReason.NONE

    def _kept(self, premium: int) -> int:
        return premium * (self.rules.operations_bps + self.rules.reserve_bps) // ONE

    def _credit(self, premium: int) -> int:
        return premium - self._kept(premium)

    def _share(self, shop: int, member: int, amount: int, sign: int) -> None:
        """Give a purchase's premium to whom it belongs, or take it back."""
        premium = self.shops[shop].premium(amount)
        if member == NOBODY:
            self.reserve += sign * premium
            return
        kept, rules = self._kept(premium), self.rules
        operations = kept * rules.operations_bps // (rules.operations_bps + rules.reserve_bps)
        self.operations += sign * operations
        self.reserve += sign * (kept - operations)
        self.credits[member] += sign * (premium - kept)

    def _charge(self, shop: int, premium: int) -> None:
        one = self.shops[shop]
        ahead = min(one.prepaid, premium)
        one.prepaid -= ahead
        one.owed += premium - ahead
        if one.owed > one.limit:
            raise ExposureError

    def _relieve(self, shop: int, amount: int) -> None:
        one = self.shops[shop]
        part = min(one.owed, amount)
        one.owed -= part
        one.prepaid += amount - part

    def _bear(self, pocket: Pocket, amount: int) -> None:
        if pocket is Pocket.FREE:
            self.free -= amount
        elif pocket is Pocket.RESERVE:
            self.reserve -= amount
        else:
            self.operations -= amount
        if min(self.reserve, self.operations) < 0:
            raise PocketShortError

    def _cover(self) -> None:
        """A pocket that was spent from, or bore a loss, may lack what a refund takes: free money bears it."""
        self.free += min(self.operations, 0) + min(self.reserve, 0)
        self.operations, self.reserve = max(self.operations, 0), max(self.reserve, 0)

    def _use(self, reference: bytes) -> None:
        if reference in self.references:
            raise BankReferenceUsedError
        self.references.add(reference)

    def _require_credits(self, member: int, amount: int) -> None:
        if amount > self.credits[member]:
            raise BeyondBalanceError

    def _remittance(self, number: int, state: RedemptionState) -> Remittance:
        one = self.remittances[number - 1]
        if one.state is not state:
            raise RedemptionStateError
        return one
