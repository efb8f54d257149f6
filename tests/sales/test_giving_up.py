"""A till that is given up: what is kept before is counted, what comes after is refused."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaitingError

import pytest
from sqlmodel import Session, select

from endogene_token.errors import NotHostedError, TillBusyError
from endogene_token.office.models import OfficeTrail
from endogene_token.sales.deliveries import Finder, Row, Taken, keep_block, take
from endogene_token.sdk.sales import NewPurchase
from endogene_token.store import reading
from tests.sales.counter import MERCHANT, TILL, Counter
from tests.sales.test_filing import desk_of

MOMENT = 0.5  # seconds: more than a count takes that waits for nobody


def give_up(counter: Counter, *, at_once: bool = False) -> int:
    return counter.tills.give_up(counter.open_till(), at_once=at_once)


def test_a_sale_that_is_being_kept_is_counted(counter: Counter) -> None:
    """Who gives the till up waits for its commit: it is not answered and then left to nobody."""
    desk = desk_of(counter.engine)
    with ThreadPoolExecutor(1) as other:
        asked = []

        def meanwhile(_session: Session, _taken: Sequence[Taken]) -> None:
            asked.append(other.submit(give_up, counter))
            with pytest.raises(StillWaitingError):
                asked[0].result(timeout=MOMENT)

        keep_block(desk, Finder(desk).known([Row(1, NewPurchase(500, "A-1"))]), meanwhile)
        with pytest.raises(TillBusyError):
            asked[0].result()
    assert counter.take(NewPurchase(500, "A-1"))[0].is_new is False


def test_a_till_that_is_given_up_takes_and_signs_nothing_more(counter: Counter) -> None:
    """What waits for its signature is told, and goes on waiting."""
    counter.take(NewPurchase(500, "A-1"))
    with pytest.raises(TillBusyError):
        give_up(counter)
    assert give_up(counter, at_once=True) == 1
    with pytest.raises(NotHostedError):
        take(desk_of(counter.engine), [Row(1, NewPurchase(500, "A-2"))])
    counter.signer.step()
    assert (len(counter.sales()), counter.batches()) == (1, [])
    with reading(counter.engine) as connection, Session(connection) as session:
        [told] = session.exec(select(OfficeTrail).where(OfficeTrail.action == "till.given-up")).all()
    assert (told.subject, told.params) == (f"merchant:{MERCHANT}/till:{TILL}", '{"left":1}')


def test_a_till_that_was_not_given_up_goes_on(counter: Counter) -> None:
    """Refused while sales are under way, it has changed nothing."""
    counter.take(NewPurchase(500, "A-1"))
    with pytest.raises(TillBusyError):
        give_up(counter)
    counter.signer.step()
    assert len(counter.batches()) == 1
