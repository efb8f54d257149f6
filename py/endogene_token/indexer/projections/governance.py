"""Who governs, whether the fund is paused, and the roll's epoch."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import update
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.projections.base import Route, all_rows, expect, on
from endogene_token.indexer.vote_events import GovernorChanged, NoticeGiven, Paused, PauseSettled
from endogene_token.indexer.vote_models import Governance

TABLE = table_of(Governance)


class Governing:
    """One row. A notice closes the roll's epoch: what changes afterwards is of the next."""

    def __init__(self) -> None:
        self._row: dict[str, Any] = {"roll_epoch": 0}

    @property
    def epoch(self) -> int:
        """The roll's epoch that is open."""
        epoch: int = self._row["roll_epoch"]
        return epoch

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read the row."""
        [row] = all_rows(connection, TABLE)
        self._row = dict(row._mapping)

    def routes(self) -> Iterable[Route]:
        """Follow the register, the guardian and the notices."""
        return [
            on(GovernorChanged, lambda _place, event: self._row.update(governor=event.governor)),
            on(Paused, lambda _place, event: self._pause(event.until, 1)),
            on(PauseSettled, lambda _place, event: self._pause(event.until, 0)),
            on(NoticeGiven, self._close_epoch),
        ]

    def write(self, connection: Connection) -> None:
        """Write the row."""
        update(connection, TABLE, [self._row])

    def _pause(self, until: int, is_spent: int) -> None:
        self._row.update(paused_until=until, is_pause_spent=is_spent)

    def _close_epoch(self, _place: Place, event: NoticeGiven) -> None:
        expect(f"resolution {event.resolution}: roll", event.epoch, self.epoch)
        self._row["roll_epoch"] += 1
