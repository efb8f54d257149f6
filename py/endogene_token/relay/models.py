"""The relay's one table: each batch that a till sent, as it was signed, and what became of it."""

import struct
from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Text, text
from sqlmodel import Field, SQLModel

from endogene_token import errors
from endogene_token.errors import EndogeneError, LedgerRefusal
from endogene_token.receipts import (
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
    pack,
    unpack,
)

MAX_SEQUENCE: Final = 2**63 - 1  # what a BIGINT holds; at a purchase a second, a till needs 290 billion years
_WORD: Final = 32
_REVERSAL: Final = struct.Struct(">IQQQI16s")

Signed = SignedPurchases | SignedReversals


class Kind(StrEnum):
    """What a batch holds."""

    PURCHASES = "purchases"
    REVERSALS = "reversals"


class State(StrEnum):
    """Where a batch stands: queued and held ones leave by themselves, the two others have ended."""

    QUEUED = "queued"
    HELD = "held"
    RECORDED = "recorded"
    REJECTED = "rejected"


OPEN: Final = (State.QUEUED, State.HELD)


class RelayBatch(SQLModel, table=True):
    """A batch as the till signed it. Instants are whole seconds UTC.

    A sequence of a till belongs to one batch that is not rejected: the unique index says so, whoever writes.
    """

    __tablename__ = "relay_batch"
    __table_args__ = (
        Index(
            "relay_batch_sequence",
            "till",
            "first_sequence",
            unique=True,
            sqlite_where=text("state <> 'rejected'"),
            postgresql_where=text("state <> 'rejected'"),
        ),
        Index("relay_batch_state", "state", "retry_at"),
    )

    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    till: int = Field(sa_type=BigInteger)
    merchant: int = Field(sa_type=BigInteger)
    first_sequence: int = Field(sa_type=BigInteger)
    last_sequence: int = Field(sa_type=BigInteger)
    kind: str = Field(sa_type=String(16))
    payload: bytes = Field(sa_type=LargeBinary)
    """The items one after the other: words of 32 bytes, or reversals of 48."""
    signature: bytes = Field(sa_type=LargeBinary)
    state: str = Field(default=State.QUEUED, sa_type=String(16))
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it is held or rejected: an error's name and values as JSON, told in the reader's language."""
    attempts: int = Field(default=0, sa_type=Integer)
    retry_at: int = Field(default=0, sa_type=BigInteger)
    received_at: int = Field(sa_type=BigInteger)

    @property
    def signed(self) -> Signed:
        """The batch with its signature, ready to be sent or checked."""
        if self.kind == Kind.PURCHASES:
            purchases = tuple(map(unpack, self.words))
            batch = PurchaseBatch(self.till, self.merchant, self.first_sequence, purchases)
            return SignedPurchases(batch, self.signature)
        reversals = tuple(
            Reversal(till, sequence, amount, day, commitment, purchase_batch=first)
            for till, first, sequence, amount, day, commitment in _REVERSAL.iter_unpack(self.payload)
        )
        return SignedReversals(
            ReversalBatch(self.till, self.merchant, self.first_sequence, reversals), self.signature
        )

    @property
    def words(self) -> list[bytes]:
        """The packed items of a batch of purchases; none of one of reversals."""
        if self.kind != Kind.PURCHASES:
            return []
        return [self.payload[at : at + _WORD] for at in _starts(self.payload, _WORD)]

    @property
    def trouble(self) -> EndogeneError | None:
        """Why the batch is held or was rejected, or None."""
        return None if self.reason is None else read_reason(self.reason)


class _Reason(msgspec.Struct, frozen=True):
    error: str
    actual: str | None
    limit: str | None
    params: dict[str, str]


def write_reason(error: EndogeneError) -> str:
    """Return the error's name and values as JSON."""
    params = {name: str(value) for name, value in error.params.items()}
    reason = _Reason(type(error).__name__, _text(error.actual), _text(error.limit), params)
    return msgspec.json.encode(reason).decode()


def read_reason(written: str) -> EndogeneError:
    """Return the error that `write_reason` wrote; one that this version does not know is told by its name."""
    reason = msgspec.json.decode(written, type=_Reason)
    kind = getattr(errors, reason.error, None)
    if kind is None:
        return LedgerRefusal(actual=reason.error)
    error: EndogeneError = kind(actual=reason.actual, limit=reason.limit, **reason.params)
    return error


def payload(signed: Signed) -> bytes:
    """Return what the table keeps of the items of a batch; equal for equal items, different for others."""
    if isinstance(signed, SignedPurchases):
        return b"".join(map(pack, signed.batch.items))
    return b"".join(
        _REVERSAL.pack(
            item.purchase_till,
            item.purchase_batch,
            item.purchase_sequence,
            item.amount,
            item.day,
            item.commitment,
        )
        for item in signed.batch.items
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _starts(payload: bytes, width: int) -> range:
    return range(0, len(payload), width)
