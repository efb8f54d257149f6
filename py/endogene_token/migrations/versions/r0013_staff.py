"""Who logs in: accounts of staff and officers, invitations, passkeys, challenges, sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ONE_HOLDER = (
    "(CASE WHEN merchant IS NULL THEN 0 ELSE 1 END) + (CASE WHEN officer IS NULL THEN 0 ELSE 1 END) "
    "+ (CASE WHEN member IS NULL THEN 0 ELSE 1 END) = (CASE WHEN role = 'auditor' THEN 0 ELSE 1 END)"
)


def upgrade() -> None:
    """Create the tables."""
    _create_accounts()
    op.create_table(
        "office_passkey",
        sa.Column("credential", sa.LargeBinary(1023), primary_key=True, nullable=False),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        *map(_whole, ("sign_count", "created_at")),
        _whole("revoked_at", null=True),
    )
    op.create_index("office_passkey_account", "office_passkey", ["account"])
    op.create_table(
        "office_challenge",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True, nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        _whole("expires_at"),
    )
    op.create_index("office_challenge_end", "office_challenge", ["expires_at"])
    op.create_table(
        "office_session",
        sa.Column("id", sa.String(16), primary_key=True, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(48), nullable=False),
        *map(_whole, ("created_at", "confirmed_at", "seen_at", "expires_at")),
        _whole("revoked_at", null=True),
    )
    op.create_index("office_session_account", "office_session", ["account", "id"])


def _create_accounts() -> None:
    op.create_table(
        "office_account",
        sa.Column("id", sa.String(16), primary_key=True, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        _whole("merchant", null=True),
        sa.Column("officer", sa.LargeBinary(20), nullable=True),
        _whole("member", null=True),
        sa.Column("name", sa.LargeBinary, nullable=False),
        _whole("created_at"),
        *(_whole(name, null=True) for name in ("active_at", "ended_at")),
        sa.CheckConstraint(ONE_HOLDER, name="office_account_of"),
    )
    op.create_index("office_account_merchant", "office_account", ["merchant", "id"])
    op.create_table(
        "office_invitation",
        sa.Column("account", sa.String(16), primary_key=True, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        _whole("expires_at"),
        _whole("spent_at", null=True),
    )
    op.create_index("office_invitation_code", "office_invitation", ["code_hash"], unique=True)


def _whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)
