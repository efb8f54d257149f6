"""What is asked at the issue: cash that is not being paid, taxes that are left; names that can be drawn."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from endogene_token.errors import SettingError
from endogene_token.indexer.models import table_of
from endogene_token.store import reading, writing
from endogene_token.treasury.collect.models import BankItem
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.issuer import Addressee, Tax
from endogene_token.treasury.statements.models import TaxPayment
from tests.unit.test_statements_issuing import (
    APRIL,
    FEBRUARY,
    JANUARY,
    LATER,
    MARCH,
    keep_cursor,
    numbers,
    office,
    read,
)
from tests.unit.told_books import MONTREAL, empty
from tests.unit.told_money import BAKER, SMITH
from tests.unit.told_trade import Trade, busy


def with_cash(connection: Connection, *items: dict[str, Any]) -> Trade:
    """Live a January in which the bakery owes much and asks for 900 in cash; keep payments of it."""
    trade = Trade(connection)
    trade.sell(1, 1_000_000)
    trade.spend(BAKER, 30_000)
    trade.ask(BAKER, 900)
    for item in items:
        row: dict[str, Any] = {"reference": "P2026-000001", "run": 1, "direction": "credit", "object": 1}
        row |= {"kind": "cash-request", "party": "merchant", "party_number": BAKER, "account": 1}
        row |= {"statement": "", "amount": 900, "premiums": 0, "tax": 0, "day": "2026-02-05"}
        row |= {"line": b"", "return_code": "", "changed_at": 0}
        connection.execute(insert(table_of(BankItem)).values(row | item))
    return trade


@pytest.mark.parametrize(
    ("items", "paid_since", "set_off"),
    [
        ((), False, 900),
        ((), True, 0),
        (({"state": "filed"},), False, 0),
        (({"state": "collected"},), False, 0),
        (({"state": "cancelled"},), False, 900),
    ],
)
def test_cash_that_is_being_paid_is_not_set_off_as_well(
    database_url: str, items: tuple[dict[str, Any], ...], paid_since: bool, set_off: int
) -> None:
    """A request of January that a run pays, or that was paid in February, leaves the amount due as it is."""
    engine = empty(database_url)
    with engine.begin() as connection:
        trade = with_cash(connection, *items)
        trade.wait_until_midnight_of(date(2026, 2, 1))
        if paid_since:
            trade.settle(SMITH, 5_000)
            trade.close(paid=True)
        keep_cursor(connection, trade)
    document = read(issuing.issue(office(engine), JANUARY, LATER).rows[0])
    owed = document.figures.account.closing.owed + document.taxes.closing
    assert document.figures.project_currency.closing == 30_000
    assert (document.figures.project_currency.awaiting.amount, owed - document.net.due) == (set_off, set_off)
    engine.dispose()


def test_taxes_that_are_left_are_told_though_nothing_else_moved(database_url: str) -> None:
    """The premiums are paid, the tax is not: the next months say so until it is."""
    engine = empty(database_url)
    with engine.begin() as connection:
        trade = Trade(connection)
        trade.sell(1, 10_000)
        trade.settle(BAKER, trade.owed[BAKER])
        trade.wait_until_midnight_of(date(2026, 2, 1))
        keep_cursor(connection, trade)
    [january] = issuing.issue(office(engine), JANUARY, LATER).rows
    assert january.due == january.tax > 0
    [february] = issuing.issue(office(engine), FEBRUARY, LATER).rows
    assert (february.merchant, february.due, read(february).taxes.opening) == (
        BAKER,
        january.due,
        january.due,
    )
    with writing(engine) as connection:
        paid = {"merchant": BAKER, "amount": january.due, "received_at": MARCH.period(MONTREAL).begin}
        connection.execute(insert(table_of(TaxPayment)).values(reference=bytes(32), **paid))
    after = APRIL.period(MONTREAL).end + 10**6
    [march] = issuing.issue(office(engine, time=after), MARCH, after).rows
    assert (march.due, read(march).taxes.received) == (0, january.due)
    assert issuing.issue(office(engine, time=after), APRIL, after).rows == ()
    engine.dispose()


@pytest.mark.parametrize("place", ["merchants.9", "taxes", "name"])
def test_a_name_that_cannot_be_drawn_is_noticed_before_the_issue(database_url: str, place: str) -> None:
    """Whosever it is: the last merchant's as well as the first one's."""
    unknown = "\N{CJK UNIFIED IDEOGRAPH-5BFF}"  # no face of the papers has it
    engine = empty(database_url)
    with engine.begin() as connection:
        keep_cursor(connection, busy(Trade(connection)))
    issuer = office(engine).issuer
    named = {number: Addressee(name=f"Boulangerie {number}") for number in (BAKER, SMITH)}
    wrong: dict[str, Any] = {
        "merchants.9": {"merchants": named | {SMITH: Addressee(name="Forge", address=(unknown,))}},
        "taxes": {"taxes": (Tax(name_fr="TPS", name_en=unknown, rate=5_000),), "merchants": named},
        "name": {"name": unknown, "merchants": named},
    }
    tried = replace(office(engine), issuer=issuer.model_copy(update=wrong[place]))
    with pytest.raises(SettingError) as refusal:
        issuing.issue(tried, JANUARY, LATER)
    assert refusal.value.params["field"] == place
    with reading(engine) as connection:
        assert numbers(connection) == []
    tried = replace(tried, issuer=issuer.model_copy(update={"merchants": named}))
    assert len(issuing.issue(tried, JANUARY, LATER).rows) == 2
    engine.dispose()
