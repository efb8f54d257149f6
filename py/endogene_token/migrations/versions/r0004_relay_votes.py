"""The relay's tables of the vote."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "relay_text",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "relay_ballot",
        *_keys(sa.BigInteger, "resolution", "member"),
        *_keys(sa.Integer, "sequence"),
        sa.Column("choice", sa.Integer, nullable=False),
        sa.Column("commitment", sa.LargeBinary(32), nullable=True),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("sealed_opening", sa.LargeBinary, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("transaction", sa.LargeBinary(32), nullable=True),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index("relay_ballot_state", "relay_ballot", ["state", "resolution", "member"])
    op.create_table(
        "relay_opening",
        *_keys(sa.BigInteger, "resolution", "member"),
        sa.Column("choice", sa.Integer, nullable=False),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index("relay_opening_state", "relay_opening", ["state", "resolution"])
    _create_acts()


def _create_acts() -> None:
    op.create_table(
        "relay_act",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("member", "nonce")),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("resolution", sa.BigInteger, nullable=True),
        sa.Column("transaction", sa.LargeBinary(32), nullable=True),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index("relay_act_state", "relay_act", ["state", "received_at"])
    op.create_index("relay_act_member", "relay_act", ["member"])


def _keys(kind: type[sa.BigInteger | sa.Integer], *names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, kind, primary_key=True, autoincrement=False, nullable=False) for name in names]
