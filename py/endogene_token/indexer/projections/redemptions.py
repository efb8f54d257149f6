"""Credits paid back: requested, attested, approved, paid in instalments, or dropped."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import (
    RedemptionApproved,
    RedemptionAttested,
    RedemptionBacked,
    RedemptionCompleted,
    RedemptionDropped,
    RedemptionEvent,
    RedemptionInstalment,
    RedemptionPaid,
    RedemptionReleased,
    RedemptionRequested,
)
from endogene_token.indexer.money_models import Redemption, RedemptionPayment
from endogene_token.indexer.projections.base import Route, expect, expect_any, on, origin
from endogene_token.indexer.projections.echoes import Echoes
from endogene_token.indexer.projections.rows import Rows
from endogene_token.projects import RedemptionState as State

PAYMENTS = table_of(RedemptionPayment)
OPEN = (State.REQUESTED, State.ATTESTED, State.APPROVED)


class Redemptions:
    """Nothing is paid twice, and nothing that two officers have not seen."""

    def __init__(self, echoes: Echoes) -> None:
        self._echoes = echoes
        self._rows = Rows(table_of(Redemption))
        self._last = 0
        self._paid: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the redemptions that the events name, and the number of the last."""
        self._last = self._rows.last(connection)
        moved = {event.redemption for event in events if isinstance(event, RedemptionEvent)}
        self._rows.load(connection, "number", moved)

    def routes(self) -> Iterable[Route]:
        """Follow the desk."""
        return [
            on(RedemptionRequested, self._request),
            on(RedemptionAttested, self._attest),
            on(RedemptionApproved, self._approve),
            on(RedemptionInstalment, self._pay),
            on(RedemptionCompleted, self._complete),
            on(RedemptionDropped, self._drop),
        ]

    def write(self, connection: Connection) -> None:
        """Write each redemption that changed once; add the instalments."""
        self._rows.write(connection)
        insert(connection, PAYMENTS, self._paid)

    def _row(self, event: RedemptionEvent, *states: State) -> dict[str, Any]:
        row = self._rows.change(event.redemption)
        expect_any(f"{_label(event)}: state", row["state"], *states)
        return row

    def _request(self, place: Place, event: RedemptionRequested) -> None:
        expect(_label(event), event.redemption, self._last + 1)
        self._last = event.redemption
        said = event._asdict()
        self._rows.add(number=said.pop("redemption"), state=int(State.REQUESTED), **said, **origin(place))

    def _attest(self, place: Place, event: RedemptionAttested) -> None:
        seen = {"attestor": event.attestor, "evidence": event.evidence, "attested_at": place.block_time}
        self._row(event, State.REQUESTED).update(state=int(State.ATTESTED), **seen)

    def _approve(self, place: Place, event: RedemptionApproved) -> None:
        row = self._row(event, State.ATTESTED)
        expect(f"{_label(event)}: a second officer", event.approver != row["attestor"], True)
        self._echoes.answer(_label(event), RedemptionBacked(row["amount"]))
        seen = {"approver": event.approver, "approved_at": place.block_time}
        row.update(state=int(State.APPROVED), **seen)

    def _pay(self, place: Place, event: RedemptionInstalment) -> None:
        row, label = self._row(event, State.APPROVED), _label(event)
        paid = RedemptionPaid(row["member"], event.amount, event.bank_reference)
        self._echoes.answer(label, paid)
        row["paid"] += event.amount
        expect(f"{label}: paid", row["paid"] <= row["amount"], True)
        self._paid.append({**event._asdict(), **origin(place)})

    def _complete(self, place: Place, event: RedemptionCompleted) -> None:
        row = self._row(event, State.APPROVED)
        expect(f"{_label(event)}: paid", row["paid"], row["amount"])
        row.update(state=int(State.PAID), closed_at=place.block_time)

    def _drop(self, place: Place, event: RedemptionDropped) -> None:
        row, label = self._row(event, *OPEN), _label(event)
        expect(f"{label}: unpaid", event.unpaid, row["amount"] - row["paid"])
        if row["state"] == State.APPROVED:
            self._echoes.answer(label, RedemptionReleased(event.unpaid))
        row.update(state=int(State.DROPPED), closed_at=place.block_time)


def _label(event: RedemptionEvent) -> str:
    return f"redemption {event.redemption}"
