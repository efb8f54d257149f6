"""The treasury's day on a real chain: real books against a bank, suspensions that the chain carries out."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlmodel import Session

from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import set_limits, settle_premiums, suspend_merchant
from endogene_token.chain.views import MerchantStatus
from endogene_token.config import Settings
from endogene_token.errors import LedgerRefusal, NodeUnavailableError
from endogene_token.indexer import Indexer
from endogene_token.indexer.models import table_of
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import Actor, changing, page, verify
from endogene_token.relay import Relay, queue
from endogene_token.store import reading, writing
from endogene_token.treasury.collect.models import BankLine, BankMatch
from endogene_token.treasury.confirm.commitments import commitment, line_key
from endogene_token.treasury.daily import ACTOR, Daily
from endogene_token.treasury.desk import Desk
from endogene_token.treasury.dunning import carrying, proposals
from endogene_token.treasury.dunning.proposals import Act, State
from endogene_token.treasury.dunning.rules import Arrears
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import DunningProposal, DunningState, Reconciliation
from endogene_token.treasury.reconcile.reading import movements
from tests.town import BAKERY, BAKERY_TILL, Town, chain, key, settle_down
from tests.unit.test_reconcile_reading import line, match

ZONE = ZoneInfo("America/Toronto")
LINES, MATCHES = table_of(BankLine), table_of(BankMatch)
SECRET = OfficeSecret(b"\7" * 32)
TREASURER, REGISTRAR = Actor("officer:0x" + "1a" * 20, "cli"), Actor("officer:0x" + "2b" * 20, "cli")
LONGEST_DAY = 90_000  # the one on which summer time ends


@pytest.fixture(scope="module")
def town_rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    with chain(tmp_path_factory.mktemp("chain")) as found:
        yield found


@pytest.fixture
def town(town_rpc: Rpc, engine: Engine) -> Town:
    """A town in which the bakery sold for 1,500.00, its premiums 42.00."""
    found = settle_down(town_rpc)
    queue.accept(engine, found.purchases(BAKERY_TILL, 1, [100_000, 50_000]))
    relay = Relay(engine, found.ledger, found.relayer)
    while relay.step():
        pass
    read(engine, found)
    return found


def read(engine: Engine, town: Town) -> None:
    Indexer(engine, town.rpc, town.community).catch_up()


def desk_of(engine: Engine, town: Town, folder: Path) -> Desk:
    return Desk(engine, town.community, Settings(data_dir=folder), lambda: SECRET)


def daily_of(engine: Engine, town: Town, folder: Path, registrar: Sender | None = None) -> Daily:
    return Daily(desk_of(engine, town, folder), registrar or Sender(town.ledger, town.officer))


def collect(engine: Engine, town: Town, amount: int, number: int = 1) -> bytes:
    """State a payment of the bakery at the bank, settle it on the chain, and return the line's identity."""
    identity = number.to_bytes(32)
    reference = commitment(line_key(SECRET), identity)
    with writing(engine) as connection:
        today = datetime.now(ZONE).date()
        connection.execute(insert(LINES).values(line(identity, today, amount)))
        connection.execute(insert(MATCHES).values(match(identity, amount, reference)))
    town.do(settle_premiums(town.community, BAKERY, amount, reference))
    read(engine, town)
    return identity


def open_kinds(engine: Engine) -> list[str]:
    with reading(engine) as connection, Session(connection) as session:
        return [one.kind for one in inbox.page(session, 0, 100, among=inbox.OF_MONEY, is_open=True)]


def actions(engine: Engine) -> list[str]:
    with reading(engine) as connection, Session(connection) as session:
        assert verify(session).broken is None
        return [one.action for one in page(session, 0, 1_000)]


def test_a_whole_history_is_reconciled_with_its_own_books(
    lived: Town, engine: Engine, tmp_path: Path
) -> None:
    """Every payment in and out of a long history, each with its line: no cent is left over."""
    read(engine, lived)
    with writing(engine) as connection:
        for number, one in enumerate(list(movements(connection))):
            identity, day = number.to_bytes(32), datetime.fromtimestamp(one.at, ZONE).date()
            connection.execute(insert(LINES).values(line(identity, day, one.amount)))
            connection.execute(insert(MATCHES).values(match(identity, abs(one.amount), one.reference)))
    assert number > 10
    desk = desk_of(engine, lived, tmp_path)
    found = desk.reconcile(ACTOR, int(time.time()))
    assert found.bank == found.books == found.chain == lived.ledger.balance_sheet().cash
    assert found.differences == ()
    with writing(engine) as connection:
        last = LINES.c.identity == number.to_bytes(32)
        connection.execute(update(LINES).where(last).values(amount=LINES.c.amount - 1))
    found = desk.reconcile(ACTOR, int(time.time()))
    assert [(one.subject, one.amount) for one in found.open] == [(f"line:{number.to_bytes(32).hex()}", -1)]
    assert open_kinds(engine) == ["line"]


