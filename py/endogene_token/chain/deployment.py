"""Founding a community: four contracts behind four proxies, which know one another from the start."""

from dataclasses import astuple
from typing import Final

from eth_account.signers.local import LocalAccount
from web3.types import Nonce
from web3.utils.address import get_create_address

from endogene_token.chain.artifacts import Name
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode, encode_deployment
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Rules
from endogene_token.chain.wallet import Wallet

__all__ = ["Community", "Rules", "found"]

# The order of the founder's nonces: the implementations, then, at their nonces + 4, the proxies.
CONTRACTS: Final[tuple[Name, ...]] = ("Membership", "CommunityCredit", "CommunityFund", "Rulebook")
# 200 gas a byte of code (24,576 at most), 22 a byte of the transaction, and as much again for a constructor.
DEPLOYMENT_GAS: Final = 8_000_000


def found(rpc: Rpc, founder: LocalAccount, name: str, symbol: str, rules: Rules) -> Community:
    """Deploy a community, whose first governor is `founder`, and return it once it stands.

    `name` and `symbol` are those of its credit. Raises NodeUnavailableError, NodeAnswerError,
    UnconfirmedError, and the LedgerRefusal of rules that the rulebook refuses.
    """
    chain_id = int(rpc.request("eth_chainId"), 16)
    wallet = Wallet(rpc, founder, chain_id)
    nonce = wallet.next_nonce()
    implementations, proxies = (
        dict(zip(CONTRACTS, _addresses(founder, nonce + start), strict=True)) for start in (0, len(CONTRACTS))
    )
    calls = [_implementation(one, proxies) for one in CONTRACTS]
    beginnings: dict[Name, tuple[object, ...]] = {
        "Membership": (founder.address,),
        "CommunityCredit": (name, symbol),
        "CommunityFund": (),
        "Rulebook": (astuple(rules),),
    }
    calls += [_proxy(one, implementations[one], beginnings[one]) for one in CONTRACTS]
    receipts = wallet.wait(wallet.send(calls, nonce))
    first = receipts[len(CONTRACTS)]
    return Community(
        name=name,
        chain_id=chain_id,
        membership=proxies["Membership"],
        credit=proxies["CommunityCredit"],
        fund=proxies["CommunityFund"],
        rulebook=proxies["Rulebook"],
        founding_block=first.block,
        founding_hash=first.block_hash,
    )


def _addresses(founder: LocalAccount, nonce: int) -> list[str]:
    return [str(get_create_address(founder.address, Nonce(nonce + i))) for i in range(len(CONTRACTS))]


def _implementation(name: Name, proxies: dict[Name, str]) -> Call:
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
