"""The queue of ballots, openings and texts between the API and the chain.

A ballot is known by its resolution, member and sequence. Sent again it is the same; another content under the
same sequence is refused, unless the one before it was: a refused ballot gives its sequence back.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select, update

from endogene_token import crash
from endogene_token.ballots import Opening, SealedBallot, normal_text, text_hash
from endogene_token.chain.resolutions import SignedBallot
from endogene_token.errors import BallotRefusedError, BallotTakenError, EndogeneError
from endogene_token.reasons import BallotRefusal
from endogene_token.relay.models import write_reason
from endogene_token.relay.vote_models import RelayBallot, RelayOpening, RelayText, VoteState
from endogene_token.store import writing

INSERT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

Noted = Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a member's ballot of one sequence: counted in a transaction, or refused."""

    member: int
    sequence: int
    transaction: bytes | None = None
    refusal: EndogeneError | None = None


def keep_text(session: Session, text: str) -> bool:
    """Keep a text for good, under its hash; return whether it is new. Raises TextError."""
    insert = INSERT[session.get_bind().dialect.name](RelayText)
    values = insert.values(hash=text_hash(text), text=normal_text(text))
    written = session.execute(values.on_conflict_do_nothing().returning(col(RelayText.hash)))
    crash.point("texts.kept")
    return written.first() is not None


def accept(
    engine: Engine, signed: SignedBallot, sealed_opening: bytes | None = None, noted: Noted | None = None
) -> str:
    """Put a ballot into the queue for good, and return its state: that of the one already there, if any.

    `noted` writes what is kept with the ballot or not at all. Raises BallotTakenError; nothing has changed
    then.
    """
    with writing(engine) as connection, Session(connection) as session:
        if noted is not None:
            noted(session)
        state = enqueue(session, signed, sealed_opening)
        crash.point("ballots.enqueued")
    crash.point("ballots.accepted")
    return state


def enqueue(session: Session, signed: SignedBallot, sealed_opening: bytes | None = None) -> str:
    """Put a ballot into the queue, without committing; return its state. Raises BallotTakenError."""
    ballot = signed.ballot
    is_sealed = isinstance(ballot, SealedBallot)
    content: dict[str, object] = {
        "choice": 0 if isinstance(ballot, SealedBallot) else int(ballot.choice),
        "commitment": ballot.commitment if isinstance(ballot, SealedBallot) else None,
    }
    fresh = {
        **content,
        "signature": signed.signature,
        "sealed_opening": sealed_opening if is_sealed else None,
        "state": VoteState.QUEUED,
        "reason": None,
        "transaction": None,
        "received_at": int(time.time()),
    }
    place = {name: getattr(ballot, name) for name in ("resolution", "member", "sequence")}
    insert = INSERT[session.get_bind().dialect.name](RelayBallot).values(**place, **fresh)
    # Written before anything is read: two servers never decide on the same old view of the queue.
    session.execute(
        insert.on_conflict_do_update(
            index_elements=list(place), set_=fresh, where=col(RelayBallot.state) == VoteState.REFUSED
        )
    )
    row = session.get_one(RelayBallot, tuple(place.values()))
    if any(getattr(row, name) != value for name, value in content.items()):
        raise BallotTakenError(actual=ballot.sequence, member=ballot.member)
    return row.state


def newest(session: Session, resolution: int, member: int) -> RelayBallot | None:
    """Return the ballot of the highest sequence that the member sent, whatever became of it, or None."""
    query = select(RelayBallot).where(RelayBallot.resolution == resolution, RelayBallot.member == member)
    return session.exec(query.order_by(col(RelayBallot.sequence).desc()).limit(1)).first()


def unrefused(session: Session, resolution: int, member: int) -> RelayBallot | None:
    """Return the ballot of the highest sequence among those that count or are on their way, or None."""
    own = (RelayBallot.resolution == resolution, RelayBallot.member == member)
    query = select(RelayBallot).where(*own, RelayBallot.state != VoteState.REFUSED)
    return session.exec(query.order_by(col(RelayBallot.sequence).desc()).limit(1)).first()


def find(session: Session, resolution: int, member: int, sequence: int) -> RelayBallot | None:
    """Return the ballot of this sequence, or None."""
    return session.get(RelayBallot, (resolution, member, sequence))


def sealed_openings(session: Session, resolution: int) -> list[RelayBallot]:
    """Return of each member the last ballot that was counted, where something was sealed with it."""
    rows = session.exec(
        select(RelayBallot)
        .where(RelayBallot.resolution == resolution, RelayBallot.state == VoteState.DONE)
        .order_by(col(RelayBallot.member), col(RelayBallot.sequence))
    )
    last = {row.member: row for row in rows}
    return [row for row in last.values() if row.sealed_opening is not None]


