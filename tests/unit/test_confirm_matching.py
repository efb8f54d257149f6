"""What a line of the bank confirms: by a rule when all agrees, else by a person, and each item once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from endogene_token.errors import (
    LineSentError,
    LineStateError,
    PartError,
    PartSumError,
    UnknownBankLineError,
    UnknownMerchantError,
)
from endogene_token.treasury.collect.models import BankLine, BankMatch, BankRun
from endogene_token.treasury.confirm import matching, rows
from endogene_token.treasury.confirm.matching import Wish
from endogene_token.treasury.statements.models import IssuedStatement
from tests.town import BAKERY, GROCER
from tests.unit.confirm_desk import DAY, Treasury, item, line, mandate, payment, run

D1, D2, D3 = "D2026-000001", "D2026-000002", "D2026-000003"


@pytest.fixture
def desk(database_url: str) -> Iterator[Treasury]:
    opened = Treasury(database_url)
    opened.add(run(1), run(2), run(3, "credit"), mandate())
    yield opened
    opened.engine.dispose()


def statement(serial: int, merchant: int, due: int, tax: int) -> IssuedStatement:
    key: dict[str, Any] = {
        "year": 2026,
        "serial": serial,
        "merchant": merchant,
        "month": "2026-10",
        "issued_at": 1,
    }
    return IssuedStatement(**key, tax=tax, due=due, payable=0, sha256=bytes(32), content=b"{}")


def told(desk: Treasury, *lines: object) -> list[tuple[str, str, list[tuple[str, int, str]]]]:
    found = [desk.of(one) for one in lines]  # type: ignore[arg-type]
    return [
        (one.line.state, one.line.why, [(each.item, each.amount, each.state) for each in one.matches])
        for one in found
    ]


def test_a_line_equal_in_reference_amount_and_sign_stands_at_once(desk: Treasury) -> None:
    """The rule decides alone only when nothing is left to judge."""
    desk.add(item(D1), payment("C2026-000001", 700))
    first, second = line(10_500, D1), line(-700, "C2026-000001")
    found = desk.take(first, second)
    assert (found.new, found.matched, found.unmatched) == (2, 2, 0)
    assert told(desk, first, second) == [
        ("matched", "", [(D1, 10_500, "approved")]),
        ("matched", "", [("C2026-000001", 700, "approved")]),
    ]
    assert (desk.item(D1).state, desk.item(D1).line) == ("collected", first.identity)
    [match] = desk.of(first).matches
    assert (match.premiums, match.tax, match.proposed_by) == (10_000, 500, "rule:reference")


@pytest.mark.parametrize("amount", [10_499, 10_501, 1])
def test_an_amount_that_differs_is_never_approved_by_a_rule(desk: Treasury, amount: int) -> None:
    """A cent more or less is for a person."""
    desk.add(item(D1))
    strange = line(amount, D1)
    assert desk.take(strange).matched == 0
    assert told(desk, strange) == [("unmatched", "amount-differs", [])]
    assert desk.item(D1).state == "filed"


def test_the_same_statement_again_and_one_that_overlaps_add_nothing(desk: Treasury) -> None:
    """A line is known by its identity, however often the bank states it."""
    desk.add(item(D1), item(D2))
    first, second = line(10_500, D1), line(10_500, D2)
    assert desk.take(first).new == 1
    again = desk.take(first, second)
    assert (again.new, again.known, again.matched) == (1, 1, 1)
    assert desk.take(first, second).new == 0
    assert len(desk.all(BankLine)) == len(desk.all(BankMatch)) == 2


def test_two_lines_for_one_item_confirm_it_once(desk: Treasury) -> None:
    """The second is left for a person, with the reason."""
    desk.add(item(D1))
    first, second = line(10_500, D1), line(10_500, D1, booked=DAY + timedelta(days=1))
    desk.take(first, second)
    assert told(desk, first, second) == [
        ("matched", "", [(D1, 10_500, "approved")]),
        ("unmatched", "collected", []),
    ]


def test_a_booking_of_a_whole_file_confirms_each_of_its_items(desk: Treasury) -> None:
    """Total and count agree: it stands. Without the count it is proposed; of two such runs, of none."""
    desk.add(item(D1), item(D2, 4_000), item(D3, 14_500, run=2))
    whole = line(14_500, bank_reference="whole", parts=2, name="Lot")
    desk.take(whole)
    assert told(desk, whole) == [("unmatched", "", [])], "two runs have this total"
    desk.take(line(14_500, D3, name="Boulangerie"))
    assert told(desk, whole) == [("matched", "", [(D1, 10_500, "approved"), (D2, 4_000, "approved")])]


def test_a_total_without_a_count_is_only_proposed(desk: Treasury) -> None:
    """A CSV does not say how many payments a line stands for."""
    desk.add(item(D1), item(D2, 4_000))
    whole = line(14_500, bank_reference="whole")
    assert desk.take(whole).proposed == 1
    assert desk.item(D1).state == "filed"
    with desk.at(whole) as (change, row):
        matching.approve(change, row)
    assert [desk.item(one).state for one in (D1, D2)] == ["collected", "collected"]


def test_a_transfer_that_names_a_statement_is_proposed_with_its_taxes(desk: Treasury) -> None:
    """A person decides; taxes first, then premiums."""
    desk.add(statement(7, GROCER, 11_000, 1_000))
    transfer = line(11_000, text="Releve 2026-000007 merci", other_account="X1")
    assert desk.take(transfer).proposed == 1
    [match] = desk.of(transfer).matches
    assert (match.merchant, match.premiums, match.tax) == (GROCER, 10_000, 1_000)
    assert (match.state, match.proposed_by) == ("proposed", "rule:statement")
    assert desk.settle() == 0, "what nobody approved is not settled"


@pytest.mark.parametrize("text", ["D2026-000007", "12026-000007", "2026-0000071", "2026-000008", ""])
def test_what_only_looks_like_a_statement_s_number_names_none(desk: Treasury, text: str) -> None:
    """An item's reference holds such a number, too."""
    desk.add(statement(7, GROCER, 11_000, 1_000))
    transfer = line(11_000, text=text)
    desk.take(transfer)
    assert told(desk, transfer) == [("unmatched", "", [])]


