"""One receipt number, one sale: whoever sends it, however often."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from endogene_token.errors import (
    AlreadyReturnedError,
    AmountError,
    DayError,
    EndogeneError,
    ReceiptErasedError,
    ReceiptTakenError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
    SaleOpenError,
    UnknownPurchaseError,
)
from endogene_token.receipts import commitment
from endogene_token.sales import SaleState
from endogene_token.sdk.sales import Draft, NewPurchase, NewReversal
from tests.sales.counter import MERCHANT, TILL, Counter

BOUGHT = NewPurchase(4275, "A-1", member=12, at=datetime(2026, 11, 21, 10, 5))  # noqa: DTZ001  a till's time


def contents(counter: Counter) -> list[tuple[object, ...]]:
    return [(one.receipt, one.kind, one.amount, one.member, one.at, one.state) for one in counter.sales()]


def test_a_sale_is_kept_with_its_salted_commitment(counter: Counter) -> None:
    """What the ledger will see opens with the salt that is kept here, as a till's own does."""
    [admitted] = counter.take(BOUGHT)
    held = counter.sale("A-1")
    assert admitted.is_new
    assert (held.merchant, held.till, held.amount, held.member) == (MERCHANT, TILL, 4275, 12)
    assert held.salt is not None
    assert held.commitment == commitment(
        held.salt, at="2026-11-21T10:05", kind="purchase", merchant=MERCHANT, receipt="A-1"
    )


def test_the_same_sale_again_is_the_same_sale(counter: Counter) -> None:
    """An offline replay comes days later: nothing is doubled, nothing changes, salt included."""
    counter.take(BOUGHT, NewReversal("A-1", "R-1", 1000))
    before = [one.model_dump() for one in counter.sales()]
    for _ in range(3):
        again = counter.take(
            BOUGHT, NewPurchase(4275, "A-1", 12), NewReversal("A-1", "R-1", 1000), NewReversal("A-1", "R-1")
        )
        assert [one.is_new for one in again] == [False] * 4
    assert [one.model_dump() for one in counter.sales()] == before


@pytest.mark.parametrize(
    "other",
    [
        NewPurchase(4276, "A-1", 12),
        NewPurchase(4275, "A-1", 13),
        NewPurchase(4275, "A-1"),
        NewPurchase(4275, "A-1", 12, at=date(2026, 11, 20)),
        NewReversal("A-1", "R-1", 999),
        NewReversal("A-2", "R-1", 1000),
        NewReversal("A-1", "R-1", 1000, at=date(2026, 11, 20)),
    ],
    ids=str,
)
def test_another_sale_under_a_taken_number_is_refused(counter: Counter, other: Draft) -> None:
    """Each part of the content counts: amount, buyer, time, refunded purchase."""
    counter.take(BOUGHT, NewPurchase(5000, "A-2", 12), NewReversal("A-1", "R-1", 1000))
    before = contents(counter)
    with pytest.raises(ReceiptTakenError) as refusal:
        counter.take(other)
    assert contents(counter) == before
    told = "1000, 2026-11-21T12:30" if isinstance(other, NewReversal) else "4275, 2026-11-21T10:05"
    assert refusal.value.limit == told, "who bought is not told"


def test_a_purchase_and_a_reversal_may_bear_one_number(counter: Counter) -> None:
    """The kind is part of the business key: some tills number a refund like its sale."""
    counter.take(BOUGHT, NewReversal("A-1", "A-1", 100))
    assert len(counter.sales()) == 2


@pytest.mark.parametrize(
    ("drafts", "error"),
    [
        ([NewReversal("nothing", "R-9")], ReturnWithoutPurchaseError),
        ([NewReversal("A-1", "R-1"), NewReversal("A-1", "R-2")], AlreadyReturnedError),
        ([NewReversal("A-1", "R-1", 4000), NewReversal("A-1", "R-2", 276)], ReturnTooLargeError),
        ([NewPurchase(2**63, "big")], AmountError),
        ([NewPurchase(1, "early", at=datetime(1, 1, 1, tzinfo=UTC))], DayError),
        (
            [NewPurchase(1, "late", at=datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=9))))],
            DayError,
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_no_ledger_would_take_is_refused_with_nothing_kept(
    counter: Counter, drafts: list[Draft], error: type[EndogeneError]
) -> None:
    """A refund never takes more than its purchase left, and never stands without one."""
    counter.take(BOUGHT)
    with pytest.raises(error):
        counter.take(*drafts)
    assert len(counter.sales()) == 1


