"""One community twice, on the chain and in the model: each act is done in both, and both tell the same."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import count
from typing import Any, Final, TypeVar

from endogene_token.chain import currency, projects, redemptions
from endogene_token.chain import transactions as tx
from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Receipt, Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import (
    OutflowRules,
    Rules,
)
from endogene_token.member_acts import (
    AcceptingAccount,
    Asking,
    AskingCash,
    Claiming,
    Content,
    DeclaringRelation,
    Dropping,
    DroppingCash,
    FilingAccount,
    Netting,
    Paying,
    Returning,
    Spend,
)
from endogene_token.projects import CoFinancing, Instrument, Plan, Spending
from endogene_token.reasons import RefusalReason
from endogene_token.receipts import (
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
    item_proof,
)
from endogene_token.sdk.keys import TillKey
from tests.contracts.assembly_duel import refusal
from tests.contracts.community_check import differences, is_balanced
from tests.contracts.community_model import DAY, Shop, Step
from tests.contracts.community_works import CommunityModel, Work
from tests.contracts.hall import Hall
from tests.contracts.works import HASH, KINDS, LIMIT, PEOPLE, RATE, SHOPS, Works
from tests.town import key

RULES: Final = Rules(30, 60, 1000, 500, 10, 0)
FOUNDER: Final = key(9012)
FIRST_KEY: Final = 912_000
Answer = TypeVar("Answer")


class CommunityDuel:
    """The chain and the model. The founder governs, and holds every role but the registrar's."""

    def __init__(self, rpc: Rpc, outflows: OutflowRules, budget: int) -> None:
        hall = Hall.found(rpc, FOUNDER, RULES)
        officers = dict.fromkeys(("governor", "treasurer", "actuary", "approver", "anyone"), FOUNDER)
        self.hall = hall
        self.works = Works.begin(hall.ledger, {**officers, "registrar": hall.registrar}, FIRST_KEY)
        self.works.by("governor", tx.publish_outflow_rules(self.community, outflows))
        self.model = CommunityModel(RULES, outflows, budget)
        self.names = {self.works.members[name]: name for name in (*PEOPLE, *SHOPS)}
        self.people = [self.works.members[name] for name in PEOPLE]
        self.tills: dict[int, tuple[int, TillKey]] = {}
        self.sequences: dict[int, int] = {}
        self.places: list[tuple[PurchaseBatch, int]] = []
        self._numbers = count(1)
        for till, name in enumerate(SHOPS, 1):
            shop = self.works.members[name]
            self.model.shops[shop] = Shop(RATE, LIMIT, kind=till)
            self.tills[shop] = (till, TillKey(key(FIRST_KEY + 100 + till).key))
            self.sequences[till] = 1
            self.works.by("registrar", tx.enrol_till(self.community, shop, self.tills[shop][1].address))
        self.call = self.works.open_call(budget=budget)
        self.model.now = hall.now

    @property
    def community(self) -> Community:
        return self.hall.ledger.community

    def fresh(self) -> bytes:
        """Return a commitment that nothing has used."""
        return bytes([0xEE]) * 28 + next(self._numbers).to_bytes(4)

    def travel(self, instant: int) -> None:
        self.hall.travel(instant)
        self.model.now = self.hall.now

    # ---- purchases

    def purchase(self, shop: int, items: Sequence[tuple[int, int]]) -> None:
        till, secret = self.tills[shop]
        day = self.model.now // DAY
        rows = tuple(Purchase(member, day, amount, self.fresh()[-16:]) for member, amount in items)
        batch = PurchaseBatch(till, shop, self.sequences[till], rows)
        signed = SignedPurchases(batch, secret.sign(batch, self.hall.ledger.domain))
        call = tx.record_purchases(self.community, [signed])
        if self._both("anyone", call, lambda: self.model.purchase(shop, items)) is not None:
            self.sequences[till] += len(items)
            self.places += [(batch, place) for place in range(len(items))]

    def refund(self, number: int, amount: int) -> None:
        """Refund a part of a purchase; what the contract says of it is what the model says."""
        bought, place = self.places[number]
        till, secret = self.tills[bought.merchant]
        reversal = Reversal(
            *(bought.till, bought.first_sequence + place, amount, self.model.now // DAY, self.fresh()[-16:]),
            purchase_batch=bought.first_sequence,
        )
        batch = ReversalBatch(till, bought.merchant, self.sequences[till], (reversal,))
        signed = SignedReversals(batch, secret.sign(batch, self.hall.ledger.domain))
        call = tx.reverse_purchases(self.community, [signed], [[item_proof(bought.words(), place)]])
        done = self._both("anyone", call, lambda: self.model.refund(number, amount))
        if done is not None:
            self.sequences[till] += 1
            [event] = Sender(self.hall.ledger, FOUNDER).events(done[0])[-1:]
            assert RefusalReason(event.arguments.get("reason", 0)) is done[1]

    def settle(self, shop: int, amount: int, reference: bytes) -> None:
        call = tx.settle_premiums(self.community, shop, amount, reference)
        self._both("treasurer", call, lambda: self.model.settle(shop, amount, reference))

    # ---- the register

    def suspend_shop(self, shop: int) -> None:
        """Suspend a merchant, or reinstate it."""
        one = self.model.shops[shop]
        change = tx.reinstate_merchant if one.is_suspended else tx.suspend_merchant
        self.works.by("registrar", change(self.community, shop))
        one.is_suspended = not one.is_suspended

    def limit(self, shop: int, limit: int) -> None:
        self.works.by("treasurer", tx.set_limits(self.community, shop, limit, 10**9))
        self.model.shops[shop].limit = limit

    def kind(self, shop: int, kind: int) -> None:
        self.works.by("registrar", tx.set_merchant_kind(self.community, shop, kind))
        self.model.shops[shop].kind = kind

    def relate(self, project: int, member: int) -> None:
        self._act(member, project, DeclaringRelation(member), lambda: None)
        self.model.works[project].related.add(member)

    # ---- projects

    def ballot(self, plan: Plan) -> int:
        """Bring a project as far as the vote."""
        number = self.works.eligible(self.call, plan)
        self.works.put_to_vote(number)
        self.model.now = self.hall.now
        self.model.works[number] = Work(
            steps=[Step(one.amount) for one in plan.tranches],
            caps=[one.amount for one in plan.lines],
            kinds=KINDS,
            sought=plan.sought,
            is_loan=plan.instrument is Instrument.LOAN,
            expires_at=plan.expires_at,
            related={self.works.members["applicant"], self.works.members["signer"]},
        )
        return number

    def award(self, project: int) -> None:
        call = projects.award(self.community, project, self.model.works[project].amount)
        self._both("governor", call, lambda: self.model.award(project))

    def end(self, project: int, how: str) -> None:
        """Suspend, resume, terminate or lapse a project."""
        call = getattr(projects, how)(self.community, project)
        who = "anyone" if how == "lapse" else "governor"
        self._both(who, call, lambda: getattr(self.model, how)(project))

    def co_finance(self, project: int, amount: int, source: bytes) -> None:
        money = CoFinancing(amount, 0, self.model.now // DAY, HASH, source, HASH)
        call = projects.receive_co_financing(self.community, project, money)
        self._both("treasurer", call, lambda: self.model.co_finance(project, amount, source))

    def step(self, project: int, tranche: int, act: str) -> None:
        """Do what may be done with a tranche."""
        model, works = self.model, self.works
        applicant, mentor = (works.members[name] for name in ("applicant", "mentor"))
        if act == "claim":
            self._act(applicant, project, Claiming(tranche, HASH), lambda: model.claim(project, tranche))
        elif act in {"approve", "reject"}:
            ok = act == "approve"
            call = works.review_call(project, tranche, approved=ok)
            self._both("mentor", call, lambda: model.review(project, tranche, approved=ok))
        elif act == "release":
            call = works.release_call(project, tranche)
            self._both("director", call, lambda: model.release(project, tranche))
        elif act == "lapse":
            call = projects.lapse_claim(self.community, project, tranche)
            self._both("anyone", call, lambda: model.lapse_claim(project, tranche))
        elif act == "file":
            filing = FilingAccount(tranche, HASH)
            self._act(applicant, project, filing, lambda: model.file_account(project, tranche))
        else:
            accepting = AcceptingAccount(tranche, HASH)
            self._act(mentor, project, accepting, lambda: model.accept_account(project, tranche))

    def repay(self, project: int, amount: int, reference: bytes) -> None:
        call = projects.repay_loan(self.community, project, amount, reference)
        self._both("treasurer", call, lambda: self.model.repay(project, amount, reference))

    def write_off_loan(self, project: int, amount: int) -> None:
        call = projects.write_off_loan(self.community, project, amount)
        self._both("governor", call, lambda: self.model.write_off_loan(project, amount))

    # ---- currency

    def spend(self, project: int, line: int, shop: int, amount: int, invoice: bytes) -> None:
        content = Spend(Spending(project, shop, amount, line, invoice))
        signer = self.works.members["signer"]
        self._act(signer, project, content, lambda: self.model.spend(project, line, shop, amount, invoice))

    def return_spending(self, invoice: bytes, amount: int) -> None:
        shop = self.model.invoices[invoice].shop
        content = Returning(invoice, amount)
        self._act(shop, 0, content, lambda: self.model.return_spending(invoice, amount))

    def pay(self, payer: int, shop: int, amount: int, invoice: bytes) -> None:
        content = Paying(shop, amount, invoice)
        self._act(payer, payer, content, lambda: self.model.pay(payer, shop, amount, invoice))

    def net(self, shop: int, amount: int) -> None:
        self._act(shop, shop, Netting(amount), lambda: self.model.net(shop, amount))

    def ask_cash(self, shop: int, amount: int) -> None:
        self._act(shop, shop, AskingCash(amount), lambda: self.model.ask_cash(shop, amount))

    def drop_cash(self, request: int) -> None:
        shop = self.model.asked[request - 1].shop
        self._act(shop, shop, DroppingCash(request), lambda: self.model.drop_cash(request))

    def pay_cash(self, request: int, reference: bytes) -> None:
        call = currency.pay_cash(self.community, request, reference)
        self._both("treasurer", call, lambda: self.model.pay_cash(request, reference))

    # ---- redemptions, and the cooperative itself

    def request(self, member: int, amount: int) -> None:
        payee = self.fresh()
        self._act(member, 0, Asking(amount, payee), lambda: self.model.request(member, amount, payee))

    def attest_redemption(self, number: int) -> None:
        call = redemptions.attest(self.community, number, HASH)
        self._both("registrar", call, lambda: self.model.attest_redemption(number))

    def approve(self, number: int, amount: int) -> None:
        call = redemptions.approve(self.community, number, amount, self.model.remittances[number - 1].payee)
        self._both("approver", call, lambda: self.model.approve(number, amount))

    def pay_redemption(self, number: int, amount: int, reference: bytes) -> None:
        payee = self.model.remittances[number - 1].payee
        call = redemptions.pay(self.community, number, amount, payee, reference)
        self._both("treasurer", call, lambda: self.model.pay_redemption(number, amount, reference))

    def drop_redemption(self, number: int) -> None:
        member = self.model.remittances[number - 1].member
        self._act(member, 0, Dropping(number), lambda: self.model.drop_redemption(number))

    def attest(self, due: int, until: int) -> None:
        call = tx.attest_due(self.community, due, until, HASH)
        self._both("actuary", call, lambda: self.model.attest(due, until))

    def allow_operating(self, amount: int) -> None:
        call = tx.allow_operating(self.community, amount, HASH)
        self._both("governor", call, lambda: self.model.allow_operating(amount))

    def pay_operating(self, amount: int, reference: bytes) -> None:
        call = tx.pay_operating(self.community, amount, reference)
        self._both("treasurer", call, lambda: self.model.pay_operating(amount, reference))

    def write_off_debt(self, shop: int, amount: int) -> None:
        call = tx.write_off_debt(self.community, shop, amount)
        self._both("governor", call, lambda: self.model.write_off_debt(shop, amount))

    # ---- the comparison

    def check(self) -> None:
        """Compare every pocket, account, holding, project and paper."""
        assert differences(self.hall.ledger, self.model, self.people) == []
        assert is_balanced(self.model)

    def _act(self, member: int, subject: int, content: Content, expected: Callable[[], object]) -> None:
        call = self.works.act_call(self.names[member], subject, content)
        self._both(self.names[member], call, expected)

    def _both(self, who: str, call: Call, expected: Callable[[], Answer]) -> tuple[Receipt, Answer] | None:
        """Send `call`, and do the same in the model; None when both refuse, for the same reason."""
        done: list[Any] = []
        met = refusal(lambda: done.append(self.works.by(who, call)))
        self.model.now = self.hall.now
        before = deepcopy(vars(self.model))
        wanted = refusal(lambda: done.append(expected()))
        if wanted is not None:
            vars(self.model).update(before)
        assert met == wanted
        return None if met else (done[0], done[1])
