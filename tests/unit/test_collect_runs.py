"""Runs of debits: what is asked is what the statements leave, once; two persons; a file made once."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from endogene_token.errors import (
    BankDateError,
    BankTextError,
    CollectionNoticeError,
    CutOffError,
    DrafterApprovesError,
    FileOrderError,
    MandateEndedError,
    MonthUnissuedError,
    RunEmptyError,
    RunStateError,
)
from endogene_token.treasury.collect import drafting, mandates, runs
from endogene_token.treasury.collect.accounts import read_account
from endogene_token.treasury.collect.drafting import Drafted
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankMatch, BankRun, ReturnedDebt
from endogene_token.treasury.collect.states import Left
from endogene_token.treasury.statements.models import TaxPayment
from endogene_token.treasury.statements.months import Month
from tests.town import BAKERY, GROCER
from tests.unit.collect_desk import (
    ACCOUNTS,
    APPROVER,
    DAY,
    IBAN,
    ISSUED,
    NOW,
    OCTOBER,
    SEPA,
    TODAY,
    TREASURER,
    CollectDesk,
    closed,
    instant,
    issued,
    mandate,
    settled,
    shops,
    two_owing,
)
from tests.unit.test_bank_cpa005 import julian, read

LATER = DAY + timedelta(days=3)


@pytest.fixture
def desk(database_url: str) -> Iterator[CollectDesk]:
    """A bakery that owes 1,149.75 with taxes under a mandate, a grocer that owes 50.00 without one."""
    found = two_owing(database_url)
    yield found
    found.engine.dispose()


def left_out(drafted: Drafted) -> dict[str, Left | None]:
    return {getattr(one, "reference", ""): one.why for one in drafted.left_out}


def number(drafted: Drafted) -> int:
    assert drafted.run.number is not None
    return drafted.run.number


def set_item(desk: CollectDesk, reference: str, state: str) -> None:
    """Let the bank's answer change an item."""
    with desk.changing() as change:
        row = change.session.get_one(BankItem, reference)
        row.state = state
        change.session.add(row)
        change.note("test.item", f"item:{reference}")


def test_a_merchant_with_a_mandate_is_debited_and_another_is_listed_with_its_reference(
    desk: CollectDesk,
) -> None:
    """Premiums and taxes stand apart in the item: only the first are the chain's."""
    drafted = desk.draft()
    [item] = drafted.items
    assert (item.reference, item.statement, item.party_number) == ("D2026-000001", "2026-000001", BAKERY)
    assert (item.amount, item.premiums, item.tax) == (114_975, 100_000, 14_975)
    [listed] = drafted.left_out
    assert (left_out(drafted), listed.amount) == ({"2026-000002": Left.TRANSFER}, 5_000)
    assert (drafted.run.noticed_on, drafted.run.state) == ("2026-11-02", "drafted")


def test_the_file_is_what_an_independent_reader_finds_in_it(desk: CollectDesk) -> None:
    """One debit of the right account, amount, day and reference; its bytes are those of the hash."""
    run = number(desk.draft())
    approved = desk.approve(run)
    content = desk.content(run)
    header, [(way, found)], trailer = read(content)
    assert (header["file"], julian(header["created"]), way) == ("0001", date(2026, 11, 3), "D")
    assert (found["institution"], found["account"]) == ("000612345", "7654321")
    assert (found["amount"], julian(found["due"]), found["reference"]) == (114_975, DAY, "D2026-000001")
    assert (found["code"], found["name"], found["sundry"]) == ("718", "EPICERIE NO 4", "2026-000001")
    assert trailer["debit value"] == 114_975
    assert approved.sha256 == sha256(content).digest()
    assert desk.content(run) == content
    desk.hand_in(run, instant(18, 12))
    assert desk.content(run) == content, "asked again days later, the same bytes"


owing = st.lists(
    st.tuples(
        st.integers(0, 10**9), st.integers(-(10**6), 10**6), st.integers(0, 10**9), st.sampled_from("mn")
    ),
    min_size=1,
    max_size=9,
)


