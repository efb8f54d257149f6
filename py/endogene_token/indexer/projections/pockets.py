"""The fund's balance sheet."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import Pockets, table_of
from endogene_token.indexer.money_events import ShortfallBorne
from endogene_token.indexer.money_models import Shortfall
from endogene_token.indexer.projections.base import Route, all_rows, expect, on, origin

TABLE = table_of(Pockets)
SHORTFALLS = table_of(Shortfall)
ONLY_ROW = 1
ASSETS: Final = ("cash", "premiums_receivable", "loans_receivable")
LIABILITIES: Final = (
    *("credits_outstanding", "merchant_prepayments", "reserve", "operations"),
    *("currency_outstanding", "commitments", "free"),
)


class Moved(NamedTuple):
    """A premium and its shares, in minor units, in the order of an event's packed totals."""

    premium: int
    credit: int
    operations: int
    reserve: int


NOTHING: Final = Moved(0, 0, 0, 0)
COVERED: Final = ShortfallBorne(0, 0)


class FundPockets:
    """Every cent is in one pocket; the ways they move are the contract's."""

    def __init__(self) -> None:
        self._amounts = dict.fromkeys([column.name for column in TABLE.columns], 0)
        self._told = COVERED
        self._shortfalls: list[dict[str, Any]] = []

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read the pockets."""
        for row in all_rows(connection, TABLE):
            self._amounts = dict(row._mapping)

    def routes(self) -> Iterable[Route]:
        """Follow what refunds lack; purchases, reversals, settlements and outflows move the pockets."""
        return [on(ShortfallBorne, self._lack)]

    def accrue(self, moved: Moved, prepaid: int) -> None:
        """A premium comes in: `prepaid` of it out of what the merchant had paid ahead, the rest is owed."""
        self._move(moved, 1)
        self._amounts["premiums_receivable"] += moved.premium - prepaid
        self._amounts["merchant_prepayments"] -= prepaid

    def undo(self, moved: Moved, owed: int) -> None:
        """A premium goes back: `owed` of it off what the merchant owes, the rest becomes its prepayment.

        What its pockets lack of it, free money bears, as the fund has told just before.
        """
        lacking = ShortfallBorne(
            operations=max(0, moved.operations - self._amounts["operations"]),
            reserve=max(0, moved.reserve - self._amounts["reserve"]),
        )
        expect("shortfall of a refund", self._told, lacking)
        self._told = COVERED
        self._move(moved, -1)
        self.move(premiums_receivable=-owed, merchant_prepayments=moved.premium - owed)
        self.move(**lacking._asdict(), free=-sum(lacking))

    def receive(self, amount: int, prepaid: int) -> None:
        """Real money comes in for premiums; `prepaid` of it was not owed."""
        self._amounts["cash"] += amount
        self._amounts["premiums_receivable"] -= amount - prepaid
        self._amounts["merchant_prepayments"] += prepaid

    def move(self, **changes: int) -> None:
        """Add to each of these pockets; less than 0 takes away."""
        for name, change in changes.items():
            self._amounts[name] += change

    def write(self, connection: Connection) -> None:
        """Write the pockets and the shortfalls. Raises LedgerMismatchError for a broken balance sheet."""
        expect("shortfall of no refund", self._told, COVERED)
        held, owed = (sum(self._amounts[name] for name in side) for side in (ASSETS, LIABILITIES))
        expect("balance sheet", held, owed)
        short = [name for name, amount in self._amounts.items() if amount < 0 and name != "free"]
        expect("pockets below 0", short, [])
        update(connection, TABLE, [self._amounts | {"only_row": ONLY_ROW}])
        insert(connection, SHORTFALLS, self._shortfalls)

    def _lack(self, place: Place, event: ShortfallBorne) -> None:
        expect("shortfall of no refund", self._told, COVERED)
        self._told = event
        self._shortfalls.append({**event._asdict(), **origin(place)})

    def _move(self, moved: Moved, sign: int) -> None:
        self._amounts["credits_outstanding"] += sign * moved.credit
        self._amounts["operations"] += sign * moved.operations
        self._amounts["reserve"] += sign * moved.reserve
