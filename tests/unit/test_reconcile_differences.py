"""Three ways to the same cash: whatever happened, every cent of difference is named, and no other one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.treasury.reconcile.differences import UNEXPLAINED, Found, Why, reconcile
from endogene_token.treasury.reconcile.facts import ALWAYS, Cut, Facts, Opening
from tests.unit.told_lines import DAY_SECONDS, FIRST, START, Account

AMOUNT = st.integers(1, 10**9)
WHICH = st.integers(0, 50)
TOLD = st.one_of(
    st.tuples(st.just("collect"), AMOUNT, st.integers(0, 10**9)),
    st.tuples(st.sampled_from(["pay", "operate", "name"]), AMOUNT),
    st.tuples(st.just("set_aside"), st.integers(-(10**9), 10**9)),
    st.tuples(st.sampled_from(["settle", "take_back", "pay_debt"]), WHICH),
    st.tuples(st.just("wait"), st.integers(0, 9)),
)
STRANGE = st.tuples(st.sampled_from(["stray", "invent"]), st.integers(-(10**9), 10**9))
CLEAN, ANY = st.lists(TOLD, max_size=40), st.lists(TOLD | STRANGE, max_size=40)
OPENING = st.integers(0, 10**6)


def lived(opening: int, acts: list[tuple[object, ...]]) -> Account:
    account = Account(opening)
    tell(account, acts)
    return account


def tell(account: Account, acts: list[tuple[object, ...]]) -> None:
    for name, *arguments in acts:
        getattr(account, str(name))(*arguments)


def whole(found: Found, bank: int, chain: int) -> None:
    """Hold a reconciliation against sums that were kept apart from it."""
    assert (found.bank, found.chain) == (bank, chain)
    assert found.explained + found.unexplained == bank - chain
    assert all(one.amount for one in found.differences)
    assert sum(found.totals().values()) == bank - chain


@given(OPENING, ANY)
def test_explained_and_unexplained_are_the_difference_of_any_history(
    opening: int, acts: list[tuple[object, ...]]
) -> None:
    """To the cent, at the end and with nothing left out."""
    account = lived(opening, acts)
    for cut in (account.now(), Cut(account.now().day, ALWAYS)):
        whole(reconcile(account.facts(), cut), account.bank, account.chain)


@given(OPENING, CLEAN)
def test_what_really_happened_is_explained_whole(opening: int, acts: list[tuple[object, ...]]) -> None:
    """In transit, taxes, debts that came back and were paid, fees: none of it opens an exception."""
    account = lived(opening, acts)
    assert reconcile(account.facts(), account.now()).open == ()


@given(OPENING, CLEAN, st.integers(1, 8))
def test_an_earlier_day_is_reconciled_as_it_was(
    opening: int, acts: list[tuple[object, ...]], days: int
) -> None:
    """What the chain booked later was in transit then; nothing that came later is looked at."""
    account = lived(opening, [*acts, ("wait", days)])
    before = account.now()
    bank, chain = account.bank, account.chain
    account.wait(1)
    for which in range(len(account.waiting)):
        account.settle(which)
    account.collect(777, 7)
    facts = replace(account.facts(), books=chain, chain=chain)
    found = reconcile(facts, before)
    whole(found, bank, chain)
    assert found.open == ()


def cent_on_a_line(facts: Facts) -> Facts:
    first, *others = [one for one in facts.lines if one.state != "set-aside"]
    rest = [one for one in facts.lines if one.state == "set-aside"]
    return replace(facts, lines=(first._replace(amount=first.amount + 1), *others, *rest))


def cent_on_the_chain(facts: Facts) -> Facts:
    *others, last = facts.movements
    moved = (*others, last._replace(amount=last.amount + 1))
    return replace(facts, movements=moved, chain=facts.chain + 1, books=facts.books + 1)


def cent_of_tax(facts: Facts) -> Facts:
    reference, amount = next(iter(facts.taxes.items()))
    return replace(facts, taxes={**facts.taxes, reference: amount + 1})


def cent_of_debt(facts: Facts) -> Facts:
    *others, last = facts.debts
    return replace(facts, debts=(*others, last._replace(amount=last.amount + 1)))


def cent_in_the_opening(facts: Facts) -> Facts:
    return replace(facts, opening=facts.opening._replace(amount=facts.opening.amount + 1))


def cent_in_the_books(facts: Facts) -> Facts:
    return replace(facts, books=facts.books + 1)


def cent_in_another_pocket(facts: Facts) -> Facts:
    return replace(facts, fault=("reserve", 1))


def cent_that_no_movement_tells(facts: Facts) -> Facts:
    return replace(facts, chain=facts.chain + 1, books=facts.books + 1)


PLANTED = (
    (cent_on_a_line, Why.LINE),
    (cent_on_the_chain, Why.LINE),
    (cent_of_tax, Why.LINE),
    (cent_of_debt, Why.LINE),
    (cent_in_the_opening, Why.OPENING),
    (cent_in_the_books, Why.BOOKS),
    (cent_in_another_pocket, Why.BOOKS),
    (cent_that_no_movement_tells, Why.MOVEMENT),
)
SETTLED_LAST: list[tuple[object, ...]] = [
    ("collect", 11_498, 1_498),
    ("settle", 0),
    ("take_back", -1),
    ("collect", 50_000, 99),
    ("settle", 0),
]


@pytest.mark.parametrize(("plant", "why"), PLANTED)
@given(OPENING, CLEAN)
def test_a_planted_cent_is_the_only_thing_unexplained(
    plant: Callable[[Facts], Facts], why: Why, opening: int, acts: list[tuple[object, ...]]
) -> None:
    """Wherever it is put, in any history; without it, nothing is."""
    account = lived(opening, acts)
    account.waiting.clear()
    tell(account, SETTLED_LAST)
    found = reconcile(plant(account.facts()), account.now())
    assert [(one.why, abs(one.amount)) for one in found.open] == [(why, 1)]
    assert reconcile(account.facts(), account.now()).open == ()


@given(OPENING, CLEAN, st.integers(1, 10**9), st.booleans())
def test_a_line_or_a_movement_alone_is_one_exception(
    opening: int, acts: list[tuple[object, ...]], amount: int, at_the_bank: bool
) -> None:
    """Two that happen to be equal do not hide one another."""
    account = lived(opening, acts)
    add = account.stray if at_the_bank else account.invent
    add(amount)
    found = reconcile(account.facts(), account.now())
    why, value = (Why.LINE, amount) if at_the_bank else (Why.MOVEMENT, -amount)
    assert [(one.why, one.amount) for one in found.open] == [(why, value)]
    account.stray(amount)
    account.invent(amount)
    assert len(reconcile(account.facts(), account.now()).open) == 3


@given(CLEAN)
def test_the_open_debts_are_what_the_bank_holds_less(acts: list[tuple[object, ...]]) -> None:
    """As the decision on returned debits promises, once nothing is in transit or set aside."""
    account = lived(0, [one for one in acts if one[0] != "set_aside"])
    while account.waiting:
        account.settle(0)
    found = reconcile(account.facts(), account.now())
    taxes = sum(account.taxes.values())
    open_debts = sum(one.amount for one in account.debts if not one.closed_by)
    assert found.bank - found.chain == taxes - open_debts
    assert set(found.totals()) <= set(Why) - set(UNEXPLAINED)


def test_a_settlement_that_the_chain_lost_is_not_called_in_transit() -> None:
    """The office noted it as done, but nothing is booked under its commitment."""
    account = lived(0, [("collect", 5_000, 500), ("settle", 0)])
    lost = replace(account.facts(), movements=(), books=0, chain=0)
    found = reconcile(lost, account.now())
    assert [(one.why, one.amount) for one in found.open] == [(Why.LINE, 4_500)]


@given(OPENING, CLEAN)
def test_what_the_chain_refuses_is_one_exception_while_it_does(
    opening: int, acts: list[tuple[object, ...]]
) -> None:
    """A line that waits with a reason is not on its way; without the reason, it is."""
    account = lived(opening, [*acts, ("pay", 700)])
    assert reconcile(account.facts(), account.now()).open == ()
    account.lines[-1] = account.lines[-1]._replace(why="cash-request-state")
    found = reconcile(account.facts(), account.now())
    assert [(one.why, one.amount) for one in found.open] == [(Why.LINE, -700)]
    whole(found, account.bank, account.chain)


def test_what_should_have_been_booked_long_ago_is_no_longer_on_its_way() -> None:
    """From the day on that is told; nothing that was booked is asked for again."""
    account = lived(0, [("collect", 5_000, 500), ("settle", 0), ("collect", 2_000, 300), ("wait", 9)])
    line = account.lines[-1]
    for day, expected in ((line.booked, []), (line.booked + timedelta(days=1), [(Why.LINE, 2_000)])):
        found = reconcile(replace(account.facts(), booked_before=day), account.now())
        assert [(one.why, one.amount) for one in found.open] == expected
        whole(found, account.bank, account.chain)


def test_lines_before_the_opening_are_in_its_balance_and_not_counted_again() -> None:
    """Booked by the chain before the opening or after it: on neither side a second time."""
    account = lived(0, [("collect", 5_000, 0), ("settle", 0), ("collect", 700, 0), ("wait", 5)])
    tell(account, [("settle", 0), ("collect", 2_000, 0), ("settle", 0)])
    day = FIRST + timedelta(days=3)
    opening = Opening(5_700, START + 3 * DAY_SECONDS, day)
    found = reconcile(replace(account.facts(), opening=opening), account.now())
    assert (found.bank, found.chain, found.differences) == (7_700, 7_700, ())
    less = replace(account.facts(), opening=opening._replace(amount=5_699))
    assert [(one.why, one.amount) for one in reconcile(less, account.now()).open] == [(Why.OPENING, -1)]
