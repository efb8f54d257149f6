"""What waits of hosted sales, and what of it nobody need wait for."""

from sqlmodel import Session

from endogene_token.errors import ExposureError, TillRevokedError
from endogene_token.sales import following
from endogene_token.sales.standing import Standing, standing
from endogene_token.sdk.sales import NewPurchase, NewReversal
from endogene_token.store import reading, writing
from tests.sales.counter import MERCHANT, TILL, Counter


def told(counter: Counter) -> Standing:
    with reading(counter.engine) as connection, Session(connection) as session:
        return standing(session)


def test_a_sale_waits_until_the_read_model_holds_it(counter: Counter) -> None:
    """Pending, accepted, recorded but not followed yet: it waits; then it does not."""
    assert told(counter) == Standing(0, 0)
    counter.take(NewPurchase(100, "A-1"))
    assert told(counter) == Standing(1, 0)
    counter.signer.step()
    assert told(counter) == Standing(1, 0)
    counter.record()
    assert told(counter) == Standing(1, 0)
    counter.signer.step()
    assert told(counter) == Standing(0, 0)


def test_what_cannot_go_now_is_held(counter: Counter) -> None:
    """A sale over its merchant's exposure and its refund; those of a till that was stopped, then closed."""
    counter.take(NewPurchase(100, "A-1"))
    counter.signer.step()
    counter.hold(counter.batches()[0], ExposureError(actual=1, limit=0, merchant=MERCHANT))
    counter.signer.step()
    counter.take(NewReversal("A-1", "R-1"), NewPurchase(5, "A-2"))
    assert told(counter) == Standing(3, 2), "the new sale may go"
    with writing(counter.engine) as connection, Session(connection) as session:
        following.stop(session, TILL, TillRevokedError(actual=TILL))
    assert told(counter) == Standing(3, 3)
    counter.tills.close(TILL)
    assert told(counter) == Standing(3, 3)
