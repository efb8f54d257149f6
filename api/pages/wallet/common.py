"""What the wallet's pages have in common: whose they are, and how a purchase is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session

from api.pages.businesses import called
from api.pages.visitors import Visitor, member
from api.pages.words import Words
from api.text import refusal_text
from endogene_token.chain.calls import Ledger
from endogene_token.errors import ChainError, NoDeviceKeyError, UnknownMemberError
from endogene_token.ids import day_date
from endogene_token.indexer.funding import Bought
from endogene_token.indexer.models import Member
from endogene_token.office import device_keys
from endogene_token.office.device_keys import Standing

Holder = Annotated[Visitor, Depends(member)]


@dataclass(frozen=True, slots=True)
class PurchaseShown:
    """A purchase as the wallet writes it; `why`: the ledger refused it."""

    day: str
    merchant: str
    amount: str
    credit: str
    returned: str
    is_funded: bool
    why: str


def number_of(who: Visitor) -> int:
    """Return the member whose wallet it is."""
    if who.key.holder.member is None:
        raise TypeError(who.key.role)
    return who.key.holder.member


def row_of(session: Session, who: Visitor) -> Member:
    """Return the member of the wallet. Raises UnknownMemberError."""
    row = session.get(Member, number_of(who))
    if row is None:
        raise UnknownMemberError(actual=number_of(who))
    return row


def today(words: Words) -> date:
    """Return the day that it is where the community lives."""
    return words.today()


def shown(words: Words, names: Mapping[int, str], one: Bought) -> PurchaseShown:
    """Return a purchase as it is written; `names`: of the businesses that told one."""
    code, sentence = refusal_text(one.reason, words.lang)
    return PurchaseShown(
        day=words.day(day_date(one.day)),
        merchant=called(words, names, one.merchant),
        amount=words.money(one.amount),
        credit=words.money(one.credit),
        returned=words.money(one.returned) if one.returned else "",
        is_funded=one.is_funded,
        why=sentence or code or "",
    )


def key_standing(session: Session, ledger: Ledger, who: Visitor) -> Standing | None:
    """Return how far the device's key is on its way to the chain; None when nobody can tell now."""
    try:
        return device_keys.standing(session, ledger, number_of(who))
    except (ChainError, NoDeviceKeyError):
        return None
