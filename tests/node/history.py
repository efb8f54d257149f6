"""Ten weeks of a community's life, with every event of its contracts, on a chain whose clock moves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from endogene_token.chain import transactions as tx
from endogene_token.chain.calls import Ledger
from endogene_token.chain.views import Admission, Category, MemberKind, Role, Rules
from endogene_token.receipts import (
    ItemProof,
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
    item_proof,
)
from tests.town import (
    ALICE,
    BAKERY,
    BAKERY_TILL,
    BASILE,
    CHLOE,
    FOREVER,
    GROCER,
    GROCER_SHOP,
    GROCER_TILL,
    MERCHANT_OF,
    RULES,
    TILL_CAP,
    Town,
)

NOBODY = 0
STRANGER = 99  # a number that no member has
DAY_SECONDS = 86_400
MANY = 2**64 - 1


@dataclass
class History:
    """What the tills have signed so far."""

    town: Town
    sequences: dict[int, int] = field(default_factory=lambda: dict.fromkeys(MERCHANT_OF, 1))
    batches: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311  # the same life every time

    @property
    def ledger(self) -> Ledger:
        return self.town.ledger

    @property
    def today(self) -> int:
        """The day of the chain's last block."""
        block = self.town.rpc.request("eth_getBlockByNumber", ["latest", False])
        return int(block["timestamp"], 16) // DAY_SECONDS

    def wait_days(self, days: int) -> None:
        """Let the chain's clock run."""
        self.town.rpc.request("evm_increaseTime", [days * DAY_SECONDS])
        self.town.rpc.request("evm_mine")

    def sign(self, till: int, items: Sequence[tuple[int, int, int]]) -> SignedPurchases:
        """Return a signed batch of (member, day, amount)."""
        first = self._take(till, len(items))
        bought = tuple(Purchase(*item, self.random.randbytes(16)) for item in items)
        batch = PurchaseBatch(till, MERCHANT_OF[till], first, bought)
        self.batches[till, first] = batch.words()
        return SignedPurchases(batch, self.town.tills[till].sign(batch, self.ledger.domain))

    def record(self, *signed: SignedPurchases) -> int:
        """Record batches in one transaction; return the first sequence of the first."""
        self.town.do(tx.record_purchases(self.town.community, signed))
        return signed[0].batch.first_sequence

    def buy(self, till: int, *items: tuple[int, int, int]) -> int:
        """Record one batch of (member, day, amount); return its first sequence."""
        return self.record(self.sign(till, items))

    def refund(self, till: int, *named: tuple[int, int, int, int]) -> None:
        """Record reversals of (till, batch, sequence, amount) of today."""
        first, today = self._take(till, len(named)), self.today
        items = tuple(
            Reversal(source, sequence, amount, today, self.random.randbytes(16), purchase_batch=batch)
            for source, batch, sequence, amount in named
        )
        batch = ReversalBatch(till, MERCHANT_OF[till], first, items)
        signed = SignedReversals(batch, self.town.tills[till].sign(batch, self.ledger.domain))
        proofs = [self._proof(source, batch_, sequence) for source, batch_, sequence, _ in named]
        self.town.do(tx.reverse_purchases(self.town.community, [signed], [proofs]))

    def settle(self, merchant: int, amount: int) -> None:
        """Book a payment (minor units)."""
        reference = self.random.randbytes(32)
        self.town.do(tx.settle_premiums(self.town.community, merchant, amount, reference))

    def random_sale(self) -> tuple[int, int, int]:
        """Return (member, day, amount) of some day of the last three weeks, seldom in order."""
        member = self.random.choice([ALICE, BASILE, CHLOE, NOBODY])
        amount = self.random.choice([0, 1, 178, self.random.randint(1, 500_000), TILL_CAP + 1])
        return member, self.today - self.random.randint(0, 20), amount

    def _take(self, till: int, count: int) -> int:
        first = self.sequences[till]
        self.sequences[till] += count
        return first

    def _proof(self, till: int, batch: int, sequence: int) -> ItemProof | None:
        words, index = self.batches.get((till, batch)), sequence - batch
        if words is None or index < 0:
            return None
        return (
            item_proof(words, index) if index < len(words) else ItemProof(0, (), item_proof(words, 0).hashes)
        )


def live(history: History) -> None:
    """Live through everything."""
    _sales_and_refunds(history)
    _payments(history)
    _register(history)
    _rates(history)
    _other_rules(history)
    for _ in range(6):
        batches = [
            history.sign(till, [history.random_sale() for _ in range(history.random.randint(1, 60))])
            for till in (BAKERY_TILL, GROCER_TILL)
        ]
        history.record(*batches)


