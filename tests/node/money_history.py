"""A year of money out and back, with every event of book, currency, desk and what leaves the fund."""

from endogene_token.ballots import Choice
from endogene_token.bylaws import Kind
from endogene_token.chain import currency as cu
from endogene_token.chain import projects as pj
from endogene_token.chain import redemptions as rd
from endogene_token.chain import transactions as tx
from endogene_token.chain.views import Admission, Category, MemberKind, OutflowRules, Pocket, Role
from endogene_token.member_acts import (
    AddingPartner,
    Asking,
    AskingCash,
    AttestingFact,
    AttestingPartner,
    DeclaringRelation,
    Dropping,
    DroppingCash,
    Evaluating,
    Mentoring,
    Netting,
    Pledging,
    Returning,
    StatingFact,
    Submitting,
)
from endogene_token.projects import (
    CallTerms,
    Criterion,
    Line,
    Loan,
    OrganisationKind,
    Partner,
    bits_of,
)
from tests.node.history import NOBODY, History
from tests.node.money import ACTUARY, APPROVER, CRAFT, DAY_SECONDS, FOOD, Money
from tests.node.vote_history import COLLEGES, END
from tests.node.votes import Votes
from tests.town import ALICE, BAKERY, BASILE, CHLOE, FOREVER, GROCER, GROCER_TILL, TILL_CAP, Town, key

CARPENTER = 10  # who joins after the people of `history`
PARTNER = 6  # an organisation of theirs
STRICT, PLAIN = 1, 2  # the calls
GREENHOUSE, OVEN, CART, SHED, BENCH, TOOLS, ROOF = range(1, 8)  # the projects
OUTFLOWS = OutflowRules(
    coverage_floor_bps=2_000,
    cash_delay=10 * DAY_SECONDS,
    cash_limit=2**64 - 1,
    judging_time=30 * DAY_SECONDS,
    longest_attestation=400 * DAY_SECONDS,
    debt_pocket=Pocket.RESERVE,
    loan_pocket=Pocket.FREE,
)
BOTH = 1 << FOOD | 1 << CRAFT
STATED = [one for one in Criterion if not one.is_derived]
MOST = 2**64 - 1
LEFT = 600  # in operations and in the reserve, when the first of the refunds comes that they lack


def prepare(town: Town) -> None:
    """The founder's part, before the handover: officers, kinds of merchants, rules, issues, two calls."""
    community, closes_at = town.community, 2**40
    text = b"\x1a" * 32
    strict = CallTerms(10**9, closes_at, CHLOE, bits_of(Criterion), 3, 2, 5_000, 20_000, text)
    joiner = Admission(
        MemberKind.ORGANISATION, Category.USER, 0, FOREVER, bytes.fromhex(key(210).address[2:])
    )
    town.do(
        tx.grant_role(community, Role.ACTUARY, ACTUARY.address, END),
        tx.grant_role(community, Role.APPROVER, APPROVER.address, END),
        tx.admit_members(community, [joiner]),
        tx.enrol_merchant(community, CARPENTER, 280, 2**40, TILL_CAP),
        tx.set_merchant_kind(community, GROCER, FOOD),
        tx.set_merchant_kind(community, CARPENTER, CRAFT),
        tx.publish_outflow_rules(community, OUTFLOWS),
        pj.publish_issues(community, 17, text),
        pj.publish_issues(community, 20, text),
        pj.open_call(community, strict),
        pj.open_call(community, CallTerms(MOST, MOST, CHLOE, 0, 0, 0, 0, 0, text)),
    )
    assert town.ledger.member_count() == CARPENTER


def spend(votes: Votes, history: History) -> Money:
    """Live through everything; what is left stands in each state."""
    money = _people(votes)
    _attest(money, 250_000)
    _dossiers(money)
    lost = money.put_to_vote((GREENHOUSE,), Choice.AGAINST)
    votes.wait_until_counted(lost)
    money.do(pj.lose_vote(votes.town.community, GREENHOUSE))
    money.carry_out(money.put_to_vote((GREENHOUSE, OVEN, CART, TOOLS, ROOF), Choice.FOR))
    _first_tranches(money)
    _rounds(money)
    _cash(money)
    _second_tranche(money)
    _loan(money)
    _redemptions(money)
    _ends(money)
    _shortfalls(money, history)
    return money


def _people(votes: Votes) -> Money:
    last = votes.town.ledger.member_count()
    first = last - len(COLLEGES) + 1
    users, workers, supporting = (
        range(first, first + 6),
        range(first + 6, first + 10),
        range(last - 2, last + 1),
    )
    keys = {**votes.voters, ALICE: key(201), CHLOE: key(203), BAKERY: key(204), GROCER: key(205)}
    return Money(
        votes,
        {**keys, CARPENTER: key(210)},
        applicant=users[5],
        signer=users[3],
        mentor=supporting[1],
        releaser=users[0],
        board=(users[0], users[1], workers[1], workers[3]),
    )