@given(owing)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_statements_and_mandates_give_a_file_whose_total_is_their_sum(
    bare: CollectDesk, told: list[tuple[int, int, int, str]]
) -> None:
    """Whoever has a mandate and owes is in it, once, with exactly what the statement says; nobody else."""
    statements = [issued(10 + at, 10 + at, *sums) for at, (*sums, _) in enumerate(told)]
    with bare.tried() as change:
        change.session.add_all([*shops(range(10, 10 + len(told))), *closed(statements)])
        change.session.flush()
        for at, (*_, kind) in enumerate(told, 10):
            if kind == "m":
                mandates.give(change, bare.secret, mandate(at), TODAY)
        wanted = {
            one.merchant: one.due
            for one, (*_, kind) in zip(statements, told, strict=True)
            if one.due and kind == "m"
        }
        if not wanted:
            with pytest.raises(RunEmptyError):
                drafting.draft_debits(change, bare.office, OCTOBER, DAY, TREASURER, noticed=None, now=NOW)
            return
        found = drafting.draft_debits(change, bare.office, OCTOBER, DAY, TREASURER, noticed=None, now=NOW)
        assert {one.party_number: one.amount for one in found.items} == wanted
        assert all(one.premiums + one.tax == one.amount for one in found.items)
        runs.approve(change, bare.office, number(found), APPROVER, NOW)
        content = runs.content_of(change.session, bare.office, number(found))
        _, items, trailer = read(content)
        assert trailer["debit value"] == sum(wanted.values())
        assert [one["reference"] for _, one in items] == [one.reference for one in found.items]
        assert runs.content_of(change.session, bare.office, number(found)) == content


@pytest.fixture
def bare(database_url: str) -> Iterator[CollectDesk]:
    """A desk without a statement."""
    found = CollectDesk(database_url)
    yield found
    found.engine.dispose()


def test_who_drafted_cannot_approve(desk: CollectDesk) -> None:
    """Refused, and no file is made; another officer may."""
    run = number(desk.draft())
    with pytest.raises(DrafterApprovesError):
        desk.approve(run, TREASURER)
    with desk.reading() as session:
        assert runs.run_of(session, run).file_number == 0
    assert desk.approve(run, APPROVER).approved_by == APPROVER


def test_the_two_persons_are_what_refuses(desk: CollectDesk) -> None:
    """The test above can fail: drafted by another, the same officer's approval passes."""
    run = number(desk.draft(who="officer:0x" + "0c" * 20))
    assert desk.approve(run, TREASURER).state == "approved"


def test_what_is_too_early_for_notice_or_bank_is_refused(desk: CollectDesk) -> None:
    """Ten days after the notice, two bank days after handing in, on a bank day; the error names the first."""
    for day, first in ((date(2026, 11, 10), date(2026, 11, 12)), (date(2026, 11, 14), date(2026, 11, 16))):
        with pytest.raises(CollectionNoticeError) as refusal:
            desk.draft(day)
        assert refusal.value.limit == first
    with pytest.raises(CollectionNoticeError) as refusal:
        desk.draft(date(2026, 11, 12), noticed=date(2026, 11, 3))
    assert refusal.value.limit == date(2026, 11, 13)
    with pytest.raises(BankDateError):
        desk.draft(noticed=date(2026, 11, 1))  # before the statement said how much
    assert desk.draft(date(2026, 11, 12)).run.day == "2026-11-12"


def test_after_the_cut_off_nothing_is_approved_or_handed_in(desk: CollectDesk) -> None:
    """13:00, two bank days before."""
    run = number(desk.draft())
    with pytest.raises(CutOffError):
        desk.approve(run, now=instant(18, 14))
    desk.approve(run, now=instant(18, 12))
    with pytest.raises(CutOffError):
        desk.hand_in(run, instant(18, 14))
    assert desk.hand_in(run, instant(18, 13)).state == "handed-in"


