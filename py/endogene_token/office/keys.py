"""Keys of the API: shown once, kept as a hash, with scopes, a holder and an end.

    ek_live_<id>_<secret>

`id` names the key in lists, logs and the trail; `secret` is 64 hexadecimal digits.
"""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session, col, func, or_, select, update

from endogene_token.bounds import check_range
from endogene_token.errors import (
    KeyCountError,
    KeyEndedError,
    KeyRefusedError,
    KeyRotatedError,
    UnknownKeyError,
    UnknownMerchantError,
)
from endogene_token.i18n import mark
from endogene_token.indexer.models import Merchant
from endogene_token.office.models import OfficeApiKey
from endogene_token.office.scopes import Holder, Mode, OfficeRole, Scope
from endogene_token.office.trail import Change
from endogene_token.store import writing

DAY: Final = 86_400
DEFAULT_DAYS: Final = 365
MOST_DAYS: Final = 731
DEFAULT_OVERLAP: Final = DAY
LONGEST_OVERLAP: Final = 7 * DAY
MOST_KEYS: Final = 50
ID_LENGTH: Final = 16
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TOKEN: Final = re.compile(r"ek_(live|test)_([0-9a-z]{16})_([0-9a-f]{64})", re.ASCII)
_SECRET_BYTES: Final = 32

