"""The board."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.projections.base import Route, all_rows, known, on
from endogene_token.indexer.vote_events import DirectorSeated, DirectorUnseated
from endogene_token.indexer.vote_models import Director

TABLE = table_of(Director)


class Directors:
    """Who was ever seated; a new term replaces the one before."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._stored: set[int] = set()
        self._changed: set[int] = set()

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read every director: a board has some dozens over the years."""
        self._rows = {row.member: dict(row._mapping) for row in all_rows(connection, TABLE)}
        self._stored = set(self._rows)

    def routes(self) -> Iterable[Route]:
        """Follow the board."""
        return [on(DirectorSeated, self._seat), on(DirectorUnseated, self._unseat)]

    def write(self, connection: Connection) -> None:
        """Write each director that changed once."""
        insert(connection, TABLE, [self._rows[member] for member in sorted(self._changed - self._stored)])
        update(connection, TABLE, [self._rows[member] for member in sorted(self._changed & self._stored)])

    def _seat(self, _place: Place, event: DirectorSeated) -> None:
        self._rows[event.member] = {**event._asdict(), "seated": 1}
        self._changed.add(event.member)

    def _unseat(self, _place: Place, event: DirectorUnseated) -> None:
        known(self._rows.get(event.member), f"director {event.member}")["seated"] = 0
        self._changed.add(event.member)
