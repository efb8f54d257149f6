"""A random life of two merchants with project currency, for the tests of their statements."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from endogene_token.ids import day_date
from endogene_token.indexer.events import Event, PurchaseRefused, PurchasesRecorded
from endogene_token.indexer.models import Merchant, table_of
from endogene_token.indexer.money_events import (
    CashPaid,
    CashRequestDropped,
    CashRequested,
    CurrencyNetted,
    CurrencyPaid,
    Holding,
    MerchantPaid,
    PremiumsNetted,
    ProjectSpent,
    SaleRecorded,
    SaleUndone,
    ShortfallBorne,
    SpendingOrder,
    SpendingReturned,
)
from endogene_token.indexer.money_models import MerchantHolding
from endogene_token.indexer.projections.purchases import ITEM, TOTALS
from endogene_token.money import Shares, premium_half_up
from endogene_token.treasury.books.chart import Pocket
from endogene_token.treasury.statements.months import Month, local_day
from tests.unit.told_books import MONTREAL, RATE, Life, Sale, merchant_of, shared
from tests.unit.told_money import ACTIVE, BAKER, FOUNDED, SMITH

LINE, RELEASED = 50_000, 60_000  # what project 1 may spend on its first line, and in all
Standing = tuple[int, int, int]
"""What a merchant owes less what it has paid ahead, its project currency, what it awaits of it in cash."""


class Request(NamedTuple):
    """A request of cash that is open."""

    number: int
    merchant: int
    amount: int


@dataclass
class Spent:
    """A spending that was told, and what is left of it and of its premium."""

    invoice: bytes
    merchant: int
    left: int
    premium: int


@dataclass
class Trade(Life):
    """Two merchants that sell for money and project currency, late and wrongly at times.

    `at_ends` is what each stood at when a month ended; `told` what the tills told, by month, till and day.
    """

    held: dict[int, list[int]] = field(default_factory=lambda: {BAKER: [0] * 4, SMITH: [0] * 4})
    asked: Counter[int] = field(default_factory=Counter)
    requests: list[Request] = field(default_factory=list)
    spendings: list[Spent] = field(default_factory=list)
    requested: int = 0
    at_ends: dict[tuple[Month, int], Standing] = field(default_factory=dict)
    told: Counter[tuple[Month, int, str, str]] = field(default_factory=Counter)
    month: Month = field(default_factory=lambda: Month(2026, 1))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tell(FOUNDED[-1], *ACTIVE[len(FOUNDED) :])

    def tell(self, *events: Event) -> None:
        """Follow the events of one act; where a month has ended before them, keep how it ended."""
        self.end_months()
        super().tell(*events)

    def end_months(self) -> None:
        """Keep how each month ended that has ended by now."""
        today = local_day(self.now, MONTREAL)
        while self.month.last_day < today:
            self.at_ends.update({(self.month, one): self.standing(one) for one in (BAKER, SMITH)})
            self.month = self.month.next

    def standing(self, merchant: int) -> Standing:
        """Return what the read model itself keeps of a merchant."""
        rows = table_of(Merchant), table_of(MerchantHolding)
        account = self.connection.execute(select(rows[0]).where(rows[0].c.number == merchant)).one()
        held = self.connection.execute(select(rows[1]).where(rows[1].c.merchant == merchant)).first()
        currency = (held.first + held.second + held.third + held.later, held.requested) if held else (0, 0)
        return (account.owed - account.prepaid, *currency)

    def note(self, till: int, day: int, what: str, amount: int) -> None:
        """Count an item of a till's report."""
        key = self.month, till, day_date(day).isoformat() if day < 2**20 else str(day)
        self.told[*key, f"{what} count"] += 1
        self.told[*key, f"{what} amount"] += amount

    def sell(self, till: int, amount: int, age: int = 0, reason: int = 0) -> None:
        """Record one sale of some days ago, or have it refused."""
        self.end_months()
        first, day, member = self.sequences[till], max(self.today - age, 0) if age >= 0 else -age, amount % 4
        self.sequences[till] += 1
        one = Shares(0, 0, 0, 0) if reason else shared(amount, member)
        totals = TOTALS.pack(one.premium, one.credit, one.operations, one.reserve)
        item = ITEM.pack(bytes(16), amount, member, day)
        refused = [PurchaseRefused(till, first, reason, amount, 0)] if reason else []
        self.tell(PurchasesRecorded(till, merchant_of(till), first, totals, item), *refused)
        self.note(till, day, "refused_sales" if reason else "sales", amount)
        if not reason:
            self.owed[merchant_of(till)] += one.premium
            self.sales.append(Sale(till, first, first, member, day, amount))

    def refund(self, sale: Sale, amount: int) -> None:
        """Refund a part of a sale, today."""
        self.end_months()
        super().refund(sale, amount)
        self.note(sale.till, self.today, "refunds", amount)

    def spend(self, merchant: int, amount: int) -> None:
        """A project buys at a merchant, as far as its line and its account allow."""
        spent = sum(one.left for one in self.spendings)
        amount = min(amount, LINE - spent, RELEASED - spent)
        if amount:
            premium, invoice = premium_half_up(amount, RATE), self.reference()
            order = SpendingOrder(1, merchant, amount, 0, invoice)
            self.tell(SaleRecorded(merchant, amount, premium), ProjectSpent(1, merchant, order, premium))
            self.held[merchant][0] += amount
            self.owed[merchant] += premium
            self.spendings.append(Spent(invoice, merchant, amount, premium))

    def give_back(self, one: Spent, amount: int) -> None:
        """A merchant gives a part of a spending back."""
        amount = min(amount, one.left, self.held[one.merchant][0], self.free(one.merchant))
        if amount:
            premium = one.premium * amount // one.left
            lacking = ShortfallBorne(0, max(0, premium - self.pockets()[Pocket.RESERVE]))
            undone = SaleUndone(one.merchant, premium)
            returned = SpendingReturned(1, one.merchant, one.invoice, amount, premium)
            self.tell(*([lacking] if sum(lacking) else []), undone, returned)
            self.held[one.merchant][0] -= amount
            self.owed[one.merchant] -= premium
            one.left, one.premium = one.left - amount, one.premium - premium

    def pay(self, payer: int, merchant: int, amount: int) -> None:
        """A merchant pays the other."""
        amount = min(amount, self.free(payer))
        if amount:
            premium, moved = premium_half_up(amount, RATE), self.take(payer, amount)
            paid = MerchantPaid(payer, merchant, self.reference(), moved, premium)
            self.tell(SaleRecorded(merchant, amount, premium), paid)
            later = (0, moved.first, moved.second, moved.third + moved.later)
            self.held[merchant] = [old + new for old, new in zip(self.held[merchant], later, strict=True)]
            self.owed[merchant] += premium

    def net(self, merchant: int, amount: int) -> None:
        """A merchant pays premiums in project currency."""
        amount = min(amount, self.free(merchant), max(0, self.owed[merchant]))
        if amount:
            moved = self.take(merchant, amount)
            self.tell(PremiumsNetted(merchant, amount), CurrencyNetted(merchant, moved))
            self.owed[merchant] -= amount

    def ask(self, merchant: int, amount: int) -> None:
        """A merchant asks for cash."""
        amount = min(amount, self.free(merchant))
        if amount:
            self.requested += 1
            self.tell(CashRequested(self.requested, merchant, amount, self.now))
            self.asked[merchant] += amount
            self.requests.append(Request(self.requested, merchant, amount))

    def close(self, *, paid: bool) -> None:
        """The oldest request is paid, as far as there is cash, or dropped."""
        if not self.requests or (paid and self.pockets()[Pocket.CASH] < self.requests[0].amount):
            return
        number, merchant, amount = self.requests.pop(0)
        self.asked[merchant] -= amount
        if paid:
            reference, moved = self.reference(), self.take(merchant, amount)
            self.tell(CurrencyPaid(amount, reference), CashPaid(number, merchant, moved, reference))
        else:
            self.tell(CashRequestDropped(number))

    def free(self, merchant: int) -> int:
        """Return what a merchant may spend."""
        return sum(self.held[merchant]) - self.asked[merchant]

    def take(self, merchant: int, amount: int) -> Holding:
        """Take an amount of what a merchant holds, the lowest rounds first."""
        taken = []
        for place, held in enumerate(self.held[merchant]):
            taken.append(min(held, amount))
            amount -= taken[-1]
            self.held[merchant][place] -= taken[-1]
        return Holding(*taken)

    def wait_until_midnight_of(self, day: date, less: int = 0) -> None:
        """Go to the first instant of a month's first day, or some seconds before."""
        self.now = max(self.now, Month(day.year, day.month).period(MONTREAL).begin - less)


def busy(trade: Trade) -> Trade:
    """Live two months in which each movement of a statement is met; return the same life."""
    trade.sell(1, 1_000_000)
    trade.sell(2, 2_000_000)
    trade.sell(1, 40_000, reason=5)
    trade.settle(SMITH, 100_000)
    trade.spend(BAKER, 30_000)
    trade.spend(SMITH, 9_000)
    trade.wait(20)
    for _ in range(2):  # at the end of January, and in February
        trade.refund(trade.sales[0], 50_000)
        trade.give_back(trade.spendings[0], 1_001)
        trade.pay(BAKER, SMITH, 2_002)
        trade.net(BAKER, 700)
        trade.settle(BAKER, 500)
        trade.lose(BAKER, 60)
        trade.ask(BAKER, 900)
        trade.ask(BAKER, 800)
        trade.close(paid=True)
        trade.sell(1, 12_345, age=9)
        trade.spend(BAKER, 4_000)
        trade.wait_until_midnight_of(date(2026, 2, 1))
    trade.close(paid=False)
    trade.sell(2, 7_777, age=3)
    trade.wait_until_midnight_of(date(2026, 3, 1))
    trade.end_months()
    return trade
