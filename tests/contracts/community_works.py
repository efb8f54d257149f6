"""Projects and their currency in plain Python, on top of the fund's model: tranches, spending, conversion."""

from dataclasses import dataclass, field
from typing import Final

from endogene_token.chain.views import OutflowRules, Rules
from endogene_token.errors import (
    AmountZeroError,
    CallBudgetError,
    CashLimitError,
    CoFinancingShortError,
    InvoiceUsedError,
    LineSpentError,
    MerchantKindError,
    MerchantSuspendedError,
    MoreThanHeldError,
    MoreThanOwedError,
    NotAccountedError,
    NotLoanError,
    OtherClaimError,
    ProjectAmountError,
    ProjectStateError,
    RelatedMerchantError,
    SameMerchantError,
    SourceUsedError,
    TooEarlyError,
    TooLateError,
    TrancheStateError,
    UnknownCashRequestError,
    UnknownInvoiceError,
    UnknownLineError,
    UnknownTrancheError,
)
from endogene_token.projects import ProjectState, TrancheState
from tests.contracts.community_model import FundModel, Shop, Step

RUNNING: Final = {ProjectState.AWARDED, ProjectState.ACTIVE}
SPENDING: Final = RUNNING | {ProjectState.COMPLETED}
STANDING: Final = SPENDING | {ProjectState.SUSPENDED}


@dataclass
class Work:
    """A project: its tranches, its lines (cap and spent), the currency in its account."""

    steps: list[Step]
    caps: list[int]
    kinds: int
    sought: int
    is_loan: bool
    expires_at: int
    state: ProjectState = ProjectState.BALLOTED
    resumes_to: ProjectState = ProjectState.NONE
    related: set[int] = field(default_factory=set)
    spent: list[int] = field(default_factory=list)
    promised: int = 0
    released: int = 0
    received: int = 0
    repaid: int = 0
    written_off: int = 0
    balance: int = 0

    def __post_init__(self) -> None:
        self.spent = [0] * len(self.caps)

    @property
    def amount(self) -> int:
        return sum(step.amount for step in self.steps)

    @property
    def accounted(self) -> int:
        return sum(step.state is TrancheState.ACCOUNTED for step in self.steps)

    @property
    def owed(self) -> int:
        return self.released - self.repaid - self.written_off if self.is_loan else 0


@dataclass
class Invoice:
    """What a project paid and did not get back."""

    project: int
    shop: int
    amount: int
    premium: int
    line: int


@dataclass
class CashAsked:
    """A conversion asked for in cash."""

    shop: int
    amount: int
    payable_from: int
    is_open: bool = True


