"""The versions of the rules of what goes out."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from endogene_token.chain.views import Pocket
from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import OutflowRulesPublished
from endogene_token.indexer.money_models import OutflowRulesVersion
from endogene_token.indexer.projections.base import Route, expect, known, on

TABLE = table_of(OutflowRulesVersion)


class OutflowRulesVersions:
    """They bind from their publication on: the last version says which pocket bears a loss."""

    def __init__(self) -> None:
        self._last: dict[str, Any] | None = None
        self._new: list[dict[str, Any]] = []

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read the last version."""
        row = connection.execute(select(TABLE).order_by(TABLE.c.version.desc()).limit(1)).one_or_none()
        self._last = None if row is None else dict(row._mapping)

    def routes(self) -> Iterable[Route]:
        """Follow the rulebook."""
        return [on(OutflowRulesPublished, self._publish)]

    def pocket(self, of: str) -> Pocket:
        """Return the pocket that the rules in force name: `debt_pocket` or `loan_pocket`."""
        return Pocket(known(self._last, "outflow rules")[of])

    def write(self, connection: Connection) -> None:
        """Add the new versions."""
        insert(connection, TABLE, self._new)

    def _publish(self, place: Place, event: OutflowRulesPublished) -> None:
        before = 0 if self._last is None else self._last["version"]
        expect("outflow rules", event.version, before + 1)
        self._last = {"version": event.version, **event.rules._asdict(), "block_number": place.block_number}
        self._new.append(self._last)
