"""The tables of the issued statements. What stands in them stays: triggers refuse to change or delete it."""

from typing import Final

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from endogene_token.indexer.columns import raw, whole


class IssuedStatement(SQLModel, table=True):
    """A statement, under its year and its number in it; `content` is its canonical JSON.

    `tax` is what it charges in taxes, `due` and `payable` its one amount (minor units).
    """

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("merchant", "month", name="statement_once"),)
    year: int = whole(key=True)
    serial: int = whole(key=True)
    merchant: int = whole()
    month: str = Field(sa_type=String(7), nullable=False)
    issued_at: int = whole()
    tax: int = whole()
    due: int = whole()
    payable: int = whole()
    sha256: bytes = raw(32)
    content: bytes = Field(sa_type=LargeBinary, nullable=False)

    @property
    def number(self) -> str:
        """Its number, as it is written: ``2026-000123``."""
        return number_text(self.year, self.serial)


class StatementMonth(SQLModel, table=True):
    """A month whose statements are issued, be there none; `last_block` is the last that belongs to it."""

    __tablename__ = "statement_month"
    month: str = Field(primary_key=True, sa_type=String(7), nullable=False)
    issued_at: int = whole()
    last_block: int = whole()
    statements: int = whole()


class StatementLogo(SQLModel, table=True):
    """A logo (SVG) that issued statements show, under its SHA-256."""

    __tablename__ = "statement_logo"
    sha256: bytes = raw(32, key=True)
    svg: bytes = Field(sa_type=LargeBinary, nullable=False)


class TaxPayment(SQLModel, table=True):
    """Taxes that a merchant paid: the ledger books its premiums only. A reference serves once."""

    __tablename__ = "tax_payment"
    reference: bytes = raw(32, key=True)
    merchant: int = whole()
    amount: int = whole()
    received_at: int = whole()


STATEMENT_TABLES: Final[tuple[type[SQLModel], ...]] = (
    IssuedStatement,
    StatementMonth,
    StatementLogo,
    TaxPayment,
)


def number_text(year: int, serial: int) -> str:
    """Return the number of a statement as it is written."""
    return f"{year}-{serial:06}"
