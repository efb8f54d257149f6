"""Founding a community, and knowing it again."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from web3.types import Nonce
from web3.utils.address import get_create_address

from endogene_token.chain import resolutions
from endogene_token.chain import transactions as tx
from endogene_token.chain.artifacts import CONTRACTS, EXTENSIONS, Name
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import decode, encode
from endogene_token.chain.deployment import CODE, STANDARD_OUTFLOWS, found
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.views import Admission, BalanceSheet, Category, MemberKind, Role, Rules, Solvency
from endogene_token.chain.wallet import Wallet
from endogene_token.errors import (
    NoDirectorError,
    NotDeployedError,
    NotGovernorError,
    NoticeTooShortError,
    SettingError,
    SplitTooHighError,
    WrongChainError,
)
from tests.contracts.cooperative import RULES, Cooperative
from tests.town import FOREVER, key

NEIGHBOURS: dict[Name, dict[str, Name]] = {
    "Membership": {
        "FUND": "CommunityFund",
        "CREDIT": "CommunityCredit",
        "RULEBOOK": "Rulebook",
        "ASSEMBLY": "Assembly",
        "BOARD": "Board",
    },
    "CommunityCredit": {"MEMBERSHIP": "Membership", "FUND": "CommunityFund"},
    "CommunityFund": {
        "MEMBERSHIP": "Membership",
        "CREDIT": "CommunityCredit",
        "RULEBOOK": "Rulebook",
        "BOOK": "ProjectBook",
        "CURRENCY": "ProjectCurrency",
        "REDEMPTIONS": "RedemptionDesk",
    },
    "Rulebook": {"MEMBERSHIP": "Membership", "FUND": "CommunityFund"},
    "Assembly": {"MEMBERSHIP": "Membership", "RULEBOOK": "Rulebook", "BOARD": "Board"},
    "Board": {"MEMBERSHIP": "Membership", "RULEBOOK": "Rulebook", "ASSEMBLY": "Assembly"},
    "ProjectBook": {
        "MEMBERSHIP": "Membership",
        "RULEBOOK": "Rulebook",
        "ASSEMBLY": "Assembly",
        "BOARD": "Board",
        "FUND": "CommunityFund",
        "CURRENCY": "ProjectCurrency",
    },
    "ProjectCurrency": {
        "MEMBERSHIP": "Membership",
        "RULEBOOK": "Rulebook",
        "FUND": "CommunityFund",
        "OUTFLOWS": "CommunityFund",
        "BOOK": "ProjectBook",
        "AWARDS": "ProjectBook",
    },
    "RedemptionDesk": {"MEMBERSHIP": "Membership", "CREDIT": "CommunityCredit", "FUND": "CommunityFund"},
}


def test_a_founded_community_is_empty_and_its_founder_governs(cooperative: Cooperative) -> None:
    """What the founder asked for stands, and nothing else."""
    community = found(cooperative.ledger.rpc, key(8001), "Limoilou", "LIM", RULES)
    ledger = Ledger(cooperative.ledger.rpc, community)
    ledger.check()
    assert ledger.governor() == key(8001).address
    assert (ledger.member_count(), ledger.till_count(), ledger.rules_version()) == (0, 0, 1)
    assert ledger.rules() == ledger.rules(1) == RULES
    assert (ledger.outflow_version(), ledger.outflow_rules()) == (1, STANDARD_OUTFLOWS)
    assert ledger.solvency() == Solvency(0, 0, STANDARD_OUTFLOWS.coverage_floor_bps, 0, 0)
    assert ledger.balance_sheet() == BalanceSheet(*[0] * 10)
    assert ledger.read([("CommunityCredit", view, ()) for view in ("name", "symbol", "decimals")]) == [
        *("Limoilou", "LIM", 2)
    ]


@pytest.mark.parametrize("earlier", [0, 3])
def test_the_proxies_stand_where_the_founders_nonces_put_them(contracts_rpc: Rpc, earlier: int) -> None:
    """The contracts know one another before they exist, whatever the founder sent before."""
    founder = key(8010 + earlier)
    wallet = Wallet(contracts_rpc, founder, int(contracts_rpc.request("eth_chainId"), 16))
    wallet.wait(wallet.send([tx.Call(founder.address, "0x", 21_000)] * earlier))
    community = found(contracts_rpc, founder, "Ailleurs", "AIL", RULES)
    addresses = [*map(community.address, CONTRACTS), community.passkey_verifier]
    first = earlier + len(CODE)
    nonces = range(first, first + len(CONTRACTS) + 1)
    assert addresses == [get_create_address(founder.address, Nonce(nonce)) for nonce in nonces]


@pytest.mark.parametrize("contract", NEIGHBOURS)
def test_each_contract_knows_its_neighbours_by_their_proxies(
    cooperative: Cooperative, contract: Name
) -> None:
    """No contract listens to a stranger, nor to a neighbour's bare code."""
    ledger = cooperative.ledger
    known = ledger.read([(contract, view, ()) for view in NEIGHBOURS[contract]])
    expected = [ledger.community.address(one).lower() for one in NEIGHBOURS[contract].values()]
    assert known == expected


@pytest.mark.parametrize("contract", EXTENSIONS)
def test_an_extension_knows_the_neighbours_that_its_contract_knows(
    cooperative: Cooperative, contract: Name
) -> None:
    """Asked for itself, it names the same proxies: neither was founded for another community."""
    ledger = cooperative.ledger
    [extension] = ledger.read([(contract, "EXTENSION", ())])
    for view, name in NEIGHBOURS[contract].items():
        answer = ledger.rpc.request("eth_call", [{"to": extension, "data": encode(contract, view)}, "latest"])
        assert decode(contract, view, answer) == (ledger.community.address(name).lower(),)


