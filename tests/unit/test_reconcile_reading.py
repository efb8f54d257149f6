"""The bank held against the real journal: a life of the fund whose every payment has its line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select, update
from sqlmodel import Session

from endogene_token.errors import BankUnknownError
from endogene_token.indexer.models import Pockets, Settlement, table_of
from endogene_token.office.trail import Actor
from endogene_token.store import reading, writing
from endogene_token.treasury.collect.models import BankLine, BankMatch
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import Reconciliation, TreasuryException
from endogene_token.treasury.reconcile import keeping
from endogene_token.treasury.reconcile.differences import Found, Why
from endogene_token.treasury.reconcile.facts import Cut, Opening
from endogene_token.treasury.reconcile.reading import Sources, end_of, movements, present
from endogene_token.treasury.statements.models import TaxPayment
from tests.unit.told_books import MONTREAL, QUEBEC, Life, Telling, empty, whole
from tests.unit.told_money import SMITH

ACTOR = Actor("service:daily", "host")
NOW = 1_800_000_000
LINES, MATCHES = table_of(BankLine), table_of(BankMatch)


@dataclass
class Bank:
    """A fund that has lived, and the account that its payments went through."""

    engine: Engine
    decoder: Telling
    opening: Opening = field(default_factory=Opening)
    last: date = date(2026, 12, 31)

    def sources(self) -> Sources:
        return Sources(
            self.decoder,
            QUEBEC,
            MONTREAL,
            self.opening,
            lambda identity: b"own" + identity[3:],
            self.patience,
        )

    @staticmethod
    def patience(day: date) -> date:
        return day - timedelta(days=11)

    def look(self, cut: Cut | None = None) -> Found:
        with reading(self.engine) as connection:
            return keeping.examine(connection, self.sources(), cut or present(self.last))

    def run(self) -> Found:
        return keeping.run(self.engine, self.sources(), present(self.last), ACTOR, NOW)

    def open(self) -> list[TreasuryException]:
        with reading(self.engine) as connection, Session(connection) as session:
            return inbox.page(session, 0, 100, among=inbox.OF_MONEY, is_open=True)


def line(identity: bytes, day: date, amount: int, state: str = "settled", **more: Any) -> dict[str, Any]:
    words = ("bank_reference", "end_to_end", "mandate", "name", "other_account", "text", "return_code", "why")
    plain = dict.fromkeys(words, "") | {"account": "1", "currency": "CAD", "parts": 1, "imported_at": 0}
    row = {"identity": identity, "booked": day.isoformat(), "amount": amount, "state": state}
    return {**plain, **row, **more}


def match(identity: bytes, amount: int, commitment: bytes, tax: int = 0, **more: Any) -> dict[str, Any]:
    names = {"item": f"D-{identity[:4].hex()}", "merchant": SMITH, "proposed_by": "rule:x", "decided_by": ""}
    row = {"line": identity, "ordinal": 0, "amount": amount, "premiums": amount - tax, "tax": tax}
    return {**names, **row, "state": "done", "commitment": commitment, "changed_at": 0, **more}


def stated(connection: Connection) -> None:
    """Write a line for each movement of cash, on its day, taxes beside the premiums."""
    for number, one in enumerate(list(movements(connection))):
        identity, tax = number.to_bytes(32), 15 * number if one.amount > 0 else 0
        day = datetime.fromtimestamp(one.at, MONTREAL).date()
        total = one.amount + tax
        connection.execute(LINES.insert().values(line(identity, day, total)))
        connection.execute(MATCHES.insert().values(match(identity, abs(total), one.reference, tax)))
        if tax:
            paid = {"reference": one.reference, "merchant": SMITH, "amount": tax, "received_at": one.at}
            connection.execute(table_of(TaxPayment).insert().values(paid))


@pytest.fixture
def bank(database_url: str) -> Iterator[Bank]:
    engine = empty(database_url)
    with engine.begin() as connection:
        life = whole(Life(connection))
        life.settle(SMITH, 4_321)
        stated(connection)
    yield Bank(engine, life.decoder)
    engine.dispose()


def test_every_day_of_a_life_is_reconciled_to_the_cent(bank: Bank) -> None:
    """Bank, books and chain, at the end of each day: the only difference is the taxes."""
    days = [date(2025, 12, 31) + timedelta(days=number) for number in range(60)]
    seen = set()
    for day in days:
        found = bank.look(end_of(day, MONTREAL))
        assert (found.open, found.books) == ((), found.chain), day
        assert found.bank - found.chain == found.explained == sum(found.totals().values())
        assert set(found.totals()) <= {Why.TAX}
        seen.add(found.chain)
    assert len(seen) == 3  # before, between and after what moved the cash
    with reading(bank.engine) as connection:
        cash = connection.execute(select(table_of(Pockets).c.cash)).scalar_one()
    assert bank.look().chain == cash


def test_a_planted_cent_opens_one_exception_which_closes_when_it_has_gone(bank: Bank) -> None:
    """And each run is kept, with what it found."""
    bank.run()
    assert bank.open() == []
    first = LINES.c.identity == bytes(32)
    with writing(bank.engine) as connection:
        connection.execute(update(LINES).where(first).values(amount=LINES.c.amount + 1))
    for _ in range(2):
        bank.run()
        [one] = bank.open()
        assert (one.kind, one.subject, one.amount, one.owner) == (
            "line",
            f"line:{bytes(32).hex()}",
            1,
            "treasurer",
        )
    with writing(bank.engine) as connection:
        connection.execute(update(LINES).where(first).values(amount=LINES.c.amount - 1))
    bank.run()
    assert bank.open() == []
    with reading(bank.engine) as connection, Session(connection) as session:
        kept = keeping.kept(session, bank.last, 10)
        assert [(row.number, row.unexplained) for row in kept] == [(4, 0), (3, 1), (2, 1), (1, 0)]
        assert all(row.bank - row.chain == row.explained + row.unexplained for row in kept)


def test_what_the_bank_has_not_stated_is_an_exception_of_its_own(bank: Bank) -> None:
    """Its line and match lost, the settlement stands alone on the chain."""
    with writing(bank.engine) as connection:
        for table, column in ((LINES, "identity"), (MATCHES, "line")):
            connection.execute(delete(table).where(table.c[column] == bytes(32)))
        one = connection.execute(select(table_of(Settlement))).mappings().first()
    assert one is not None
    bank.run()
    assert [(row.kind, row.amount) for row in bank.open()] == [("movement", -one["amount"])]


def test_books_that_lost_an_entry_are_noticed(bank: Bank) -> None:
    """The journal follows the events; the chain's side here follows the tables, and one of them changed."""
    with writing(bank.engine) as connection:
        table = table_of(Settlement)
        connection.execute(update(table).where(table.c.merchant == SMITH).values(amount=table.c.amount + 7))
    kinds = {one.why for one in bank.look().open}
    assert Why.BOOKS in kinds