def test_a_day_is_worked_once_and_its_exceptions_end_with_their_cause(
    town: Town, engine: Engine, tmp_path: Path
) -> None:
    """A restart on the same day repeats nothing; the next day finds the cent gone."""
    identity, now = collect(engine, town, 2_000), int(time.time())
    own = LINES.c.identity == identity
    with writing(engine) as connection:
        connection.execute(update(LINES).where(own).values(amount=LINES.c.amount + 1))
    for _ in range(2):
        worker = daily_of(engine, town, tmp_path)
        worker.step(now)
        worker.step(now)
        assert open_kinds(engine) == ["line"]
    assert actions(engine).count("bank.reconciled") == actions(engine).count("dunning.examined") == 1
    with writing(engine) as connection:
        connection.execute(update(LINES).where(own).values(amount=LINES.c.amount - 1))
    worker.step(now + LONGEST_DAY)
    assert open_kinds(engine) == []
    with reading(engine) as connection:
        rows = connection.execute(select(table_of(Reconciliation))).mappings().all()
    assert [(row["bank"], row["chain"], row["unexplained"]) for row in rows] == [
        (2_001, 2_000, 1),
        (2_000, 2_000, 0),
    ]


def test_without_a_bank_the_day_opens_nothing(town: Town, engine: Engine, tmp_path: Path) -> None:
    """A community that has imported no statement is not told that all its cash is unexplained."""
    daily_of(engine, town, tmp_path).step()
    assert open_kinds(engine) == []
    assert "bank.reconciled" not in actions(engine)


def test_a_limit_that_comes_near_is_told_at_the_next_look(town: Town, engine: Engine, tmp_path: Path) -> None:
    """Not the next day: the bakery owes 42.00, and its limit becomes 50.00."""
    worker = daily_of(engine, town, tmp_path)
    worker.step()
    assert open_kinds(engine) == []
    town.do(set_limits(town.community, BAKERY, 5_000, 10_000_000))
    read(engine, town)
    worker.step()
    worker.step()
    assert open_kinds(engine) == ["exposure"]
    assert actions(engine).count("dunning.examined") == 2


def test_a_read_model_that_lags_judges_nobody(town: Town, engine: Engine, tmp_path: Path) -> None:
    """A payment that is on the chain and not yet read would make somebody late."""
    town.do(set_limits(town.community, BAKERY, 5_000, 10_000_000))
    worker = daily_of(engine, town, tmp_path)
    worker.step()
    worker.step()
    with reading(engine) as connection:
        assert connection.execute(select(table_of(DunningState))).first() is None
    read(engine, town)
    worker.step()
    assert open_kinds(engine) == ["exposure"]


def proposed(engine: Engine, act: Act, *, approved: bool) -> None:
    with changing(engine, TREASURER) as change:
        row = proposals.propose(change, BAKERY, act, Arrears(), 1)
    if approved:
        with changing(engine, REGISTRAR) as change:
            proposals.decide(change, row.number or 0, True, "agreed", 2)


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        table = table_of(DunningProposal)
        return list(connection.execute(select(table.c.state).order_by(table.c.number)).scalars())


def test_what_the_registrar_approved_is_carried_out_on_the_chain_once(
    town: Town, engine: Engine, tmp_path: Path
) -> None:
    """Suspended, then reinstated; what nobody has decided stays a proposal."""
    worker, registrar = daily_of(engine, town, tmp_path), Sender(town.ledger, town.officer)
    proposed(engine, Act.SUSPEND, approved=False)
    worker.step()
    assert town.ledger.merchant(BAKERY).status is MerchantStatus.ACTIVE
    with changing(engine, REGISTRAR) as change:
        proposals.decide(change, 1, True, "agreed", 2)
    worker.step()
    assert town.ledger.merchant(BAKERY).status is MerchantStatus.SUSPENDED
    assert (states(engine), open_kinds(engine)) == ([State.DONE], [])
    head = town.ledger.head()
    assert carrying.carry_out(engine, registrar, ACTOR) == 0
    assert town.ledger.head() == head
    read(engine, town)
    proposed(engine, Act.REINSTATE, approved=True)
    worker.step()
    assert town.ledger.merchant(BAKERY).status is MerchantStatus.ACTIVE
    assert states(engine) == [State.DONE, State.DONE]
    assert "dunning.suspend.done" in actions(engine)


def test_what_the_chain_refuses_keeps_nobody_from_the_day_s_work(
    town: Town, engine: Engine, tmp_path: Path
) -> None:
    """A registrar whose term has ended: the refusal is told after the examination, at every look."""
    proposed(engine, Act.SUSPEND, approved=True)
    worker = daily_of(engine, town, tmp_path, registrar=Sender(town.ledger, key(999)))
    for _ in range(2):
        with pytest.raises(LedgerRefusal):
            worker.step()
    assert "dunning.examined" in actions(engine)
    assert states(engine) == [State.APPROVED]


def test_who_was_killed_after_sending_sends_nothing_a_second_time(
    town: Town, engine: Engine, tmp_path: Path
) -> None:
    """The chain has it, the office did not note it: the next pass only notes."""
    proposed(engine, Act.SUSPEND, approved=True)
    town.do(suspend_merchant(town.community, BAKERY))
    head = town.ledger.head()
    daily_of(engine, town, tmp_path).step()
    assert (states(engine), town.ledger.head()) == ([State.DONE], head)


def test_a_node_that_does_not_answer_is_waited_for(town: Town, engine: Engine, tmp_path: Path) -> None:
    """The worker goes on; what was approved waits."""
    proposed(engine, Act.SUSPEND, approved=True)
    with Rpc(["http://127.0.0.1:9"]) as nobody:
        away = Town(nobody, town.community)
        worker = daily_of(engine, away, tmp_path)
        with pytest.raises(NodeUnavailableError):
            worker.step()
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        time.sleep(1)
        assert thread.is_alive()
        stop.set()
        thread.join(20)
    assert states(engine) == [State.APPROVED]
