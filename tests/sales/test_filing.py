"""Long files of sales: taken block by block, each line once, whoever is killed, sleeps or comes back."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, select
from structlog.testing import capture_logs

from endogene_token import crash
from endogene_token.errors import NotHostedError
from endogene_token.office import trail
from endogene_token.office.models import OfficeTrail
from endogene_token.office.secret import OfficeSecret
from endogene_token.sales import SaleUpload, backlog, filing
from endogene_token.sales.backlog import Standing
from endogene_token.sales.buyers import Buyer, Buyers
from endogene_token.sales.csv_upload import KIND, Columns, rows
from endogene_token.sales.deliveries import Desk, Row, keep_upload, refusals, take
from endogene_token.sales.filing import Filing, begin
from endogene_token.sales.models import SaleUnfinished
from endogene_token.sales.tills import unfinished
from endogene_token.sdk.sales import NewPurchase
from endogene_token.store import reading, writing
from tests.sales.counter import BUYERS, MERCHANT, TILL, ZONE, Counter

SECRET = OfficeSecret(bytes(32))
BLOCK = 4
CARD = "7GQ2-M4RT-9XKW-C3HN-5"
LINES = (
    "R-1;2026-11-20;-100;;A-1",  # the latest first: its purchase comes further down
    *(f"A-{number};2026-11-20;{number}00;;" for number in range(1, 9)),
    "A-9;2026-11-20;twelve;;",
    "R-2;2026-11-20;-100;;A-99",
)
FILE = "\n".join(("receipt;date;amount;card;refund_of", *LINES)).encode()
WORKER = """
import sys
from endogene_token.sales import filing
from endogene_token.store import open_engine
from tests.sales.test_filing import BLOCK, filing_of
filing.ROWS_AT_ONCE = BLOCK
filing_of(open_engine(sys.argv[1])).step()
"""


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four lines."""
    monkeypatch.setattr(filing, "ROWS_AT_ONCE", BLOCK)


def desk_of(engine: Any, till: int = TILL, merchant: int = MERCHANT, buyers: Buyers = BUYERS) -> Desk:
    return Desk(engine, merchant, till, ZONE, KIND, buyers, trail.COMMAND_LINE)


def filing_of(engine: Any, change: Callable[[Desk], Desk] = lambda desk: desk) -> Filing:
    return Filing(engine, "CAD", lambda: SECRET, lambda upload, _: change(desk_of(engine, upload.till)))


def sent(counter: Counter, content: bytes = FILE, said: Columns | None = None) -> int:
    """Have a file taken; return the number of its upload."""
    given = said or Columns()
    count = len(rows(content, given, "CAD"))
    return begin(desk_of(counter.engine), SECRET, content, given, count)


def kept(counter: Counter, upload: int) -> tuple[SaleUpload, Standing | None]:
    with reading(counter.engine) as connection, Session(connection, expire_on_commit=False) as session:
        found = session.get(SaleUpload, upload)
        assert found is not None
        stands = backlog.standing(session, found)
        session.expunge_all()
        return found, stands


def silent(counter: Counter) -> None:
    """Let so much time pass that the workers of all files pass for dead."""
    with writing(counter.engine) as connection:
        connection.execute(update(SaleUnfinished).values(beat=1))


def assert_whole(counter: Counter, upload: int) -> None:
    """Every line was dealt with once, and is told so."""
    found, left = kept(counter, upload)
    assert left is None
    assert (found.rows, found.added, found.again, found.refused) == (11, 9, 0, 2)
    assert [one.line for one in refusals(found)] == [11, 12]
    assert sorted(one.receipt for one in counter.sales()) == sorted([*(f"A-{n}" for n in range(1, 9)), "R-1"])
    with reading(counter.engine) as connection, Session(connection) as session:
        ended = select(OfficeTrail).where(OfficeTrail.action == "upload.kept")
        assert len(session.exec(ended).all()) == 1
        assert session.exec(select(SaleUnfinished)).all() == []


def test_a_long_file_becomes_what_it_would_have_become_at_once(counter: Counter) -> None:
    """Sales, refusals and counts, whatever the blocks are."""
    counter.host(901, TILL + 1)
    number = sent(counter)
    assert kept(counter, number)[1] == Standing(0, 11, is_begun=False, is_late=False)
    assert filing_of(counter.engine).step()
    assert_whole(counter, number)
    other = desk_of(counter.engine, TILL + 1)
    at_once = keep_upload(other, KIND, FILE, take(other, rows(FILE, Columns(), "CAD")))
    told = ("rows", "added", "again", "refused", "errors", "digest", "kind")
    found, _ = kept(counter, number)
    assert [getattr(found, one) for one in told] == [getattr(at_once, one) for one in told]
    assert not filing_of(counter.engine).step(), "nothing is left"