def test_before_the_first_line_there_is_nothing_to_reconcile(database_url: str) -> None:
    """A community without a bank here opens no exceptions."""
    engine = empty(database_url)
    with engine.begin() as connection:
        life = whole(Life(connection))
    with pytest.raises(BankUnknownError):
        Bank(engine, life.decoder).run()
    engine.dispose()


def test_a_line_set_aside_beside_the_reference_of_the_chain_explains_a_payment(bank: Bank) -> None:
    """A person wrote which operating payment it is; without that word, two differences are open."""
    with reading(bank.engine) as connection:
        [last] = [one for one in movements(connection) if one.amount == -500][:1]
    row = MATCHES.c.commitment == last.reference
    with writing(bank.engine) as connection:
        identity = connection.execute(select(MATCHES.c.line).where(row)).scalar_one()
        connection.execute(delete(MATCHES).where(row))
        own = LINES.c.identity == identity
        connection.execute(update(LINES).where(own).values(state="unmatched"))
    assert sorted(one.why for one in bank.look().open) == [Why.LINE, Why.MOVEMENT]
    with writing(bank.engine) as connection:
        why = f"rent, 0x{last.reference.hex()}"
        connection.execute(update(LINES).where(own).values(state="set-aside", why=why))
    assert bank.look().open == ()


def test_a_reconciliation_that_was_kept_stays_as_it_is(bank: Bank) -> None:
    """Its hash is that of its content, and the database refuses to change it."""
    bank.run()
    table = table_of(Reconciliation)
    for statement in (update(table).values(bank=0), delete(table)):
        with pytest.raises(Exception, match="stays"), writing(bank.engine) as connection:
            connection.execute(statement)
