"""The recorded batches and their purchases."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from struct import Struct
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, or_, select

from endogene_token.indexer.bulk import RecordedRow, insert, update
from endogene_token.indexer.events import (
    Event,
    Place,
    PurchaseRefused,
    PurchaseReversed,
    PurchasesRecorded,
)
from endogene_token.indexer.models import Batch, Purchase, table_of
from endogene_token.indexer.projections.base import Route, expect, known, on
from endogene_token.indexer.projections.books import Books
from endogene_token.indexer.projections.pockets import Moved
from endogene_token.money import BASIS_POINTS

TABLE = table_of(Purchase)
BATCHES = table_of(Batch)
ITEM: Final = Struct(">16sQII")
TOTALS: Final = Struct(">QQQQ")
KEYS_PER_QUERY: Final = 100
NOBODY: Final = 0

Key = tuple[int, int]
"""A till and a sequence."""


class Item(NamedTuple):
    """What a reversal needs of its purchase; `reversed` counts what earlier refunds took back."""

    member: int
    day: int
    amount: int
    reversed: int
    rules_version: int


class Purchases:
    """A batch moves what its items bring by the rate of each one's day and the split of its rules.

    The same is computed here and compared with the totals that the chain tells.
    """

    def __init__(self, books: Books, write_rows: Callable[[Sequence[RecordedRow]], None]) -> None:
        self._books = books
        self._write_rows = write_rows
        self._refused: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._stored: dict[Key, Item] = {}
        self._recorded: dict[Key, tuple[bytes, int]] = {}
        self._reversed: dict[Key, int] = {}
        self._batches: list[dict[str, Any]] = []
        self._refused_rows: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the purchases that the events reverse; note which items they refuse."""
        for event in events:
            if isinstance(event, PurchaseRefused):
                self._refused[event.till][event.sequence] = event.reason
        reversals = [event.reversal for event in events if isinstance(event, PurchaseReversed)]
        keys = sorted({(one.purchase_till, one.purchase_sequence) for one in reversals})
        for start in range(0, len(keys), KEYS_PER_QUERY):
            self._stored |= _stored(connection, keys[start : start + KEYS_PER_QUERY])

    def routes(self) -> Iterable[Route]:
        """Follow the batches. What each refusal tells is noted before, since it comes after its batch."""
        return [on(PurchasesRecorded, self._record)]

    def item(self, till: int, batch: int, sequence: int) -> Item:
        """Return a recorded purchase. Raises LedgerMismatchError when there is none."""
        key = (till, sequence)
        recorded = self._recorded.get((till, batch))
        if recorded is None:
            item = known(self._stored.get(key), f"purchase {till}-{sequence}")
        else:
            items, version = recorded
            _, amount, member, day = ITEM.unpack_from(items, (sequence - batch) * ITEM.size)
            item = Item(member, day, amount, 0, version)
        return item._replace(reversed=self._reversed.get(key, item.reversed))

    def reverse(self, till: int, sequence: int, reversed_amount: int) -> None:
        """Note how much of a purchase refunds have taken back in all."""
        self._reversed[till, sequence] = reversed_amount

    def write(self, connection: Connection) -> None:
        """Add the batches and write what was reversed; the purchases' rows are written as they come."""
        insert(connection, BATCHES, self._batches)
        insert(connection, TABLE, self._refused_rows)
        reversed_ = [(*key, amount) for key, amount in sorted(self._reversed.items())]
        names = ("till", "sequence", "reversed")
        update(connection, TABLE, [dict(zip(names, row, strict=True)) for row in reversed_])

    def _record(self, place: Place, event: PurchasesRecorded) -> None:
        label = f"batch {event.till}-{event.first_sequence}"
        expect(label, event.merchant, self._books.tills.take(event.till, event.first_sequence, event.size))
        version = self._books.rules.current
        moved = self._take_items(event, self._refused.get(event.till, {}))
        expect(label, Moved(*TOTALS.unpack(event.totals)), moved)
        self._books.pockets.accrue(moved, self._books.merchants.accrue(event.merchant, moved.premium))
        self._recorded[event.till, event.first_sequence] = (event.items, version)
        sums = dict(zip(("premiums", "credits", "operations", "reserve"), moved, strict=True))
        self._batches.append(
            {"till": event.till, "first_sequence": event.first_sequence, "merchant": event.merchant}
            | {"size": event.size, "rules_version": version, **sums, "block_number": place.block_number}
            | {"block_time": place.block_time, "transaction_hash": place.transaction_hash}
        )

    def _take_items(self, event: PurchasesRecorded, refused: Mapping[int, int]) -> Moved:
        """Write a row for each item and credit its member; return what they move together.

        Every purchase passes this loop, so it does by itself what money.shares says; a test compares both.
        """
        till, batch, merchant = event.till, event.first_sequence, event.merchant
        rates, credited = self._books.merchants.rates(merchant), self._books.members.credited
        rules = self._books.rules.version(self._books.rules.current)
        operations_bps, kept_bps = rules.operations_bps, rules.operations_bps + rules.reserve_bps
        premiums = credits_ = operations_sum = 0
        rows: list[RecordedRow] = []
        add = rows.append
        for sequence, (commitment, amount, member, day) in enumerate(ITEM.iter_unpack(event.items), batch):
            if refused and sequence in refused:
                self._refuse(event, sequence, refused[sequence])
                continue
            premium = (amount * rates[day] + BASIS_POINTS // 2) // BASIS_POINTS
            credit = operations = 0
            if member != NOBODY:
                kept = premium * kept_bps // BASIS_POINTS
                operations = kept * operations_bps // kept_bps if kept else 0
                credit = premium - kept
                credited[member] += credit
                credits_ += credit
                operations_sum += operations
            premiums += premium
            reserve = premium - credit - operations
            # fmt: off
            add((till, sequence, batch, merchant, member, day,
                 amount, premium, credit, operations, reserve, commitment))
            # fmt: on
        self._write_rows(rows)
        return Moved(premiums, credits_, operations_sum, premiums - credits_ - operations_sum)

    def _refuse(self, event: PurchasesRecorded, sequence: int, reason: int) -> None:
        commitment, amount, member, day = ITEM.unpack_from(
            event.items, (sequence - event.first_sequence) * ITEM.size
        )
        key = {"till": event.till, "sequence": sequence, "batch": event.first_sequence}
        item = {"merchant": event.merchant, "member": member, "day": day, "amount": amount}
        nothing = dict.fromkeys(("premium", "credit", "operations", "reserve", "reversed"), 0)
        self._refused_rows.append({**key, **item, **nothing, "reason": reason, "commitment": commitment})


def _stored(connection: Connection, keys: Sequence[Key]) -> dict[Key, Item]:
    columns = (TABLE.c.till, TABLE.c.sequence, TABLE.c.member, TABLE.c.day, TABLE.c.amount, TABLE.c.reversed)
    same_batch = and_(BATCHES.c.till == TABLE.c.till, BATCHES.c.first_sequence == TABLE.c.batch)
    wanted = or_(*(and_(TABLE.c.till == till, TABLE.c.sequence == sequence) for till, sequence in keys))
    found = connection.execute(
        select(*columns, BATCHES.c.rules_version).join(BATCHES, same_batch).where(wanted)
    )
    return {(row[0], row[1]): Item(*row[2:]) for row in found}
