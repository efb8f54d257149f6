"""The tables of who logs in. Instants are whole seconds UTC.

The name of a person stands here sealed under the office's key, and nowhere else.
"""

from typing import Final

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from endogene_token.office.models import hash_, text_, whole

LONGEST_CREDENTIAL: Final = 1023  # bytes: what WebAuthn allows


class OfficeAccount(SQLModel, table=True):
    """Who may log in: of one merchant, with one officer's address, with one member's number, or the auditor.

    `active_at` is None until the first passkey is registered.
    """

    __tablename__ = "office_account"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN merchant IS NULL THEN 0 ELSE 1 END) + (CASE WHEN officer IS NULL THEN 0 ELSE 1 END) "
            "+ (CASE WHEN member IS NULL THEN 0 ELSE 1 END) = (CASE WHEN role = 'auditor' THEN 0 ELSE 1 END)",
            name="office_account_of",
        ),
        Index("office_account_merchant", "merchant", "id"),
    )
    id: str = text_(16, key=True)
    role: str = text_(16)
    merchant: int | None = whole(null=True)
    officer: bytes | None = Field(sa_type=LargeBinary(20), nullable=True)
    member: int | None = whole(null=True)
    name: bytes = Field(sa_type=LargeBinary, nullable=False)
    created_at: int = whole()
    active_at: int | None = whole(null=True)
    ended_at: int | None = whole(null=True)


class OfficeInvitation(SQLModel, table=True):
    """A code that lets a person register a passkey for an account, once; an account has at most one."""

    __tablename__ = "office_invitation"
    __table_args__ = (Index("office_invitation_code", "code_hash", unique=True),)
    account: str = text_(16, key=True)
    code_hash: bytes = hash_()
    expires_at: int = whole()
    spent_at: int | None = whole(null=True)


class OfficePasskey(SQLModel, table=True):
    """A passkey: its public key (COSE), and the count that its last signature told; 0: it counts none."""

    __tablename__ = "office_passkey"
    __table_args__ = (Index("office_passkey_account", "account"),)
    credential: bytes = Field(primary_key=True, sa_type=LargeBinary(LONGEST_CREDENTIAL), nullable=False)
    account: str = text_(16)
    public_key: bytes = Field(sa_type=LargeBinary, nullable=False)
    sign_count: int = whole()
    created_at: int = whole()
    revoked_at: int | None = whole(null=True)


class OfficeChallenge(SQLModel, table=True):
    """A challenge that was given out and not answered, by its hash; `subject` is whom it is for."""

    __tablename__ = "office_challenge"
    __table_args__ = (Index("office_challenge_end", "expires_at"),)
    hash: bytes = hash_(key=True)
    subject: str = Field(sa_type=String(40), nullable=False)
    expires_at: int = whole()


class OfficeSession(SQLModel, table=True):
    """A session: open until `expires_at` at most, less when it is idle or revoked.

    `confirmed_at` is when the holder last showed the passkey, `origin` the network that he or she came from.
    """

    __tablename__ = "office_session"
    __table_args__ = (Index("office_session_account", "account", "id"),)
    id: str = text_(16, key=True)
    secret_hash: bytes = hash_()
    account: str = text_(16)
    origin: str = text_(48)
    created_at: int = whole()
    confirmed_at: int = whole()
    seen_at: int = whole()
    expires_at: int = whole()
    revoked_at: int | None = whole(null=True)


STAFF: Final = (OfficeAccount, OfficeInvitation, OfficePasskey, OfficeChallenge, OfficeSession)
