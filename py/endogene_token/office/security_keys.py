"""A member's security key, registered at the desk: on USB or in a card, with a code that its holder knows.

It is the member's, and leaves with the member. The office keeps of it what it keeps of a telephone's passkey:
the public half. A key that the office's own machine would hold is refused, as its browser tells it: the
office would sign for the member then.
"""

import time
from typing import Any, Final

from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.errors import PasskeyRefusedError
from endogene_token.i18n import mark
from endogene_token.office import invitations, passkeys, staff
from endogene_token.office.keys import new_id
from endogene_token.office.passkeys import UNASKED, Answer, Site, registering
from endogene_token.office.scopes import StaffRole
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.office.trail import Change

NOT_APART: Final = mark("it was made by this machine, and not by a key that the member takes along")
_APART: Final = "cross-platform"  # how WebAuthn names a device that goes from one machine to another


def options(engine: Engine, site: Site, session: Session, member: int, name: str) -> dict[str, Any]:
    """Return what `navigator.credentials.create` takes for a member's security key; it shows `name`."""
    account = staff.wallet(session, member)
    if account is None:  # it is opened when the key is there, under this id
        untold: dict[str, Any] = {"officer": None, "name": b"", "created_at": 0}
        account = OfficeAccount(id=new_id(), role=StaffRole.MEMBER, member=member, **untold)
    return passkeys.registration_options(engine, site, account, name, is_invited=True, is_apart=True)


def register(change: Change, secret: OfficeSecret, site: Site, member: int, given: Answer) -> OfficeAccount:
    """Keep a member's security key, in place of every device from before. Who had no account has one now.

    A code that was given out and not used opens nothing any more: whoever found it would end this key.

    Raises PasskeyRefusedError, PasskeyTakenError, UnknownMemberError.
    """
    if given.credential.get("authenticatorAttachment") != _APART:
        raise PasskeyRefusedError(actual=NOT_APART)
    account = staff.wallet(change.session, member) or _opened(change, secret, member, given)
    staff.close(change.session, account.id)
    invitations.withdraw(change, account)
    if account.active_at is None:
        account.active_at = int(time.time())
        change.session.add(account)
    passkeys.register(change, site, given, account)
    return account


def _opened(change: Change, secret: OfficeSecret, member: int, given: Answer) -> OfficeAccount:
    """Open the account that the challenge was given for; it keeps no name."""
    kind, _, told = given.subject.partition(registering(""))
    if kind or not told or change.session.get(OfficeAccount, told) is not None:
        raise PasskeyRefusedError(actual=UNASKED)
    row = staff.create(change, secret, Person(StaffRole.MEMBER, "", member=member), told)
    staff.note(change, "staff.opened", row)
    return row