@pytest.mark.parametrize("point", ["sales.rows.written:2", "sales.rows.stored:1", "sales.rows.written:3"])
def test_killed_in_the_midst_another_goes_on_without_a_double_line(
    counter: Counter, database_url: str, point: str
) -> None:
    """What was committed is counted; the next worker waits for a sign of life before it takes the rest."""
    number = sent(counter)
    killed = subprocess.run(
        [sys.executable, "-c", WORKER, database_url],
        env={**os.environ, crash.VARIABLE: point, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    found, left = kept(counter, number)
    done = found.added + found.refused
    assert left == Standing(done, 11, is_begun=True, is_late=False)
    assert done in {BLOCK, 2 * BLOCK}
    assert not filing_of(counter.engine).step(), "its worker may still be at it"
    silent(counter)
    assert kept(counter, number)[1] == Standing(done, 11, is_begun=True, is_late=True)
    assert filing_of(counter.engine).step()
    assert_whole(counter, number)


class Slow:
    """Buyers that take so long that another worker takes the whole file meanwhile."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile
        self.asked: list[Buyer] = []

    def member_of(self, _session: Session, buyer: Buyer) -> int:
        self.asked.append(buyer)
        if len(self.asked) == 1:
            self.meanwhile()
        return 0


@pytest.mark.parametrize("part", [True, False])
def test_a_worker_that_slept_and_comes_back_changes_nothing(counter: Counter, part: bool) -> None:
    """Its block begins where the other one has passed already, by one block or to the end."""
    number, stop = sent(counter), threading.Event()

    def meanwhile() -> None:
        silent(counter)
        other = Slow(stop.set if part else lambda: None)
        assert filing_of(counter.engine, lambda desk: replace(desk, buyers=other)).step(stop)

    slow = Slow(meanwhile)
    assert filing_of(counter.engine, lambda desk: replace(desk, buyers=slow)).step()
    assert len(slow.asked) == 1, "it stopped there"
    left = Standing(BLOCK, 11, is_begun=False, is_late=False)
    assert kept(counter, number)[1] == (left if part else None)
    assert filing_of(counter.engine).step() == part
    assert_whole(counter, number)


def test_a_card_is_looked_up_once_however_many_blocks_name_it(counter: Counter) -> None:
    """A number that nobody knows costs the merchant one guess, not one a block."""
    lines = "\n".join(f"A-{number};2026-11-20;500;{CARD}" for number in range(10))
    sent(counter, f"receipt;date;amount;card\n{lines}".encode())
    slow = Slow(lambda: None)
    filing_of(counter.engine, lambda desk: replace(desk, buyers=slow)).step()
    assert slow.asked == [Buyer(card=CARD)]


def test_the_same_file_pressed_twice_is_one_file(counter: Counter) -> None:
    """Until it is whole; said to be read in another way, it is another one."""
    first = sent(counter)
    assert sent(counter) == first
    assert sent(counter, said=Columns(cents=True)) != first
    while filing_of(counter.engine).step():
        pass
    again, _ = kept(counter, sent(counter))
    assert again.id != first
    filing_of(counter.engine).step()
    found, _ = kept(counter, again.id or 0)
    assert (found.added, found.again, found.refused) == (0, 9, 2)


def test_cards_in_a_waiting_file_are_not_to_be_read(counter: Counter) -> None:
    """The file is sealed while it waits, and gone when it is done."""
    sent(counter, f"receipt;date;amount;card\nA-1;2026-11-20;500;{CARD}".encode())
    with reading(counter.engine) as connection, Session(connection) as session:
        [left] = session.exec(select(SaleUnfinished)).all()
        assert CARD not in str(left.model_dump())
        assert CARD.encode() not in left.content


def test_a_worker_that_is_asked_to_stop_leaves_its_file_to_the_next_at_once(counter: Counter) -> None:
    """Between two blocks: nobody waits for a sign of life."""
    number, stop = sent(counter), threading.Event()
    slow = Slow(stop.set)
    filing_of(counter.engine, lambda desk: replace(desk, buyers=slow)).step(stop)
    assert kept(counter, number)[1] == Standing(BLOCK, 11, is_begun=False, is_late=False)
    assert filing_of(counter.engine).step()
    assert_whole(counter, number)


def broken(_desk: Desk) -> Desk:
    raise RuntimeError("a fault of ours")


def test_a_file_that_fails_holds_up_no_other(counter: Counter) -> None:
    """It is tried again later."""
    number = sent(counter)
    assert filing_of(counter.engine, broken).step(), "and the worker lives on"
    other = sent(counter, b"receipt;date;amount\nB-1;2026-11-20;500")
    assert filing_of(counter.engine).step()
    assert kept(counter, other)[1] is None
    assert kept(counter, number)[1] is not None
    silent(counter)
    assert filing_of(counter.engine).step()
    assert kept(counter, number)[1] is None


def failing(counter: Counter) -> int:
    with reading(counter.engine) as connection, Session(connection) as session:
        return session.exec(select(SaleUnfinished.failing_since)).one()


def test_a_file_that_waited_for_days_while_nobody_worked_is_taken_all_the_same(counter: Counter) -> None:
    """Not begun, or begun before the service stopped: the time in which nobody tried does not count."""
    number, stop = sent(counter), threading.Event()
    filing_of(counter.engine, lambda desk: replace(desk, buyers=Slow(stop.set))).step(stop)
    with writing(counter.engine) as connection:
        connection.execute(update(SaleUpload).values(received_at=1))
    silent(counter)
    assert filing_of(counter.engine).step()
    assert_whole(counter, number)


def test_a_file_of_which_nothing_could_be_taken_for_a_day_is_given_up_and_told(counter: Counter) -> None:
    """Nobody's cards wait here for nothing; page, trail and log tell how many lines were not reached."""
    number = sent(counter)
    filing_of(counter.engine, broken).step()
    assert failing(counter) > 0
    with writing(counter.engine) as connection:
        connection.execute(update(SaleUnfinished).values(failing_since=1))
    silent(counter)
    with capture_logs() as logs:
        filing_of(counter.engine, broken).step()
    found, left = kept(counter, number)
    assert (left, found.rows, found.added, found.left) == (None, 11, 0, 11)
    assert [(one["log_level"], one["left"]) for one in logs if "given up" in one["event"]] == [
        ("warning", 11)
    ]
    with reading(counter.engine) as connection, Session(connection) as session:
        [ended] = session.exec(select(OfficeTrail).where(OfficeTrail.action == "upload.kept")).all()
        assert '"left":11' in ended.params


def test_a_block_that_is_taken_begins_the_day_anew(counter: Counter) -> None:
    """What could not be read yesterday, and can be today, is not given up for it."""
    number, stop = sent(counter), threading.Event()
    filing_of(counter.engine, broken).step()
    silent(counter)
    filing_of(counter.engine, lambda desk: replace(desk, buyers=Slow(stop.set))).step(stop)
    assert (failing(counter), kept(counter, number)[0].added) == (0, BLOCK)


def left_for(counter: Counter) -> int:
    with reading(counter.engine) as connection, Session(connection) as session:
        return unfinished(session, TILL)


def test_a_till_that_is_closed_takes_nothing_more_of_its_files(counter: Counter) -> None:
    """What nobody would sign is not recorded: the page and the trail tell how many lines were not reached."""
    number, stop = sent(counter), threading.Event()
    filing_of(counter.engine, lambda desk: replace(desk, buyers=Slow(stop.set))).step(stop)
    assert left_for(counter) == 11, "four sales to be signed, and seven lines"
    counter.tills.close(TILL)
    assert not filing_of(counter.engine).step()
    found, left = kept(counter, number)
    assert (left, found.added, found.left) == (None, BLOCK, 11 - BLOCK)
    with reading(counter.engine) as connection, Session(connection) as session:
        [ended] = session.exec(select(OfficeTrail).where(OfficeTrail.action == "upload.kept")).all()
        assert '"left":7' in ended.params
    assert left_for(counter) == BLOCK
    with pytest.raises(NotHostedError):
        sent(counter)


def test_a_till_that_is_closed_while_a_block_is_read_gets_none_of_it(counter: Counter) -> None:
    """The block's own transaction asks; of a till whose key is new, nothing is lost."""
    number = sent(counter)
    slow = Slow(lambda: counter.tills.close(TILL))
    filing_of(counter.engine, lambda desk: replace(desk, buyers=slow)).step()
    assert (counter.sales(), kept(counter, number)[1]) == ([], None)
    counter.host(902)
    number = sent(counter)
    slow = Slow(lambda: counter.rotate(TILL + 1))
    filing_of(counter.engine, lambda desk: replace(desk, buyers=slow)).step()
    found, left = kept(counter, number)
    assert (left, found.added) == (None, 9)


def test_sales_that_come_at_once_are_not_kept_for_a_closed_till(counter: Counter) -> None:
    """Whatever brought them, and however long it took to read them."""
    slow = Slow(lambda: counter.tills.close(TILL))
    with pytest.raises(NotHostedError):
        take(replace(desk_of(counter.engine), buyers=slow), [Row(1, NewPurchase(500, "A-1"))])
    assert counter.sales() == []


@pytest.fixture
def worker(counter: Counter) -> Iterator[threading.Event]:
    """A worker that runs until it is told to stop."""
    stop = threading.Event()
    thread = threading.Thread(target=filing_of(counter.engine).run, args=(stop,))
    thread.start()
    yield stop
    stop.set()
    thread.join()


def test_a_running_worker_takes_what_comes(counter: Counter, worker: threading.Event) -> None:
    """Nobody has to ask it to."""
    number = sent(counter)
    for _ in range(200):
        if kept(counter, number)[1] is None:
            break
        worker.wait(0.1)
    assert_whole(counter, number)
