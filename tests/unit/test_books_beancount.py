"""The ledger in plain text: neither Beancount nor a small reader of our own finds anything wrong with it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from endogene_token.treasury.books.beancount import beancount
from endogene_token.treasury.books.chart import Pocket
from endogene_token.treasury.books.journal import Entry, of_year, since_the_founding
from endogene_token.treasury.books.sheets import month_ends, sheets_on
from tests.bean_check import Absent, checked, installed
from tests.unit.told_books import BAKER_TILL, MONTREAL, QUEBEC, SMITH_TILL, Life, empty, whole

OPEN = re.compile(r"(\d{4}-\d\d-\d\d) open ([A-Z][\w:-]+) CAD")
HEAD = re.compile(r'(\d{4}-\d\d-\d\d) \* "[^"]+" #[A-Z]+ \^[A-Z]+-\d{4}-\d+')
POSTING = re.compile(r"  ([A-Z][\w:-]+)  (-?\d+\.\d\d) CAD")
BALANCE = re.compile(r"(\d{4}-\d\d-\d\d) balance ([A-Z]\w+:\w+) (-?\d+\.\d\d) ~ 0 CAD")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Two fiscal years."""
    folder: Path = tmp_path_factory.mktemp("beancount")
    engine = empty(f"sqlite:///{folder / 'ledger.sqlite'}")
    with engine.begin() as connection:
        life = whole(Life(connection))
        life.wait(330)
        life.buy(BAKER_TILL, (1, 10_000), (0, 70))
        life.wait(45)
        life.buy(SMITH_TILL, (2, 5_000))
        yield life
    engine.dispose()


def written(life: Life, entries: list[Entry], lang: str = "fr") -> str:
    days = month_ends(entries[0].day, entries[-1].day)
    sheets = sheets_on(life.connection, life.decoder, days, MONTREAL)
    title = 'Fonds de "Limoilou" \\ Québec'
    lines = beancount(entries, QUEBEC, sheets, title=title, currency="CAD", lang=lang)
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture(scope="module")
def ledger(life: Life) -> str:
    """The text of all that was booked since the founding."""
    return written(life, list(since_the_founding(life.entries())))


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def wrong_lines(text: str) -> list[str]:
    """Read a ledger by its own syntax, and return each line that does not hold."""
    opened: dict[str, str] = {}
    held: defaultdict[str, int] = defaultdict(int)
    wrong, day, left = [], "", 0
    balances = []
    for line in text.splitlines():
        if left and not line.startswith("  "):
            wrong.append(f"{day}: {left}")
            left = 0
        if told := OPEN.fullmatch(line):
            opened[told[2]] = told[1]
        elif told := HEAD.fullmatch(line):
            day = told[1]
        elif told := POSTING.fullmatch(line):
            if opened.get(told[1], "9999") > day:
                wrong.append(line)
            held[f"{day} {told[1]}"] += cents(told[2])
            left += cents(told[2])
        elif told := BALANCE.fullmatch(line):
            balances.append((told[1], told[2], cents(told[3]), line))
    for before, account, amount, line in balances:
        parts = (key.split() for key in held)
        sums = [
            held[f"{day} {name}"]
            for day, name in parts
            if day < before and f"{name}:".startswith(f"{account}:")
        ]
        if sum(sums) != amount:
            wrong.append(line)
    return wrong


def test_every_transaction_balances_and_every_assertion_holds(ledger: str) -> None:
    """The pockets at the end of each month, from other tables than the journal's."""
    assert wrong_lines(ledger) == []
    months = {told[1] for line in ledger.splitlines() if (told := BALANCE.fullmatch(line))}
    assert {"2026-02-01", "2026-03-01", "2027-01-01", "2027-02-01"} <= months
    assert ledger.count(" balance ") == len(months) * len(Pocket)


def test_an_amount_or_an_assertion_that_is_a_cent_off_is_noticed(ledger: str) -> None:
    """The reader above can fail."""
    posting = next(line for line in ledger.splitlines() if POSTING.fullmatch(line))
    assert wrong_lines(ledger.replace(posting, posting.replace("9 CAD", "8 CAD"), 1)) != []
    balance = [line for line in ledger.splitlines() if BALANCE.fullmatch(line)][-1]
    other = re.sub(r"\d ~", lambda told: f"{(int(told[0][0]) + 1) % 10} ~", balance)
    assert wrong_lines(ledger.replace(balance, other)) == [other]


def test_a_ledger_of_one_year_stands_alone(life: Life) -> None:
    """It begins with the balances carried over."""
    text = written(life, list(of_year(life.entries(), 2027)), "en")
    assert '2027-01-01 * "Balances carried over" #AN ^AN-2027-1' in text
    assert wrong_lines(text) == []


def test_the_ledger_tells_the_piece_and_the_bank_of_each_entry(ledger: str) -> None:
    """So that the bank's statement and the chain are found again from it."""
    assert re.search(r'  piece: "0x[0-9a-f]{64}-\d+"', ledger)
    assert re.search(r'  bank-reference: "0x[0-9a-f]{64}"', ledger)
    assert "  piece-day: 2026-01-01" in ledger
    assert "Assets:PremiumsReceivable:1200:M8  5.29 CAD" in ledger
    assert 'option "title" "Fonds de \\"Limoilou\\" \\\\ Québec"' in ledger


def test_an_empty_journal_is_an_empty_ledger() -> None:
    """A community in its first hour can export, too."""
    lines = list(beancount([], QUEBEC, {date(2026, 1, 1): {}}, title="t", currency="CAD", lang="fr"))
    assert lines == ['option "title" "t"', 'option "operating_currency" "CAD"']


@pytest.fixture(scope="module")
def bean_check(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beancount's own checker."""
    try:
        return installed(tmp_path_factory.mktemp("environment"))
    except Absent as absent:
        pytest.skip(str(absent))


def test_beancount_finds_nothing_wrong(bean_check: Path, life: Life, ledger: str, tmp_path: Path) -> None:
    """Its own parser, its own sums: the whole history, each of its years, in both languages."""
    entries = life.entries()
    texts = [ledger, written(life, list(since_the_founding(entries)), "en")]
    texts += [written(life, list(of_year(entries, year))) for year in (2026, 2027)]
    for text in texts:
        assert checked(bean_check, text, tmp_path) == (0, "")


@pytest.mark.parametrize("kind", [POSTING, BALANCE])
def test_beancount_notices_a_cent(
    bean_check: Path, ledger: str, tmp_path: Path, kind: re.Pattern[str]
) -> None:
    """Of an amount, and of an assertion: no tolerance hides it."""
    line = next(line for line in reversed(ledger.splitlines()) if kind.fullmatch(line))
    other = re.sub(r"\d( ~ 0)? CAD$", lambda told: f"{(int(told[0][0]) + 1) % 10}{told[0][1:]}", line)
    assert other != line
    code, said = checked(bean_check, ledger.replace(line, other), tmp_path)
    assert code != 0
    assert "balance" in said.lower()
