"""The treasurer's monthly statements: issued, they stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEPT = ("statement", "statement_month", "statement_logo", "tax_payment")


def whole(name: str, *, key: bool = False) -> sa.Column[int]:
    """Return a column of 64 bits."""
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=False)


def raw(name: str, length: int | None = None, *, key: bool = False) -> sa.Column[bytes]:
    """Return a column of bytes."""
    return sa.Column(name, sa.LargeBinary(length), primary_key=key, nullable=False)


def upgrade() -> None:
    """Create the tables, and the triggers that keep their rows."""
    op.create_table(
        "statement",
        *(whole(name, key=True) for name in ("year", "serial")),
        whole("merchant"),
        sa.Column("month", sa.String(7), nullable=False),
        *(whole(name) for name in ("issued_at", "tax", "due", "payable")),
        raw("sha256", 32),
        raw("content"),
        sa.UniqueConstraint("merchant", "month", name="statement_once"),
    )
    op.create_table(
        "statement_month",
        sa.Column("month", sa.String(7), primary_key=True, nullable=False),
        *map(whole, ("issued_at", "last_block", "statements")),
    )
    op.create_table("statement_logo", raw("sha256", 32, key=True), raw("svg"))
    op.create_table(
        "tax_payment", raw("reference", 32, key=True), *map(whole, ("merchant", "amount", "received_at"))
    )
    _keep()


def _keep() -> None:
    """Refuse every UPDATE and DELETE, and on PostgreSQL every TRUNCATE."""
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table}: what was issued stays'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION statement_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: what was issued stays', TG_TABLE_NAME; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION statement_stays()"
        )
