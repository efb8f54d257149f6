"""A small community on a real embedded chain: officers, two merchants, three tills, three members."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount
from sqlalchemy import Engine

from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.deployment import found
from endogene_token.chain.node import EmbeddedNode
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call, admit_members, enrol_merchant, enrol_till, grant_role
from endogene_token.chain.views import Admission, Category, MemberKind, Role, Rules
from endogene_token.receipts import (
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
)
from endogene_token.sdk.keys import TillKey
from endogene_token.store import migrate, open_engine
from tests import migrated

RULES = Rules(
    purchase_window_days=30,
    reversal_window_days=60,
    operations_bps=500,
    reserve_bps=500,
    rate_notice_days=30,
    key_rotation_delay=3600,
)
BAKERY, GROCER = 4, 5  # the merchants' member numbers; members 1 to 3 are persons
ALICE, BASILE, CHLOE = 1, 2, 3
BAKERY_TILL, GROCER_TILL, GROCER_SHOP = 1, 2, 3
FOREVER = 2**32 - 1
TILL_CAP = 10_000_000  # minor units


def key(number: int) -> LocalAccount:
    """Return an account that only tests use."""
    account: LocalAccount = Account.from_key(number.to_bytes(32, "big"))
    return account


@dataclass
class Town:
    """The community, the accounts of its people, and the sequences that its tills give."""

    rpc: Rpc
    community: Community
    officer: LocalAccount = field(default_factory=lambda: key(101))
    relayer: LocalAccount = field(default_factory=lambda: key(102))
    members: dict[int, TillKey] = field(
        default_factory=lambda: {n: TillKey((200 + n).to_bytes(32, "big")) for n in range(1, 6)}
    )
    tills: dict[int, TillKey] = field(
        default_factory=lambda: {n: TillKey((300 + n).to_bytes(32, "big")) for n in range(1, 4)}
    )

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.rpc, self.community)

    def do(self, *calls: Call) -> None:
        """Have the officer send `calls`, all of which must succeed."""
        sender = Sender(self.ledger, self.officer)
        sender.wait(sender.send(calls))

    def purchases(
        self, till: int, first: int, amounts: Sequence[int], member: int = ALICE, **wrong: int
    ) -> SignedPurchases:
        """Return a signed batch of purchases of today; `wrong` replaces the merchant or the signing till."""
        items = tuple(
            Purchase(member, today(), amount, commitment(till, first + i)) for i, amount in enumerate(amounts)
        )
        batch = PurchaseBatch(till, wrong.get("merchant", MERCHANT_OF[till]), first, items)
        return SignedPurchases(batch, self.tills[wrong.get("signer", till)].sign(batch, self.ledger.domain))

    def reversals(self, till: int, first: int, *named: tuple[int, int, int, int]) -> SignedReversals:
        """Return signed reversals of (purchase till, purchase batch, purchase sequence, amount), of today."""
        items = tuple(
            Reversal(from_till, sequence, amount, today(), commitment(till, first + i), purchase_batch=batch)
            for i, (from_till, batch, sequence, amount) in enumerate(named)
        )
        signed = ReversalBatch(till, MERCHANT_OF[till], first, items)
        return SignedReversals(signed, self.tills[till].sign(signed, self.ledger.domain))


MERCHANT_OF = {BAKERY_TILL: BAKERY, GROCER_TILL: GROCER, GROCER_SHOP: GROCER}


def today() -> int:
    """Return the day number of now, UTC: it has begun somewhere, and not ended everywhere."""
    return int(time.time()) // 86_400


def commitment(till: int, sequence: int) -> bytes:
    """Return 16 bytes that stand for a receipt."""
    return (till << 64 | sequence).to_bytes(16, "big")


@contextmanager
def chain(folder: Path) -> Iterator[Rpc]:
    """Serve an embedded chain in `folder`."""
    with EmbeddedNode(folder) as node, Rpc([node.rpc_url]) as rpc:
        yield rpc


def settle_down(rpc: Rpc, exposure: int = 2**47) -> Town:
    """Found a new town on a chain that may hold others."""
    founder = key(101)
    town = Town(rpc, found(rpc, founder, "Endogène de Limoilou", "ENDO", RULES))
    officer = founder.address
    members = [
        Admission(
            MemberKind.PERSON if n < BAKERY else MemberKind.ORGANISATION,
            Category.USER,
            0,
            FOREVER,
            bytes.fromhex(town.members[n].address[2:]),
        )
        for n in range(1, 6)
    ]
    town.do(
        *(grant_role(town.community, role, officer, 2**40) for role in Role),
        admit_members(town.community, members),
        *(enrol_merchant(town.community, n, 280, exposure, TILL_CAP) for n in (BAKERY, GROCER)),
        *(enrol_till(town.community, MERCHANT_OF[n], town.tills[n].address) for n in sorted(town.tills)),
    )
    return town


def database(url: str) -> Engine:
    """Return a migrated database."""
    if url.startswith(migrated.SCHEME):
        migrated.copy_sqlite(url)
    engine = open_engine(url)
    migrate(engine)
    return engine
