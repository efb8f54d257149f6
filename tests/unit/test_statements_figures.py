"""A month adds up, whatever happened in it, and ends as the read model stood when it ended."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Table, select

from endogene_token.treasury.statements.document import Figures
from endogene_token.treasury.statements.figures import day_name, figures_of
from endogene_token.treasury.statements.months import Month
from endogene_token.treasury.statements.movements import SOURCES
from tests.unit.told_books import MONTREAL, empty
from tests.unit.told_money import BAKER, SMITH
from tests.unit.told_trade import Trade, busy

JANUARY, FEBRUARY, MARCH = Month(2026, 1), Month(2026, 2), Month(2026, 3)
MERCHANTS = (BAKER, SMITH)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("sell", "sell", "late", "refuse", "refund", "settle", "lose", "spend", "give back", "pay"),
                *("net", "ask", "cash", "drop", "wait", "end", "begin"),
            )
        ),
        st.integers(0, 1),
        st.integers(1, 100_000),
    ),
    max_size=40,
)
HUGE = 2**63  # minor units: one such payment fits into the 64 bits of the chain, two do not


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A read model of which every test takes its own writing back."""
    folder: Path = tmp_path_factory.mktemp("statements")
    engine = empty(f"sqlite:///{folder / 'ledger.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def trade(connection: Connection) -> Trade:
    """Two months in which each movement is met."""
    return busy(Trade(connection))


def live(trade: Trade, step: str, who: int, amount: int) -> None:  # noqa: C901, PLR0912 - one line a step
    """Take one step of a random life."""
    merchant, till, other = MERCHANTS[who], who + 1, MERCHANTS[1 - who]
    if step == "sell":
        trade.sell(till, amount * 10)
    elif step == "late":
        trade.sell(till, amount, age=amount % 25)
    elif step == "refuse":
        trade.sell(till, 2**64 - amount, age=-(2**32 - 1), reason=amount % 13 + 1)
    elif step == "refund" and (open_ := [sale for sale in trade.sales if sale.left]):
        sale = open_[amount % len(open_)]
        trade.refund(sale, min(sale.left, amount))
    elif step == "settle":
        is_huge = amount % 50 == 0 and min(trade.owed.values()) > -HUGE // 2
        trade.settle(merchant, HUGE if is_huge else amount // 3 + 1)
    elif step == "lose":
        trade.lose(merchant, amount)
    elif step == "spend":
        trade.spend(merchant, amount)
    elif step == "give back" and trade.spendings:
        trade.give_back(trade.spendings[amount % len(trade.spendings)], amount)
    elif step == "pay":
        trade.pay(merchant, other, amount)
    elif step == "net":
        trade.net(merchant, amount)
    elif step == "ask":
        trade.ask(merchant, amount // 2 + 1)
    elif step in {"cash", "drop"}:
        trade.close(paid=step == "cash")
    elif step == "wait":
        trade.wait(amount % 12)
    elif step in {"end", "begin"}:
        trade.wait_until_midnight_of(trade.month.next.first_day, less=int(step == "end"))


def months(trade: Trade) -> list[Month]:
    found = [JANUARY]
    while found[-1] < trade.month:
        found.append(found[-1].next)
    return found


def of(connection: Connection, month: Month) -> dict[int, Figures]:
    return {one.merchant: one for one in figures_of(connection, month, MONTREAL)}


def wrong(trade: Trade) -> list[str]:
    """Return what does not add up, or is not as the read model had it when each month ended."""
    found = []
    before: dict[int, Figures] = {}
    for month in months(trade):
        now = of(trade.connection, month)
        for merchant in MERCHANTS:
            one, where = now[merchant], f"{month} {merchant}"
            account, held = one.account, one.project_currency
            found += [
                f"{where}: {what}"
                for what, is_right in (
                    ("account", account.closing.value == account.opening.value + account.movement),
                    ("currency", held.closing == held.opening + held.movement),
                    ("premiums", account.premiums == sum(day.premiums for day in one.days)),
                    ("reversals", account.reversals == sum(day.reversals for day in one.days)),
                    ("one side", 0 in {account.closing.owed, account.closing.prepaid}),
                )
                if not is_right
            ]
            ended = trade.at_ends.get((month, merchant)) or trade.standing(merchant)
            if (account.closing.value, held.closing, held.awaiting.amount) != ended:
                found.append(f"{where}: closing")
            if before and before[merchant].account.closing != account.opening:
                found.append(f"{where}: opening")
            if before and before[merchant].project_currency.closing != held.opening:
                found.append(f"{where}: held at the beginning")
        before = now
    return found


def reports(trade: Trade) -> dict[tuple[Month, int, str, str], int]:
    """Return what the statements say that each till told of each day."""
    found = {}
    for month in months(trade):
        for figures in of(trade.connection, month).values():
            for day in figures.days:
                for name in ("sales", "refunds", "refused_sales", "refused_refunds"):
                    sums = getattr(day, name)
                    if sums.count:
                        found[month, day.till, day.day, f"{name} count"] = sums.count
                        found[month, day.till, day.day, f"{name} amount"] = sums.amount
    return found


@settings(max_examples=40)
@given(STEPS)
def test_any_life_adds_up_month_by_month(engine: Engine, steps: list[tuple[str, int, int]]) -> None:
    """Opening + movements = closing = what the read model had when the month ended; the days as told."""
    with engine.connect() as connection, connection.begin() as transaction:
        trade = Trade(connection)
        for step in steps:
            live(trade, *step)
        trade.end_months()
        assert wrong(trade) == []
        assert reports(trade) == dict(trade.told)
        transaction.rollback()


def test_the_busy_life_meets_every_movement(trade: Trade) -> None:
    """What is shown on it is shown of every line of a statement."""
    months_ = [of(trade.connection, month)[BAKER] for month in (JANUARY, FEBRUARY)]
    for name in ("premiums", "reversals", "currency_premiums", "returned_premiums", "settled", "netted"):
        assert all(getattr(one.account, name) for one in months_), name
    assert any(one.account.written_off for one in months_)
    for name in ("from_projects", "paid_on", "returned", "netted", "cashed", "asked"):
        assert all(getattr(one.project_currency, name).count for one in months_), name
    assert months_[0].project_currency.awaiting.count
    assert {day.late for one in months_ for day in one.days} == {True, False}
    assert wrong(trade) == []
    assert reports(trade) == dict(trade.told)


@pytest.mark.parametrize("name", sorted({source.name for source in SOURCES}))
def test_a_movement_that_is_lost_is_noticed(trade: Trade, name: str) -> None:
    """The proof above can fail, for each source by itself."""
    [source] = [one for one in SOURCES if one.name == name]
    table = source.rows if isinstance(source.rows, Table) else source.amount.table
    key = [*table.primary_key]
    row = trade.connection.execute(select(*key).where(source.amount > 0).order_by(*key)).first()
    assert row is not None
    trade.connection.execute(
        table.delete().where(*(column == value for column, value in zip(key, row, strict=True)))
    )
    assert wrong(trade) != []


def test_what_comes_late_stands_in_the_month_that_recorded_it_under_its_own_day(trade: Trade) -> None:
    """A sale of the 23rd of January that is recorded in February is February's, and marked."""
    late = [day for day in of(trade.connection, FEBRUARY)[BAKER].days if day.late]
    assert [(day.day, day.sales.amount) for day in late] == [("2026-01-23", 12_345)]
    assert all(not day.late for day in of(trade.connection, FEBRUARY)[SMITH].days if day.day >= "2026-02-01")


def test_the_first_and_the_last_second_of_a_month_are_its_own(connection: Connection) -> None:
    """By the community's clock: midnight in Montréal, not in Greenwich."""
    trade = Trade(connection)
    begin = FEBRUARY.period(MONTREAL).begin
    for now, amount in ((begin - 1, 100_000), (begin, 200_000)):
        trade.now = now
        trade.sell(1, amount)
    sold = [
        sum(day.sales.amount for day in of(connection, month)[BAKER].days) for month in (JANUARY, FEBRUARY)
    ]
    assert sold == [100_000, 200_000]


def test_the_month_ends_with_its_last_block(trade: Trade) -> None:
    """So that anyone can ask the chain for the same account."""
    last = [of(trade.connection, month)[BAKER].last_block for month in (JANUARY, FEBRUARY, MARCH)]
    assert last[0] < last[1] == last[2] == trade.block


def test_a_refused_item_is_on_the_tills_report_and_brings_nothing(trade: Trade) -> None:
    """The merchant finds it, and why."""
    [refusal] = of(trade.connection, JANUARY)[BAKER].refusals
    assert (refusal.reason, refusal.items.count, refusal.items.amount) == ("unknown-member", 1, 40_000)
    assert sum(day.refused_sales.amount for day in of(trade.connection, JANUARY)[BAKER].days) == 40_000


def test_one_merchant_alone_is_told_as_among_all(trade: Trade) -> None:
    """A question about one merchant reads no other's rows."""
    for month in (JANUARY, FEBRUARY):
        everybody = of(trade.connection, month)
        for merchant in MERCHANTS:
            assert list(figures_of(trade.connection, month, MONTREAL, merchant)) == [everybody[merchant]]


def test_a_month_without_anything_is_empty(connection: Connection) -> None:
    """Nobody gets a paper that says nothing."""
    Trade(connection)
    assert all(one.is_empty for one in figures_of(connection, MARCH, MONTREAL))


def test_a_day_past_the_calendar_is_its_number() -> None:
    """A till may sign any day, to be refused."""
    assert (day_name(20_454), day_name(2**32 - 1)) == (date(2026, 1, 1).isoformat(), "4294967295")
