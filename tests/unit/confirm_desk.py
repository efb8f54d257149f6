"""A treasurer's desk over a fresh database: items that were filed, the bank's lines, and a chain of paper."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, select

from endogene_token.chain.transactions import Call
from endogene_token.errors import BankReferenceUsedError
from endogene_token.office.trail import Change
from endogene_token.treasury.bankfiles.notice import CANADA
from endogene_token.treasury.bankstatements.lines import StatementLine, numbered
from endogene_token.treasury.collect.models import (
    BankItem,
    BankLine,
    BankMandate,
    BankMatch,
    BankRun,
    ReturnedDebt,
)
from endogene_token.treasury.confirm import importing
from endogene_token.treasury.confirm.bookings import Bookings
from endogene_token.treasury.confirm.importing import Imported, Read
from endogene_token.treasury.confirm.matching import Queued, queued
from endogene_token.treasury.confirm.settler import Settler, Terms
from tests.town import BAKERY
from tests.unit.office_desk import Desk

ACCOUNT = "300008150123456"
DAY = date(2026, 11, 16)  # a Monday
LATER = 1_796_000_000  # an instant in November 2026, long after its first days
HOLD_DAYS = 3


class PaperChain(Bookings):
    """What the chain would keep: each reference once."""

    def __init__(self) -> None:
        self.booked: Counter[bytes] = Counter()
        self.amounts: dict[bytes, int] = {}
        self.calls: list[tuple[BankMatch, bytes]] = []
        self.refusal: Exception | None = None

    def are_booked(self, references: Sequence[bytes]) -> list[bool]:
        return [one in self.booked for one in references]

    def call(self, match: BankMatch, item: BankItem | None, reference: bytes) -> Call:
        self.amounts[reference] = (
            match.premiums if item is None or item.direction == "debit" else -match.amount
        )
        return Call(None, reference.hex())

    def rehearse(self, call: Call) -> None:
        if self.refusal is not None:
            raise self.refusal
        if bytes.fromhex(call.data) in self.booked:
            raise BankReferenceUsedError(actual=call.data)

    def book(self, calls: Sequence[Call]) -> None:
        for one in calls:
            reference = bytes.fromhex(one.data)
            self.booked[reference] += reference not in self.booked

    @property
    def cash(self) -> int:
        return sum(self.amounts[one] for one in self.booked)


class Treasury(Desk):
    """What a test of the confirmation drives."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.chain = PaperChain()
        self.now = LATER

    def settler(self) -> Settler:
        terms = Terms(CANADA, HOLD_DAYS)
        return Settler(self.engine, self.chain, lambda: self.secret, lambda: terms, clock=lambda: self.now)

    def settle(self) -> int:
        settler, total = self.settler(), 0
        while done := settler.step():
            total += done
        return total

    def add(self, *rows: SQLModel) -> None:
        with self.changing() as change:
            change.session.add_all(rows)
            change.note("test", "test:rows")

    def take(self, *lines: StatementLine) -> Imported:
        with self.changing() as change:
            return importing.take(change, Read("csv", bytes(32), tuple(numbered(lines))))

    @contextmanager
    def at(self, line: StatementLine) -> Iterator[tuple[Change, BankLine]]:
        """Open a change about a line."""
        with self.changing() as change:
            found = change.session.get(BankLine, line.identity)
            assert found is not None
            yield change, found

    def of(self, line: StatementLine) -> Queued:
        with self.reading() as session:
            found = session.get(BankLine, line.identity)
            assert found is not None
            session.expunge_all()
            return queued(session, found)

    def item(self, reference: str) -> BankItem:
        with self.reading() as session:
            found = session.get(BankItem, reference)
            assert found is not None
            return found

    def all(self, model: type[Any]) -> list[Any]:
        with self.reading() as session:
            return list(session.exec(select(model)))

    def debts(self) -> list[tuple[str, int, str]]:
        return [(one.item, one.amount, one.state) for one in self.all(ReturnedDebt)]


def run(number: int, direction: str = "debit", state: str = "handed-in") -> BankRun:
    words: dict[str, Any] = {"direction": direction, "scheme": "cpa", "month": "2026-10", "day": "2026-11-16"}
    words |= {"noticed_on": "2026-11-02", "file_kind": "cpa005", "drafted_by": "a", "approved_by": "b"}
    kept: dict[str, Any] = {"content": b"", "sha256": b"", "created_at": 1, "handed_in_at": 1}
    return BankRun(number=number, file_number=number, state=state, **words, **kept)


def item(reference: str, amount: int = 10_500, **changed: Any) -> BankItem:
    """Return a filed debit of premiums with their taxes."""
    tax = changed.pop("tax", 500)
    words: dict[str, Any] = {"run": 1, "direction": "debit", "kind": "premiums", "party": "merchant"}
    words |= {"party_number": BAKERY, "account": 1, "object": 0, "statement": reference, "amount": amount}
    words |= {"premiums": amount - tax, "tax": tax, "day": "2026-11-16", "state": "filed", "line": b""}
    return BankItem(reference=reference, **{**words, "return_code": "", "changed_at": 1, **changed})


def payment(reference: str, amount: int, kind: str = "cash-request", number: int = 1) -> BankItem:
    """Return a filed payment of ours."""
    fields: dict[str, Any] = {"direction": "credit", "kind": kind, "object": number, "statement": ""}
    return item(reference, amount, **{**fields, "premiums": 0, "tax": 0})


def mandate(number: int = 1) -> BankMandate:
    words = {"scheme": "cpa", "signed": "2026-10-01", "name": "Boulangerie", "tail": "4567", "ended_why": ""}
    return BankMandate(
        number=number,
        merchant=BAKERY,
        reference=f"M{number}",
        state="active",
        sealed_account=b"s",
        first_used=0,
        created_at=1,
        **words,
    )


def line(amount: int, reference: str = "", **changed: Any) -> StatementLine:
    """Return a line of the bank of the day of collection."""
    words: dict[str, Any] = {"account": ACCOUNT, "booked": DAY, "currency": "CAD", "end_to_end": reference}
    words |= {"bank_reference": f"B{amount}{reference}"}
    return StatementLine(amount=amount, **{**words, **changed})


def states(session: Session) -> Counter[str]:
    return Counter(session.exec(select(BankMatch.state)).all())
