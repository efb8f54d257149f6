"""Since when long files of sales fail, and until when they wait."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the columns."""
    for name in ("failing_since", "waits_until"):
        op.add_column("sale_unfinished", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
