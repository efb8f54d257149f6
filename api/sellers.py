"""For which merchant a request may bring or read sales: by an API key, else by a signature."""

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import Engine
from sqlmodel import Session

from api.access import caller, require_merchant
from api.askers import place_of, spoken_for
from api.bearers import authenticated, credential, require_scope
from api.deps import Services
from endogene_token.errors import AccessError, UnknownCardError, UnknownPhoneError
from endogene_token.hexes import from_hex
from endogene_token.office import guesses
from endogene_token.office.buyers import OfficeBuyers
from endogene_token.office.scopes import Mode, Scope
from endogene_token.office.trail import Actor
from endogene_token.sales import Buyer, Buyers
from endogene_token.store import reading


@dataclass(frozen=True, slots=True)
class Seller:
    """The merchant that a request speaks for, and who asks; a test key's sales are tried, not kept.

    `who` counts the buyers sought in vain; `actor` is who the trail names.
    """

    merchant: int
    who: str
    actor: Actor
    mode: Mode = Mode.LIVE

    @property
    def is_test(self) -> bool:
        """Whether nothing is kept of what it brings."""
        return self.mode is Mode.TEST


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
        return Seller(asked, str(key.holder), actor, key.mode)
    address = caller(request, app, lang, header)
    with reading(app.engine) as connection, Session(connection) as session:
        merchant = spoken_for(session, from_hex(address)) if wanted is None else wanted
        if merchant is None:
            raise AccessError(actual=address)
        require_merchant(session, app.ledger, address, merchant)
    return Seller(merchant, f"merchant:{merchant}", Actor(f"address:{address}", where, number))


@dataclass(slots=True)
class _CountedBuyers:
    """Buyers for a request: unknown numbers are counted for `who`, so that no key counts through a town.

    `counted`: how many this request made of them. Its session shows the moment before the first one.
    """

    engine: Engine
    known: OfficeBuyers
    who: str
    counted: int = 0

    def member_of(self, session: Session, buyer: Buyer) -> int:
        """Return the member's number. Raises what `OfficeBuyers` does, and GuessingError."""
        if buyer.card is None and buyer.phone is None:
            return self.known.member_of(session, buyer)
        guesses.require_guess(session, self.who, self.counted)
        try:
            return self.known.member_of(session, buyer)
        except (UnknownCardError, UnknownPhoneError):
            self.counted = guesses.count_guess(self.engine, self.who)
            raise


def buyers_of(app: Services, who: str, mode: Mode) -> Buyers:
    """Return how the buyers of `who` (``merchant:4``) are known. Test buyers are no secret: not counted."""
    known = OfficeBuyers(app.secret, app.settings.phone_region, mode)
    return known if mode is Mode.TEST else _CountedBuyers(app.engine, known, who)
