"""The tables of what goes out: what the chain tells must follow from what it told before, to the cent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from endogene_token.errors import LedgerMismatchError
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import Pockets, table_of
from endogene_token.indexer.money_events import (
    CashPaid,
    CashRequestDropped,
    CashRequested,
    CommitmentReturned,
    Committed,
    CurrencyNetted,
    CurrencyPaid,
    CurrencyRecalled,
    CurrencyReclaimed,
    DebtWrittenOff,
    Holding,
    LoanLossBooked,
    MerchantPaid,
    OperatingPaid,
    OutflowRulesPublished,
    PremiumsNetted,
    RedemptionApproved,
    RedemptionBacked,
    RedemptionCompleted,
    RedemptionDropped,
    RedemptionInstalment,
    RedemptionPaid,
    RedemptionRequested,
    RepaymentReceived,
    SaleRecorded,
    SaleUndone,
    ShortfallBorne,
    SpendingReturned,
)
from endogene_token.indexer.project_events import (
    AccountFiled,
    CallOpened,
    CallTerms,
    ClaimLapsed,
    CoFinancingReceived,
    FactAttested,
    FactStated,
    LoanRepaid,
    LoanWrittenOff,
    MentoringAccepted,
    Partner,
    PartnerAdded,
    ProjectAwarded,
    ProjectClosed,
    ProjectCompleted,
    ProjectDrafted,
    ProjectEligible,
    ProjectEvaluated,
    ProjectResumed,
    ProjectSubmitted,
    ProjectSuspended,
    PutToVote,
    ReceivedMoney,
    RelationDeclared,
    TrancheAccounted,
    VoteLost,
)
from endogene_token.indexer.projections import project
from endogene_token.indexer.projections.holdings import Holdings
from endogene_token.indexer.vote_models import Governance
from tests.town import database
from tests.unit.told_money import (
    ACTIVE,
    AMOUNT,
    APPLICANT,
    APPROVED,
    ASKED,
    ATTESTED,
    ATTESTOR,
    AWARDED,
    BAKER,
    BALLOTED,
    CLAIM,
    COMPLETED,
    CREDITED,
    DIRECTOR,
    DONE,
    DRAFTED,
    FOUNDED,
    GIVEN_BACK,
    HASH,
    ISSUE,
    LENT,
    LOST,
    MENTOR,
    PAID,
    PLAN,
    RELEASE,
    REVIEW,
    REVIEWED,
    SMITH,
    SPENT,
    SUBMITTED,
    TERMS,
    UNSPENT,
    claimed,
    held,
    ref,
    spent,
)

RIGHT = {
    "a vote that is lost and won": [*BALLOTED, VoteLost(1, 4), PutToVote(1, 5)],
    "a claim that is rejected, lapses, and is made again": [
        *(*AWARDED, CLAIM, REVIEW._replace(approved=False), claimed(attempt=2)),
        *(ClaimLapsed(1, 0, 1), claimed(attempt=3)),
    ],
    "a return in parts": [
        *(*SPENT, SaleUndone(BAKER, 373), SpendingReturned(1, BAKER, ref(70), 13_333, 373)),
        *(SaleUndone(BAKER, 747), SpendingReturned(1, BAKER, ref(70), 26_667, 747)),
    ],
    "a payment and a netting": [
        *(*SPENT, SaleRecorded(SMITH, 50_000, 1_400)),
        MerchantPaid(BAKER, SMITH, ref(80), held(50_000, 0, 0, 0), 1_400),
        *(SaleRecorded(BAKER, 900, 25), MerchantPaid(SMITH, BAKER, ref(81), held(0, 900, 0, 0), 25)),
        *(PremiumsNetted(BAKER, 900), CurrencyNetted(BAKER, held(0, 0, 900, 0))),
    ],
    "cash": [*ASKED, CurrencyPaid(20_000, ref(6)), CashPaid(1, BAKER, held(20_000, 0, 0, 0), ref(6))],
    "a return of what the reserve has lost": [*LOST, ShortfallBorne(0, 372), *GIVEN_BACK],
    "a completed project stopped, and going on": [
        *(*COMPLETED, ProjectSuspended(1), ProjectResumed(1), *spent(40_000, 70)),
        *(ProjectEvaluated(1, HASH), CurrencyRecalled(1, 50_000), CurrencyReclaimed(1, 50_000, False)),
        ProjectClosed(1, 8, 0, 50_000),
    ],
    "a completed project terminated": [*COMPLETED, *UNSPENT, ProjectClosed(1, 10, 0, AMOUNT)],
    "a completed project terminated while suspended": [
        *(*COMPLETED, ProjectSuspended(1), *UNSPENT, ProjectClosed(1, 10, 0, AMOUNT))
    ],
    "a completed project terminated after its money": [
        *(*DONE, CurrencyRecalled(1, 0), ProjectClosed(1, 10, 0, 0))
    ],
    "an end that returns all": [
        *(*SPENT, CommitmentReturned(1, 30_000), CurrencyRecalled(1, 10_000)),
        *(CurrencyReclaimed(1, 10_000, False), ProjectClosed(1, 10, 30_000, 10_000)),
    ],
    "a loan repaid before it is spent": [
        *(*LENT, RepaymentReceived(50_000, ref(7)), LoanRepaid(1, 50_000, ref(7))),
        *(LoanLossBooked(3_000, 0), LoanWrittenOff(1, 3_000)),
        *(CommitmentReturned(1, 30_000), CurrencyRecalled(1, 60_000), CurrencyReclaimed(1, 7_000, True)),
        *(CurrencyReclaimed(1, 53_000, False), ProjectClosed(1, 11, 30_000, 60_000)),
    ],
}
WRONG: dict[str, list[Event]] = {
    "a shortfall left out": [*LOST, *GIVEN_BACK],
    "a shortfall that is a cent off": [*LOST, ShortfallBorne(0, 373), *GIVEN_BACK],
    "a shortfall of another pocket": [*LOST, ShortfallBorne(372, 0), *GIVEN_BACK],
    "a shortfall told twice": [*LOST, *[ShortfallBorne(0, 372)] * 2, *GIVEN_BACK],
    "a shortfall of a pocket that holds enough": [*SPENT, ShortfallBorne(0, 1), *GIVEN_BACK],
    "a shortfall of no refund": [*SPENT, ShortfallBorne(0, 1)],
    "an end told again": [*DONE, CurrencyRecalled(1, 0), ProjectClosed(1, 7, 0, 0)],
    "a completed project that lapses": [*COMPLETED, *UNSPENT, ProjectClosed(1, 11, 0, AMOUNT)],
    "an evaluated project that is terminated": [
        *(*COMPLETED, ProjectEvaluated(1, HASH), *UNSPENT, ProjectClosed(1, 10, 0, AMOUNT))
    ],
    "an evaluated project that is suspended": [*COMPLETED, ProjectEvaluated(1, HASH), ProjectSuspended(1)],
    "a spending while suspended": [*COMPLETED, ProjectSuspended(1), *spent(1, 70)],
    "rules of what goes out, left out": [*FOUNDED, OutflowRulesPublished(3, TERMS)],
    "a call left out": [*FOUNDED, CallOpened(3, CallTerms(1, 1, 1, 0, 0, 0, 0, 0, HASH))],
    "a project left out": [*FOUNDED, ProjectDrafted(2, 1, APPLICANT, HASH)],
    "a project of no call": [*FOUNDED, ProjectDrafted(1, 2, APPLICANT, HASH)],
    "a partner left out": [*DRAFTED, PartnerAdded(1, 1, Partner(0, 0, False, HASH, HASH))],
    "a relation declared twice": [*DRAFTED, RelationDeclared(1, APPLICANT)],
    "tranches that do not add up": [*DRAFTED, ProjectSubmitted(1, PLAN._replace(tranches=PLAN.tranches[:1]))],
    "lines that do not add up": [*DRAFTED, ProjectSubmitted(1, PLAN._replace(lines=PLAN.lines[:1]))],
    "a fact stated too late": [*SUBMITTED, FactStated(1, 1, 7, HASH)],
    "a fact attested that nobody stated": [*SUBMITTED, FactAttested(1, 1, ATTESTOR)],
    "a fact attested by another": [*SUBMITTED, FactAttested(1, 0, MENTOR)],
    "another mentor": [*SUBMITTED, MentoringAccepted(1, DIRECTOR)],
    "eligible twice": [*BALLOTED, ProjectEligible(1)],
    "another vote lost": [*BALLOTED, VoteLost(1, 5)],
    "an award of another amount": [*BALLOTED, Committed(1, 1), ProjectAwarded(1, 1)],
    "an award that the fund does not tell": [*BALLOTED, ProjectAwarded(1, AMOUNT)],
    "a commitment that nobody asked for": [*BALLOTED, Committed(1, AMOUNT)],
    "an award twice": [*AWARDED, Committed(1, AMOUNT), ProjectAwarded(1, AMOUNT)],
    "a claim whose hash is another's": [*AWARDED, CLAIM._replace(claim_hash=HASH)],
    "a claim of another amount": [*AWARDED, claimed(amount=60_001)],
    "a claim for another payee": [*AWARDED, claimed(payee=APPLICANT)],
    "a claim whose attempt is left out": [*AWARDED, claimed(attempt=2)],
    "a tranche skipped": [*AWARDED, claimed(1)],
    "a claim twice": [*AWARDED, CLAIM, claimed(attempt=2)],
    "a review of another claim": [*AWARDED, CLAIM, REVIEW._replace(claim_hash=HASH)],
    "a review by another": [*AWARDED, CLAIM, REVIEW._replace(reviewer=DIRECTOR)],
    "a release without a review": [*AWARDED, CLAIM, *ISSUE, RELEASE],
    "a release by the reviewer": [*REVIEWED, *ISSUE, RELEASE._replace(releaser=MENTOR)],
    "a release by the applicant": [*REVIEWED, *ISSUE, RELEASE._replace(releaser=APPLICANT)],
    "a release of another amount": [*REVIEWED, *ISSUE, RELEASE._replace(amount=1)],
    "a release without currency": [*REVIEWED, ISSUE[0], RELEASE],
    "a release told as a loan's": [*REVIEWED, ISSUE[0]._replace(is_loan=True), ISSUE[1], RELEASE],
    "a lapse from another state": [*AWARDED, CLAIM, ClaimLapsed(1, 0, 2)],
    "an account that was not filed": [*ACTIVE, TrancheAccounted(1, 0, ref(9), MENTOR)],
    "completed too early": [*ACTIVE, ProjectCompleted(1)],
    "evaluated too early": [*ACTIVE, ProjectEvaluated(1, HASH)],
    "resumed, never suspended": [*ACTIVE, ProjectResumed(1)],
    "a source that serves twice": [
        *(*ACTIVE, CoFinancingReceived(1, ReceivedMoney(5, 0, 1, HASH, HASH, HASH))),
        CoFinancingReceived(1, ReceivedMoney(5, 0, 1, HASH, HASH, HASH)),
    ],
    "a spending beyond the account": [*ACTIVE, *spent(40_000, 70), *spent(20_001, 71, line=1)],
    "a spending beyond its line": [*ACTIVE, *spent(50_001, 70)],
    "a spending on no line": [*ACTIVE, *spent(1, 70, line=2)],
    "an invoice twice": [*ACTIVE, *spent(1, 70), *spent(1, 70)],
    "a premium that is a cent off": [*ACTIVE, *spent(40_000, 70, premium=1_121)],
    "a spending before the release": [*REVIEWED, *spent(1, 70)],
    "a return of more than was spent": [
        *(*SPENT, SaleUndone(BAKER, 1_120), SpendingReturned(1, BAKER, ref(70), 40_001, 1_120))
    ],
    "a return of another premium": [
        *(*SPENT, SaleUndone(BAKER, 374), SpendingReturned(1, BAKER, ref(70), 13_333, 374))
    ],
    "a return of what is asked for in cash": [
        *(*SPENT, CashRequested(1, BAKER, 45_000, 1)),
        *(SaleUndone(BAKER, 280), SpendingReturned(1, BAKER, ref(71), 10_000, 280)),
    ],
    "a payment not from the lowest round": [
        *(*SPENT, SaleRecorded(SMITH, 500, 14), MerchantPaid(BAKER, SMITH, ref(80), held(499, 1, 0, 0), 14))
    ],
    "a payment of more than is held": [
        *(*SPENT, SaleRecorded(SMITH, 50_001, 1_400)),
        MerchantPaid(BAKER, SMITH, ref(80), held(50_001, 0, 0, 0), 1_400),
    ],
    "a netting of more than is owed": [
        *(*SPENT, PremiumsNetted(BAKER, 1_401), CurrencyNetted(BAKER, held(1_401, 0, 0, 0)))
    ],
    "a request of cash left out": [*SPENT, CashRequested(2, BAKER, 1, 1)],
    "a request of more than is free": [*ASKED, CashRequested(2, BAKER, 30_001, 1)],
    "cash paid twice": [
        *(*RIGHT["cash"], CurrencyPaid(20_000, ref(7))),
        CashPaid(1, BAKER, held(20_000, 0, 0, 0), ref(7)),
    ],
    "cash of another amount": [
        *(*ASKED, CurrencyPaid(19_999, ref(6)), CashPaid(1, BAKER, held(19_999, 0, 0, 0), ref(6)))
    ],
    "a request dropped twice": [*ASKED, CashRequestDropped(1), CashRequestDropped(1)],
    "an end that recalls another amount": [
        *(*SPENT, CommitmentReturned(1, 29_999), CurrencyRecalled(1, 10_000)),
        *(CurrencyReclaimed(1, 10_000, False), ProjectClosed(1, 10, 29_999, 10_000)),
    ],
    "an end that leaves currency": [
        *(*SPENT, CommitmentReturned(1, 30_000), CurrencyRecalled(1, 0), ProjectClosed(1, 10, 30_000, 0))
    ],
    "an end in no end's state": [
        *(*SPENT, CommitmentReturned(1, 30_000), CurrencyRecalled(1, 10_000)),
        *(CurrencyReclaimed(1, 10_000, False), ProjectClosed(1, 7, 30_000, 10_000)),
    ],
    "a grant that is repaid": [*ACTIVE, RepaymentReceived(1, ref(7)), LoanRepaid(1, 1, ref(7))],
    "a loan repaid beyond what is owed": [
        *(*LENT, RepaymentReceived(60_001, ref(7)), LoanRepaid(1, 60_001, ref(7)))
    ],
    "a loss in another pocket": [*LENT, LoanLossBooked(1, 1), LoanWrittenOff(1, 1)],
    "a debt in another pocket": [*SPENT, DebtWrittenOff(BAKER, 100, 0)],
    "a debt that is not owed": [*SPENT, DebtWrittenOff(BAKER, 1_401, 1)],
    "a payment out of what was never allowed": [*SPENT, OperatingPaid(1, ref(8))],
    "a redemption left out": [*FOUNDED, RedemptionRequested(2, 1, 0, 100, HASH)],
    "a redemption approved by who attested it": [
        *(*ATTESTED, RedemptionBacked(100), RedemptionApproved(1, b"\1" * 20))
    ],
    "a redemption approved and not attested": [
        *(*CREDITED, RedemptionBacked(100), RedemptionApproved(1, b"\2" * 20))
    ],
    "a redemption backed by another amount": [
        *(*ATTESTED, RedemptionBacked(99), RedemptionApproved(1, b"\2" * 20))
    ],
    "a redemption paid beyond its amount": [
        *(*APPROVED, RedemptionPaid(1, 101, ref(5)), RedemptionInstalment(1, 101, ref(5)))
    ],
    "a redemption paid to another": [
        *(*APPROVED, RedemptionPaid(2, 100, ref(5)), RedemptionInstalment(1, 100, ref(5)))
    ],
    "a redemption complete before it is paid": [*APPROVED, RedemptionCompleted(1)],
    "a redemption that leaves another amount": [*APPROVED, RedemptionDropped(1, 99)],
    "credits paid back that nobody has": [*APPROVED, *PAID, RedemptionCompleted(1)],
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database of which every test takes its own writing back."""
    folder: Path = tmp_path_factory.mktemp("money")
    engine = database(f"sqlite:///{folder / 'ledger.sqlite'}")
    with engine.begin() as connection:
        for model, more in ((Governance, {"governor": bytes(20)}), (Pockets, {})):
            row: dict[str, object] = {column.name: 0 for column in table_of(model).columns}
            connection.execute(table_of(model).insert().values({**row, "only_row": 1, **more}))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def located(told: list[Event]) -> list[tuple[Place, Event]]:
    """Give each event a place of its own, at one instant after all delays."""
    return [(Place(n, HASH, 600, HASH, n), event) for n, event in enumerate(told)]


