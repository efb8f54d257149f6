"""What a reconciliation compares, free of any database. Amounts are minor units; what came in is positive."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

ALWAYS: Final = 2**62  # an instant after every block
REFERENCE: Final = re.compile(r"\b0x([0-9a-fA-F]{64})\b", re.ASCII)


class Line(NamedTuple):
    """A movement at the bank, and what the office made of it."""

    identity: bytes
    booked: date
    amount: int
    state: str
    why: str = ""


class Match(NamedTuple):
    """What a line, or a part of it, confirms; `amount`, and the taxes in it, without sign."""

    line: bytes
    item: str
    amount: int
    tax: int
    state: str
    commitment: bytes
    is_returned: bool = False
    is_aside: bool = False
    """Whether it is neither an item nor a merchant's payment: a person kept it aside, such as a fee."""
    came_back_of: str = ""
    """Of an item of the kind `debt`: the reference of the item whose money came back."""


class Debt(NamedTuple):
    """A debit that came back after the chain had counted it; `closed_by` is empty until it is paid."""

    item: str
    amount: int
    returned_line: bytes
    closed_by: bytes = b""


class Movement(NamedTuple):
    """What the chain booked on its pocket of cash, at an instant (seconds UTC)."""

    reference: bytes
    amount: int
    at: int


class Opening(NamedTuple):
    """What the bank held before the first line: the balance when `at` (an instant: `day` begins) had come.

    It holds the lines of the days before; what the chain booked for them is part of what it opened with.
    """

    amount: int = 0
    at: int = 0
    day: date = date.min


NOTHING: Final = Opening()


class Cut(NamedTuple):
    """The moment that is looked at: lines up to a day, the chain before an instant; `ALWAYS`: all of both."""

    day: date
    before: int

    def has(self, day: date) -> bool:
        """Return whether what happened on `day` is looked at."""
        return day <= self.day or self.before == ALWAYS


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known. `keyed` gives the commitment of a line by itself, by its identity.

    `taxes` is what was booked as taxes under a reference; `books` and `chain` the cash at the cut, `fault`
    where else the books hold another amount than the chain, and by how much. What is confirmed of a line of a
    day before `booked_before` should stand on the chain.
    """

    lines: Sequence[Line] = ()
    matches: Sequence[Match] = ()
    debts: Sequence[Debt] = ()
    movements: Sequence[Movement] = ()
    taxes: Mapping[bytes, int] = field(default_factory=dict)
    keyed: Mapping[bytes, bytes] = field(default_factory=dict)
    opening: Opening = NOTHING
    books: int = 0
    chain: int = 0
    fault: tuple[str, int] = ("", 0)
    booked_before: date = date.min

    def references(self, line: Line, matches: Sequence[Match]) -> list[bytes]:
        """Return the references under which the chain may have booked a line, each once.

        Its own and those of its matches; and one that a person wrote into the reason of setting it aside.
        """
        written = [bytes.fromhex(one) for one in REFERENCE.findall(line.why)]
        committed = [one.commitment for one in matches if one.commitment]
        own = [self.keyed[line.identity]] if line.identity in self.keyed else []
        return list(dict.fromkeys([*committed, *own, *written]))