def test_two_partial_refunds_may_take_exactly_the_whole(counter: Counter) -> None:
    """The limit is not one cent early."""
    counter.take(BOUGHT, NewReversal("A-1", "R-1", 4000), NewReversal("A-1", "R-2"))
    assert counter.sale("R-2", "reversal").amount == 275


def test_a_refused_sale_may_be_sent_again_corrected(counter: Counter) -> None:
    """A refused item moved no money: its number is not lost to the merchant."""
    counter.take(BOUGHT)
    counter.signer.step()
    counter.record(refused={1: 5})
    counter.signer.step()
    assert counter.sale("A-1").state == SaleState.REFUSED
    salt = counter.sale("A-1").salt
    [again] = counter.take(NewPurchase(4275, "A-1", 13))
    held = counter.sale("A-1")
    assert (again.is_new, held.member, held.state, held.sequence) == (True, 13, SaleState.PENDING, None)
    assert held.salt != salt


def test_a_sale_without_its_unknown_buyer_stays_that_sale_when_the_buyer_becomes_known(
    counter: Counter,
) -> None:
    """A shop repeats its order after the card was issued: no second sale, no conflict that never ends."""
    with counter.intake() as intake:
        intake.admit(NewPurchase(4275, "A-1"), unknown=UnknownPurchaseError(actual="card"))
    [again] = counter.take(NewPurchase(4275, "A-1", 12))
    assert (again.is_new, again.sale.member) == (False, 0)
    assert counter.sale("A-1").trouble is not None


def test_erasing_destroys_salt_and_place_and_keeps_the_number_taken(counter: Counter) -> None:
    """Erased on request: nobody can tie the receipt to the ledger, and a replay records nothing again."""
    counter.take(BOUGHT, NewReversal("A-1", "R-1", 1000))
    for _ in range(3):
        counter.signer.step()
        counter.record()
    counter.signer.step()
    with counter.intake() as intake:
        assert intake.erase("A-1") == 2
        assert intake.erase("A-1") == 0
    for one in counter.sales():
        assert (one.state, one.salt, one.signer, one.batch, one.sequence, one.queued) == (
            SaleState.ERASED,
            *[None] * 5,
        )
    again = counter.take(BOUGHT, NewReversal("A-1", "R-1", 1000))
    assert [one.is_new for one in again] == [False, False]
    with pytest.raises(ReceiptErasedError):
        counter.take(NewReversal("A-1", "R-2", 5))
    assert not counter.signer.step()


def test_what_is_on_its_way_is_not_erased(counter: Counter) -> None:
    """The relay may still need it; who asks is told to wait."""
    counter.take(BOUGHT)
    with counter.intake() as intake, pytest.raises(SaleOpenError):
        intake.erase("A-1")
    with counter.intake() as intake, pytest.raises(UnknownPurchaseError):
        intake.erase("nothing")


@pytest.mark.parametrize(
    "drafts",
    [
        [BOUGHT] * 8,
        [NewReversal("P", f"R-{i}", 600) for i in range(8)],
    ],
    ids=["one receipt", "refunds of one purchase"],
)
def test_senders_at_the_same_time_get_one_sale_and_never_more_than_was_paid(
    counter: Counter, drafts: list[Draft]
) -> None:
    """The unique key and the lock on the purchase decide, not the luck of the moment."""
    counter.take(NewPurchase(1000, "P"))
    gate, outcomes = threading.Barrier(len(drafts)), list[Any]()

    def send(draft: Draft) -> None:
        gate.wait()
        try:
            outcomes.extend(one.is_new for one in counter.take(draft))
        except ReturnTooLargeError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=send, args=(one,)) for one in drafts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(outcomes) == len(drafts)
    assert [one for one in outcomes if one is True] == [True]
    assert len(counter.sales()) == 2
