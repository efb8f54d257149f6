"""What is sent is sent once, and what became of it is told."""

from dataclasses import replace

import pytest

from endogene_token.chain import transactions as tx
from endogene_token.chain.sender import Sender
from endogene_token.chain.wallet import Receipt
from endogene_token.errors import (
    MerchantSuspendedError,
    NodeAnswerError,
    SequenceError,
    UnconfirmedError,
    UnknownRefusalError,
)
from tests.contracts.cooperative import Cooperative, Till
from tests.town import key


@pytest.fixture
def till(cooperative: Cooperative) -> Till:
    """A till of a new merchant."""
    return cooperative.equip(cooperative.enrol())


@pytest.fixture
def relay(cooperative: Cooperative) -> Sender:
    """An account that anyone might have, which holds nothing."""
    return cooperative.sender(key(8500))


def test_calls_sent_together_are_executed_in_their_order(
    cooperative: Cooperative, till: Till, relay: Sender
) -> None:
    """Consecutive nonces carry consecutive batches, in one request."""
    calls = [tx.record_purchases(cooperative.ledger.community, [till.purchases([0])]) for _ in range(5)]
    before = relay.next_nonce()
    receipts = relay.wait(relay.send(calls))
    assert relay.next_nonce() == before + 5
    firsts = [event.arguments["firstSequence"] for one in receipts for event in relay.events(one)]
    assert firsts == [1, 2, 3, 4, 5]


def test_several_tills_batches_share_one_transaction(
    cooperative: Cooperative, till: Till, relay: Sender
) -> None:
    """A relay of many tills sends one transaction for all."""
    other = cooperative.equip(till.merchant)
    signed = [till.purchases([0]), other.purchases([0, 0]), till.purchases([0])]
    receipt = relay.transact(tx.record_purchases(cooperative.ledger.community, signed))
    recorded = [
        (event.arguments["till"], event.arguments["firstSequence"]) for event in relay.events(receipt)
    ]
    assert recorded == [(till.number, 1), (other.number, 1), (till.number, 2)]


def test_one_refused_call_leaves_the_others_their_receipts(
    cooperative: Cooperative, till: Till, relay: Sender
) -> None:
    """The refusal is that of its own call, at its own place, even when its block holds the cause."""
    community = cooperative.ledger.community
    once = tx.record_purchases(community, [till.purchases([0])])
    more = tx.record_purchases(community, [till.purchases([0])])
    first, again, last = relay.outcomes(relay.send([once, once, more]))
    assert isinstance(first, Receipt)
    assert isinstance(last, Receipt)
    assert isinstance(again, SequenceError)
    assert (again.actual, again.limit) == (1, 3)


def test_waiting_for_a_refused_call_raises_what_the_contract_told(
    cooperative: Cooperative, till: Till, relay: Sender
) -> None:
    """A failed transaction is explained, although its receipt is silent."""
    community = cooperative.ledger.community
    cooperative.sender(cooperative.registrar).transact(tx.suspend_merchant(community, till.merchant))
    call = tx.record_purchases(community, [till.purchases([0])])
    for attempt in (relay.simulate, relay.transact):
        with pytest.raises(MerchantSuspendedError) as caught:
            attempt(call)
        assert caught.value.actual == till.merchant


def test_a_call_that_ran_out_of_gas_is_no_refusal_of_the_contract(
    cooperative: Cooperative, till: Till, relay: Sender
) -> None:
    """A limit set too low is not told as a reason of the ledger's."""
    call = tx.record_purchases(cooperative.ledger.community, [till.purchases([0])])
    with pytest.raises(UnknownRefusalError):
        relay.transact(replace(call, gas=60_000))


def test_the_gas_limits_hold_for_the_worst_batches(
    cooperative: Cooperative, till: Till, relay: Sender
) -> None:
    """512 purchases, each refused but one, cost most: the limit that the call sets is enough."""
    signed = till.purchases([0, *[2**31] * 511])
    call = tx.record_purchases(cooperative.ledger.community, [signed])
    assert relay.transact(call).gas_used < call.gas


def test_a_transaction_in_no_block_is_not_waited_for_for_ever(relay: Sender) -> None:
    """Who waits gets an answer, with the transaction and the time."""
    unknown = "0x" + "ab" * 32
    with pytest.raises(UnconfirmedError) as caught:
        relay.wait([unknown], timeout=0.05)
    assert caught.value.actual == unknown


def test_a_nonce_that_is_taken_is_refused(cooperative: Cooperative, till: Till, relay: Sender) -> None:
    """Two programs with one account cannot both believe that they sent."""
    community = cooperative.ledger.community
    relay.transact(tx.record_purchases(community, [till.purchases([0])]))
    with pytest.raises(NodeAnswerError):
        relay.send([tx.record_purchases(community, [till.purchases([0])])], nonce=relay.next_nonce() - 1)


def test_nothing_sent_is_nothing_to_wait_for(relay: Sender) -> None:
    """An empty round of a relay costs no transaction."""
    before = relay.next_nonce()
    assert relay.wait(relay.send([])) == []
    assert relay.next_nonce() == before
