"""The books of a whole history on a real chain: at every block they hold what the chain's pockets do."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from endogene_token.chain.currency import Currency
from endogene_token.indexer import Indexer, rebuild
from endogene_token.indexer.events import Decoder
from endogene_token.indexer.models import Event, Pockets, table_of
from endogene_token.indexer.project_models import Project
from endogene_token.store import reading
from endogene_token.treasury.books.beancount import beancount
from endogene_token.treasury.books.bookings import Auxiliary, Party
from endogene_token.treasury.books.chart import Chart, Flow, Pocket, load_chart
from endogene_token.treasury.books.fec import fec
from endogene_token.treasury.books.fec_check import check_fec
from endogene_token.treasury.books.journal import Entry, journal, since_the_founding
from endogene_token.treasury.books.sheets import month_ends, sheets, sheets_on
from tests.bean_check import Absent, checked, installed
from tests.town import Town, database
from tests.unit.told_books import sums

MONTREAL = ZoneInfo("America/Toronto")
SIREN = "732829320"
FOREVER = 2**62


@pytest.fixture
def whole(lived: Town, engine: Engine) -> Engine:
    """The whole chain, on each database in turn."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    return engine


def drawn_up(engine: Engine, town: Town, chart: Chart) -> list[Entry]:
    with reading(engine) as connection:
        return list(journal(connection, Decoder(town.community), chart, MONTREAL))


def ledger_text(engine: Engine, town: Town, chart: Chart, entries: Sequence[Entry]) -> str:
    """Return the text for Beancount, with the pockets at the end of each month."""
    kept = list(since_the_founding(entries))
    days = month_ends(kept[0].day, kept[-1].day)
    with reading(engine) as connection:
        found = sheets_on(connection, Decoder(town.community), days, MONTREAL)
    return "\n".join([*beancount(kept, chart, found, title="Fonds", currency="CAD", lang="fr"), ""])


def parts(entries: Sequence[Entry], *targets: str) -> dict[Auxiliary, int]:
    """Return what stands on these accounts, by auxiliary, credits positive."""
    found: defaultdict[Auxiliary, int] = defaultdict(int)
    for entry in since_the_founding(entries):
        for line in entry.lines:
            if line.account.number in targets and line.auxiliary is not None:
                found[line.auxiliary] -= line.amount
    return {key: amount for key, amount in found.items() if amount}


def test_at_every_block_the_accounts_hold_what_the_chain_says(lived: Town, whole: Engine) -> None:
    """Pocket by pocket, as the fund's own view answers at that block, over the whole history."""
    entries = drawn_up(whole, lived, load_chart("quebec"))
    blocks = sorted({entry.block for entry in entries if entry.block})
    held, position = dict.fromkeys(Pocket, 0), list(since_the_founding(entries))
    for block in range(blocks[0], lived.ledger.head() + 1):
        new = [entry for entry in position if entry.block == block]
        for pocket, amount in sums(new, block).items():
            held[pocket] += amount
        assert held == asdict(lived.ledger.at(block).balance_sheet()), block
    assert len(blocks) > 50


def test_the_tables_tell_the_same_pockets_at_every_instant(lived: Town, whole: Engine) -> None:
    """What the assertions of the exports rest on: the read model's tables, not the journal."""
    with reading(whole) as connection:
        events = table_of(Event)
        query = select(events.c.block_number, events.c.block_time).distinct().order_by(events.c.block_number)
        told = [tuple(row) for row in connection.execute(query)]
        after = [at + 1 for _, at in told]
        found = sheets(connection, Decoder(lived.community), after)
    last = {at: (block, sheet) for (block, at), sheet in zip(told, found, strict=True)}
    for block, sheet in last.values():
        assert sheet == asdict(lived.ledger.at(block).balance_sheet()), block


