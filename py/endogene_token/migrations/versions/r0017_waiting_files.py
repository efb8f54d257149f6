"""Since when long files of sales fail."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "sale_unfinished", sa.Column("failing_since", sa.BigInteger, nullable=False, server_default="0")
    )
