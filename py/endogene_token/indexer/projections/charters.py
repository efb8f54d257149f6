"""The by-laws of the vote, and who may decide what."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from endogene_token.chain.charter import Charter
from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.projections.base import Route, all_rows, expect, known, on
from endogene_token.indexer.vote_events import CharterPublished, PowerSet
from endogene_token.indexer.vote_models import CharterVersion, Power

TABLE = table_of(CharterVersion)
POWERS = table_of(Power)


class Charters:
    """The versions of the charter: a resolution is bound to the last one published before its notice."""

    def __init__(self) -> None:
        self.current = 0
        self._versions: dict[int, Charter] = {}
        self._new: list[dict[str, Any]] = []

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read every version: there are few."""
        for row in all_rows(connection, TABLE):
            self._versions[row.version] = msgspec.json.decode(row.content, type=Charter)
        self.current = max(self._versions, default=0)

    def routes(self) -> Iterable[Route]:
        """Follow the rulebook."""
        return [on(CharterPublished, self._publish)]

    def version(self, number: int) -> Charter:
        """Return a version. Raises LedgerMismatchError when none was published."""
        return known(self._versions.get(number), f"charter {number}")

    def write(self, connection: Connection) -> None:
        """Add the new versions."""
        insert(connection, TABLE, self._new)

    def _publish(self, place: Place, event: CharterPublished) -> None:
        expect("charter", event.version, self.current + 1)
        charter = Charter.read(event.charter)
        self.current = event.version
        self._versions[event.version] = charter
        row = {"version": event.version, "profile": int(charter.profile)}
        content = msgspec.json.encode(charter).decode()
        self._new.append({**row, "content": content, "block_number": place.block_number})


class Powers:
    """Which kind of resolution may call which function."""

    def __init__(self) -> None:
        self._stored: set[tuple[bytes, bytes]] = set()
        self._set: dict[tuple[bytes, bytes], dict[str, Any]] = {}

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read which powers were ever set: there are some dozens."""
        self._stored = {(row.target, row.selector) for row in all_rows(connection, POWERS)}

    def routes(self) -> Iterable[Route]:
        """Follow the rulebook."""
        return [on(PowerSet, self._change)]

    def write(self, connection: Connection) -> None:
        """Write each power that was set, as it was set last."""
        insert(connection, POWERS, [row for key, row in self._set.items() if key not in self._stored])
        update(connection, POWERS, [row for key, row in self._set.items() if key in self._stored])

    def _change(self, _place: Place, event: PowerSet) -> None:
        granted, kind, amount_word = event.power
        key = {"target": event.target, "selector": event.selector}
        power = {"granted": int(granted), "kind": kind, "amount_word": amount_word}
        self._set[event.target, event.selector] = {**key, **power}
