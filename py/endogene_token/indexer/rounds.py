"""The rounds of the money: project → merchant → next merchant → …, and the premium that each sale owes again.

A merchant's holding is one sum on the chain, so which project a later round came from is a convention here:
of each round, what came first goes first. The sums over all projects are the chain's own.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, RowMapping, select

from endogene_token.indexer.differences import rows_of
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_models import (
    CashRequest,
    MerchantPayment,
    Netting,
    Spending,
    SpendingReturn,
)
from endogene_token.indexer.project_models import Project

ROUNDS: Final = ("first", "second", "third", "later")
LAST: Final = len(ROUNDS) - 1
PAID: Final = 2
PROJECT: Final = table_of(Project)


class Ratio(NamedTuple):
    """A ratio as two whole numbers; a denominator of 0: there is none yet."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Circulation:
    """What was spent in round 1, 2, 3 and later, and the premiums of each, in minor units."""

    spent: tuple[int, int, int, int] = (0, 0, 0, 0)
    premiums: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def multiplier(self) -> Ratio:
        """The local multiplier: what the first three rounds spent, for each unit that projects spent."""
        return Ratio(sum(self.spent[:LAST]), self.spent[0])

    def plus(self, other: "Circulation") -> "Circulation":
        """Return both together."""
        return Circulation(_sum(self.spent, other.spent), _sum(self.premiums, other.premiums))


def circulation(connection: Connection) -> dict[int, Circulation]:
    """Return the rounds of each project that has spent, as the tables tell them; see `together`."""
    lots = _Lots()
    for _, handle, row in sorted(_moves(connection, lots), key=lambda move: move[0]):
        handle(row)
    return lots.told()


def together(rounds: Iterable[Circulation]) -> Circulation:
    """Return the rounds of several projects in one."""
    total = Circulation()
    for one in rounds:
        total = total.plus(one)
    return total


def leverage(connection: Connection, project: int | None = None) -> Ratio:
    """Return co-financing received / the fund's money released, of a project or of all that were awarded."""
    query = select(PROJECT.c.received, PROJECT.c.released).where(PROJECT.c.awarded_at != 0)
    if project is not None:
        query = query.where(PROJECT.c.number == project)
    found = connection.execute(query).all()  # A sum in SQL could pass 64 bits.
    return Ratio(sum(received for received, _ in found), sum(released for _, released in found))


Place = tuple[int, int]
Move = tuple[Place, Callable[[RowMapping], None], RowMapping]


def _moves(connection: Connection, lots: "_Lots") -> Iterator[Move]:
    """Yield what moved project currency, in no order, with its place on the chain."""
    kinds: Sequence[tuple[type[Any], Callable[[RowMapping], None]]] = (
        (Spending, lots.spend),
        (SpendingReturn, lots.give_back),
        (MerchantPayment, lots.pay),
        (Netting, lots.convert),
        (CashRequest, lots.convert),
    )
    for model, handle in kinds:
        for row in rows_of(connection, model):
            if model is not CashRequest or row["state"] == PAID:
                yield (row["block_number"], row["log_index"]), handle, row


class _Lots:
    """What each merchant holds of each round, as lots: the project that it came from, and how much."""

    def __init__(self) -> None:
        self._held: defaultdict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
        self._sales: dict[bytes, RowMapping] = {}
        self._spent: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._premiums: defaultdict[tuple[int, int], int] = defaultdict(int)

    def told(self) -> dict[int, Circulation]:
        """Return the rounds by project."""
        return {
            project: Circulation(_lanes(self._spent, project), _lanes(self._premiums, project))
            for project in sorted({project for project, _ in self._spent})
        }

    def spend(self, row: RowMapping) -> None:
        """A project spends at a merchant: round 1."""
        self._sales[row["invoice"]] = row
        self._sell(row["merchant"], [(0, row["project"], row["amount"])], row["premium"])

    def give_back(self, row: RowMapping) -> None:
        """A part of it goes back, with its premium: the project's own lots first."""
        sale = self._sales[row["invoice"]]
        project, key = sale["project"], (sale["merchant"], 0)
        own = [lot for lot in self._held[key] if lot[0] == project]
        others = [lot for lot in self._held[key] if lot[0] != project]
        self._held[key] = deque([*own, *others])
        self._take(*key, row["amount"])
        self._spent[project, 0] -= row["amount"]
        self._premiums[project, 0] -= row["premium"]

    def pay(self, row: RowMapping) -> None:
        """A merchant pays another: each unit is one round further."""
        moved = [
            (min(lane + 1, LAST), project, amount)
            for lane, name in enumerate(ROUNDS)
            for project, amount in self._take(row["payer"], lane, row[name])
        ]
        self._sell(row["merchant"], moved, row["premium"])

    def convert(self, row: RowMapping) -> None:
        """A merchant nets it, or is paid in cash: it leaves."""
        for lane, name in enumerate(ROUNDS):
            self._take(row["merchant"], lane, row[name])

    def _sell(self, merchant: int, moved: Sequence[tuple[int, int, int]], premium: int) -> None:
        """Count what came to a merchant, and its premium in parts that add up to it."""
        total = sum(amount for *_, amount in moved)
        before = 0
        for lane, project, amount in moved:
            after = before + amount
            self._held[merchant, lane].append((project, amount))
            self._spent[project, lane] += amount
            self._premiums[project, lane] += premium * after // total - premium * before // total
            before = after

    def _take(self, merchant: int, lane: int, amount: int) -> list[tuple[int, int]]:
        """Take `amount` out of a merchant's lots of a round, the first first."""
        lots, taken = self._held[merchant, lane], []
        while amount:
            project, held = lots.popleft()
            part = min(held, amount)
            if part < held:
                lots.appendleft((project, held - part))
            taken.append((project, part))
            amount -= part
        return taken


def _lanes(counts: Mapping[tuple[int, int], int], project: int) -> tuple[int, int, int, int]:
    first, second, third, later = (counts.get((project, lane), 0) for lane in range(len(ROUNDS)))
    return first, second, third, later


def _sum(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    first, second, third, later = (x + y for x, y in zip(a, b, strict=True))
    return first, second, third, later
