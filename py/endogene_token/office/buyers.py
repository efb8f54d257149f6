"""Who buys: from a card or a telephone number to the number of the member."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from sqlmodel import Session

from endogene_token.bounds import MAX_UINT32, check_range
from endogene_token.office import cards, phones, sandbox
from endogene_token.office.scopes import Mode
from endogene_token.office.secret import OfficeSecret

NOBODY: Final = 0


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
    """What finds buyers. `secret` is asked for only when a card or a telephone is.

    `region`: the country of a telephone number without its code (ISO 3166).
    """

    secret: Callable[[], OfficeSecret]
    region: str
    mode: Mode = Mode.LIVE

    def member_of(self, session: Session, buyer: Named) -> int:
        """Return the member's number, 0 for nobody.

        Raises CardNumberError, UnknownCardError, RevokedCardError, PhoneNumberError, UnknownPhoneError,
        RangeError for a number that no member can have.
        """
        if buyer.card is not None:
            return self._by_card(session, buyer.card)
        if buyer.phone is not None:
            return self._by_phone(session, buyer.phone)
        member = buyer.member or NOBODY
        check_range("member", member, MAX_UINT32)
        return member

    def _by_card(self, session: Session, text: str) -> int:
        if self.mode is Mode.TEST:
            return sandbox.card_holder(text)
        return cards.holder(session, self.secret(), text)

    def _by_phone(self, session: Session, text: str) -> int:
        number = phones.normal(text, self.region)
        if self.mode is Mode.TEST:
            return sandbox.phone_holder(number)
        return phones.holder(session, self.secret(), number)
