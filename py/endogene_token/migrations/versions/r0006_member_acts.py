"""The relay's table of what members signed for projects, project currency and redemptions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "relay_member_act",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True, nullable=False),
        sa.Column("receipt", sa.LargeBinary(32), nullable=False),
        *(sa.Column(name, sa.String(24), nullable=False) for name in ("contract", "action")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("member", "subject", "nonce")),
        sa.Column("tranche", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("number", sa.BigInteger, nullable=True),
        sa.Column("transaction", sa.LargeBinary(32), nullable=True),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index("relay_member_act_state", "relay_member_act", ["state", "received_at"])
    op.create_index("relay_member_act_member", "relay_member_act", ["member", "contract"])
    op.create_index("relay_member_act_receipt", "relay_member_act", ["receipt"], unique=True)