def test_a_mandate_that_ended_is_not_debited(desk: CollectDesk) -> None:
    """Neither drafted, nor approved, nor handed in; without the ending, each passes (the tests above)."""
    first = number(desk.draft())
    desk.approve(first)
    with desk.changing() as change:
        [row] = mandates.mandates_of(change.session, BAKERY)
        mandates.end(change, row.number or 0, "closed")
    with pytest.raises(MandateEndedError):
        desk.hand_in(first)
    desk.cancel(first)
    with pytest.raises(RunEmptyError):
        desk.draft()


def test_a_mandate_that_ends_before_the_approval_makes_no_file(desk: CollectDesk) -> None:
    """The approver sees why."""
    run = number(desk.draft())
    with desk.changing() as change:
        mandates.end(change, 1, "account closed")
    with pytest.raises(MandateEndedError) as refusal:
        desk.approve(run)
    assert refusal.value.limit == "account closed"


def test_nothing_is_asked_twice(desk: CollectDesk) -> None:
    """What is under way, collected or settled is not drafted again; cancelled or returned, it is."""
    first = desk.draft()
    for state in ("filed", "collected", "settled"):
        set_item(desk, first.items[0].reference, state)
        with pytest.raises(RunEmptyError):
            desk.draft()
    set_item(desk, first.items[0].reference, "returned")
    second = desk.draft()
    assert [one.reference for one in second.items] == ["D2026-000002"]
    desk.cancel(number(second))
    assert [one.reference for one in desk.draft().items] == ["D2026-000003"]


def test_what_was_paid_since_the_month_s_end_is_not_collected(desk: CollectDesk) -> None:
    """Premiums on the chain, taxes beside it; what was paid within the month is in the statement already."""
    desk.keep(settled(BAKERY, 40_000, instant(5)), settled(BAKERY, 7, instant(31, 12, 10), bytes([1]) * 32))
    desk.keep(TaxPayment(reference=bytes(32), merchant=BAKERY, amount=14_975, received_at=instant(5)))
    [item] = desk.draft().items
    assert (item.amount, item.premiums, item.tax) == (60_000, 60_000, 0)


def test_a_debit_of_the_month_before_that_is_under_way_is_taken_off(desk: CollectDesk) -> None:
    """November's statement counts October's premiums as owed while their debit waits: they come once.

    Once the chain has booked it, the settlement counts, and the item no more.
    """
    november = Month(2026, 11)
    [first] = desk.draft().items
    set_item(desk, first.reference, "collected")
    desk.keep(*closed([issued(3, BAKERY, 130_000, 20_000, month=november)], november))

    def drafted() -> tuple[int, int, int]:
        with desk.tried() as change:
            day, now = date(2026, 12, 21), instant(2, 10, 12)
            found = drafting.draft_debits(
                change, desk.office, november, day, TREASURER, noticed=None, now=now
            )
            [item] = found.items
            return item.amount, item.premiums, item.tax
        raise AssertionError

    assert drafted() == (35_025, 30_000, 5_025)
    sums = {"amount": 114_975, "premiums": 100_000, "tax": 14_975, "changed_at": 1}
    words = {"state": "sent", "proposed_by": "rule:reference", "decided_by": "rule:reference"}
    commitment = bytes([7]) * 32
    desk.keep(
        BankMatch(
            line=bytes(32), ordinal=0, item=first.reference, merchant=BAKERY, commitment=commitment
        ).sqlmodel_update({**sums, **words})
    )
    desk.keep(settled(BAKERY, 100_000, instant(1, 9, 12), commitment))
    desk.keep(TaxPayment(reference=commitment, merchant=BAKERY, amount=14_975, received_at=instant(1, 9, 12)))
    assert drafted() == (35_025, 30_000, 5_025)


def test_a_debt_that_came_back_is_added_and_not_for_the_chain(desk: CollectDesk) -> None:
    """Of its item nothing is premiums: the chain has counted them. Paid or asked, it is not asked again."""
    desk.keep(
        ReturnedDebt(
            item="D2026-000000",
            merchant=BAKERY,
            amount=777,
            returned_line=bytes(32),
            opened_at=ISSUED,
            state="open",
            closed_by_line=b"",
        )
    )
    drafted = desk.draft()
    _, debt = drafted.items
    assert (debt.kind, debt.statement, debt.amount) == ("debt", "D2026-000000", 777)
    assert (debt.premiums, debt.tax) == (0, 0)
    with pytest.raises(RunEmptyError):
        desk.draft()
    desk.approve(number(drafted))
    assert read(desk.content(number(drafted)))[2]["debit value"] == 114_975 + 777


