"""The relay of what members sign for projects, project currency and redemptions, on a real chain."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from eth_hash.auto import keccak
from sqlmodel import SQLModel

from endogene_token.chain.acts import take
from endogene_token.chain.currency import Currency
from endogene_token.chain.redemptions import Redemptions
from endogene_token.chain.wallet import Wallet
from endogene_token.errors import ActNumberError, NodeAnswerError
from endogene_token.member_acts import (
    AcceptingAccount,
    AddingPartner,
    Asking,
    AskingCash,
    AttestingFact,
    AttestingPartner,
    Claiming,
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
    Releasing,
    Returning,
    Reviewing,
    Spend,
    StatingFact,
    Submitting,
)
from endogene_token.projects import (
    Criterion,
    OrganisationKind,
    Partner,
    ProjectState,
    RedemptionState,
    Spending,
)
from tests.node.member_relay import EASY, STRICT, Deeds, awarded, funded, money_town
from tests.node.money import Money
from tests.town import ALICE, BAKERY, CHLOE, GROCER, database

TEXT = keccak(b"Une serre")
DONE = ("done", None)


@pytest.fixture(scope="module")
def money() -> Iterator[Money]:
    with money_town() as opened:
        yield opened


@pytest.fixture
def deeds(money: Money, database_url: str) -> Iterator[Deeds]:
    engine = database(database_url)
    yield Deeds(money, engine)
    engine.dispose()


def test_a_dossier_is_drafted_proven_and_filed(deeds: Deeds, money: Money) -> None:
    """Everything that applicant, mentor and attestor sign; a draft's answer is the project's number."""
    applicant = money.applicant
    draft = deeds.send(applicant, STRICT, Drafting(TEXT))
    deeds.exhaust()
    project = deeds.fate(draft).number
    assert project == money.projects.count()
    town_hall = Partner(OrganisationKind.LOCAL_AUTHORITY, 0, False, money.mark(), money.mark())
    issue, evidence = Criterion.ISSUE, money.mark()
    for member, content in (
        (applicant, AddingPartner(town_hall)),
        (applicant, StatingFact(issue, 4, evidence)),
        (applicant, Pledging(2**64 - 1, money.mark(), money.mark())),
        (applicant, Submitting(money.plan(40_000, days=90))),
        (money.mentor, Mentoring()),
        (CHLOE, AttestingPartner(0, town_hall)),
        (CHLOE, AttestingFact(issue, 4, evidence)),
        (CHLOE, DeclaringRelation(BAKERY)),
    ):
        row = deeds.send(member, project, content)
        deeds.exhaust()
        assert deeds.told(row) == DONE, content.ACTION
        assert len(deeds.fate(row).transaction or b"") == 32
    assert money.projects.project(project).state is ProjectState.SUBMITTED
    assert money.projects.missing(project) == frozenset()


def test_money_is_claimed_released_spent_and_accounted_for(deeds: Deeds, money: Money) -> None:
    """Each by the member whose part it is; the claim that is released is the one that was reviewed."""
    project = awarded(money, 30_000)
    claim = deeds.send(money.applicant, project, Claiming(0, money.mark()))
    deeds.exhaust()
    assert deeds.told(claim) == DONE
    standing = money.projects.progress(project, 0).claim
    deeds.send(money.mentor, project, Reviewing(standing, True))
    deeds.exhaust()
    deeds.send(money.releaser, project, Releasing(standing))
    deeds.exhaust()
    invoice, account = money.mark(), money.mark()
    steps = [
        deeds.send(money.signer, project, Spend(Spending(project, BAKERY, 12_000, 0, invoice))),
        deeds.send(money.applicant, project, FilingAccount(0, account)),
    ]
    deeds.exhaust()
    steps += [
        deeds.send(BAKERY, project, Returning(invoice, 2_000)),
        deeds.send(money.mentor, project, AcceptingAccount(0, account)),
    ]
    deeds.exhaust()
    steps.append(deeds.send(CHLOE, project, Evaluating(money.mark())))
    deeds.exhaust()
    assert [deeds.told(one) for one in steps] == [DONE] * 5
    assert money.projects.project(project).state is ProjectState.EVALUATED
    assert Currency(money.votes.town.ledger).spent_of_line(project, 0) == 10_000


def test_merchants_pay_ask_for_cash_and_a_member_for_credits(deeds: Deeds, money: Money) -> None:
    """A request tells its number; each contract counts a member's acts for itself."""
    ledger = money.votes.town.ledger
    money.spend(funded(money, 9_000), 0, BAKERY, 9_000)
    paid = deeds.send(BAKERY, BAKERY, Paying(GROCER, 4_000, money.mark()))
    asked = deeds.queue(deeds.signed(BAKERY, BAKERY, AskingCash(1_000), ahead=1))
    retired = deeds.send(ALICE, 0, Asking(500, money.mark()))
    deeds.exhaust()
    assert [deeds.told(one) for one in (paid, asked, retired)] == [DONE] * 3
    number, redemption = deeds.fate(asked).number, deeds.fate(retired).number
    assert number == Currency(ledger).request_count()
    assert redemption == Redemptions(ledger).count()
    dropped = [
        deeds.send(BAKERY, BAKERY, DroppingCash(number)),
        deeds.send(GROCER, GROCER, Netting(50)),
        deeds.send(ALICE, 0, Dropping(redemption)),
    ]
    deeds.exhaust()
    assert [deeds.told(one) for one in dropped] == [DONE] * 3
    assert Redemptions(ledger).redemption(redemption).state is RedemptionState.DROPPED


