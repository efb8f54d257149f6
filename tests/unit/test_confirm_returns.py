"""What comes back: before the chain booked it nothing is left there, after it a debt is opened."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from endogene_token.errors import LineSentError, PartError, UnknownRedemptionError
from endogene_token.treasury.bankfiles.cpa005 import Kind
from endogene_token.treasury.bankstatements.cpa005_returns import ReturnedItem
from endogene_token.treasury.collect.models import BankItem, BankMandate, ReturnedDebt
from endogene_token.treasury.confirm import importing, matching
from endogene_token.treasury.confirm.commitments import commitment, line_key
from endogene_token.treasury.confirm.importing import Imported, Read
from endogene_token.treasury.confirm.matching import Wish
from endogene_token.treasury.confirm.settler import HELD_SECONDS, LOST_SECONDS
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import TreasuryException
from endogene_token.treasury.statements.models import TaxPayment
from tests.town import BAKERY
from tests.unit.confirm_desk import DAY, Treasury, item, line, mandate, payment, run

D1, D2, D3 = "D2026-000001", "D2026-000002", "D2026-000003"
BACK = DAY + timedelta(days=2)


@pytest.fixture
def desk(database_url: str) -> Iterator[Treasury]:
    opened = Treasury(database_url)
    opened.add(run(1), run(3, "credit"), mandate(), item(D1))
    yield opened
    opened.engine.dispose()


def killed_as_it_books(desk: Treasury, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the settler mark what it sends, and die before it leaves."""

    def interrupted(_calls: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(desk.chain, "book", interrupted)
        with pytest.raises(KeyboardInterrupt):
            desk.settle()


def told(reference: str, amount: int = 10_500, code: str = "901", kind: Kind = Kind.DEBIT) -> ReturnedItem:
    return ReturnedItem(kind, code, amount, date(2026, 11, 16), reference, "", "", "", "")


def take_file(desk: Treasury, *items: ReturnedItem) -> Imported:
    with desk.changing() as change:
        return importing.take(change, Read("cpa005-returns", bytes(32), returned=items))


def active(desk: Treasury) -> list[str]:
    return [one.state for one in desk.all(BankMandate)]


def test_a_debit_waits_its_bank_days_before_it_is_settled(desk: Treasury) -> None:
    """Three bank days after a Monday are a Thursday; midnight is the community's own."""
    desk.take(line(10_500, D1))
    monday = 1_794_805_200  # 16 November 2026, 00:00 in Toronto
    desk.now = monday + 3 * 86_400 - 1
    assert desk.settle() == 0
    desk.now += 1
    assert desk.settle() == 1
    assert (desk.chain.cash, desk.item(D1).state) == (10_000, "settled")
    [taxes] = desk.all(TaxPayment)
    assert (taxes.merchant, taxes.amount, taxes.received_at) == (BAKERY, 500, desk.now)


def test_before_it_is_settled_a_return_leaves_nothing_on_the_chain(desk: Treasury) -> None:
    """The premium stays owed there; the bank's two lines cancel out."""
    came, back = line(10_500, D1), line(-10_500, D1, return_code="901", booked=BACK)
    desk.take(came, back)
    assert (desk.item(D1).state, desk.item(D1).return_code) == ("returned", "901")
    assert [one.state for one in desk.of(came).matches] == ["refused"]
    assert [desk.of(one).line.state for one in (came, back)] == ["settled", "settled"]
    assert (desk.settle(), desk.chain.cash, desk.debts()) == (0, 0, [])


def test_after_it_was_settled_a_return_opens_a_debt_that_is_never_settled_again(desk: Treasury) -> None:
    """The chain counted the cash and keeps it: what pays the debt later only closes the debt."""
    desk.take(line(10_500, D1))
    desk.settle()
    desk.take(line(-10_500, D1, return_code="901", booked=BACK))
    assert desk.debts() == [(D1, 10_500, "open")]
    paid = line(10_500, bank_reference="later", text=f"Dette {D1}", booked=BACK + timedelta(days=5))
    assert desk.take(paid).proposed == 1
    with desk.at(paid) as (change, row):
        matching.approve(change, row)
    desk.settle()
    assert desk.debts() == [(D1, 10_500, "collected")]
    [debt] = desk.all(ReturnedDebt)
    assert debt.closed_by_line == paid.identity
    assert desk.chain.cash == 10_000
    assert len(desk.all(TaxPayment)) == 1
    again = line(10_500, bank_reference="again")
    desk.take(again)
    with pytest.raises(PartError), desk.at(again) as (change, row):
        matching.match(change, row, [Wish(debt=D1)])


def test_a_debt_is_collected_by_a_debit_that_may_come_back_too(desk: Treasury) -> None:
    """Then the debt is open once more; nothing of it reaches the chain."""
    desk.take(line(10_500, D1))
    desk.settle()
    take_file(desk, told(D1))
    desk.add(item(D2, tax=0, kind="debt", statement=D1, premiums=0))
    desk.take(line(10_500, D2, booked=BACK))
    desk.settle()
    assert (desk.debts(), desk.item(D2).state) == ([(D1, 10_500, "collected")], "settled")
    desk.take(line(-10_500, D2, return_code="901", booked=BACK + timedelta(days=9)))
    assert (desk.debts(), desk.item(D2).state) == ([(D1, 10_500, "open")], "returned")
    assert (desk.settle(), desk.chain.cash) == (0, 10_000)


def test_the_file_of_returns_and_the_statement_tell_of_one_return(desk: Treasury) -> None:
    """Whichever comes first; the file again adds nothing."""
    desk.take(line(10_500, D1))
    desk.settle()
    assert (take_file(desk, told(D1)).returned, take_file(desk, told(D1)).returned) == (1, 0)
    back = line(-10_500, D1, return_code="901", booked=BACK)
    assert desk.take(back).matched == 1
    assert desk.debts() == [(D1, 10_500, "open")]
    [debt] = desk.all(ReturnedDebt)
    assert debt.returned_line == back.identity
    twice = line(-10_500, D1, return_code="901", booked=BACK + timedelta(days=1))
    assert desk.take(twice).unmatched == 1, "it came back once"


def test_a_return_told_before_its_collection_leaves_nothing_to_settle(desk: Treasury) -> None:
    """A bank that books the whole file, then what came back."""
    desk.add(item(D2, 4_000))
    take_file(desk, told(D1))
    whole = line(14_500, bank_reference="whole", parts=2)
    desk.take(whole)
    assert [(one.item, one.state) for one in desk.of(whole).matches] == [(D1, "refused"), (D2, "approved")]
    desk.settle()
    assert (desk.chain.cash, desk.debts(), desk.of(whole).line.state) == (3_500, [], "settled")


@pytest.mark.parametrize(
    ("code", "state"), [("901", "active"), ("905", "ended"), ("AM04", "active"), ("MD01", "ended")]
)
def test_a_mandate_ends_when_the_reason_says_so(desk: Treasury, code: str, state: str) -> None:
    """A lack of money ends none; a closed account does."""
    desk.take(line(-10_500, D1, return_code=code))
    assert active(desk) == [state]


def test_returns_that_are_not_ours_change_nothing(desk: Treasury) -> None:
    """Another reference, another amount, the other direction: told as strange."""
    found = take_file(desk, told(D3), told(D1, 9), told(D1, kind=Kind.CREDIT))
    assert (found.returned, found.strange) == (0, (D3, D1, D1))
    assert desk.item(D1).state == "filed"


def test_returns_that_are_not_understood_wait_in_the_inbox_for_a_person(desk: Treasury) -> None:
    """Each once, however often its file comes, and closed by nobody else; the trail counts them."""
    strange = (told(D3), told(D1, 9), told(D1, kind=Kind.CREDIT))
    take_file(desk, *strange, told(D1))
    take_file(desk, *strange)
    found = [(one.kind, one.subject, one.amount) for one in desk.all(TreasuryException)]
    hashes = [one.identity.hex() for one in strange]
    assert found == [
        ("return", f"return:{hashes[0]}", -10_500),
        ("return", f"return:{D1}:{hashes[1][:16]}", -9),
        ("return", f"return:{D1}:{hashes[2][:16]}", 10_500),
    ]
    imported = [json.loads(one.params) for one in desk.entries() if one.action == "bank.imported"]
    assert [(one["new"], one["known"], one["strange"], one["wrong"]) for one in imported] == [
        (1, 0, 3, 0),
        (0, 0, 3, 0),
    ]
    with desk.changing() as change:
        inbox.close(change, 1, "Of another bank's customer", 1, inbox.OF_MONEY)
    take_file(desk, *strange)
    assert len(desk.all(TreasuryException)) == 3


def test_a_return_of_another_amount_is_for_a_person(desk: Treasury) -> None:
    """A fee in it is a part kept aside."""
    desk.take(line(10_500, D1))
    back = line(-10_900, D1, return_code="901", booked=BACK)
    assert desk.take(back).unmatched == 1
    with desk.at(back) as (change, row):
        matching.match(change, row, [Wish(item=D1), Wish(amount=400)])
    assert (desk.item(D1).state, desk.of(back).line.state) == ("returned", "settled")


def test_a_payment_that_comes_back_after_the_chain_paid_it_is_set_aside(desk: Treasury) -> None:
    """Before, it is as if it had not been; after, a person pays again."""
    desk.add(payment("C2026-000001", 700), payment("C2026-000002", 800, number=2))
    desk.take(line(-700, "C2026-000001"))
    desk.take(line(700, "C2026-000001", return_code="903", booked=BACK))
    assert (desk.settle(), desk.item("C2026-000001").state) == (0, "returned")
    desk.take(line(-800, "C2026-000002"))
    desk.settle()
    back = line(800, "C2026-000002", return_code="903", booked=BACK)
    desk.take(back)
    assert (desk.of(back).line.state, desk.of(back).line.why) == ("unmatched", "set-aside")
    assert (desk.chain.cash, desk.item("C2026-000002").state) == (-800, "settled")


def test_a_payment_that_the_chain_paid_and_a_file_of_returns_tells_of_is_for_a_person(desk: Treasury) -> None:
    """It changes nothing, and the line that the statement books afterwards waits in the queue."""
    desk.add(payment("C2026-000002", 800))
    desk.take(line(-800, "C2026-000002"))
    desk.settle()
    found = take_file(desk, told("C2026-000002", 800, kind=Kind.CREDIT))
    assert (found.returned, found.strange) == (0, ("C2026-000002",))
    back = line(800, "C2026-000002", return_code="903", booked=BACK)
    assert desk.take(back).unmatched == 1
    assert (desk.of(back).line.why, desk.item("C2026-000002").state) == ("set-aside", "settled")


def test_a_payment_once_noted_as_returned_that_the_chain_had_paid_is_for_a_person(desk: Treasury) -> None:
    """As a database tells it in which a file of returns had been believed."""
    desk.add(payment("C2026-000002", 800))
    desk.take(line(-800, "C2026-000002"))
    desk.settle()
    with desk.changing() as change:
        row = change.session.get_one(BankItem, "C2026-000002")
        row.state = "returned"
        change.session.add(row)
        change.note("test", "test:returned")
    back = line(800, "C2026-000002", return_code="903", booked=BACK)
    assert desk.take(back).unmatched == 1
    assert desk.of(back).line.why == "set-aside"


def test_what_the_chain_refuses_waits_with_its_reason_and_can_be_undone(desk: Treasury) -> None:
    """Nothing is sent; the queue says why."""
    came = line(10_500, D1)
    desk.take(came)
    desk.chain.refusal = UnknownRedemptionError(actual=1)
    settler = desk.settler()
    assert [settler.step(), settler.step()] == [0, 0]
    assert (desk.of(came).line.why, desk.actions().count("bank.held")) == ("unknown-redemption", 1)
    with desk.at(came) as (change, row):
        matching.undo(change, row)
    desk.chain.refusal = None
    assert desk.settle() == 0


def test_what_was_marked_as_sent_and_is_refused_long_after_can_be_undone(
    desk: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it left, and refused since: not at once, since it may still be on its way."""
    came = line(10_500, D1)
    desk.take(came)
    killed_as_it_books(desk, monkeypatch)
    [sent] = desk.of(came).matches
    desk.chain.refusal = UnknownRedemptionError(actual=1)
    desk.now = sent.changed_at + LOST_SECONDS - 1
    settler = desk.settler()
    settler.step()
    with pytest.raises(LineSentError), desk.at(came) as (change, row):
        matching.undo(change, row)
    desk.now += HELD_SECONDS + 1
    settler.step()
    [lost] = desk.of(came).matches
    assert (lost.state, lost.commitment) == ("approved", sent.commitment)
    with desk.at(came) as (change, row):
        matching.undo(change, row)
    desk.chain.refusal = None
    assert (desk.settle(), desk.item(D1).state) == (0, "filed")


def test_what_was_refused_long_after_it_was_marked_as_sent_is_booked_once_it_is_taken(
    desk: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the commitment that was noted first."""
    came = line(10_500, D1)
    desk.take(came)
    with monkeypatch.context() as patched:
        patched.setattr(desk.chain, "book", lambda _calls: None)
        desk.settler().step()
    [sent] = desk.of(came).matches
    desk.chain.refusal = UnknownRedemptionError(actual=1)
    desk.now = sent.changed_at + LOST_SECONDS
    desk.settler().step()
    desk.chain.refusal = None
    assert desk.settle() == 1
    assert (list(desk.chain.booked), desk.chain.cash) == ([sent.commitment], 10_000)


def test_a_return_while_it_is_on_its_way_counts_as_after(
    desk: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain takes what was sent, whatever the bank says since: the debt is opened at once."""
    came = line(10_500, D1)
    desk.take(came)
    killed_as_it_books(desk, monkeypatch)
    assert [one.state for one in desk.of(came).matches] == ["sent"]
    desk.take(line(-10_500, D1, return_code="901", booked=BACK))
    assert desk.settle() == 1
    assert (desk.chain.cash, desk.debts(), desk.item(D1).state) == (
        10_000,
        [(D1, 10_500, "open")],
        "returned",
    )


def test_what_the_file_of_returns_told_is_recognised_in_a_statement_without_references(
    desk: Treasury,
) -> None:
    """One by its amount, or all of them booked as one: proposed, and no second return."""
    desk.add(item(D2, 4_000), item(D3, 600))
    desk.take(line(10_500, D1), line(4_000, D2), line(600, D3))
    take_file(desk, told(D1), told(D2, 4_000), told(D3, 600))
    single, others = (
        line(-10_500, bank_reference="a", booked=BACK),
        line(-4_600, bank_reference="b", booked=BACK),
    )
    assert desk.take(single).proposed == 1
    with desk.at(single) as (change, row):
        matching.approve(change, row)
    assert desk.take(others).proposed == 1
    with desk.at(others) as (change, row):
        matching.approve(change, row)
    assert [desk.of(one).line.state for one in (single, others)] == ["settled", "settled"]
    assert (desk.settle(), desk.debts()) == (0, [])


def test_what_the_chain_has_booked_and_a_copy_of_the_database_has_not_noted_is_noted(
    desk: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restored from between approval and sending: the chain is asked, and nothing is booked again."""
    came = line(10_500, D1)
    desk.take(came)
    [match] = desk.of(came).matches
    assert match.state == "approved"
    reference = commitment(line_key(desk.secret), came.identity)
    desk.chain.booked[reference], desk.chain.amounts[reference] = 1, 10_000
    monkeypatch.setattr(desk.chain, "book", lambda calls: pytest.fail(f"booked again: {calls}"))
    assert desk.settle() == 1
    assert [one.state for one in desk.of(came).matches] == ["done"]
    assert (desk.item(D1).state, desk.of(came).line.state) == ("settled", "settled")
    assert [one.reference for one in desk.all(TaxPayment)] == [reference]
