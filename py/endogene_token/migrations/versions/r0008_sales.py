"""Sales that come without a till's signature, the hosted tills that sign them, connectors and uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    _hosted_till()
    _hosted_sale()
    op.create_table(
        "sale_connector",
        sa.Column("merchant", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), primary_key=True, nullable=False),
        sa.Column("till", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
    )
    op.create_table(
        "sale_upload",
        _number(),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("merchant", "till")),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("rows", "added", "again", "refused")),
        sa.Column("errors", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index("sale_upload_merchant", "sale_upload", ["merchant", "id"])


def _hosted_till() -> None:
    op.create_table(
        "hosted_till",
        sa.Column("address", sa.String(42), primary_key=True, nullable=False),
        sa.Column("merchant", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=True) for name in ("number", "till")),
        sa.Column("keystore", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "hosted_till_open",
        "hosted_till",
        ["number"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _hosted_sale() -> None:
    op.create_table(
        "hosted_sale",
        _number(),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("merchant", "till")),
        sa.Column("receipt", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("amount", "member")),
        sa.Column("at", sa.String(16), nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("purchase", sa.BigInteger, nullable=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(64), nullable=True),
        sa.Column("salt", sa.LargeBinary(32), nullable=True),
        sa.Column("commitment", sa.LargeBinary(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("note", sa.Text, nullable=True),
        *(
            sa.Column(name, sa.BigInteger, nullable=True)
            for name in ("queued", "signer", "batch", "sequence")
        ),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    # The permanent business key: a replay that comes days later meets the sale that it already became.
    key = ["merchant", "till", "receipt", "kind"]
    op.create_index("hosted_sale_key", "hosted_sale", key, unique=True)
    op.create_index("hosted_sale_state", "hosted_sale", ["state", "till", "id"])
    op.create_index("hosted_sale_merchant", "hosted_sale", ["merchant", "id"])
    op.create_index("hosted_sale_purchase", "hosted_sale", ["purchase"])
    op.create_index("hosted_sale_queued", "hosted_sale", ["queued"])
    op.create_index("hosted_sale_origin", "hosted_sale", ["merchant", "till", "origin"])


def _number() -> sa.Column[int]:
    return sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
        nullable=False,
    )
