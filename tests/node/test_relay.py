"""The relay on a real chain: what it records, holds, rejects, and finds again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import (
    reinstate_merchant,
    revoke_till,
    set_limits,
    suspend_merchant,
)
from endogene_token.errors import NodeUnavailableError, SequenceError, SequenceTakenError
from endogene_token.relay import Relay, queue
from endogene_token.relay.models import RelayBatch, Signed
from endogene_token.relay.proofs import recorded
from endogene_token.store import reading, writing
from tests.town import (
    BAKERY,
    BAKERY_TILL,
    CHLOE,
    GROCER,
    GROCER_SHOP,
    GROCER_TILL,
    TILL_CAP,
    Town,
    chain,
    database,
    settle_down,
)


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture(scope="module")
def rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    with chain(tmp_path_factory.mktemp("chain")) as found:
        yield found


@pytest.fixture
def town(rpc: Rpc) -> Town:
    return settle_down(rpc)


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    opened = database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def relay(engine: Engine, town: Town, clock: Clock) -> Relay:
    return Relay(engine, town.ledger, town.relayer, clock=clock)


def batch_at(engine: Engine, till: int, sequence: int) -> RelayBatch:
    """Return the queue's batch that holds this sequence."""
    with reading(engine) as connection, Session(connection) as session:
        found = queue.find(session, till, sequence)
    assert found is not None
    return found


def told(engine: Engine, till: int, sequence: int) -> tuple[str, str | None]:
    """Return the state of a batch and the code of its reason."""
    row = batch_at(engine, till, sequence)
    return row.state, None if row.trouble is None else row.trouble.code


def exhaust(relay: Relay) -> None:
    while relay.step():
        pass


def next_of(town: Town, till: int) -> int:
    return town.ledger.till(till).next_sequence


def block_of(town: Town) -> int:
    return town.ledger.head()


def test_batches_of_several_tills_leave_in_one_transaction(engine: Engine, town: Town, relay: Relay) -> None:
    """One step, one block, three tills, four batches."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000, 2000]))
    queue.accept(engine, town.purchases(BAKERY_TILL, 3, [500]))
    queue.accept(engine, town.purchases(GROCER_TILL, 1, [700]))
    queue.accept(engine, town.purchases(GROCER_SHOP, 1, [900], member=CHLOE))
    before = block_of(town)
    assert relay.step() is True
    assert block_of(town) == before + 1
    assert [next_of(town, till) for till in (BAKERY_TILL, GROCER_TILL, GROCER_SHOP)] == [4, 2, 2]
    assert {told(engine, till, 1) for till in (1, 2, 3)} == {("recorded", None)}
    assert relay.step() is False


def test_more_items_than_one_transaction_takes_leave_in_several(engine: Engine, town: Town) -> None:
    """Every batch arrives, in order, however small a transaction must be."""
    small = Relay(engine, town.ledger, town.relayer, items_per_transaction=3)
    for first in (1, 3, 5, 7):
        queue.accept(engine, town.purchases(BAKERY_TILL, first, [100, 200]))
    queue.accept(engine, town.purchases(GROCER_TILL, 1, [100] * 5))
    exhaust(small)
    assert (next_of(town, BAKERY_TILL), next_of(town, GROCER_TILL)) == (9, 6)


def test_a_refund_follows_its_purchase_with_its_proof(engine: Engine, town: Town, relay: Relay) -> None:
    """A reversal queued with its purchase undoes exactly its premium, proven from the queue's own rows."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000] * 20))
    queue.accept(engine, town.reversals(BAKERY_TILL, 21, (BAKERY_TILL, 1, 18, 1000)))
    exhaust(relay)
    assert told(engine, BAKERY_TILL, 21) == ("recorded", None)
    assert town.ledger.reversed_of(BAKERY_TILL, 18) == 1000
    assert town.ledger.balance_sheet().premiums_receivable == 19 * 28


def test_a_refund_is_proven_from_the_chain_when_the_queue_knows_nothing(
    engine: Engine, town: Town, relay: Relay, tmp_path: Path
) -> None:
    """The relay keeps nothing that it cannot find again: the chain's own logs give the items."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000, 3000]))
    exhaust(relay)
    empty = database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    queue.accept(empty, town.reversals(BAKERY_TILL, 3, (BAKERY_TILL, 1, 2, 500)), chain_next=3)
    exhaust(Relay(empty, town.ledger, town.relayer))
    assert town.ledger.reversed_of(BAKERY_TILL, 2) == 500
    empty.dispose()


def test_a_refund_of_a_purchase_that_never_was_is_refused_by_the_ledger(
    engine: Engine, town: Town, relay: Relay
) -> None:
    """It takes its sequence, moves nothing, and the till goes on."""
    queue.accept(engine, town.reversals(BAKERY_TILL, 1, (BAKERY_TILL, 7, 8, 500)))
    queue.accept(engine, town.purchases(BAKERY_TILL, 2, [1000]))
    exhaust(relay)
    assert next_of(town, BAKERY_TILL) == 3
    assert town.ledger.balance_sheet().premiums_receivable == 28


@pytest.mark.parametrize("sequence", [21, 33, 500], ids=["in its last chunk", "just past it", "far past it"])
def test_a_refund_of_a_sequence_past_the_end_of_its_batch_is_refused_by_the_ledger(
    engine: Engine, town: Town, relay: Relay, sequence: int
) -> None:
    """The relay proves that the batch ends before it: a till's mistake never blocks its queue."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000] * 20))
    queue.accept(engine, town.reversals(BAKERY_TILL, 21, (BAKERY_TILL, 1, sequence, 500)))
    exhaust(relay)
    assert told(engine, BAKERY_TILL, 21) == ("recorded", None)
    assert town.ledger.balance_sheet().premiums_receivable == 20 * 28


