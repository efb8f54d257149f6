"""The tables of the inbox, of the reconciliations and of dunning. A rebuild of the read model keeps them.

Amounts are minor units, instants seconds UTC, days ISO dates.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Text, text
from sqlmodel import Field, SQLModel

from endogene_token.indexer.columns import raw, whole

OPEN: Final = "closed_at = 0"
UNDECIDED: Final = "state IN ('open', 'approved')"


def _number() -> Any:
    """Return a key that counts from 1."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Field(default=None, sa_column=Column(kind, primary_key=True, autoincrement=True, nullable=False))


def _word(longest: int | None) -> Any:
    return Field(sa_type=String(longest) if longest else Text, nullable=False)


def _only(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


class TreasuryException(SQLModel, table=True):
    """Something that a person must look at. Of one kind and subject at most one is open.

    `owner` is a role, or the officer who took it; `due_at` the instant by which it should have ended.
    `closed_at` is 0 while it is open; `how` says how it ended. A closed one never changes, none is deleted.
    """

    __tablename__ = "treasury_exception"
    __table_args__ = (
        _only("treasury_exception_open", "kind", "subject", where=OPEN),
        Index("treasury_exception_closed", "closed_at", "number"),
    )
    number: int | None = _number()
    kind: str = _word(16)
    subject: str = _word(80)
    amount: int = whole()
    owner: str = _word(80)
    opened_at: int = whole()
    due_at: int = whole()
    closed_at: int = whole()
    closed_by: str = _word(80)
    how: str = _word(None)


class Reconciliation(SQLModel, table=True):
    """A reconciliation as it was found at the instant `at`; `content` names each difference (JSON).

    bank - chain = explained + unexplained; `books` differs from `chain` only by a fault of the books.
    """

    __tablename__ = "reconciliation"
    __table_args__ = (Index("reconciliation_day", "day"),)
    number: int | None = _number()
    day: str = _word(10)
    at: int = whole()
    bank: int = whole()
    books: int = whole()
    chain: int = whole()
    explained: int = whole()
    unexplained: int = whole()
    sha256: bytes = raw(32)
    content: bytes = Field(sa_type=LargeBinary, nullable=False)


class DunningState(SQLModel, table=True):
    """Where a merchant stood at its last examination, on `day`.

    `level` 0: nothing is late; `arrears` is what is, since the day `since` (empty for none). `warned` 1: what
    it owes has reached the part of its exposure limit from which it is warned.
    """

    __tablename__ = "dunning_state"
    merchant: int = whole(key=True)
    day: str = _word(10)
    level: int = whole()
    arrears: int = whole()
    since: str = _word(10)
    warned: int = whole()
    changed_at: int = whole()


class DunningProposal(SQLModel, table=True):
    """A suspension, or its end, that somebody other than its author decides.

    `act` is `suspend` or `reinstate`, `state` `open`, `approved` (not yet on the chain), `done`, `refused` or
    `withdrawn` (what it rested on is gone). `proposed_by` is `rule:arrears` or who did.
    """

    __tablename__ = "dunning_proposal"
    __table_args__ = (
        _only("dunning_proposal_open", "merchant", where=UNDECIDED),
        Index("dunning_proposal_state", "state"),
    )
    number: int | None = _number()
    merchant: int = whole()
    act: str = _word(10)
    arrears: int = whole()
    since: str = _word(10)
    proposed_by: str = _word(80)
    proposed_at: int = whole()
    state: str = _word(10)
    decided_by: str = _word(80)
    decided_at: int = whole()
    why: str = _word(None)


EXCEPTION_TABLES: Final[tuple[type[SQLModel], ...]] = (
    TreasuryException,
    Reconciliation,
    DunningState,
    DunningProposal,
)
