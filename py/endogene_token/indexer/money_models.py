"""The tables of what goes out of the fund: project currency among merchants, cash, redemptions, losses.

As in `models`, which these belong to. `first`, `second`, `third` and `later` are amounts of project currency
by round: with the merchant at which a project spent it, with the next one that it was paid on to, and so on.
"""

from sqlalchemy import Index
from sqlmodel import SQLModel

from endogene_token.indexer.columns import raw, whole


class OutflowRulesVersion(SQLModel, table=True):
    """A version of the rules of what goes out, in force from its block to the next version's.

    Seconds, basis points and minor units; a pocket is 0 (free), 1 (reserve) or 2 (operations).
    """

    __tablename__ = "outflow_rules_version"
    version: int = whole(key=True)
    coverage_floor_bps: int = whole()
    cash_delay: int = whole()
    cash_limit: int = whole(unsigned=True)
    judging_time: int = whole()
    longest_attestation: int = whole()
    debt_pocket: int = whole()
    loan_pocket: int = whole()
    block_number: int = whole()


class Attestation(SQLModel, table=True):
    """What members will be due, as the actuary attested it; the last one counts, until `until`."""

    __tablename__ = "attestation"
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    due: int = whole()
    until: int = whole()
    evidence: bytes = raw(32)
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class OperatingAllowance(SQLModel, table=True):
    """What a resolution allowed the treasurer to pay out of the operations' pocket."""

    __tablename__ = "operating_allowance"
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    amount: int = whole()
    purpose: bytes = raw(32)
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class OperatingPayment(SQLModel, table=True):
    """What the treasurer paid out of the operations' pocket."""

    __tablename__ = "operating_payment"
    bank_reference: bytes = raw(32, key=True)
    amount: int = whole()
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class WriteOff(SQLModel, table=True):
    """A loss, and the pocket that bore it: of a merchant's debt (`project` 0) or of a loan (`merchant` 0)."""

    __tablename__ = "write_off"
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    merchant: int = whole()
    project: int = whole()
    amount: int = whole()
    pocket: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class Shortfall(SQLModel, table=True):
    """What a refund or a return took beyond what the pockets of its shares held: free money bore it."""

    __tablename__ = "shortfall"
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    operations: int = whole()
    reserve: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class Spending(SQLModel, table=True):
    """A purchase that a project paid: round 1. `premium` is the reserve's.

    `returned` and `premium_returned` are the parts of both that went back; an invoice serves once.
    """

    __tablename__ = "spending"
    __table_args__ = (Index("spending_project", "project"), Index("spending_merchant", "merchant"))
    invoice: bytes = raw(32, key=True)
    project: int = whole()
    line: int = whole()
    merchant: int = whole()
    amount: int = whole()
    premium: int = whole()
    returned: int = whole()
    premium_returned: int = whole()
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class SpendingReturn(SQLModel, table=True):
    """A part of a spending that the merchant gave back, and of its premium."""

    __tablename__ = "spending_return"
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    invoice: bytes = raw(32)
    amount: int = whole()
    premium: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class MerchantPayment(SQLModel, table=True):
    """What a merchant paid another in project currency, by the round that it had *before*."""

    __tablename__ = "merchant_payment"
    __table_args__ = (
        Index("merchant_payment_payer", "payer"),
        Index("merchant_payment_merchant", "merchant"),
    )
    invoice: bytes = raw(32, key=True)
    payer: int = whole()
    merchant: int = whole()
    first: int = whole()
    second: int = whole()
    third: int = whole()
    later: int = whole()
    premium: int = whole()
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class MerchantHolding(SQLModel, table=True):
    """The project currency that a merchant holds; `requested` of it is asked for in cash."""

    __tablename__ = "merchant_holding"
    merchant: int = whole(key=True)
    first: int = whole()
    second: int = whole()
    third: int = whole()
    later: int = whole()
    requested: int = whole()


class Netting(SQLModel, table=True):
    """Project currency that a merchant set against the premiums that it owed."""

    __tablename__ = "netting"
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    merchant: int = whole()
    first: int = whole()
    second: int = whole()
    third: int = whole()
    later: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class CashRequest(SQLModel, table=True):
    """Project currency that a merchant asked for in cash; `state` 1: open, 2: paid, 3: dropped.

    The rounds are those of what was paid, `bank_reference` empty until then; `log_index` and what follows are
    of the payment or of the dropping, 0 and empty while it is open.
    """

    __tablename__ = "cash_request"
    number: int = whole(key=True)
    merchant: int = whole()
    amount: int = whole()
    payable_from: int = whole()
    requested_at: int = whole()
    state: int = whole()
    first: int = whole()
    second: int = whole()
    third: int = whole()
    later: int = whole()
    bank_reference: bytes = raw()
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw()


class Redemption(SQLModel, table=True):
    """Credits paid back. `state` 1: requested, 2: attested, 3: approved, 4: paid, 5: dropped.

    `reason` 0: retirement, 1: to heirs. `payee` and `evidence` are commitments, `attestor` and `approver`
    officers' accounts. What has not come is empty, or 0.
    """

    __tablename__ = "redemption"
    number: int = whole(key=True)
    member: int = whole()
    reason: int = whole()
    state: int = whole()
    amount: int = whole()
    paid: int = whole()
    payee: bytes = raw(32)
    attestor: bytes = raw()
    evidence: bytes = raw()
    approver: bytes = raw()
    attested_at: int = whole()
    approved_at: int = whole()
    closed_at: int = whole()
    block_number: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class RedemptionPayment(SQLModel, table=True):
    """An instalment of a redemption: the credits burn as it is paid."""

    __tablename__ = "redemption_payment"
    bank_reference: bytes = raw(32, key=True)
    redemption: int = whole()
    amount: int = whole()
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)
