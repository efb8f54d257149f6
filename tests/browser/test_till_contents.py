"""What a business reads of its day and of its account: each figure beside one worked out here."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from endogene_token.indexer.models import Merchant, MerchantRate
from endogene_token.office.scopes import StaffRole
from endogene_token.sales import HostedSale
from endogene_token.sales.models import SaleState
from endogene_token.store import writing
from tests.api.staff_house import Browser, House
from tests.browser.office_house import blank, entered, furnished, read
from tests.browser.till_shop import host
from tests.papers import said
from tests.town import BAKERY, BAKERY_TILL, GROCER, GROCER_TILL

ZONE: Final = ZoneInfo("America/Toronto")
EPOCH: Final = date(1970, 1, 1)
LESS: Final = "less: a sale was recorded twice, or a refund is missing."
MORE: Final = "more: a sale was not recorded here, or a refund twice."


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """Today: sales of 42.75 and 30.00, one refused, a refund of 12.75; others' and yesterday's, too."""
    today = (datetime.fromtimestamp(time.time(), UTC).astimezone(ZONE).date() - EPOCH).days
    sold: tuple[dict[str, Any], ...] = (
        {"amount": 4_275},
        {"amount": 3_000, "state": SaleState.PENDING},
        {"amount": 9_900, "state": SaleState.REFUSED},
        {"amount": 1_275, "kind": "reversal", "purchase": 1},
        {"amount": 8_800, "day": today - 1},
        {"amount": 7_700, "merchant": GROCER, "till": GROCER_TILL},
    )
    usual = {"merchant": BAKERY, "till": BAKERY_TILL, "day": today, "kind": "purchase", "purchase": None}
    usual |= {"state": SaleState.RECORDED, "at": "2026-01-01T09:00", "queued": None, "source": "till"}
    with furnished(sqlite_url, is_empty=True, timezone="America/Toronto", currency="CAD") as opened:
        with writing(opened.bare.engine) as connection, Session(connection) as session:
            session.add(host(BAKERY, BAKERY_TILL))
            for number, one in enumerate(sold, 1):
                session.add(blank(HostedSale, **{**usual, **one, "id": number, "receipt": f"R-{number}"}))
            session.add(MerchantRate(merchant=BAKERY, from_day=0, rate_bps=275))
            session.flush()
        yield opened


@pytest.fixture
def owner(house: House) -> Browser:
    return entered(house, StaffRole.OWNER, merchant=BAKERY)


@pytest.mark.parametrize(
    ("register", "told"),
    [
        ("60", "They agree, to the cent."),
        ("60.01", f"The register says $0.01 {MORE}"),
        ("47.25", f"The register says $12.75 {LESS}"),
        ("sixty", "Write an amount, such as 1234.50."),
    ],
)
def test_the_day_stands_beside_the_cash_register(owner: Browser, register: str, told: str) -> None:
    """42.75 and 30.00 less 12.75 are 60.00: not what was refused, nor yesterday's, nor another's."""
    page = said(read(owner, f"/till/today?register={register}&lang=en").text)
    assert "Sales | $72.75 | 2 sales | Refunds | $12.75 | 1 refund | Total | $60.00 |" in page
    assert f"| {told} |" in page


def test_the_day_is_told_in_french(owner: Browser) -> None:
    """Amounts, words, and a register's amount as it is written there."""
    page = said(read(owner, "/till/today?register=60,01&lang=fr").text)
    assert "| 72,75 $ | 2 ventes |" in page
    assert "| 60,00 $ |" in page
    assert "0,01 $ de plus" in page


@pytest.mark.parametrize(
    ("owed", "left", "notice"),
    [
        (31_240, "$87.60", None),
        (32_000, "$80.00", "The limit is near."),
        (40_000, "$0.00", "The limit is reached: new sales wait until you have paid."),
        (41_000, "$0.00", "The limit is reached: new sales wait until you have paid."),
    ],
)
def test_premiums_owed_stand_beside_the_limit(
    house: House, owner: Browser, owed: int, left: str, notice: str | None
) -> None:
    """Of 400.00: from four fifths on it is near, and nothing is ever left below nothing."""
    with writing(house.bare.engine) as connection, Session(connection) as session:
        session.merge(blank(Merchant, number=BAKERY, status=1, owed=owed, exposure_limit=40_000))
        session.flush()
    page = said(read(owner, "/till/standing?lang=en").text)
    assert f"| Premiums you owe | ${owed // 100}.{owed % 100:02} |" in page
    assert f"| Limit: $400.00. {left} are left before sales are held back. |" in page
    assert "| Your premium is 2.75% of each sale. |" in page
    assert ("The limit is" in page) == (notice is not None)
    assert notice is None or notice in page
    french = said(read(owner, "/till/standing?lang=fr").text)
    assert f"{owed // 100},{owed % 100:02} $" in french
    assert "2,75 %" in french
