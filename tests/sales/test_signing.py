"""Hosted sales signed: each in the queue once, in order, whatever dies and whoever else signs."""

import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.signatures import signer as signer_of
from endogene_token import crash
from endogene_token.errors import (
    BadSignatureError,
    ExposureError,
    OutOfStepError,
    PredecessorRejectedError,
    QueueError,
    SequenceError,
    SequenceTakenError,
    TillRevokedError,
)
from endogene_token.receipts import MAX_BATCH, Reversal, digest
from endogene_token.relay.models import State
from endogene_token.sales import SaleState, signing
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.sales import Draft, NewPurchase, NewReversal
from endogene_token.store import migrate, open_engine
from tests.sales.counter import DOMAIN, TILL, Counter

POINTS = (
    *("sales.batch.written", "sales.batch.stored", "sales.batch.written:2", "sales.batch.stored:2"),
    *("sales.followed", "sales.following.stored", "sales.followed:2", "sales.following.stored:2"),
)


def purchases(count: int, start: int = 0) -> list[Draft]:
    return [NewPurchase(100 + i, f"A-{start + i}", member=i % 3) for i in range(count)]


def settle(counter: Counter) -> None:
    """Relay, index, sign until nothing moves."""
    counter.record()
    while counter.signer.step():
        counter.record()


def queued_commitments(counter: Counter) -> list[bytes]:
    """Return the commitments of every item that the ledger recorded or will record, in sequence."""
    return [
        item.commitment
        for row in counter.batches()
        if row.state != State.REJECTED
        for item in row.signed.batch.items
    ]


def check_once(counter: Counter) -> None:
    """Every sale is in the queue exactly once, and the sequences have no hole."""
    assert sorted(queued_commitments(counter)) == sorted(one.commitment for one in counter.sales())
    rows = [row for row in counter.batches() if row.state != State.REJECTED]
    expected = 1
    for row in sorted(rows, key=lambda one: one.first_sequence):
        assert row.first_sequence == expected
        expected = row.last_sequence + 1


def test_waiting_sales_leave_signed_by_the_hosted_key_and_end_recorded(counter: Counter) -> None:
    """Purchases first, then their refunds, naming where the purchase stands."""
    counter.take(*purchases(3), NewReversal("A-1", "R-1", 50))
    assert counter.signer.step()
    assert counter.signer.step()
    sold, undone = counter.batches()
    assert (sold.first_sequence, sold.last_sequence, undone.first_sequence) == (1, 3, 4)
    key = counter.tills.key(counter.open_till())
    for row in (sold, undone):
        assert signer_of(digest(row.signed.batch, DOMAIN), row.signature) == key.address
    [refund] = undone.signed.batch.items
    assert isinstance(refund, Reversal)
    assert (refund.purchase_batch, refund.purchase_sequence, refund.amount) == (1, 2, 50)
    assert {one.state for one in counter.sales()} == {SaleState.ACCEPTED}
    counter.record()
    counter.signer.step()
    assert {one.state for one in counter.sales()} == {SaleState.RECORDED}
    assert [(one.signer, one.sequence) for one in counter.sales()] == [(TILL, n) for n in (1, 2, 3, 4)]
    assert not counter.signer.step()


def test_a_batch_holds_512_sales_at_most_and_their_order_stands(counter: Counter) -> None:
    """The limit of a batch is the ledger's; none is left out at its edge."""
    counter.take(*purchases(MAX_BATCH + 1))
    settle(counter)
    assert [one.last_sequence for one in counter.batches()] == [MAX_BATCH, MAX_BATCH + 1]
    assert queued_commitments(counter) == [one.commitment for one in counter.sales()]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sampled_from(["sell", "refund", "sign", "record", "replay"]), max_size=30))
