"""The versions of the rulebook."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection

from endogene_token.chain.deployment import Rules
from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place, RulesPublished
from endogene_token.indexer.models import RulesVersion, table_of
from endogene_token.indexer.projections.base import Route, all_rows, expect, known, on

TABLE = table_of(RulesVersion)


class RulesVersions:
    """What a batch is recorded under: the last version published before it."""

    def __init__(self) -> None:
        self.current = 0
        self._versions: dict[int, Rules] = {}
        self._new: list[dict[str, int]] = []

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read every version: there are few."""
        for row in all_rows(connection, TABLE):
            values: Sequence[int] = row[1:-1]
            self._versions[row.version] = Rules(*values)
        self.current = max(self._versions, default=0)

    def routes(self) -> Iterable[Route]:
        """Follow the rulebook."""
        return [on(RulesPublished, self._publish)]

    def version(self, number: int) -> Rules:
        """Return a version. Raises LedgerMismatchError when none was published."""
        return known(self._versions.get(number), f"rules {number}")

    def write(self, connection: Connection) -> None:
        """Add the new versions."""
        insert(connection, TABLE, self._new)

    def _publish(self, place: Place, event: RulesPublished) -> None:
        expect("rules", event.version, self.current + 1)
        self.current = event.version
        self._versions[event.version] = event.rules
        self._new.append(
            {"version": event.version, **asdict(event.rules), "block_number": place.block_number}
        )
