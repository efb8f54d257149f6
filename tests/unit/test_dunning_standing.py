"""Reminders over issued statements: who is late and since when, what the rule proposes and takes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from endogene_token.errors import (
    NothingToProposeError,
    OwnProposalError,
    ProposalDecidedError,
    ProposalOpenError,
    UnknownMerchantError,
    UnknownProposalError,
)
from endogene_token.indexer.models import Batch, Cursor, Merchant, Reversal, Settlement, table_of
from endogene_token.office.trail import Actor, changing
from endogene_token.store import reading, writing
from endogene_token.treasury.collect.models import BankItem, BankMatch, BankRun, ReturnedDebt
from endogene_token.treasury.dunning import examining, proposals
from endogene_token.treasury.dunning.proposals import RULE, Act, State
from endogene_token.treasury.dunning.rules import Arrears, Rules
from endogene_token.treasury.dunning.standing import Standing, standings
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import DunningProposal, DunningState
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.document import read_document
from endogene_token.treasury.statements.models import TaxPayment
from endogene_token.treasury.statements.months import local_day
from tests.unit.test_statements_issuing import JANUARY, LATER, office
from tests.unit.told_books import MONTREAL, empty
from tests.unit.told_money import BAKER
from tests.unit.told_trade import Trade, busy

RULES = Rules(8_000, (5, 15, 30))
SERVICE = Actor("service:daily", "host")
TREASURER, REGISTRAR = Actor("officer:0x" + "1a" * 20, "cli"), Actor("officer:0x" + "2b" * 20, "cli")
MERCHANTS = table_of(Merchant)


@dataclass
class Shop:
    """A merchant whose statement of January is issued and not paid."""

    engine: Engine
    merchant: int
    due: int
    due_on: date

    def on(self, days: int) -> Standing:
        """Return where it stands so many days after the due day."""
        with reading(self.engine) as connection:
            found = standings(connection, RULES, MONTREAL, self.due_on + timedelta(days=days))
        return next(one for one in found if one.merchant == self.merchant)

    def examine(self, days: int) -> Standing:
        """Examine everybody so many days after the due day."""
        today = self.due_on + timedelta(days=days)
        with reading(self.engine) as connection:
            found = standings(connection, RULES, MONTREAL, today)
        with changing(self.engine, SERVICE) as change:
            examining.keep(change, found, today, LATER + days)
        return next(one for one in found if one.merchant == self.merchant)

    def proposals(self) -> list[DunningProposal]:
        with reading(self.engine) as connection, Session(connection) as session:
            found = proposals.page(session, 0, 1_000)
        return [one for one in found if one.merchant == self.merchant]

    def open(self) -> set[tuple[str, str]]:
        with reading(self.engine) as connection, Session(connection) as session:
            found = inbox.page(session, 0, 1_000, among=inbox.OF_MONEY, is_open=True)
        own = f"merchant:{self.merchant}"
        return {(one.kind, one.owner) for one in found if one.subject.partition("/")[0] == own}

    def write(self, model: Any, **row: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(insert(table_of(model)).values(row))

    def pay(self, amount: int, number: int = 1) -> None:
        """Book a payment of now."""
        place = {
            "block_number": 9_000,
            "log_index": number,
            "block_time": LATER,
            "transaction_hash": bytes(32),
        }
        row = {"bank_reference": b"paid" + number.to_bytes(28), "merchant": self.merchant, "prepaid": 0}
        self.write(Settlement, **row, amount=amount, **place)
        with writing(self.engine) as connection:
            own = update(MERCHANTS).where(MERCHANTS.c.number == self.merchant)
            connection.execute(
                own.values(owed=MERCHANTS.c.owed - amount, settled=MERCHANTS.c.settled + amount)
            )

    def become(self, status: int) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(MERCHANTS).where(MERCHANTS.c.number == self.merchant).values(status=status)
            )


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    engine = empty(database_url)
    with engine.begin() as connection:
        trade = busy(Trade(connection))
        cursor: dict[str, Any] = dict.fromkeys(("only_row", "chain_id"), 1) | {"founding_block": 0}
        cursor |= {"block_number": trade.block, "founding_hash": bytes(32), "fund": bytes(20)}
        connection.execute(insert(table_of(Cursor)).values(cursor | {"block_hash": bytes(32)}))
    issuing.issue(office(engine), JANUARY, LATER)
    with reading(engine) as connection:
        row = issuing.issued(connection, BAKER, JANUARY)
    document = read_document(row.content)
    yield Shop(engine, BAKER, row.due, date.fromisoformat(document.due_on))
    engine.dispose()


LEFT = 30_784 - (500 + 700 + 60 + 1_400 + 28 + 800)
"""What the statement asked for, less what came since: settled, netted, written off, two refunds, and cash
asked for. The cash that was asked for before is paid, and was not set off."""


def test_what_is_late_is_the_statement_less_what_came_since(shop: Shop) -> None:
    """From the day after the due day; each level at its day."""
    assert shop.due == 30_784
    assert shop.on(0).late == Arrears()
    for days in (1, 4, 5, 14, 15, 29, 30, 300):
        one = shop.on(days)
        assert one.late == Arrears(LEFT, shop.due_on)
        assert one.level == sum(days >= step for step in RULES.days)


def test_premiums_and_taxes_that_are_paid_are_not_late(shop: Shop) -> None:
    """A cent that is left is; the last one ends it."""
    shop.pay(24_380)
    assert shop.on(30).late.amount == LEFT - 24_380
    shop.write(TaxPayment, reference=b"t" * 32, merchant=BAKER, amount=LEFT - 24_380 - 1, received_at=LATER)
    assert shop.on(30).late == Arrears(1, shop.due_on)
    shop.write(TaxPayment, reference=b"u" * 32, merchant=BAKER, amount=1, received_at=LATER)
    assert (shop.on(30).late, shop.on(30).level) == (Arrears(), 0)


ITEM = {"run": 1, "direction": "debit", "party": "merchant", "party_number": BAKER, "account": 1, "object": 0}
ITEM |= {"premiums": 24_380, "tax": LEFT - 24_380, "amount": LEFT, "day": "2026-05-02", "line": b""}


def keep_run(shop: Shop, state: str) -> None:
    """Keep a run of debits as it stands."""
    row = {"direction": "debit", "scheme": "cpa", "month": "2026-01", "day": "2026-05-02", "state": state}
    row |= dict.fromkeys(("noticed_on", "drafted_by", "approved_by"), "") | {"file_kind": "cpa005"}
    shop.write(BankRun, **row, file_number=0, content=b"", sha256=b"", created_at=0, handed_in_at=0)


@pytest.mark.parametrize(
    ("run", "item", "level"),
    [
        ("handed-in", "filed", 0),
        ("handed-in", "returned", 3),
        ("drafted", "filed", 3),
        ("approved", "filed", 3),
        ("cancelled", "cancelled", 3),
    ],
)
def test_a_debit_that_was_handed_in_makes_nobody_late(shop: Shop, run: str, item: str, level: int) -> None:
    """Until it comes back, or the bank has not answered for too long: then it is late since the due day.

    A draft, and a file that the bank has not got, bring nothing.
    """
    keep_run(shop, run)
    row = {"reference": "D2026-000001", "kind": "premiums", "statement": "2026-000001", "state": item}
    shop.write(BankItem, **ITEM, **row, return_code="", changed_at=0)
    assert (shop.on(30).level, shop.on(32).level) == (level, 3)


@pytest.mark.parametrize(("run", "late"), [("handed-in", 0), ("drafted", LEFT)])
def test_only_a_debit_handed_in_makes_a_returned_one_wait(shop: Shop, run: str, late: int) -> None:
    """As of a statement: the draft of another debit hides no debt."""
    shop.pay(24_380)
    shop.write(TaxPayment, reference=b"t" * 32, merchant=BAKER, amount=LEFT - 24_380, received_at=LATER)
    debt = {"item": "D2026-000009", "merchant": BAKER, "returned_line": bytes(32), "state": "open"}
    shop.write(ReturnedDebt, **debt, amount=LEFT, opened_at=LATER, closed_by_line=b"")
    keep_run(shop, run)
    row = {"reference": "D2026-000010", "kind": "debt", "statement": "D2026-000009", "state": "filed"}
    shop.write(BankItem, **ITEM, **row, return_code="", changed_at=0)
    assert shop.on(60).late.amount == late


@pytest.mark.parametrize(("sold", "late"), [(LATER, LEFT), (LATER - 100 * 86_400, LEFT - 10_000)])
def test_a_refund_takes_off_the_statement_only_what_it_asked_for(shop: Shop, sold: int, late: int) -> None:
    """A later sale that is refunded whole leaves January's arrears as they were; one of before does not."""
    batch = {"till": 1, "first_sequence": 900, "merchant": BAKER, "size": 1, "rules_version": 1}
    batch |= {"premiums": 10_000, "credits": 10_000, "operations": 0, "reserve": 0}
    place = {"block_number": 9_000, "transaction_hash": bytes(32)}
    shop.write(Batch, **batch, **place, block_time=sold)
    refund = {"till": 1, "sequence": 901, "merchant": BAKER, "purchase_till": 1, "purchase_batch": 900}
    refund |= {"purchase_sequence": 900, "amount": 357_143, "premium": 10_000, "credit": 10_000}
    refund |= dict.fromkeys(("member", "day", "operations", "reserve", "reason"), 0)
    shop.write(Reversal, **refund, **place, block_time=LATER, commitment=bytes(16))
    assert shop.on(30).late.amount == late


