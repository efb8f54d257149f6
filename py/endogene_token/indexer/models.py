"""The tables of the read model. Amounts are minor units, days count from 1970-01-01, instants seconds UTC.

Every key is the ledger's own (a number, a sequence, a reference), so that a rebuild gives the same rows. The
migrations create the tables; a test compares both.
"""

from typing import Final

from sqlalchemy import CheckConstraint, Index, String, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

from endogene_token.indexer.columns import raw, whole
from endogene_token.indexer.money_models import (
    Attestation,
    CashRequest,
    MerchantHolding,
    MerchantPayment,
    Netting,
    OperatingAllowance,
    OperatingPayment,
    OutflowRulesVersion,
    Redemption,
    RedemptionPayment,
    Shortfall,
    Spending,
    SpendingReturn,
    WriteOff,
)
from endogene_token.indexer.project_models import (
    CoFinancing,
    CoFinancingPledge,
    IssueList,
    LoanRepayment,
    Project,
    ProjectCall,
    ProjectFact,
    ProjectLine,
    ProjectPartner,
    ProjectRelation,
    ProjectTranche,
)
from endogene_token.indexer.vote_models import (
    Ballot,
    CharterVersion,
    Director,
    Excused,
    FormerCategory,
    Governance,
    Power,
    Resolution,
    ResolutionTally,
    SealedBatch,
)


class Cursor(SQLModel, table=True):
    """Where the read model stands: one row. `block_hash` is that of the last block it holds."""

    __tablename__ = "cursor"
    __table_args__ = (CheckConstraint("only_row = 1", name="cursor_only_row"),)
    only_row: int = whole(key=True)
    chain_id: int = whole()
    founding_block: int = whole()
    founding_hash: bytes = raw(32)
    fund: bytes = raw(20)
    block_number: int = whole()
    block_hash: bytes = raw(32)


class Event(SQLModel, table=True):
    """One log as the chain gave it; `topics` one after the other, 32 bytes each."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("chain_id", "block_hash", "transaction_hash", "log_index", name="event_once"),
    )
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    chain_id: int = whole()
    block_hash: bytes = raw(32)
    block_time: int = whole()
    transaction_hash: bytes = raw(32)
    address: bytes = raw(20)
    topics: bytes = raw()
    data: bytes = raw()


class RulesVersion(SQLModel, table=True):
    """A version of the rulebook's parameters, in force from its block to the next version's."""

    __tablename__ = "rules_version"
    version: int = whole(key=True)
    purchase_window_days: int = whole()
    reversal_window_days: int = whole()
    operations_bps: int = whole()
    reserve_bps: int = whole()
    rate_notice_days: int = whole()
    key_rotation_delay: int = whole()
    block_number: int = whole()


class Member(SQLModel, table=True):
    """A member; `balance` is its credits. `key` is empty for a plastic card."""

    __tablename__ = "member"
    number: int = whole(key=True)
    kind: int = whole()
    category: int = whole()
    valid_from: int = whole()
    valid_until: int = whole()
    key: bytes = raw()
    balance: int = whole()


class Merchant(SQLModel, table=True):
    """A merchant, by its member number. It owes premiums or has paid ahead, never both.

    `status` 1: active, 2: suspended; `kind` 0: none was told. `premiums` is what its sales brought, less what
    refunds undid; `settled` what it paid, `netted` what it gave of its project currency instead, and
    `written_off` what is lost.
    """

    __tablename__ = "merchant"
    number: int = whole(key=True)
    status: int = whole()
    exposure_limit: int = whole()
    till_cap: int = whole()
    owed: int = whole()
    prepaid: int = whole(unsigned=True)
    premiums: int = whole()
    settled: int = whole(unsigned=True)
    kind: int = whole(default="0")
    netted: int = whole(default="0")
    written_off: int = whole(default="0")


class MerchantRate(SQLModel, table=True):
    """A merchant's rate, in basis points, from a day on; the last may not have begun."""

    __tablename__ = "merchant_rate"
    merchant: int = whole(key=True)
    from_day: int = whole(key=True)
    rate_bps: int = whole()


class Till(SQLModel, table=True):
    """A till; a revoked one (`revoked` 1) keeps the key that it had."""

    __tablename__ = "till"
    number: int = whole(key=True)
    merchant: int = whole()
    key: bytes = raw(20)
    revoked: int = whole()
    next_sequence: int = whole()


