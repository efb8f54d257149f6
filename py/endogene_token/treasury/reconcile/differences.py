"""Why the bank's balance is not the chain's cash, exactly to the cent. Pure.

Nothing here is computed as "the rest": each line of the bank is held against what the chain booked for it,
each movement of the chain without a line stands by itself, and so does the opening. These differences add
up to bank - chain by their construction; a line's is then explained part by part, and what is left of it
stays unexplained.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from endogene_token.treasury.reconcile.facts import Cut, Debt, Facts, Line, Match, Movement

WAITING: Final = frozenset({"approved", "sent"})
CONFIRMED: Final = WAITING | {"done"}
SET_ASIDE: Final = "set-aside"
MATCHED: Final = "matched"


class Why(StrEnum):
    """What a difference is. The first ones explain it; the last four are what nobody has explained."""

    IN_TRANSIT = "in-transit"
    """Confirmed by the bank, not yet booked on the chain, which does not refuse it and has time left."""
    TAX = "tax"
    """Taxes that a merchant paid with its premiums: the chain does not know them."""
    RETURNED = "returned"
    """A debit that came back before the chain had counted it: the line that brought it, or took it back."""
    RETURNED_DEBT = "returned-debt"
    """A debit that came back after the chain had counted it."""
    DEBT_PAID = "debt-paid"
    """Such a debt, paid since: the chain counted it the first time."""
    SET_ASIDE = "set-aside"
    """A line, or a part of one, that a person kept aside: bank fees, what is nobody's."""
    LINE = "line"
    MOVEMENT = "movement"
    OPENING = "opening"
    BOOKS = "books"


UNEXPLAINED: Final = (Why.LINE, Why.MOVEMENT, Why.OPENING, Why.BOOKS)


class Difference(NamedTuple):
    """A part of bank - chain (of books - chain for `BOOKS`), and what it is about."""

    why: Why
    subject: str
    amount: int


@dataclass(frozen=True, slots=True)
class Found:
    """A reconciliation: bank - chain = explained + unexplained."""

    cut: Cut
    bank: int
    books: int
    chain: int
    differences: tuple[Difference, ...]

    @property
    def explained(self) -> int:
        """The part of bank - chain that has a cause."""
        return sum(one.amount for one in self.differences if one.why not in UNEXPLAINED)

    @property
    def unexplained(self) -> int:
        """The part of bank - chain that has none."""
        return sum(one.amount for one in self.open if one.why is not Why.BOOKS)

    @property
    def open(self) -> tuple[Difference, ...]:
        """The differences that somebody must look at."""
        return tuple(one for one in self.differences if one.why in UNEXPLAINED)

    def totals(self) -> dict[Why, int]:
        """Return the sum of each kind of difference, in their order; 0 of a kind whose parts cancel out."""
        found: defaultdict[Why, int] = defaultdict(int)
        for one in self.differences:
            found[one.why] += one.amount
        return {why: found[why] for why in Why if why in found}


def reconcile(facts: Facts, cut: Cut) -> Found:
    """Return what the bank, the books and the chain hold at the cut, and each difference with its cause."""
    first = facts.opening.day
    lines = [one for one in facts.lines if cut.has(one.booked) and one.booked >= first]
    bank = facts.opening.amount + sum(one.amount for one in lines)
    found = [one for one in _Comparison(facts, cut, lines).differences() if one.amount]
    fault = ("cash", facts.books - facts.chain) if facts.books != facts.chain else facts.fault
    if fault[1]:
        found.append(Difference(Why.BOOKS, f"books:{fault[0]}", fault[1]))
    return Found(cut, bank, facts.books, facts.chain, tuple(found))


