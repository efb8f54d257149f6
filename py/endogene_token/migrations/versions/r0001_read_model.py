"""The read model."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


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


def upgrade() -> None:
    """Create the tables."""
    _chain()
    _register()
    _purchases()
    _refunds()
    _fund()


def _chain() -> None:
    op.create_table(
        "cursor",
        whole("only_row", key=True),
        *wholes("chain_id", "founding_block"),
        raw("founding_hash", 32),
        raw("fund", 20),
        whole("block_number"),
        raw("block_hash", 32),
        sa.CheckConstraint("only_row = 1", name="cursor_only_row"),
    )
    op.create_table(
        "event",
        whole("block_number", key=True),
        whole("log_index", key=True),
        whole("chain_id"),
        raw("block_hash", 32),
        whole("block_time"),
        raw("transaction_hash", 32),
        raw("address", 20),
        raw("topics"),
        raw("data"),
        sa.UniqueConstraint("chain_id", "block_hash", "transaction_hash", "log_index", name="event_once"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Commitments are random: to compress packed items is time lost.
        op.execute("ALTER TABLE event ALTER COLUMN data SET STORAGE EXTERNAL")


def _register() -> None:
    op.create_table(
        "rules_version",
        whole("version", key=True),
        *wholes("purchase_window_days", "reversal_window_days", "operations_bps", "reserve_bps"),
        *wholes("rate_notice_days", "key_rotation_delay", "block_number"),
    )
    op.create_table(
        "member",
        whole("number", key=True),
        *wholes("kind", "category", "valid_from", "valid_until"),
        raw("key"),
        whole("balance"),
    )
    op.create_table(
        "merchant",
        whole("number", key=True),
        *wholes("status", "exposure_limit", "till_cap", "owed", "prepaid", "premiums", "settled"),
    )
    op.create_table(
        "merchant_rate", whole("merchant", key=True), whole("from_day", key=True), whole("rate_bps")
    )
    op.create_table(
        "till",
        whole("number", key=True),
        whole("merchant"),
        raw("key", 20),
        *wholes("revoked", "next_sequence"),
    )


def _purchases() -> None:
    op.create_table(
        "batch",
        *(whole("till", key=True), whole("first_sequence", key=True)),
        *wholes("merchant", "size", "rules_version", "premiums", "credits", "operations", "reserve"),
        *wholes("block_number", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "purchase",
        *(whole("till", key=True), whole("sequence", key=True)),
        *wholes("batch", "merchant", "member", "day", "amount"),
        *wholes("premium", "credit", "operations", "reserve"),
        raw("commitment", 16),
        # Most purchases are neither refunded nor refused
        whole("reversed", default="0"),
        whole("reason", default="0"),
        sqlite_with_rowid=False,
    )
    op.create_index("purchase_member", "purchase", ["member"])


def _refunds() -> None:
    op.create_table(
        "reversal",
        *(whole("till", key=True), whole("sequence", key=True)),
        *wholes("merchant", "purchase_till", "purchase_batch", "purchase_sequence", "member", "day"),
        *wholes("amount", "premium", "credit", "operations", "reserve", "reason"),
        raw("commitment", 16),
        *wholes("block_number", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_index("reversal_purchase", "reversal", ["purchase_till", "purchase_sequence"])
    op.create_table(
        "refusal",
        *(whole("till", key=True), whole("sequence", key=True), whole("reason")),
        sa.Column("actual", sa.String(78), nullable=False),
        sa.Column("limit", sa.String(78), nullable=False),
    )


def _fund() -> None:
    op.create_table(
        "settlement",
        raw("bank_reference", 32, key=True),
        *wholes("merchant", "amount", "prepaid", "block_number", "log_index", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "pockets",
        whole("only_row", key=True),
        *wholes("cash", "premiums_receivable", "credits_outstanding", "merchant_prepayments"),
        *wholes("reserve", "operations"),
        sa.CheckConstraint("only_row = 1", name="pockets_only_row"),
    )
