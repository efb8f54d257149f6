"""Sessions: what a login opens, for as long as it is used, and no longer than a working day.

    es_<id>_<secret>

`id` names the session in lists and in the trail; `secret` is 64 hexadecimal digits, kept as a hash.
"""

import hmac
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from endogene_token.errors import FreshLoginError, SessionRefusedError, UnknownSessionError
from endogene_token.i18n import mark
from endogene_token.office import staff
from endogene_token.office.keys import ApiKey, hash_of, new_id
from endogene_token.office.scopes import SESSION_SCOPES, Mode, StaffRole
from endogene_token.office.staff_models import OfficeAccount, OfficeSession
from endogene_token.office.trail import Change
from endogene_token.store import writing

IDLE_SECONDS: Final = 30 * 60
LONGEST_SECONDS: Final = 12 * 3600
FRESH_SECONDS: Final = 10 * 60
SEEN_EVERY: Final = 60  # seconds between two notes of its use: a write a minute, not one a request
_TOKEN: Final = re.compile(r"es_([0-9a-z]{16})_([0-9a-f]{64})", re.ASCII)
_SECRET_BYTES: Final = 32

UNREADABLE: Final = mark("it is not whole")
UNKNOWN: Final = mark("nobody opened it")
ENDED: Final = mark("it was ended, or its time is over")
ROLE_ENDED: Final = mark("the role that it is for has ended")


@dataclass(frozen=True, slots=True)
class SessionKey(ApiKey):
    """What a session opens, as the routes take it: like a live key of its holder, with the role's scopes."""

    account: str
    confirmed_at: int
    role: StaffRole

    @property
    def who(self) -> str:
        """Whom the trail names: the account."""
        return f"staff:{self.account}"

    @property
    def makes(self) -> frozenset[Mode]:
        """An owner makes test keys, too: a person knows which world is which."""
        return frozenset(Mode)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just opened; its `token` is nowhere else."""

    row: OfficeSession
    token: str = field(repr=False)


def begin(change: Change, account: OfficeAccount) -> NewSession:
    """Open a session for who has just shown the account's passkey."""
    now, secret = int(time.time()), secrets.token_hex(_SECRET_BYTES)
    row = OfficeSession(
        id=new_id(),
        secret_hash=hash_of(secret),
        account=account.id,
        origin=change.actor.where,
        created_at=now,
        confirmed_at=now,
        seen_at=now,
        expires_at=now + LONGEST_SECONDS,
    )
    change.session.add(row)
    staff.note(change, "session.opened", account, f"/session:{row.id}")
    return NewSession(row, f"es_{row.id}_{secret}")


def take_over(change: Change, token: str, account: OfficeAccount) -> NewSession:
    """Open a session in the place of the one that `token` opens, if it does.

    One of the same account goes on under another token, its login fresh again, its end where it was; one of
    another account ends: no two people are logged in by one browser.
    """
    try:
        row = authenticate(change.session, token)
    except SessionRefusedError:
        return begin(change, account)
    if row.account != account.id:
        revoke(change, row.id)
        return begin(change, account)
    secret = secrets.token_hex(_SECRET_BYTES)
    row.secret_hash, row.confirmed_at = hash_of(secret), int(time.time())
    row.seen_at = row.confirmed_at
    change.session.add(row)
    staff.note(change, "session.confirmed", account, f"/session:{row.id}")
    return NewSession(row, f"es_{row.id}_{secret}")


def authenticate(session: Session, token: str) -> OfficeSession:
    """Return the session that this token opens. Raises SessionRefusedError, which does not repeat it."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        raise SessionRefusedError(actual=UNREADABLE)
    row = session.get(OfficeSession, parts[1])
    kept = bytes(_SECRET_BYTES) if row is None else row.secret_hash
    if not hmac.compare_digest(kept, hash_of(parts[2])) or row is None:
        raise SessionRefusedError(actual=UNKNOWN)
    if not is_open(row, staff.find(session, row.account)):
        raise SessionRefusedError(actual=ENDED)
    return row


def is_open(row: OfficeSession, account: OfficeAccount) -> bool:
    """Return whether a session is in force: neither revoked nor idle nor too old, nor its account ended."""
    now = time.time()
    is_in_time = now < min(row.expires_at, row.seen_at + IDLE_SECONDS)
    return is_in_time and row.revoked_at is None and account.ended_at is None


def note_use(engine: Engine, row: OfficeSession) -> None:
    """Keep that the session was used now, so that it is not idle."""
    now = int(time.time())
    if now < row.seen_at + SEEN_EVERY:
        return
    seen = col(OfficeSession.seen_at)
    own = (col(OfficeSession.id) == row.id, col(OfficeSession.revoked_at).is_(None), seen < now)
    with writing(engine, apart=True) as connection:
        connection.execute(update(OfficeSession).where(*own).values(seen_at=now))


def find(session: Session, session_id: str) -> OfficeSession:
    """Return a session in force. Raises UnknownSessionError."""
    row = session.get(OfficeSession, session_id)
    if row is None or not is_open(row, staff.find(session, row.account)):
        raise UnknownSessionError(actual=session_id)
    return row


def revoke(change: Change, session_id: str) -> OfficeSession:
    """End a session at once. Raises UnknownSessionError."""
    row = find(change.session, session_id)
    row.revoked_at = int(time.time())
    change.session.add(row)
    account = staff.find(change.session, row.account)
    staff.note(change, "session.ended", account, f"/session:{row.id}")
    return row


def open_of(session: Session, account: str) -> list[OfficeSession]:
    """Return the sessions of an account that are in force, the oldest first."""
    row = staff.find(session, account)
    query = select(OfficeSession).where(OfficeSession.account == account)
    found = session.exec(query.order_by(col(OfficeSession.created_at), col(OfficeSession.id)))
    return [one for one in found if is_open(one, row)]


def key_of(row: OfficeSession, account: OfficeAccount) -> SessionKey:
    """Return what a session in force opens."""
    role = StaffRole(account.role)
    return SessionKey(
        id=row.id,
        mode=Mode.LIVE,
        holder=staff.holder_of(account),
        officer=account.officer,
        scopes=SESSION_SCOPES[role],
        label="",
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_day=None,
        revoked_at=row.revoked_at,
        replaced_by=None,
        account=row.account,
        confirmed_at=row.confirmed_at,
        role=role,
    )


def require_fresh(key: SessionKey) -> None:
    """Raise FreshLoginError unless its holder showed the passkey a short time ago."""
    if fresh_for(key) <= 0:
        raise FreshLoginError(actual=int(time.time()) - key.confirmed_at, limit=FRESH_SECONDS)


def fresh_for(key: SessionKey) -> int:
    """Return for how many seconds more the passkey was shown a short time ago; none left: 0 or less."""
    return key.confirmed_at + FRESH_SECONDS + 1 - int(time.time())
