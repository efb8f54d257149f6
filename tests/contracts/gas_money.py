"""What calls, projects, currency, redemptions and outflows cost: real transactions on a steady chain."""

from dataclasses import dataclass, field
from typing import Final

from endogene_token.chain import currency, projects, redemptions
from endogene_token.chain import transactions as tx
from endogene_token.chain.deployment import STANDARD_OUTFLOWS
from endogene_token.chain.transactions import Call
from endogene_token.member_acts import (
    AcceptingAccount,
    AddingPartner,
    Asking,
    AskingCash,
    AttestingFact,
    AttestingPartner,
    Claiming,
    Content,
    DeclaringRelation,
    Drafting,
    Dropping,
    DroppingCash,
    Evaluating,
    FilingAccount,
    Mentoring,
    Netting,
    Paying,
    Pledging,
    Returning,
    Spend,
    StatingFact,
    Submitting,
)
from endogene_token.projects import CoFinancing, Criterion, Loan, OrganisationKind, Spending
from endogene_token.receipts import Purchase, PurchaseBatch, SignedPurchases
from endogene_token.sdk.keys import TillKey
from tests.contracts.gas import RULES, Figures, secret
from tests.contracts.hall import DAY, GENESIS, STEADY, Hall
from tests.contracts.works import BOARD_LIMIT, EVERYTHING, HASH, Works, partner
from tests.node.bare_anvil import bare_anvil
from tests.town import key

FOUNDER: Final = key(9010)
TILL_KEY: Final = TillKey(key(9011).key)
FIRST_KEY: Final = 910_000
MOST_TRANCHES, MOST_LINES, MOST_PARTNERS = 12, 16, 32
AMOUNT: Final = 120_000  # minor units
CASH: Final = 10_000_000


@dataclass
class MoneyMeter:
    """A community of its own, and the figures that its acts gave."""

    works: Works
    hall: Hall
    figures: Figures = field(default_factory=dict)

    def spend(self, who: str, call: Call, what: str) -> None:
        """Have somebody send `call`, and note its gas."""
        self.figures[what] = self.works.by(who, call).gas_used

    def act(self, who: str, subject: int, content: Content, what: str | None = None) -> None:
        """Have a member act, and note its gas under the name of its function."""
        self.spend(who, self.works.act_call(who, subject, content), what or content.ACTION)


def measure_money() -> Figures:
    """Found a community on a chain of its own; return what each act on its money costs."""
    with bare_anvil(*STEADY) as rpc:
        hall = Hall.found(rpc, FOUNDER, RULES)
        founder = dict.fromkeys(("governor", "treasurer", "actuary", "approver"), FOUNDER)
        works = Works.begin(hall.ledger, {**founder, "registrar": hall.registrar}, FIRST_KEY)
        meter = MoneyMeter(works, hall)
        for part in (_rules, _dossier, _tranches, _currency, _endings, _loan, _redemption, _operating):
            part(meter)
        return meter.figures