@pytest.mark.parametrize(("state", "level"), [("proposed", 3), ("approved", 0), ("sent", 0), ("refused", 3)])
def test_what_the_bank_has_confirmed_makes_nobody_late(shop: Shop, state: str, level: int) -> None:
    """Though the chain books it days later."""
    row = {"line": bytes(32), "ordinal": 0, "item": "", "merchant": BAKER, "amount": LEFT, "premiums": 24_380}
    who = {"proposed_by": "rule:x", "decided_by": "", "commitment": b"", "changed_at": 0}
    shop.write(BankMatch, **row, **who, tax=LEFT - 24_380, state=state)
    assert shop.on(30).level == level


def test_a_debit_that_came_back_after_it_was_counted_is_late_on_its_own(shop: Shop) -> None:
    """The chain is owed nothing for it."""
    shop.pay(24_380)
    shop.write(TaxPayment, reference=b"t" * 32, merchant=BAKER, amount=LEFT - 24_380, received_at=LATER)
    debt = {"item": "D2026-000001", "merchant": BAKER, "returned_line": bytes(32), "state": "open"}
    shop.write(ReturnedDebt, **debt, amount=LEFT, opened_at=LATER, closed_by_line=b"")
    since = local_day(LATER, MONTREAL)
    days = (since - shop.due_on).days
    assert shop.on(days).late == Arrears()
    assert shop.on(days + 30).late == Arrears(LEFT, since)
    assert (shop.on(days + 29).level, shop.on(days + 30).level) == (2, 3)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(looks=st.lists(st.integers(-20, 120), min_size=1, max_size=8))
