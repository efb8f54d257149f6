"""The pure parts of the indexer: ranges, rates by day, amounts of 64 bits, and each purchase's shares."""

from struct import Struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.chain.deployment import Rules
from endogene_token.errors import LedgerMismatchError
from endogene_token.indexer.bulk import RecordedRow, packed
from endogene_token.indexer.columns import signed
from endogene_token.indexer.events import (
    MerchantEnrolled,
    Place,
    PurchasesRecorded,
    RulesPublished,
    TillEnrolled,
)
from endogene_token.indexer.pace import LARGE_BYTES, MOST_BLOCKS, SMALL_BYTES, Pace
from endogene_token.indexer.projections.base import Projection
from endogene_token.indexer.projections.books import Books
from endogene_token.indexer.projections.merchants import FIRST_ZONE_SECONDS, RatesByDay
from endogene_token.indexer.projections.purchases import Purchases
from endogene_token.money import MAX_AMOUNT, Shares, Split, shares
from endogene_token.receipts import Purchase, pack

PLACE = Place(1, bytes(32), 0, bytes(32), 0)
DAY_SECONDS = 86_400
TILL, MERCHANT = 3, 7


def tell(projections: list[Projection], *events: object) -> None:
    """Have the projections follow `events`."""
    for event in events:
        for projection in projections:
            for kind, handle in projection.routes():
                if isinstance(event, kind):
                    handle(PLACE, event)


def bps() -> st.SearchStrategy[tuple[int, int, int]]:
    """Return a rate, and a split's two parts."""
    return st.integers(0, 10_000).flatmap(
        lambda operations: st.tuples(
            st.integers(0, 10_000), st.just(operations), st.integers(0, 10_000 - operations)
        )
    )


def amounts() -> st.SearchStrategy[int]:
    """Return amounts that a till may record, in minor units."""
    return st.one_of(st.integers(1, 100), st.integers(1, 2**48 - 1))


@given(bps(), st.lists(st.tuples(st.integers(0, 3), amounts()), min_size=1, max_size=20))
def test_each_purchase_moves_what_money_says(
    terms: tuple[int, int, int], sold: list[tuple[int, int]]
) -> None:
    """The quick loop and the ground floor's arithmetic are one rule, to the cent."""
    rate, operations, reserve = terms
    expected = [shares(amount, rate, Split(operations, reserve), member == 0) for member, amount in sold]
    totals = [sum(getattr(one, name) for one in expected) for name in Shares.__dataclass_fields__]
    rows: list[RecordedRow] = []
    books = Books()
    purchases = Purchases(books, rows.extend)
    items = b"".join(pack(Purchase(member, 20_000, amount, bytes(16))) for member, amount in sold)
    tell(
        [books.rules, books.merchants, books.tills, purchases],
        RulesPublished(1, Rules(30, 60, operations, reserve, 1, 0)),
        MerchantEnrolled(MERCHANT, rate, 2**48, 2**48),
        TillEnrolled(TILL, MERCHANT, bytes(20)),
        PurchasesRecorded(TILL, MERCHANT, 1, Struct(">QQQQ").pack(*totals), items),
    )
    assert [Shares(*row[7:11]) for row in rows] == expected
    credited = {member: credit for member, credit in books.members.credited.items() if credit}
    assert sum(credited.values()) == totals[1]
    assert 0 not in credited


def test_a_total_that_is_a_cent_off_is_refused() -> None:
    """The chain's word and its rules must agree."""
    books = Books()
    purchases = Purchases(books, lambda _rows: None)
    item = pack(Purchase(1, 20_000, 10_000, bytes(16)))
    events = (
        RulesPublished(1, Rules(30, 60, 0, 0, 1, 0)),
        MerchantEnrolled(MERCHANT, 280, 2**48, 2**48),
        TillEnrolled(TILL, MERCHANT, bytes(20)),
        PurchasesRecorded(TILL, MERCHANT, 1, Struct(">QQQQ").pack(280, 279, 0, 1), item),
    )
    with pytest.raises(LedgerMismatchError, match=f"batch {TILL}-1"):
        tell([books.rules, books.merchants, books.tills, purchases], *events)


