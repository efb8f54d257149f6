"""A community to measure: an embedded chain, members, and merchants that each have one till."""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_account import Account
from eth_account.signers.local import LocalAccount

from endogene_token.chain import transactions as tx
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.deployment import found
from endogene_token.chain.node import EmbeddedNode
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.views import Admission, Category, MemberKind, Role, Rules
from endogene_token.sdk.keys import TillKey

RULES: Final = Rules(
    30, 60, operations_bps=1000, reserve_bps=500, rate_notice_days=30, key_rotation_delay=3600
)
ADMITTED_AT_ONCE: Final = 250
RATE_BPS: Final = 280
FOREVER: Final = 2**32 - 1
LIMIT: Final = 2**47  # minor units


@dataclass(frozen=True, slots=True)
class Founded:
    """Merchants are the members 1 to `len(tills)`; merchant n has till n. The persons follow them."""

    rpc: Rpc
    community: Community
    officer: LocalAccount
    tills: Sequence[TillKey]
    members: int
    """How many persons: they are numbered from `len(tills)` + 1 on."""

    @property
    def ledger(self) -> Ledger:
        """What the chain says of the community."""
        return Ledger(self.rpc, self.community)

    @property
    def sender(self) -> Sender:
        """The officer at work."""
        return Sender(self.ledger, self.officer)

    def person(self, number: int) -> int:
        """Return the member number of a person, any `number` standing for one of them."""
        return len(self.tills) + 1 + number % self.members


@contextlib.contextmanager
def founded(folder: Path, tills: Sequence[TillKey], members: int) -> Iterator[Founded]:
    """Serve an embedded chain in `folder`, with a new community on it."""
    with EmbeddedNode(folder) as node, Rpc([node.rpc_url]) as rpc:
        officer: LocalAccount = Account.from_key(secrets.token_bytes(32))
        community = found(rpc, officer, "Endogène", "ENDO", RULES)
        place = Founded(rpc, community, officer, tills, members)
        _register(place)
        yield place


def _register(place: Founded) -> None:
    community, sender, merchants = place.community, place.sender, len(place.tills)
    roles = [tx.grant_role(community, role, sender.address, 2**40) for role in Role]
    sender.wait(sender.send([*roles, _admission(community, MemberKind.ORGANISATION, merchants)]))
    full, rest = divmod(place.members, ADMITTED_AT_ONCE)
    sizes = [ADMITTED_AT_ONCE] * full + ([rest] if rest else [])
    calls = [_admission(community, MemberKind.PERSON, size) for size in sizes]
    calls += [tx.enrol_merchant(community, one, RATE_BPS, LIMIT, LIMIT) for one in range(1, merchants + 1)]
    calls += [tx.enrol_till(community, one, key.address) for one, key in enumerate(place.tills, 1)]
    sender.wait(sender.send(calls))


def _admission(community: Community, kind: MemberKind, count: int) -> tx.Call:
    return tx.admit_members(community, [Admission(kind, Category.USER, 0, FOREVER)] * count)
