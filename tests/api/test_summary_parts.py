"""The two bars of the public page, with project money in the fund: true, of one length, calm without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.explorer.home import HOLDS, OWES, both_sides, parts
from api.pages.explorer.parts import BAR, widths
from api.pages.words import Words
from endogene_token.config import Settings
from endogene_token.indexer.models import Pockets

POCKETS = [name for name in Pockets.model_fields if name != "only_row"]
WORDS = Words.of(Settings(), "fr")
OWED = ("credits_outstanding", "merchant_prepayments", "reserve", "operations")


def sheet(**amounts: int) -> Pockets:
    """Return a balance sheet; `free` is what the rest gives."""
    found = dict.fromkeys(POCKETS, 0) | amounts
    held = found["cash"] + found["premiums_receivable"] + found["loans_receivable"]
    owed = sum(found[name] for name in (*OWED, "currency_outstanding", "commitments"))
    return Pockets(**{**found, "only_row": 1, "free": held - owed})


def shown(pockets: Pockets, side: tuple[tuple[str, str, str], ...]) -> list[str]:
    return [one.pocket for one in parts(both_sides(pockets), side, WORDS)]


@given(st.lists(st.integers(0, 10**9), min_size=9, max_size=9))
def test_both_bars_tell_the_same_sum_and_are_filled(amounts: list[int]) -> None:
    """Whatever is free, above 0 or below: what is below stands on the other side."""
    names = [name for name in POCKETS if name not in {"free", "redemptions_backed", "operating_allowed"}]
    pockets = sheet(**dict(zip(names, amounts, strict=True)))
    sides = both_sides(pockets)
    sums = [sum(sides[name] for name, _, _ in side) for side in (HOLDS, OWES)]
    assert sums[0] == sums[1]
    assert min(sides.values()) >= 0
    for side in (HOLDS, OWES):
        found = parts(sides, side, WORDS)
        assert sum(one.width for one in found) == (BAR if sums[0] else 0)
        assert [one.start for one in found] == [sum(p.width for p in found[:n]) for n in range(len(found))]


def test_a_community_without_projects_reads_six_lines() -> None:
    """The lines of projects appear once they hold something."""
    plain = sheet(cash=500, premiums_receivable=300, credits_outstanding=700, reserve=60, operations=40)
    assert shown(plain, HOLDS) == ["cash", "premiums-receivable"]
    assert shown(plain, OWES) == ["credits-outstanding", "merchant-prepayments", "reserve", "operations"]


def test_what_projects_took_ahead_stands_where_the_money_is() -> None:
    """Credits are owed later, projects are paid today: the difference was put into projects."""
    spent = sheet(
        cash=500, loans_receivable=90, credits_outstanding=700, commitments=40, currency_outstanding=30
    )
    assert spent.free == -180
    assert shown(spent, HOLDS) == ["cash", "premiums-receivable", "loans-receivable", "spent-ahead"]
    assert shown(spent, OWES)[-2:] == ["commitments", "currency-outstanding"]
    assert both_sides(spent)["spent_ahead"] == 180


@pytest.mark.parametrize("amounts", [[0, 0], [1, 10**12], [1, 0, 1], [10**12, 1, 1, 1]])
def test_a_part_that_exists_is_seen(amounts: list[int]) -> None:
    """However small beside the others."""
    assert [bool(width) for width in widths(amounts)] == [bool(amount) for amount in amounts]
