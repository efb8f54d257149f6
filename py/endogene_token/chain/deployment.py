"""Founding a community: four contracts behind four proxies, which know one another from the start."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Final, Self

from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from web3.types import Nonce
from web3.utils.address import get_create_address

from endogene_token.chain.artifacts import CONTRACTS, Name
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode, encode_deployment
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Rules
from endogene_token.chain.wallet import Wallet

__all__ = ["Community", "Plan", "Rules", "found"]

# 200 gas a byte of code (24,576 at most), 22 a byte of the transaction, and as much again for a constructor.
DEPLOYMENT_GAS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The transactions that found a community, in order, and where its proxies will stand."""

    calls: tuple[Call, ...]
    proxies: Mapping[Name, str]

    @classmethod
    def draw(cls, founder: str, nonce: int, name: str, symbol: str, rules: Rules) -> Self:
        """Plan for a founder (an address) who sends all of it from `nonce` on, and nothing in between."""
        implementations, proxies = (
            dict(zip(CONTRACTS, _addresses(founder, nonce + start), strict=True))
            for start in (0, len(CONTRACTS))
        )
        beginnings: dict[Name, tuple[object, ...]] = {
            "Membership": (founder,),
            "CommunityCredit": (name, symbol),
            "CommunityFund": (),
            "Rulebook": (astuple(rules),),
        }
        calls = [_implementation(one, proxies) for one in CONTRACTS]
        calls += [_proxy(one, implementations[one], beginnings[one]) for one in CONTRACTS]
        return cls(tuple(calls), proxies)

    def community(self, name: str, chain_id: int, block: int, block_hash: str) -> Community:
        """Return the community that this plan has founded, whose first proxy is in `block`."""
        return Community(
            name=name,
            chain_id=chain_id,
            membership=self.proxies["Membership"],
            credit=self.proxies["CommunityCredit"],
            fund=self.proxies["CommunityFund"],
            rulebook=self.proxies["Rulebook"],
            founding_block=block,
            founding_hash=block_hash,
        )


def found(rpc: Rpc, founder: LocalAccount, name: str, symbol: str, rules: Rules) -> Community:
    """Deploy a community, whose first governor is `founder`, and return it once it stands.

    `name` and `symbol` are those of its credit. Raises NodeUnavailableError, NodeAnswerError,
    UnconfirmedError, and the LedgerRefusal of rules that the rulebook refuses.
    """
    chain_id = int(rpc.request("eth_chainId"), 16)
    wallet = Wallet(rpc, founder, chain_id)
    nonce = wallet.next_nonce()
    plan = Plan.draw(str(founder.address), nonce, name, symbol, rules)
    receipts = wallet.wait(wallet.send(plan.calls, nonce))
    first = receipts[len(CONTRACTS)]
    return plan.community(name, chain_id, first.block, first.block_hash)


def _addresses(founder: str, nonce: int) -> list[str]:
    sender = to_checksum_address(founder)
    return [str(get_create_address(sender, Nonce(nonce + i))) for i in range(len(CONTRACTS))]


def _implementation(name: Name, proxies: Mapping[Name, str]) -> Call:
    neighbours: dict[Name, tuple[Name, ...]] = {
        "Membership": ("CommunityFund", "CommunityCredit", "Rulebook"),
        "CommunityCredit": ("Membership", "CommunityFund"),
        "CommunityFund": ("Membership", "CommunityCredit", "Rulebook"),
        "Rulebook": ("Membership", "CommunityFund"),
    }
    return Call(None, encode_deployment(name, *(proxies[one] for one in neighbours[name])), DEPLOYMENT_GAS)


def _proxy(name: Name, implementation: str, beginning: tuple[object, ...]) -> Call:
    initialise = bytes.fromhex(encode(name, "initialize", *beginning)[2:])
    return Call(None, encode_deployment("ERC1967Proxy", implementation, initialise), DEPLOYMENT_GAS)
