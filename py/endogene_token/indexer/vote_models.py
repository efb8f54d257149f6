"""The tables of what members decide: the by-laws, the board, resolutions and their ballots.

As in `models`, which these belong to. Categories, kinds, bodies and the like are the numbers that the
contracts give them, see `bylaws`; a flag is 0 or 1.
"""

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field, SQLModel

from endogene_token.indexer.columns import raw, whole


class Governance(SQLModel, table=True):
    """Who governs, one row: the governor's address, the fund's pause, and the roll's epoch that is open."""

    __tablename__ = "governance"
    __table_args__ = (CheckConstraint("only_row = 1", name="governance_only_row"),)
    only_row: int = whole(key=True)
    governor: bytes = raw(20)
    paused_until: int = whole()
    is_pause_spent: int = whole()
    roll_epoch: int = whole()


class CharterVersion(SQLModel, table=True):
    """A version of the by-laws of the vote; `content` is a `chain.charter.Charter` in JSON."""

    __tablename__ = "charter"
    version: int = whole(key=True)
    profile: int = whole()
    content: str = Field(sa_type=Text, nullable=False)
    block_number: int = whole()


class Power(SQLModel, table=True):
    """Which kind of resolution may call a function; `granted` 0: none may."""

    __tablename__ = "power"
    target: bytes = raw(20, key=True)
    selector: bytes = raw(4, key=True)
    granted: int = whole()
    kind: int = whole()
    amount_word: int = whole()


class FormerCategory(SQLModel, table=True):
    """The category in which a member stood at the roll call that closed `epoch`, and has left since.

    A member's category at a roll call is that of its first row from that epoch on; without one, today's.
    """

    __tablename__ = "former_category"
    member: int = whole(key=True)
    epoch: int = whole(key=True)
    category: int = whole()


class Director(SQLModel, table=True):
    """A member who has been elected to the board; `seated` 0 once the seat was taken away."""

    __tablename__ = "director"
    member: int = whole(key=True)
    category: int = whole()
    until: int = whole(unsigned=True)
    seated: int = whole()


class Resolution(SQLModel, table=True):
    """A resolution. Until its notice `convener`, `charter` and all that follows from them are 0.

    `text_hash` and `calls_hash` are what was signed; `calls` is JSON, a list of {"target", "data"} in
    hexadecimal. The college weights are 0 where people are counted, one by one.
    """

    __tablename__ = "resolution"
    number: int = whole(key=True)
    proposer: int = whole()
    kind: int = whole()
    text_hash: bytes = raw(32)
    calls_hash: bytes = raw(32)
    calls: str = Field(sa_type=Text, nullable=False)
    convener: int = whole()
    charter: int = whole()
    epoch: int = whole()
    record_day: int = whole()
    roll_user: int = whole()
    roll_worker: int = whole()
    roll_supporting: int = whole()
    opens_at: int = whole()
    closes_at: int = whole()
    body: int = whole()
    majority: int = whole()
    unopened: int = whole()
    is_sealed: int = whole()
    quorum_bps: int = whole()
    contest: int = whole()
    validity: int = whole()
    late_window: int = whole()
    opening: int = whole()
    user_bps: int = whole()
    worker_bps: int = whole()
    supporting_bps: int = whole()
    sealed_batches: int = whole()
    is_extended: int = whole()
    is_annulled: int = whole()
    is_executed: int = whole()
    annulment_reason: bytes = raw()
    """The hash of the reasons; empty unless annulled."""
    block_number: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class ResolutionTally(SQLModel, table=True):
    """How many ballots of a category say a choice; choice 0: sealed and not opened.

    From the notice on a resolution has twelve rows.
    """

    __tablename__ = "resolution_tally"
    resolution: int = whole(key=True)
    category: int = whole(key=True)
    choice: int = whole(key=True)
    count: int = whole()


class Excused(SQLModel, table=True):
    """A director who left a resolution of the board for an interest in it."""

    __tablename__ = "excused"
    resolution: int = whole(key=True)
    member: int = whole(key=True)


class Ballot(SQLModel, table=True):
    """The ballot that counts for a member, in the category in which it counts; choice 0: still sealed.

    `batch` is the call that took a sealed ballot, else 0; block and transaction are those of that call.
    """

    __tablename__ = "ballot"
    resolution: int = whole(key=True)
    member: int = whole(key=True)
    category: int = whole()
    sequence: int = whole()
    choice: int = whole()
    batch: int = whole()
    block_number: int = whole()
    transaction_hash: bytes = raw(32)


class SealedBatch(SQLModel, table=True):
    """The sealed ballots of one call, as they must be given back to open them: 32 bytes each."""

    __tablename__ = "sealed_batch"
    resolution: int = whole(key=True)
    batch: int = whole(key=True)
    words: bytes = raw()
    commitments: bytes = raw()