def test_an_account_known_from_before_is_proposed_for_what_is_owed(desk: Treasury) -> None:
    """Only for an amount that is exactly the last statement's, and not once it is paid."""
    desk.add(statement(7, GROCER, 11_000, 1_000))
    first = line(2_000, text="acompte", other_account="X1")
    desk.take(first)
    with desk.at(first) as (change, row):
        matching.match(change, row, [Wish(merchant=GROCER, tax=0)])
    desk.add(statement(8, BAKERY, 500, 0))
    other, same = line(10_999, other_account="X1"), line(11_000, other_account="X1", bank_reference="same")
    desk.take(other, same)
    assert told(desk, other, same) == [("unmatched", "", []), ("unmatched", "", [])], "a transfer paid since"


def test_a_person_matches_by_hand_in_parts_that_add_up(desk: Treasury) -> None:
    """Two items and a fee in one line; what lacks, or is confirmed already, is refused."""
    desk.add(item(D1), item(D2, 4_000))
    mixed = line(14_600, bank_reference="mixed")
    desk.take(mixed)
    with pytest.raises(PartSumError), desk.at(mixed) as (change, row):
        matching.match(change, row, [Wish(item=D1), Wish(item=D2)])
    with desk.at(mixed) as (change, row):
        matching.match(change, row, [Wish(item=D1), Wish(item=D2), Wish(amount=100)])
    assert told(desk, mixed)[0][2] == [(D1, 10_500, "approved"), (D2, 4_000, "approved"), ("", 100, "done")]
    twice = line(10_500, bank_reference="twice")
    desk.take(twice)
    with pytest.raises(PartError), desk.at(twice) as (change, row):
        matching.match(change, row, [Wish(item=D1)])
    with pytest.raises(UnknownMerchantError), desk.at(twice) as (change, row):
        matching.match(change, row, [Wish(merchant=77)])
    with pytest.raises(LineStateError), desk.at(mixed) as (change, row):
        matching.match(change, row, [Wish(item=D1)])


@pytest.mark.parametrize(
    ("wishes", "amount"),
    [
        ([Wish(item="D2026-000099")], 10_500),
        ([Wish(item=D1), Wish(item=D1)], 21_000),
        ([Wish(item=D1, merchant=BAKERY)], 10_500),
        ([Wish(debt=D1)], 10_500),
        ([Wish(merchant=BAKERY, tax=-1)], 10_500),
        ([Wish(item="C2026-000001", amount=600)], -600),
        ([Wish(merchant=BAKERY)], -600),
    ],
)
def test_what_cannot_be_is_refused(desk: Treasury, wishes: list[Wish], amount: int) -> None:
    """Unknown, twice, two things at once, no debt, a negative tax, half a cash request, money that left."""
    desk.add(item(D1), payment("C2026-000001", 700))
    strange = line(amount, bank_reference="strange")
    desk.take(strange)
    with pytest.raises((PartError, PartSumError)), desk.at(strange) as (change, row):
        matching.match(change, row, wishes)
    assert {one.state for one in desk.all(BankMatch)} <= {"approved"}


def test_what_was_decided_is_undone_until_it_is_sent(desk: Treasury) -> None:
    """The rules leave an undone line alone; after the chain knows it, nothing is undone."""
    desk.add(item(D1))
    first = line(10_500, D1)
    desk.take(first)
    with desk.at(first) as (change, row):
        matching.undo(change, row)
    assert (desk.item(D1).state, desk.item(D1).line) == ("filed", b"")
    desk.take(first)
    assert told(desk, first) == [("unmatched", "undone", [])]
    with desk.at(first) as (change, row):
        matching.match(change, row, [Wish(item=D1)])
    assert desk.settle() == 1
    with pytest.raises(LineSentError), desk.at(first) as (change, row):
        matching.undo(change, row)