def test_whatever_the_order_of_things_every_sale_is_queued_once(counter: Counter, acts: list[str]) -> None:
    """Sales, refunds, signatures and replays in any order: one item each, no hole, no double."""
    counter.tills.close(TILL)
    told: list[Draft] = []
    number = counter.till = counter.till + 1
    counter.host(900 + number, number)
    for i, act in enumerate(acts):
        if act == "sell":
            told.append(NewPurchase(1000, f"{number}-{i}"))
            counter.take(told[-1])
        elif act == "refund" and told:
            first = next(one for one in told if isinstance(one, NewPurchase))
            told.append(NewReversal(first.receipt, f"{number}-{i}", 1))
            counter.take(told[-1])
        elif act == "replay":
            counter.take(*told)
        elif act == "record":
            counter.record()
        else:
            counter.signer.step()
    settle(counter)
    counter.signer.step()
    own = [one for one in counter.sales() if one.till == number]
    assert len(own) == len(told)
    assert {one.state for one in own} <= {SaleState.RECORDED}
    assert sorted(one.sequence or 0 for one in own) == list(range(1, len(own) + 1))
    counter.tills.close(number)


def test_a_held_batch_is_told_with_its_reason_and_goes_on(counter: Counter) -> None:
    """A merchant over its limit sees why its sales wait; nobody sends them again."""
    counter.take(*purchases(2))
    counter.signer.step()
    counter.hold(counter.batches()[0], ExposureError(actual=5, limit=3))
    assert counter.signer.step()
    held = counter.sale("A-0")
    assert held.state == SaleState.HELD
    assert isinstance(held.trouble, ExposureError)
    assert not counter.signer.step()
    settle(counter)
    counter.record()
    counter.signer.step()
    assert (counter.sale("A-0").state, counter.sale("A-0").trouble) == (SaleState.RECORDED, None)
    check_once(counter)


def test_a_refused_purchase_refuses_the_refunds_that_wait_for_it(counter: Counter) -> None:
    """A refund of what moved no money moves none."""
    counter.take(*purchases(2))
    counter.signer.step()
    counter.record(refused={1: 5})
    counter.take(NewReversal("A-0", "R-0"), NewReversal("A-1", "R-1"))
    settle(counter)
    counter.signer.step()
    states = {(one.receipt, one.state) for one in counter.sales()}
    assert states == {
        ("A-0", "refused"),
        ("A-1", "recorded"),
        ("R-0", "refused"),
        ("R-1", "recorded"),
    }


def test_a_batch_after_a_rejected_one_is_signed_again_from_where_the_ledger_is(counter: Counter) -> None:
    """Both wait again; neither is lost, neither is there twice."""
    counter.take(*purchases(2))
    counter.signer.step()
    counter.take(*purchases(2, 2))
    counter.signer.step()
    for row in counter.batches():
        counter.reject(row, PredecessorRejectedError(actual=row.first_sequence, limit=1))
    settle(counter)
    counter.signer.step()
    assert {one.state for one in counter.sales()} == {SaleState.RECORDED}
    check_once(counter)


@pytest.mark.parametrize(
    "error",
    [TillRevokedError(actual=TILL), BadSignatureError(), SequenceTakenError(actual=1, till=TILL, limit=3)],
)
def test_what_another_signature_cannot_mend_stops_the_till_until_its_key_is_rotated(
    counter: Counter, error: Any
) -> None:
    """No endless loop of batches that the ledger rejects, and no sale lost by it."""
    counter.take(*purchases(2))
    counter.signer.step()
    counter.reject(counter.batches()[0], error)
    counter.signer.step()
    assert {one.state for one in counter.sales()} == {SaleState.PENDING}
    assert type(counter.open_till().trouble) is type(error)
    assert not counter.signer.step()
    counter.rotate(TILL + 1)
    settle(counter)
    counter.signer.step()
    assert {(one.state, one.signer, one.till) for one in counter.sales()} == {("recorded", TILL + 1, TILL)}


