"""Who bought: a member's number, or what the cooperative's office knows a member by."""

from dataclasses import dataclass
from typing import Final, Protocol

from sqlmodel import Session

from endogene_token.sdk.sales import ANONYMOUS

_SHOWN: Final = 4  # last characters of a card or a telephone: enough for its holder to know it


@dataclass(frozen=True, slots=True)
class Buyer:
    """At most one of the three; none: an anonymous sale."""

    member: int | None = None
    card: str | None = None
    phone: str | None = None

    def __str__(self) -> str:
        if self.card or self.phone:
            return f"…{(self.card or self.phone or '')[-_SHOWN:]}"
        return str(self.member or ANONYMOUS)


NOBODY: Final = Buyer()


class Buyers(Protocol):
    """What the office offers: from a buyer to the member's number, in the caller's transaction."""

    def member_of(self, session: Session, buyer: Buyer) -> int:
        """Return the member's number, 0 for nobody. Raises InputError for a card or telephone unknown."""
