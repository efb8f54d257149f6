"""What the bank never carried out: noted by another than drafted it, owed again, and booked by nothing."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from endogene_token.errors import (
    DrafterApprovesError,
    ItemDayError,
    ItemStateError,
    RunStateError,
    UnknownRunError,
)
from endogene_token.store import reading
from endogene_token.treasury.bankfiles.cpa005 import Kind
from endogene_token.treasury.bankstatements.cpa005_returns import ReturnedItem
from endogene_token.treasury.collect.models import BankMandate
from endogene_token.treasury.collect.states import Left
from endogene_token.treasury.confirm import importing, rejecting
from endogene_token.treasury.confirm.importing import Read
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.reconcile import keeping
from endogene_token.treasury.reconcile.differences import Found
from endogene_token.treasury.reconcile.facts import Cut
from tests.town import BAKERY
from tests.unit.collect_desk import DAY as COLLECTED
from tests.unit.collect_desk import CollectDesk, closed, issued
from tests.unit.confirm_desk import DAY, Treasury, item, line, mandate, payment, run
from tests.unit.office_desk import ACTOR, Desk

D1, D2, C1 = "D2026-000001", "D2026-000002", "C2026-000001"
AFTER = DAY + timedelta(days=1)


@pytest.fixture
def desk(database_url: str) -> Iterator[Treasury]:
    opened = Treasury(database_url)
    opened.add(run(1), run(2, state="approved"), run(3, "credit"), mandate(), item(D1), item(D2, 4_000))
    opened.add(payment(C1, 700).sqlmodel_update({"run": 3}))
    yield opened
    opened.engine.dispose()


def reject(desk: Desk, *items: str, number: int = 1, code: str = "901", today: date = AFTER) -> None:
    with desk.changing() as change:
        rejecting.reject(change, number, items, code, today)


def test_what_the_bank_refused_is_neither_a_debt_nor_on_the_chain(desk: Treasury) -> None:
    """Each with the bank's code, in the trail; the rest of its run is awaited as before."""
    reject(desk, D1)
    assert (desk.item(D1).state, desk.item(D1).return_code) == ("rejected", "901")
    assert (desk.item(D2).state, desk.debts(), desk.settle()) == ("filed", [], 0)
    assert desk.actions()[-1] == "bank.rejected"
    rest = line(4_000, bank_reference="all that came")
    assert desk.take(rest).proposed == 1
    assert [one.item for one in desk.of(rest).matches] == [D2]


def test_a_line_that_comes_after_all_is_for_a_person(desk: Treasury) -> None:
    """The money, or its way back: nothing of it is explained by what was said of its refusal."""
    reject(desk, D1)
    reject(desk, C1, number=3)
    came, back, paid = line(10_500, D1), line(-10_500, D1, return_code="901"), line(-700, C1)
    assert desk.take(came, back, paid).unmatched == 3
    assert {desk.of(one).line.why for one in (came, back, paid)} == {"rejected"}


def test_a_file_of_returns_that_tells_of_it_again_adds_nothing(desk: Treasury) -> None:
    """It is known already."""
    reject(desk, D1)
    one = ReturnedItem(Kind.DEBIT, "901", 10_500, DAY, D1, "", "", "", "")
    with desk.changing() as change:
        found = importing.take(change, Read("cpa005-returns", bytes(32), returned=(one,)))
    assert (found.returned, found.known, desk.item(D1).state) == (0, 1, "rejected")


def test_a_mandate_ends_when_the_reason_says_so(desk: Treasury) -> None:
    """As with what came back."""
    reject(desk, D1, code="905")
    assert [one.state for one in desk.all(BankMandate)] == ["ended"]


def test_only_what_waits_for_an_answer_past_its_day_is_refused_and_by_another_person(desk: Treasury) -> None:
    """Nothing is noted otherwise, of none of the items that are named together."""
    with pytest.raises(ItemDayError):
        reject(desk, D1, today=DAY)
    with pytest.raises(UnknownRunError):
        reject(desk, D1, number=9)
    with pytest.raises(RunStateError):
        reject(desk, D1, number=2)
    for wrong in (C1, "D2026-000099"):
        with pytest.raises(ItemStateError):
            reject(desk, D1, wrong)
    desk.take(line(4_000, D2))
    with pytest.raises(ItemStateError):
        reject(desk, D1, D2)
    desk.add(run(5).sqlmodel_update({"drafted_by": ACTOR.who}), item("D2026-000005", run=5))
    with pytest.raises(DrafterApprovesError):
        reject(desk, "D2026-000005", number=5)
    assert desk.item(D1).state == "filed"


def test_what_was_refused_is_due_again_and_takes_nothing_off_later_months(database_url: str) -> None:
    """While it is filed it is asked for; afterwards it is drafted under another reference."""
    desk = CollectDesk(database_url)
    desk.keep(*closed([issued(1, BAKERY, 100_000, 14_975)]))
    desk.sign(BAKERY)
    first = desk.draft()
    number = first.run.number or 0
    desk.approve(number)
    desk.hand_in(number)
    reject(desk, first.items[0].reference, number=number, today=COLLECTED + timedelta(days=1))
    second = desk.draft(COLLECTED + timedelta(days=3))
    assert [(one.reference, one.amount) for one in second.items] == [("D2026-000002", 114_975)]
    assert [one.why for one in second.left_out if one.why is Left.ASKED] == []
    desk.engine.dispose()


def test_what_the_bank_never_answers_is_in_the_inbox_until_it_is_known(desk: Treasury) -> None:
    """A week after its day, not before; refused or collected, it has gone."""

    def told(days: int) -> list[tuple[str, str, int]]:
        found = Found(Cut(DAY + timedelta(days=days), 0), 0, 0, 0, ())
        with desk.changing() as change:
            keeping.keep(change, found, 1)
        with reading(desk.engine) as connection, Session(connection) as session:
            rows = inbox.page(session, 0, 100, among=inbox.OF_MONEY, is_open=True)
            return [(one.kind, one.subject, one.amount) for one in rows]

    assert told(7) == []
    every = [
        ("unanswered", f"item:{name}", amount) for name, amount in ((C1, 700), (D1, 10_500), (D2, 4_000))
    ]
    assert told(8) == every
    reject(desk, D1)
    desk.take(line(4_000, D2))
    assert told(9) == every[:1]
