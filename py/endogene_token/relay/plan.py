"""Which waiting batches can leave together. Pure: the queue's order and the chain's sequences decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from endogene_token.relay.models import RelayBatch, Signed


@dataclass(frozen=True, eq=False)
class Waiting:
    """An open batch of the queue."""

    row: RelayBatch

    @cached_property
    def signed(self) -> Signed:
        """The batch, unpacked once."""
        return self.row.signed

    @property
    def size(self) -> int:
        """How many items it holds."""
        return self.row.last_sequence - self.row.first_sequence + 1


Run = Sequence[Waiting]
"""Consecutive batches of one till and one kind, the first of which is the next one on the chain."""


def by_till(batches: Iterable[Waiting]) -> dict[int, list[Waiting]]:
    """Return each till's batches, in the order of the queue."""
    found: dict[int, list[Waiting]] = {}
    for one in batches:
        found.setdefault(one.row.till, []).append(one)
    return found


def run_of(batches: Run, most_items: int) -> Run:
    """Return the longest beginning of one till's `batches` that is a run of at most `most_items` items.

    A batch alone may pass `most_items`.
    """
    run: list[Waiting] = []
    items = 0
    for one in batches:
        items += one.size
        follows = not run or one.row.first_sequence == run[-1].row.last_sequence + 1
        if run and (items > most_items or not follows or one.row.kind != run[0].row.kind):
            break
        run.append(one)
    return run


def packs(runs: Iterable[Run], most_items: int) -> list[list[Run]]:
    """Return `runs` grouped into transactions, each of one kind and of at most `most_items` items.

    A run alone may pass `most_items`.
    """
    open_packs: dict[str, list[Run]] = {}
    found: list[list[Run]] = []
    for run in runs:
        kind = run[0].row.kind
        pack = open_packs.get(kind)
        if pack is None or sum(map(_items, pack)) + _items(run) > most_items:
            pack = open_packs[kind] = []
            found.append(pack)
        pack.append(run)
    return found


def past(batches: Iterable[Waiting], nexts: Mapping[int, int | None]) -> list[Waiting]:
    """Return the batches whose first sequence the chain has passed."""
    return [one for one in batches if (nexts[one.row.till] or 0) > one.row.first_sequence]


def _items(run: Run) -> int:
    return sum(one.size for one in run)
