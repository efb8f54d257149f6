"""The treasurer's inbox of exceptions, the reconciliations that were made, who was reminded and why."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

OPEN = "closed_at = 0"
UNDECIDED = "state IN ('open', 'approved')"
KEPT = ("treasury_exception", "reconciliation", "dunning_proposal")
ENDED = {
    "treasury_exception": "OLD.closed_at > 0",
    "dunning_proposal": "OLD.state IN ('done', 'refused', 'withdrawn')",
    "reconciliation": "TRUE",
}


def number() -> sa.Column[int]:
    """Return a key that counts from 1."""
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("number", kind, primary_key=True, autoincrement=True, nullable=False)


def wholes(*names: str) -> list[sa.Column[int]]:
    """Return columns of 64 bits."""
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def word(name: str, longest: int | None = None) -> sa.Column[str]:
    """Return a column of text."""
    return sa.Column(name, sa.String(longest) if longest else sa.Text(), nullable=False)


def upgrade() -> None:
    """Create the tables, and the triggers that keep what has ended."""
    op.create_table(
        "treasury_exception",
        number(),
        *(word("kind", 16), word("subject", 80), word("owner", 80), word("closed_by", 80), word("how")),
        *wholes("amount", "opened_at", "due_at", "closed_at"),
    )
    _only("treasury_exception_open", "treasury_exception", ["kind", "subject"], OPEN)
    op.create_index("treasury_exception_closed", "treasury_exception", ["closed_at", "number"])
    op.create_table(
        "reconciliation",
        number(),
        word("day", 10),
        *wholes("at", "bank", "books", "chain", "explained", "unexplained"),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("reconciliation_day", "reconciliation", ["day"])
    op.create_table(
        "dunning_state",
        sa.Column("merchant", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        *(word("day", 10), word("since", 10)),
        *wholes("level", "arrears", "warned", "changed_at"),
    )
    op.create_table(
        "dunning_proposal",
        number(),
        *(word("act", 10), word("since", 10), word("proposed_by", 80), word("state", 10)),
        *(word("decided_by", 80), word("why")),
        *wholes("merchant", "arrears", "proposed_at", "decided_at"),
    )
    _only("dunning_proposal_open", "dunning_proposal", ["merchant"], UNDECIDED)
    op.create_index("dunning_proposal_state", "dunning_proposal", ["state"])
    _keep()


def _only(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _keep() -> None:
    """Refuse to delete anything, and to change what has ended."""
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            for act, when in (("DELETE", "TRUE"), ("UPDATE", ENDED[table])):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} WHEN {when} "
                    f"BEGIN SELECT RAISE(ABORT, '{table}: what has ended stays'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION exception_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: what has ended stays', TG_TABLE_NAME; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION exception_stays()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"FOR EACH ROW WHEN ({ENDED[table]}) EXECUTE FUNCTION exception_stays()"
        )
