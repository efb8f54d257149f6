"""The contracts as a person at ape's console uses them, on ape's own chain."""

import ape
import pytest
from ape.contracts import ContractInstance

from endogene_token.chain.artifacts import Name, load
from endogene_token.chain.community import Community
from endogene_token.money import Split, shares
from endogene_token.receipts import Domain, Purchase, PurchaseBatch
from endogene_token.sdk.keys import TillKey
from scripts.deploy import RULES, found

REGISTRAR, TREASURER, PERSON, ORGANISATION, USER = 0, 1, 0, 1, 0
MERCHANT, MEMBER, TILL = 1, 2, 1
RATE, AMOUNT = 280, 12_345  # basis points, minor units
FOREVER = 2**32 - 1
TILL_KEY = TillKey(b"\x07" * 32)


@pytest.fixture
def community(accounts: list[ape.api.TestAccountAPI]) -> Community:
    """A community whose founder holds every role, with one merchant, one till and one member."""
    founder = accounts[0]
    community = found(founder, ape.networks.provider, "Crédit", "CR")
    membership = contract(community, "Membership")
    for role in (REGISTRAR, TREASURER):
        membership.grantRole(role, founder, 2**40, sender=founder)
    admissions = [(kind, USER, 0, FOREVER, b"") for kind in (ORGANISATION, PERSON)]
    membership.admitMembers(admissions, sender=founder)
    membership.enrolMerchant(MERCHANT, RATE, 10**9, 10**9, sender=founder)
    membership.enrolTill(MERCHANT, TILL_KEY.address, sender=founder)
    return community


def contract(community: Community, name: Name) -> ContractInstance:
    return ape.Contract(community.address(name), abi=load(name).abi)


def test_a_signed_purchase_relayed_by_anyone_becomes_a_credit(
    community: Community, accounts: list[ape.api.TestAccountAPI], chain: ape.managers.chain.ChainManager
) -> None:
    """The premium is owed to the fund, and the member's credit is what the split leaves of it."""
    day = chain.pending_timestamp // 86_400
    batch = PurchaseBatch(TILL, MERCHANT, 1, (Purchase(MEMBER, day, AMOUNT, b"\x01" * 16),))
    signature = TILL_KEY.sign(batch, Domain(community.chain_id, community.fund))
    fund, credit = contract(community, "CommunityFund"), contract(community, "CommunityCredit")
    signed = (TILL, MERCHANT, 1, batch.words(), signature[:32], signature[32:])
    receipt = fund.recordPurchases([signed], sender=accounts[5])
    expected = shares(AMOUNT, RATE, Split(RULES.operations_bps, RULES.reserve_bps), anonymous=False)
    assert [log.event_name for log in receipt.events] == ["Transfer", "PurchasesRecorded"]
    assert fund.balanceSheet().premiumsReceivable == expected.premium
    assert credit.balanceOf(credit.addressOf(MEMBER)) == credit.totalSupply() == expected.credit


def test_a_credit_cannot_be_sent_to_another(
    community: Community, accounts: list[ape.api.TestAccountAPI]
) -> None:
    """ERC-20 to read, and nothing to move."""
    credit = contract(community, "CommunityCredit")
    with ape.reverts(credit.CommunityCredit_NonTransferable):
        credit.transfer(accounts[1], 1, sender=accounts[0])
