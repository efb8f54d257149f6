"""Answers kept for repeated requests; endpoints of webhooks, what is delivered to them, and the log."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables; the feed begins before the first event."""
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(64), primary_key=True, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(32), primary_key=True, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _whole("kept_at"),
    )
    op.create_index("idempotency_kept_at", "idempotency", ["kept_at"])
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.String(24), primary_key=True, nullable=False),
        _whole("merchant"),
        sa.Column("mode", sa.String(4), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("url", "types")),
        sa.Column("generation", sa.Integer, nullable=False),
        *map(_whole, ("overlap_until", "since_block", "since_index", "created_at")),
        sa.Column("disabled_at", sa.BigInteger, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
    )
    op.create_index("webhook_endpoint_merchant", "webhook_endpoint", ["merchant", "id"])
    feed = op.create_table(
        "webhook_feed",
        _whole("only_row", key=True),
        *map(_whole, ("block_number", "log_index")),
        sa.CheckConstraint("only_row = 1", name="webhook_feed_only_row"),
    )
    op.bulk_insert(feed, [{"only_row": 1, "block_number": 0, "log_index": 0}])
    _create_deliveries()


def _create_deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("endpoint", sa.String(24), nullable=False),
        *(sa.Column(name, sa.String(40), nullable=False) for name in ("event", "type")),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        *map(_whole, ("since", "next_at", "lease_until")),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
    )
    op.create_index("webhook_delivery_once", "webhook_delivery", ["endpoint", "event"], unique=True)
    op.create_index("webhook_delivery_due", "webhook_delivery", ["state", "next_at"])
    op.create_table(
        "webhook_attempt",
        _whole("delivery", key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        _whole("at"),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
    )


def _whole(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=False)
