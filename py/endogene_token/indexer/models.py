"""The tables of the read model. Amounts are minor units, days count from 1970-01-01, instants seconds UTC.

Every key is the ledger's own (a number, a sequence, a reference), so that a rebuild gives the same rows. The
migrations create the tables; a test compares both.
"""

from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Dialect,
    Index,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

T = TypeVar("T", bound=SQLModel)


class Uint64(TypeDecorator[int]):
    """An unsigned number of 64 bits in a signed column: the same bits.

    Only for what may pass 2^63: a till may sign any amount, to be refused; a treasurer may book any payment.
    In SQL, sum only amounts that were not refused. What the contracts hold in 48 bits needs no such care.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        return None if value is None else signed(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> int | None:
        return None if value is None else value % 2**64


def signed(value: int) -> int:
    """Return the signed number that has the 64 bits of `value`. Raises OverflowError for more than 64."""
    return int.from_bytes(value.to_bytes(8), signed=True)


def _whole(*, key: bool = False, unsigned: bool = False, default: str | None = None) -> Any:
    kind = Uint64 if unsigned else BigInteger
    extra = {"autoincrement": False} if key else {"server_default": default}
    return Field(primary_key=key, sa_type=kind, nullable=False, sa_column_kwargs=extra)


def _raw(length: int | None = None, *, key: bool = False) -> Any:
    return Field(primary_key=key, sa_type=LargeBinary(length), nullable=False)


class Cursor(SQLModel, table=True):
    """Where the read model stands: one row. `block_hash` is that of the last block it holds."""

    __tablename__ = "cursor"
    __table_args__ = (CheckConstraint("only_row = 1", name="cursor_only_row"),)
    only_row: int = _whole(key=True)
    chain_id: int = _whole()
    founding_block: int = _whole()
    founding_hash: bytes = _raw(32)
    fund: bytes = _raw(20)
    block_number: int = _whole()
    block_hash: bytes = _raw(32)


class Event(SQLModel, table=True):
    """One log as the chain gave it; `topics` one after the other, 32 bytes each."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("chain_id", "block_hash", "transaction_hash", "log_index", name="event_once"),
    )
    block_number: int = _whole(key=True)
    log_index: int = _whole(key=True)
    chain_id: int = _whole()
    block_hash: bytes = _raw(32)
    block_time: int = _whole()
    transaction_hash: bytes = _raw(32)
    address: bytes = _raw(20)
    topics: bytes = _raw()
    data: bytes = _raw()


class RulesVersion(SQLModel, table=True):
    """A version of the rulebook's parameters, in force from its block to the next version's."""

    __tablename__ = "rules_version"
    version: int = _whole(key=True)
    purchase_window_days: int = _whole()
    reversal_window_days: int = _whole()
    operations_bps: int = _whole()
    reserve_bps: int = _whole()
    rate_notice_days: int = _whole()
    key_rotation_delay: int = _whole()
    block_number: int = _whole()


class Member(SQLModel, table=True):
    """A member; `balance` is its credits. `key` is empty for a plastic card."""

    __tablename__ = "member"
    number: int = _whole(key=True)
    kind: int = _whole()
    category: int = _whole()
    valid_from: int = _whole()
    valid_until: int = _whole()
    key: bytes = _raw()
    balance: int = _whole()


class Merchant(SQLModel, table=True):
    """A merchant, by its member number. It owes premiums or has paid ahead, never both.

    `status` 1: active, 2: suspended. `premiums` is what its purchases brought, less what refunds undid;
    `settled` what it paid.
    """

    __tablename__ = "merchant"
    number: int = _whole(key=True)
    status: int = _whole()
    exposure_limit: int = _whole()
    till_cap: int = _whole()
    owed: int = _whole()
    prepaid: int = _whole(unsigned=True)
    premiums: int = _whole()
    settled: int = _whole(unsigned=True)


class MerchantRate(SQLModel, table=True):
    """A merchant's rate, in basis points, from a day on; the last may not have begun."""

    __tablename__ = "merchant_rate"
    merchant: int = _whole(key=True)
    from_day: int = _whole(key=True)
    rate_bps: int = _whole()


class Till(SQLModel, table=True):
    """A till; a revoked one (`revoked` 1) keeps the key that it had."""

    __tablename__ = "till"
    number: int = _whole(key=True)
    merchant: int = _whole()
    key: bytes = _raw(20)
    revoked: int = _whole()
    next_sequence: int = _whole()