class _Comparison:
    """The lines beside the movements that the chain booked for them."""

    def __init__(self, facts: Facts, cut: Cut, lines: Sequence[Line]) -> None:
        self._facts = facts
        self._cut = cut
        self._lines = lines
        self._matches: defaultdict[bytes, list[Match]] = defaultdict(list)
        for match in facts.matches:
            if match.state in CONFIRMED or match.is_returned:
                self._matches[match.line].append(match)
        self._counted: defaultdict[bytes, list[Movement]] = defaultdict(list)
        for one in facts.movements:
            if one.at < cut.before:
                self._counted[one.reference].append(one)
        self._later = {one.reference for one in facts.movements if one.at >= cut.before}
        self._debts = _debts_by_line(facts.debts)

    def differences(self) -> Iterator[Difference]:
        """Yield all parts of bank - chain; each movement is taken by at most one line."""
        left = dict(self._counted)
        for line in self._lines:
            matches = self._matches[line.identity]
            named = self._facts.references(line, matches)
            booked = {name: _sum(left.pop(name)) for name in named if name in left}
            yield from self._of_line(line, matches, booked)
        opening = self._facts.opening
        before = sum(_sum(left.pop(name)) for name in self._of_earlier_lines() if name in left)
        rest = [one for movements in left.values() for one in movements]
        before += _sum(one for one in rest if one.at < opening.at)
        yield Difference(Why.OPENING, "opening", opening.amount - before)
        for one in rest:
            if one.at >= opening.at:
                yield Difference(Why.MOVEMENT, f"chain:{one.reference.hex()}", -one.amount)
        told = sum(map(_sum, self._counted.values()))
        yield Difference(Why.MOVEMENT, "chain", told - self._facts.chain)  # its movements are not its cash

    def _of_earlier_lines(self) -> Iterator[bytes]:
        """Yield under what the chain booked lines that the opening balance holds, whenever it did."""
        for line in self._facts.lines:
            if line.booked < self._facts.opening.day:
                yield from self._facts.references(line, self._matches[line.identity])

    def _of_line(
        self, line: Line, matches: Sequence[Match], booked: Mapping[bytes, int]
    ) -> Iterator[Difference]:
        difference = line.amount - sum(booked.values())
        parts = list(self._explained(line, matches, booked, difference))
        yield from parts
        yield Difference(Why.LINE, _subject(line), difference - sum(one.amount for one in parts))

    def _explained(
        self, line: Line, matches: Sequence[Match], booked: Mapping[bytes, int], difference: int
    ) -> Iterator[Difference]:
        if line.state == SET_ASIDE:
            yield Difference(Why.SET_ASIDE, _subject(line), difference)
            return
        items = set()
        for why, debt in self._debts[line.identity]:
            amount = debt.amount if why is Why.DEBT_PAID else -debt.amount
            yield Difference(why, f"item:{debt.item}", amount)
            difference -= amount
            items.add(debt.item)
        if items and difference == 0:  # the debts are all that it is
            return
        sign = 1 if line.amount > 0 else -1
        is_stuck = self._is_stuck(line)
        for match in matches:
            if is_stuck and match.state in WAITING:  # for a person: what it is about stays unexplained
                continue
            if not items & {match.item, match.came_back_of}:
                yield self._of_match(match, sign, booked.get(match.commitment), _subject(line))

    def _is_stuck(self, line: Line) -> bool:
        """Return whether what waits of a line is refused by the chain, or should have been booked before."""
        is_refused = line.state == MATCHED and bool(line.why)
        return is_refused or line.booked < self._facts.booked_before

    def _of_match(self, match: Match, sign: int, booked: int | None, subject: str) -> Difference:
        """Return what of its amount the chain does not hold for a reason that is known."""
        place = f"item:{match.item}" if match.item else subject
        if match.is_aside:
            return Difference(Why.SET_ASIDE, place, sign * match.amount)
        is_waiting = match.state in WAITING or match.commitment in self._later
        paid = self._facts.taxes.get(match.commitment, 0)
        if booked is None and match.is_returned and not paid and match.commitment not in self._later:
            return Difference(Why.RETURNED, place, sign * match.amount)
        if booked is None and is_waiting:
            return Difference(Why.IN_TRANSIT, place, sign * match.amount)
        if is_waiting and not paid:
            return Difference(Why.IN_TRANSIT, place, sign * match.tax)  # the chain has booked the premiums
        return Difference(Why.TAX, place, paid)


def _debts_by_line(debts: Sequence[Debt]) -> defaultdict[bytes, list[tuple[Why, Debt]]]:
    found: defaultdict[bytes, list[tuple[Why, Debt]]] = defaultdict(list)
    for debt in debts:
        found[debt.returned_line].append((Why.RETURNED_DEBT, debt))
        if debt.closed_by:
            found[debt.closed_by].append((Why.DEBT_PAID, debt))
    return found


def _sum(movements: Iterable[Movement]) -> int:
    return sum(one.amount for one in movements)


def _subject(line: Line) -> str:
    return f"line:{line.identity.hex()}"
