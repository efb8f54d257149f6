"""The contracts of the money against a plain model of it, whatever happens and in whatever order."""

import os
from collections.abc import Iterator
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from endogene_token.chain.rpc import Rpc
from endogene_token.chain.views import OutflowRules, Pocket
from endogene_token.projects import NO_LOAN, Loan, ProjectState, RedemptionState, TrancheState
from tests.contracts.community_check import differences
from tests.contracts.community_duel import CommunityDuel
from tests.contracts.community_model import DAY
from tests.contracts.community_works import RUNNING, CommunityModel, Work
from tests.contracts.hall import FORGETFUL
from tests.contracts.works import LIMIT
from tests.node.bare_anvil import bare_anvil

RUNS: Final = int(os.environ.get("ENDOGENE_MODEL_RUNS", "14"))  # make deep asks for more
STEPS: Final = 60
BUDGET: Final = 900_000  # minor units
CAPITAL: Final = 400_000
MOST_PROJECTS: Final = 5
# What comes next for a tranche, and now and then something else.
NEXT: Final = {
    TrancheState.LOCKED: ("claim",),
    TrancheState.CLAIMED: ("approve", "approve", "approve", "reject"),
    TrancheState.REVIEWED: ("release",),
    TrancheState.RELEASED: ("file", "accept"),
    TrancheState.REJECTED: ("claim",),
}
ACTS: Final = ("claim", "approve", "reject", "release", "lapse", "file", "accept")
ENDS: Final = ("suspend", "resume", "terminate", "lapse")
data = st.data()
Data = st.DataObject


