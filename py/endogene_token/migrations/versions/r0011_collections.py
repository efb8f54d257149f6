"""Mandates, runs of debits and payments, the bank's lines and what they confirm, debts that came back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

LIVE = "state IN ('filed', 'collected', 'settled')"
SAME = "reference, run, amount, premiums, tax"
FILE_KEPT = "OLD.file_number > 0 AND (NEW.file_number, NEW.content, NEW.sha256, NEW.file_kind)"
FILE_OLD = "(OLD.file_number, OLD.content, OLD.sha256, OLD.file_kind)"


def whole(name: str, *, key: bool = False) -> sa.Column[int]:
    """Return a column of 64 bits."""
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=False)


def wholes(*names: str) -> list[sa.Column[int]]:
    """Return columns of 64 bits."""
    return [whole(name) for name in names]


def word(name: str, longest: int | None = None, *, key: bool = False) -> sa.Column[str]:
    """Return a column of text."""
    kind = sa.String(longest) if longest else sa.Text()
    return sa.Column(name, kind, primary_key=key, nullable=False)


def raw(name: str, length: int | None = None, *, key: bool = False) -> sa.Column[bytes]:
    """Return a column of bytes."""
    return sa.Column(name, sa.LargeBinary(length), primary_key=key, nullable=False)


def upgrade() -> None:
    """Create the tables, and the triggers that keep references and files."""
    _accounts()
    _runs()
    _lines()
    _keep()


def _accounts() -> None:
    op.create_table(
        "mandate",
        _number(),
        whole("merchant"),
        word("scheme", 4),
        word("reference", 35),
        word("signed", 10),
        *_holder(),
        *wholes("first_used", "created_at"),
        sa.UniqueConstraint("reference", name="mandate_reference"),
    )
    _unique("mandate_active", "mandate", ["merchant"], "state = 'active'")
    op.create_table(
        "payee",
        _number(),
        *(word("party", 8), whole("party_number")),
        *_holder(),
        raw("commitment"),
        whole("created_at"),
    )
    _unique("payee_active", "payee", ["party", "party_number"], "state = 'active'")


def _runs() -> None:
    op.create_table(
        "bank_run",
        _number(),
        *(word("direction", 6), word("scheme", 4), word("month", 7), word("day", 10), word("noticed_on", 10)),
        *(word("file_kind", 8), whole("file_number"), word("state", 10)),
        *(word("drafted_by", 80), word("approved_by", 80), raw("content"), raw("sha256")),
        *wholes("created_at", "handed_in_at"),
    )
    numbered = "file_number > 0 AND state <> 'cancelled'"
    _unique("bank_run_file", "bank_run", ["file_kind", "file_number"], numbered)
    op.create_table(
        "bank_item",
        word("reference", 19, key=True),
        whole("run"),
        *(word("direction", 6), word("kind", 12), word("party", 8)),
        *wholes("party_number", "account", "object"),
        word("statement", 19),
        *wholes("amount", "premiums", "tax"),
        *(word("day", 10), word("state", 10), raw("line"), word("return_code", 10), whole("changed_at")),
    )
    op.create_index("bank_item_run", "bank_item", ["run"])
    _unique("bank_item_statement", "bank_item", ["kind", "statement"], f"statement <> '' AND {LIVE}")
    pending = "object > 0 AND state IN ('filed', 'collected')"
    _unique("bank_item_object", "bank_item", ["kind", "object"], pending)


def _lines() -> None:
    op.create_table(
        "bank_line",
        raw("identity", 32, key=True),
        *(word("account", 40), word("booked", 10), whole("amount"), word("currency", 3)),
        *map(word, ("bank_reference", "end_to_end", "mandate", "name", "other_account", "text")),
        *(word("return_code", 40), whole("parts"), whole("imported_at"), word("state", 10), word("why")),
    )
    op.create_index("bank_line_state", "bank_line", ["state", "booked"])
    op.create_table(
        "bank_match",
        raw("line", 32, key=True),
        whole("ordinal", key=True),
        word("item", 19),
        *wholes("merchant", "amount", "premiums", "tax"),
        *(word("state", 10), word("proposed_by", 80), word("decided_by", 80)),
        raw("commitment", 32),
        whole("changed_at"),
    )
    for column in ("commitment", "item", "state"):
        op.create_index(f"bank_match_{column}", "bank_match", [column])
    op.create_table(
        "returned_debt",
        word("item", 19, key=True),
        *wholes("merchant", "amount"),
        raw("returned_line", 32),
        whole("opened_at"),
        word("state", 12),
        raw("closed_by_line"),
    )
    op.create_index("returned_debt_merchant", "returned_debt", ["merchant", "state"])


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("number", kind, primary_key=True, autoincrement=True, nullable=False)


def _holder() -> list[sa.Column[str] | sa.Column[bytes]]:
    account = (raw("sealed_account"), word("tail", 4))
    return [word("name", 70), *account, word("state", 8), word("ended_why", 120)]


def _unique(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _keep() -> None:
    """Refuse to delete an item or a run, to change an item's amounts or reference, or a made file."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ("bank_item", "bank_run"):
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: what was asked of the bank stays'); END"
            )
        op.execute(
            f"CREATE TRIGGER bank_item_same BEFORE UPDATE OF {SAME} ON bank_item "
            "BEGIN SELECT RAISE(ABORT, 'bank_item: its reference and amounts stay'); END"
        )
        op.execute(
            f"CREATE TRIGGER bank_run_file_same BEFORE UPDATE ON bank_run WHEN {FILE_KEPT} IS NOT {FILE_OLD} "
            "BEGIN SELECT RAISE(ABORT, 'bank_run: a file is made once'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION bank_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: what was asked of the bank stays', TG_TABLE_NAME; END $$"
    )
    for table in ("bank_item", "bank_run"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bank_stays()"
        )
    op.execute(
        f"CREATE TRIGGER bank_item_same BEFORE UPDATE OF {SAME} ON bank_item "
        "FOR EACH ROW EXECUTE FUNCTION bank_stays()"
    )
    op.execute(
        f"CREATE TRIGGER bank_run_file_same BEFORE UPDATE ON bank_run FOR EACH ROW "
        f"WHEN ({FILE_KEPT} IS DISTINCT FROM {FILE_OLD}) EXECUTE FUNCTION bank_stays()"
    )
