"""A bank account beside a chain, as the facts of a reconciliation: each act does what really happens."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from endogene_token.treasury.reconcile.facts import Cut, Debt, Facts, Line, Match, Movement, Opening

FIRST = date(2026, 3, 1)
DAY_SECONDS = 86_400
START = 1_000 * DAY_SECONDS  # the instant at which FIRST begins: these days have no zone
LATER = "approved"


@dataclass
class Account:
    """Acts at the bank and on the chain; `day` counts from `FIRST`. Sums are kept apart from the facts."""

    opening: int = 0
    day: int = 0
    bank: int = 0
    chain: int = 0
    lines: list[Line] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    taxes: dict[bytes, int] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.opening:  # what the chain held when the bank's first line came
            self.bank += self.opening
            self._move(b"before".ljust(32), self.opening, -1)

    def facts(self) -> Facts:
        """Return what a reconciliation sees; the books are the chain's."""
        keyed = {line.identity: b"keyed" + line.identity[5:] for line in self.lines}
        return Facts(
            lines=tuple(self.lines),
            matches=tuple(self.matches),
            debts=tuple(self.debts),
            movements=tuple(self.movements),
            taxes=dict(self.taxes),
            keyed=keyed,
            opening=Opening(self.opening, START),
            books=self.chain,
            chain=self.chain,
        )

    def now(self) -> Cut:
        """Return the end of the present day."""
        return Cut(FIRST + timedelta(days=self.day), START + (self.day + 1) * DAY_SECONDS)

    def collect(self, amount: int, tax: int) -> None:
        """A debit or transfer of premiums comes in, a part of it taxes, and is confirmed."""
        line = self._line(amount, "matched")
        self._match(line, LATER, min(tax, amount))
        self.waiting.append(len(self.matches) - 1)

    def pay(self, amount: int) -> None:
        """A payment of ours goes out, and is confirmed."""
        self._match(self._line(-amount, "matched"), LATER, 0)
        self.waiting.append(len(self.matches) - 1)

    def settle(self, which: int) -> None:
        """The chain books one of the payments that wait for it, and the office its taxes."""
        if not self.waiting:
            return
        place = self.waiting.pop(which % len(self.waiting))
        match = self.matches[place]
        done = match._replace(state="done", commitment=b"match" + match.line[5:])
        sign = 1 if self._amount_of(match.line) > 0 else -1
        self.matches[place] = done
        if match.amount > match.tax:
            self._move(done.commitment, sign * (match.amount - match.tax), self.day)
        if match.tax:
            self.taxes[done.commitment] = match.tax
        if sign > 0:
            self.settled.append(place)

    def take_back(self, which: int) -> None:
        """A debit comes back, before or after the chain has counted it."""
        incoming = [one for one in self.waiting if self._amount_of(self.matches[one].line) > 0]
        places = incoming + self.settled
        if not places:
            return
        place = places[which % len(places)]
        match = self.matches[place]
        back = self._line(-match.amount, "settled")
        self.matches.append(Match(back.identity, match.item, match.amount, 0, "done", b"", is_returned=True))
        if place in self.waiting:
            self.waiting.remove(place)
            self.matches[place] = match._replace(state="refused", is_returned=True)
        else:
            self.settled.remove(place)
            self.matches[place] = match._replace(is_returned=True)
            self.debts.append(Debt(match.item, match.amount, back.identity))

    def pay_debt(self, which: int) -> None:
        """A merchant pays a debit that came back."""
        unpaid = [place for place, debt in enumerate(self.debts) if not debt.closed_by]
        if not unpaid:
            return
        place = unpaid[which % len(unpaid)]
        debt = self.debts[place]
        line = self._line(debt.amount, "settled")
        self.matches.append(
            Match(line.identity, f"N{len(self.lines)}", debt.amount, 0, "done", b"", came_back_of=debt.item)
        )
        self.debts[place] = debt._replace(closed_by=line.identity)

    def set_aside(self, amount: int) -> None:
        """The bank takes a fee, or gives what is nobody's: a person sets the line aside."""
        self._line(amount, "set-aside")

    def operate(self, amount: int) -> None:
        """The treasurer books an operating payment under the line's own commitment."""
        line = self._line(-amount, "set-aside")
        self._move(b"keyed" + line.identity[5:], -amount, self.day)

    def name(self, amount: int) -> None:
        """An operating payment was booked under another reference, which a person wrote beside the line."""
        reference = b"other" + len(self.lines).to_bytes(27)
        self._move(reference, -amount, self.day)
        line = self._line(-amount, "set-aside")
        self.lines[-1] = line._replace(why=f"operating payment 0x{reference.hex()}")

    def wait(self, days: int) -> None:
        """Let days pass."""
        self.day += days

    def stray(self, amount: int) -> None:
        """A line comes that nobody understands."""
        self._line(amount, "unmatched")

    def invent(self, amount: int) -> None:
        """The chain books what no bank has stated."""
        self._move(b"stray" + len(self.movements).to_bytes(27), amount, self.day)

    def _line(self, amount: int, state: str) -> Line:
        line = Line(len(self.lines).to_bytes(32), FIRST + timedelta(days=self.day), amount, state)
        self.lines.append(line)
        self.bank += amount
        return line

    def _match(self, line: Line, state: str, tax: int) -> None:
        item = f"D2026-{len(self.matches):06}"
        self.matches.append(Match(line.identity, item, abs(line.amount), tax, state, b""))

    def _move(self, reference: bytes, amount: int, day: int) -> None:
        self.movements.append(Movement(reference, amount, START + day * DAY_SECONDS))
        self.chain += amount

    def _amount_of(self, identity: bytes) -> int:
        return self.lines[int.from_bytes(identity)].amount
