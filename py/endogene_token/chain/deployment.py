"""Founding a community: nine contracts, each behind its proxy, which know one another from the start.

Two of them have an extension, which has no proxy: see `artifacts.EXTENSIONS`.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Final, Self

from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from web3.types import Nonce
from web3.utils.address import get_create_address

from endogene_token.chain.artifacts import CONTRACTS, EXTENSIONS, Name
from endogene_token.chain.charter import DAY, Charter, founding_grants, standard_charter
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode, encode_deployment
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import OutflowRules, Pocket, Rules
from endogene_token.chain.wallet import Wallet
from endogene_token.hexes import from_hex

__all__ = ["Community", "Plan", "Rules", "found"]

STANDARD_CHARTER: Final = standard_charter()
STANDARD_OUTFLOWS: Final = OutflowRules(
    coverage_floor_bps=1_000,
    cash_delay=30 * DAY,
    cash_limit=20_000_00,
    judging_time=30 * DAY,
    longest_attestation=400 * DAY,
    debt_pocket=Pocket.FREE,
    loan_pocket=Pocket.FREE,
)
"""Until the assembly publishes its own: a tenth of what is owed to members stays liquid."""
# 200 gas a byte of code (24,576 at most), 22 a byte of the transaction, and as much again for a constructor.
DEPLOYMENT_GAS: Final = 8_000_000
CODE: Final[tuple[Name, ...]] = (*EXTENSIONS.values(), *CONTRACTS)
"""What is deployed without a proxy of its own, in this order; the proxies follow."""
_NEIGHBOURS: Final[Mapping[Name, tuple[Name | tuple[Name, ...], ...]]] = {
    "Membership": ("CommunityFund", "CommunityCredit", "Rulebook", "Assembly", "Board"),
    "CommunityCredit": ("Membership", "CommunityFund"),
    "CommunityFund": ("Membership", "CommunityCredit", "Rulebook", "FundOutflows"),
    "FundOutflows": (
        *("Membership", "CommunityCredit", "Rulebook"),
        ("ProjectBook", "ProjectCurrency", "RedemptionDesk"),
    ),
    "Rulebook": ("Membership", "CommunityFund"),
    "Assembly": ("Membership", "Rulebook", "Board"),
    "Board": ("Membership", "Rulebook", "Assembly"),
    "ProjectBook": (
        ("Membership", "Rulebook", "Assembly", "Board", "CommunityFund", "ProjectCurrency"),
        "ProjectAwards",
    ),
    "ProjectAwards": (("Membership", "Rulebook", "Assembly", "Board", "CommunityFund", "ProjectCurrency"),),
    "ProjectCurrency": ("Membership", "Rulebook", "CommunityFund", "ProjectBook"),
    "RedemptionDesk": ("Membership", "CommunityCredit", "CommunityFund"),
}
"""What each constructor takes: proxies, and of an extension the code itself. A tuple is a struct."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The transactions that found a community, in order, and where its proxies will stand."""

    calls: tuple[Call, ...]
    proxies: Mapping[Name, str]
    passkey_verifier: str

    @classmethod
    def draw(
        cls,
        founder: str,
        nonce: int,
        name: str,
        symbol: str,
        *,
        rules: Rules,
        outflows: OutflowRules,
        charter: Charter,
    ) -> Self:
        """Plan for a founder (an address) who sends all of it from `nonce` on, and nothing in between."""
        addresses = _addresses(founder, nonce, len(CODE) + len(CONTRACTS) + 1)
        code = dict(zip(CODE, addresses, strict=False))
        proxies = dict(zip(CONTRACTS, addresses[len(CODE) :], strict=False))
        beginnings: dict[Name, tuple[object, ...]] = {
            "Membership": (founder,),
            "CommunityCredit": (name, symbol),
            "CommunityFund": (),
            "Rulebook": (astuple(rules), astuple(outflows), charter.words(), founding_grants(proxies)),
            "Assembly": (),
            "Board": (),
            "ProjectBook": (),
            "ProjectCurrency": (),
            "RedemptionDesk": (),
        }
        calls = [_implementation(one, {**code, **proxies}) for one in CODE]
        calls += [_proxy(one, code[one], beginnings[one]) for one in CONTRACTS]
        calls += [Call(None, encode_deployment("ERC7913WebAuthnVerifier"), DEPLOYMENT_GAS)]
        return cls(tuple(calls), proxies, addresses[-1])

    def community(self, name: str, chain_id: int, block: int, block_hash: str) -> Community:
        """Return the community that this plan has founded, whose first proxy is in `block`."""
        return Community(
            name=name,
            chain_id=chain_id,
            membership=self.proxies["Membership"],
            credit=self.proxies["CommunityCredit"],
            fund=self.proxies["CommunityFund"],
            rulebook=self.proxies["Rulebook"],
            assembly=self.proxies["Assembly"],
            board=self.proxies["Board"],
            projects=self.proxies["ProjectBook"],
            currency=self.proxies["ProjectCurrency"],
            redemptions=self.proxies["RedemptionDesk"],
            passkey_verifier=self.passkey_verifier,
            founding_block=block,
            founding_hash=block_hash,
        )


def found(
    rpc: Rpc,
    founder: LocalAccount,
    name: str,
    symbol: str,
    rules: Rules,
    *,
    outflows: OutflowRules = STANDARD_OUTFLOWS,
    charter: Charter = STANDARD_CHARTER,
) -> Community:
    """Deploy a community, whose first governor is `founder`, and return it once it stands.

    `name` and `symbol` are those of its credit. Raises NodeUnavailableError, NodeAnswerError,
    UnconfirmedError, and the LedgerRefusal of rules or a charter that the rulebook refuses.
    """
    chain_id = int(rpc.request("eth_chainId"), 16)
    wallet = Wallet(rpc, founder, chain_id)
    nonce = wallet.next_nonce()
    plan = Plan.draw(
        str(founder.address), nonce, name, symbol, rules=rules, outflows=outflows, charter=charter
    )
    receipts = wallet.wait(wallet.send(plan.calls, nonce))
    first = receipts[len(CODE)]
    return plan.community(name, chain_id, first.block, first.block_hash)


def _addresses(founder: str, nonce: int, count: int) -> list[str]:
    sender = to_checksum_address(founder)
    return [str(get_create_address(sender, Nonce(nonce + i))) for i in range(count)]


def _implementation(name: Name, where: Mapping[Name, str]) -> Call:
    arguments = [
        tuple(where[each] for each in one) if isinstance(one, tuple) else where[one]
        for one in _NEIGHBOURS[name]
    ]
    return Call(None, encode_deployment(name, *arguments), DEPLOYMENT_GAS)


def _proxy(name: Name, implementation: str, beginning: tuple[object, ...]) -> Call:
    initialise = from_hex(encode(name, "initialize", *beginning))
    return Call(None, encode_deployment("ERC1967Proxy", implementation, initialise), DEPLOYMENT_GAS)