def test_a_refund_under_a_new_key_waits_until_the_purchase_under_the_old_one_is_recorded(
    counter: Counter,
) -> None:
    """The old key's batch may still be rejected and its sales numbered anew: nothing names them before."""
    counter.take(*purchases(1))
    counter.signer.step()
    counter.take(NewReversal("A-0", "R-0"))
    counter.rotate(TILL + 1)
    assert not counter.signer.step()
    assert len(counter.batches()) == 1
    settle(counter)
    counter.record()
    settle(counter)
    counter.signer.step()
    assert {one.state for one in counter.sales()} == {SaleState.RECORDED}
    [refund] = counter.batches()[1].signed.batch.items
    assert isinstance(refund, Reversal)
    assert (refund.purchase_till, counter.batches()[1].till) == (TILL, TILL + 1)


def test_a_ledger_that_is_ahead_of_the_database_stops_the_till(counter: Counter) -> None:
    """A database older than what its key signed might sign a sale twice: a person decides, not the worker."""
    counter.take(*purchases(1))
    counter.chain.nexts[TILL] = 5
    counter.signer.step()
    assert isinstance(counter.open_till().trouble, OutOfStepError)
    assert counter.batches() == []


def test_a_revoked_till_signs_nothing(counter: Counter) -> None:
    """What the ledger will reject never leaves."""
    counter.take(*purchases(1))
    counter.chain.revoked.add(TILL)
    assert not counter.signer.step()
    assert isinstance(counter.open_till().trouble, TillRevokedError)


def test_without_a_node_sales_are_signed_all_the_same(counter: Counter) -> None:
    """The chain down for an hour: sales are taken, signed, queued, and recorded once when it returns."""
    counter.chain.is_away = True
    counter.take(*purchases(2))
    counter.signer.step()
    counter.record()
    counter.take(*purchases(2, 2))
    counter.signer.step()
    counter.chain.is_away = False
    settle(counter)
    counter.signer.step()
    assert {one.state for one in counter.sales()} == {SaleState.RECORDED}
    check_once(counter)


def test_two_signers_started_by_mistake_double_nothing(counter: Counter) -> None:
    """They take turns at the till's row; the queue refuses whoever comes second."""
    counter.take(*purchases(MAX_BATCH * 2))
    gate = threading.Barrier(4)

    def sign() -> None:
        own = counter.new_signer()
        gate.wait()
        for _ in range(4):
            try:
                own.step()
            except (QueueError, SequenceError):
                continue

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    settle(counter)
    check_once(counter)


def test_without_the_lock_two_signers_would_double_a_sale(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard can fail: a signer whose view is older than another's batch must not go on from it."""
    counter.take(*purchases(2))
    sales = counter.sales()
    counter.signer.step()
    monkeypatch.setattr(signing, "_purchases", lambda *_: sales)  # what it had read before it had the lock
    counter.signer._sign(counter.open_till())
    with pytest.raises(AssertionError):
        check_once(counter)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_no_sale_is_lost_or_doubled(sqlite_url: str, point: str) -> None:
    """SIGKILL between any two writes; the next signer goes on from what the database holds."""
    counter = Counter(open_engine(sqlite_url))
    migrate(counter.engine)
    counter.host()
    counter.take(*purchases(3), NewReversal("A-0", "R-0"))
    killed = subprocess.run(
        [sys.executable, "-m", "tests.sales.sign", sqlite_url],
        env={**os.environ, crash.VARIABLE: point},
        check=False,
        timeout=100,
    )
    assert killed.returncode == -9
    settle(counter)
    counter.record()
    settle(counter)
    assert {one.state for one in counter.sales()} == {SaleState.RECORDED}
    check_once(counter)


def test_a_key_is_kept_encrypted_and_found_again_after_a_kill(counter: Counter) -> None:
    """What waits for its enrolment is the same key each time; the database never holds it in the clear."""
    made = counter.tills.begin(9)
    assert counter.tills.begin(9).address == made.address
    key = counter.tills.key(made)
    assert key.address == made.address
    assert "crypto" in made.keystore
    number = counter.tills.open(made, 11)
    assert number == 11
    counter.tills.close(number)
    assert counter.tills.begin(9).address != made.address
    assert TillKey.generate().encrypted("x") != TillKey.generate().encrypted("x")
