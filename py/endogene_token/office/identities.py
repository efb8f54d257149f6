"""Demonstration identities: accounts that anybody who opens the demo's pages may use, without a passkey.

Only `endogene demo` makes them, and only while it runs does its service know them.
"""

import time
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.office import staff
from endogene_token.office.scopes import StaffRole
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.store import reading


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody of the demo: an account, its role, and what the page calls the person."""

    account: str
    role: StaffRole
    name: str


def introduce(engine: Engine, secret: OfficeSecret, person: Person) -> Identity:
    """Return the identity of a person, whose account is opened at first.

    Raises as `staff.create` does.
    """
    with reading(engine) as connection, Session(connection) as session:
        account = _standing(session, person)
    if account is None:
        with changing(engine, COMMAND_LINE) as change:
            row = staff.create(change, secret, person)
            row.active_at = int(time.time())  # as if a passkey had been registered
            change.session.add(row)
            staff.note(change, "staff.demonstrated", row)
            account = row.id
    return Identity(account, person.role, person.name)


def _standing(session: Session, person: Person) -> str | None:
    """Return the account that an earlier start of the demo opened."""
    own = (
        OfficeAccount.role == person.role,
        OfficeAccount.merchant == person.merchant,
        OfficeAccount.officer == person.officer,
        OfficeAccount.member == person.member,
        col(OfficeAccount.ended_at).is_(None),
    )
    return session.exec(select(OfficeAccount.id).where(*own)).first()
