"""What goes out of the fund: projects, project currency, redemptions, losses; and the pockets of all that."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def whole(name: str, *, key: bool = False, default: str | None = None) -> sa.Column[int]:
    """Return a column of 64 bits."""
    return sa.Column(
        name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=False, server_default=default
    )


def raw(name: str, length: int | None = None, *, key: bool = False) -> sa.Column[bytes]:
    """Return a column of bytes."""
    return sa.Column(name, sa.LargeBinary(length), primary_key=key, nullable=False)


def wholes(*names: str) -> list[sa.Column[int]]:
    """Return columns of 64 bits."""
    return [whole(name) for name in names]


def position() -> list[sa.Column[int]]:
    """Return the columns of a row whose key is the place of its log."""
    return [whole("block_number", key=True), whole("log_index", key=True)]


def upgrade() -> None:
    """Add the columns, then create the tables."""
    _columns()
    _calls()
    _projects()
    _dossiers()
    _plans()
    _outside_money()
    _outflows()
    _losses()
    _spendings()
    _holdings()
    _redemptions()


def _columns() -> None:
    for name in ("kind", "netted", "written_off"):
        op.add_column("merchant", whole(name, default="0"))
    pockets = ("loans_receivable", "currency_outstanding", "commitments", "free")
    for name in (*pockets, "redemptions_backed", "operating_allowed"):
        op.add_column("pockets", whole(name, default="0"))


def _calls() -> None:
    op.create_table(
        "issue_list",
        whole("version", key=True),
        whole("issues"),
        raw("text_hash", 32),
        whole("block_number"),
    )
    op.create_table(
        "project_call",
        whole("number", key=True),
        *wholes(
            "budget",
            "closes_at",
            "attestor",
            "required",
            "min_partners",
            "min_kinds",
            "min_merchant_share_bps",
        ),
        whole("min_leverage_bps"),
        raw("text_hash", 32),
        *wholes("awarded", "block_number", "block_time"),
        raw("transaction_hash", 32),
    )


def _projects() -> None:
    op.create_table(
        "project",
        whole("number", key=True),
        *wholes("call", "applicant", "state", "resumes_to", "instrument", "mentor", "is_mentored"),
        *wholes("signer", "resolution", "amount", "sought", "received", "expires_at", "first_due_at"),
        *wholes("instalment_interval", "instalments", "tranches", "accounted", "released", "recalled"),
        *wholes("balance", "unspent", "repaid", "written_off"),
        raw("text_hash", 32),
        raw("report"),
        *wholes("submitted_at", "awarded_at", "completed_at", "closed_at", "block_number", "block_time"),
        raw("transaction_hash", 32),
    )


def _dossiers() -> None:
    op.create_table(
        "project_partner",
        whole("project", key=True),
        whole("position", key=True),
        *wholes("kind", "member", "attested"),
        raw("organisation", 32),
        raw("controller", 32),
    )
    op.create_table(
        "project_fact",
        whole("project", key=True),
        whole("criterion", key=True),
        *wholes("value", "attestor"),
        raw("evidence", 32),
    )
    op.create_table(
        "project_relation",
        whole("project", key=True),
        whole("member", key=True),
    )


def _plans() -> None:
    op.create_table(
        "project_tranche",
        whole("project", key=True),
        whole("position", key=True),
        *wholes("amount", "due_at"),
        raw("milestone", 32),
        *wholes("state", "since", "attempt"),
        raw("claim_hash"),
        raw("evidence"),
        *wholes("payee", "reviewer", "releaser", "released_at"),
        raw("account"),
    )
    op.create_table(
        "project_line",
        whole("project", key=True),
        whole("position", key=True),
        whole("amount"),
        raw("merchant_kinds", 32),
        whole("spent"),
    )


def _outside_money() -> None:
    op.create_table(
        "co_financing",
        raw("source", 32, key=True),
        *wholes("project", "amount", "valuer", "received_on"),
        raw("financier", 32),
        raw("evidence", 32),
        *wholes("block_number", "log_index", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "co_financing_pledge",
        *position(),
        *wholes("project", "amount"),
        raw("financier", 32),
        raw("evidence", 32),
        whole("block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "loan_repayment",
        raw("bank_reference", 32, key=True),
        *wholes("project", "amount", "block_number", "log_index", "block_time"),
        raw("transaction_hash", 32),
    )


def _outflows() -> None:
    op.create_table(
        "outflow_rules_version",
        whole("version", key=True),
        *wholes("coverage_floor_bps", "cash_delay", "cash_limit", "judging_time", "longest_attestation"),
        *wholes("debt_pocket", "loan_pocket", "block_number"),
    )
    op.create_table(
        "attestation",
        *position(),
        *wholes("due", "until"),
        raw("evidence", 32),
        whole("block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "operating_allowance",
        *position(),
        whole("amount"),
        raw("purpose", 32),
        whole("block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "operating_payment",
        raw("bank_reference", 32, key=True),
        *wholes("amount", "block_number", "log_index", "block_time"),
        raw("transaction_hash", 32),
    )


def _losses() -> None:
    op.create_table(
        "write_off",
        *position(),
        *wholes("merchant", "project", "amount", "pocket", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "shortfall",
        *position(),
        *wholes("operations", "reserve", "block_time"),
        raw("transaction_hash", 32),
    )


def _spendings() -> None:
    op.create_table(
        "spending",
        raw("invoice", 32, key=True),
        *wholes("project", "line", "merchant", "amount", "premium", "returned", "premium_returned"),
        *wholes("block_number", "log_index", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_index("spending_merchant", "spending", ["merchant"])
    op.create_index("spending_project", "spending", ["project"])
    op.create_table(
        "spending_return",
        *position(),
        raw("invoice", 32),
        *wholes("amount", "premium", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "merchant_payment",
        raw("invoice", 32, key=True),
        *wholes("payer", "merchant", "first", "second", "third", "later", "premium", "block_number"),
        *wholes("log_index", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_index("merchant_payment_merchant", "merchant_payment", ["merchant"])
    op.create_index("merchant_payment_payer", "merchant_payment", ["payer"])


def _holdings() -> None:
    op.create_table(
        "merchant_holding",
        whole("merchant", key=True),
        *wholes("first", "second", "third", "later", "requested"),
    )
    op.create_table(
        "netting",
        *position(),
        *wholes("merchant", "first", "second", "third", "later", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "cash_request",
        whole("number", key=True),
        *wholes("merchant", "amount", "payable_from", "requested_at", "state", "first", "second"),
        *wholes("third", "later"),
        raw("bank_reference"),
        *wholes("block_number", "log_index", "block_time"),
        raw("transaction_hash"),
    )


def _redemptions() -> None:
    op.create_table(
        "redemption",
        whole("number", key=True),
        *wholes("member", "reason", "state", "amount", "paid"),
        raw("payee", 32),
        raw("attestor"),
        raw("evidence"),
        raw("approver"),
        *wholes("attested_at", "approved_at", "closed_at", "block_number", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "redemption_payment",
        raw("bank_reference", 32, key=True),
        *wholes("redemption", "amount", "block_number", "log_index", "block_time"),
        raw("transaction_hash", 32),
    )
