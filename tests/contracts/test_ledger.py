"""What is recorded is what is read: the typed views, over real transactions."""

from dataclasses import astuple

import pytest

from endogene_token.chain import transactions as tx
from endogene_token.chain.contracts import encode
from endogene_token.chain.views import (
    Admission,
    Category,
    CreditAccount,
    MemberKind,
    MerchantAccount,
    MerchantStatus,
)
from endogene_token.errors import (
    BankReferenceUsedError,
    BatchCountError,
    KeyTakenError,
    UnknownMemberError,
    UnknownMerchantError,
    UnknownRulesError,
    UnknownTillError,
)
from endogene_token.money import Split, shares, undo
from endogene_token.receipts import (
    Reversal,
    ReversalBatch,
    SignedReversals,
    batch_root,
    item_proof,
)
from tests.contracts.cooperative import AMOUNT, CAP, LIMIT, RATE, RULES, Cooperative, Till, commitment, today
from tests.town import FOREVER, key

SPLIT = Split(RULES.operations_bps, RULES.reserve_bps)
SHARES = shares(AMOUNT, RATE, SPLIT, anonymous=False)


@pytest.fixture
def till(cooperative: Cooperative) -> Till:
    """A till of a merchant that owes nothing yet."""
    return cooperative.equip(cooperative.enrol())


def test_a_recorded_purchase_shows_in_every_view_that_it_concerns(
    cooperative: Cooperative, till: Till
) -> None:
    """The premium is owed, the credit held, every pocket moves by the rulebook's split; and they balance."""
    ledger = cooperative.ledger
    [member] = cooperative.admit(1)
    before = ledger.balance_sheet()
    signed = till.purchases([member, 0])
    cooperative.sender(cooperative.stranger).transact(tx.record_purchases(ledger.community, [signed]))
    memberless = shares(AMOUNT, RATE, SPLIT, anonymous=True)
    after = ledger.balance_sheet()
    moved = [new - old for new, old in zip(astuple(after), astuple(before), strict=True)]
    reserve = SHARES.reserve + memberless.reserve
    assert moved == [0, 2 * SHARES.premium, SHARES.credit, 0, reserve, SHARES.operations, 0, 0, 0, 0]
    assert after.cash + after.premiums_receivable == sum(astuple(after)[2:])
    assert ledger.account(member) == CreditAccount(SHARES.credit, 0, FOREVER)
    assert ledger.merchant_account(till.merchant) == MerchantAccount(2 * SHARES.premium, 0)
    assert ledger.till(till.number).next_sequence == 3


def test_the_record_of_a_batch_is_its_root_and_its_rules(cooperative: Cooperative, till: Till) -> None:
    """What the fund keeps proves each item of the batch."""
    ledger = cooperative.ledger
    signed = till.purchases([0] * 40)
    cooperative.sender(cooperative.stranger).transact(tx.record_purchases(ledger.community, [signed]))
    record = ledger.batch_record(till.number, 1)
    assert record is not None
    assert (record.root, record.rules_version) == (batch_root(signed.batch.words()), ledger.rules_version())
    assert ledger.batch_record(till.number, 2) is None


def test_a_refund_undoes_its_share_and_a_payment_past_what_is_owed_is_kept(
    cooperative: Cooperative, till: Till
) -> None:
    """Refund and settlement, as the views tell them, are what the arithmetic of this project says."""
    ledger = cooperative.ledger
    [member] = cooperative.admit(1)
    recorded = till.purchases([member])
    refund = Reversal(till.number, 1, 1_000, today(), commitment(5), purchase_batch=1)
    batch = ReversalBatch(till.number, till.merchant, 2, (refund,))
    signed = SignedReversals(batch, till.key.sign(batch, ledger.domain))
    proof = item_proof(recorded.batch.words(), 0)
    sender = cooperative.sender(cooperative.treasurer)
    undone = undo(AMOUNT, AMOUNT - 1_000, RATE, SPLIT, anonymous=False)
    owed = SHARES.premium - undone.premium
    reference = commitment(till.number) * 2
    receipts = [
        sender.transact(call)
        for call in (
            tx.record_purchases(ledger.community, [recorded]),
            tx.reverse_purchases(ledger.community, [signed], [[proof]]),
            tx.settle_premiums(ledger.community, till.merchant, owed + 7, reference),
        )
    ]
    assert [event.name for one in receipts for event in sender.events(one)] == [
        *("Transfer", "PurchasesRecorded", "Transfer", "PurchaseReversed", "PremiumsSettled")
    ]
    assert ledger.reversed_of(till.number, 1) == 1_000
    assert ledger.account(member).balance == SHARES.credit - undone.credit
    assert ledger.merchant_account(till.merchant) == MerchantAccount(0, 7)
    assert ledger.reference_used(reference)
    with pytest.raises(BankReferenceUsedError):
        sender.transact(tx.settle_premiums(ledger.community, till.merchant, 1, reference))


