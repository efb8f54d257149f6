"""The answers that were given under an idempotency key, kept for whoever repeats the request.

A row stands exactly when the work that it answers stands: both are written in one transaction. Bodies are
sealed, since some answers show a secret once; the key of the request is kept as a hash.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Connection, Index, LargeBinary, String, text
from sqlmodel import Field, Session, SQLModel, col, delete, update

from endogene_token import crash
from endogene_token.errors import DuplicateError, IdempotencyInFlightError
from endogene_token.office.sealed import seal, unseal
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.relay.ballots import INSERT

KEPT_SECONDS: Final = 30 * 86_400
RETRY_SECONDS: Final = 1  # work is done in less; who repeats earlier only asks again


class Idempotency(SQLModel, table=True):
    """The answer to a caller's request with this key; `status` 0: its work is under way."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("idempotency_kept_at", "kept_at"),)
    caller: str = Field(primary_key=True, sa_type=String(64))
    key_hash: bytes = Field(primary_key=True, sa_type=LargeBinary(32))
    fingerprint: bytes = Field(sa_type=LargeBinary(32))
    status: int
    kind: str = Field(sa_type=String(80))
    body: bytes = Field(sa_type=LargeBinary)
    kept_at: int = Field(sa_type=BigInteger)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    kind: str
    body: bytes


class AnsweredError(Exception):
    """The request was answered while this one was on its way: `answer` is what to repeat."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: who asks, with which key, and the fingerprint of what is asked."""

    caller: str
    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, caller: str, key: str, method: str, path: str, body: bytes) -> "Ask":
        """Return the request; `path` with its query."""
        parts = (method.encode(), path.encode(), body)
        told = b"".join(len(part).to_bytes(8) + part for part in parts)
        return cls(caller, key, hashlib.sha256(told).digest())

    @property
    def key_hash(self) -> bytes:
        """What stands for the key in the database."""
        return hashlib.sha256(self.key.encode()).digest()

    @property
    def place(self) -> bytes:
        """What names the row, of this caller and this key alone."""
        return hashlib.sha256(self.caller.encode() + self.key_hash).digest()


def find(session: Session, secret: OfficeSecret, ask: Ask) -> Answer | None:
    """Return what was answered, or None. Raises DuplicateError when the key served another request."""
    row = session.get(Idempotency, (ask.caller, ask.key_hash))
    if row is None or row.kept_at + KEPT_SECONDS <= time.time():
        return None
    if row.fingerprint != ask.fingerprint:
        raise DuplicateError(actual=ask.key)
    return Answer(row.status, row.kind, unseal(secret, Purpose.ANSWER, ask.place, row.body))


def claim(connection: Connection, secret: OfficeSecret, ask: Ask) -> None:
    """Take the key, in the transaction of the work, before the work.

    Raises AnsweredError when another process was first, IdempotencyInFlightError while it is at work,
    DuplicateError when it did something else.
    """
    if connection.dialect.name == "postgresql":  # an insert would wait for the other's end; SQLite does wait
        number = int.from_bytes(ask.place[:8], signed=True)
        free = connection.execute(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": number}).scalar()
        if not free:
            raise IdempotencyInFlightError(limit=RETRY_SECONDS)
    sweep(connection)
    row = {
        "caller": ask.caller,
        "key_hash": ask.key_hash,
        "fingerprint": ask.fingerprint,
        "status": 0,
        "kind": "",
        "body": b"",
        "kept_at": int(time.time()),
    }
    insert = INSERT[connection.dialect.name](Idempotency).values(row).on_conflict_do_nothing()
    if connection.execute(insert.returning(col(Idempotency.status))).first() is None:
        with Session(connection) as session:
            found = find(session, secret, ask)
        if found is None:
            raise IdempotencyInFlightError(limit=RETRY_SECONDS)
        raise AnsweredError(found)


def keep(connection: Connection, secret: OfficeSecret, ask: Ask, answer: Answer) -> None:
    """Keep the answer, in the transaction of the work, after it."""
    sealed = seal(secret, Purpose.ANSWER, ask.place, answer.body)
    own = (col(Idempotency.caller) == ask.caller, col(Idempotency.key_hash) == ask.key_hash)
    connection.execute(
        update(Idempotency).where(*own).values(status=answer.status, kind=answer.kind, body=sealed)
    )
    crash.point("answers.kept")


def sweep(connection: Connection) -> None:
    """Forget what is older than thirty days: a few rows each time that one is added."""
    old = col(Idempotency.kept_at) <= int(time.time()) - KEPT_SECONDS
    connection.execute(delete(Idempotency).where(old))
