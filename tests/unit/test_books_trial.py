"""The trial balance: opening, movements and closing of each account, at any date."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from endogene_token.treasury.books.chart import ASSETS, Pocket
from endogene_token.treasury.books.journal import Entry
from endogene_token.treasury.books.trial import TrialBalance, trial_balance
from tests.unit.told_books import BAKER_TILL, QUEBEC, Life, empty, whole


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Some weeks, a year without acts, and a sale."""
    folder: Path = tmp_path_factory.mktemp("trial")
    engine = empty(f"sqlite:///{folder / 'ledger.sqlite'}")
    with engine.begin() as connection:
        life = whole(Life(connection))
        life.wait(800)
        life.buy(BAKER_TILL, (1, 10_000), (0, 70))
        yield life
    engine.dispose()


@pytest.fixture(scope="module")
def entries(life: Life) -> list[Entry]:
    return life.entries()


def held(trial: TrialBalance) -> dict[Pocket, int]:
    found = dict.fromkeys(Pocket, 0)
    for row in trial.rows:
        pocket = row.account.pocket
        found[pocket] += row.closing if pocket in ASSETS else -row.closing
    return found


def require_balanced(trial: TrialBalance) -> None:
    assert (trial.total("opening"), trial.total("closing")) == (0, 0)
    assert trial.total("debit") == trial.total("credit")


def test_at_the_end_the_accounts_hold_what_the_pockets_do(life: Life, entries: list[Entry]) -> None:
    """Whether the parts of each account are asked for or not."""
    for auxiliaries in (False, True):
        trial = trial_balance(entries, QUEBEC, entries[-1].day, auxiliaries=auxiliaries)
        assert held(trial) == life.pockets()
        require_balanced(trial)


def test_of_any_day_it_is_what_was_booked_until_then(entries: list[Entry]) -> None:
    """Opening and movements of a fiscal year, by account, added up the plain way."""
    until = date(2026, 1, 21)
    trial = trial_balance(entries, QUEBEC, until)
    plain: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        if entry.day <= until:
            for line in entry.lines:
                plain[line.account.number][0] += line.debit
                plain[line.account.number][1] += line.credit
    assert {row.account.number: [row.debit, row.credit] for row in trial.rows} == plain
    assert {row.opening for row in trial.rows} == {0}
    assert (trial.since, trial.until) == (date(2026, 1, 1), until)


def test_what_moved_before_the_first_day_is_in_the_opening(entries: list[Entry]) -> None:
    """The closing of one period is the opening of the next."""
    first = trial_balance(entries, QUEBEC, date(2026, 1, 20), auxiliaries=True)
    second = trial_balance(entries, QUEBEC, date(2026, 2, 28), date(2026, 1, 21), auxiliaries=True)
    closed = {(row.account.number, row.auxiliary): row.closing for row in first.rows if row.closing}
    opened = {(row.account.number, row.auxiliary): row.opening for row in second.rows if row.opening}
    assert closed == opened != {}
    require_balanced(second)
    assert second.total("debit") > 0


def test_a_new_year_opens_with_what_was_carried_over(life: Life, entries: list[Entry]) -> None:
    """Without results; the opening entry is no movement."""
    trial = trial_balance(entries, QUEBEC, entries[-1].day)
    assert not any(row.account.is_result for row in trial.rows if row.opening)
    assert trial.total("debit") == sum(line.debit for line in entries[-1].lines)
    assert trial.year.name == 2028


def test_a_year_without_acts_holds_what_the_one_before_left(entries: list[Entry]) -> None:
    """Also when nothing at all was booked after it."""
    last_of_2026 = held(trial_balance(entries, QUEBEC, date(2026, 12, 31)))
    for known in (entries, [entry for entry in entries if entry.year.name == 2026]):
        trial = trial_balance(known, QUEBEC, date(2027, 6, 30))
        assert held(trial) == last_of_2026
        assert not any(row.account.is_result for row in trial.rows)
        assert trial.total("debit") == 0
        require_balanced(trial)


def test_the_parts_of_an_account_add_up_to_it(entries: list[Entry]) -> None:
    """A merchant, a member and a project each see what is theirs."""
    whole_, parts = (
        trial_balance(entries, QUEBEC, date(2026, 12, 31), auxiliaries=auxiliaries)
        for auxiliaries in (False, True)
    )
    sums: defaultdict[str, int] = defaultdict(int)
    for row in parts.rows:
        sums[row.account.number] += row.closing
    assert {row.account.number: row.closing for row in whole_.rows} == sums
    codes = {row.auxiliary.code for row in parts.rows if row.auxiliary}
    assert {"M8", "M9", "S1", "P1"} <= codes


def test_before_the_founding_nothing_is_held(entries: list[Entry]) -> None:
    """And no row is shown."""
    assert trial_balance(entries, QUEBEC, date(2025, 1, 1)).rows == ()
