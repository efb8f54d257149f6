"""What the public is told of the fund: each figure beside one worked out here, from rows written by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, SQLModel

from api.clock import ChainClock
from endogene_token.indexer import models, money_models
from endogene_token.indexer.project_models import CoFinancing, Project, ProjectTranche
from endogene_token.projects import ProjectState, RedemptionState, TrancheState
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import writing
from tests.api.bare_site import Bare, bare_site
from tests.papers import said
from tests.unit.rows import add

Row = tuple[type[SQLModel], dict[str, Any]]
ZONE: Final = ZoneInfo("America/Toronto")
DAY: Final = 86_400
NOW: Final = int(datetime(2026, 3, 20, 12, tzinfo=ZONE).timestamp())
NEW_YEAR: Final = int(datetime(2026, 1, 1, tzinfo=ZONE).timestamp())
EVE: Final = NEW_YEAR - 60  # in Greenwich the year has begun hours before
BUYER: Final = 100  # the first of the members who buy
POCKETS: Final = {
    "cash": 250_000,
    "premiums_receivable": 31_240,
    "loans_receivable": 8_000,
    "credits_outstanding": 240_000,
    "merchant_prepayments": 1_000,
    "reserve": 20_000,
    "operations": 9_000,
    "commitments": 30_000,
    "currency_outstanding": 12_000,
    "free": -22_760,
    "redemptions_backed": 8_000,
}
"""The fund holds 2,892.40 and owes 3,120.00: 227.60 are spent ahead of the years in which they are due."""


@pytest.fixture
def bare(sqlite_url: str) -> Iterator[Bare]:
    """A service whose clock stands still on a day of March."""
    with bare_site(sqlite_url, timezone="America/Toronto", currency="CAD") as opened:
        at(opened, NOW)
        yield opened


def at(bare: Bare, now: int) -> None:
    """Set the service's clock."""
    services = bare.app.state.services
    bare.app.state.services = replace(services, clock=ChainClock(services.ledger, lambda: float(now)))


def write(bare: Bare, *rows: Row) -> None:
    """Write rows; what is not said is zero, or empty."""
    with writing(bare.engine) as connection:
        for model, values in rows:
            add(connection, model, **values)


def fill_pockets(bare: Bare) -> None:
    with writing(bare.engine) as connection, Session(connection) as session:
        empty = dict.fromkeys(models.Pockets.model_fields, 0)
        session.merge(models.Pockets(**{**empty, "only_row": 1, **POCKETS}))
        session.flush()


def event(when: int, number: int = 1) -> Row:
    """Return the event of a block, until which everything was read."""
    return models.Event, {"block_number": number, "block_hash": bytes([number]) * 32, "block_time": when}


def sale(merchant: int, member: int, when: int, premium: int, operations: int = 0) -> list[Row]:
    """Return a purchase in a batch of its own."""
    sums = {"premiums": premium, "operations": operations, "size": 1, "block_time": when}
    batch = {"till": merchant, "first_sequence": when, "merchant": merchant, **sums}
    bought = {"till": merchant, "sequence": when, "batch": when, "merchant": merchant, "member": member}
    return [(models.Batch, batch), (models.Purchase, bought)]