@pytest.mark.parametrize("name", RIGHT)
def test_what_follows_from_what_was_told_is_taken(connection: Connection, name: str) -> None:
    """Or the refusals below would prove nothing; the balance sheet holds at the end of each."""
    project(connection, located(RIGHT[name]))
    pockets = connection.execute(select(table_of(Pockets))).mappings().one()
    assert pockets["cash"] > 0


@pytest.mark.parametrize("name", WRONG)
def test_a_log_that_is_missing_or_came_twice_is_refused(connection: Connection, name: str) -> None:
    """Nothing is guessed, nothing is written."""
    with pytest.raises(LedgerMismatchError):
        project(connection, located(WRONG[name]))


def test_cash_before_its_time_is_refused(connection: Connection) -> None:
    """The delay of the rulebook, as the request told it."""
    early = [(place._replace(block_time=499), event) for place, event in located(RIGHT["cash"])]
    with pytest.raises(LedgerMismatchError, match="payable"):
        project(connection, early)


def test_a_claim_waits_for_outside_money_in_proportion(connection: Connection) -> None:
    """Law 6: of 60,000 out of 90,000, two thirds of what was sought must have come."""
    sought = [
        event._replace(plan=PLAN._replace(sought=300)) if isinstance(event, ProjectSubmitted) else event
        for event in ACTIVE
    ]
    accounted: list[Event] = [AccountFiled(1, 0, ref(9)), TrancheAccounted(1, 0, ref(9), MENTOR)]
    short, enough = (ReceivedMoney(one, 0, 1, HASH, HASH, HASH) for one in (199, 200))
    with connection.begin_nested() as nested:
        with pytest.raises(LedgerMismatchError, match="co-financed"):
            project(connection, located([*sought, *accounted, CoFinancingReceived(1, short), claimed(1)]))
        nested.rollback()
    project(connection, located([*sought, *accounted, CoFinancingReceived(1, enough), claimed(1)]))


@given(st.lists(st.tuples(st.sampled_from(("earn", "pay", "take")), st.integers(1, 9)), max_size=30))
def test_holdings_move_by_the_lowest_rounds_first(steps: list[tuple[str, int]]) -> None:
    """In step with a merchant's purse of single units, each of which knows its round."""
    holdings, purses = Holdings(), {BAKER: list[int](), SMITH: list[int]()}
    for number, (step, amount) in enumerate(steps):
        payer, other = (BAKER, SMITH) if number % 2 else (SMITH, BAKER)
        purse = sorted(purses[payer])
        if step == "earn":
            holdings.earn(payer, amount)
            purses[payer] += [0] * amount
            continue
        moved, purses[payer] = purse[:amount], purse[amount:]
        told = Holding(*(moved.count(lane) for lane in range(4)))
        if step == "take":
            holdings.take(payer, told)
        else:
            holdings.pay_on(payer, other, told)
            purses[other] += [min(lane + 1, 3) for lane in moved]
    for merchant, purse in purses.items():
        row = holdings._of(merchant)
        assert [row[name] for name in Holding._fields] == [purse.count(lane) for lane in range(4)]
