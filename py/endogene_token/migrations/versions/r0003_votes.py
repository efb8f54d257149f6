"""What members decide: by-laws, board, resolutions, ballots."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def whole(name: str, *, key: bool = False) -> sa.Column[int]:
    """Return a column of 64 bits."""
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=False)


def raw(name: str, length: int | None = None, *, key: bool = False) -> sa.Column[bytes]:
    """Return a column of bytes."""
    return sa.Column(name, sa.LargeBinary(length), primary_key=key, nullable=False)


def text(name: str) -> sa.Column[str]:
    """Return a column of text."""
    return sa.Column(name, sa.Text, nullable=False)


def wholes(*names: str) -> list[sa.Column[int]]:
    """Return columns of 64 bits."""
    return [whole(name) for name in names]


def upgrade() -> None:
    """Create the tables."""
    _bylaws()
    _register()
    _resolutions()
    _ballots()


def _bylaws() -> None:
    op.create_table(
        "governance",
        whole("only_row", key=True),
        raw("governor", 20),
        *wholes("paused_until", "is_pause_spent", "roll_epoch"),
        sa.CheckConstraint("only_row = 1", name="governance_only_row"),
    )
    op.create_table(
        "charter", whole("version", key=True), whole("profile"), text("content"), whole("block_number")
    )
    op.create_table(
        "power",
        *(raw("target", 20, key=True), raw("selector", 4, key=True)),
        *wholes("granted", "kind", "amount_word"),
    )


def _register() -> None:
    op.create_table("former_category", whole("member", key=True), whole("epoch", key=True), whole("category"))
    op.create_table("director", whole("member", key=True), *wholes("category", "until", "seated"))


def _resolutions() -> None:
    op.create_table(
        "resolution",
        whole("number", key=True),
        *wholes("proposer", "kind"),
        *(raw("text_hash", 32), raw("calls_hash", 32), text("calls")),
        *wholes("convener", "charter", "epoch", "record_day"),
        *wholes("roll_user", "roll_worker", "roll_supporting", "opens_at", "closes_at"),
        *wholes("body", "majority", "unopened", "is_sealed", "quorum_bps"),
        *wholes("contest", "validity", "late_window", "opening"),
        *wholes("user_bps", "worker_bps", "supporting_bps"),
        *wholes("sealed_batches", "is_extended", "is_annulled", "is_executed"),
        raw("annulment_reason"),
        *wholes("block_number", "block_time"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "resolution_tally",
        *(whole("resolution", key=True), whole("category", key=True), whole("choice", key=True)),
        whole("count"),
    )
    op.create_table("excused", whole("resolution", key=True), whole("member", key=True))


def _ballots() -> None:
    op.create_table(
        "ballot",
        *(whole("resolution", key=True), whole("member", key=True)),
        *wholes("category", "sequence", "choice", "batch", "block_number"),
        raw("transaction_hash", 32),
    )
    op.create_table(
        "sealed_batch",
        *(whole("resolution", key=True), whole("batch", key=True)),
        *(raw("words"), raw("commitments")),
    )
