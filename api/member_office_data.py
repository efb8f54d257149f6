"""What the office keeps of a member beside the ledger: payout, logins, devices, trail. See `member_data`."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlmodel import Session, col, select

from endogene_token.office import staff, trail
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff_models import OfficeAccount, OfficePasskey
from endogene_token.treasury.collect.models import BankPayee

CHUNK: Final = 1_000


def told(session: Session, secret: OfficeSecret, member: int) -> dict[str, Any]:
    """Return it by its names in the file. Of an account for payouts its last digits are told."""
    own = (BankPayee.party == "member", BankPayee.party_number == member)
    payees = session.exec(select(BankPayee).where(*own).order_by(col(BankPayee.number)))
    mine = select(OfficeAccount).where(OfficeAccount.member == member)
    accounts = session.exec(mine.order_by(col(OfficeAccount.created_at), col(OfficeAccount.id))).all()
    subjects = [f"member:{member}", *(f"staff:{one.id}" for one in accounts)]
    return {
        "payout_accounts": [
            one.model_dump(include={"name", "tail", "state", "created_at"}) for one in payees
        ],
        "logins": [_login(session, secret, one) for one in accounts],
        "trail": [
            {"at": row.at, "action": row.action, "about": row.subject, "details": json.loads(row.params)}
            for subject in subjects
            for row in _entries(session, subject)
        ],
    }


def _login(session: Session, secret: OfficeSecret, row: OfficeAccount) -> dict[str, Any]:
    devices = select(OfficePasskey).where(OfficePasskey.account == row.id)
    newest = (col(OfficePasskey.created_at), col(OfficePasskey.credential))
    return {
        "role": row.role,
        "name": staff.name_of(secret, row) or None,
        **row.model_dump(include={"created_at", "active_at", "ended_at"}),
        "devices": [
            one.model_dump(include={"created_at", "revoked_at"})
            for one in session.exec(devices.order_by(*newest))
        ],
    }


def _entries(session: Session, subject: str) -> Iterator[Any]:
    """Yield the entries of the trail about a subject and its parts, in order."""
    rows = trail.page(session, 0, CHUNK, subject)
    yield from rows
    while len(rows) == CHUNK:
        rows = trail.page(session, rows[-1].number, CHUNK, subject)
        yield from rows
