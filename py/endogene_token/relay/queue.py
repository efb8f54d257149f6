"""The queue between the API and the chain: what a till sent, in the order of its sequence.

    queued ──┬── recorded            the chain holds it
             ├── held ── queued …    the chain cannot take it now; tried again, later each time
             └── rejected            the chain will never take it; its reason is kept

Sequences never have a hole or an overlap here: `enqueue` refuses both. A rejected batch gives its sequences
back, so that the till can sign them again.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, func, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select, update

from endogene_token import crash
from endogene_token.errors import EndogeneError, SequenceError, SequenceTakenError
from endogene_token.receipts import SignedPurchases
from endogene_token.relay.models import (
    MAX_SEQUENCE,
    OPEN,
    Kind,
    RelayBatch,
    Signed,
    State,
    payload,
    write_reason,
)
from endogene_token.store import writing

LONGEST_WAIT: Final = 300  # seconds between two tries of a held batch
_BATCHES: Final = SQLModel.metadata.tables[RelayBatch.__tablename__]
_INSERT: Final = {
    name: insert(_BATCHES).on_conflict_do_nothing().returning(_BATCHES.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
# Sequences do not overlap: the last of all is that of the batch that begins last. The state is written out,
# not bound: only so does the index of the batches that are not rejected serve, however many there are.
_LAST: Final = (
    select(_BATCHES.c.last_sequence)
    .where(_BATCHES.c.till == bindparam("of"), text("state <> 'rejected'"), _BATCHES.c.id != bindparam("but"))
    .order_by(_BATCHES.c.first_sequence.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Depth:
    """How many items wait in the queue, held ones included; how many of them are held."""

    waiting: int
    held: int


def accept(engine: Engine, signed: Signed, chain_next: int = 1) -> None:
    """Put a batch into the queue for good: once this returns, it survives the death of the process.

    Raises what `enqueue` raises; nothing has changed then.
    """
    with writing(engine) as connection:
        _place(connection, signed, chain_next)
        crash.point("relay.enqueued")
    crash.point("relay.accepted")


def enqueue(session: Session, signed: Signed, chain_next: int = 1) -> int:
    """Put a batch into the queue, without committing; return the id of its row, maybe an old one.

    `chain_next` is the till's next sequence on the chain, as far as the caller knows; an outdated lower one
    does no harm. Raises SequenceError for a gap, SequenceTakenError for a sequence that holds something
    else; the caller then rolls the session back.
    """
    return _place(session.connection(), signed, chain_next)


def next_sequence(session: Session, till: int, chain_next: int = 1) -> int:
    """Return the sequence that the till's next batch must begin at, after all that is queued."""
    return max(chain_next, _after_queue(session.connection(), till))


def find(session: Session, till: int, sequence: int) -> RelayBatch | None:
    """Return the batch that holds this sequence of the till, the last one sent if several did, or None."""
    if sequence > MAX_SEQUENCE:
        return None
    query = (
        select(RelayBatch)
        .where(RelayBatch.till == till)
        .where(col(RelayBatch.first_sequence) <= sequence, col(RelayBatch.last_sequence) >= sequence)
        .order_by(col(RelayBatch.id).desc())
    )
    return session.exec(query.limit(1)).first()


def depth(session: Session) -> Depth:
    """Return how much waits."""
    items = func.sum(RelayBatch.last_sequence - RelayBatch.first_sequence + 1)
    query = select(RelayBatch.state, items).where(_is_open()).group_by(RelayBatch.state)
    counts = {state: int(count) for state, count in session.exec(query)}
    return Depth(waiting=sum(counts.values()), held=counts.get(State.HELD, 0))


def due(session: Session, now: int, limit: int) -> list[RelayBatch]:
    """Return the oldest `limit` open batches, in the order in which each till's must be recorded.

    The tills whose first batch waits for a later instant than `now` are left out: they do not stop others.
    One further off than any wait was written by a clock that was wrong since: that batch is due.
    """
    later = col(RelayBatch.retry_at).between(now + 1, now + LONGEST_WAIT)
    waiting = select(RelayBatch.till).where(RelayBatch.state == State.HELD, later).distinct()
    query = select(RelayBatch).where(_is_open(), col(RelayBatch.till).not_in(waiting))
    return list(session.exec(query.order_by(col(RelayBatch.id)).limit(limit)))


def items_of(session: Session, till: int, first_sequence: int) -> RelayBatch | None:
    """Return the batch of purchases, open or recorded, that begins at this sequence, or None."""
    row = _at(session, till, first_sequence)
    return row if row is not None and row.kind == Kind.PURCHASES else None


