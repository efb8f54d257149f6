"""Redemptions: what officers ask of the desk, each as a call, and what it tells, typed.

What a member asks is an act, see `acts`. Amounts are minor units; payee and evidence are salted commitments.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from eth_utils.address import to_checksum_address

from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode
from endogene_token.chain.transactions import PLAIN_GAS, Call
from endogene_token.member_acts import ActDomain
from endogene_token.projects import RedemptionReason, RedemptionState


@dataclass(frozen=True, slots=True)
class Redemption:
    """A redemption; `attestor` is the registrar's account, the zero address before it is attested."""

    member: int
    state: RedemptionState
    reason: RedemptionReason
    amount: int
    paid: int
    attestor: str
    payee: bytes
    evidence: bytes

    @classmethod
    def read(cls, values: Any) -> Self:
        """Return the redemption that the contract answered."""
        member, state, reason, amount, paid, attestor, *hashes = values
        account = to_checksum_address(attestor)
        return cls(member, RedemptionState(state), RedemptionReason(reason), amount, paid, account, *hashes)


class Redemptions:
    """The views of one community's redemption desk. Raises as `Ledger` does."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @cached_property
    def domain(self) -> ActDomain:
        """Where the members' signatures count."""
        community = self.ledger.community
        return ActDomain(community.chain_id, community.redemptions)

    def nonce(self, member: int) -> int:
        """Return what the member's next act carries here."""
        return int(self._value("nonce", member))

    def count(self) -> int:
        """Return how many redemptions were ever asked for: the highest number."""
        return int(self._value("redemptionCount"))

    def redemption(self, number: int) -> Redemption:
        """Return a redemption. Raises UnknownRedemptionError."""
        return Redemption.read(self._value("redemption", number))

    def open_of(self, member: int) -> int | None:
        """Return the number of a member's redemption that is open, or None."""
        return int(self._value("openOf", member)) or None

    def _value(self, view: str, *arguments: object) -> Any:
        return self.ledger.read([("RedemptionDesk", view, arguments)])[0]


def request_for_heirs(community: Community, member: int, amount: int, payee: bytes) -> Call:
    """Ask for the credits of a member who died. The registrar may."""
    return _call(community, "requestForHeirs", member, amount, payee)


def attest(community: Community, redemption: int, evidence: bytes) -> Call:
    """Attest that the evidence was seen. The registrar may."""
    return _call(community, "attest", redemption, evidence)


def approve(community: Community, redemption: int, amount: int, payee: bytes) -> Call:
    """Approve exactly this amount to this payee. The approver may, who did not attest it."""
    return _call(community, "approve", redemption, amount, payee)


def pay(community: Community, redemption: int, amount: int, payee: bytes, reference: bytes) -> Call:
    """Book a payment, whole or in part; `reference`: the commitment to the bank's. The treasurer may."""
    return _call(community, "pay", redemption, amount, payee, reference)


def drop(community: Community, redemption: int) -> Call:
    """End a redemption that is not paid in full, without a signature. The registrar may, and the member."""
    return _call(community, "drop", redemption, b"")


def _call(community: Community, function: str, *arguments: object) -> Call:
    return Call(community.redemptions, encode("RedemptionDesk", function, *arguments), PLAIN_GAS)
