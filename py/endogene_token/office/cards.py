"""Cards of members: opaque, revocable, kept only as keyed hashes. A card lost is a card replaced.

A card says nothing of its member: it is found by the keyed hash of its number, whose time of computing does
not depend on the number, and the database compares hashes that nobody can choose without the office's key.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from endogene_token.errors import (
    CardHeldError,
    NoCardError,
    RevokedCardError,
    UnknownCardError,
    UnknownMemberError,
)
from endogene_token.indexer.models import Member
from endogene_token.office.card_numbers import new_number, read_number
from endogene_token.office.models import OfficeCard
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.office.trail import Change


class Ending(StrEnum):
    """Why a card was revoked."""

    LOST = "lost"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card just made. Its number is nowhere else: who loses it has the card replaced."""

    card: int
    member: int
    issued_at: int
    number: str = field(repr=False)


def issue(change: Change, secret: OfficeSecret, member: int) -> NewCard:
    """Give a member its first card, or one after a loss. Raises UnknownMemberError, CardHeldError."""
    require_member(change.session, member)
    card = held(change.session, member)
    if card is not None:
        raise CardHeldError(actual=member, limit=card.id)
    made = _make(change, secret, member)
    change.note("card.issued", _subject(member, made.card))
    return made


def replace(change: Change, secret: OfficeSecret, member: int) -> NewCard:
    """End a member's card and make another, in one step; the credits stay. Raises NoCardError."""
    card = held(change.session, member)
    if card is None:
        raise NoCardError(actual=member)
    _end(change.session, card, Ending.REPLACED)
    made = _make(change, secret, member)
    change.note("card.replaced", _subject(member, made.card), revoked=card.id)
    return made


def revoke(change: Change, member: int, card: int) -> OfficeCard:
    """End a card that was lost. Raises UnknownCardError, RevokedCardError."""
    found = change.session.get(OfficeCard, card)
    if found is None or found.member != member:
        raise UnknownCardError
    if found.revoked_at is not None:
        raise RevokedCardError(actual=_day(found.revoked_at))
    _end(change.session, found, Ending.LOST)
    change.note("card.revoked", _subject(member, card), reason=Ending.LOST)
    return found


def holder(session: Session, secret: OfficeSecret, text: str) -> int:
    """Return the number of the member who holds the card whose number was typed or scanned.

    Raises CardNumberError, UnknownCardError, RevokedCardError.
    """
    own = secret.hashed(Purpose.CARD, read_number(text))
    found = session.exec(select(OfficeCard).where(OfficeCard.number_hash == own)).first()
    if found is None:
        raise UnknownCardError
    if found.revoked_at is not None:
        raise RevokedCardError(actual=_day(found.revoked_at))
    return found.member


def cards_of(session: Session, member: int) -> list[OfficeCard]:
    """Return all cards that a member ever had, the oldest first."""
    query = select(OfficeCard).where(OfficeCard.member == member).order_by(col(OfficeCard.id))
    return list(session.exec(query))


def held(session: Session, member: int) -> OfficeCard | None:
    """Return the card of a member that is in force, if it has one."""
    query = select(OfficeCard).where(OfficeCard.member == member, col(OfficeCard.revoked_at).is_(None))
    return session.exec(query).first()


def require_member(session: Session, member: int) -> None:
    """Raise UnknownMemberError unless the read model's register holds this number."""
    if session.get(Member, member) is None:
        raise UnknownMemberError(actual=member)


def _make(change: Change, secret: OfficeSecret, member: int) -> NewCard:
    secret.claim(change.session)
    number, now = new_number(), int(time.time())
    row = OfficeCard(member=member, number_hash=secret.hashed(Purpose.CARD, number), issued_at=now)
    change.session.add(row)
    change.session.flush()
    if row.id is None:
        raise TypeError("the database gave no number")
    return NewCard(row.id, member, now, number)


def _end(session: Session, row: OfficeCard, reason: Ending) -> None:
    row.revoked_at, row.reason = int(time.time()), reason
    session.add(row)
    session.flush()  # before another card of this member is written: one is in force at a time


def _subject(member: int, card: int) -> str:
    return f"member:{member}/card:{card}"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
