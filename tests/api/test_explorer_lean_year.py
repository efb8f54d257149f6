"""A year that takes more premiums back than it brings, as the public reads it."""

from collections.abc import Iterator

import pytest

from endogene_token.indexer import models, money_models
from endogene_token.indexer.project_models import Project
from endogene_token.projects import ProjectState
from tests.api.bare_site import Bare, bare_site
from tests.api.test_explorer_contents import (
    BUYER,
    EVE,
    NEW_YEAR,
    NOW,
    at,
    event,
    fill_pockets,
    page,
    sale,
    write,
)
from tests.papers import said


@pytest.fixture
def bare(sqlite_url: str) -> Iterator[Bare]:
    """A service whose clock stands still on a day of March."""
    with bare_site(sqlite_url, timezone="America/Toronto", currency="CAD") as opened:
        at(opened, NOW)
        yield opened


def test_a_year_whose_refunds_exceed_its_premiums_balances(bare: Bare) -> None:
    """January brings 1.00 and takes back 4.00, and 0.50 on project money: 3.50 go out, and 2.00 are paid."""
    fill_pockets(bare)
    invoice = {"invoice": b"\1" * 32, "project": 1, "merchant": 4, "amount": 2_500, "premium": 70}
    back = {"invoice": b"\1" * 32, "amount": 1_800, "premium": 50, "block_time": NEW_YEAR}
    write(
        bare,
        event(NEW_YEAR),
        (Project, {"number": 1, "state": ProjectState.ACTIVE, "awarded_at": EVE}),
        *sale(4, BUYER, EVE, 1_200),
        *sale(4, BUYER, NEW_YEAR, 100),
        (money_models.Spending, {**invoice, "block_time": EVE}),
        (money_models.SpendingReturn, back),
        (models.Reversal, {"till": 4, "sequence": 9, "premium": 400, "block_time": NEW_YEAR}),
        (
            money_models.OperatingPayment,
            {"bank_reference": b"\2" * 32, "amount": 200, "block_time": NEW_YEAR},
        ),
    )
    year, french = said(page(bare, "/year/2026")), said(page(bare, "/year/2026", "fr"))
    assert "From | To | Amount | Kept from before | The fund | $5.50 |" in year
    assert "| The fund | To members, running | $2.00 | The fund | Premiums taken back | $3.50 |" in year
    assert "Came in | $0.00 | Premiums on purchases | as recorded, less those of refunds | $0.00" in year
    assert "Premiums taken back | by refunds, beyond what the year recorded | $3.50" in year
    assert "Went out | $5.50 |" in year
    assert "Le fonds | Primes reprises | 3,50 $" in french
    assert "Primes reprises | par des remboursements, au-delà de ce que l’année a inscrit | 3,50 $" in french
    assert "-" not in "".join(part for part in year.split(" | ") if "$" in part)
    assert "Premiums taken back" not in said(page(bare, "/year/2025"))