def test_a_batch_whose_every_purchase_is_refused_takes_its_sequences(
    cooperative: Cooperative, till: Till
) -> None:
    """Nothing that a till signs can hold its queue forever, whatever its merchant owes."""
    ledger, sender = cooperative.ledger, cooperative.sender(cooperative.stranger)
    [member] = cooperative.admit(1)
    for signed in (till.purchases([member]), till.purchases([member, member], amount=CAP + 1)):
        sender.transact(tx.record_purchases(ledger.community, [signed]))
    assert ledger.till(till.number).next_sequence == 4
    assert [ledger.reversed_of(till.number, sequence) for sequence in (1, 2, 3)] == [0, CAP + 1, CAP + 1]
    assert ledger.merchant_account(till.merchant).owed == SHARES.premium


def test_the_views_at_a_block_stay_as_they_were(cooperative: Cooperative, till: Till) -> None:
    """An audit reads one instant, while the chain goes on."""
    ledger, sender = cooperative.ledger, cooperative.sender(cooperative.stranger)
    first = sender.transact(tx.record_purchases(ledger.community, [till.purchases([0])]))
    sender.transact(tx.record_purchases(ledger.community, [till.purchases([0])]))
    assert ledger.at(first.block).till(till.number).next_sequence == 2
    assert ledger.till(till.number).next_sequence == 3


def test_many_accounts_are_read_in_their_order(cooperative: Cooperative) -> None:
    """More numbers than one request holds come back in order, those never admitted as zeros."""
    members = cooperative.admit(3)
    numbers = [members[2], *[2**31] * 600, members[0]]
    found = cooperative.ledger.accounts(numbers)
    admitted, never = CreditAccount(0, 0, FOREVER), CreditAccount(0, 0, 0)
    assert found == [admitted, *[never] * 600, admitted]


def test_the_register_tells_members_merchants_and_tills(cooperative: Cooperative, till: Till) -> None:
    """What the registrar wrote is what everyone reads."""
    ledger = cooperative.ledger
    holder = bytes.fromhex(key(7100 + till.number).address[2:])
    [member] = cooperative.admit(1, keys=[holder])
    registrar = cooperative.sender(cooperative.registrar)
    registrar.transact(tx.set_validity(ledger.community, member, 5, 10))
    found = ledger.member(member)
    assert (found.kind, found.key, found.valid_from, found.valid_until) == (MemberKind.PERSON, holder, 5, 10)
    assert ledger.member_by_key(holder) == member == ledger.member_count()
    assert ledger.member_by_key(b"\x01" * 20) is None
    merchant = ledger.merchant(till.merchant)
    assert (merchant.status, merchant.exposure_limit, merchant.till_cap) == (
        MerchantStatus.ACTIVE,
        LIMIT,
        CAP,
    )
    assert ledger.till(till.number).key == till.key.address
    registrar.transact(tx.revoke_till(ledger.community, till.number))
    assert ledger.till(till.number).revoked


def test_a_scheduled_rate_holds_from_its_day_on(cooperative: Cooperative, till: Till) -> None:
    """A rate changes after notice, and never backwards."""
    ledger, day = cooperative.ledger, today() + 100
    call = tx.schedule_rate(ledger.community, till.merchant, 300, day)
    cooperative.sender(cooperative.registrar).transact(call)
    assert [ledger.rate_on(till.merchant, one) for one in (0, day - 1, day)] == [RATE, RATE, 300]


def test_what_the_register_does_not_hold_is_named(cooperative: Cooperative) -> None:
    """A wrong number is answered with that number."""
    ledger, wrong = cooperative.ledger, 2**31
    for view, refusal in (
        (ledger.member, UnknownMemberError),
        (ledger.merchant, UnknownMerchantError),
        (ledger.till, UnknownTillError),
    ):
        with pytest.raises(refusal) as caught:
            view(wrong)
        assert caught.value.actual == wrong
    with pytest.raises(UnknownRulesError):
        ledger.rules(9)


def test_a_refusal_names_what_stands_in_the_way(cooperative: Cooperative, till: Till) -> None:
    """A key that another member holds, a batch that is too long: each with its value."""
    ledger, registrar = cooperative.ledger, cooperative.sender(cooperative.registrar)
    holder = key(7200 + till.number).address
    [member] = cooperative.admit(1, keys=[bytes.fromhex(holder[2:])])
    again = Admission(MemberKind.PERSON, Category.USER, 0, 1, bytes.fromhex(holder[2:]))
    with pytest.raises(KeyTakenError) as caught:
        registrar.transact(tx.admit_members(ledger.community, [again]))
    assert caught.value.actual == member
    # One more than a batch can hold here: as another program might send.
    batch = (till.number, till.merchant, 1, [bytes(32)] * 513, bytes(32), bytes(32))
    call = tx.Call(ledger.community.fund, encode("CommunityFund", "recordPurchases", [batch]), 10**8)
    with pytest.raises(BatchCountError) as refused:
        registrar.simulate(call)
    assert (refused.value.actual, refused.value.limit) == (513, 512)
