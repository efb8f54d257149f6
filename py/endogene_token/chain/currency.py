"""Project currency as a program reads it, and what the treasurer asks of it; the rest are acts, see `acts`.

Amounts are minor units, instants seconds since 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode
from endogene_token.chain.transactions import Call
from endogene_token.member_acts import ActDomain


@dataclass(frozen=True, slots=True)
class Holding:
    """What a merchant holds, by round: from a project, from one merchant before it, from two, from more."""

    first: int
    second: int
    third: int
    later: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.first + self.second + self.third + self.later


@dataclass(frozen=True, slots=True)
class CashRequest:
    """A conversion asked for in cash; a number that was never given is not open, and has merchant 0."""

    merchant: int
    amount: int
    payable_from: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Sale:
    """What a project paid for an invoice and did not get back, and the premium that stands for it."""

    project: int
    merchant: int
    amount: int
    premium: int
    line: int


class Currency:
    """The views of one community's project currency. Raises as `Ledger` does."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @cached_property
    def domain(self) -> ActDomain:
        """Where the members' signatures count."""
        community = self.ledger.community
        return ActDomain(community.chain_id, community.currency)

    def nonce(self, member: int) -> int:
        """Return what the member's next act carries here."""
        return int(self._value("nonce", member))

    def total_supply(self) -> int:
        """Return all of it: what the fund counts as currency outstanding."""
        return int(self._value("totalSupply"))

    def balance_of(self, project: int) -> int:
        """Return what is in a project's account."""
        return int(self._value("balanceOfProject", project))

    def spent_of_line(self, project: int, line: int) -> int:
        """Return what a line of the budget has spent, counted from 0."""
        return int(self._value("spentOfLine", project, line))

    def holding(self, merchant: int) -> Holding:
        """Return what a merchant holds."""
        return self.holdings([merchant])[0]

    def holdings(self, merchants: Sequence[int]) -> list[Holding]:
        """Return what each of `merchants` holds."""
        rows = self.ledger.read([("ProjectCurrency", "holdingOf", (one,)) for one in merchants])
        return [Holding(*row) for row in rows]

    def requested_of(self, merchant: int) -> int:
        """Return what a merchant asked for in cash and has not got yet: it cannot be spent meanwhile."""
        return int(self._value("requestedOf", merchant))

    def request_count(self) -> int:
        """Return how many requests of cash were ever made: the highest number."""
        return int(self._value("requestCount"))

    def cash_request(self, number: int) -> CashRequest:
        """Return a request of cash."""
        return CashRequest(*self._value("cashRequest", number))

    def sale(self, invoice: bytes) -> Sale | None:
        """Return what stands of an invoice that a project paid, by its commitment (32 bytes), or None."""
        found = Sale(*self._value("saleOf", invoice))
        return found if found.project else None

    def is_paid(self, invoice: bytes) -> bool:
        """Return whether an invoice was paid between merchants."""
        return bool(self._value("invoicePaid", invoice))

    def _value(self, view: str, *arguments: object) -> Any:
        return self.ledger.read([("ProjectCurrency", view, arguments)])[0]


def pay_cash(community: Community, request: int, reference: bytes) -> Call:
    """Book the payment of a request; `reference`: the 32-byte commitment to the bank's. The treasurer may."""
    return Call(community.currency, encode("ProjectCurrency", "payCash", request, reference))
