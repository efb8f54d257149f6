"""What members send and a relay takes to projects and money in the tests of kills, in another process."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from endogene_token.act_json import as_json, content
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.member_acts import Act
from endogene_token.relay import VoteRelay, member_acts
from endogene_token.relay.member_acts import SignedMemberAct
from endogene_token.store import open_engine
from tests.node.bare_anvil import BareRpc
from tests.town import Town


class Deed(msgspec.Struct):
    """A signed act, and the member's number on the chain when it was signed."""

    member: int
    subject: int
    action: str
    said: dict[str, object]
    nonce: int
    chain_nonce: int
    signature: str

    @classmethod
    def of(cls, signed: SignedMemberAct, chain_nonce: int) -> "Deed":
        """Return an act as it goes to the other process."""
        act = signed.act
        said = as_json(act.content)
        return cls(act.member, act.subject, act.action, said, act.nonce, chain_nonce, signed.signature.hex())

    def signed(self) -> SignedMemberAct:
        """Return the act."""
        act = Act(self.member, self.subject, content(self.action, self.said), self.nonce)
        return SignedMemberAct(act, bytes.fromhex(self.signature))


def work(engine: Engine, town: Town, given: Sequence[Deed]) -> list[bytes]:
    """Send every act, then relay until nothing moves; return their receipts."""
    ledger: Ledger = town.ledger
    rows = [member_acts.accept(engine, one.signed(), town.community, one.chain_nonce) for one in given]
    relay = VoteRelay(engine, ledger, town.relayer)
    while relay.step():
        pass
    return [row.receipt for row in rows]


if __name__ == "__main__":
    work(
        open_engine(sys.argv[1]),
        Town(BareRpc([sys.argv[2]]), Community.load(Path(sys.argv[3]))),
        msgspec.json.decode(sys.argv[4], type=list[Deed]),
    )