def _attest(money: Money, due: int) -> None:
    until = money.now + 390 * DAY_SECONDS
    money.do(tx.attest_due(money.votes.town.community, due, until, money.mark()), by=ACTUARY)


def _dossiers(money: Money) -> None:
    """One that proves everything; four that a call asks nothing of; a draft and one that nobody votes on."""
    lines = (Line(250_000, BOTH), Line(50_000, 1 << CRAFT))
    assert _proven(money, lines) == GREENHOUSE
    loan = Loan(money.now + 20 * DAY_SECONDS, 30 * DAY_SECONDS, 3)
    assert money.eligible(PLAIN, money.plan(60_000, 30_000, days=300, loan=loan)) == OVEN
    assert money.eligible(PLAIN, money.plan(50_000, days=120)) == CART
    assert money.draft(PLAIN) == SHED
    for pledge in (1, MOST, MOST):  # anyone may say any amount
        money.act(money.applicant, SHED, Pledging(pledge, money.mark(), money.mark()))
    assert money.eligible(PLAIN, money.plan(MOST, days=9)) == BENCH
    assert money.eligible(PLAIN, money.plan(25_000, 15_000, days=3_000)) == TOOLS
    assert money.eligible(PLAIN, money.plan(10_000, days=3_000, loan=loan)) == ROOF


def _proven(money: Money, lines: tuple[Line, ...]) -> int:
    project = money.draft(STRICT)
    kinds = (OrganisationKind.COOPERATIVE, OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.COOPERATIVE)
    partners = [
        Partner(kind, PARTNER if n == 0 else 0, False, money.mark(), money.mark())
        for n, kind in enumerate(kinds)
    ]
    for partner in partners:
        money.act(money.applicant, project, AddingPartner(partner))
    facts = {one: (6_000 if one is Criterion.MERCHANT_SHARE else 1, money.mark()) for one in STATED}
    money.act(money.applicant, project, StatingFact(Criterion.ISSUE, 20, money.mark()))  # stated again below
    for criterion, stated in facts.items():
        money.act(money.applicant, project, StatingFact(criterion, *stated))
    money.act(
        money.applicant,
        project,
        Submitting(money.plan(100_000, 200_000, days=200, lines=lines, sought=600_000)),
    )
    money.act(money.mentor, project, Mentoring())
    for index, partner in enumerate(partners):
        money.act(CHLOE, project, AttestingPartner(index, partner))
    for criterion, stated in facts.items():
        money.act(CHLOE, project, AttestingFact(criterion, *stated))
    money.do(pj.qualify(money.votes.town.community, project))
    money.act(CHLOE, project, DeclaringRelation(BAKERY))
    return project


def _first_tranches(money: Money) -> None:
    """A claim is rejected, the next one lapses, the third is paid."""
    rejected = money.claim(GREENHOUSE, 0)
    money.review(GREENHOUSE, 0, rejected, approved=False)
    money.claim(GREENHOUSE, 0)
    for project in (OVEN, TOOLS, ROOF):
        money.release(project, 0)
    money.account(TOOLS, 0)
    money.claim(TOOLS, 1)
    money.claim(CART, 0)
    money.wait_days(31)
    money.do(pj.lapse_claim(money.votes.town.community, GREENHOUSE, 0))
    money.release(GREENHOUSE, 0)


def _rounds(money: Money) -> None:
    """From project to grocer and carpenter, then among the merchants, up to the fourth round."""
    money.spend(GREENHOUSE, 0, GROCER, 60_000)
    money.spend(GREENHOUSE, 0, CARPENTER, 30_000)
    planks = money.spend(GREENHOUSE, 1, CARPENTER, 10_000)
    for amount in (3_333, 1_667):
        money.act(CARPENTER, GREENHOUSE, Returning(planks, amount))
    money.spend(OVEN, 0, GROCER, 20_000)
    money.spend(TOOLS, 0, CARPENTER, 5_001)
    money.pay(CARPENTER, GROCER, 9_000)
    money.pay(GROCER, BAKERY, 84_000)  # of its first round and of its second
    money.pay(BAKERY, CARPENTER, 82_000)
    money.pay(CARPENTER, GROCER, 100_500)  # of every round


def _cash(money: Money) -> None:
    """Netted; asked for in cash: paid, dropped, and open still."""
    money.spend(GREENHOUSE, 0, CARPENTER, 5_000)
    money.act(CARPENTER, CARPENTER, Netting(500))
    money.act(GROCER, GROCER, AskingCash(70_000))
    money.act(GROCER, GROCER, AskingCash(1_000))
    money.act(GROCER, GROCER, DroppingCash(2))
    money.act(BAKERY, BAKERY, AskingCash(700))
    money.wait_days(11)
    money.do(cu.pay_cash(money.votes.town.community, 1, money.mark()))


