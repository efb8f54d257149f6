"""The project currency that each merchant holds, by round: see Rounds.sol."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from endogene_token.indexer.events import Event
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import Holding
from endogene_token.indexer.money_models import MerchantHolding
from endogene_token.indexer.projections.base import Route, expect
from endogene_token.indexer.projections.rows import Rows

ROUNDS: Final = Holding._fields


class Holdings:
    """What a merchant pays leaves the lowest rounds first; what it gets that way is one round further."""

    def __init__(self) -> None:
        self._rows = Rows(table_of(MerchantHolding))

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read every holding: a community has some hundreds of merchants."""
        self._rows.load_all(connection)

    def routes(self) -> Iterable[Route]:
        """Follow nothing: spendings, payments, nettings and cash move the holdings."""
        return []

    def write(self, connection: Connection) -> None:
        """Write each holding that changed once."""
        self._rows.write(connection)

    def earn(self, merchant: int, amount: int) -> None:
        """A project spends at a merchant: round 1."""
        self._of(merchant)["first"] += amount

    def give_back(self, merchant: int, amount: int) -> None:
        """A part of that goes back to the project: of the first round, and not what is asked for in cash."""
        row = self._of(merchant)
        self._require_free(row, amount)
        row["first"] -= amount
        expect(f"merchant {merchant}: first round", row["first"] >= 0, True)

    def pay_on(self, payer: int, merchant: int, moved: Holding) -> None:
        """A merchant pays another."""
        self.take(payer, moved)
        row = self._of(merchant)
        row["second"] += moved.first
        row["third"] += moved.second
        row["later"] += moved.third + moved.later

    def take(self, merchant: int, taken: Holding) -> None:
        """A merchant gives currency away. Raises LedgerMismatchError unless the lowest rounds go first."""
        row = self._of(merchant)
        self._require_free(row, sum(taken))
        expect(f"merchant {merchant}: rounds", taken, _part(row, sum(taken)))
        for name, amount in zip(ROUNDS, taken, strict=True):
            row[name] -= amount

    def ask(self, merchant: int, amount: int) -> None:
        """A merchant asks for cash; less than 0: the request is closed."""
        row = self._of(merchant)
        if amount > 0:
            self._require_free(row, amount)
        row["requested"] += amount

    def _of(self, merchant: int) -> dict[str, Any]:
        return self._rows.change(merchant) if (merchant,) in self._rows else self._rows.add(merchant=merchant)

    def _require_free(self, row: dict[str, Any], amount: int) -> None:
        free = sum(row[name] for name in ROUNDS) - row["requested"]
        expect(f"merchant {row['merchant']}: holds {amount}", amount <= free, True)


def _part(row: dict[str, Any], amount: int) -> Holding:
    """Return what `amount` takes of a holding, the lowest rounds first."""
    first = min(row["first"], amount)
    second = min(row["second"], amount - first)
    third = min(row["third"], amount - first - second)
    return Holding(first, second, third, amount - first - second - third)