def test_a_line_set_aside_leaves_the_queue_and_comes_back(desk: Treasury) -> None:
    """With its reason, which the trail does not repeat."""
    fee = line(-250, bank_reference="fee", text="Frais")
    desk.take(fee)
    with desk.at(fee) as (change, row):
        matching.set_aside(change, row, "Frais de la banque, appeler M. Roy au 418-555-0123")
    assert told(desk, fee)[0][0] == "set-aside"
    assert "Roy" not in "".join(one.params for one in desk.entries())
    with pytest.raises(LineStateError), desk.at(fee) as (change, row):
        matching.approve(change, row)
    with desk.at(fee) as (change, row):
        matching.undo(change, row)
    assert told(desk, fee)[0][0] == "unmatched"


def test_the_queue_is_paged_in_the_order_of_the_days(desk: Treasury) -> None:
    """Each line once, on whichever page."""
    lines = [line(100 + n, bank_reference=f"q{n}", booked=DAY + timedelta(days=n % 3)) for n in range(7)]
    desk.take(*lines)
    found: list[bytes] = []
    with desk.reading() as session:
        while page := matching.queue(session, after=found[-1] if found else b"", limit=2):
            found += [one.line.identity for one in page]
    assert sorted(found) == sorted(one.identity for one in lines)
    assert len(set(found)) == 7


def test_a_line_is_found_by_the_first_digits_of_its_identity(desk: Treasury) -> None:
    """Eight or more, of one line alone."""
    one = line(100)
    desk.take(one)
    text = one.identity.hex()
    with desk.reading() as session:
        for given in (text, text[:8], f"0x{text[:9]}".upper().replace("X", "x")):
            assert rows.line_of(session, given).identity == one.identity
        for given in (text[:6], "zz" * 8, text + "00", "f" * 8 if text[0] != "f" else "0" * 8):
            with pytest.raises(UnknownBankLineError):
                rows.line_of(session, given)


def test_every_change_is_in_the_trail(desk: Treasury) -> None:
    """Imported, matched, undone, set aside, settled: with the line that it was about."""
    desk.add(item(D1))
    first = line(10_500, D1)
    desk.take(first)
    desk.settle()
    assert desk.actions() == ["test", "test", "bank.matched", "bank.imported", "bank.sent", "bank.settled"]
    assert desk.entries()[-1].subject == f"bank-line:{first.identity.hex()}"


def test_what_the_bank_has_not_got_is_confirmed_by_nothing(desk: Treasury) -> None:
    """Once its file is handed in, the next import looks at the line again."""
    desk.add(run(9, state="approved"), item(D1, run=9))
    early = line(10_500, D1)
    desk.take(early)
    assert told(desk, early) == [("unmatched", "handed-in", [])]
    with desk.changing() as change:
        found = change.session.get(BankRun, 9)
        assert found is not None
        found.state = "handed-in"
        change.note("test", "test:handed-in")
    desk.take(line(7, bank_reference="other"))
    assert told(desk, early)[0][0] == "matched"


def test_two_imports_at_once_add_each_line_once(desk: Treasury) -> None:
    """Changes take turns: who comes second sees what the first has kept."""
    desk.add(item(D1), item(D2, 4_000))
    lines = [line(10_500, D1), line(4_000, D2), line(77, bank_reference="other")]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: desk.take(*lines), range(4)))
    assert sorted(one.new for one in found) == [0, 0, 0, 3]
    assert (len(desk.all(BankLine)), len(desk.all(BankMatch))) == (3, 2)


def test_two_transfers_proposed_together_pay_the_taxes_once(desk: Treasury) -> None:
    """What the first one pays of them when it is approved, the second one does not."""
    desk.add(statement(7, GROCER, 113, 13))
    first, second = (line(50, bank_reference=one, text="2026-000007") for one in "ab")
    assert desk.take(first, second).proposed == 2
    for one in (first, second):
        with desk.at(one) as (change, row):
            matching.approve(change, row)
    shares = [(each.premiums, each.tax) for one in (first, second) for each in desk.of(one).matches]
    assert shares == [(37, 13), (50, 0)]


def test_a_transfer_that_names_a_statement_is_not_taken_for_a_run_of_the_same_total(desk: Treasury) -> None:
    """Its text says whose it is; without a text, the total is proposed."""
    desk.add(item(D1), statement(123, GROCER, 10_500, 0))
    named, nameless = line(10_500, bank_reference="a", text="2026-000123"), line(10_500, bank_reference="b")
    desk.take(named, nameless)
    found = [[(one.item, one.merchant) for one in desk.of(each).matches] for each in (named, nameless)]
    assert found == [[("", GROCER)], [(D1, BAKERY)]]


def test_a_page_after_a_line_that_there_is_not_is_refused(desk: Treasury) -> None:
    """It would begin anew, without an end."""
    desk.take(line(100))
    with desk.reading() as session, pytest.raises(UnknownBankLineError):
        matching.queue(session, after=b"\x01" * 32)
