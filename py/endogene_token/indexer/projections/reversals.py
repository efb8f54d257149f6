"""The refunds, and why an item was refused."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place, PurchaseRefused, PurchaseReversed, ReversalRefused
from endogene_token.indexer.models import Refusal, Reversal, table_of
from endogene_token.indexer.projections.base import Route, expect, on
from endogene_token.indexer.projections.books import Books
from endogene_token.indexer.projections.pockets import NOTHING, Moved
from endogene_token.indexer.projections.purchases import TOTALS, Item, Purchases
from endogene_token.money import Split, undo

TABLE = table_of(Reversal)
REFUSALS = table_of(Refusal)


class Refusals:
    """The value and the limit of each refused item, be it a purchase or a reversal."""

    def __init__(self) -> None:
        self._new: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read nothing."""

    def routes(self) -> Iterable[Route]:
        """Follow both kinds."""
        return [on(PurchaseRefused, self._refuse), on(ReversalRefused, self._refuse)]

    def write(self, connection: Connection) -> None:
        """Add the refusals."""
        insert(connection, REFUSALS, self._new)

    def _refuse(self, _place: Place, event: PurchaseRefused | ReversalRefused) -> None:
        values = {"reason": event.reason, "actual": str(event.actual), "limit": str(event.limit)}
        self._new.append({"till": event.till, "sequence": event.sequence, **values})


class Reversals:
    """A reversal undoes what its purchase did, by the rate of that day and the split of that batch."""

    def __init__(self, books: Books, purchases: Purchases) -> None:
        self._books = books
        self._purchases = purchases
        self._new: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read nothing: the purchases read theirs."""

    def routes(self) -> Iterable[Route]:
        """Follow the refunds, recorded and refused."""
        return [on(PurchaseReversed, self._reverse), on(ReversalRefused, self._refuse)]

    def write(self, connection: Connection) -> None:
        """Add the refunds."""
        insert(connection, TABLE, self._new)

    def _reverse(self, place: Place, event: PurchaseReversed) -> None:
        label, signed = f"reversal {event.till}-{event.sequence}", event.reversal
        merchant = self._books.tills.take(event.till, event.sequence, 1)
        item = self._purchases.item(signed.purchase_till, signed.purchase_batch, signed.purchase_sequence)
        expect(label, event.member, item.member)
        moved = self._undone(item, merchant, signed.amount)
        expect(label, Moved(*TOTALS.unpack(event.undone)), moved)
        self._purchases.reverse(signed.purchase_till, signed.purchase_sequence, item.reversed + signed.amount)
        self._books.pockets.undo(moved, self._books.merchants.undo(merchant, moved.premium))
        self._books.members.credited[item.member] -= moved.credit
        self._add(place, event, merchant, moved, member=event.member, reason=0)

    def _undone(self, item: Item, merchant: int, amount: int) -> Moved:
        rules = self._books.rules.version(item.rules_version)
        left = item.amount - item.reversed
        undone = undo(
            left,
            left - amount,
            self._books.merchants.rates(merchant)[item.day],
            Split(rules.operations_bps, rules.reserve_bps),
            anonymous=item.member == 0,
        )
        return Moved(undone.premium, undone.credit, undone.operations, undone.reserve)

    def _refuse(self, place: Place, event: ReversalRefused) -> None:
        merchant = self._books.tills.take(event.till, event.sequence, 1)
        self._add(place, event, merchant, NOTHING, member=0, reason=event.reason)

    def _add(
        self,
        place: Place,
        event: PurchaseReversed | ReversalRefused,
        merchant: int,
        moved: Moved,
        *,
        member: int,
        reason: int,
    ) -> None:
        key = {"till": event.till, "sequence": event.sequence, "merchant": merchant, "member": member}
        origin = {"block_number": place.block_number, "block_time": place.block_time}
        self._new.append(
            {**key, **event.reversal._asdict(), **moved._asdict(), "reason": reason}
            | {**origin, "transaction_hash": place.transaction_hash}
        )
