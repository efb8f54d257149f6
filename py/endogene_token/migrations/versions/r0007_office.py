"""The office's tables, and the triggers that let its trail only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SQLITE = (
    """CREATE TRIGGER office_trail_kept BEFORE UPDATE ON office_trail
    BEGIN SELECT RAISE(ABORT, 'the trail only grows'); END""",
    """CREATE TRIGGER office_trail_whole BEFORE DELETE ON office_trail
    BEGIN SELECT RAISE(ABORT, 'the trail only grows'); END""",
    # INSERT OR REPLACE deletes past the trigger above: only the next number is taken.
    """CREATE TRIGGER office_trail_next BEFORE INSERT ON office_trail
    WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM office_trail)
    BEGIN SELECT RAISE(ABORT, 'the trail has no gap'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION office_trail_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
      RAISE EXCEPTION 'the trail only grows' USING ERRCODE = 'integrity_constraint_violation';
    ELSIF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM office_trail) THEN
      RAISE EXCEPTION 'the trail has no gap' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
    END $$""",
    """CREATE TRIGGER office_trail_kept BEFORE INSERT OR UPDATE OR DELETE ON office_trail
    FOR EACH ROW EXECUTE FUNCTION office_trail_guard()""",
    """CREATE TRIGGER office_trail_whole BEFORE TRUNCATE ON office_trail
    FOR EACH STATEMENT EXECUTE FUNCTION office_trail_guard()""",
)


def upgrade() -> None:
    """Create the tables and the triggers."""
    op.create_table(
        "office_mark",
        _whole("only_row", key=True),
        _hash("mark"),
        sa.CheckConstraint("only_row = 1", name="office_mark_only_row"),
    )
    _create_cards()
    _create_keys()
    _create_trail()
    op.create_table(
        "office_guesses",
        sa.Column("holder", sa.String(40), primary_key=True, nullable=False),
        _whole("hour"),
        _whole("failures"),
    )
    op.create_table("office_proof", _hash("digest", key=True), _whole("at"))
    op.create_index("office_proof_at", "office_proof", ["at"])


def _create_cards() -> None:
    op.create_table(
        "office_card",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
            nullable=False,
        ),
        _whole("member"),
        _hash("number_hash"),
        _whole("issued_at"),
        _whole("revoked_at", null=True),
        sa.Column("reason", sa.String(16), nullable=True),
    )
    op.create_index("office_card_number", "office_card", ["number_hash"], unique=True)
    in_force = sa.text("revoked_at IS NULL")
    op.create_index(
        "office_card_held",
        "office_card",
        ["member"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.create_table(
        "office_phone",
        _whole("member", key=True),
        _hash("number_hash"),
        _whole("consented_day"),
        _whole("kept_at"),
    )
    op.create_index("office_phone_number", "office_phone", ["number_hash"], unique=True)


def _create_keys() -> None:
    op.create_table(
        "office_api_key",
        sa.Column("id", sa.String(16), primary_key=True, nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        _hash("secret_hash"),
        _whole("merchant", null=True),
        sa.Column("role", sa.String(16), nullable=True),
        sa.Column("officer", sa.LargeBinary(20), nullable=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        *(_whole(name) for name in ("created_at", "lifetime", "expires_at")),
        *(_whole(name, null=True) for name in ("last_used_day", "revoked_at")),
        sa.Column("replaced_by", sa.String(16), nullable=True),
        sa.CheckConstraint("(merchant IS NULL) <> (role IS NULL)", name="office_api_key_holder"),
    )
    op.create_index("office_api_key_merchant", "office_api_key", ["merchant", "id"])


def _create_trail() -> None:
    op.create_table(
        "office_trail",
        _whole("number", key=True),
        _whole("at"),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("action", sa.String(48), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("origin", sa.String(48), nullable=False),
        sa.Column("request", sa.String(36), nullable=False),
        _hash("previous"),
        _hash("hash"),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _whole(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=null)


def _hash(name: str, *, key: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(32), primary_key=key, nullable=False)
