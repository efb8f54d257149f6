"""What the bank confirms reaches a real chain once: killed anywhere, by one settler or by two."""

import hmac
import re
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from endogene_token.chain.currency import Currency
from endogene_token.chain.redemptions import Redemptions
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import grant_role, record_purchases, revoke_role
from endogene_token.chain.views import Role
from endogene_token.indexer import Indexer
from endogene_token.indexer.models import Settlement
from endogene_token.office.secret import OfficeSecret
from endogene_token.store import reading, writing
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch, ReturnedDebt
from endogene_token.treasury.confirm.commitments import line_key
from endogene_token.treasury.statements.models import TaxPayment
from tests import settler_work
from tests.node.bare_anvil import bare_anvil
from tests.node.chain_client import wait_until
from tests.node.history import History, live
from tests.node.money import TREASURER
from tests.node.money_history import prepare, spend
from tests.node.relay_kills import killed_work
from tests.node.vote_history import decide
from tests.settler_work import AMOUNTS, DAY, ITEMS, keep, line, lines, settler, take, work
from tests.town import BAKERY, BAKERY_TILL, BASILE, Town, chain, database, key, settle_down
from tests.unit.confirm_desk import item, payment, run
from tests.unit.source_tree import files

TAXES = (100, 50, 15)
OWED = 20_000  # minor units, of premiums
POINTS = sorted(
    {
        name
        for path in files("py/endogene_token/treasury/confirm", suffix=".py")
        for name in re.findall(r'crash\.point\("(settler\.[a-z-]+)"\)', path.read_text())
    }
)


@pytest.fixture(scope="module")
def rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    with chain(tmp_path_factory.mktemp("chain")) as found:
        yield found


