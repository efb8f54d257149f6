"""The events of the ledger that the read model follows, and their decoding.

A log of an event that the contracts' ABI does not know stops the indexer: the contracts were upgraded, and
what this program would leave out could be money.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from endogene_token.chain.artifacts import Name, load
from endogene_token.chain.deployment import Community, Rules
from endogene_token.errors import UnknownEventError
from endogene_token.hexes import from_hex
from endogene_token.indexer.layout import WORD, Layout, Structs, layout
from endogene_token.indexer.money_events import MONEY_STRUCTS, MoneyEvent
from endogene_token.indexer.project_events import PROJECT_STRUCTS, BookEvent
from endogene_token.indexer.vote_events import VOTE_STRUCTS, VoteEvent

CONTRACTS: Final[tuple[Name, ...]] = (
    *("Membership", "CommunityFund", "Rulebook", "Assembly", "Board"),
    *("ProjectBook", "ProjectCurrency", "RedemptionDesk"),
)
"""Whose logs are read. Not the credit's: its Transfers repeat what the fund's packed items tell."""


class Place(NamedTuple):
    """Where a log stands on the chain; `block_time` in seconds since 1970."""

    block_number: int
    block_hash: bytes
    block_time: int
    transaction_hash: bytes
    log_index: int


class Log(NamedTuple):
    """A log as bytes; `topics` one after the other."""

    place: Place
    address: bytes
    topics: bytes
    data: bytes


class Refund(NamedTuple):
    """What a till signed to reverse."""

    purchase_till: int
    purchase_batch: int
    purchase_sequence: int
    amount: int
    day: int
    commitment: bytes


class MemberAdmitted(NamedTuple):
    member: int
    kind: int
    category: int
    valid_from: int
    valid_until: int
    key: bytes


class ValidityChanged(NamedTuple):
    member: int
    valid_from: int
    valid_until: int


class CategoryChanged(NamedTuple):
    member: int
    category: int


class KeyRotated(NamedTuple):
    member: int
    key: bytes


class MerchantEnrolled(NamedTuple):
    merchant: int
    rate_bps: int
    exposure_limit: int
    till_cap: int


class RateScheduled(NamedTuple):
    merchant: int
    rate_bps: int
    from_day: int


class LimitsChanged(NamedTuple):
    merchant: int
    exposure_limit: int
    till_cap: int


class MerchantSuspended(NamedTuple):
    merchant: int


class MerchantReinstated(NamedTuple):
    merchant: int


class TillEnrolled(NamedTuple):
    till: int
    merchant: int
    key: bytes


class TillRevoked(NamedTuple):
    till: int


class RulesPublished(NamedTuple):
    version: int
    rules: Rules


class PurchasesRecorded(NamedTuple):
    """`items` are the packed words, one after the other."""

    till: int
    merchant: int
    first_sequence: int
    totals: bytes
    items: bytes

    @property
    def size(self) -> int:
        """The number of items."""
        return len(self.items) // WORD


class PurchaseRefused(NamedTuple):
    till: int
    sequence: int
    reason: int
    actual: int
    limit: int


class PurchaseReversed(NamedTuple):
    till: int
    sequence: int
    member: int
    reversal: Refund
    undone: bytes


class ReversalRefused(NamedTuple):
    till: int
    sequence: int
    reason: int
    actual: int
    limit: int
    reversal: Refund


class PremiumsSettled(NamedTuple):
    merchant: int
    amount: int
    prepaid: int
    bank_reference: bytes


Event: TypeAlias = (
    MemberAdmitted
    | ValidityChanged
    | CategoryChanged
    | KeyRotated
    | MerchantEnrolled
    | RateScheduled
    | LimitsChanged
    | MerchantSuspended
    | MerchantReinstated
    | TillEnrolled
    | TillRevoked
    | RulesPublished
    | PurchasesRecorded
    | PurchaseRefused
    | PurchaseReversed
    | ReversalRefused
    | PremiumsSettled
    | VoteEvent
    | BookEvent
    | MoneyEvent
)
EVENTS: Final[tuple[type[Event], ...]] = Event.__args__
"""Every event that changes the read model. The others (roles, upgrades, …) are kept as raw logs only."""


STRUCTS: Final[Structs] = {
    "ICommunityFund.Reversal": Refund,
    "IRulebook.Rules": Rules,
    **VOTE_STRUCTS,
    **PROJECT_STRUCTS,
    **MONEY_STRUCTS,
}
"""What holds the contracts' structs."""


class Decoder:
    """Decodes the logs of one community's contracts."""

    def __init__(self, community: Community) -> None:
        self.addresses = tuple(community.address(name) for name in CONTRACTS)
        self.places: dict[Name, bytes] = {name: from_hex(community.address(name)) for name in CONTRACTS}
        self._layouts = {self.places[name]: layouts(name) for name in CONTRACTS}

    def decode(self, log: Log) -> Event | None:
        """Return the event of a log; None for one that changes nothing here.

        Raises UnknownEventError, and NodeAnswerError for a log that does not fit its event.
        """
        known = self._layouts.get(log.address, {}).get(log.topics[:WORD])
        if known is None:
            raise UnknownEventError(actual=log.topics[:WORD], block=log.place.block_number)
        kind, where = known
        return None if kind is None else kind(*where.read(log.topics, log.data))


@cache
def layouts(name: Name) -> Mapping[bytes, tuple[type[Event] | None, Layout]]:
    """Return the class and the layout of each event of a contract, by the event's topic."""
    classes = {kind.__name__: kind for kind in EVENTS}
    found: dict[bytes, tuple[type[Event] | None, Layout]] = {}
    for entry in load(name).abi:
        if entry["type"] == "event":
            made, kind = layout(entry, STRUCTS), classes.get(entry["name"])
            if kind is not None and list(kind._fields) != _names(entry):
                raise TypeError(f"{kind.__name__}: {_names(entry)}")
            found[made.topic] = (kind, made)
    return found


def _names(entry: Mapping[str, Any]) -> list[str]:
    return [re.sub(r"(?<!^)(?=[A-Z])", "_", one["name"]).lower() for one in entry["inputs"]]