def test_file_numbers_have_no_gap(desk: CollectDesk) -> None:
    """A cancelled file's number is the next one's; only the last is cancelled; they go in in order."""
    first = number(desk.draft())
    desk.approve(first)
    desk.sign(GROCER)
    second = number(desk.draft())
    assert desk.approve(second).file_number == 2
    with pytest.raises(FileOrderError):
        desk.hand_in(second)
    with pytest.raises(FileOrderError):
        desk.cancel(first)
    desk.cancel(second)
    third = number(desk.draft())
    assert desk.approve(third).file_number == 2
    desk.hand_in(first)
    desk.hand_in(third)
    with pytest.raises(RunStateError):
        desk.cancel(third)
    headers = [read(desk.content(one))[0]["file"] for one in (first, third)]
    assert headers == ["0001", "0002"]


def test_each_step_has_its_turn_and_stands_in_the_trail(desk: CollectDesk) -> None:
    """A run approved twice, or handed in unapproved, is refused; nobody's account is in the trail."""
    run = number(desk.draft())
    with pytest.raises(RunStateError):
        desk.hand_in(run)
    with pytest.raises(RunStateError):
        desk.content(run)
    desk.approve(run)
    with pytest.raises(RunStateError):
        desk.approve(run)
    desk.hand_in(run)
    assert desk.actions() == ["mandate.given", "run.drafted", "run.approved", "run.handed-in"]
    assert "7654321" not in repr(desk.entries())


def test_no_account_and_no_file_stands_open_in_the_database(
    desk: CollectDesk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Sealed under the office's key: who copies the database learns the last four digits."""
    desk.approve(number(desk.draft()))
    account = ACCOUNTS[BAKERY].rpartition("-")[2]
    with desk.reading() as session:
        rows = [*mandates.mandates_of(session), *runs.runs_of(session)]
        kept = b"".join(
            getattr(one, "sealed_account", b"") + getattr(one, "content", b"") + repr(one).encode()
            for one in rows
        )
    assert account.encode() not in kept
    assert account[-4:].encode() in kept


def test_a_month_without_statements_is_not_collected(desk: CollectDesk) -> None:
    """First they are issued."""
    with desk.tried() as change, pytest.raises(MonthUnissuedError):
        drafting.draft_debits(change, desk.office, OCTOBER.next, DAY, TREASURER, noticed=None, now=NOW)


def test_in_sepa_the_first_debit_of_a_mandate_says_so(database_url: str) -> None:
    """FRST once, RCUR afterwards; the creditor, the mandate and the IBAN stand in the file."""
    desk = CollectDesk(database_url, regime="sepa", sepa=SEPA)
    desk.keep(*closed([issued(1, BAKERY, 100)]))
    desk.sign(BAKERY, scheme="core", account=read_account(IBAN))
    run = number(desk.draft())
    desk.approve(run)
    text = desk.content(run).decode()
    assert all(one in text for one in ("<SeqTp>FRST<", IBAN, "M-4", "FR72ZZZ123456", ">1.00<"))
    desk.hand_in(run)
    with desk.reading() as session:
        assert session.get_one(BankMandate, 1).first_used == 1
        assert runs.run_of(session, run).file_kind == "pain008"
    desk.engine.dispose()


def test_a_run_that_cannot_be_written_is_not_drafted(desk: CollectDesk) -> None:
    """Its errors come to who drafts, not to who approves; no reference is spent."""
    with desk.changing() as change:
        change.session.get_one(BankMandate, 1).name = "…"
        change.note("test.name", "mandate:1")
    with pytest.raises(BankTextError):
        desk.draft()
    with desk.reading() as session:
        assert runs.runs_of(session) == []
        assert session.get(BankRun, 1) is None
