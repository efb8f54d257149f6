"""The trail is found by what it is about: its subjects in an index, in the order of their characters."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the index."""
    if op.get_bind().dialect.name == "postgresql":  # where a language would order what lies after a "/"
        op.alter_column("office_trail", "subject", type_=sa.String(120, collation="C"))
    op.create_index("office_trail_subject", "office_trail", ["subject", "number"])
