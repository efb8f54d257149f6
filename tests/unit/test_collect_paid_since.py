"""Between draft and handing in: what was paid meanwhile is not debited, and each mandate begins once."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from endogene_token.errors import NotAwaitedError
from endogene_token.treasury.collect import drafting
from endogene_token.treasury.collect.accounts import read_account
from endogene_token.treasury.collect.drafting import Drafted
from endogene_token.treasury.collect.models import BankMatch, ReturnedDebt
from endogene_token.treasury.statements.months import Month
from tests.town import BAKERY, GROCER
from tests.unit.collect_desk import (
    IBAN,
    ISSUED,
    SEPA,
    TREASURER,
    CollectDesk,
    closed,
    instant,
    issued,
    settled,
    two_owing,
)


@pytest.fixture
def desk(database_url: str) -> Iterator[CollectDesk]:
    """A bakery that owes 1,149.75 with taxes under a mandate, a grocer that owes 50.00 without one."""
    found = two_owing(database_url)
    yield found
    found.engine.dispose()


def number(drafted: Drafted) -> int:
    assert drafted.run.number is not None
    return drafted.run.number


def paid(merchant: int, line: bytes = bytes(32)) -> BankMatch:
    """Return a transfer of all that the bakery owes, which the chain has not booked yet."""
    sums: dict[str, Any] = {"amount": 114_975, "premiums": 100_000, "tax": 14_975, "changed_at": 1}
    words: dict[str, Any] = {
        "commitment": b"",
        "item": "",
        "state": "approved",
        "proposed_by": "rule:statement",
        "decided_by": "x",
    }
    return BankMatch(line=line, ordinal=0, merchant=merchant, **sums, **words)


def test_what_was_paid_since_the_draft_is_neither_approved_nor_handed_in(desk: CollectDesk) -> None:
    """In part or whole, on the chain or on its way; another merchant's payment hinders nothing."""
    run = number(desk.draft())
    desk.keep(paid(GROCER))
    desk.approve(run)
    desk.keep(settled(BAKERY, 1, instant(4)))
    with pytest.raises(NotAwaitedError) as refusal:
        desk.hand_in(run)
    assert (refusal.value.actual, refusal.value.limit) == ("premiums 2026-000001", "D2026-000001")
    desk.cancel(run)
    again = desk.draft()
    assert [one.premiums for one in again.items] == [99_999]
    desk.keep(paid(BAKERY, bytes([1]) * 32))
    with pytest.raises(NotAwaitedError):
        desk.approve(number(again))


def test_a_debt_that_was_paid_since_the_draft_is_not_debited(desk: CollectDesk) -> None:
    """Nor twice: what a transfer pays under its reference is no longer asked for."""
    words: dict[str, Any] = {"returned_line": bytes(32), "opened_at": ISSUED, "closed_by_line": b""}
    desk.keep(ReturnedDebt(item="D2026-000000", merchant=BAKERY, amount=777, state="open", **words))
    run = number(desk.draft())
    desk.approve(run)
    with desk.changing() as change:
        row = change.session.get_one(ReturnedDebt, "D2026-000000")
        row.state = "collected"
        change.session.add(row)
        change.note("test.debt", "test:debt")
    with pytest.raises(NotAwaitedError):
        desk.hand_in(run)


def test_a_later_run_that_counts_on_an_earlier_one_does_not_hinder_it(desk: CollectDesk) -> None:
    """November's draft has taken October's debit off: that debit is still owed whole."""
    november, day, now = Month(2026, 11), date(2026, 12, 21), instant(2, 10, 12)
    first = number(desk.draft(day, now=now))
    desk.keep(*closed([issued(3, BAKERY, 130_000, 20_000, month=november)], november))
    with desk.changing() as change:
        found = drafting.draft_debits(change, desk.office, november, day, TREASURER, noticed=None, now=now)
        assert [one.amount for one in found.items] == [35_025]
    for one in (first, number(found)):
        assert desk.approve(one, now=now).state == "approved"


def test_of_two_files_that_wait_only_the_first_says_that_the_mandate_begins(database_url: str) -> None:
    """Both made before either is handed in: the bank gets them in their order."""
    desk = CollectDesk(database_url, regime="sepa", sepa=SEPA)
    desk.keep(*closed([issued(1, BAKERY, 100)]))
    desk.sign(BAKERY, scheme="core", account=read_account(IBAN))
    first = number(desk.draft())
    desk.approve(first)
    words: dict[str, Any] = {"returned_line": bytes(32), "opened_at": ISSUED, "closed_by_line": b""}
    desk.keep(ReturnedDebt(item="D2026-000000", merchant=BAKERY, amount=777, state="open", **words))
    second = number(desk.draft())
    desk.approve(second)
    kinds = ["<SeqTp>FRST<" in desk.content(one).decode() for one in (first, second)]
    assert kinds == [True, False]
    desk.cancel(second)
    desk.cancel(first)
    third = number(desk.draft())
    desk.approve(third)
    assert "<SeqTp>FRST<" in desk.content(third).decode(), "what the bank never got began nothing"
    desk.engine.dispose()
