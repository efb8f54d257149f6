"""Lays out a Sankey diagram in whole units: each flow as wide as its amount, and every node adds up. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

THICK: Final = 18  # units: a node
GAP: Final = 40  # units between the nodes of a column: room for two lines of text


class Flow(NamedTuple):
    """An amount, more than 0, from a node to one in a later column."""

    source: str
    target: str
    amount: int


class Node(NamedTuple):
    """A node to be laid out, and its column."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Box:
    """A node as drawn: `amount` is what flows through it, its height in proportion."""

    name: str
    column: int
    amount: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A flow as drawn: from the edge of its source, at `y0`, to that of its target, at `y1`."""

    flow: Flow
    x0: int
    y0: int
    height0: int
    x1: int
    y1: int
    height1: int

    @property
    def path(self) -> str:
        """The outline, as SVG writes it."""
        middle = (self.x0 + self.x1) // 2
        low0, low1 = self.y0 + self.height0, self.y1 + self.height1
        return (
            f"M{self.x0} {self.y0}C{middle} {self.y0} {middle} {self.y1} {self.x1} {self.y1}"
            f"V{low1}C{middle} {low1} {middle} {low0} {self.x0} {low0}Z"
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """The boxes, column by column, and the ribbons between them."""

    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]


def lay_out(nodes: Sequence[Node], flows: Sequence[Flow], width: int, height: int) -> Drawing:
    """Return the drawing. Nodes through which nothing flows are left out.

    A node's amount is the larger of what comes in and what goes out. One scale for all: `height` less the
    gaps for the largest column.
    """
    amounts = {one.name: max(_sum(flows, 1, one.name), _sum(flows, 0, one.name)) for one in nodes}
    shown = [one for one in nodes if amounts[one.name]]
    columns = sorted({one.column for one in shown})
    if not columns:
        return Drawing((), ())
    scale = _Scale([[amounts[one.name] for one in shown if one.column == at] for at in columns], height)
    step = (width - THICK) // max(1, columns[-1])
    boxes: dict[str, Box] = {}
    for at in columns:
        y = 0
        for one in (node for node in shown if node.column == at):
            amount = amounts[one.name]
            boxes[one.name] = Box(one.name, at, amount, at * step, y, scale(amount))
            y += scale(amount) + GAP
    return Drawing(tuple(boxes.values()), tuple(_ribbons(flows, boxes, scale)))


class _Scale:
    """Turns amounts into units, rounded down: a node of some amount is at least one unit high."""

    def __init__(self, columns: Iterable[Sequence[int]], height: int) -> None:
        rooms = [(sum(one), max(1, height - GAP * (len(one) - 1))) for one in columns]
        self._total, self._room = max(rooms, key=lambda one: Fraction(*one))

    def __call__(self, amount: int) -> int:
        return max(1, amount * self._room // self._total)

    def between(self, before: int, after: int) -> int:
        """Return the units of a part of a node: those of all parts together are the node's."""
        return after * self._room // self._total - before * self._room // self._total


def _ribbons(flows: Sequence[Flow], boxes: dict[str, Box], scale: _Scale) -> Iterable[Ribbon]:
    out, into = dict.fromkeys(boxes, 0), dict.fromkeys(boxes, 0)
    for one in flows:
        source, target = boxes[one.source], boxes[one.target]
        left, right = out[one.source], into[one.target]
        out[one.source] = left + one.amount
        into[one.target] = right + one.amount
        yield Ribbon(
            flow=one,
            x0=source.x + THICK,
            y0=source.y + scale.between(0, left),
            height0=max(1, scale.between(left, left + one.amount)),
            x1=target.x,
            y1=target.y + scale.between(0, right),
            height1=max(1, scale.between(right, right + one.amount)),
        )


def _sum(flows: Sequence[Flow], end: int, name: str) -> int:
    return sum(one.amount for one in flows if one[end] == name)