def test_no_sequence_of_days_proposes_a_suspension_before_its_days(shop: Shop, looks: list[int]) -> None:
    """In any order, with any gaps; on the day itself it is proposed, once, and waits for the registrar."""
    with writing(shop.engine) as connection:  # each sequence begins with a clean sheet
        connection.execute(update(table_of(DunningProposal)).where(OPEN_ONES).values(state="withdrawn"))
    before = len(shop.proposals())
    for days in looks:
        shop.examine(days)
        found = [one for one in shop.proposals()[before:] if one.state == State.OPEN]
        assert len(found) == (days >= 30)
        assert all((one.act, one.proposed_by, one.arrears) == (Act.SUSPEND, RULE, LEFT) for one in found)
        assert (("decision", "registrar") in shop.open()) == (days >= 30)
        assert (("arrears", "treasurer") in shop.open()) == (days >= 5)


OPEN_ONES = table_of(DunningProposal).c.state == "open"


def test_the_rule_takes_back_what_has_been_paid(shop: Shop) -> None:
    """Before anybody decided; afterwards it proposes nothing."""
    shop.examine(30)
    shop.pay(24_380)
    shop.write(TaxPayment, reference=b"t" * 32, merchant=BAKER, amount=LEFT - 24_380, received_at=LATER)
    shop.examine(31)
    [one] = shop.proposals()
    assert (one.state, one.decided_by) == (State.WITHDRAWN, RULE)
    assert shop.open() == set()


def decide(shop: Shop, actor: Actor, is_approved: bool = True, number: int = 1) -> DunningProposal:
    with changing(shop.engine, actor) as change:
        return proposals.decide(change, number, is_approved, "three reminders", LATER)