def rejected_before(session: Session, till: int, sequence: int) -> RelayBatch | None:
    """Return the rejected batch that held this sequence of the till, if the last one to hold it was one."""
    row = find(session, till, sequence)
    return row if row is not None and row.state == State.REJECTED else None


def mark_recorded(session: Session, rows: Iterable[RelayBatch]) -> None:
    """Mark batches that the chain holds."""
    _mark(session, rows, {"state": State.RECORDED, "reason": None})


def hold(session: Session, row: RelayBatch, error: EndogeneError, now: int) -> None:
    """Keep a batch for later because of `error`: each time twice as long, up to `LONGEST_WAIT` seconds."""
    wait = min(2 ** min(row.attempts, 30), LONGEST_WAIT)
    values = {"attempts": row.attempts + 1, "retry_at": now + wait}
    _mark(session, [row], {"state": State.HELD, "reason": write_reason(error), **values})


def reject(session: Session, row: RelayBatch, error: EndogeneError) -> None:
    """End a batch that the chain will never take, because of `error`."""
    _mark(session, [row], {"state": State.REJECTED, "reason": write_reason(error)})


def hold_all(session: Session, error: EndogeneError) -> None:
    """Say of every queued batch that it waits because of `error` (no node answers), untried and still due."""
    values = {"state": State.HELD, "reason": write_reason(error)}
    session.exec(update(RelayBatch).where(col(RelayBatch.state) == State.QUEUED).values(values))


def release(session: Session) -> None:
    """Queue again what `hold_all` held."""
    untried = (col(RelayBatch.state) == State.HELD, col(RelayBatch.attempts) == 0)
    query = update(RelayBatch).where(*untried)
    session.exec(query.values({"state": State.QUEUED, "reason": None}))


def _place(connection: Connection, signed: Signed, chain_next: int) -> int:
    batch = signed.batch
    till, first = batch.till, batch.first_sequence
    if batch.last_sequence > MAX_SEQUENCE:
        raise SequenceError(actual=first, limit=max(chain_next, _after_queue(connection, till)))
    # Written before anything is read: two tills' servers never decide on the same old view of the queue.
    row_id = connection.execute(_INSERT[connection.dialect.name], _values(signed)).scalar()
    expected = max(chain_next, _after_queue(connection, till, row_id))
    if row_id is None:
        return _present(connection, signed, expected)
    if first > expected:
        raise SequenceError(actual=first, limit=expected)
    if first < expected:
        raise SequenceTakenError(actual=first, till=till, limit=expected)
    return int(row_id)


def _present(connection: Connection, signed: Signed, expected: int) -> int:
    batch = signed.batch
    with Session(connection) as session:
        row = _at(session, batch.till, batch.first_sequence)
    if row is None or row.id is None or not _same(row, signed):
        raise SequenceTakenError(actual=batch.first_sequence, till=batch.till, limit=expected)
    return row.id


def _values(signed: Signed) -> dict[str, Any]:
    batch = signed.batch
    return {
        "till": batch.till,
        "merchant": batch.merchant,
        "first_sequence": batch.first_sequence,
        "last_sequence": batch.last_sequence,
        "kind": Kind.PURCHASES if isinstance(signed, SignedPurchases) else Kind.REVERSALS,
        "payload": payload(signed),
        "signature": signed.signature,
        "state": State.QUEUED,
        "attempts": 0,
        "retry_at": 0,
        "received_at": int(time.time()),
    }


def _after_queue(connection: Connection, till: int, but: int | None = None) -> int:
    last = connection.execute(_LAST, {"of": till, "but": but or 0}).scalar()
    return (last or 0) + 1


def _at(session: Session, till: int, first_sequence: int) -> RelayBatch | None:
    if first_sequence > MAX_SEQUENCE:
        return None
    query = select(RelayBatch).where(
        RelayBatch.till == till,
        RelayBatch.first_sequence == first_sequence,
        RelayBatch.state != State.REJECTED,
    )
    return session.exec(query).first()


def _same(row: RelayBatch, signed: Signed) -> bool:
    """Whether the row holds the same items; a second signature over them makes no other batch."""
    kind = Kind.PURCHASES if isinstance(signed, SignedPurchases) else Kind.REVERSALS
    return (row.kind, row.merchant, row.payload) == (kind, signed.batch.merchant, payload(signed))


def _is_open() -> Any:
    return col(RelayBatch.state).in_(OPEN)


def _mark(session: Session, rows: Iterable[RelayBatch], values: dict[str, object]) -> None:
    ids: Sequence[int | None] = [row.id for row in rows]
    # Only open ones: what another relay has ended meanwhile stays as it ended.
    session.exec(update(RelayBatch).where(col(RelayBatch.id).in_(ids), _is_open()).values(values))
