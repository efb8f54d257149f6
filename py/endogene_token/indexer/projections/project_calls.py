"""The calls for projects, the list of issues that they name, and what each has awarded."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.project_events import CallOpened, IssuesPublished
from endogene_token.indexer.project_models import IssueList, ProjectCall
from endogene_token.indexer.projections.base import Route, expect, on, origin
from endogene_token.indexer.projections.rows import Rows


class ProjectCalls:
    """Their numbers have no hole; what a call awards never passes its budget."""

    def __init__(self) -> None:
        self._lists = Rows(table_of(IssueList))
        self._calls = Rows(table_of(ProjectCall))
        self._last_list = 0

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read every call: a community opens some a year."""
        self._last_list = self._lists.last(connection)
        self._calls.load_all(connection)

    def routes(self) -> Iterable[Route]:
        """Follow the book."""
        return [on(IssuesPublished, self._publish), on(CallOpened, self._open)]

    def attestor(self, call: int) -> int:
        """Return the member who attests the facts of a call's dossiers."""
        attestor: int = self._calls.look(call)["attestor"]
        return attestor

    def award(self, call: int, amount: int) -> None:
        """Count an award of `amount` (minor units). Raises LedgerMismatchError past the budget."""
        row = self._calls.change(call)
        row["awarded"] += amount
        expect(f"call {call}: within its budget", row["awarded"] <= row["budget"], True)

    def write(self, connection: Connection) -> None:
        """Write each call that changed once; add the lists."""
        self._lists.write(connection)
        self._calls.write(connection)

    def _publish(self, place: Place, event: IssuesPublished) -> None:
        self._last_list += 1
        said: dict[str, Any] = {"issues": event.count, "text_hash": event.text}
        self._lists.add(version=self._last_list, **said, block_number=place.block_number)

    def _open(self, place: Place, event: CallOpened) -> None:
        expect(f"call {event.call}", event.call, len(self._calls) + 1)
        terms = event.terms._asdict()
        self._calls.add(number=event.call, text_hash=terms.pop("text"), **terms, **origin(place))
