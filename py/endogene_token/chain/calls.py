"""The ledger as a program reads it: every view of the contracts, typed."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from eth_utils.address import to_checksum_address

from endogene_token.chain.artifacts import Name
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import decode, encode
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.views import (
    BalanceSheet,
    BatchRecord,
    CreditAccount,
    Member,
    Merchant,
    MerchantAccount,
    OutflowRules,
    Role,
    Rules,
    Solvency,
    Till,
)
from endogene_token.errors import WrongChainError
from endogene_token.receipts import ROOT_BYTES, Domain

VIEWS_PER_REQUEST: Final = 500  # some 150 kB each way

View = tuple[Name, str, tuple[object, ...]]
"""A contract, the name of its view, and the arguments."""


class Ledger:
    """The views of one community's contracts. Safe for several threads.

    Every view raises NodeUnavailableError, NodeAnswerError, NotDeployedError, and the LedgerRefusal that the
    contract answers, such as UnknownMerchantError. Amounts are minor units, days count from 1970-01-01.
    """

    def __init__(self, rpc: Rpc, community: Community, block: int | None = None) -> None:
        """Read as of the end of `block`, or of the latest one at each call."""
        self.rpc = rpc
        self.community = community
        self.block = block

    def at(self, block: int) -> "Ledger":
        """Return the ledger as it stood at the end of `block`: its answers belong together."""
        return Ledger(self.rpc, self.community, block)

    @cached_property
    def domain(self) -> Domain:
        """Where the tills' signatures count."""
        return Domain(self.community.chain_id, self.community.fund)

    def check(self) -> None:
        """Raise WrongChainError unless the node serves the very chain on which the community was founded."""
        founding = hex(self.community.founding_block)
        chain_id, block = self.rpc.requests(
            [("eth_chainId", []), ("eth_getBlockByNumber", [founding, False])]
        )
        actual = (int(chain_id, 16), block and block["hash"])
        expected = (self.community.chain_id, self.community.founding_hash)
        if actual != expected:
            raise WrongChainError(
                actual=f"{actual[0]} ({actual[1] or '∅'})", limit=f"{expected[0]} ({expected[1]})"
            )

    def head(self) -> int:
        """Return the number of the chain's last block."""
        return int(self.rpc.request("eth_blockNumber"), 16)

    def time(self) -> int:
        """Return the timestamp of the chain's last block, in seconds since 1970."""
        return int(self.rpc.request("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)

    def balance_sheet(self) -> BalanceSheet:
        """Return every pocket of the fund."""
        return BalanceSheet(*self._value("CommunityFund", "balanceSheet"))

    def solvency(self) -> Solvency:
        """Return what bounds the outflows now."""
        return Solvency(*self._value("CommunityFund", "solvency"))

    def redemptions_backed(self) -> int:
        """Return what approved redemptions will take."""
        return int(self._value("CommunityFund", "redemptionsBacked"))

    def operating_allowed(self) -> int:
        """Return what the treasurer may still pay out of the operations' pocket."""
        return int(self._value("CommunityFund", "operatingAllowed"))

    def merchant_account(self, merchant: int) -> MerchantAccount:
        """Return what a merchant owes or has paid ahead; zeros for a number that is no merchant's."""
        return self.merchant_accounts([merchant])[0]

    def merchant_accounts(self, merchants: Sequence[int]) -> list[MerchantAccount]:
        """Return what each of `merchants` owes or has paid ahead."""
        return [MerchantAccount(*one) for one in self._each("CommunityFund", "merchantAccount", merchants)]

    def batch_record(self, till: int, first_sequence: int) -> BatchRecord | None:
        """Return the record of the batch of `till` that begins there, or None when there is none."""
        word = self._value("CommunityFund", "batchRecord", till, first_sequence)
        return BatchRecord(word[:ROOT_BYTES], int.from_bytes(word[ROOT_BYTES:])) if any(word) else None

    def reversed_of(self, till: int, sequence: int) -> int:
        """Return how much of a purchase has been reversed; all of it when the purchase was refused."""
        return int(self._value("CommunityFund", "reversedOf", till, sequence))

    def reference_used(self, reference: bytes) -> bool:
        """Return whether a commitment to a bank's reference (32 bytes) has settled a payment."""
        return bool(self._value("CommunityFund", "referenceUsed", reference))

    def account(self, member: int) -> CreditAccount:
        """Return a member's credits and validity; zeros for a number that was never admitted."""
        return self.accounts([member])[0]

    def accounts(self, members: Sequence[int]) -> list[CreditAccount]:
        """Return the credits and the validity of each of `members`."""
        return [CreditAccount(*one) for one in self._each("CommunityCredit", "account", members)]

    def member(self, number: int) -> Member:
        """Return a member of the register. Raises UnknownMemberError."""
        return Member(*self._value("Membership", "member", number))

    def member_by_key(self, key: bytes) -> int | None:
        """Return the number that signs with `key`, or None."""
        return int(self._value("Membership", "memberByKey", key)) or None

    def merchant(self, number: int) -> Merchant:
        """Return the terms of a merchant. Raises UnknownMerchantError."""
        return self.merchants([number])[0]

    def merchants(self, numbers: Sequence[int]) -> list[Merchant]:
        """Return the terms of each of these merchants. Raises UnknownMerchantError."""
        return [Merchant(*one) for one in self._each("Membership", "merchant", numbers)]

    def merchant_kind(self, number: int) -> int:
        """Return of which kind a merchant is; 0: unspecified, or no merchant."""
        return int(self._value("Membership", "merchantKind", number))

    def till(self, number: int) -> Till:
        """Return a till. Raises UnknownTillError."""
        return self.tills([number])[0]

    def tills(self, numbers: Sequence[int]) -> list[Till]:
        """Return each of these tills. Raises UnknownTillError."""
        return [Till(*one) for one in self._each("Membership", "till", numbers)]

    def member_count(self) -> int:
        """Return how many members were ever admitted: the highest member number."""
        return int(self._value("Membership", "memberCount"))

    def till_count(self) -> int:
        """Return how many tills were ever enrolled: the highest till number."""
        return int(self._value("Membership", "tillCount"))

    def rate_on(self, merchant: int, day: int) -> int:
        """Return a merchant's rate on a day, in basis points. Raises UnknownMerchantError."""
        return int(self._value("Membership", "rateOn", merchant, day))

    def governor(self) -> str:
        """Return the account that grants roles and publishes rules."""
        return to_checksum_address(self._value("Membership", "governor"))

    def role_until(self, role: Role, account: str) -> int:
        """Return the instant (seconds since 1970) at which an account's role ends; 0 for none."""
        return int(self._value("Membership", "roleUntil", int(role), account))

    def rules_version(self) -> int:
        """Return the version of the rules in force; the first is 1."""
        return int(self._value("Rulebook", "currentVersion"))

    def rules(self, version: int | None = None) -> Rules:
        """Return a version of the rules, or those in force. Raises UnknownRulesError."""
        if version is None:
            return Rules(*self._value("Rulebook", "current"))
        return Rules(*self._value("Rulebook", "rules", version))

    def outflow_version(self) -> int:
        """Return the version of the rules of what goes out that are in force; the first is 1."""
        return int(self._value("Rulebook", "outflowVersion"))

    def outflow_rules(self) -> OutflowRules:
        """Return the rules of what goes out that are in force."""
        return OutflowRules(*self._value("Rulebook", "outflowRules"))

    def read(self, views: Sequence[View]) -> list[Any]:
        """Return the single value of each of `views`, by JSON-RPC batches: for views with no method here."""
        return [values[0] for values in self.read_rows(views)]

    def read_rows(self, views: Sequence[View]) -> list[tuple[Any, ...]]:
        """Return all values of each of `views`, by JSON-RPC batches."""
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(views), VIEWS_PER_REQUEST):
            part = views[start : start + VIEWS_PER_REQUEST]
            answers = self.rpc.requests([("eth_call", self._request(view)) for view in part])
            found += [
                decode(name, view, answer) for (name, view, _), answer in zip(part, answers, strict=True)
            ]
        return found

    def read_all(self, name: Name, view: str, *arguments: object) -> tuple[Any, ...]:
        """Return all values of a view that has several."""
        return decode(name, view, self.rpc.request("eth_call", self._request((name, view, arguments))))

    def _each(self, name: Name, view: str, numbers: Sequence[int]) -> list[Any]:
        return self.read([(name, view, (number,)) for number in numbers])

    def _value(self, name: Name, view: str, *arguments: object) -> Any:
        return self.read([(name, view, arguments)])[0]

    def _request(self, view: View) -> list[object]:
        name, function, arguments = view
        call = {"to": self.community.address(name), "data": encode(name, function, *arguments)}
        return [call, "latest" if self.block is None else hex(self.block)]