def test_a_hole_in_a_tills_sequences_is_refused() -> None:
    """Law 3: every sequence once, without a hole; a log that is missing shows here."""
    books = Books()
    tell([books.tills], TillEnrolled(TILL, MERCHANT, bytes(20)))
    assert books.tills.take(TILL, 1, 4) == MERCHANT
    for first in (4, 6):
        with pytest.raises(LedgerMismatchError):
            books.tills.take(TILL, first, 1)
    with pytest.raises(LedgerMismatchError):
        books.tills.take(TILL + 1, 1, 1)


def test_a_rate_holds_from_its_first_day_to_the_next_ones() -> None:
    """Never backwards."""
    rates = RatesByDay([(0, 100), (50, 200), (60, 300)])
    assert [rates[day] for day in (0, 49, 50, 59, 60, 2**32 - 1)] == [100, 100, 200, 200, 300, 300]


def test_an_announced_rate_is_replaced_until_its_day_has_begun_somewhere() -> None:
    """The contract's rule: a day begins first at UTC+14."""
    begins = 50 * DAY_SECONDS - FIRST_ZONE_SECONDS
    early, late = RatesByDay([(0, 100), (50, 200)]), RatesByDay([(0, 100), (50, 200)])
    early.schedule(70, 300, begins - 1)
    late.schedule(70, 300, begins)
    assert early.rates == [(0, 100), (70, 300)]
    assert late.rates == [(0, 100), (50, 200), (70, 300)]


def test_a_rate_asked_for_before_a_schedule_is_not_remembered_after_it() -> None:
    """The memory of days is dropped with the schedule that made it."""
    rates = RatesByDay([(0, 100)])
    assert rates[70] == 100
    rates.schedule(70, 300, 0)
    assert (rates[69], rates[70]) == (100, 300)


def test_the_pace_grows_to_the_limit_while_answers_are_small() -> None:
    """A quiet chain is read in few requests, none longer than the node allows."""
    pace = Pace()
    for _ in range(20):
        pace.answered(pace.blocks, SMALL_BYTES - 1)
    assert pace.blocks == MOST_BLOCKS
    assert Pace(7).blocks == 7


def test_the_pace_halves_when_an_answer_is_large_or_an_error() -> None:
    """A busy chain is read in answers, and written in transactions, of a bounded size."""
    pace = Pace()
    pace.answered(64, LARGE_BYTES + 1)
    assert pace.blocks == 32
    assert pace.failed(32)
    assert pace.blocks == 16
    assert not pace.failed(1)
    assert pace.blocks == 1


def test_the_pace_learns_nothing_from_a_range_that_the_head_cut_short() -> None:
    """At the head every range is short: that must not make the next long one too long."""
    pace = Pace()
    pace.answered(1, 10)
    assert pace.blocks == 64


@given(st.integers(0, MAX_AMOUNT))
def test_an_amount_of_64_bits_keeps_its_bits(amount: int) -> None:
    """A signed column holds what a till may sign."""
    assert signed(amount) % 2**64 == amount
    assert -(2**63) <= signed(amount) < 2**63


def test_an_amount_of_65_bits_is_not_cut() -> None:
    """It is an error, not another amount."""
    with pytest.raises(OverflowError):
        signed(2**64)


def test_a_packed_row_is_what_postgresql_reads() -> None:
    """A count of columns, then each length and value."""
    row: RecordedRow = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2**48, b"\xab" * 16)
    raw = packed([row])
    assert raw[:2] == (12).to_bytes(2)
    columns = [raw[2 + 12 * n : 14 + 12 * n] for n in range(11)]
    assert columns == [(8).to_bytes(4) + value.to_bytes(8) for value in row[:11]]
    assert raw[2 + 12 * 11 :] == (16).to_bytes(4) + b"\xab" * 16
