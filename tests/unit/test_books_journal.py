"""The journal: every act balances, and the accounts of each pocket hold what the chain says of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from endogene_token.errors import BooksDifferError
from endogene_token.indexer.models import Pockets, Purchase, table_of
from endogene_token.treasury.books import told
from endogene_token.treasury.books.chart import OWN, Book, Chart, Flow, Pocket, load_chart
from endogene_token.treasury.books.journal import Entry, of_year, since_the_founding
from endogene_token.treasury.books.sheets import month_ends, sheets, sheets_on
from tests.unit.test_money_projections import RIGHT
from tests.unit.told_books import (
    BAKER_TILL,
    MONTREAL,
    QUEBEC,
    SMITH_TILL,
    Ledger,
    Life,
    empty,
    sums,
    whole,
)
from tests.unit.told_money import BAKER, SMITH

FOREVER = 2**62
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("buy", "buy", "refund", "settle", "operate", "lose", "wait")),
        st.integers(0, 1),
        st.integers(1, 5_000_000),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A read model of which every test takes its own writing back."""
    folder: Path = tmp_path_factory.mktemp("books")
    engine = empty(f"sqlite:///{folder / 'ledger.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def life(connection: Connection) -> Life:
    """Some weeks in which each way that money goes is met."""
    return whole(Life(connection))


def live(life: Life, step: str, who: int, amount: int) -> None:
    """Take one step of a random life."""
    merchant, till = ((BAKER, BAKER_TILL), (SMITH, SMITH_TILL))[who]
    if step == "buy":
        life.buy(till, *((amount % 4, one) for one in (amount, amount // 3)))
    elif step == "refund" and (open_ := [sale for sale in life.sales if sale.left]):
        sale = open_[amount % len(open_)]
        life.refund(sale, min(sale.left, amount))
    elif step == "settle":
        life.settle(merchant, amount // 20 + 1)
    elif step == "operate":
        life.operate(amount)
    elif step == "lose":
        life.lose(merchant, amount)
    elif step == "wait":
        life.wait(amount % 90)


@settings(max_examples=60)
@given(STEPS)
def test_the_books_hold_what_the_pockets_do_after_each_act_of_any_life(
    engine: Engine, steps: list[tuple[str, int, int]]
) -> None:
    """DESIGN, law 1, in the books: sales, refunds, payments, losses in any order, over some years."""
    with engine.connect() as connection, connection.begin() as transaction:
        life, after = Life(connection), {}
        for step in steps:
            live(life, *step)
            life.now += 60
            after[life.block] = (life.pockets(), life.now)
        entries = life.entries()
        for block, (pockets, _) in after.items():
            assert sums(entries, block) == pockets
        told_at = [at for _, at in after.values()]
        assert sheets(connection, life.decoder, told_at) == [held for held, _ in after.values()]
        require_sound(entries)
        transaction.rollback()


def require_sound(entries: list[Entry]) -> None:
    """Check what each journal must be, whatever is in it."""
    for _, of_one in groupby(entries, key=lambda entry: entry.year):
        for number, entry in zip(count(1), of_one):
            assert entry.number == number
            assert sum(line.amount for line in entry.lines) == 0
            assert entry.lines
            assert all((line.debit > 0) != (line.credit > 0) for line in entry.lines)
            assert entry.year.first <= entry.day <= entry.year.last
    days = [entry.day for entry in entries]
    assert days == sorted(days)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("chart", ["quebec", "france"])
def test_each_way_that_project_money_goes_is_booked(connection: Connection, name: str, chart: str) -> None:
    """Awards, tranches, spendings, rounds, cash, returns, loans: the books end where the pockets do."""
    ledger = Ledger(connection, now=600)
    ledger.tell(*RIGHT[name])
    entries = ledger.entries(load_chart(chart))
    assert sums(entries, ledger.block) == ledger.pockets()
    assert sheets(connection, ledger.decoder, [FOREVER]) == [ledger.pockets()]
    require_sound(entries)


def test_every_flow_is_met_by_one_of_these_lives(engine: Engine) -> None:
    """An account that nothing here books would be one that nobody tested."""
    booked: set[str] = set()
    for name in ("", *RIGHT):
        with engine.connect() as connection, connection.begin() as transaction:
            ledger: Ledger = Ledger(connection, now=600) if name else whole(Life(connection))
            ledger.tell(*RIGHT.get(name, []))
            booked |= {line.account.number for entry in ledger.entries() for line in entry.lines}
            transaction.rollback()
    unmet = {target for target, account in QUEBEC.targets.items() if account.number not in booked}
    assert unmet == set(OWN)  # what is carried over to the next year is booked on these


def test_an_entry_tells_the_merchant_the_days_and_the_piece(life: Life) -> None:
    """What an auditor asks of a line: who, when, and where it is proved."""
    first = life.entries()[0]
    assert first.book is Book.PREMIUMS
    assert first.label.text("en") == ("Premiums of merchant 8, till 1, sales 1 to 3, 2026-01-01 – 2026-01-01")
    assert first.label.text("fr").startswith("Primes de l’entreprise 8, caisse 1")
    assert first.piece == "0x" + "0" * 63 + "2-0"
    assert (first.day, first.piece_day) == (date(2026, 1, 1), date(2026, 1, 1))
    told_lines = [
        (line.account.number, line.auxiliary.code if line.auxiliary else "", line.amount)
        for line in first.lines
    ]
    assert told_lines == [
        *(("1200", "M8", 529), ("2500", "S1", -252), ("2500", "S2", -84)),
        *(("4100", "", -18), ("4200", "", -175)),
    ]


def test_a_refund_that_its_pockets_lack_is_borne_by_free_money(life: Life) -> None:
    """ShortfallBorne: operations were spent, so the free fund pays their part of the refund."""
    refund = [entry for entry in life.entries() if "Refund of sale 1 of till 2" in entry.label.text("en")]
    amounts = {line.account.number: line.amount for line in refund[0].lines}
    assert amounts["5300"] > 0
    assert "4100" not in amounts
    assert amounts["2200"] < 0  # it had settled: what it owes no more is paid ahead


def test_the_same_rows_give_the_same_journal_and_more_rows_only_add_to_it(life: Life) -> None:
    """A run again gives the same; nothing that is booked is changed or numbered anew."""
    before = life.entries()
    assert life.entries() == before
    life.wait(1)
    life.buy(BAKER_TILL, (1, 100_000))
    life.refund(life.sales[0], 1)
    after = life.entries()
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1  # the refund of a cent undoes no premium


def test_pages_of_events_are_one_journal(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the events are cut, and a cut goes through a block's events."""
    entries = life.entries()
    monkeypatch.setattr(told, "PAGE", 2)
    assert life.entries() == entries


def test_a_batch_of_refused_or_worthless_sales_is_no_entry(life: Life) -> None:
    """Nothing moved: a number without an amount would be a hole for whoever adds up."""
    before = life.entries()
    life.buy(BAKER_TILL, (1, 0), (0, 1))
    assert life.entries() == before


def test_days_and_years_are_those_of_the_community(connection: Connection) -> None:
    """The last minute of a year in Montréal is in that year, though it is the next one in Greenwich."""
    life = Life(connection)
    life.now -= 60
    life.buy(BAKER_TILL, (1, 10_000))
    life.now += 60
    life.buy(BAKER_TILL, (1, 10_000))
    old, carried, new = life.entries()
    assert (old.day, old.year.name, old.number) == (date(2025, 12, 31), 2025, 1)
    assert (carried.day, carried.book, carried.number) == (date(2026, 1, 1), Book.OPENING, 1)
    assert (new.day, new.year.name, new.number) == (date(2026, 1, 1), 2026, 2)


def test_a_year_begins_with_what_the_one_before_left(life: Life) -> None:
    """Results go to their pocket's account, parts stay whose they are; a year without acts has this entry."""
    life.wait(800)
    life.buy(BAKER_TILL, (1, 10_000))
    entries = life.entries()
    require_sound(entries)
    assert [entry.year.name for entry in entries if entry.book is Book.OPENING] == [2027, 2028]
    [opening] = of_year(entries, 2027)
    assert (opening.number, opening.piece, opening.block) == (1, "AN2027", 0)
    assert not any(line.account.is_result for line in opening.lines)
    later = list(of_year(entries, 2028))
    held: dict[Pocket, int] = dict.fromkeys(Pocket, 0)
    for entry in later:
        for line in entry.lines:
            is_asset = line.account.pocket in {Pocket.CASH, Pocket.RECEIVABLE, Pocket.LOANS}
            held[line.account.pocket] += line.amount if is_asset else -line.amount
    assert held == life.pockets()
    assert sums(list(since_the_founding(entries)), life.block) == life.pockets()


def test_a_fiscal_year_may_begin_in_july(life: Life) -> None:
    """It is named by the year in which it ends, and numbered anew."""
    chart = replace(QUEBEC, begins=(7, 1))
    life.wait(150)
    life.buy(BAKER_TILL, (1, 10_000))
    entries = life.entries(chart)
    assert {entry.year.name for entry in entries} == {2026, 2027}
    [opening, *_] = of_year(entries, 2027)
    assert (opening.day, opening.piece) == (date(2026, 7, 1), "AN2027")


def test_a_chart_may_book_a_flow_on_its_pockets_own_account(life: Life) -> None:
    """Then an approval moves nothing on it, and is no entry; the sums stay those of the chain."""
    targets = {**QUEBEC.targets, Flow.REDEMPTIONS_APPROVED: QUEBEC.targets[Pocket.CREDITS]}
    chart: Chart = replace(QUEBEC, targets=targets)
    entries = life.entries(chart)
    assert len(entries) == len(life.entries()) - 2
    assert sums(entries, life.block) == life.pockets()
    require_sound(entries)


@pytest.mark.parametrize("pocket", Pocket)
def test_books_that_differ_from_a_pocket_are_refused(life: Life, pocket: Pocket) -> None:
    """They are never handed out: either the read model is damaged, or this program is wrong."""
    column = table_of(Pockets).c[pocket]
    life.connection.execute(table_of(Pockets).update().values({pocket: column + 1}))
    with pytest.raises(BooksDifferError, match=pocket):
        life.entries()


def test_a_purchase_that_credits_another_amount_than_its_batch_is_refused(life: Life) -> None:
    """A row that was changed is noticed where it is booked."""
    purchases = table_of(Purchase)
    where = (purchases.c.till == BAKER_TILL, purchases.c.sequence == 1)
    life.connection.execute(purchases.update().where(*where).values(credit=purchases.c.credit + 1))
    with pytest.raises(BooksDifferError, match="batch 1-1"):
        life.entries()


def test_the_pockets_at_the_ends_of_months_are_those_of_the_journal(life: Life) -> None:
    """Two ways to the same figures: the tables' and the events'."""
    entries = life.entries()
    days = month_ends(entries[0].day, entries[-1].day)
    assert days == [date(2026, 2, 1), entries[-1].day + timedelta(days=1)]
    for day, held in sheets_on(life.connection, life.decoder, days, MONTREAL).items():
        last = max(entry.block for entry in entries if entry.day < day)
        assert held == sums(entries, last)


def test_months_end_over_the_end_of_a_year() -> None:
    """The first day of each month that begins between two days, and the day after the last one."""
    assert month_ends(date(2025, 11, 30), date(2026, 2, 1)) == [
        *(date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 2))
    ]
    assert month_ends(date(2026, 2, 1), date(2026, 2, 28)) == [date(2026, 3, 1)]
