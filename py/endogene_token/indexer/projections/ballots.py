"""The ballots that count, one a member and resolution, and the calls that took sealed ones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.projections.base import Route, expect, known, on, parts
from endogene_token.indexer.projections.colleges import Colleges
from endogene_token.indexer.projections.resolutions import Resolutions
from endogene_token.indexer.vote_events import (
    BallotEvent,
    BallotsCast,
    BallotsOpened,
    InterestDeclared,
    SealedBallotsCast,
    Word,
    words,
)
from endogene_token.indexer.vote_models import Ballot, SealedBatch
from endogene_token.outcome import SEALED

TABLE = table_of(Ballot)
BATCHES = table_of(SealedBatch)
NOT_SEALED = 0

Key = tuple[int, int]
"""A resolution and a member."""


class Ballots:
    """A later ballot replaces the one before; opening gives a sealed one its choice."""

    def __init__(self, resolutions: Resolutions, colleges: Colleges) -> None:
        self._resolutions = resolutions
        self._colleges = colleges
        self._rows: dict[Key, dict[str, Any]] = {}
        self._stored: set[Key] = set()
        self._changed: set[Key] = set()
        self._withdrawn: set[Key] = set()
        self._batches: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the ballots that the events replace, open or withdraw."""
        named: defaultdict[int, set[int]] = defaultdict(set)
        for event in events:
            if isinstance(event, BallotEvent):
                named[event.resolution].update(word.member for word in words(event.ballots))
            elif isinstance(event, InterestDeclared):
                named[event.resolution].add(event.member)
        for resolution, members in named.items():
            for some in parts(sorted(members)):
                wanted = and_(TABLE.c.resolution == resolution, TABLE.c.member.in_(some))
                for row in connection.execute(select(TABLE).where(wanted)):
                    self._rows[resolution, row.member] = dict(row._mapping)
        self._stored = set(self._rows)

    def routes(self) -> Iterable[Route]:
        """Follow the assembly."""
        return [
            on(BallotsCast, self._cast),
            on(SealedBallotsCast, self._cast_sealed),
            on(BallotsOpened, self._open),
            on(InterestDeclared, self._withdraw),
        ]

    def write(self, connection: Connection) -> None:
        """Write each ballot that changed once; take away those of directors who left."""
        for resolution, member in sorted(self._withdrawn):
            same = and_(TABLE.c.resolution == resolution, TABLE.c.member == member)
            connection.execute(TABLE.delete().where(same))
        insert(connection, TABLE, [self._rows[key] for key in sorted(self._changed - self._stored)])
        update(connection, TABLE, [self._rows[key] for key in sorted(self._changed & self._stored)])
        insert(connection, BATCHES, self._batches)

    def _cast(self, place: Place, event: BallotsCast) -> None:
        for word in words(event.ballots):
            self._take(place, event.resolution, word, NOT_SEALED)

    def _cast_sealed(self, place: Place, event: SealedBallotsCast) -> None:
        for word in words(event.ballots):
            self._take(place, event.resolution, word, event.batch)
        batch = {"resolution": event.resolution, "batch": event.batch}
        self._batches.append({**batch, "words": event.ballots, "commitments": event.commitments})

    def _take(self, place: Place, resolution: int, word: Word, batch: int) -> None:
        key = (resolution, word.member)
        before = self._rows.get(key)
        if before is None:
            category = self._colleges.at_roll_call(word.member, self._resolutions.epoch(resolution))
            self._resolutions.move(resolution, category, None, word.choice)
        else:
            category = before["category"]
            expect(_label(*key), word.sequence > before["sequence"], limit=True)
            self._resolutions.move(resolution, category, before["choice"], word.choice)
        said = {"category": category, "sequence": word.sequence, "choice": word.choice, "batch": batch}
        origin = {"block_number": place.block_number, "transaction_hash": place.transaction_hash}
        self._rows[key] = {"resolution": resolution, "member": word.member, **said, **origin}
        self._changed.add(key)

    def _open(self, _place: Place, event: BallotsOpened) -> None:
        for word in words(event.ballots):
            key = (event.resolution, word.member)
            row = known(self._rows.get(key), _label(*key))
            sealed = (row["batch"], row["sequence"], row["choice"])
            expect(_label(*key), (event.batch, word.sequence, SEALED), sealed)
            self._resolutions.move(event.resolution, row["category"], SEALED, word.choice)
            row["choice"] = word.choice
            self._changed.add(key)

    def _withdraw(self, _place: Place, event: InterestDeclared) -> None:
        key = (event.resolution, event.member)
        row = self._rows.pop(key, None)
        if row is None:
            return
        self._resolutions.move(event.resolution, row["category"], row["choice"], None)
        self._changed.discard(key)
        if key in self._stored:
            self._stored.remove(key)
            self._withdrawn.add(key)


def _label(resolution: int, member: int) -> str:
    return f"resolution {resolution}: ballot {member}"