def page(bare: Bare, path: str, lang: str = "en") -> str:
    answer = bare.client.get(path, params={"lang": lang}, headers={"accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def measure(bare: Bare, name: str, lang: str = "en") -> str:
    """Return what the page of measures says of one."""
    [_, found] = page(bare, "/figures", lang).split(f'aria-labelledby="{name}"')
    return said("<p " + found.partition("</section>")[0])


# The first page


def test_both_sides_of_the_fund_are_its_pockets_to_the_cent(bare: Bare) -> None:
    """What is put into projects ahead stands with what the fund holds: for as much is owed."""
    fill_pockets(bare)
    told, french = said(page(bare, "/")), said(page(bare, "/", "fr"))
    assert "The fund today | $2,892.40 |" in told
    assert "Where the money is | $3,120.00 |" in told
    assert "Whom it is owed to | $3,120.00 |" in told
    for label, amount in (
        ("Cash", "$2,500.00"),
        ("Premiums due", "$312.40"),
        ("Loans", "$80.00"),
        ("Put into projects", "$227.60"),
        ("Members’ credits", "$2,400.00"),
        ("Paid ahead", "$10.00"),
        ("General reserve", "$200.00"),
        ("Operations", "$90.00"),
        ("Promised to projects", "$300.00"),
        ("Project money", "$120.00"),
    ):
        assert f"| {label} | {amount} |" in told
    assert "Free money" not in told
    for label, amount in (("Encaisse", "2 500,00 $"), ("Réserve générale", "200,00 $")):
        assert f"| {label} | {amount} |" in french


def test_in_and_out_of_the_year_are_what_moved_in_it(bare: Bare) -> None:
    """In: premiums 14.00 less 3.00 refunded, 0.70 of project money, 5.00 of a loan. Out: 90.00 and 12.00."""
    fill_pockets(bare)
    released = {"project": 1, "released_at": NEW_YEAR, "state": TrancheState.RELEASED}
    invoice = {"invoice": b"\1" * 32, "project": 1, "merchant": 4}
    write(
        bare,
        event(NEW_YEAR),
        (Project, {"number": 1, "state": ProjectState.ACTIVE, "awarded_at": EVE}),
        *sale(4, BUYER, EVE, 100_000),
        *sale(4, BUYER, NEW_YEAR, 1_000),
        *sale(5, BUYER + 1, NEW_YEAR + DAY, 400),
        (models.Reversal, {"till": 4, "sequence": 9, "premium": 300, "block_time": NEW_YEAR}),
        (money_models.Spending, {**invoice, "amount": 2_500, "premium": 70, "block_time": NEW_YEAR}),
        (ProjectTranche, {**released, "position": 0, "amount": 9_000}),
        (ProjectTranche, {**released, "position": 1, "amount": 7_000, "state": TrancheState.REVIEWED}),
        (ProjectTranche, {**released, "position": 2, "amount": 6_000, "released_at": EVE}),
        *_paid(NEW_YEAR, running=1_200, to_a_member=350),
        *_paid(EVE, running=88_800, to_a_member=77_700),
    )
    told, french = said(page(bare, "/")), said(page(bare, "/", "fr"))
    assert "Came in | $11.70 | Went out | $102.00 |" in told
    assert "$3.50 more was paid out in cash" in told
    assert "11,70 $" in french
    assert "102,00 $" in french
    year = said(page(bare, "/year/2026"))
    assert "Premiums on purchases | as recorded, less those of refunds | $11.00" in year
    assert "Premiums on project money | of what projects and businesses paid | $0.70" in year
    assert "Released to projects | step by step, after a vote | $90.00" in year
    assert "Running costs | paid out of their own pocket of the fund | $12.00" in year
    assert "Came in | $1,000.00 | " in said(page(bare, "/year/2025"))


def _paid(when: int, *, running: int, to_a_member: int) -> list[Row]:
    """Return what was paid for operations and to one member."""
    reference = when.to_bytes(32)
    paid = {"bank_reference": reference, "block_time": when}
    asked = {"number": when % 1_000_003, "member": BUYER, "state": RedemptionState.PAID}
    return [
        (money_models.OperatingPayment, {**paid, "amount": running}),
        (money_models.Redemption, asked),
        (money_models.RedemptionPayment, {**paid, "redemption": asked["number"], "amount": to_a_member}),
    ]


def test_what_moved_last_is_told_by_day_the_newest_first(bare: Bare) -> None:
    """An award, a step, what was spent less what came back, money from outside; eight at most."""
    text = b"\x31" * 32
    project = {"number": 1, "state": ProjectState.ACTIVE, "text_hash": text, "amount": 15_000}
    step = {"project": 1, "state": TrancheState.RELEASED, "amount": 10_000, "released_at": NOW - 3 * DAY}
    outside = {"project": 1, "block_time": NOW - 9 * DAY}
    bought = {"project": 1, "amount": 4_200, "returned": 200, "block_time": NOW - 2 * DAY}
    fill_pockets(bare)
    write(
        bare,
        (RelayText, {"hash": text, "text": "Une serre\n\nAu coin.\n"}),
        (Project, {**project, "awarded_at": NOW - 4 * DAY}),
        (ProjectTranche, step),
        (money_models.Spending, {**bought, "invoice": b"\1" * 32}),
        (money_models.Spending, {**bought, "invoice": b"\2" * 32, "returned": 4_200}),
        *[(CoFinancing, {**outside, "source": bytes([one]) * 32, "amount": one}) for one in range(1, 9)],
    )
    told = said(page(bare, "/")).partition("What moved last | ")[2]
    moved = (
        "Mar 18, 2026 | Spent at member businesses by | Une serre | $40.00 | "
        "Mar 17, 2026 | Released to | Une serre | $100.00 | "
        "Mar 16, 2026 | Awarded to | Une serre | $150.00 | "
        "Mar 11, 2026 | From outside, for | Une serre | $0.08 | "
    )
    assert told.startswith(moved)
    assert told.count("| Une serre |") == 8
    assert "18 mars 2026 | Dépensé" in said(page(bare, "/", "fr"))


def test_no_purchase_is_read_from_two_days_of_the_first_page(bare: Bare) -> None:
    """Five businesses and five buyers are told; who buys alone the day after is not, on that day or later."""
    fill_pockets(bare)
    five = [row for at_ in range(5) for row in sale(10 + at_, BUYER + at_, NEW_YEAR + DAY + at_, 10)]
    write(bare, event(NEW_YEAR + DAY), *five)
    at(bare, NEW_YEAR + DAY + 3_600)
    assert "What moved last | Nothing that may be told yet." in said(page(bare, "/"))  # the day still runs
    at(bare, NEW_YEAR + 2 * DAY)
    before = said(page(bare, "/"))
    assert "Jan 2, 2026 | Premiums recorded | $0.50 |" in before
    counts = before.partition("purchases recorded | ")[2].partition("This year")[0]
    write(bare, event(NEW_YEAR + 2 * DAY, 2), *sale(10, BUYER, NEW_YEAR + 2 * DAY, 777))
    at(bare, NEW_YEAR + 4 * DAY)
    after = said(page(bare, "/"))
    moved = after.partition("What moved last")[2]
    assert moved.startswith(" | Jan 2, 2026 | Premiums recorded | $0.50 | Premiums are told")
    assert counts == after.partition("purchases recorded | ")[2].partition("This year")[0]
    table = bare.client.get("/data/premiums.csv").text.splitlines()
    assert table == ["first_day,last_day,premiums", "2026-01-02,2026-01-02,50"]


def test_every_page_says_when_it_was_last_updated(bare: Bare) -> None:
    """The moment of the last event that was read, in the community's time."""
    fill_pockets(bare)
    write(bare, event(NEW_YEAR), event(NEW_YEAR + 9 * 3_600 + 300, 2))
    for path in ("/", "/projects", "/votes", "/figures", "/data", "/year/2026"):
        assert "| Updated | Jan 1, 2026, 9:05 a.m. |" in said(page(bare, path))
        assert 'datetime="2026-01-01T14:05:00+00:00"' in page(bare, path)
    assert "| 1 janv. 2026, 09 h 05 |" in said(page(bare, "/", "fr"))


# The measures


def test_leverage_stands_beside_its_target(bare: Bare) -> None:
    """990.00 for 230.00 are 4.30 of 5; from 1,150.00 on it is met. A project without an award counts not."""
    fill_pockets(bare)
    awarded = {"number": 1, "received": 99_000, "released": 23_000, "awarded_at": 1}
    write(bare, (Project, awarded), (Project, {"number": 2, "received": 500_000}))
    told = measure(bare, "leverage")
    assert told.startswith(
        "Leverage | 4.30 | target: 5 | What came from outside for the projects, divided by"
    )
    assert "| Received from outside | $990.00 | Released by the fund | $230.00 |" in told
    assert told.endswith("promises do not.")
    assert '<span class="state warn">target: 5</span>' in page(bare, "/figures")
    french = measure(bare, "leverage", "fr")
    assert french.startswith("Effet de levier | 4,30 | cible : 5 |")
    assert "990,00 $" in french
    write(bare, (Project, {"number": 3, "received": 16_000, "awarded_at": 1}), event(NOW))
    assert measure(bare, "leverage").startswith("Leverage | 5.00 | target: 5 |")
    assert '<span class="state good">target: 5</span>' in page(bare, "/figures")


def test_the_multiplier_is_told_with_its_rounds_and_how_much_is_followed(bare: Bare) -> None:
    """100 spent, 60 of it paid on, 50 of that: 2.10; of 200 released 100 are spent."""
    fill_pockets(bare)
    spent = {"invoice": b"\1" * 32, "project": 1, "merchant": 4, "amount": 10_000, "block_number": 1}
    paid = {"merchant": 5, "block_number": 2}
    write(
        bare,
        (Project, {"number": 1, "awarded_at": 1, "released": 20_000, "balance": 10_000}),
        (money_models.Spending, spent),
        (money_models.MerchantPayment, {**paid, "invoice": b"\2" * 32, "payer": 4, "first": 6_000}),
        (
            money_models.MerchantPayment,
            {"invoice": b"\3" * 32, "payer": 5, "merchant": 4, "second": 5_000, "block_number": 3},
        ),
    )
    told = measure(bare, "multiplier")
    assert told.startswith("Local multiplier | 2.10 | What member businesses sold for project money")
    rounds = "First round: projects | $100.00 | Second round | $60.00 | Third round | $50.00"
    assert f"| {rounds} | 50% of the money released is spent so far." in told
    assert "2,10" in measure(bare, "multiplier", "fr")


def test_participation_is_told_by_fives_with_what_is_known_of_buyers(bare: Bare) -> None:
    """Of 12 members 7 have credits: 5 of 10. Of 11 purchases the buyer of 6 is known: 5 of 10."""
    fill_pockets(bare)
    members = [
        (models.Member, {"number": BUYER + one, "balance": 5 if one < 7 else 0, "valid_until": 2**32 - 1})
        for one in range(12)
    ]
    sales = [row for one in range(11) for row in sale(4, BUYER if one < 6 else 0, NEW_YEAR + one, 10)]
    write(bare, *members, *sales)
    told = measure(bare, "participation")
    assert told.startswith("Participation | 50% | Members to whom purchases brought something, divided by")
    assert "| Members with credits | at least 5 | Members on the register | at least 10 |" in told
    assert "In 50% of the purchases the buyer is known." in told
    assert "| 50 % |" in measure(bare, "participation", "fr")


@pytest.mark.parametrize(("floor", "tone"), [(8_621, "warn"), (8_620, "good")])
def test_coverage_is_told_beside_the_floor(bare: Bare, floor: int, tone: str) -> None:
    """Liquid 2,500 less 120, 300 and 80 is 2,000; owed 2,400 less 80 is 2,320: 86.20(6) %, told as 86."""
    fill_pockets(bare)
    write(bare, (money_models.OutflowRulesVersion, {"version": 1, "coverage_floor_bps": floor}))
    told = measure(bare, "coverage")
    shown = f"{floor // 100}.{floor % 100:02}".rstrip("0")
    assert told.startswith(f"Coverage | 86% | never under {shown}% | Cash that is promised to nobody else")
    assert "| Liquid | $2,000.00 | Owed to members | $2,320.00 |" in told
    assert f'<span class="state {tone}">never under {shown}%</span>' in page(bare, "/figures")
    assert "| 86 % |" in measure(bare, "coverage", "fr")


def test_break_even_is_the_years_own_against_its_target(bare: Bare) -> None:
    """Of this year 60 less 6 for 72: 75 %; last year's costs and refunds are not among them."""
    fill_pockets(bare)
    paid = {"bank_reference": b"\1" * 32, "amount": 7_200, "block_time": NEW_YEAR}
    before = {"bank_reference": b"\2" * 32, "amount": 50_000, "block_time": EVE}
    refund = {"till": 4, "sequence": 9, "operations": 600, "block_time": NEW_YEAR}
    write(
        bare,
        *sale(4, BUYER, NEW_YEAR, 60_000, 6_000),
        *sale(4, BUYER, EVE, 90_000, 9_000),
        (models.Reversal, refund),
        (models.Reversal, {**refund, "sequence": 10, "block_time": EVE}),
        (money_models.OperatingPayment, paid),
        (money_models.OperatingPayment, before),
    )
    told = measure(bare, "break-even")
    assert told.startswith("Break-even, 2026 | 75% | target: 100% | The part of this year’s premiums")
    assert "| Brought by premiums | $54.00 | Paid for running it | $72.00 |" in told
    assert told.endswith(
        "Only costs paid out of the fund: neither volunteers’ work nor grants from elsewhere."
    )
    assert "| 75 % | cible : 100 % |" in measure(bare, "break-even", "fr")


def test_the_largest_businesses_are_told_once_ten_have_sold(bare: Bare) -> None:
    """Of nine nothing, nor of ten where one has sold nothing; then 90.00 of 146.50 are 61.4 %, told as 61."""
    fill_pockets(bare)
    write(bare, *[(models.Merchant, {"number": one, "premiums": 100 * one}) for one in range(11, 20)])
    few = measure(bare, "concentration")
    assert few.startswith("The five largest businesses | – | Too little has happened to tell.")
    assert "Told once ten businesses have sold" in few
    assert "five_largest" not in bare.client.get("/data/figures.csv").text
    with writing(bare.engine) as connection:
        connection.execute(models.table_of(models.Merchant).delete())
    rows: list[Row] = [(models.Merchant, {"number": one, "premiums": 100 * one}) for one in range(11, 21)]
    rows[0][1]["premiums"] = 0
    write(bare, *rows, event(NOW))
    assert "–" in measure(bare, "concentration")  # the tenth has sold nothing
    write(bare, (models.Merchant, {"number": 30, "premiums": 250}), event(NOW, 2))
    # 1,600 to 2,000 are 9,000; 1,200 to 1,500 and 250 are 5,650
    assert measure(bare, "concentration").startswith(
        "The five largest businesses | 61% | Premiums of the five"
    )
    assert "five_largest,61,100" in bare.client.get("/data/figures.csv").text
    assert "| 61 % |" in measure(bare, "concentration", "fr")


def test_without_anything_each_measure_says_so(bare: Bare) -> None:
    """No figure is made of nothing; each keeps its formula."""
    fill_pockets(bare)
    for name in ("leverage", "multiplier", "participation", "break-even", "concentration"):
        assert "| – | " in measure(bare, name)
        assert "Too little has happened to tell." in measure(bare, name)
    assert "0% of the money released is spent so far." in measure(bare, "multiplier")


# The data


def test_the_links_of_the_data_page_are_the_ones_that_stay(bare: Bare) -> None:
    """Written down here: whoever has linked to a table finds it there for good, under its licence."""
    fill_pockets(bare)
    text = page(bare, "/data")
    tables = ("fund", "projects", "steps", "votes", "premiums", "flows", "figures")
    links = [f"/data/{name}.{form}" for name in tables for form in ("csv", "json", "parquet")]
    assert [one for one in links if f'href="{one}"' in text] == links
    assert text.count('href="/data/') == len(links)
    assert 'href="https://creativecommons.org/licenses/by/4.0/" rel="license"' in text
    for path in ("/", "/projects", "/votes", "/figures", "/verify", "/year/2026"):
        assert bare.client.get(path).status_code == 200
    fund = dict(one.split(",") for one in bare.client.get("/data/fund.csv").text.splitlines())
    assert {name: fund[name] for name in POCKETS} == {name: str(one) for name, one in POCKETS.items()}