class Batch(SQLModel, table=True):
    """A recorded batch of purchases and what it moved, its refused purchases left out."""

    __tablename__ = "batch"
    till: int = _whole(key=True)
    first_sequence: int = _whole(key=True)
    merchant: int = _whole()
    size: int = _whole()
    rules_version: int = _whole()
    premiums: int = _whole()
    credits: int = _whole()
    operations: int = _whole()
    reserve: int = _whole()
    block_number: int = _whole()
    block_time: int = _whole()
    transaction_hash: bytes = _raw(32)


class Purchase(SQLModel, table=True):
    """A purchase of the batch that begins at sequence `batch`; `member` 0: anonymous.

    `premium` = `credit` + `operations` + `reserve` is what it brought when recorded; `reversed` the part of
    `amount` that refunds took back. A refused one (`reason` not 0, see Refusal) brought nothing.
    """

    __tablename__ = "purchase"
    __table_args__ = (Index("purchase_member", "member"), {"sqlite_with_rowid": False})
    till: int = _whole(key=True)
    sequence: int = _whole(key=True)
    batch: int = _whole()
    merchant: int = _whole()
    member: int = _whole()
    day: int = _whole()
    amount: int = _whole(unsigned=True)
    premium: int = _whole()
    credit: int = _whole()
    operations: int = _whole()
    reserve: int = _whole()
    commitment: bytes = _raw(16)
    reversed: int = _whole(default="0")
    reason: int = _whole(default="0")


class Reversal(SQLModel, table=True):
    """A refund of the purchase that it names, and what it undid; nothing when refused (`reason` not 0).

    What a refused one names is what the till signed: it need not exist, and `member` is then 0.
    """

    __tablename__ = "reversal"
    __table_args__ = (Index("reversal_purchase", "purchase_till", "purchase_sequence"),)
    till: int = _whole(key=True)
    sequence: int = _whole(key=True)
    merchant: int = _whole()
    purchase_till: int = _whole()
    purchase_batch: int = _whole(unsigned=True)
    purchase_sequence: int = _whole(unsigned=True)
    member: int = _whole()
    day: int = _whole()
    amount: int = _whole(unsigned=True)
    premium: int = _whole()
    credit: int = _whole()
    operations: int = _whole()
    reserve: int = _whole()
    reason: int = _whole()
    commitment: bytes = _raw(16)
    block_number: int = _whole()
    block_time: int = _whole()
    transaction_hash: bytes = _raw(32)


class Refusal(SQLModel, table=True):
    """Why a purchase or a reversal was refused: the reason's number, the value and the limit in decimal."""

    __tablename__ = "refusal"
    till: int = _whole(key=True)
    sequence: int = _whole(key=True)
    reason: int = _whole()
    actual: str = Field(sa_type=String(78), nullable=False)  # 256 bits
    limit: str = Field(sa_type=String(78), nullable=False)


class Settlement(SQLModel, table=True):
    """A merchant's payment; `prepaid` is the part that it did not owe. A bank reference serves once."""

    __tablename__ = "settlement"
    bank_reference: bytes = _raw(32, key=True)
    merchant: int = _whole()
    amount: int = _whole(unsigned=True)
    prepaid: int = _whole(unsigned=True)
    block_number: int = _whole()
    log_index: int = _whole()
    block_time: int = _whole()
    transaction_hash: bytes = _raw(32)


class Pockets(SQLModel, table=True):
    """The balance sheet: one row.

    cash + premiums_receivable = credits_outstanding + merchant_prepayments + reserve + operations.
    """

    __tablename__ = "pockets"
    __table_args__ = (CheckConstraint("only_row = 1", name="pockets_only_row"),)
    only_row: int = _whole(key=True)
    cash: int = _whole(unsigned=True)
    premiums_receivable: int = _whole()
    credits_outstanding: int = _whole()
    merchant_prepayments: int = _whole(unsigned=True)
    reserve: int = _whole()
    operations: int = _whole()


READ_MODEL: Final[tuple[type[SQLModel], ...]] = (
    *(Cursor, Event, RulesVersion, Member, Merchant, MerchantRate, Till),
    *(Batch, Purchase, Reversal, Refusal, Settlement, Pockets),
)


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of a model."""
    table = model.__dict__["__table__"]
    if not isinstance(table, Table):
        raise TypeError(model)
    return table