class CommunityMachine(RuleBasedStateMachine):
    """What may happen to a community's money, in any order."""

    rpc: Rpc

    @initialize(
        floor_bps=st.sampled_from([0, 1_000, 10_000]),
        limit=st.sampled_from([5_000, 10**9]),
        debt=st.sampled_from(Pocket),
        loan=st.sampled_from(Pocket),
    )
    def found(self, floor_bps: int, limit: int, debt: Pocket, loan: Pocket) -> None:
        """Two merchants, one of which has prepaid; members with credits; a project at work."""
        outflows = OutflowRules(floor_bps, 20 * DAY, limit, 10 * DAY, 400 * DAY, debt, loan)
        self.duel = CommunityDuel(self.rpc, outflows, BUDGET)
        self.model, self.works = self.duel.model, self.duel.works
        self.shops = [*self.model.shops]
        self.duel.settle(self.shops[0], CAPITAL, self.duel.fresh())
        self.duel.attest(10_000, self.model.now + 200 * DAY)
        self.duel.purchase(self.shops[1], [(member, 500_000) for member in self.duel.people])
        self.begin((60_000, 40_000), NO_LOAN, 0, 400)
        self.trade()

    def trade(self) -> None:
        """What the rules below go on from: money with both merchants, in three rounds, and a redemption."""
        first, second = self.shops
        for shop, amount in ((first, 20_000), (second, 15_000)):
            self.duel.spend(1, 0, shop, amount, self.duel.fresh())
        for payer, shop in ((first, second), (second, first), (first, second)):
            self.duel.pay(payer, shop, 9_000, self.duel.fresh())
        self.duel.request(self.duel.people[0], 5_000)
        self.duel.attest_redemption(1)

    def begin(self, tranches: tuple[int, ...], loan: Loan, sought: int, days: int) -> None:
        """Award a project, and release its first tranche, as far as the gate lets it."""
        plan = self.works.plan(*tranches, lines=2, sought=sought, loan=loan, days=days)
        project = self.duel.ballot(plan)
        self.duel.award(project)
        for act in ("claim", "approve", "release"):
            if self.model.works[project].state in RUNNING:
                self.duel.step(project, 0, act)

    # ---- purchases and merchants

    @rule(data=data, amount=st.sampled_from([1, 17, 18, 12_345, 400_000, 1_000_000]), size=st.integers(1, 3))
    def purchase(self, data: Data, amount: int, size: int) -> None:
        members = [data.draw(st.sampled_from([0, *self.duel.people])) for _ in range(size)]
        self.duel.purchase(self.shop(data), [(member, amount + i) for i, member in enumerate(members)])

    @precondition(lambda self: self.model.purchases)
    @rule(data=data)
    def refund(self, data: Data) -> None:
        number = data.draw(st.integers(0, len(self.model.purchases) - 1))
        self.duel.refund(number, self.amount(data, self.model.purchases[number].left))

    @rule(data=data, ahead=st.sampled_from([0, 0, 150_000]))
    def settle(self, data: Data, ahead: int) -> None:
        shop = self.shop(data)
        amount = ahead or self.amount(data, self.model.shops[shop].owed)
        self.duel.settle(shop, amount, self.reference(data))

    @rule(data=data, change=st.sampled_from(["suspend", "limit", "kind", "relate"]))
    def change_a_merchant(self, data: Data, change: str) -> None:
        """Seldom for long: what stays closed would hide all the rest."""
        shop = self.shop(data)
        one = self.model.shops[shop]
        if change == "suspend":
            self.duel.suspend_shop(shop)
        elif change == "limit":
            self.duel.limit(shop, LIMIT if one.limit < LIMIT else one.owed + 300)
        elif change == "kind":
            self.duel.kind(shop, 3 if one.kind != 3 else 1)  # 3: of no line
        elif len(self.model.works) > 1:
            self.duel.relate(self.project(data), shop)

    # ---- projects

    @precondition(lambda self: len(self.model.works) < MOST_PROJECTS)
    @rule(
        tranches=st.sampled_from([(30_000,), (50_000, 20_000), (10_000, 10_000, 10_001), (300_000,)]),
        is_loan=st.booleans(),
        sought=st.sampled_from([0, 0, 100_000]),
        days=st.sampled_from([40, 400, 400]),
    )
    def begin_another(self, tranches: tuple[int, ...], is_loan: bool, sought: int, days: int) -> None:
        loan = Loan(self.model.now + 30 * DAY, 30 * DAY, 12) if is_loan else NO_LOAN
        self.begin(tranches, loan, sought, days)

    @precondition(lambda self: self.in_state(ProjectState.BALLOTED))
    @rule(data=data)
    def award_again(self, data: Data) -> None:
        self.duel.award(data.draw(st.sampled_from(self.in_state(ProjectState.BALLOTED))))

    @precondition(lambda self: self.at_work())
    @rule(data=data)
    def go_on(self, data: Data) -> None:
        """The step that comes next."""
        project = data.draw(st.sampled_from(self.at_work()))
        work = self.model.works[project]
        tranche = min(work.accounted, len(work.steps) - 1)
        acts = NEXT.get(work.steps[tranche].state, ("claim",))
        if acts == NEXT[TrancheState.RELEASED]:
            acts = ("accept",) if work.steps[tranche].is_filed else ("file",)
        self.duel.step(project, tranche, data.draw(st.sampled_from(acts)))

    @rule(data=data, act=st.sampled_from(ACTS), tranche=st.integers(0, 2))
    def step_out_of_season(self, data: Data, act: str, tranche: int) -> None:
        """An act on whatever tranche, which its state may not admit."""
        self.duel.step(self.project(data), tranche, act)

    @rule(data=data, amount=st.sampled_from([0, 1, 30_000, 100_000]), again=st.booleans())
    def co_finance(self, data: Data, amount: int, again: bool) -> None:
        used = sorted(self.model.sources)
        source = data.draw(st.sampled_from(used)) if again and used else self.duel.fresh()
        self.duel.co_finance(self.project(data), amount, source)

    @precondition(lambda self: len(self.model.works) > 1)
    @rule(data=data, how=st.sampled_from(ENDS))
    def end(self, data: Data, how: str) -> None:
        self.duel.end(self.project(data), how)

    @precondition(lambda self: any(work.is_loan for work in self.model.works.values()))
    @rule(data=data, writes_off=st.booleans())
    def reduce_a_loan(self, data: Data, writes_off: bool) -> None:
        loans = [n for n, work in self.model.works.items() if work.is_loan and work.state is not None]
        project = data.draw(st.sampled_from([*loans * 4, 1]))
        amount = self.amount(data, self.model.works[project].owed)
        if writes_off:
            self.duel.write_off_loan(project, amount)
        else:
            self.duel.repay(project, amount, self.reference(data))

    # ---- currency

    @precondition(lambda self: self.with_money())
    @rule(data=data, odd=st.integers(0, 9))
    def spend(self, data: Data, odd: int) -> None:
        project = self.project(data) if odd == 0 else data.draw(st.sampled_from(self.with_money()))
        work = self.model.works[project]
        line = 2 if odd == 1 else data.draw(st.integers(0, 1))
        left = work.caps[line] - work.spent[line] if line < len(work.caps) else 1
        amount = self.amount(data, min(work.balance, left) if odd > 3 else max(work.balance, left))
        self.duel.spend(project, line, self.shop(data), amount, self.invoice(data))

    @precondition(lambda self: self.model.invoices)
    @rule(data=data)
    def return_spending(self, data: Data) -> None:
        invoice = data.draw(st.sampled_from([*self.model.invoices]))
        self.duel.return_spending(invoice, self.amount(data, self.model.invoices[invoice].amount))

    @precondition(lambda self: self.holders())
    @rule(data=data, to_itself=st.integers(0, 9))
    def pay(self, data: Data, to_itself: int) -> None:
        payer = data.draw(st.sampled_from(self.holders()))
        [other] = [shop for shop in self.shops if shop != payer]
        amount = self.amount(data, self.free_of(payer))
        self.duel.pay(payer, payer if to_itself == 0 else other, amount, self.invoice(data))

    @precondition(lambda self: self.holders())
    @rule(data=data)
    def net(self, data: Data) -> None:
        shop = data.draw(st.sampled_from(self.holders()))
        one = self.model.shops[shop]
        limits = [one.owed, self.free_of(shop), min(one.owed, self.free_of(shop))]
        self.duel.net(shop, self.amount(data, data.draw(st.sampled_from(limits))))

    @precondition(lambda self: self.holders())
    @rule(data=data)
    def ask_cash(self, data: Data) -> None:
        shop = data.draw(st.sampled_from(self.holders()))
        limits = [self.free_of(shop), self.model.outflows.cash_limit - self.model.shops[shop].requested]
        self.duel.ask_cash(shop, self.amount(data, min(limits)))

    @precondition(lambda self: self.model.asked)
    @rule(data=data, drops=st.integers(0, 4), waits=st.booleans())
    def answer_a_request(self, data: Data, drops: int, waits: bool) -> None:
        """Pay a request once its time has come, or take it back."""
        request = data.draw(st.integers(1, len(self.model.asked)))
        asked = self.model.asked[request - 1]
        if drops == 0:
            self.duel.drop_cash(request)
            return
        if waits and asked.is_open and asked.payable_from > self.model.now:
            self.duel.travel(asked.payable_from)
        self.duel.pay_cash(request, self.reference(data))

    # ---- redemptions, and the cooperative itself

    @rule(data=data)
    def request(self, data: Data) -> None:
        member = data.draw(st.sampled_from(self.duel.people))
        self.duel.request(member, self.amount(data, self.model.credits[member]))

    @precondition(lambda self: self.model.remittances)
    @rule(data=data, odd=st.integers(0, 9))
    def redeem(self, data: Data, odd: int) -> None:
        """The step that comes next, or another one."""
        last = len(self.model.remittances)
        number = data.draw(st.sampled_from([*range(1, last + 1), last, last]))
        one = self.model.remittances[number - 1]
        state = data.draw(st.sampled_from(RedemptionState)) if odd == 0 else one.state
        if odd == 1:
            self.duel.drop_redemption(number)
        elif state is RedemptionState.REQUESTED:
            self.duel.attest_redemption(number)
        elif state is RedemptionState.ATTESTED:
            self.duel.approve(number, one.amount + (odd == 2))
        else:
            self.duel.pay_redemption(number, self.amount(data, one.amount - one.paid), self.reference(data))

    @rule(data=data, allows=st.booleans())
    def operate(self, data: Data, allows: bool) -> None:
        if allows:
            self.duel.allow_operating(self.amount(data, self.model.operations - self.model.allowed))
        else:
            self.duel.pay_operating(self.amount(data, self.model.allowed), self.reference(data))

    @rule(data=data)
    def write_off_debt(self, data: Data) -> None:
        shop = self.shop(data)
        self.duel.write_off_debt(shop, self.amount(data, self.model.shops[shop].owed))

    @rule(due=st.sampled_from([0, 10_000, 10_000, 250_000]), days=st.sampled_from([20, 200]))
    def attest(self, due: int, days: int) -> None:
        self.duel.attest(due, self.model.now + days * DAY)

    @precondition(lambda self: self.boundaries())
    @rule(data=data, early=st.integers(0, 2))
    def travel(self, data: Data, early: int) -> None:
        """Time jumps to where something changes, or just before: each act takes a second."""
        instant = data.draw(st.sampled_from(self.boundaries()[:3])) - early
        self.duel.travel(max(instant, self.model.now + 1))

    @invariant()
    def both_tell_the_same(self) -> None:
        if hasattr(self, "duel"):
            self.duel.check()

    # ---- what is drawn

    def shop(self, data: Data) -> int:
        return data.draw(st.sampled_from(self.shops))

    def project(self, data: Data) -> int:
        return data.draw(st.sampled_from([*self.model.works]))

    def amount(self, data: Data, limit: int) -> int:
        """Return an amount within a limit, at its edge, or just beyond; seldom nothing."""
        most = max(limit, 0)
        parts = [most, most, most // 2, most // 2, most // 3, most // 7, 1, most + 1, 0]
        return data.draw(st.sampled_from(parts if most else [1, 1, 2, 0]))

    def reference(self, data: Data) -> bytes:
        """Return the bank's reference, which was now and then used already."""
        used = sorted(self.model.references)
        again = data.draw(st.integers(0, 11)) == 0
        return data.draw(st.sampled_from(used)) if again and used else self.duel.fresh()

    def invoice(self, data: Data) -> bytes:
        used = sorted({*self.model.invoices, *self.model.paid_on})
        again = data.draw(st.integers(0, 11)) == 0
        return data.draw(st.sampled_from(used)) if again and used else self.duel.fresh()

    def in_state(self, *states: ProjectState) -> list[int]:
        return [number for number, work in self.model.works.items() if work.state in states]

    def at_work(self) -> list[int]:
        return self.in_state(*RUNNING)

    def with_money(self) -> list[int]:
        return [number for number, work in self.model.works.items() if work.balance]

    def holders(self) -> list[int]:
        return [number for number in self.shops if self.free_of(number)]

    def free_of(self, shop: int) -> int:
        return self.model.shops[shop].held - self.model.shops[shop].requested

    def boundaries(self) -> list[int]:
        """Return the instants to come at which something changes."""
        model = self.model
        found = [model.attested_until, *(one.payable_from for one in model.asked if one.is_open)]
        for work in model.works.values():
            found += [work.expires_at, *self.judging(work)]
        return sorted(one for one in found if one > model.now + 3)

    def judging(self, work: Work) -> list[int]:
        judged = {TrancheState.CLAIMED, TrancheState.REVIEWED}
        return [step.since + self.model.outflows.judging_time for step in work.steps if step.state in judged]


def tampered(model: CommunityModel) -> Iterator[str]:
    """Put one thing of the model wrong at a time, and say which; then put it back."""
    [work, *_], [sale, *_] = model.works.values(), model.invoices.values()
    [shop, other], member = model.shops.values(), max(model.credits)
    for name in ("cash", "reserve", "operations", "free", "allowed", "due", "attested_until"):
        setattr(model, name, getattr(model, name) + 1)
        yield name
        setattr(model, name, getattr(model, name) - 1)
    papers = {
        "shop": (shop, ("owed", "prepaid", "requested")),
        "work": (work, ("promised", "released", "received", "repaid", "written_off", "balance")),
        "sale": (sale, ("amount", "premium", "line")),
        "redemption": (model.remittances[0], ("amount", "paid")),
    }
    for paper, (one, names) in papers.items():
        for name in names:
            setattr(one, name, getattr(one, name) + 1)
            yield f"{paper}.{name}"
            setattr(one, name, getattr(one, name) - 1)
    for what, row in (("rounds", shop.rounds), ("spent", work.spent), ("credits", model.credits)):
        place = member if what == "credits" else 0
        row[place] += 1
        yield what
        row[place] -= 1
    shop.rounds[1], other.rounds[1] = shop.rounds[1] + 1, other.rounds[1] - 1
    yield "from one merchant to the other"
    shop.rounds[1], other.rounds[1] = shop.rounds[1] - 1, other.rounds[1] + 1


def test_a_cent_in_another_place_is_noticed() -> None:
    """The comparison of model and chain can fail, whatever of it is wrong by one."""
    with bare_anvil(*FORGETFUL) as rpc:
        machine = type("OnThisChain", (CommunityMachine,), {"rpc": rpc})()
        machine.found(floor_bps=1_000, limit=5_000, debt=Pocket.FREE, loan=Pocket.FREE)
        duel = machine.duel
        ledger, people = duel.hall.ledger, duel.people
        unnoticed = [what for what in tampered(duel.model) if not differences(ledger, duel.model, people)]
        assert unnoticed == []
        duel.check()


def test_the_contracts_hold_the_money_that_the_model_holds() -> None:
    """Every pocket, account and refusal, after every act: sales, awards, currency, redemptions, losses."""
    with bare_anvil(*FORGETFUL) as rpc:
        machine = type("OnThisChain", (CommunityMachine,), {"rpc": rpc})
        quick = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None)
        run_state_machine_as_test(machine, settings=quick)
