"""Invitations: a code, shown once, with which a person registers the passkey of an account, once.

A second invitation to the same account is for who has lost the device: used, it ends the passkeys and the
sessions from before.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Session, select

from endogene_token.bounds import check_range
from endogene_token.errors import InvitationRefusedError
from endogene_token.i18n import mark
from endogene_token.office import staff
from endogene_token.office.keys import ALPHABET, DAY
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount, OfficeInvitation
from endogene_token.office.trail import Change

DEFAULT_DAYS: Final = 3
MOST_DAYS: Final = 14
LENGTH: Final = 20  # symbols of 5 bits: nobody guesses 2¹⁰⁰ codes
GROUP: Final = 5
_READ_AS: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})

UNKNOWN: Final = mark("nobody made this code")
SPENT: Final = mark("it was used already")
EXPIRED: Final = mark("its time is over")


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation just made; its `code` is nowhere else."""

    account: OfficeAccount
    expires_at: int
    code: str = field(repr=False)


def invite(change: Change, secret: OfficeSecret, person: Person, days: int = DEFAULT_DAYS) -> NewInvitation:
    """Open an account and invite its person. Raises as `staff.create` does, and RangeError."""
    check_range("days", days, MOST_DAYS, least=1)
    return _write(change, staff.create(change, secret, person), "staff.invited", days)


def again(change: Change, account: str, days: int = DEFAULT_DAYS) -> NewInvitation:
    """Invite to an account anew: the earlier code opens nothing any more.

    Raises UnknownStaffError, StaffEndedError, RangeError.
    """
    check_range("days", days, MOST_DAYS, least=1)
    return _write(change, staff.standing(change.session, account), "staff.reinvited", days)


def find(session: Session, code: str) -> OfficeInvitation:
    """Return the invitation in force that this code is. Raises InvitationRefusedError, without the code."""
    query = select(OfficeInvitation).where(OfficeInvitation.code_hash == _hash(code))
    row = session.exec(query).first()
    if row is None:
        raise InvitationRefusedError(actual=UNKNOWN)
    if row.spent_at is not None:
        raise InvitationRefusedError(actual=SPENT)
    account = staff.find(session, row.account)
    if row.expires_at <= time.time() or account.ended_at is not None:
        raise InvitationRefusedError(actual=EXPIRED)
    return row


def spend(change: Change, code: str) -> OfficeAccount:
    """Use an invitation up, and end what opened its account before. Raises InvitationRefusedError."""
    row = find(change.session, code)
    row.spent_at = int(time.time())
    change.session.add(row)
    account = staff.find(change.session, row.account)
    if account.active_at is None:
        account.active_at = row.spent_at
        change.session.add(account)
    staff.close(change.session, account.id)
    return account


def withdraw(change: Change, account: OfficeAccount) -> None:
    """Have the code of an account's invitation, if one is out, open nothing any more."""
    row = change.session.get(OfficeInvitation, account.id)
    if row is not None:
        row.expires_at = min(row.expires_at, int(time.time()))
        change.session.add(row)


def _write(change: Change, account: OfficeAccount, action: str, days: int) -> NewInvitation:
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    expires_at = int(time.time()) + days * DAY
    row = change.session.get(OfficeInvitation, account.id)
    if row is None:
        row = OfficeInvitation(account=account.id, code_hash=b"", expires_at=0)
    row.code_hash, row.expires_at, row.spent_at = _hash(plain), expires_at, None
    change.session.add(row)
    staff.note(change, action, account, days=days)
    groups = [plain[start : start + GROUP] for start in range(0, LENGTH, GROUP)]
    return NewInvitation(account, expires_at, "-".join(groups).upper())


def _hash(code: str) -> bytes:
    """Return what is kept of a code, however it was typed: in either case, without its dashes, o for 0."""
    return hashlib.sha256(code.lower().translate(_READ_AS).encode()).digest()
