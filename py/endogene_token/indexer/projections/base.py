"""What every projection is: it reads what a range of events will need, follows the events, writes its rows.

Between reading and writing it speaks to no database: a range is a computation, and its rows follow from the
events alone, wherever the ranges were cut.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection, Row, Table, select

from endogene_token.errors import LedgerMismatchError
from endogene_token.indexer.events import Event, Place

E = TypeVar("E")
V = TypeVar("V")

MEMBERS_PER_QUERY: Final = 5_000  # SQLite takes 32,766 values in one statement
DAY_SECONDS: Final = 86_400

Handler = Callable[[Place, Any], None]
Route = tuple[type[Any], Handler]


class Projection(Protocol):
    """One noun of the read model."""

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read what `events` will need."""

    def routes(self) -> Iterable[Route]:
        """Return which events it follows, and how."""

    def write(self, connection: Connection) -> None:
        """Write what the events changed."""


def on(kind: type[E], handler: Callable[[Place, E], None]) -> Route:
    """Return the route of an event to its handler."""
    return kind, handler


def known(found: V | None, place: str) -> V:
    """Return `found`; raise LedgerMismatchError when an event names what was never announced."""
    if found is None:
        raise LedgerMismatchError(place=place, actual=place, limit="∅")
    return found


def expect(place: str, actual: object, limit: object) -> None:
    """Raise LedgerMismatchError unless what the chain says (`actual`) is what its rules give (`limit`)."""
    if actual != limit:
        raise LedgerMismatchError(place=place, actual=actual, limit=limit)


def expect_any(place: str, actual: object, *limits: object) -> None:
    """Raise LedgerMismatchError unless what the chain says is one of `limits`."""
    if actual not in limits:
        raise LedgerMismatchError(place=place, actual=actual, limit=" | ".join(map(str, limits)))


def origin(place: Place) -> dict[str, Any]:
    """Return where a row comes from: the block, the log in it, its time and its transaction."""
    told = place._asdict()
    del told["block_hash"]
    return told


def all_rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """Yield every row of a table."""
    yield from connection.execute(select(table))


def parts(values: Sequence[V]) -> Iterator[Sequence[V]]:
    """Yield `values` in parts that a statement can name."""
    for start in range(0, len(values), MEMBERS_PER_QUERY):
        yield values[start : start + MEMBERS_PER_QUERY]
