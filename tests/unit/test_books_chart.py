"""The chart of accounts: complete, or refused by name."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from endogene_token.chain.views import BalanceSheet
from endogene_token.errors import (
    AccountSharedError,
    AccountUnknownError,
    ChartFormatError,
    ChartMissingError,
    FlowWithoutAccountError,
    PocketWithoutAccountError,
)
from endogene_token.indexer.projections.pockets import ASSETS as CHAIN_ASSETS
from endogene_token.indexer.projections.pockets import LIABILITIES
from endogene_token.treasury.books.chart import (
    ASSETS,
    DEFAULTS,
    POCKET_OF,
    Book,
    Flow,
    Pocket,
    default_name,
    load_chart,
    read_chart,
)

QUEBEC = (files("endogene_token.treasury.books") / "charts" / "quebec.toml").read_text("utf-8")


def test_the_pockets_are_those_of_the_chain() -> None:
    """A pocket added to the contracts must get an account."""
    assert {*Pocket} == {*BalanceSheet.__slots__} == {*CHAIN_ASSETS, *LIABILITIES}
    assert ASSETS == CHAIN_ASSETS
    assert set(POCKET_OF) == set(Flow)


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_chart_of_the_program_gives_each_pocket_and_each_flow_an_account(name: str) -> None:
    """In both languages, each account of one pocket; every account of the file serves."""
    chart = load_chart(name)
    assert set(chart.targets) == {*Pocket, *Flow}
    assert set(chart.journals) == set(Book)
    for target, account in chart.targets.items():
        assert account.pocket is (target if isinstance(target, Pocket) else POCKET_OF[target])
        assert account.names.text("fr") != account.names.text("en")
    assert {account.number for account in chart.targets.values()} == set(chart.accounts)
    listed = [account for pocket in Pocket for account in chart.of_pocket(pocket)]
    assert sorted(one.number for one in listed) == sorted(chart.accounts)
    source = (files("endogene_token.treasury.books") / "charts" / f"{name}.toml").read_text("utf-8")
    assert all(f"\n{number} = " in source for number in chart.accounts)


def test_the_french_chart_has_classes_of_the_pcg() -> None:
    """What is owed and owned in classes 1 to 5, results in 6 and 7."""
    for account in load_chart("france").accounts.values():
        assert len(account.number) == 6
        assert (account.number[0] in "67") is account.is_result


def test_the_chart_of_a_community_follows_its_currency_until_it_has_its_own() -> None:
    """A community that has chosen nothing can still draw up its books."""
    assert (default_name("CAD"), default_name("EUR")) == ("quebec", "france")


def test_a_community_gives_its_own_numbers_in_a_file(tmp_path: Path) -> None:
    """As data: nothing of the program changes."""
    path = tmp_path / "chart.toml"
    path.write_text(QUEBEC.replace("1010", "1060").replace('year_begins = "01-01"', 'year_begins = "04-01"'))
    chart = load_chart(path)
    assert chart.targets[Pocket.CASH].number == "1060"
    year = chart.year_of(date(2026, 3, 31))
    assert (year.first, year.last, year.name) == (date(2025, 4, 1), date(2026, 3, 31), 2026)
    assert chart.after(year).first == date(2026, 4, 1) == chart.year_of(date(2026, 4, 1)).first


def without(line: str) -> str:
    """Return the chart without the line that begins so."""
    kept = [one for one in QUEBEC.splitlines() if not one.startswith(line)]
    assert len(kept) == len(QUEBEC.splitlines()) - 1
    return "\n".join(kept)


@pytest.mark.parametrize("pocket", Pocket)
def test_a_chart_that_leaves_a_pocket_without_an_account_is_refused(pocket: Pocket) -> None:
    """Its cents would be nowhere in the books; the pocket is named."""
    with pytest.raises(PocketWithoutAccountError, match=f"pocket {pocket} has no account in the chart mine"):
        read_chart(without(f"{pocket} = "), "mine")


@pytest.mark.parametrize("flow", Flow)
def test_a_chart_that_leaves_a_flow_without_an_account_is_refused(flow: Flow) -> None:
    """What it moves could not be booked on the day that it happens."""
    with pytest.raises(FlowWithoutAccountError, match=flow):
        read_chart(without(f"{flow} = "), "mine")


def test_a_chart_that_books_on_an_account_it_does_not_name_is_refused() -> None:
    """An account without a name tells a reader nothing."""
    with pytest.raises(AccountUnknownError, match=r"1010 of cash"):
        read_chart(without("1010 = "), "mine")


def test_a_chart_whose_account_serves_two_pockets_is_refused() -> None:
    """The books could not be held against the chain pocket by pocket."""
    with pytest.raises(AccountSharedError, match="3100 would serve two pockets: reserve, free"):
        read_chart(QUEBEC.replace('free = "3300"', 'free = "3100"'), "mine")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('cash = "1010"', "cash = "),
        ('cash = "1010"', "cash = 1010"),
        ('cash = "1010"', 'cash = "1010"\nmattress = "1010"'),
        ('grants_awarded = "5200"', 'grants_awarded = "5200"\ngifts = "5200"'),
        ('year_begins = "01-01"', 'year_begins = "02-29"'),
        ('year_begins = "01-01"', 'year_begins = "1-1"'),
        ('year_begins = "01-01"', 'year_begins = "13-01"'),
        ('code = "BQ"', 'code = "PR"'),
        ('code = "BQ"', 'code = "B Q"'),
        ('code = "BQ"', 'code = ""'),
        ("bank = {", "till = {"),
        ('en = "Cash"', 'en = " "'),
        ('en = "Cash"', 'en = "Cash\\tflow"'),
        ('en = "Cash"', 'de = "Kasse"'),
        ("1010 = {", '"1010:M5" = {'),
        ("1010 = {", '"é1010" = {'),
    ],
)
def test_a_chart_that_does_not_read_is_refused(before: str, after: str) -> None:
    """Whatever is wrong, it is told before anything is booked."""
    assert before in QUEBEC
    with pytest.raises(ChartFormatError):
        read_chart(QUEBEC.replace(before, after), "mine")


def test_a_chart_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    """The names of those that come with the program are told."""
    with pytest.raises(ChartMissingError, match="quebec, france"):
        load_chart(tmp_path / "chart.toml")
    tmp_path.joinpath("chart.toml").write_bytes(b"name = \xff")
    with pytest.raises(ChartFormatError, match="0xff"):
        load_chart(tmp_path / "chart.toml")