def _second_tranche(money: Money) -> None:
    """Outside money comes, in cash and in kind; the project completes, spends on, and is evaluated."""
    last = money.votes.town.ledger.member_count()
    money.receive(GREENHOUSE, 150_000)
    money.receive(GREENHOUSE, 60_000, valuer=last)
    money.account(GREENHOUSE, 0)
    money.release(GREENHOUSE, 1)
    money.account(GREENHOUSE, 1)
    money.spend(GREENHOUSE, 0, GROCER, 40_000)


def _loan(money: Money) -> None:
    """Repaid in part, lost in part, ended; debts and operations go by resolution, too.

    Suspended and resumed before, as is a project that is completed, which is evaluated after.
    """
    community, do = money.votes.town.community, money.do
    money.resolve(Kind.OFFICE, *(pj.suspend(community, one) for one in (OVEN, GREENHOUSE)))
    do(
        pj.repay_loan(community, OVEN, 30_000, money.mark()),
        pj.repay_loan(community, ROOF, 1_000, money.mark()),
    )
    losses = (pj.write_off_loan(community, OVEN, 5_000), tx.write_off_debt(community, CARPENTER, 300))
    money.resolve(Kind.SPENDING, *losses, tx.allow_operating(community, 1_000, money.mark()))
    do(tx.pay_operating(community, 600, money.mark()))
    money.resolve(Kind.OFFICE, *(pj.resume(community, one) for one in (OVEN, GREENHOUSE)))
    money.act(CHLOE, GREENHOUSE, Evaluating(money.mark()))
    money.resolve(Kind.OFFICE, pj.terminate(community, OVEN))


def _redemptions(money: Money) -> None:
    """Paid in two instalments; to heirs, paid in part and dropped; attested and open; dropped at once."""
    town, registrar = money.votes.town, money.votes.registrar
    community, payee = town.community, b"\x0b" * 32
    half = town.ledger.account(ALICE).balance // 2
    money.act(ALICE, 0, Asking(half, payee))
    money.do(rd.attest(community, 1, money.mark()), by=registrar)
    money.do(rd.approve(community, 1, half, payee), by=APPROVER)
    for part in (half // 3, half - half // 3):
        money.do(rd.pay(community, 1, part, payee, money.mark()))
    money.do(rd.request_for_heirs(community, BASILE, 100, payee), by=registrar)
    money.do(rd.attest(community, 2, money.mark()), by=registrar)
    money.do(rd.approve(community, 2, 100, payee), by=APPROVER)
    money.do(rd.pay(community, 2, 40, payee, money.mark()))
    money.do(rd.drop(community, 2), by=registrar)
    money.act(CHLOE, 0, Asking(77, payee))
    money.do(rd.attest(community, 3, money.mark()), by=registrar)
    money.act(ALICE, 0, Asking(1, payee))
    money.act(ALICE, 0, Dropping(4))
    money.do(rd.request_for_heirs(community, BASILE, 50, payee), by=registrar)
    money.do(rd.attest(community, 5, money.mark()), by=registrar)
    money.do(rd.approve(community, 5, 50, payee), by=APPROVER)
    money.do(rd.pay(community, 5, 20, payee, money.mark()))


def _ends(money: Money) -> None:
    """What nobody used returns, be the project done or not."""
    community = money.votes.town.community
    money.votes.wait_until(money.projects.project(CART).expires_at)
    money.do(pj.lapse(community, CART))
    _attest(money, 300_000)
    money.votes.wait_until(money.projects.project(GREENHOUSE).expires_at)
    money.do(pj.lapse(community, GREENHOUSE))


def _shortfalls(money: Money, history: History) -> None:
    """Operations are paid, the reserve bears a debt; refunds and a return then take what neither holds."""
    community, today = money.votes.town.community, history.today
    sold = history.buy(GROCER_TILL, (NOBODY, today, 40_000), *[(ALICE, today, TILL_CAP)] * 60)
    invoice = money.spend(TOOLS, 0, GROCER, 4_000)
    held = history.ledger.balance_sheet()
    allowance = tx.allow_operating(community, held.operations - 900, money.mark())
    loss = tx.write_off_debt(community, GROCER, held.reserve - LEFT)
    money.resolve(Kind.MAJOR_SPENDING, loss, allowance)
    money.do(tx.pay_operating(community, held.operations - LEFT, money.mark()))
    for sequence, amount in ((sold + 1, 900_000), (sold + 1, 100_000), (sold, 30_000)):
        history.refund(GROCER_TILL, (GROCER_TILL, sold, sequence, amount))
    money.act(GROCER, TOOLS, Returning(invoice, 4_000))
