"""Which credits are funded: what a merchant paid covers its oldest purchases first."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from api.pages.missing_purchases import cents_of
from endogene_token.ids import day_number
from endogene_token.indexer import funding
from endogene_token.indexer.models import Batch, Merchant, Purchase, Reversal, Till
from endogene_token.store import reading, writing
from tests.town import ALICE, BAKERY, BASILE, database

DAY = date(2026, 11, 22)
PREMIUM = 28


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = database(database_url)
    yield opened
    opened.dispose()


def plain(model: type[SQLModel], **values: Any) -> SQLModel:
    """Return a row whose other columns are 0, or empty."""
    bytes_ = {"key", "commitment", "transaction_hash", "report", "annulment_reason"}
    empty: dict[str, Any] = {name: b"" if name in bytes_ else 0 for name in model.model_fields}
    return model(**{**empty, **values})


def sell(engine: Engine, owed: int, *members: int) -> None:
    """Record a batch of one purchase for each member, in two tills by turns, the merchant owing `owed`."""
    with writing(engine) as connection, Session(connection) as session:
        session.add(plain(Merchant, number=BAKERY, status=1, owed=owed))
        for till in (1, 2):
            session.add(plain(Till, number=till, merchant=BAKERY, key=bytes([till])))
        for block, member in enumerate(members):
            place = {"till": 1 + block % 2, "merchant": BAKERY}
            sequence = 1 + block // 2
            session.add(
                plain(Batch, first_sequence=sequence, size=1, premiums=PREMIUM, block_number=block, **place)
            )
            own = {"batch": sequence, "sequence": sequence, "day": day_number(DAY), "member": member}
            session.add(plain(Purchase, amount=1_000, premium=PREMIUM, credit=PREMIUM, **own, **place))
        session.flush()


@pytest.mark.parametrize(
    ("owed", "pending"), [(0, 0), (1, 1), (PREMIUM, 1), (PREMIUM + 1, 2), (3 * PREMIUM, 3), (10 * PREMIUM, 4)]
)
def test_the_newest_purchases_of_a_merchant_that_owes_are_pending(
    engine: Engine, owed: int, pending: int
) -> None:
    """One that is paid for in part waits; over several tills by the order in which they were recorded."""
    sell(engine, owed, *[ALICE] * 4)
    with reading(engine) as connection, Session(connection) as session:
        rows = funding.bought(session, ALICE, DAY, DAY)
        assert [one.is_funded for one in rows].count(False) == pending
        order = sorted(rows, key=lambda one: (one.sequence, one.till))
        assert [one.is_funded for one in order] == [True] * (4 - pending) + [False] * pending
        assert funding.pending_credit(session, ALICE) == pending * PREMIUM
        assert funding.pending_credit(session, BASILE) == 0


def test_a_refund_is_taken_off_what_waits(engine: Engine) -> None:
    """The newest batch brought less than it says, so that an older one waits with it."""
    sell(engine, PREMIUM, ALICE, BASILE)
    place = {"till": 1, "merchant": BAKERY, "purchase_till": 2, "purchase_batch": 1, "purchase_sequence": 1}
    with writing(engine) as connection, Session(connection) as session:
        session.add(plain(Reversal, sequence=9, member=BASILE, premium=20, credit=20, **place))
        session.flush()
    with reading(engine) as connection, Session(connection) as session:
        assert funding.pending_credit(session, BASILE) == PREMIUM - 20
        assert funding.pending_credit(session, ALICE) == PREMIUM


@pytest.mark.parametrize(
    ("text", "cents"),
    [("12.50", 1_250), ("12,5", 1_250), (" 1 234,05 $", 123_405), ("7", 700), ("0", 0), ("-1", 0), ("x", 0)],
)
def test_an_amount_is_read_as_people_write_it(text: str, cents: int) -> None:
    """With a comma or a point, with the sign of the currency; what is no amount is none."""
    assert cents_of(text) == cents
