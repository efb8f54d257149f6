"""What the actuary attests, and what the treasurer may pay, and pays, for operations."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import DueAttested, OperatingAllowed, OperatingPaid
from endogene_token.indexer.money_models import Attestation, OperatingAllowance, OperatingPayment
from endogene_token.indexer.projections.base import Route, on, origin
from endogene_token.indexer.projections.books import Books

ATTESTATIONS = table_of(Attestation)
ALLOWANCES = table_of(OperatingAllowance)
PAYMENTS = table_of(OperatingPayment)


class Operating:
    """A resolution allows, the treasurer pays within it; the actuary bounds both."""

    def __init__(self, books: Books) -> None:
        self._pockets = books.pockets
        self._attested: list[dict[str, Any]] = []
        self._allowed: list[dict[str, Any]] = []
        self._paid: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read nothing."""

    def routes(self) -> Iterable[Route]:
        """Follow the fund."""
        return [
            on(DueAttested, self._attest),
            on(OperatingAllowed, self._allow),
            on(OperatingPaid, self._pay),
        ]

    def write(self, connection: Connection) -> None:
        """Add what was attested, allowed and paid."""
        insert(connection, ATTESTATIONS, self._attested)
        insert(connection, ALLOWANCES, self._allowed)
        insert(connection, PAYMENTS, self._paid)

    def _attest(self, place: Place, event: DueAttested) -> None:
        self._attested.append({**event._asdict(), **origin(place)})

    def _allow(self, place: Place, event: OperatingAllowed) -> None:
        self._pockets.move(operating_allowed=event.amount)
        self._allowed.append({**event._asdict(), **origin(place)})

    def _pay(self, place: Place, event: OperatingPaid) -> None:
        amount = event.amount
        self._pockets.move(cash=-amount, operations=-amount, operating_allowed=-amount)
        self._paid.append({**event._asdict(), **origin(place)})
