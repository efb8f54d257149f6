"""What is told twice must agree: by the fund that moved the money, and by the contract for which it did."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from endogene_token.errors import LedgerMismatchError
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.money_events import Echo
from endogene_token.indexer.projections.base import Route, expect, on

E = TypeVar("E", bound=Echo)


class Echoes:
    """Keeps what the fund (or the currency) told, until the contract that acted tells the same.

    They tell it in one transaction, one act after the other: at the end of a range nothing is left.
    """

    def __init__(self) -> None:
        self._told: deque[Echo] = deque()

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read nothing."""

    def routes(self) -> Iterable[Route]:
        """Follow all that is told of another contract's act."""
        return [on(kind, self._tell) for kind in Echo.__args__]

    def answer(self, place: str, *expected: Echo) -> None:
        """Take what was told of an act. Raises LedgerMismatchError unless it is what is expected."""
        for one in expected:
            expect(place, self.take(place, type(one)), one)

    def take(self, place: str, kind: type[E]) -> E:
        """Take the next of what was told. Raises LedgerMismatchError when it is of another kind."""
        told = self._told.popleft() if self._told else None
        if type(told) is not kind:
            raise LedgerMismatchError(place=place, actual=told, limit=kind.__name__)
        return told

    def write(self, _connection: Connection) -> None:
        """Write nothing. Raises LedgerMismatchError when something was told of an act that none tells."""
        expect("fund: unanswered", list(self._told), [])

    def _tell(self, _place: Place, event: Echo) -> None:
        self._told.append(event)
