"""What the pages of one member at the desk have in common: who is let in, and how the member is named."""

from typing import Annotated, Final

from fastapi import Depends
from sqlmodel import Session

from api.pages.office.places import DESK
from api.pages.office.room import Room, room
from endogene_token.errors import UnknownMemberError
from endogene_token.indexer.models import Member
from endogene_token.office import staff
from endogene_token.office.scopes import StaffRole

PREFIX: Final = f"{DESK.path}/{{number}}"
Reader = Annotated[Room, Depends(room(DESK))]
Registrar = Annotated[Room, Depends(room(DESK, StaffRole.REGISTRAR))]


def row_of(session: Session, number: int) -> Member:
    """Return a member. Raises UnknownMemberError."""
    row = session.get(Member, number)
    if row is None:
        raise UnknownMemberError(actual=number)
    return row


def name_of(here: Room, session: Session, number: int) -> str:
    """Return the name of a member's wallet; nothing where none is kept."""
    account = staff.wallet(session, number)
    return "" if account is None else staff.name_of(here.app.secret(), account)


def page_of(number: int) -> str:
    """Return the address of a member's page."""
    return f"{DESK.path}/{number}"
