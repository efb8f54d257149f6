"""What the service answers about projects and members' acts, read with its types."""

from typing import Final

import msgspec

from endogene_token.errors import AddressError, RangeError, UnreadableAnswerError
from endogene_token.member_acts import (
    ActDomain,
    Asking,
    AskingCash,
    Content,
    Dropping,
    DroppingCash,
    Netting,
    Paying,
    Returning,
    Spend,
)
from endogene_token.projects import Claim

_IN_CURRENCY: Final = (Spend, Returning, Paying, Netting, AskingCash, DroppingCash)
_AT_DESK: Final = (Asking, Dropping)


class Contracts(msgspec.Struct, frozen=True):
    """Where the members' signatures count."""

    chain_id: int
    project_book: str
    project_currency: str
    redemption_desk: str

    def domain(self, content: Content) -> ActDomain:
        """Return the signing domain of an act. Raises UnreadableAnswerError."""
        try:
            return ActDomain(self.chain_id, getattr(self, _CONTRACTS[counter(content)]))
        except (RangeError, AddressError) as error:
            raise UnreadableAnswerError(actual=error) from error


class Nonces(msgspec.Struct, frozen=True):
    """The number that a member's next act carries in the book and in the currency."""

    projects: int
    currency: int


class Accepted(msgspec.Struct, frozen=True):
    """An act that the service keeps."""

    receipt: str
    status: str


class ClaimAnswer(msgspec.Struct, frozen=True):
    """A claim as the service tells it."""

    hash: str
    attempt: int
    amount: str
    payee: int

    def claim(self, project: int, tranche: int, evidence: bytes) -> Claim:
        """Return the claim for the evidence that its reader has seen. Raises RangeError, LengthError."""
        try:
            amount = int(self.amount)
        except ValueError as error:
            raise UnreadableAnswerError(actual=error) from error
        return Claim(project, tranche, self.attempt, amount, self.payee, evidence)


class TrancheAnswer(msgspec.Struct, frozen=True):
    """The part of a tranche that its judges sign for."""

    position: int
    claim: ClaimAnswer | None = None


class ProjectAnswer(msgspec.Struct, frozen=True):
    """The part of a project that its judges sign for."""

    number: int
    tranches: list[TrancheAnswer]


_CONTRACTS: Final = {
    "projects": "project_book",
    "currency": "project_currency",
    "redemptions": "redemption_desk",
}


def counter(content: Content) -> str:
    """Return which of a member's numbers an act carries: that for projects, currency or redemptions."""
    if isinstance(content, _IN_CURRENCY):
        return "currency"
    return "redemptions" if isinstance(content, _AT_DESK) else "projects"