def test_a_refund_waits_for_a_purchase_that_is_still_queued(
    engine: Engine, town: Town, relay: Relay, clock: Clock
) -> None:
    """Sent before its purchase, another till's refund would be refused for good."""
    town.do(suspend_merchant(town.community, GROCER))
    queue.accept(engine, town.purchases(GROCER_TILL, 1, [1000]))
    queue.accept(engine, town.reversals(GROCER_SHOP, 1, (GROCER_TILL, 1, 1, 1000)))
    exhaust(relay)
    assert told(engine, GROCER_SHOP, 1) == ("held", "purchase-pending")
    town.do(reinstate_merchant(town.community, GROCER))
    for _ in range(3):
        clock.now += 60
        exhaust(relay)
    assert town.ledger.reversed_of(GROCER_TILL, 1) == 1000


def test_a_suspended_merchants_batches_wait_while_others_go_on(
    engine: Engine, town: Town, relay: Relay, clock: Clock
) -> None:
    """Held with its reason, tried again later, recorded once the suspension ends."""
    town.do(suspend_merchant(town.community, BAKERY))
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000]))
    queue.accept(engine, town.purchases(BAKERY_TILL, 2, [1000]))
    queue.accept(engine, town.purchases(GROCER_TILL, 1, [1000]))
    exhaust(relay)
    assert told(engine, BAKERY_TILL, 1) == ("held", "merchant-suspended")
    assert told(engine, BAKERY_TILL, 2) == ("queued", None)
    assert told(engine, GROCER_TILL, 1) == ("recorded", None)
    town.do(reinstate_merchant(town.community, BAKERY))
    assert relay.step() is False, "its time has not come"
    clock.now += 1
    exhaust(relay)
    assert next_of(town, BAKERY_TILL) == 3


def test_a_held_batch_is_tried_later_each_time(
    engine: Engine, town: Town, relay: Relay, clock: Clock
) -> None:
    """1, 2, 4 … seconds, and never more than the longest wait."""
    town.do(suspend_merchant(town.community, BAKERY))
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000]))
    waits = []
    for _ in range(11):
        relay.step()
        waits.append(batch_at(engine, BAKERY_TILL, 1).retry_at - clock.now)
        clock.now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, queue.LONGEST_WAIT, queue.LONGEST_WAIT]


def test_batches_up_to_the_exposure_limit_are_recorded_and_the_next_one_held(
    engine: Engine, town: Town, relay: Relay, clock: Clock
) -> None:
    """Two tills of one merchant pass its limit together: what fits is recorded, the rest waits."""
    town.do(set_limits(town.community, GROCER, 70, TILL_CAP))
    queue.accept(engine, town.purchases(GROCER_TILL, 1, [1000]))
    queue.accept(engine, town.purchases(GROCER_TILL, 2, [1000]))
    queue.accept(engine, town.purchases(GROCER_SHOP, 1, [1000]))
    exhaust(relay)
    assert town.ledger.merchant_account(GROCER).owed == 56
    assert told(engine, GROCER_SHOP, 1) == ("held", "exposure")
    town.do(set_limits(town.community, GROCER, 1000, TILL_CAP))
    clock.now += 1
    exhaust(relay)
    assert town.ledger.merchant_account(GROCER).owed == 84


@pytest.mark.parametrize(
    ("wrong", "code"), [({"signer": GROCER_TILL}, "bad-signature"), ({"merchant": GROCER}, "wrong-merchant")]
)
def test_what_the_ledger_will_never_take_is_rejected_and_the_till_can_sign_again(
    engine: Engine, town: Town, relay: Relay, wrong: dict[str, int], code: str
) -> None:
    """The later batches are rejected too, saying which one they followed; the sequences are free again."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000, 2000], **wrong))
    queue.accept(engine, town.purchases(BAKERY_TILL, 3, [3000]))
    exhaust(relay)
    assert told(engine, BAKERY_TILL, 1) == ("rejected", code)
    assert told(engine, BAKERY_TILL, 3) == ("rejected", "predecessor-rejected")
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000, 2000, 3000]))
    exhaust(relay)
    assert told(engine, BAKERY_TILL, 3) == ("recorded", None)
    assert town.ledger.merchant_account(BAKERY).owed == 28 + 56 + 84


def test_a_revoked_till_records_nothing_however_old_its_queue(
    engine: Engine, town: Town, relay: Relay
) -> None:
    """From the block of its revocation on; another till of the town is not hindered."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000]))
    queue.accept(engine, town.purchases(GROCER_TILL, 1, [1000]))
    town.do(revoke_till(town.community, BAKERY_TILL))
    exhaust(relay)
    assert told(engine, BAKERY_TILL, 1) == ("rejected", "till-revoked")
    assert town.ledger.merchant_account(BAKERY).owed == 0
    assert told(engine, GROCER_TILL, 1) == ("recorded", None)


