"""What is left to do of long files of sales."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "sale_unfinished",
        sa.Column("upload", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("place", sa.String(48), nullable=False),
        sa.Column("request", sa.String(36), nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False),
    )
