"""A founded community with each kind of officer, and fresh members, merchants and tills for each test."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from eth_account.signers.local import LocalAccount

from endogene_token.chain import transactions as tx
from endogene_token.chain.calls import Ledger
from endogene_token.chain.deployment import found
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.views import Admission, Category, MemberKind, Role, Rules
from endogene_token.receipts import Purchase, PurchaseBatch, SignedPurchases
from endogene_token.sdk.keys import TillKey
from tests.town import FOREVER, key

RULES = Rules(
    purchase_window_days=30,
    reversal_window_days=60,
    operations_bps=1000,
    reserve_bps=500,
    rate_notice_days=10,
    key_rotation_delay=3600,
)
RATE = 280  # basis points
LIMIT = 10**12  # minor units
CAP = 10**9  # minor units
AMOUNT = 12_345  # minor units
_keys = itertools.count(10_000)


@dataclass
class Cooperative:
    """The ledger and who may do what with it."""

    ledger: Ledger
    governor: LocalAccount = field(default_factory=lambda: key(1001))
    registrar: LocalAccount = field(default_factory=lambda: key(1002))
    treasurer: LocalAccount = field(default_factory=lambda: key(1003))
    guardian: LocalAccount = field(default_factory=lambda: key(1005))
    stranger: LocalAccount = field(default_factory=lambda: key(1004))

    @classmethod
    def found(cls, rpc: Rpc, governor: LocalAccount | None = None) -> Self:
        """Found a community whose officers hold their roles."""
        governor = governor or key(1001)
        self = cls(Ledger(rpc, found(rpc, governor, "Coopérative d’essai", "ESSAI", RULES)), governor)
        officers = {
            Role.REGISTRAR: self.registrar,
            Role.TREASURER: self.treasurer,
            Role.GUARDIAN: self.guardian,
        }
        for role, account in officers.items():
            call = tx.grant_role(self.ledger.community, role, account.address, int(time.time()) + 10**9)
            Sender(self.ledger, governor).transact(call)
        return self

    def sender(self, account: LocalAccount) -> Sender:
        """Return a sender for one of the accounts."""
        return Sender(self.ledger, account)

    def admit(
        self, count: int, kind: MemberKind = MemberKind.PERSON, keys: Sequence[bytes] = ()
    ) -> list[int]:
        """Admit members, valid always, and return their numbers."""
        rows = [Admission(kind, Category.USER, 0, FOREVER, one) for one in (keys or [b""] * count)]
        sender = self.sender(self.registrar)
        receipt = sender.transact(tx.admit_members(self.ledger.community, rows))
        return [event.arguments["member"] for event in sender.events(receipt)]

    def enrol(self, rate_bps: int = RATE) -> int:
        """Return a new merchant."""
        [merchant] = self.admit(1, MemberKind.ORGANISATION)
        call = tx.enrol_merchant(self.ledger.community, merchant, rate_bps, LIMIT, CAP)
        self.sender(self.registrar).transact(call)
        return merchant

    def equip(self, merchant: int) -> "Till":
        """Return a new till of a merchant."""
        till_key = TillKey(next(_keys).to_bytes(32))
        sender = self.sender(self.registrar)
        receipt = sender.transact(tx.enrol_till(self.ledger.community, merchant, till_key.address))
        return Till(self, sender.events(receipt)[0].arguments["till"], merchant, till_key)


@dataclass
class Till:
    """A till that signs what it is given, from its next sequence on."""

    cooperative: Cooperative
    number: int
    merchant: int
    key: TillKey
    sequence: int = 1

    def purchases(
        self, members: Sequence[int], amount: int = AMOUNT, day: int | None = None
    ) -> SignedPurchases:
        """Return a signed batch of one purchase (minor units) for each of `members`, of today unless told."""
        items = tuple(
            Purchase(member, today() if day is None else day, amount, commitment(self.sequence + i))
            for i, member in enumerate(members)
        )
        batch = PurchaseBatch(self.number, self.merchant, self.sequence, items)
        self.sequence += len(items)
        return SignedPurchases(batch, self.key.sign(batch, self.cooperative.ledger.domain))


def commitment(number: int) -> bytes:
    """Return 16 bytes that stand for a receipt; none is zero, so that each costs what a real one costs."""
    return number.to_bytes(16).replace(b"\0", b"\x5a")


def today() -> int:
    """Return the day number of now, UTC: it has begun somewhere, and not ended everywhere."""
    return int(time.time()) // 86_400


def chain_time(ledger: Ledger) -> int:
    """Return the instant of the latest block: the contracts' clock, which may run ahead of the machine's."""
    return int(ledger.rpc.request("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)