def test_other_content_at_recorded_sequences_is_rejected(
    engine: Engine, town: Town, relay: Relay, tmp_path: Path
) -> None:
    """Two servers took different batches for one sequence: the chain has one, the other one is told."""
    other = database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    queue.accept(other, town.purchases(BAKERY_TILL, 1, [1111, 2222]))
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000]))
    exhaust(relay)
    exhaust(Relay(other, town.ledger, town.relayer))
    assert told(other, BAKERY_TILL, 1) == ("rejected", "sequence-taken")
    assert town.ledger.merchant_account(BAKERY).owed == 28
    other.dispose()


def test_a_batch_recorded_by_another_relay_is_marked_recorded(
    engine: Engine, town: Town, relay: Relay, tmp_path: Path
) -> None:
    """Purchases are known by their record, refunds by their events; nothing is sent a second time."""
    other = database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    batches: list[Signed] = [
        town.purchases(BAKERY_TILL, 1, [1000, 2000]),
        town.reversals(BAKERY_TILL, 3, (BAKERY_TILL, 1, 1, 400), (BAKERY_TILL, 1, 9, 5)),
    ]
    for one in batches:
        queue.accept(engine, one)
        queue.accept(other, one)
    exhaust(relay)
    head = block_of(town)
    exhaust(Relay(other, town.ledger, town.relayer))
    assert (told(other, BAKERY_TILL, 1), told(other, BAKERY_TILL, 3)) == (("recorded", None),) * 2
    assert block_of(town) == head
    different = town.reversals(BAKERY_TILL, 3, (BAKERY_TILL, 1, 1, 400), (BAKERY_TILL, 1, 9, 6))
    assert recorded(town.ledger, [*batches, different]) == [True, True, False]
    other.dispose()


def test_with_the_chain_down_the_queue_accepts_and_says_so(engine: Engine, town: Town) -> None:
    """Sales go on; each batch says why it waits; all leave when the node is back."""
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1000]))
    with Rpc(["http://127.0.0.1:9"], timeout=1) as nobody:
        cut_off = Relay(engine, Town(nobody, town.community).ledger, town.relayer)
        with pytest.raises(NodeUnavailableError):
            cut_off.step()
    queue.accept(engine, town.purchases(BAKERY_TILL, 2, [1000]))
    assert told(engine, BAKERY_TILL, 1) == ("held", "node-unavailable")
    exhaust(Relay(engine, town.ledger, town.relayer))
    assert {told(engine, BAKERY_TILL, sequence) for sequence in (1, 2)} == {("recorded", None)}


def test_a_gap_an_overlap_and_a_replay_are_told_apart(engine: Engine, town: Town) -> None:
    """The very same batch again is the same batch; anything else at a taken sequence is refused."""
    first = town.purchases(BAKERY_TILL, 1, [1000, 2000])
    queue.accept(engine, first)
    queue.accept(engine, first)
    for wrong, error, actual, limit in (
        (town.purchases(BAKERY_TILL, 4, [1]), SequenceError, 4, 3),
        (town.purchases(BAKERY_TILL, 2, [2000]), SequenceTakenError, 2, 3),
        (town.purchases(BAKERY_TILL, 1, [1000, 2001]), SequenceTakenError, 1, 3),
        (town.purchases(BAKERY_TILL, 1, [1000]), SequenceTakenError, 1, 3),
        (town.purchases(BAKERY_TILL, 2**63, [1000]), SequenceError, 2**63, 3),
    ):
        with pytest.raises(error) as refusal:
            queue.accept(engine, wrong)
        assert (refusal.value.actual, refusal.value.limit) == (actual, limit)
    with reading(engine) as connection, Session(connection) as session:
        assert queue.depth(session) == queue.Depth(waiting=2, held=0)
        assert queue.next_sequence(session, BAKERY_TILL) == 3
        assert queue.find(session, BAKERY_TILL, 2**64) is None


def test_an_enqueue_that_fails_leaves_no_row(engine: Engine, town: Town) -> None:
    """A refused batch has no sequence in the queue: the right one still fits."""
    with pytest.raises(SequenceError), writing(engine) as connection, Session(connection) as session:
        queue.enqueue(session, town.purchases(BAKERY_TILL, 5, [1]))
    queue.accept(engine, town.purchases(BAKERY_TILL, 1, [1]))