class Batch(SQLModel, table=True):
    """A recorded batch of purchases and what it moved, its refused purchases left out."""

    __tablename__ = "batch"
    till: int = whole(key=True)
    first_sequence: int = whole(key=True)
    merchant: int = whole()
    size: int = whole()
    rules_version: int = whole()
    premiums: int = whole()
    credits: int = whole()
    operations: int = whole()
    reserve: int = whole()
    block_number: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class Purchase(SQLModel, table=True):
    """A purchase of the batch that begins at sequence `batch`; `member` 0: anonymous.

    `premium` = `credit` + `operations` + `reserve` is what it brought when recorded; `reversed` the part of
    `amount` that refunds took back. A refused one (`reason` not 0, see Refusal) brought nothing.
    """

    __tablename__ = "purchase"
    __table_args__ = (Index("purchase_member", "member"), {"sqlite_with_rowid": False})
    till: int = whole(key=True)
    sequence: int = whole(key=True)
    batch: int = whole()
    merchant: int = whole()
    member: int = whole()
    day: int = whole()
    amount: int = whole(unsigned=True)
    premium: int = whole()
    credit: int = whole()
    operations: int = whole()
    reserve: int = whole()
    commitment: bytes = raw(16)
    reversed: int = whole(default="0")
    reason: int = whole(default="0")


class Reversal(SQLModel, table=True):
    """A refund of the purchase that it names, and what it undid; nothing when refused (`reason` not 0).

    What a refused one names is what the till signed: it need not exist, and `member` is then 0.
    """

    __tablename__ = "reversal"
    __table_args__ = (Index("reversal_purchase", "purchase_till", "purchase_sequence"),)
    till: int = whole(key=True)
    sequence: int = whole(key=True)
    merchant: int = whole()
    purchase_till: int = whole()
    purchase_batch: int = whole(unsigned=True)
    purchase_sequence: int = whole(unsigned=True)
    member: int = whole()
    day: int = whole()
    amount: int = whole(unsigned=True)
    premium: int = whole()
    credit: int = whole()
    operations: int = whole()
    reserve: int = whole()
    reason: int = whole()
    commitment: bytes = raw(16)
    block_number: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class Refusal(SQLModel, table=True):
    """Why a purchase or a reversal was refused: the reason's number, the value and the limit in decimal."""

    __tablename__ = "refusal"
    till: int = whole(key=True)
    sequence: int = whole(key=True)
    reason: int = whole()
    actual: str = Field(sa_type=String(78), nullable=False)  # 256 bits
    limit: str = Field(sa_type=String(78), nullable=False)


class Settlement(SQLModel, table=True):
    """A merchant's payment; `prepaid` is the part that it did not owe. A bank reference serves once."""

    __tablename__ = "settlement"
    bank_reference: bytes = raw(32, key=True)
    merchant: int = whole()
    amount: int = whole(unsigned=True)
    prepaid: int = whole(unsigned=True)
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class Pockets(SQLModel, table=True):
    """The balance sheet: one row. `free` may be negative: credits are owed later, projects are paid today.

    cash + premiums_receivable + loans_receivable = credits_outstanding + merchant_prepayments + reserve
    + operations + currency_outstanding + commitments + free. The last two columns are parts of others: the
    credits that approved redemptions will pay back, the operations that the treasurer may pay out.
    """

    __tablename__ = "pockets"
    __table_args__ = (CheckConstraint("only_row = 1", name="pockets_only_row"),)
    only_row: int = whole(key=True)
    cash: int = whole(unsigned=True)
    premiums_receivable: int = whole()
    credits_outstanding: int = whole()
    merchant_prepayments: int = whole(unsigned=True)
    reserve: int = whole()
    operations: int = whole()
    loans_receivable: int = whole(default="0")
    currency_outstanding: int = whole(default="0")
    commitments: int = whole(default="0")
    free: int = whole(default="0")
    redemptions_backed: int = whole(default="0")
    operating_allowed: int = whole(default="0")


READ_MODEL: Final[tuple[type[SQLModel], ...]] = (
    *(Cursor, Event, RulesVersion, Member, Merchant, MerchantRate, Till),
    *(Batch, Purchase, Reversal, Refusal, Settlement, Pockets),
    *(Governance, CharterVersion, Power, FormerCategory, Director),
    *(Resolution, ResolutionTally, Excused, Ballot, SealedBatch),
    *(
        IssueList,
        ProjectCall,
        Project,
        ProjectPartner,
        ProjectFact,
        ProjectRelation,
        ProjectTranche,
        ProjectLine,
    ),
    *(CoFinancing, CoFinancingPledge, LoanRepayment),
    *(OutflowRulesVersion, Attestation, OperatingAllowance, OperatingPayment, WriteOff, Shortfall),
    *(Spending, SpendingReturn, MerchantPayment, MerchantHolding, Netting, CashRequest),
    *(Redemption, RedemptionPayment),
)


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of a model."""
    table = model.__dict__["__table__"]
    if not isinstance(table, Table):
        raise TypeError(model)
    return table