def _sales_and_refunds(history: History) -> None:
    today = history.today
    sold = history.buy(
        BAKERY_TILL,
        *((ALICE, today, 10_000), (BASILE, today - 3, 1), (NOBODY, today, 5_555), (CHLOE, today, 7)),
        *((ALICE, today, 0), (ALICE, today, TILL_CAP + 1), (STRANGER, today, 100), (ALICE, today, MANY)),
        *(
            (ALICE, today + 10, 100),
            (ALICE, today - 40, 100),
            (ALICE, 2**32 - 1, 100),
            (BASILE, today, 1_234),
        ),
        *((NOBODY, today, TILL_CAP),),
    )
    elsewhere = history.buy(GROCER_TILL, *[(BASILE, today, 100 * n) for n in range(1, 40)])
    here = (BAKERY_TILL, sold)
    history.refund(BAKERY_TILL, (*here, sold, 3_333), (*here, sold, 3_333), (*here, sold, 1))
    history.refund(BAKERY_TILL, (*here, sold, 3_333), (*here, sold, 1), (*here, sold + 2, 5_555))
    history.refund(BAKERY_TILL, (*here, sold + 1, 2), (*here, sold + 4, 1), (*here, sold + 500, 1))
    history.refund(BAKERY_TILL, (GROCER_TILL, elsewhere, elsewhere, 100), (7, MANY, MANY, MANY))
    history.refund(GROCER_SHOP, (GROCER_TILL, elsewhere, elsewhere + 20, 2_000))


def _payments(history: History) -> None:
    history.settle(BAKERY, 100)
    history.settle(GROCER, 50_000)  # more than it owes
    today = history.today
    both = [
        history.sign(till, [(CHLOE, today, 33_333), (NOBODY, today, 12)])
        for till in (BAKERY_TILL, GROCER_SHOP)
    ]
    history.record(*both)  # two tills' batches in one transaction; one out of what was paid ahead
    history.settle(BAKERY, 2**40)
    history.refund(BAKERY_TILL, (BAKERY_TILL, 1, 12, 1_000))  # paid already: goes to the prepayment


def _register(history: History) -> None:
    town, officer = history.town, history.town.officer.address
    community, do = town.community, town.do
    do(
        tx.admit_members(
            community, [Admission(MemberKind.ORGANISATION, Category.SUPPORTING, 0, FOREVER, b"\x07" * 64)] * 1
        ),
        tx.admit_members(community, [Admission(MemberKind.PERSON, Category.WORKER, 0, FOREVER)] * 3),
        tx.set_validity(community, 7, 0, history.today),
        tx.set_category(community, 8, Category.SUPPORTING),
        tx.set_limits(community, BAKERY, 2**40, TILL_CAP + 1),
        tx.suspend_merchant(community, GROCER),
        tx.reinstate_merchant(community, GROCER),
        tx.enrol_till(community, GROCER, "0x" + "22" * 20),
        tx.revoke_till(community, 4),
        tx.revoke_role(community, Role.TREASURER, "0x" + "33" * 20),
        tx.request_key_rotation(community, CHLOE, b"\x09" * 20),
        tx.cancel_key_rotation(community, CHLOE),
        tx.request_key_rotation(community, BASILE, b"\x08" * 20),
        tx.grant_role(community, Role.REGISTRAR, officer, 2**41),
    )
    history.buy(GROCER_TILL, (7, history.today, 100), (8, history.today, 100))
    history.wait_days(1)
    do(tx.complete_key_rotation(community, BASILE), tx.set_validity(community, ALICE, 0, FOREVER - 1))


def _rates(history: History) -> None:
    do, community = history.town.do, history.town.community
    begins = history.today + RULES.rate_notice_days + 2
    do(tx.schedule_rate(community, BAKERY, 9_999, begins + 9))
    do(tx.schedule_rate(community, BAKERY, 333, begins))  # replaces the one that has not begun
    history.wait_days(25)
    old = history.buy(BAKERY_TILL, (BASILE, history.today, 9_999))
    history.wait_days(10)
    days = range(history.today - 20, history.today + 1)
    history.buy(BAKERY_TILL, *[(ALICE, day, 10_007) for day in days])
    do(tx.schedule_rate(community, BAKERY, 0, history.today + RULES.rate_notice_days + 2))
    history.refund(BAKERY_TILL, (BAKERY_TILL, old, old, 5_000), (BAKERY_TILL, old + 1, old + 21, 1))
    history.wait_days(34)
    history.buy(BAKERY_TILL, *[(CHLOE, history.today - age, 10_007) for age in range(25)])


def _other_rules(history: History) -> None:
    before = history.buy(GROCER_TILL, (ALICE, history.today, 77_777))
    rules = Rules(20, 90, operations_bps=3_333, reserve_bps=6_667, rate_notice_days=1, key_rotation_delay=0)
    history.town.do(tx.publish_rules(history.town.community, rules))
    after = history.buy(GROCER_TILL, (ALICE, history.today, 77_777), (BASILE, history.today, 3))
    # Each by the split of its own batch
    history.refund(GROCER_TILL, (GROCER_TILL, before, before, 7), (GROCER_TILL, after, after, 7))
