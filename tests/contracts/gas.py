"""What the calls of a community cost: real transactions through the proxies, with constant inputs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from eth_hash.auto import keccak

from endogene_token.chain import transactions as tx
from endogene_token.chain.calls import Ledger
from endogene_token.chain.deployment import found
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category, MemberKind, Role, Rules
from endogene_token.receipts import (
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
    item_proof,
)
from endogene_token.sdk.keys import TillKey
from tests.town import FOREVER, key

SIZES: Final = (1, 10, 50, 200, 500, 512)
# A day's bytes are part of what a call costs: one that stays the same, and windows wide enough to admit it.
DAY: Final = 20_000
RULES: Final = Rules(10_000, 10_000, 1000, 500, 10, 3600)
# Nobody else founds with this account: its nonces, the contracts' addresses and the signatures are constant.
FOUNDER: Final = key(9001)
Figures = dict[str, int]


@dataclass
class Meter:
    """A community of its own, whose founder holds every role, with one merchant and two tills."""

    ledger: Ledger
    figures: Figures = field(default_factory=dict)
    sequences: dict[int, int] = field(default_factory=lambda: {1: 1, 2: 1})

    @property
    def sender(self) -> Sender:
        return Sender(self.ledger, FOUNDER)

    def spend(self, call: Call, what: str | None = None) -> None:
        """Send `call`, and note its gas under `what`."""
        gas = self.sender.transact(call).gas_used
        if what is not None:
            self.figures[what] = gas

    def purchases(self, till: int, members: Sequence[int]) -> SignedPurchases:
        """Sign a batch of a purchase for each of `members`; amounts from 100 to 50,000 minor units."""
        first = self.sequences[till]
        self.sequences[till] += len(members)
        items = tuple(
            Purchase(
                member,
                DAY,
                100 + (first + i) * 7919 % 49_901,
                secret(first + i),
            )
            for i, member in enumerate(members)
        )
        batch = PurchaseBatch(till, MERCHANT, first, items)
        return SignedPurchases(batch, TILL_KEYS[till].sign(batch, self.ledger.domain))

    def reverse(self, batch: PurchaseBatch, places: Sequence[int], what: str) -> None:
        """Refund the purchases of a recorded batch at `places`, each in part."""
        first = self.sequences[1]
        self.sequences[1] += len(places)
        items = tuple(
            Reversal(
                1, batch.first_sequence + i, 50, DAY, secret(first + i), purchase_batch=batch.first_sequence
            )
            for i in places
        )
        refunds = ReversalBatch(1, MERCHANT, first, items)
        signed = SignedReversals(refunds, TILL_KEYS[1].sign(refunds, self.ledger.domain))
        proofs = [item_proof(batch.words(), i) for i in places]
        self.spend(tx.reverse_purchases(self.ledger.community, [signed], [proofs]), what)


MERCHANT: Final = 1
MEMBERS: Final = range(2, 2 + max(SIZES))
TILL_KEYS: Final = {number: TillKey(key(9100 + number).key) for number in (1, 2)}


def measure(rpc: Rpc) -> Figures:
    """Found a community on a chain where `FOUNDER` has sent nothing; return what each call of it costs."""
    meter = Meter(Ledger(rpc, found(rpc, FOUNDER, "Community credit", "CC", RULES)))
    _measure_register(meter)
    _measure_purchases(meter)
    _measure_refunds(meter)
    _measure_changes(meter)
    return meter.figures


def secret(number: int) -> bytes:
    """Return 16 bytes as random as a commitment's."""
    return keccak(number.to_bytes(8))[:16]


def _measure_register(meter: Meter) -> None:
    community = meter.ledger.community
    for role in Role:
        meter.spend(tx.grant_role(community, role, FOUNDER.address, 2**40 - 1), "grantRole")
    merchant = Admission(MemberKind.ORGANISATION, Category.USER, 0, FOREVER)
    meter.spend(tx.admit_members(community, [merchant]), "admitMembers: 1, without a key")
    people = [Admission(MemberKind.PERSON, Category.USER, 0, FOREVER)] * len(MEMBERS)
    meter.spend(tx.admit_members(community, people), f"admitMembers: {len(MEMBERS)}, without a key")
    holder = Admission(MemberKind.PERSON, Category.USER, 0, FOREVER, b"\x55" * 20)
    meter.spend(tx.admit_members(community, [holder]), "admitMembers: 1, with an address")
    meter.spend(tx.enrol_merchant(community, MERCHANT, 280, 2**47, 10**7), "enrolMerchant")
    for number, till_key in TILL_KEYS.items():
        meter.spend(tx.enrol_till(community, MERCHANT, till_key.address), f"enrolTill: {number}")


def _measure_purchases(meter: Meter) -> None:
    community = meter.ledger.community
    # Every slot that a purchase changes has been written before: what is measured is the everyday case.
    for till in TILL_KEYS:
        meter.spend(tx.record_purchases(community, [meter.purchases(till, MEMBERS)]))
    meter.spend(tx.record_purchases(community, [meter.purchases(1, [0])]))
    for size in SIZES:
        call = tx.record_purchases(community, [meter.purchases(1, MEMBERS[:size])])
        meter.spend(call, f"recordPurchases: {size}")
    two = [meter.purchases(till, MEMBERS[:100]) for till in TILL_KEYS]
    meter.spend(tx.record_purchases(community, two), "recordPurchases: 100 of each of two tills")
    meter.spend(
        tx.record_purchases(community, [meter.purchases(1, [0] * 200)]), "recordPurchases: 200, anonymous"
    )
    unknown = meter.purchases(1, [MEMBERS[0], *[2**31] * 199])
    meter.spend(tx.record_purchases(community, [unknown]), "recordPurchases: 200, of which 199 refused")


def _measure_refunds(meter: Meter) -> None:
    community = meter.ledger.community
    signed = meter.purchases(1, MEMBERS[:200])
    meter.spend(tx.record_purchases(community, [signed]))
    meter.reverse(signed.batch, [7], "reversePurchases: 1 of a batch of 200")
    meter.reverse(signed.batch, range(20, 30), "reversePurchases: 10 of a batch of 200")
    meter.reverse(signed.batch, range(50, 150), "reversePurchases: 100 of a batch of 200")
    meter.spend(tx.settle_premiums(community, MERCHANT, 1000, b"\x66" * 32))
    meter.spend(tx.settle_premiums(community, MERCHANT, 1000, b"\x77" * 32), "settlePremiums")


def _measure_changes(meter: Meter) -> None:
    community, member = meter.ledger.community, MEMBERS[0]
    for what, call in {
        "setLimits": tx.set_limits(community, MERCHANT, 2**46, 10**7),
        "scheduleRate": tx.schedule_rate(community, MERCHANT, 300, 2**31),
        "suspendMerchant": tx.suspend_merchant(community, MERCHANT),
        "reinstateMerchant": tx.reinstate_merchant(community, MERCHANT),
        "setValidity": tx.set_validity(community, member, 0, FOREVER),
        "setCategory": tx.set_category(community, member, Category.WORKER),
        "requestKeyRotation": tx.request_key_rotation(community, member, b"\x88" * 20),
        "cancelKeyRotation": tx.cancel_key_rotation(community, member),
        "revokeTill": tx.revoke_till(community, 2),
        "revokeRole": tx.revoke_role(community, Role.TREASURER, FOUNDER.address),
        "publish": tx.publish_rules(community, RULES),
    }.items():
        meter.spend(call, what)
