"""A journal replayed: SDK, signed batches, relay, chain, indexer, read model. See {Replay}."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TypeVar

from sqlalchemy import Engine

from endogene_token import crash
from endogene_token.errors import (
    AlreadyReturnedError,
    EndogeneError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
    UnknownCustomerError,
)
from endogene_token.imports.journal import KINDS, BadLine, Line, read_journal
from endogene_token.imports.outcome import Recorded, RefusedLine, recorded
from endogene_token.imports.survey import day_after
from endogene_token.sdk import NewPurchase, NewReversal, Sale, TillClient

T = TypeVar("T")
Stage = Literal["read", "sent", "recorded"]
Progress = Callable[[Stage, int, int], None]
"""Told the stage, how many lines have passed it, and how many there are."""

LINES_AT_ONCE: Final = 1_000  # one transaction of the outbox


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import found and did; every sound line is recorded, refused, or still waiting."""

    lines: int
    recorded: Recorded
    refused: tuple[RefusedLine, ...]
    waiting: int
    """Accepted lines that the ledger has neither recorded nor refused: held for the merchant, or lost."""


class Replay:
    """Replays one journal through one till. Run again, it records what is missing and nothing twice."""

    def __init__(
        self, path: Path, till: TillClient, members: Mapping[str, int], shift: int, lang: str
    ) -> None:
        """`members`: the member number of each customer's code; `shift`: the days to add to every day."""
        self._path = path
        self._till = till
        self._members = members
        self._shift = shift
        self._lang = lang
        self._refused: list[RefusedLine] = []
        self._accepted: dict[tuple[str, str], int] = {}
        self._left: dict[str, int] = {}
        """What the returns read so far leave of each sale, in minor units."""
        self._lines = 0

    def run(self, total: int, wait: Callable[[Progress], None], progress: Progress) -> None:
        """Read, record, send, and `wait` until the ledger and the read model have followed.

        Raises what the SDK raises; what was accepted before stays in the outbox for the next run.
        """
        for kind in KINDS:  # the sales first: in an untidy journal a return may stand before its own
            for part in _parts(read_journal(self._path), LINES_AT_ONCE):
                self._accept(part, kind)
                crash.point("imports.lines.accepted")
                progress("read", self._lines, total)
        flushed = self._till.flush(lambda done, of: progress("sent", done, of))
        crash.point("imports.lines.sent")
        if flushed.waiting:  # reversals of purchases that this very flush sent
            self._till.flush()
        wait(progress)

    def report(self, engine: Engine, number: int) -> ImportReport:
        """Return what became of the lines, from the read model; `number` is that of the till."""
        lines = {
            sale.id.sequence: (self._accepted[sale.kind, sale.receipt], sale.receipt)
            for sale in self._sales()
            if sale.id is not None and (sale.kind, sale.receipt) in self._accepted
        }
        outcome = recorded(engine, number, lines, self._lang)
        done = outcome.sales + outcome.returns + len(outcome.refused)
        refused = sorted((*self._refused, *outcome.refused), key=lambda one: one.line)
        return ImportReport(self._lines, outcome, tuple(refused), len(self._accepted) - done)

    def _accept(self, part: list[Line | BadLine], kind: str) -> None:
        sound: list[Line] = []
        ours = [line for line in part if (KINDS[0] if isinstance(line, BadLine) else line.kind) == kind]
        for line in ours:
            if isinstance(line, BadLine):
                self._refuse(line.number, line.text.partition(",")[0], line.error)
            elif line.kind == "sale" and line.customer and line.customer not in self._members:
                self._refuse(line.number, line.invoice, UnknownCustomerError(actual=line.customer))
            elif line.kind == "return" and not line.refund_of:
                self._refuse(line.number, line.invoice, ReturnWithoutPurchaseError(actual=line.invoice))
            else:
                sound.append(line)
        results = self._till.record_each(map(self._draft, sound))
        for line, result in zip(sound, results, strict=True):
            if isinstance(result, Sale):
                self._accepted[result.kind, result.receipt] = line.number
                self._follow(line)
            else:
                self._refuse(line.number, line.invoice, self._in_turn(line, result))
        self._lines += len(ours)

    def _follow(self, line: Line) -> None:
        if line.kind == "sale":
            self._left[line.invoice] = line.amount
        elif line.refund_of in self._left:
            self._left[line.refund_of] -= line.amount

    def _in_turn(self, line: Line, error: EndogeneError) -> EndogeneError:
        """Return why the line was refused when its turn came: a later run meets later returns already."""
        left = self._left.get(line.refund_of, line.amount)
        if left >= line.amount or not isinstance(error, ReturnTooLargeError | AlreadyReturnedError):
            return error
        if left > 0:
            return ReturnTooLargeError(actual=line.amount, limit=left)
        return AlreadyReturnedError(actual=line.refund_of)

    def _draft(self, line: Line) -> NewPurchase | NewReversal:
        at = line.at.combine(day_after(line.at.date(), self._shift), line.at.time())
        if line.kind == "return":
            return NewReversal(line.refund_of, line.invoice, line.amount, at)
        return NewPurchase(line.amount, line.invoice, self._members.get(line.customer), at)

    def _refuse(self, line: int, invoice: str, error: EndogeneError) -> None:
        self._refused.append(RefusedLine.of(line, invoice, error, self._lang))

    def _sales(self) -> Iterator[Sale]:
        after = 0
        while page := self._till.sales(after=after):
            yield from page
            after = page[-1].number


def _parts(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while part := list(islice(items, size)):
        yield part
