"""The names of businesses, as people know them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "office_business_name",
        sa.Column("merchant", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
    )
