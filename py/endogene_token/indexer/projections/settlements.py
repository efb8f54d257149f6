"""The merchants' payments."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place, PremiumsSettled
from endogene_token.indexer.models import Settlement, table_of
from endogene_token.indexer.projections.base import Route, expect, on
from endogene_token.indexer.projections.books import Books

TABLE = table_of(Settlement)


class Settlements:
    """Real money for premiums; what is not owed stays to the merchant's credit."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._new: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read nothing."""

    def routes(self) -> Iterable[Route]:
        """Follow the payments."""
        return [on(PremiumsSettled, self._settle)]

    def write(self, connection: Connection) -> None:
        """Add the payments."""
        insert(connection, TABLE, self._new)

    def _settle(self, place: Place, event: PremiumsSettled) -> None:
        prepaid = self._books.merchants.receive(event.merchant, event.amount)
        expect(f"settlement 0x{event.bank_reference.hex()}", event.prepaid, prepaid)
        self._books.pockets.receive(event.amount, prepaid)
        position = {"block_number": place.block_number, "log_index": place.log_index}
        origin = {"block_time": place.block_time, "transaction_hash": place.transaction_hash}
        self._new.append({**event._asdict(), **position, **origin})
