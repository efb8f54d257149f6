"""The year in which a member thinks to retire, of those who told the office."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "office_retirement",
        sa.Column("member", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("year", "consented_day", "kept_at")),
    )
