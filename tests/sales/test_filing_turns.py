"""Long files of sales wait for their turn: behind unknown cards until the hour turns, behind other shops."""

import time

import pytest
from sqlalchemy import Engine, delete, update
from sqlmodel import Session

from endogene_token.errors import FilesWaitingError, UnknownCardError
from endogene_token.office import guesses
from endogene_token.office.models import OfficeGuesses
from endogene_token.office.trail import Actor
from endogene_token.sales import HostedTill, SaleUpload, filing
from endogene_token.sales.backlog import Standing
from endogene_token.sales.buyers import Buyer, Buyers
from endogene_token.sales.csv_upload import Columns
from endogene_token.sales.deliveries import Desk, refusals
from endogene_token.sales.filing import Filing, begin
from endogene_token.sales.models import SaleUnfinished, TillState
from endogene_token.store import writing
from tests.sales.counter import BUYERS, MERCHANT, TILL, Counter
from tests.sales.test_filing import BLOCK, CARD, SECRET, desk_of, kept, sent

HOLDER = "merchant:4/files"
MEMBER = 12


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four lines; three unknown cards an hour."""
    monkeypatch.setattr(filing, "ROWS_AT_ONCE", BLOCK)
    monkeypatch.setattr(guesses, "MOST", 3)


class Town:
    """Knows one card; the others are counted in the database, as the service does it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sought: list[str] = []
        self.counted = 0

    def member_of(self, session: Session, buyer: Buyer) -> int:
        if buyer.card is None:
            return 0
        guesses.require_guess(session, HOLDER, self.counted)
        if buyer.card == CARD:
            return MEMBER
        self.sought.append(buyer.card)
        self.counted = guesses.count_guess(self.engine, HOLDER)
        raise UnknownCardError(actual="…")


def worker(engine: Engine, buyers: Buyers) -> Filing:
    def desk(upload: SaleUpload, _: Actor) -> Desk:
        return desk_of(engine, upload.till, upload.merchant, buyers)

    return Filing(engine, "CAD", lambda: SECRET, desk)


def file(*cards: str) -> bytes:
    lines = (f"A-{number};2026-11-20;500;{card}" for number, card in enumerate(cards, 1))
    return "\n".join(("receipt;date;amount;card", *lines)).encode()


def turn_the_hour(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(delete(OfficeGuesses))
        connection.execute(update(SaleUnfinished).values(waits_until=1))


def test_a_file_with_more_unknown_cards_than_an_hour_allows_waits_and_refuses_no_known_member(
    counter: Counter,
) -> None:
    """What comes before is taken at once; whoever goes on later seeks no card again, and takes the rest."""
    first, later = Town(counter.engine), Town(counter.engine)
    number = sent(counter, file("X-1", CARD, "X-2", "X-3", "", "X-4", CARD, "X-1", "X-5", CARD))
    begun = int(time.time())
    assert worker(counter.engine, first).step()
    found, left = kept(counter, number)
    assert left is not None
    assert (left.done, left.is_late, left.total, found.added, found.refused) == (5, False, 10, 2, 3)
    assert begun < left.waits_until <= int(time.time()) + guesses.HOUR
    assert not worker(counter.engine, later).step(), "it waits, and keeps nobody busy"
    turn_the_hour(counter.engine)
    assert kept(counter, number)[1] == Standing(5, 10, is_begun=False, is_late=False)
    assert worker(counter.engine, later).step()
    found, left = kept(counter, number)
    assert (left, found.added, found.refused) == (None, 4, 6)
    assert (first.sought, later.sought) == (["X-1", "X-2", "X-3"], ["X-4", "X-5"])
    assert {type(one.error) for one in refusals(found)} == {UnknownCardError}
    assert [one.member for one in counter.sales()] == [MEMBER, 0, MEMBER, MEMBER]


def test_a_file_that_waits_holds_up_no_other(counter: Counter) -> None:
    """Of the same business, even."""
    stopped = sent(counter, file("X-1", "X-2", "X-3", "X-4"))
    other = sent(counter, file("", ""))
    files = worker(counter.engine, Town(counter.engine))
    assert files.step()
    assert kept(counter, stopped)[1] is not None
    assert files.step()
    assert not files.step()
    assert kept(counter, other)[0].added == 2


def open_till(engine: Engine, merchant: int, till: int) -> None:
    with writing(engine) as connection, Session(connection) as session:
        row = HostedTill(address=f"0x{till:040}", merchant=merchant, number=till, till=till, keystore="")
        row.state = TillState.OPEN
        session.add(row)
        session.flush()


def given(engine: Engine, merchant: int, till: int, number: int) -> int:
    """Have a file of one line taken."""
    content = f"receipt;date;amount\nB-{number};2026-11-20;500".encode()
    return begin(desk_of(engine, till, merchant), SECRET, content, Columns(), 1)


def test_businesses_take_turns_however_many_files_one_of_them_sends(counter: Counter) -> None:
    """The second one waits for one file of the first, not for all of them."""
    engine = counter.engine
    open_till(engine, MERCHANT + 1, TILL + 1)
    many = [given(engine, MERCHANT, TILL, number) for number in range(3)]
    few = [given(engine, MERCHANT + 1, TILL + 1, number) for number in range(2)]
    files, order = worker(engine, BUYERS), list[int]()
    for _ in range(5):
        assert files.step()
        ended = [one for one in (*many, *few) if kept(counter, one)[1] is None and one not in order]
        order += ended
    assert order == [many[0], few[0], many[1], few[1], many[2]]


def test_a_business_has_so_many_files_under_way_and_no_more(counter: Counter) -> None:
    """What it sends twice counts once; one that is done makes room; others are not held to it."""
    engine = counter.engine
    open_till(engine, MERCHANT + 1, TILL + 1)
    first = [given(engine, MERCHANT, TILL, number) for number in range(filing.MOST_FILES)]
    with pytest.raises(FilesWaitingError) as refusal:
        given(engine, MERCHANT, TILL, 99)
    assert (refusal.value.actual, refusal.value.limit) == (5, 5)
    assert given(engine, MERCHANT, TILL, 0) == first[0]
    assert given(engine, MERCHANT + 1, TILL + 1, 99) not in first
    assert worker(engine, BUYERS).step()
    assert given(engine, MERCHANT, TILL, 99) not in first
