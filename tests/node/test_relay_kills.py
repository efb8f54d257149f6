"""Killed at any numbered point, the relay goes on: nothing lost, nothing doubled."""

import signal
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.chain.rpc import Rpc
from endogene_token.relay import Relay, queue
from endogene_token.store import reading
from tests.node.relay_kills import killed_work, points
from tests.relay_work import work
from tests.town import (
    BAKERY,
    BAKERY_TILL,
    GROCER,
    GROCER_SHOP,
    GROCER_TILL,
    Town,
    chain,
    database,
    key,
    settle_down,
)

POINTS = points("relay")


@pytest.fixture(scope="module")
def rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    with chain(tmp_path_factory.mktemp("chain")) as found:
        yield found


@pytest.fixture
def town(rpc: Rpc) -> Town:
    return settle_down(rpc)


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    opened = database(sqlite_url)
    yield opened
    opened.dispose()


def test_the_relay_has_a_crash_point_at_every_boundary() -> None:
    """Written and committed by the API; simulated, sent, mined, marked and committed by the relay."""
    assert [
        *("relay.accepted", "relay.committed", "relay.enqueued", "relay.marked", "relay.mined"),
        *("relay.sent", "relay.simulated"),
    ] == POINTS


@pytest.mark.parametrize("point", [*POINTS, "relay.committed:2", "relay.sent:2"])
def test_killed_there_and_started_again_it_records_everything_once(
    engine: Engine, town: Town, point: str
) -> None:
    """The till sends again what was not answered; the relay goes on from the chain."""
    assert killed_work("tests.relay_work", town, engine, point) == -signal.SIGKILL
    work(engine, town)
    ledger = town.ledger
    assert [ledger.till(till).next_sequence for till in (BAKERY_TILL, GROCER_TILL)] == [6, 2]
    assert ledger.merchant_account(BAKERY).owed == 28 + 84 + 112  # the purchase of 2000 was refunded
    assert ledger.merchant_account(GROCER).owed == 140
    with reading(engine) as connection, Session(connection) as session:
        rows = [queue.find(session, till, sequence) for till, sequence in ((1, 1), (1, 4), (1, 5), (2, 1))]
    assert [row and row.state for row in rows] == ["recorded"] * 4


@pytest.mark.parametrize("accounts", [(102, 102), (102, 103)], ids=["one account", "two accounts"])
def test_two_relays_at_once_do_no_harm(engine: Engine, town: Town, accounts: tuple[int, int]) -> None:
    """Started by mistake on one queue, they record each batch once, with one account or two."""
    tills = {BAKERY_TILL: 12, GROCER_TILL: 12, GROCER_SHOP: 12}
    stop = threading.Event()
    relays = [Relay(engine, town.ledger, key(number), items_per_transaction=4) for number in accounts]
    threads = [threading.Thread(target=relay.run, args=(stop,)) for relay in relays]
    for thread in threads:
        thread.start()
    try:
        for sequence in range(1, 13):
            for till in tills:
                queue.accept(engine, town.purchases(till, sequence, [1000]))
        wait_until_empty(engine)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert {till: town.ledger.till(till).next_sequence for till in tills} == dict.fromkeys(tills, 13)
    assert town.ledger.balance_sheet().premiums_receivable == 36 * 28


def wait_until_empty(engine: Engine) -> None:
    """Wait until nothing waits in the queue; fail after 60 seconds."""
    pause = threading.Event()
    for _ in range(600):
        with reading(engine) as connection, Session(connection) as session:
            if queue.depth(session).waiting == 0:
                return
        pause.wait(timeout=1 / 10)
    pytest.fail("the queue never emptied")