def _rules(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    baker = works.members["baker"]
    meter.spend(
        "registrar", tx.set_merchant_kind(community, works.members["carpenter"], 2), "setMerchantKind"
    )
    meter.spend("governor", tx.publish_outflow_rules(community, STANDARD_OUTFLOWS), "publishOutflowRules")
    works.by("treasurer", tx.settle_premiums(community, baker, CASH, HASH))
    meter.spend("actuary", tx.attest_due(community, 1_000, GENESIS + 300 * DAY, HASH), "attestDue")
    meter.spend("governor", projects.publish_issues(community, 20, HASH), "publishIssues")


def _dossier(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    terms = works.terms(EVERYTHING, 4 * BOARD_LIMIT)
    meter.spend("governor", projects.open_call(community, terms), "openCall")
    meter.act("applicant", 1, Drafting(HASH))
    meter.act("applicant", 1, StatingFact(Criterion.ISSUE, 1, HASH))
    works.complete(1)
    for number in range(2, MOST_PARTNERS - 1):
        works.act("applicant", 1, AddingPartner(partner(OrganisationKind.ASSOCIATION, number)))
    last = partner(OrganisationKind.ASSOCIATION, MOST_PARTNERS - 1)
    meter.act("applicant", 1, AddingPartner(last), f"addPartner: the {MOST_PARTNERS}nd")
    meter.act("baker", 1, DeclaringRelation(works.members["baker"]))
    works.open_call()
    small = works.draft(2)
    meter.act("applicant", small, Submitting(works.plan(AMOUNT)), "submit: 1 tranche, 1 line")
    plan = works.plan(*[AMOUNT // MOST_TRANCHES] * MOST_TRANCHES, lines=MOST_LINES)
    meter.act("applicant", 1, Submitting(plan), f"submit: {MOST_TRANCHES} tranches, {MOST_LINES} lines")
    meter.act("mentor", 1, Mentoring())
    meter.act("attestor", 1, AttestingFact(Criterion.ISSUE, 1, HASH))
    meter.act("attestor", 1, AttestingPartner(0, works.book.partners(1)[0]))
    for criterion in Criterion:
        if not criterion.is_derived:
            value = 6_000 if criterion is Criterion.MERCHANT_SHARE else 1
            works.act("attestor", 1, AttestingFact(criterion, value, HASH))
    for index, one in enumerate(works.book.partners(1)[1:], 1):
        works.act("attestor", 1, AttestingPartner(index, one))
    meter.spend("treasurer", projects.qualify(community, 1), f"qualify: {MOST_PARTNERS} partners")
    _vote(meter)


def _vote(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    meter.spend("treasurer", works.vote_call(1), "putToVote")
    meter.hall.travel(works.now + 20 * DAY)  # nobody votes
    meter.spend("treasurer", projects.lose_vote(community, 1), "loseVote")
    works.put_to_vote(1)
    meter.spend("governor", works.award_call(1), "award")


def _tranches(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    meter.act("applicant", 1, Claiming(0, HASH))
    meter.spend("mentor", works.review_call(1, 0, approved=False), "review: rejected")
    works.claim(1, 0)
    meter.spend("mentor", works.review_call(1, 0), "review: approved")
    meter.spend("director", works.release_call(1, 0), "release")
    meter.act("applicant", 1, FilingAccount(0, HASH))
    meter.act("mentor", 1, AcceptingAccount(0, HASH))
    meter.act("applicant", 1, Pledging(AMOUNT, HASH, HASH))
    money = CoFinancing(AMOUNT, works.members["attestor"], GENESIS // DAY, HASH, HASH, HASH)
    meter.spend("treasurer", projects.receive_co_financing(community, 1, money), "receiveCoFinancing")
    works.claim(1, 1)
    meter.hall.travel(works.now + STANDARD_OUTFLOWS.judging_time)
    meter.spend("treasurer", projects.lapse_claim(community, 1, 1), "lapseClaim")
    meter.spend("governor", projects.suspend(community, 1), "suspend")
    meter.spend("governor", projects.resume(community, 1), "resume")


def _currency(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    carpenter, baker = works.members["carpenter"], works.members["baker"]
    for number, what in ((1, "spend: the first"), (2, "spend")):
        meter.act("signer", 1, Spend(Spending(1, carpenter, 3_000, 0, reference(number))), what)
    meter.act("carpenter", 1, Returning(reference(1), 1_000))
    for number, what in ((3, "pay: the first"), (4, "pay")):
        meter.act("carpenter", carpenter, Paying(baker, 500, reference(number)), what)
    meter.act("carpenter", carpenter, Netting(10))
    for what in ("requestCash: the first", "requestCash"):
        meter.act("carpenter", carpenter, AskingCash(100), what)
    meter.act("carpenter", carpenter, DroppingCash(2))
    meter.hall.travel(works.now + STANDARD_OUTFLOWS.cash_delay)
    meter.spend("treasurer", currency.pay_cash(community, 1, reference(5)), "payCash")


def _endings(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    meter.spend("governor", projects.terminate(community, 1), f"terminate: {MOST_TRANCHES} tranches")
    call = works.open_call()
    done = works.active(call, works.plan(1_000, days=10))
    works.account_for(done, 0)
    meter.act("attestor", done, Evaluating(HASH))
    meter.hall.travel(works.now + 11 * DAY)
    meter.spend("treasurer", projects.lapse(community, done), "lapse: of an evaluated project")


def _loan(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    schedule = Loan(works.now + 30 * DAY, 30 * DAY, 12)
    loan = works.active(works.open_call(), works.plan(AMOUNT, loan=schedule))
    meter.spend("treasurer", projects.repay_loan(community, loan, 1_000, reference(6)), "repayLoan")
    meter.spend("governor", projects.write_off_loan(community, loan, 1_000), "writeOffLoan")


def _redemption(meter: MoneyMeter) -> None:
    works, community, desk = meter.works, meter.works.ledger.community, meter.works.desk
    member, carpenter = works.members["applicant"], works.members["carpenter"]
    works.by("registrar", tx.enrol_till(community, carpenter, TILL_KEY.address))
    items = tuple(Purchase(member, works.now // DAY, 500_000, secret(i)) for i in range(20))
    batch = PurchaseBatch(1, carpenter, 1, items)
    signed = SignedPurchases(batch, TILL_KEY.sign(batch, works.ledger.domain))
    works.by("treasurer", tx.record_purchases(community, [signed]))
    for what in ("request: the first", "request"):
        meter.act("applicant", 0, Asking(1_000, HASH), what)
        number = desk.count()
        if what == "request":
            break
        meter.act("applicant", 0, Dropping(number))
    steps: dict[str, tuple[str, Call]] = {
        "attest": ("registrar", redemptions.attest(community, number, HASH)),
        "approve": ("approver", redemptions.approve(community, number, 1_000, HASH)),
        "pay: an instalment": ("treasurer", redemptions.pay(community, number, 400, HASH, reference(7))),
        "pay: the last": ("treasurer", redemptions.pay(community, number, 600, HASH, reference(8))),
    }
    for what, (who, call) in steps.items():
        meter.spend(who, call, f"redemption, {what}")
    heirs = redemptions.request_for_heirs(community, member, 1_000, HASH)
    meter.spend("registrar", heirs, "requestForHeirs")


def _operating(meter: MoneyMeter) -> None:
    works, community = meter.works, meter.works.ledger.community
    meter.spend("governor", tx.allow_operating(community, 2_000, HASH), "allowOperating")
    meter.spend("treasurer", tx.pay_operating(community, 1_000, reference(9)), "payOperating")
    carpenter = works.members["carpenter"]
    meter.spend("governor", tx.write_off_debt(community, carpenter, 1_000), "writeOffDebt")


def reference(number: int) -> bytes:
    """Return a commitment without a zero byte."""
    return bytes([0x40 + number]) * 32