def resolutions_waiting(session: Session) -> list[int]:
    """Return the resolutions that have queued ballots."""
    query = select(RelayBallot.resolution).where(RelayBallot.state == VoteState.QUEUED).distinct()
    return sorted(session.exec(query))


def waiting(session: Session, resolution: int, limit: int) -> list[RelayBallot]:
    """Return the queued ballots of the `limit` lowest members who have any, each of the highest sequence."""
    queued = (RelayBallot.resolution == resolution, RelayBallot.state == VoteState.QUEUED)
    highest = (
        select(RelayBallot.member, func.max(RelayBallot.sequence).label("sequence"))
        .where(*queued)
        .group_by(col(RelayBallot.member))
        .order_by(col(RelayBallot.member))
        .limit(limit)
        .subquery()
    )
    query = select(RelayBallot).join(
        highest,
        (col(RelayBallot.member) == highest.c.member) & (col(RelayBallot.sequence) == highest.c.sequence),
    )
    return list(session.exec(query.where(*queued).order_by(col(RelayBallot.member))))


def mark(session: Session, resolution: int, fates: Iterable[Fate]) -> int:
    """Write what became of queued ballots; a counted one makes stale what its member sent before it.

    Return how many ended: what another relay has ended meanwhile stays as it ended.
    """
    ended = 0
    for fate in fates:
        values: dict[str, object] = {"state": VoteState.DONE, "transaction": fate.transaction}
        if fate.refusal is not None:
            values = {"state": VoteState.REFUSED, "reason": write_reason(fate.refusal)}
        own = (
            col(RelayBallot.resolution) == resolution,
            col(RelayBallot.member) == fate.member,
            col(RelayBallot.state) == VoteState.QUEUED,
        )
        this = update(RelayBallot).where(*own, col(RelayBallot.sequence) == fate.sequence)
        ended += session.exec(this.values(values)).rowcount
        if fate.refusal is None:
            before = update(RelayBallot).where(*own, col(RelayBallot.sequence) < fate.sequence)
            session.exec(before.values({"state": VoteState.REFUSED, "reason": write_reason(stale())}))
    return ended


def stale() -> BallotRefusedError:
    """Return why a ballot does not count whose sequence is not above the one that stands."""
    return refused(BallotRefusal.STALE_SEQUENCE)


def refused(reason: int) -> BallotRefusedError:
    """Return the refusal that an event of the contract tells."""
    known = reason in set(BallotRefusal)
    return BallotRefusedError(actual=BallotRefusal(reason).code if known else f"reason-{reason}")


def keep_opening(engine: Engine, resolution: int, member: int, opening: Opening) -> str:
    """Queue what opens a sealed ballot, for good; return its state. The caller has checked that it fits."""
    place = {"resolution": resolution, "member": member}
    fresh = {
        "choice": int(opening.choice),
        "salt": opening.salt,
        "state": VoteState.QUEUED,
        "received_at": int(time.time()),
    }
    with writing(engine) as connection, Session(connection) as session:
        insert = INSERT[session.get_bind().dialect.name](RelayOpening).values(**place, **fresh)
        # Another opening that fits is one of a later ballot, or of a chain that was rewritten.
        changed = or_(col(RelayOpening.state) == VoteState.REFUSED, col(RelayOpening.salt) != opening.salt)
        insert = insert.on_conflict_do_update(index_elements=list(place), set_=fresh, where=changed)
        session.execute(insert)
        state = session.get_one(RelayOpening, (resolution, member)).state
        crash.point("openings.enqueued")
    return state


def openings_waiting(session: Session) -> list[int]:
    """Return the resolutions that have queued openings."""
    query = select(RelayOpening.resolution).where(RelayOpening.state == VoteState.QUEUED).distinct()
    return sorted(session.exec(query))


def openings(session: Session, resolution: int, limit: int) -> list[RelayOpening]:
    """Return the queued openings of the `limit` lowest members of a resolution."""
    query = select(RelayOpening).where(
        RelayOpening.resolution == resolution, RelayOpening.state == VoteState.QUEUED
    )
    return list(session.exec(query.order_by(col(RelayOpening.member)).limit(limit)))


def mark_openings(session: Session, resolution: int, members: Sequence[int], state: VoteState) -> int:
    """End the queued openings of these members; return how many."""
    query = update(RelayOpening).where(
        col(RelayOpening.resolution) == resolution,
        col(RelayOpening.member).in_(members),
        col(RelayOpening.state) == VoteState.QUEUED,
    )
    return session.exec(query.values(state=state)).rowcount
