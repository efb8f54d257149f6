"""The relay's queue."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "relay_batch",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
            nullable=False,
        ),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("till", "merchant")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("first_sequence", "last_sequence")),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    # A rejected batch gives its sequences back; any other holds them alone.
    kept = sa.text("state <> 'rejected'")
    op.create_index(
        "relay_batch_sequence",
        "relay_batch",
        ["till", "first_sequence"],
        unique=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )
    op.create_index("relay_batch_state", "relay_batch", ["state", "retry_at"])
