"""Whether two names of the trail are one person: what needs two officers is not done by two keys of one."""

from typing import Final

from sqlmodel import Session

from endogene_token.hexes import to_hex
from endogene_token.indexer.models import Member
from endogene_token.office.models import OfficeApiKey
from endogene_token.office.staff_models import OfficeAccount

KEY: Final = "key:"
ACCOUNT: Final = "staff:"
MEMBER: Final = "member:"
OFFICER: Final = "officer:"


def is_same_person(session: Session, one: str, other: str) -> bool:
    """Return whether a signature, a key of the API, a session or a member's number are of one person."""
    return one == other or person_of(session, one) == person_of(session, other)


def person_of(session: Session, who: str) -> str:
    """Return ``officer:0x…`` for who acts by an address, whatever the name in the trail; else `who`."""
    address = _address(session, who)
    return who if address is None else f"{OFFICER}{to_hex(address)}"


def _address(session: Session, who: str) -> bytes | None:
    if who.startswith(KEY):
        key = session.get(OfficeApiKey, who.removeprefix(KEY))
        return None if key is None else key.officer
    if who.startswith(MEMBER):
        return _key_of(session, int(who.removeprefix(MEMBER)))
    if who.startswith(ACCOUNT):
        account = session.get(OfficeAccount, who.removeprefix(ACCOUNT))
        if account is None or account.member is None:
            return None if account is None else account.officer
        return _key_of(session, account.member)
    return None


def _key_of(session: Session, member: int) -> bytes | None:
    row = session.get(Member, member)
    return None if row is None else row.key