@pytest.mark.parametrize("chart_name", ["quebec", "france"])
def test_each_part_of_an_account_is_what_the_chain_says_of_that_party(
    lived: Town, whole: Engine, chart_name: str
) -> None:
    """Merchants, members, projects: what each owes, is owed and holds."""
    chart, ledger = load_chart(chart_name), lived.ledger
    entries = drawn_up(whole, lived, chart)
    number = {target: account.number for target, account in chart.targets.items()}
    receivable, prepaid = (
        parts(entries, number[pocket]) for pocket in (Pocket.RECEIVABLE, Pocket.PREPAYMENTS)
    )
    credits_ = parts(entries, number[Pocket.CREDITS], number[Flow.REDEMPTIONS_APPROVED])
    approved = parts(entries, number[Flow.REDEMPTIONS_APPROVED])
    currency = parts(entries, number[Pocket.CURRENCY])
    members = range(1, ledger.member_count() + 1)
    for member, account in zip(members, ledger.accounts(members), strict=True):
        assert credits_.get(Auxiliary(Party.MEMBER, member), 0) == account.balance
    merchants = sorted({of.number for of in (*receivable, *prepaid)})
    for merchant, terms in zip(merchants, ledger.merchant_accounts(merchants), strict=True):
        of = Auxiliary(Party.MERCHANT, merchant)
        assert (-receivable.get(of, 0), prepaid.get(of, 0)) == (terms.owed, terms.prepaid)
        told = Currency(ledger).holding(merchant)
        assert currency.get(of, 0) == told.first + told.second + told.third + told.later
    with reading(whole) as connection:
        pockets = connection.execute(select(table_of(Pockets))).mappings().one()
        projects = connection.execute(select(table_of(Project))).mappings().all()
    assert sum(approved.values()) == pockets["redemptions_backed"]
    assert {of.number: amount for of, amount in currency.items() if of.party is Party.PROJECT} == {
        row["number"]: row["balance"] for row in projects if row["balance"]
    }


def test_entries_balance_are_numbered_without_gaps_and_name_a_log_of_the_chain(
    lived: Town, whole: Engine
) -> None:
    """Every piece is one log that the node can show, and no log is booked twice."""
    entries = drawn_up(whole, lived, load_chart("france"))
    for _, of_year in groupby(entries, key=lambda entry: entry.year):
        numbered = list(of_year)
        assert [entry.number for entry in numbered] == list(range(1, len(numbered) + 1))
    assert all(sum(line.amount for line in entry.lines) == 0 for entry in entries)
    with reading(whole) as connection:
        events = table_of(Event)
        logs = connection.execute(select(events.c.transaction_hash, events.c.log_index)).all()
    pieces = [entry.piece for entry in since_the_founding(entries)]
    assert len(set(pieces)) == len(pieces)
    assert set(pieces) <= {f"0x{row.transaction_hash.hex()}-{row.log_index}" for row in logs}


def test_the_exports_are_the_same_bytes_on_both_databases_and_after_a_rebuild(
    lived: Town, sqlite_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    """They follow from the chain alone; the law's checker and Beancount find nothing wrong with them."""
    texts = []
    for url in (sqlite_url, postgresql_url):
        engine = database(url)
        Indexer(engine, lived.rpc, lived.community).catch_up()
        for again in (False, True):
            if again:
                rebuild.rebuild(engine, lived.rpc, lived.community)
            chart = load_chart("france")
            entries = drawn_up(engine, lived, chart)
            years = sorted({entry.year.name for entry in entries})
            files = [fec(entries, chart, year=year, siren=SIREN, currency="EUR") for year in years]
            texts.append((files, ledger_text(engine, lived, chart, entries)))
        engine.dispose()
    assert texts[1:] == texts[:-1]
    files, ledger = texts[0]
    assert [check_fec(*file) for file in files] == [[]] * len(files)
    assert len(files) > 1
    try:
        program = installed(tmp_path / "environment")
    except Absent as absent:
        pytest.skip(str(absent))
    assert checked(program, ledger, tmp_path) == (0, "")


def test_a_month_that_has_not_ended_is_asserted_as_it_stands(lived: Town, whole: Engine) -> None:
    """The last assertion is the chain's own sheet at its head."""
    entries = drawn_up(whole, lived, load_chart("quebec"))
    with reading(whole) as connection:
        [last] = sheets(connection, Decoder(lived.community), [FOREVER])
    assert last == asdict(lived.ledger.balance_sheet())
    assert month_ends(entries[0].day, entries[-1].day)[-1] == entries[-1].day + timedelta(days=1)