def test_a_suspension_is_decided_carried_out_and_ended_by_proposal(shop: Shop) -> None:
    """Late, suspended, paid, reinstated: each step waits for the registrar."""
    shop.examine(30)
    assert decide(shop, REGISTRAR).state == State.APPROVED
    shop.examine(31)
    assert [one.state for one in shop.proposals()] == [State.APPROVED], "it is decided: the chain is next"
    with changing(shop.engine, SERVICE) as change:
        proposals.finish(change, change.session.get_one(DunningProposal, 1), LATER)
    shop.become(2)
    shop.examine(40)
    assert len(shop.proposals()) == 1, "nothing is paid yet"
    shop.pay(24_380)
    shop.write(TaxPayment, reference=b"t" * 32, merchant=BAKER, amount=LEFT - 24_380, received_at=LATER)
    shop.examine(41)
    assert [(one.act, one.state) for one in shop.proposals()] == [("suspend", "done"), ("reinstate", "open")]


def test_a_suspension_for_another_reason_is_not_ended_by_the_rule(shop: Shop) -> None:
    """The treasurer proposed it; that nothing is late was never its cause."""
    with changing(shop.engine, TREASURER) as change:
        proposals.propose(change, BAKER, Act.SUSPEND, Arrears(), LATER)
    decide(shop, REGISTRAR)
    with changing(shop.engine, SERVICE) as change:
        proposals.finish(change, change.session.get_one(DunningProposal, 1), LATER)
    shop.become(2)
    shop.examine(0)
    assert [(one.act, one.proposed_by) for one in shop.proposals()] == [("suspend", TREASURER.who)]


def test_who_was_suspended_by_others_is_not_reinstated_by_the_rule(shop: Shop) -> None:
    """The registrar may have another reason than arrears."""
    shop.become(2)
    shop.examine(0)
    shop.examine(300)
    assert shop.proposals() == []


def test_what_the_registrar_refused_is_not_proposed_again_for_the_same_arrears(shop: Shop) -> None:
    """Every day would be a nuisance; other arrears are another matter."""
    shop.examine(30)
    decide(shop, REGISTRAR, is_approved=False)
    shop.examine(31)
    assert [one.state for one in shop.proposals()] == [State.REFUSED]
    with writing(shop.engine) as connection, pytest.raises(Exception, match="stays"):
        connection.execute(update(table_of(DunningProposal)).values(since="2026-01-01"))


def test_nobody_decides_what_he_or_she_proposed_nor_twice(shop: Shop) -> None:
    """And nothing unknown; each refusal says why."""
    with changing(shop.engine, TREASURER) as change:
        proposals.propose(change, BAKER, Act.SUSPEND, Arrears(), LATER)
    with pytest.raises(OwnProposalError):
        decide(shop, TREASURER)
    decide(shop, REGISTRAR, is_approved=False)
    with pytest.raises(ProposalDecidedError) as refusal:
        decide(shop, REGISTRAR)
    assert refusal.value.limit == "refused"
    with pytest.raises(UnknownProposalError):
        decide(shop, REGISTRAR, number=9)


def test_only_what_fits_is_proposed_and_one_at_a_time(shop: Shop) -> None:
    """An active merchant is not reinstated; the database keeps two open proposals apart, too."""

    def propose(merchant: int, act: Act) -> None:
        with changing(shop.engine, TREASURER) as change:
            proposals.propose(change, merchant, act, Arrears(), LATER)

    with pytest.raises(NothingToProposeError) as refusal:
        propose(BAKER, Act.REINSTATE)
    assert refusal.value.limit == "active"
    with pytest.raises(UnknownMerchantError):
        propose(77, Act.SUSPEND)
    propose(BAKER, Act.SUSPEND)
    with pytest.raises(ProposalOpenError):
        propose(BAKER, Act.SUSPEND)
    [row] = shop.proposals()
    with pytest.raises(IntegrityError):
        shop.write(DunningProposal, **row.model_dump() | {"number": 9})


def test_a_limit_that_is_near_is_told_and_forgotten_when_it_is_not(shop: Shop) -> None:
    """At 80 % of it, of what is owed on the chain; the trail has both."""
    for limit, warned in ((30_476, False), (30_475, True), (2**40, False)):
        with writing(shop.engine) as connection:
            connection.execute(
                update(MERCHANTS).where(MERCHANTS.c.number == BAKER).values(exposure_limit=limit)
            )
        assert shop.examine(0).warned is warned, limit
        assert (("exposure", "treasurer") in shop.open()) is warned
        with reading(shop.engine) as connection, Session(connection) as session:
            kept = session.get_one(DunningState, BAKER)
            assert bool(kept.warned) is warned
