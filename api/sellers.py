"""For which merchant a request may bring or read sales: by an API key, else by a signature."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session, select

from api.access import caller, require_merchant
from api.askers import place_of
from api.bearers import authenticated, credential, require_scope
from api.deps import Services
from endogene_token.errors import AccessError
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member, Till
from endogene_token.office import cards, guesses, phones, sandbox
from endogene_token.office.scopes import Mode, Scope
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import Actor
from endogene_token.sales import Buyer, Buyers, MembersOnly
from endogene_token.sales.deliveries import UNKNOWN_BUYER
from endogene_token.store import reading


@dataclass(frozen=True, slots=True)
class Seller:
    """The merchant that a request speaks for, and who asks; a test key's sales are tried, not kept.

    `who` counts the buyers sought in vain; `actor` is who the trail names.
    """

    merchant: int
    who: str
    actor: Actor
    is_test: bool = False


def seller(app: Services, request: Request, lang: str, wanted: int | None, scope: Scope) -> Seller:
    """Return the merchant that this request may act for. `wanted` may be left out under a merchant's key.

    Sales are brought under an API key; to read them, a signature of the merchant or of an officer does, too.
    Raises KeyRefusedError, ScopeMissingError, CredentialsError, AccessError, ChainError.
    """
    header = request.headers.get("authorization", "")
    where, number = place_of(request)
    key = credential(request, app, lang, header)
    if key is not None or scope is not Scope.SALES_READ:
        key = key or authenticated(app, lang, header)
        require_scope(key, scope)
        own = key.holder.merchant
        asked = own if wanted is None else wanted
        if asked is None or own not in {None, asked}:
            raise AccessError(actual=key.id)
        actor = Actor(key.who, where, number)
        return Seller(asked, str(key.holder), actor, is_test=key.mode is Mode.TEST)
    address = caller(request, app, lang, header)
    with reading(app.engine) as connection, Session(connection) as session:
        merchant = _merchant_of(session, address) if wanted is None else wanted
        if merchant is None:
            raise AccessError(actual=address)
        require_merchant(session, app.ledger, address, merchant)
    return Seller(merchant, f"merchant:{merchant}", Actor(f"address:{address}", where, number))


def _merchant_of(session: Session, address: str) -> int | None:
    """Return the merchant whose till or whose own key this is, or None."""
    key = from_hex(address)
    till = session.exec(select(Till).where(Till.key == key, Till.revoked == 0)).first()
    if till is not None:
        return till.merchant
    member = session.exec(select(Member).where(Member.key == key)).first()
    return None if member is None else member.number


class OfficeBuyers(MembersOnly):
    """Buyers as the office knows them: by card or telephone number, too."""

    def __init__(self, secret: Callable[[], OfficeSecret], region: str) -> None:
        """`region`: the country of a telephone number without its code (ISO 3166)."""
        self._secret = secret
        self._region = region

    def member_of(self, session: Session, buyer: Buyer) -> int:
        """Return the member's number. Raises what `cards.holder` and `phones.holder` do."""
        if buyer.card is not None:
            return cards.holder(session, self._secret(), buyer.card)
        if buyer.phone is not None:
            return phones.holder(session, self._secret(), phones.normal(buyer.phone, self._region))
        return super().member_of(session, buyer)


class _CountedBuyers(OfficeBuyers):
    """The same for a request: unknown numbers are counted, so that no key counts through a town."""

    def __init__(self, app: Services, who: str) -> None:
        super().__init__(app.secret, app.settings.phone_region)
        self._engine = app.engine
        self._who = who

    def member_of(self, session: Session, buyer: Buyer) -> int:
        """Return the member's number. Raises also GuessingError."""
        if buyer.card is None and buyer.phone is None:
            return super().member_of(session, buyer)
        guesses.require_guess(session, self._who)
        try:
            return super().member_of(session, buyer)
        except UNKNOWN_BUYER:
            guesses.count_guess(self._engine, self._who)
            raise


class _SandboxBuyers(MembersOnly):
    """The test members, by the test cards and telephones."""

    def __init__(self, region: str) -> None:
        self._region = region

    def member_of(self, session: Session, buyer: Buyer) -> int:
        """Return the test member's number. Raises what `sandbox` does."""
        if buyer.card is not None:
            return sandbox.card_holder(buyer.card)
        if buyer.phone is not None:
            return sandbox.phone_holder(phones.normal(buyer.phone, self._region))
        return super().member_of(session, buyer)


def buyers_of(app: Services, seller_: Seller) -> Buyers:
    """Return how this seller's buyers are known."""
    if seller_.is_test:
        return _SandboxBuyers(app.settings.phone_region)
    return _CountedBuyers(app, seller_.who)