@pytest.fixture
def town(rpc: Rpc) -> Town:
    """A town whose bakery owes premiums."""
    town = settle_down(rpc)
    sold = town.purchases(BAKERY_TILL, 1, [OWED * 10_000 // 280 + 1])
    town.do(record_purchases(town.community, [sold]))
    assert town.ledger.merchant_account(BAKERY).owed == OWED
    return town


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database in which three debits were handed in."""
    opened = database(database_url)
    debits = [item(ITEMS[n], AMOUNTS[n], tax=TAXES[n], run=1 + (n > 0)) for n in range(3)]
    keep(opened, run(1), run(2), run(3, "credit"), *debits)
    yield opened
    opened.dispose()


def rows(engine: Engine, model: type[Any]) -> list[Any]:
    with reading(engine) as connection, Session(connection) as session:
        return list(session.exec(select(model)))


def assert_settled_once(engine: Engine, town: Town) -> None:
    """The premiums of the three debits, and no more; their taxes beside; each under its commitment."""
    premiums = sum(AMOUNTS) - sum(TAXES)
    account = town.ledger.merchant_account(BAKERY)
    assert (account.owed, account.prepaid) == (OWED - premiums, 0)
    assert town.ledger.balance_sheet().cash == premiums
    matches = rows(engine, BankMatch)
    assert [one.state for one in matches] == ["done"] * 3
    assert {one.state for one in rows(engine, BankItem)} == {"settled"}
    assert {one.state for one in rows(engine, BankLine)} == {"settled"}
    taxes = {one.reference: one.amount for one in rows(engine, TaxPayment)}
    assert taxes == {one.commitment: one.tax for one in matches}
    Indexer(engine, town.rpc, town.community).catch_up()
    told = {one.bank_reference: one.amount for one in rows(engine, Settlement)}
    assert told == {one.commitment: one.premiums for one in matches}


def test_a_line_settles_once_under_the_hmac_of_the_line(engine: Engine, town: Town) -> None:
    """Computed here by the rule alone; of several parts of a line, each by its item."""
    work(engine, town)
    work(engine, town)
    assert_settled_once(engine, town)
    secret, (single, whole) = line_key(settler_work.SECRET), lines()
    expected = {
        ITEMS[0]: hmac.digest(secret, single.identity, "sha256"),
        **{name: hmac.digest(secret, whole.identity + name.encode(), "sha256") for name in ITEMS[1:]},
    }
    assert {one.item: one.commitment for one in rows(engine, BankMatch)} == expected
    assert expected[ITEMS[0]] == single.commitment(secret)
    assert all(town.ledger.reference_used(one) for one in expected.values())


def test_the_settler_has_a_crash_point_at_every_boundary() -> None:
    """Marked and committed before it is sent; sent, mined; noted and committed after."""
    assert [
        f"settler.{one}" for one in ("finished", "finishing", "marked", "mined", "sending", "sent")
    ] == POINTS


@pytest.mark.parametrize("point", [*POINTS, "settler.finished:2", "settler.marked:3"])
def test_killed_there_and_started_again_it_settles_everything_once(
    sqlite_url: str, town: Town, point: str
) -> None:
    """What was sent and not noted is asked of the chain; what was noted and not sent is sent."""
    engine = database(sqlite_url)
    debits = [item(ITEMS[n], AMOUNTS[n], tax=TAXES[n], run=1 + (n > 0)) for n in range(3)]
    keep(engine, run(1), run(2), *debits)
    assert killed_work("tests.settler_work", town, engine, point) == -signal.SIGKILL
    work(engine, town)
    assert_settled_once(engine, town)
    engine.dispose()


def test_killed_again_and_again_it_still_settles_once(sqlite_url: str, town: Town) -> None:
    """At each point in turn, on one database."""
    engine = database(sqlite_url)
    debits = [item(ITEMS[n], AMOUNTS[n], tax=TAXES[n], run=1 + (n > 0)) for n in range(3)]
    keep(engine, run(1), run(2), *debits)
    for point in (
        "settler.marked",
        "settler.sending",
        "settler.sent",
        "settler.finishing",
        "settler.finished",
    ):
        killed_work("tests.settler_work", town, engine, point)
    work(engine, town)
    assert_settled_once(engine, town)
    engine.dispose()


@pytest.mark.parametrize("forgets", [False, True], ids=["noted first", "forgotten"])
def test_what_was_sent_is_known_by_what_was_noted_before(sqlite_url: str, town: Town, forgets: bool) -> None:
    """Even under another key of the office. Had it not been noted, it settled twice: the law can fail."""
    engine = database(sqlite_url)
    debits = [item(ITEMS[n], AMOUNTS[n], tax=TAXES[n], run=1 + (n > 0)) for n in range(3)]
    keep(engine, run(1), run(2), *debits)
    killed_work("tests.settler_work", town, engine, "settler.mined")
    if forgets:
        with writing(engine) as connection:
            connection.execute(text("UPDATE bank_match SET state = 'approved', commitment = x''"))
    worker = settler(engine, town, secret=OfficeSecret(b"\x5f" * 32))
    while worker.step():
        pass
    if forgets:
        with pytest.raises(AssertionError):
            assert_settled_once(engine, town)
    else:
        assert_settled_once(engine, town)
    engine.dispose()


@pytest.mark.parametrize("accounts", [(101, 101), (101, 404)], ids=["one account", "two accounts"])
def test_two_settlers_at_once_settle_once(engine: Engine, town: Town, accounts: tuple[int, int]) -> None:
    """Started by mistake on one database, with the treasurer's account twice or that of a second one."""
    town.do(grant_role(town.community, Role.TREASURER, key(404).address, 2**40))
    stop = threading.Event()
    workers = [settler(engine, town, key(number)) for number in accounts]
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in workers]
    for thread in threads:
        thread.start()
    try:
        take(engine, *lines())
        wait_until(lambda: [one.state for one in rows(engine, BankMatch)] == ["done"] * 3, seconds=120)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert_settled_once(engine, town)


def test_a_debit_that_came_back_before_leaves_the_premium_owed(engine: Engine, town: Town) -> None:
    """Nothing of it is on the chain."""
    take(engine, line(AMOUNTS[0], ITEMS[0]), line(-AMOUNTS[0], ITEMS[0], return_code="901"))
    while settler(engine, town).step():
        pass
    assert town.ledger.merchant_account(BAKERY).owed == OWED
    assert (town.ledger.balance_sheet().cash, rows(engine, ReturnedDebt)) == (0, [])


def test_one_that_came_back_after_is_a_debt_whose_payment_is_not_settled_again(
    engine: Engine, town: Town
) -> None:
    """The chain counts the cash once; the bank lacks exactly the open debt."""
    work(engine, town)
    cash = town.ledger.balance_sheet().cash
    take(engine, line(-AMOUNTS[0], ITEMS[0], return_code="901"))
    work(engine, town)
    [debt] = rows(engine, ReturnedDebt)
    bank = sum(one.amount for one in rows(engine, BankLine))
    taxes = sum(one.amount for one in rows(engine, TaxPayment))
    assert (debt.state, bank) == ("open", cash + taxes - debt.amount)
    again = item("D2026-000009", AMOUNTS[0], tax=0, premiums=0, kind="debt", statement=ITEMS[0])
    keep(engine, again)
    take(engine, line(AMOUNTS[0], "D2026-000009", booked=DAY))
    work(engine, town)
    [debt] = rows(engine, ReturnedDebt)
    assert (debt.state, town.ledger.balance_sheet().cash) == ("collected", cash)
    assert len(rows(engine, TaxPayment)) == 3


def test_what_the_chain_refuses_waits_until_it_does_not(engine: Engine, town: Town) -> None:
    """A treasurer whose role has ended sends nothing; the queue says why."""
    town.do(revoke_role(town.community, Role.TREASURER, key(101).address))
    worker = settler(engine, town)
    take(engine, *lines())
    assert worker.step() == 0
    assert {one.why for one in rows(engine, BankLine)} == {"missing-role"}
    assert {one.state for one in rows(engine, BankMatch)} == {"approved"}
    town.do(grant_role(town.community, Role.TREASURER, key(101).address, 2**40))
    assert worker.step() == 0, "what was refused a moment ago is not asked at each step"
    work(engine, town)
    assert_settled_once(engine, town)


@pytest.fixture(scope="module")
def spent() -> Iterator[Town]:
    """A town with a request of cash and a redemption that wait to be paid."""
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        history = History(town)
        live(history)
        prepare(town)
        spend(decide(town), history)
        yield town


@pytest.fixture
def waiting(spent: Town) -> Iterator[Town]:
    """That town, as it was after each test."""
    kept = spent.rpc.request("evm_snapshot", [])
    yield spent
    spent.rpc.request("evm_revert", [kept])


def test_what_we_paid_is_booked_as_a_request_and_an_instalment(engine: Engine, waiting: Town) -> None:
    """Under the commitments to the lines that left; what is left of a redemption waits."""
    ledger, currency, desk = waiting.ledger, Currency(waiting.ledger), Redemptions(waiting.ledger)
    assert (currency.cash_request(3).merchant, currency.cash_request(3).amount) == (BAKERY, 700)
    before = ledger.balance_sheet().cash
    credits_ = ledger.account(BASILE).balance
    first = payment("C2026-000001", 700, number=3)
    second = payment("C2026-000002", 25, "redemption", 5)
    keep(engine, first, second)
    take(engine, line(-700, "C2026-000001"), line(-25, "C2026-000002"))
    worker = settler(engine, waiting, TREASURER)
    assert worker.step() == 2
    assert ledger.balance_sheet().cash == before - 725
    assert not currency.cash_request(3).is_open
    assert (desk.redemption(5).paid, ledger.account(BASILE).balance) == (45, credits_ - 25)
    references = [one.commitment for one in rows(engine, BankMatch)]
    assert all(ledger.reference_used(one) for one in references)
    assert worker.step() == 0


def test_another_amount_than_the_request_s_is_not_booked(engine: Engine, waiting: Town) -> None:
    """The contract would pay the whole request, whatever left the bank."""
    keep(engine, payment("C2026-000001", 699, number=3))
    take(engine, line(-699, "C2026-000001"))
    assert settler(engine, waiting, TREASURER).step() == 0
    assert Currency(waiting.ledger).cash_request(3).is_open
    [held] = rows(engine, BankLine)
    assert held.why == "cash-amount"