def test_the_founding_block_is_the_first_with_a_log_of_the_community(cooperative: Cooperative) -> None:
    """Who reads the community from its founding block on misses nothing."""
    rpc = cooperative.ledger.rpc
    community = found(rpc, key(8020), "Ailleurs", "AIL", RULES)
    addresses = [*map(community.address, CONTRACTS)]
    logs = rpc.request("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest", "address": addresses}])
    assert min(int(log["blockNumber"], 16) for log in logs) == community.founding_block
    assert logs[0]["blockHash"] == community.founding_hash


def test_two_communities_of_one_founder_share_nothing(cooperative: Cooperative) -> None:
    """One chain can hold the communities of a whole network."""
    rpc, founder = cooperative.ledger.rpc, key(8030)
    communities = [found(rpc, founder, name, "C", RULES) for name in ("Une", "Deux")]
    first, second = (Ledger(rpc, one) for one in communities)
    Sender(first, founder).transact(tx.grant_role(first.community, Role.TREASURER, founder.address, 2**40))
    assert first.role_until(Role.TREASURER, founder.address) == 2**40
    assert second.role_until(Role.TREASURER, founder.address) == 0


def test_another_account_has_no_power_over_a_founded_community(cooperative: Cooperative) -> None:
    """Founding gives power over what one founded, not over a neighbour's."""
    rpc = cooperative.ledger.rpc
    found(rpc, cooperative.stranger, "Autre", "AUT", RULES)
    sender = cooperative.sender(cooperative.stranger)
    with pytest.raises(NotGovernorError) as caught:
        sender.transact(tx.hand_over(cooperative.ledger.community))
    assert str(caught.value.limit).lower() == cooperative.governor.address.lower()


def test_a_founder_who_hands_over_keeps_nothing(cooperative: Cooperative) -> None:
    """The assembly takes over in one transaction: the founder is left no role and no power."""
    founder, holder = key(8040), key(8041)
    ledger = Ledger(cooperative.ledger.rpc, found(cooperative.ledger.rpc, founder, "Une", "U", RULES))
    community, sender = ledger.community, Sender(ledger, founder)
    director = Admission(MemberKind.PERSON, Category.USER, 0, FOREVER, bytes.fromhex(holder.address[2:]))
    for call in (
        *(tx.grant_role(community, role, founder.address, 2**40) for role in Role),
        tx.admit_members(community, [director]),
        resolutions.seat(community, 1, 2**40),
        tx.hand_over(community),
    ):
        sender.transact(call)
    assert ledger.governor() == community.assembly
    assert [ledger.role_until(role, founder.address) for role in Role] == [0] * len(Role)
    for call in (tx.publish_rules(community, RULES), tx.hand_over(community)):
        with pytest.raises(NotGovernorError):
            sender.transact(call)


def test_a_founder_cannot_hand_over_to_nobody(cooperative: Cooperative) -> None:
    """An assembly that nobody could convene would govern for ever, and do nothing."""
    founder = key(8042)
    ledger = Ledger(cooperative.ledger.rpc, found(cooperative.ledger.rpc, founder, "Une", "U", RULES))
    with pytest.raises(NoDirectorError):
        Sender(ledger, founder).transact(tx.hand_over(ledger.community))


@pytest.mark.parametrize(
    ("rules", "refusal"),
    [
        (replace(RULES, operations_bps=9_000, reserve_bps=1_001), SplitTooHighError),
        (replace(RULES, rate_notice_days=0), NoticeTooShortError),
    ],
)
def test_a_founding_under_impossible_rules_is_refused(
    contracts_rpc: Rpc, rules: Rules, refusal: type[Exception]
) -> None:
    """The founder is told which rule, with its value and its limit."""
    with pytest.raises(refusal):
        found(contracts_rpc, key(8050), "Jamais", "JAM", rules)


def test_a_community_saved_is_read_back(cooperative: Cooperative, tmp_path: Path) -> None:
    """The file says all that a program needs to find the community again."""
    path = tmp_path / "deep" / "community.json"
    cooperative.ledger.community.save(path)
    assert Community.load(path) == cooperative.ledger.community
    assert [file.name for file in path.parent.iterdir()] == ["community.json"]


def test_a_missing_file_says_that_nothing_is_deployed(tmp_path: Path) -> None:
    """A newcomer is told to found a community first."""
    with pytest.raises(NotDeployedError):
        Community.load(tmp_path / "community.json")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"name": 3}', b"\xff"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    """The message names the file and what is wrong in it."""
    path = tmp_path / "community.json"
    path.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        Community.load(path)
    assert caught.value.actual == path


@pytest.mark.parametrize(
    "changes", [{"chain_id": 1}, {"founding_hash": "0x" + "00" * 32}, {"founding_block": 2**40}]
)
def test_a_node_of_another_chain_is_refused(cooperative: Cooperative, changes: dict[str, object]) -> None:
    """Another chain id, the same id but another history, or a history too short: each is another chain."""
    other = msgspec.structs.replace(cooperative.ledger.community, **changes)
    with pytest.raises(WrongChainError):
        Ledger(cooperative.ledger.rpc, other).check()


def test_an_address_without_a_contract_is_not_taken_for_an_empty_one(cooperative: Cooperative) -> None:
    """A wrong address never reads as a balance of zero."""
    other = msgspec.structs.replace(cooperative.ledger.community, fund=key(8060).address)
    with pytest.raises(NotDeployedError):
        Ledger(cooperative.ledger.rpc, other).balance_sheet()
