"""The tables of the office. Instants are whole seconds UTC, days count from 1970-01-01.

No table holds a card number, a telephone number, a secret or a name of a person.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, String, Text, text
from sqlmodel import Field, SQLModel

IN_FORCE = "revoked_at IS NULL"


_BY_CHARACTER: Final = String(120).with_variant(String(120, collation="C"), "postgresql")
"""Ordered by characters and by no language: what begins alike stands together."""


def whole(*, key: bool = False, null: bool = False) -> Any:
    """Return a column of 64 bits."""
    extra = {"autoincrement": False} if key else {}
    return Field(primary_key=key, sa_type=BigInteger, nullable=null, sa_column_kwargs=extra)


def hash_(*, key: bool = False) -> Any:
    """Return a column of 32 bytes."""
    return Field(primary_key=key, sa_type=LargeBinary(32), nullable=False)


def text_(longest: int | None, *, key: bool = False, null: bool = False) -> Any:
    """Return a column of text, of `longest` characters or without a bound."""
    return Field(primary_key=key, sa_type=String(longest) if longest else Text, nullable=null)


class OfficeMark(SQLModel, table=True):
    """One row: a hash under the office's key, which tells that key from another."""

    __tablename__ = "office_mark"
    __table_args__ = (CheckConstraint("only_row = 1", name="office_mark_only_row"),)
    only_row: int = whole(key=True)
    mark: bytes = hash_()


class OfficeCard(SQLModel, table=True):
    """A card, by the keyed hash of its number; a member has at most one in force."""

    __tablename__ = "office_card"
    __table_args__ = (
        Index("office_card_number", "number_hash", unique=True),
        Index(
            "office_card_held",
            "member",
            unique=True,
            sqlite_where=text(IN_FORCE),
            postgresql_where=text(IN_FORCE),
        ),
    )
    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    member: int = whole()
    number_hash: bytes = hash_()
    issued_at: int = whole()
    revoked_at: int | None = whole(null=True)
    reason: str | None = text_(16, null=True)


class OfficePhone(SQLModel, table=True):
    """A member's telephone number, by its keyed hash, and the day of the member's consent."""

    __tablename__ = "office_phone"
    __table_args__ = (Index("office_phone_number", "number_hash", unique=True),)
    member: int = whole(key=True)
    number_hash: bytes = hash_()
    consented_day: int = whole()
    kept_at: int = whole()


class OfficeRetirement(SQLModel, table=True):
    """The year in which a member thinks to retire, and the day on which it agreed that it be kept."""

    __tablename__ = "office_retirement"
    member: int = whole(key=True)
    year: int = whole()
    consented_day: int = whole()
    kept_at: int = whole()


class OfficeApiKey(SQLModel, table=True):
    """A key of the API, of one merchant or of one role; `scopes` sorted, with spaces between them.

    `officer` is the address of the officer who made a role's key; `lifetime` in seconds, for its successor.
    """

    __tablename__ = "office_api_key"
    __table_args__ = (
        CheckConstraint("(merchant IS NULL) <> (role IS NULL)", name="office_api_key_holder"),
        Index("office_api_key_merchant", "merchant", "id"),
    )
    id: str = text_(16, key=True)
    mode: str = text_(4)
    secret_hash: bytes = hash_()
    merchant: int | None = whole(null=True)
    role: str | None = text_(16, null=True)
    officer: bytes | None = Field(sa_type=LargeBinary(20), nullable=True)
    scopes: str = text_(None)
    label: str = text_(60)
    created_at: int = whole()
    lifetime: int = whole()
    expires_at: int = whole()
    last_used_day: int | None = whole(null=True)
    revoked_at: int | None = whole(null=True)
    replaced_by: str | None = text_(16, null=True)


class OfficeTrail(SQLModel, table=True):
    """An entry of the trail; the database refuses to change one, to delete one, and a gap in the numbers."""

    __tablename__ = "office_trail"
    __table_args__ = (Index("office_trail_subject", "subject", "number"),)
    number: int = whole(key=True)
    at: int = whole()
    who: str = text_(80)
    action: str = text_(48)
    subject: str = Field(sa_type=_BY_CHARACTER, nullable=False)
    params: str = text_(None)
    origin: str = text_(48)
    request: str = text_(36)
    previous: bytes = hash_()
    hash: bytes = hash_()


class OfficeGuesses(SQLModel, table=True):
    """How many unknown numbers a holder asked for in an hour (counted from 1970)."""

    __tablename__ = "office_guesses"
    holder: str = text_(40, key=True)
    hour: int = whole()
    failures: int = whole()


class OfficeProof(SQLModel, table=True):
    """A signed request that was carried out: it is not carried out again."""

    __tablename__ = "office_proof"
    __table_args__ = (Index("office_proof_at", "at"),)
    digest: bytes = hash_(key=True)
    at: int = whole()


class OfficeBusinessName(SQLModel, table=True):
    """The name of a business, as it stands over its door."""

    __tablename__ = "office_business_name"
    merchant: int = whole(key=True)
    name: str = text_(60)
    kept_at: int = whole()


OFFICE = (
    *(OfficeMark, OfficeCard, OfficePhone, OfficeRetirement, OfficeBusinessName, OfficeApiKey),
    *(OfficeTrail, OfficeGuesses, OfficeProof),
)