class CommunityModel(FundModel):
    """The whole: the fund, and what projects and merchants do with its money."""

    def __init__(self, rules: Rules, outflows: OutflowRules, budget: int) -> None:
        super().__init__(rules, outflows)
        self.budget, self.awarded = budget, 0
        self.works: dict[int, Work] = {}
        self.sources: set[bytes] = set()
        self.invoices: dict[bytes, Invoice] = {}
        self.paid_on: set[bytes] = set()
        self.asked: list[CashAsked] = []

    def currency(self) -> int:
        return super().currency() + sum(work.balance for work in self.works.values())

    def commitments(self) -> int:
        return sum(work.promised for work in self.works.values())

    def loans(self) -> int:
        return sum(work.owed for work in self.works.values())

    # ---- the award, and how a project ends

    def award(self, number: int) -> None:
        work = self._in_state(number, {ProjectState.BALLOTED})
        if self.now >= work.expires_at:
            raise TooLateError
        self.awarded += work.amount
        if self.awarded > self.budget:
            raise CallBudgetError
        work.state, work.promised = ProjectState.AWARDED, work.amount
        self.free -= work.amount
        self.gate()

    def suspend(self, number: int) -> None:
        work = self._running(number, SPENDING)
        work.resumes_to, work.state = work.state, ProjectState.SUSPENDED

    def resume(self, number: int) -> None:
        work = self._in_state(number, {ProjectState.SUSPENDED})
        work.state = work.resumes_to

    def terminate(self, number: int) -> None:
        self._close(self._in_state(number, STANDING), ProjectState.TERMINATED)

    def lapse(self, number: int) -> None:
        work = self._in_state(number, STANDING)
        if self.now < work.expires_at:
            raise TooEarlyError
        is_completed = work.state is ProjectState.COMPLETED
        if is_completed and work.balance == 0:
            raise ProjectAmountError
        self._close(work, work.state if is_completed else ProjectState.LAPSED)

    def co_finance(self, number: int, amount: int, source: bytes) -> None:
        if amount == 0:
            raise ProjectAmountError
        if source in self.sources:
            raise SourceUsedError
        self.sources.add(source)
        self.works[number].received += amount

    # ---- tranches

    def claim(self, number: int, tranche: int) -> None:
        work = self._running(number)
        if tranche >= len(work.steps):
            raise UnknownTrancheError
        self._step(work, tranche, {TrancheState.LOCKED, TrancheState.REJECTED})
        if tranche != work.accounted:
            raise NotAccountedError
        if work.received * work.amount < work.sought * work.released:
            raise CoFinancingShortError
        self._move(work, tranche, TrancheState.CLAIMED)

    def review(self, number: int, tranche: int, *, approved: bool) -> None:
        work = self._running(number)
        self._in_time(self._step(work, tranche, {TrancheState.CLAIMED}))
        self._move(work, tranche, TrancheState.REVIEWED if approved else TrancheState.REJECTED)

    def release(self, number: int, tranche: int) -> None:
        work = self._running(number)
        step = self._step(work, tranche, {TrancheState.REVIEWED})
        self._in_time(step)
        self._move(work, tranche, TrancheState.RELEASED)
        work.state = ProjectState.ACTIVE
        work.promised -= step.amount
        work.released += step.amount
        work.balance += step.amount
        if work.is_loan:
            self.free += step.amount
        self.gate()

    def lapse_claim(self, number: int, tranche: int) -> None:
        work = self._running(number)
        step = self._step(work, tranche, {TrancheState.CLAIMED, TrancheState.REVIEWED})
        if self.now < step.since + self.outflows.judging_time:
            raise TooEarlyError
        self._move(work, tranche, TrancheState.LOCKED)

    def file_account(self, number: int, tranche: int) -> None:
        self._step(self._running(number), tranche, {TrancheState.RELEASED}).is_filed = True

    def accept_account(self, number: int, tranche: int) -> None:
        work = self._running(number)
        if not self._step(work, tranche, {TrancheState.RELEASED}).is_filed:
            raise OtherClaimError
        self._move(work, tranche, TrancheState.ACCOUNTED)
        if work.accounted == len(work.steps):
            work.state = ProjectState.COMPLETED

    # ---- loans

    def repay(self, number: int, amount: int, reference: bytes) -> None:
        work = self._owing(number, amount)
        self._use(reference)
        self.cash += amount
        work.repaid += amount

    def write_off_loan(self, number: int, amount: int) -> None:
        self._owing(number, amount).written_off += amount
        self._bear(self.outflows.loan_pocket, amount)

    # ---- currency

    def spend(self, number: int, line: int, shop: int, amount: int, invoice: bytes) -> None:
        work = self._spendable(number, line)
        if shop in work.related:
            raise RelatedMerchantError
        if not work.kinds >> self.shops[shop].kind & 1:
            raise MerchantKindError
        self._new_invoice(invoice)
        if amount > work.balance:
            raise MoreThanHeldError
        work.balance -= amount
        work.spent[line] += amount
        if work.spent[line] > work.caps[line]:
            raise LineSpentError
        self.shops[shop].rounds[0] += amount
        premium = self._sell(shop, amount)
        self.invoices[invoice] = Invoice(number, shop, amount, premium, line)

    def return_spending(self, invoice: bytes, amount: int) -> None:
        if invoice not in self.invoices:
            raise UnknownInvoiceError
        sale = self.invoices[invoice]
        shop = self.shops[sale.shop]
        if amount == 0:
            raise AmountZeroError
        if amount > min(sale.amount, shop.rounds[0], shop.held - shop.requested):
            raise MoreThanHeldError
        work = self._spendable(sale.project, sale.line)
        shop.rounds[0] -= amount
        work.balance += amount
        work.spent[sale.line] -= amount
        premium = sale.premium * amount // sale.amount
        sale.amount -= amount
        sale.premium -= premium
        self.reserve -= premium
        self._relieve(sale.shop, premium)
        self._cover()

    def pay(self, payer: int, shop: int, amount: int, invoice: bytes) -> None:
        if payer == shop:
            raise SameMerchantError
        self._new_invoice(invoice)
        self.paid_on.add(invoice)
        for turn, part in enumerate(self._take(payer, amount)):
            self.shops[shop].rounds[min(turn + 1, 3)] += part
        self._sell(shop, amount)

    def net(self, shop: int, amount: int) -> None:
        if amount > self.shops[shop].owed:
            raise MoreThanOwedError
        self._take(shop, amount)
        self._relieve(shop, amount)

    def ask_cash(self, shop: int, amount: int) -> None:
        one = self.shops[shop]
        if amount == 0:
            raise AmountZeroError
        if amount > one.held - one.requested:
            raise MoreThanHeldError
        one.requested += amount
        if one.requested > self.outflows.cash_limit:
            raise CashLimitError
        self.asked.append(CashAsked(shop, amount, self.now + self.outflows.cash_delay))

    def drop_cash(self, number: int) -> None:
        self._end_request(number)

    def pay_cash(self, number: int, reference: bytes) -> None:
        asked = self._end_request(number)
        if self.now < asked.payable_from:
            raise TooEarlyError
        self._take(asked.shop, asked.amount)
        self._use(reference)
        self.cash -= asked.amount

    # ---- the small steps

    def _in_state(self, number: int, states: set[ProjectState]) -> Work:
        if self.works[number].state not in states:
            raise ProjectStateError
        return self.works[number]

    def _running(self, number: int, states: set[ProjectState] = RUNNING) -> Work:
        work = self._in_state(number, states)
        if self.now >= work.expires_at:
            raise TooLateError
        return work

    def _step(self, work: Work, tranche: int, states: set[TrancheState]) -> Step:
        if tranche >= len(work.steps) or work.steps[tranche].state not in states:
            raise TrancheStateError
        return work.steps[tranche]

    def _move(self, work: Work, tranche: int, state: TrancheState) -> None:
        work.steps[tranche].state, work.steps[tranche].since = state, self.now

    def _in_time(self, step: Step) -> None:
        if self.now >= step.since + self.outflows.judging_time:
            raise TooLateError

    def _close(self, work: Work, state: ProjectState) -> None:
        """What was not released, and what was not spent, returns; a loan owes that much less."""
        work.state = state
        for step in work.steps:
            if step.state not in {TrancheState.RELEASED, TrancheState.ACCOUNTED}:
                step.state = TrancheState.RECALLED
        settled = min(work.balance, work.owed)
        work.repaid += settled
        self.free += work.promised + work.balance - settled
        work.promised = work.balance = 0

    def _owing(self, number: int, amount: int) -> Work:
        work = self.works[number]
        if not work.is_loan:
            raise NotLoanError
        if amount == 0:
            raise ProjectAmountError
        if amount > work.owed:
            raise MoreThanOwedError
        return work

    def _spendable(self, number: int, line: int) -> Work:
        work = self._running(number, SPENDING)
        if line >= len(work.caps):
            raise UnknownLineError
        return work

    def _new_invoice(self, invoice: bytes) -> None:
        if invoice in self.invoices or invoice in self.paid_on:
            raise InvoiceUsedError

    def _sell(self, shop: int, amount: int) -> int:
        """A sale in project currency owes its premium again: the reserve's."""
        if amount == 0:
            raise AmountZeroError
        if self.shops[shop].is_suspended:
            raise MerchantSuspendedError
        premium = self.shops[shop].premium(amount)
        self._charge(shop, premium)
        self.reserve += premium
        return premium

    def _take(self, number: int, amount: int) -> list[int]:
        """Take of what a shop holds, the lowest rounds first; return how much of each."""
        shop: Shop = self.shops[number]
        if amount == 0:
            raise AmountZeroError
        if amount > shop.held - shop.requested:
            raise MoreThanHeldError
        taken = []
        for turn, part in enumerate(shop.rounds):
            taken.append(min(part, amount))
            amount -= taken[-1]
            shop.rounds[turn] -= taken[-1]
        return taken

    def _end_request(self, number: int) -> CashAsked:
        asked = self.asked[number - 1]
        if not asked.is_open:
            raise UnknownCashRequestError
        asked.is_open = False
        self.shops[asked.shop].requested -= asked.amount
        return asked