UNREADABLE: Final = mark("it is not whole")
UNKNOWN: Final = mark("nobody made it")
ENDED: Final = mark("it was revoked, or its time is over")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is told: everything but its secret. Instants are seconds UTC, `last_used` is a day."""

    id: str
    mode: Mode
    holder: Holder
    officer: bytes | None
    scopes: frozenset[Scope]
    label: str
    created_at: int
    expires_at: int
    last_used_day: int | None
    revoked_at: int | None
    replaced_by: str | None

    @property
    def who(self) -> str:
        """Whom the trail names when something is changed with it."""
        return f"key:{self.id}"

    @property
    def makes(self) -> frozenset[Mode]:
        """Of which modes it may make keys, where it may make any: none that sees another world."""
        return frozenset({self.mode})

    @property
    def ended_at(self) -> int:
        """The instant from which it opens nothing."""
        return self.expires_at if self.revoked_at is None else min(self.revoked_at, self.expires_at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new key shall be. `officer`: who makes a role's key (20 bytes). Raises ScopeUnfitError."""

    holder: Holder
    scopes: frozenset[Scope]
    mode: Mode = Mode.LIVE
    label: str = ""
    days: int = DEFAULT_DAYS
    officer: bytes | None = None

    def __post_init__(self) -> None:
        self.holder.require(self.scopes)
        check_range("days", self.days, MOST_DAYS, least=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; its `token` is nowhere else."""

    key: ApiKey
    token: str = field(repr=False)


def make(change: Change, wanted: Wanted, until: int | None = None) -> NewKey:
    """Make a key. `until`: when it ends at the latest, whatever is wanted: a key makes none that outlives it.

    Raises UnknownMerchantError, KeyCountError.
    """
    holder = wanted.holder
    if holder.merchant is not None and change.session.get(Merchant, holder.merchant) is None:
        raise UnknownMerchantError(actual=holder.merchant)
    count = _in_force(change.session, holder, wanted.mode)
    if count >= MOST_KEYS:
        raise KeyCountError(actual=count, limit=MOST_KEYS)
    made = _write(change.session, wanted, _lifetime(wanted.days * DAY, until))
    _note(change, "key.created", made.key, scopes=sorted(wanted.scopes), until=_day(made.key.expires_at))
    return made


def rotate(change: Change, key_id: str, overlap: int = DEFAULT_OVERLAP, until: int | None = None) -> NewKey:
    """Make a key like this one, which itself ends after `overlap` seconds: time to put the new one in place.

    `until`: as for `make`. Raises UnknownKeyError, KeyEndedError, KeyRotatedError, RangeError.
    """
    check_range("overlap", overlap, LONGEST_OVERLAP)
    row = _found(change.session, key_id)
    old = _told(row)
    _require_standing(old)
    if row.replaced_by is not None:
        raise KeyRotatedError(actual=key_id, limit=row.replaced_by)
    wanted = Wanted(old.holder, old.scopes, old.mode, old.label, officer=old.officer)
    made = _write(change.session, wanted, _lifetime(row.lifetime, until))
    row.replaced_by, row.expires_at = made.key.id, min(row.expires_at, int(time.time()) + overlap)
    change.session.add(row)
    _note(change, "key.rotated", old, replaced_by=made.key.id, overlap=overlap)
    return made


def revoke(change: Change, key_id: str) -> ApiKey:
    """End a key at once. Raises UnknownKeyError, KeyEndedError."""
    row = _found(change.session, key_id)
    _require_standing(_told(row))
    row.revoked_at = int(time.time())
    change.session.add(row)
    ended = _told(row)
    _note(change, "key.revoked", ended)
    return ended


def find(session: Session, key_id: str) -> ApiKey:
    """Return a key. Raises UnknownKeyError."""
    return _told(_found(session, key_id))


def page(
    session: Session, holder: Holder | None, after: str, limit: int, mode: Mode | None = None
) -> list[ApiKey]:
    """Return `limit` keys of a holder (None: of all) after an id, by their ids; only those of `mode`."""
    query = select(OfficeApiKey).where(OfficeApiKey.id > after)
    if mode is not None:
        query = query.where(OfficeApiKey.mode == mode)
    if holder is not None:
        query = query.where(OfficeApiKey.merchant == holder.merchant, OfficeApiKey.role == holder.role)
    return [_told(row) for row in session.exec(query.order_by(col(OfficeApiKey.id)).limit(limit))]


def authenticate(session: Session, token: str) -> ApiKey:
    """Return the key that this token is. Raises KeyRefusedError, which does not repeat it.

    That a key exists or has ended is told only to who has its secret.
    """
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        raise KeyRefusedError(actual=UNREADABLE)
    mode, key_id, secret = parts.groups()
    row = session.get(OfficeApiKey, key_id)
    kept = bytes(_SECRET_BYTES) if row is None else row.secret_hash
    if not hmac.compare_digest(kept, hash_of(secret)) or row is None or row.mode != mode:
        raise KeyRefusedError(actual=UNKNOWN)
    key = _told(row)
    if key.ended_at <= time.time():
        raise KeyRefusedError(actual=ENDED)
    return key


def note_use(engine: Engine, key: ApiKey) -> None:
    """Keep the day of a key's last use: a day is enough to see which keys are idle, and one write a day."""
    today = int(time.time()) // DAY
    if key.last_used_day == today:
        return
    used = col(OfficeApiKey.last_used_day)
    own = (col(OfficeApiKey.id) == key.id, or_(used.is_(None), used < today))
    with writing(engine, apart=True) as connection:
        connection.execute(update(OfficeApiKey).where(*own).values(last_used_day=today))


def _write(session: Session, wanted: Wanted, lifetime: int) -> NewKey:
    key_id, now = new_id(), int(time.time())
    secret = secrets.token_hex(_SECRET_BYTES)
    row = OfficeApiKey(
        id=key_id,
        mode=wanted.mode,
        secret_hash=hash_of(secret),
        merchant=wanted.holder.merchant,
        role=wanted.holder.role,
        officer=wanted.officer,
        scopes=" ".join(sorted(wanted.scopes)),
        label=wanted.label,
        created_at=now,
        lifetime=lifetime,
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    return NewKey(_told(row), f"ek_{wanted.mode}_{key_id}_{secret}")


def new_id(length: int = ID_LENGTH) -> str:
    """Return what names a thing of the office in lists and in the trail; it opens nothing."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def hash_of(secret: str) -> bytes:
    """Return what is kept of a secret. A plain SHA-256 is enough: the secret has 256 random bits.

    Slow, salted hashes are for what people choose and others may guess; nobody guesses 2²⁵⁶ values, and
    every request would pay for the slowness.
    """
    return hashlib.sha256(secret.encode()).digest()


def _lifetime(seconds: int, until: int | None) -> int:
    return seconds if until is None else min(seconds, until - int(time.time()))


def _in_force(session: Session, holder: Holder, mode: Mode) -> int:
    """Return how many keys of a holder open something; the sandbox's take no room from the live ones."""
    own = (
        OfficeApiKey.merchant == holder.merchant,
        OfficeApiKey.role == holder.role,
        OfficeApiKey.mode == mode,
    )
    now = int(time.time())
    query = select(func.count()).where(
        *own, col(OfficeApiKey.revoked_at).is_(None), OfficeApiKey.expires_at > now
    )
    return session.exec(query).one()


def _found(session: Session, key_id: str) -> OfficeApiKey:
    row = session.get(OfficeApiKey, key_id)
    if row is None:
        raise UnknownKeyError(actual=key_id)
    return row


def _require_standing(key: ApiKey) -> None:
    if key.ended_at <= time.time():
        raise KeyEndedError(actual=key.id, limit=_day(key.ended_at))


def _told(row: OfficeApiKey) -> ApiKey:
    return ApiKey(
        row.id,
        Mode(row.mode),
        Holder(row.merchant, None if row.role is None else OfficeRole(row.role)),
        row.officer,
        frozenset(map(Scope, row.scopes.split())),
        row.label,
        row.created_at,
        row.expires_at,
        row.last_used_day,
        row.revoked_at,
        row.replaced_by,
    )


def _note(change: Change, action: str, key: ApiKey, **params: int | str | list[str]) -> None:
    change.note(action, f"{key.holder}/key:{key.id}", mode=key.mode, **params)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
