"""The tills and their next sequences."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import Event, Place, TillEnrolled, TillRevoked
from endogene_token.indexer.models import Till, table_of
from endogene_token.indexer.projections.base import Route, all_rows, expect, known, on

TABLE = table_of(Till)


class Tills:
    """Every sequence of every till is recorded once, without a hole."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._new: set[int] = set()
        self._changed: set[int] = set()

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read every till: a merchant has a few."""
        self._rows = {row.number: dict(row._mapping) for row in all_rows(connection, TABLE)}

    def routes(self) -> Iterable[Route]:
        """Follow the register."""
        return [on(TillEnrolled, self._enrol), on(TillRevoked, self._revoke)]

    def take(self, number: int, first: int, count: int) -> int:
        """Take the till's next `count` sequences; return its merchant.

        Raises LedgerMismatchError unless `first` is the next: then a log is missing or came twice.
        """
        row = self._change(number)
        expect(f"till {number}", first, row["next_sequence"])
        row["next_sequence"] += count
        merchant: int = row["merchant"]
        return merchant

    def write(self, connection: Connection) -> None:
        """Write each till that changed once."""
        insert(connection, TABLE, [self._rows[number] for number in sorted(self._new)])
        update(connection, TABLE, [self._rows[number] for number in sorted(self._changed - self._new)])

    def _change(self, number: int) -> dict[str, Any]:
        self._changed.add(number)
        return known(self._rows.get(number), f"till {number}")

    def _enrol(self, _place: Place, event: TillEnrolled) -> None:
        row = {"merchant": event.merchant, "key": event.key, "revoked": 0, "next_sequence": 1}
        self._rows[event.till] = {"number": event.till, **row}
        self._new.add(event.till)

    def _revoke(self, _place: Place, event: TillRevoked) -> None:
        self._change(event.till)["revoked"] = 1
