"""Who buys: from a card or a telephone number to the number of the member."""

from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from endogene_token.office import cards, phones, sandbox
from endogene_token.office.scopes import Mode
from endogene_token.office.secret import OfficeSecret

NOBODY = 0


class Named(Protocol):
    """A buyer as a sale names it: by at most one of the three."""

    @property
    def member(self) -> int | None:
        """The member's number."""

    @property
    def card(self) -> str | None:
        """The card, as it was typed or scanned."""

    @property
    def phone(self) -> str | None:
        """The telephone number, as it was typed."""


@dataclass(frozen=True, slots=True)
class OfficeBuyers:
    """What finds buyers. `region`: where a telephone number without a country's code is."""

    secret: OfficeSecret
    region: str
    mode: Mode = Mode.LIVE

    def by_card(self, session: Session, text: str) -> int:
        """Return the member of a card. Raises CardNumberError, UnknownCardError, RevokedCardError."""
        if self.mode is Mode.TEST:
            return sandbox.card_holder(text)
        return cards.holder(session, self.secret, text)

    def by_phone(self, session: Session, text: str) -> int:
        """Return the member of a telephone number. Raises PhoneNumberError, UnknownPhoneError."""
        number = phones.normal(text, self.region)
        if self.mode is Mode.TEST:
            return sandbox.phone_holder(number)
        return phones.holder(session, self.secret, number)

    def member_of(self, session: Session, buyer: Named) -> int:
        """Return the member's number, 0 for nobody. Raises as the two above."""
        if buyer.card:
            return self.by_card(session, buyer.card)
        if buyer.phone:
            return self.by_phone(session, buyer.phone)
        return buyer.member or NOBODY
