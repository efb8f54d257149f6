"""The tables of hosted sales. They stay off the chain; amounts are minor units, days count from 1970-01-01.

Receipt numbers are kept in the clear: they are the merchant's own business data, and what tells a replay
from a new sale. The ledger sees a salted commitment only; who destroys the salt erases the link.
"""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Text, text
from sqlmodel import Field, SQLModel

from endogene_token.errors import EndogeneError
from endogene_token.relay.models import read_reason


class SaleState(StrEnum):
    """How far a hosted sale has come, in the words of the SDK's `Status`."""

    PENDING = "pending"
    """It waits for its signature."""
    ACCEPTED = "accepted"
    """Signed, in the relay's queue."""
    HELD = "held"
    """In the queue until the merchant may record again (suspended, or over its exposure limit)."""
    RECORDED = "recorded"
    """The ledger holds it."""
    REFUSED = "refused"
    """The ledger refused it: no money moved, and a corrected sale may take its receipt number."""
    ERASED = "erased"
    """Recorded, then erased on request: neither its salt nor its place on the ledger is known any more."""


ON_THE_WAY: Final = (SaleState.ACCEPTED, SaleState.HELD)


class TillState(StrEnum):
    """Where a hosted till's key stands."""

    NEW = "new"
    """Kept here, not on the register yet."""
    OPEN = "open"
    CLOSING = "closing"
    """Given up: it takes and signs nothing more, its key is being revoked."""
    CLOSED = "closed"


def _number() -> Column[Any]:
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


class HostedTill(SQLModel, table=True):
    """A till's key, encrypted. `till` is its number on the ledger.

    `number` is what merchants know the till by: that of its first key, which every later key keeps, so that
    the business keys of its sales outlive a rotation.
    """

    __tablename__ = "hosted_till"
    __table_args__ = (
        Index(
            "hosted_till_open",
            "number",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    address: str = Field(sa_column=Column(String(42), primary_key=True))
    merchant: int = Field(sa_type=BigInteger)
    number: int | None = Field(default=None, sa_type=BigInteger)
    till: int | None = Field(default=None, sa_type=BigInteger)
    keystore: str = Field(sa_type=Text)
    """An Ethereum keystore (version 3, JSON); empty once closed."""
    state: str = Field(default=TillState.NEW, sa_type=String(16))
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it signs nothing until its key is rotated; None while it does."""

    @property
    def trouble(self) -> EndogeneError | None:
        """Why it signs nothing, or None."""
        return None if self.reason is None else read_reason(self.reason)


class HostedSale(SQLModel, table=True):
    """A purchase, or a reversal of one. Its business key is unique for good.

    `purchase` is the row that a reversal refunds; `origin` the number that the shop's software gave the sale,
    where it names refunds by that. `queued` is its batch in the relay's queue; `signer`, `batch`, `sequence`
    the till that signed it, the first sequence of that batch, its own. `at` as in the commitment: local time
    to the minute, or the day.
    """

    __tablename__ = "hosted_sale"
    __table_args__ = (
        Index("hosted_sale_key", "merchant", "till", "receipt", "kind", unique=True),
        Index("hosted_sale_state", "state", "till", "id"),
        Index("hosted_sale_merchant", "merchant", "id"),
        Index("hosted_sale_purchase", "purchase"),
        Index("hosted_sale_queued", "queued"),
        Index("hosted_sale_origin", "merchant", "till", "origin"),
    )

    id: int | None = Field(default=None, sa_column=_number())
    merchant: int = Field(sa_type=BigInteger)
    till: int = Field(sa_type=BigInteger)
    receipt: str = Field(sa_type=String(100))
    kind: str = Field(sa_type=String(16))
    amount: int = Field(sa_type=BigInteger)
    member: int = Field(sa_type=BigInteger)
    at: str = Field(sa_type=String(16))
    day: int = Field(sa_type=BigInteger)
    purchase: int | None = Field(default=None, sa_type=BigInteger)
    source: str = Field(sa_type=String(16))
    origin: str | None = Field(default=None, sa_type=String(64))
    salt: bytes | None = Field(default=None, sa_type=LargeBinary(32))
    commitment: bytes = Field(sa_type=LargeBinary(16))
    state: str = Field(default=SaleState.PENDING, sa_type=String(16))
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it is held or was refused, as the relay's queue keeps reasons."""
    note: str | None = Field(default=None, sa_type=Text)
    """Why its buyer is not known: it was recorded without one all the same."""
    queued: int | None = Field(default=None, sa_type=BigInteger)
    signer: int | None = Field(default=None, sa_type=BigInteger)
    batch: int | None = Field(default=None, sa_type=BigInteger)
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    received_at: int = Field(sa_type=BigInteger)

    @property
    def trouble(self) -> EndogeneError | None:
        """Why it is held or refused, or else why its buyer is not known, or None."""
        written = self.reason or self.note
        return None if written is None else read_reason(written)


class SaleConnector(SQLModel, table=True):
    """How a merchant's sales of one kind come in: by which till, with which settings (JSON).

    `generation` numbers the secret that signs deliveries: a new one makes the old secret worthless.
    """

    __tablename__ = "sale_connector"

    merchant: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(String(16), primary_key=True))
    till: int = Field(sa_type=BigInteger)
    generation: int = Field(default=1, sa_type=Integer)
    settings: str = Field(sa_type=Text)


class SaleUpload(SQLModel, table=True):
    """A file or a delivery, and what became of its rows; `errors` is JSON, see `outcome.Refusal`."""

    __tablename__ = "sale_upload"
    __table_args__ = (Index("sale_upload_merchant", "merchant", "id"),)

    id: int | None = Field(default=None, sa_column=_number())
    merchant: int = Field(sa_type=BigInteger)
    till: int = Field(sa_type=BigInteger)
    kind: str = Field(sa_type=String(16))
    digest: bytes = Field(sa_type=LargeBinary(32))
    rows: int = Field(sa_type=Integer)
    added: int = Field(sa_type=Integer)
    again: int = Field(sa_type=Integer)
    refused: int = Field(sa_type=Integer)
    errors: str = Field(sa_type=Text)
    received_at: int = Field(sa_type=BigInteger)

    @property
    def left(self) -> int:
        """How many rows were not reached: yet, while it is under way, else for good."""
        return self.rows - self.added - self.again - self.refused


class SaleUnfinished(SQLModel, table=True):
    """What is left to do of a long file: gone once its last row is dealt with.

    `done`: how many of its rows, purchases first, the counts of its {SaleUpload} tell of. `content` is the
    file, packed and sealed under the office's key: cards and telephones stand in it. `columns` is JSON.
    `who`, `place`, `request`: whom the trail names. `beat`: when a worker last took some of it, 0 when
    none has it. `failing_since`: when a try first failed, of those since its last block; 0: none did.
    `waits_until`: before when no worker tries it.
    """

    __tablename__ = "sale_unfinished"

    upload: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    done: int = Field(default=0, sa_type=Integer)
    content: bytes = Field(sa_type=LargeBinary)
    columns: str = Field(sa_type=Text)
    who: str = Field(sa_type=String(80))
    place: str = Field(sa_type=String(48))
    request: str = Field(sa_type=String(36))
    beat: int = Field(default=0, sa_type=BigInteger)
    failing_since: int = Field(default=0, sa_type=BigInteger)
    waits_until: int = Field(default=0, sa_type=BigInteger)
