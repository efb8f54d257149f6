"""Statements of a whole history: each month closes as the chain itself stood at its last block."""

from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, select

from endogene_token.chain.currency import Currency
from endogene_token.errors import MonthOpenError
from endogene_token.indexer import Indexer
from endogene_token.indexer.models import Batch, Merchant, Settlement, table_of
from endogene_token.store import reading, writing
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.document import Figures, read_document
from endogene_token.treasury.statements.figures import figures_of
from endogene_token.treasury.statements.issuer import Issuer
from endogene_token.treasury.statements.models import number_text
from endogene_token.treasury.statements.months import Month, local_day
from endogene_token.treasury.statements.render import to_pdf
from tests.town import Town, database

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def whole(lived: Town, engine: Engine) -> Engine:
    """The whole chain, on each database in turn."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    return engine


@pytest.fixture
def spoiled(lived: Town, sqlite_url: str) -> Iterator[Engine]:
    """The whole chain, for a test that spoils it."""
    engine = database(sqlite_url)
    Indexer(engine, lived.rpc, lived.community).catch_up()
    yield engine
    engine.dispose()


def blocks(town: Town) -> list[tuple[int, int]]:
    """Return each block of the chain since the founding, and its time."""
    last = town.ledger.head()
    asked = [
        ("eth_getBlockByNumber", [hex(n), False]) for n in range(town.community.founding_block, last + 1)
    ]
    return [(int(one["number"], 16), int(one["timestamp"], 16)) for one in town.rpc.requests(asked)]


def months(town: Town) -> dict[Month, int]:
    """Return the months of the history, and the last block of each: by the chain's own clock."""
    found: dict[Month, int] = {}
    for number, time in blocks(town):
        day = local_day(time, TORONTO)
        found[Month(day.year, day.month)] = number
    first, last = min(found), max(found)
    block, month = found[first], first
    while month != last:  # a month without a block ends as the one before
        month = month.next
        block = found.setdefault(month, block)
    return dict(sorted(found.items()))


def of(engine: Engine, month: Month) -> dict[int, Figures]:
    with reading(engine) as connection:
        return {one.merchant: one for one in figures_of(connection, month, TORONTO)}


def differences(town: Town, engine: Engine) -> list[str]:
    """Return where a closing balance is not the chain's at the month's last block."""
    found = []
    for month, block in months(town).items():
        ledger = town.ledger.at(block)
        currency = Currency(ledger)
        for number, one in of(engine, month).items():
            told, held = ledger.merchant_account(number), currency.holding(number)
            closing = one.account.closing
            if (closing.owed, closing.prepaid) != (told.owed, told.prepaid):
                found.append(f"{month} {number}: {closing} is not {told}")
            if one.project_currency.closing != held.total:
                found.append(f"{month} {number}: {one.project_currency.closing} is not {held}")
            if one.project_currency.awaiting.amount != currency.requested_of(number):
                found.append(f"{month} {number}: awaiting")
    return found


def test_every_month_closes_as_the_chain_stood_at_its_last_block(lived: Town, whole: Engine) -> None:
    """Asked of the chain's past states: owed, prepaid, project currency, what is awaited in cash."""
    assert len(months(lived)) > 12
    assert differences(lived, whole) == []


def test_the_history_moves_every_line(lived: Town, whole: Engine) -> None:
    """What is proven above is proven of each movement of a statement."""
    accounts = [one.account for month in months(lived) for one in of(whole, month).values()]
    held = [one.project_currency for month in months(lived) for one in of(whole, month).values()]
    for name in ("premiums", "reversals", "currency_premiums", "returned_premiums"):
        assert any(getattr(one, name) for one in accounts), name
    for name in ("settled", "netted", "written_off"):
        assert any(getattr(one, name) for one in accounts), name
    for name in ("from_projects", "from_merchants", "paid_on", "returned", "netted", "cashed", "awaiting"):
        assert any(getattr(one, name).count for one in held), name


@pytest.mark.parametrize("model", [Batch, Settlement])
def test_a_row_that_the_chain_has_and_we_lost_is_noticed(
    lived: Town, spoiled: Engine, model: type[Batch] | type[Settlement]
) -> None:
    """The comparison above can fail."""
    table = table_of(model)
    [key, *_] = table.primary_key
    with writing(spoiled) as connection:
        value = connection.execute(select(key).limit(1)).scalar_one()
        connection.execute(delete(table).where(key == value))
    assert differences(lived, spoiled) != []


def test_a_year_is_issued_month_by_month_and_the_last_is_still_open(lived: Town, whole: Engine) -> None:
    """Numbered without a gap, each opening where the one before closed; drawn; the present month waits."""
    issuer = Issuer(name="Endogène de Limoilou")
    office = issuing.Office(whole, lived.ledger, issuer, TORONTO, "CAD", "fr")
    now = lived.ledger.time()
    *ended, present = months(lived)
    rows = [row for month in ended for row in issuing.issue(office, month, now).rows]
    with pytest.raises(MonthOpenError):
        issuing.issue(office, present, now)
    year = local_day(now, TORONTO).year
    assert [row.number for row in rows] == [number_text(year, n) for n in range(1, len(rows) + 1)]
    with reading(whole) as connection:
        for number in connection.execute(select(table_of(Merchant).c.number)).scalars():
            mine = [read_document(row.content).figures.account for row in rows if row.merchant == number]
            assert all(a.closing == b.opening for a, b in pairwise(mine))
    assert to_pdf(read_document(rows[-1].content), b"", "fr").startswith(b"%PDF")