def test_what_a_contract_refuses_is_told_and_may_be_sent_again(deeds: Deeds, money: Money) -> None:
    """A merchant nets more than it owes, then owes more: the very same act goes through."""
    project = funded(money, 400_000)
    owed = money.votes.town.ledger.merchant_account(GROCER).owed
    netting = deeds.signed(GROCER, GROCER, Netting(owed + 10))
    row = deeds.queue(netting)
    deeds.exhaust()
    assert deeds.told(row) == ("refused", "more-than-owed")
    money.spend(project, 0, GROCER, 300_000)  # its premium is more than 10
    assert deeds.queue(netting).digest == row.digest
    deeds.exhaust()
    assert deeds.told(row) == DONE


def test_acts_of_a_member_go_in_the_order_of_their_numbers(deeds: Deeds, money: Money) -> None:
    """Two may wait together; one that skips a number is refused at once, and changes nothing."""
    first, second = (deeds.signed(money.applicant, EASY, Drafting(TEXT), ahead=n) for n in range(2))
    with pytest.raises(ActNumberError) as refused:
        deeds.queue(second)
    assert (refused.value.actual, refused.value.limit) == (second.act.nonce, first.act.nonce)
    rows = [deeds.queue(one) for one in (first, second)]
    deeds.exhaust()
    assert [deeds.told(one) for one in rows] == [DONE] * 2
    numbers = [deeds.fate(one).number for one in rows]
    assert numbers == [money.projects.count() - 1, money.projects.count()]


def test_an_act_behind_a_refused_one_is_refused_too(deeds: Deeds, money: Money) -> None:
    """The number of the first was not used up: the second cannot follow it."""
    missing = deeds.send(GROCER, GROCER, Netting(2**63))
    behind = deeds.queue(deeds.signed(GROCER, GROCER, AskingCash(1), ahead=1))
    deeds.exhaust()
    assert deeds.told(missing)[0] == "refused"
    assert deeds.told(behind) == ("refused", "act-number")


def test_an_act_that_is_done_already_is_found_on_the_chain(deeds: Deeds, money: Money) -> None:
    """Sent by another way, or just before a kill: the logs tell what became of it, and nothing is sent."""
    town = money.votes.town
    signed = [deeds.signed(money.applicant, EASY, Drafting(TEXT), ahead=n) for n in range(2)]
    rows = [deeds.queue(one) for one in signed]
    town.do(*(take(town.community, one.act, one.signature) for one in signed))
    before = town.ledger.head()
    deeds.exhaust()
    assert town.ledger.head() == before
    assert [deeds.told(one) for one in rows] == [DONE] * 2
    # Both drafts say the same: each has its own project all the same.
    last = money.projects.count()
    assert [deeds.fate(one).number for one in rows] == [last - 1, last]


def test_a_number_that_served_something_else_is_told(deeds: Deeds, money: Money) -> None:
    """The member did the same thing with its own key meanwhile: this act can never be done."""
    row = deeds.send(money.applicant, EASY, Drafting(TEXT))
    money.act(money.applicant, EASY, Drafting(TEXT))
    deeds.exhaust()
    assert deeds.told(row) == ("refused", "act-number")


def test_a_relation_known_already_is_declared_without_an_event(deeds: Deeds, money: Money) -> None:
    """By this relay, and found by it when another was faster."""
    project = money.draft(EASY)
    town = money.votes.town
    first = deeds.send(CHLOE, project, DeclaringRelation(money.applicant))
    deeds.exhaust()
    signed = deeds.signed(CHLOE, project, DeclaringRelation(money.applicant))
    second = deeds.queue(signed)
    town.do(take(town.community, signed.act, signed.signature))
    deeds.exhaust()
    assert [deeds.told(one) for one in (first, second)] == [DONE] * 2
    assert deeds.fate(second).transaction is None


def test_an_act_that_the_node_cannot_answer_for_waits_alone(
    deeds: Deeds, money: Money, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again later, and what others sign goes on meanwhile."""
    simulate = Wallet.simulate
    slow = deeds.send(GROCER, GROCER, Netting(1))
    draft = deeds.send(money.applicant, EASY, Drafting(TEXT))
    currency = money.votes.town.community.currency

    def fail(wallet: Wallet, call: object, block: str = "latest") -> object:
        if getattr(call, "to", None) == currency:
            raise NodeAnswerError(actual="out of gas")
        return simulate(wallet, call, block)  # type: ignore[arg-type]  # a call

    relay = deeds.relay
    with monkeypatch.context() as broken:
        broken.setattr(Wallet, "simulate", fail)
        while relay.step():
            pass
    assert (deeds.told(slow), deeds.told(draft)) == (("queued", None), DONE)


def test_the_migration_creates_the_table_of_the_model(deeds: Deeds) -> None:
    """Columns, kinds and indexes, on both databases."""
    name = "relay_member_act"
    with deeds.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda found, kind, _parents: kind != "table" or found == name,
                "include_object": lambda _one, found, kind, *_rest: kind != "table" or found == name,
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []
