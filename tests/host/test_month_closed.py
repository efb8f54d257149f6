"""A month closed end to end on a real shop's journal: sales, statements, debits, bank, chain, books.

The journal's customers are shared among three merchants. One is debited; one is debited and its bank gives
the debit back, so that it pays by transfer; one has no mandate and pays by transfer. The bank keeps a fee.
"""

import csv
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from endogene_token.chain.sender import Sender
from endogene_token.config import Settings
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.indexer import Indexer
from endogene_token.indexer.events import Decoder
from endogene_token.office import trail
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import Actor, Change, changing
from endogene_token.store import reading
from endogene_token.treasury.bankfiles.bankdays import Calendar, bank_day_from
from endogene_token.treasury.books.chart import Pocket, default_name, load_chart
from endogene_token.treasury.books.journal import Entry, journal
from endogene_token.treasury.books.trial import trial_balance
from endogene_token.treasury.collect import drafting, mandates, runs
from endogene_token.treasury.collect.accounts import read_account
from endogene_token.treasury.collect.drafting import Drafted
from endogene_token.treasury.collect.dues import Due
from endogene_token.treasury.collect.files import Office
from endogene_token.treasury.collect.mandates import NewMandate
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm import importing, matching
from endogene_token.treasury.confirm.bookings import Bookings
from endogene_token.treasury.confirm.importing import Imported
from endogene_token.treasury.confirm.settler import Settler, Terms
from endogene_token.treasury.confirm.states import LineState
from endogene_token.treasury.desk import Desk
from endogene_token.treasury.reconcile.differences import Found, Why
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.document import read_document
from endogene_token.treasury.statements.issuer import Issuer
from endogene_token.treasury.statements.models import IssuedStatement
from endogene_token.treasury.statements.months import Month, local_day
from endogene_token.treasury.statements.render import to_pdf
from tests.commands import call
from tests.journals import COLUMNS, REAL, Expected, expected
from tests.unit.test_bank_cpa005 import read as read_by_the_bank

pytestmark = pytest.mark.skipif(not REAL.exists(), reason=f"THE REAL JOURNAL IS NOT IMPORTED: no {REAL}")

ZONE = ZoneInfo("America/Toronto")
TREASURER, APPROVER = Actor("officer:0x" + "0a" * 20, "cli"), Actor("officer:0x" + "0b" * 20, "cli")
SECRET = OfficeSecret(b"\x5e" * 32)
FEE = 1_250  # minor units that the bank keeps
SHOPS = 3
IMPORTS_SECONDS = 600  # more than three imports take
STATEMENTS = """
name = "Coopérative de Limoilou"
[[taxes]]
name_fr = "TVQ"
name_en = "QST"
rate = 9975
"""
BANK = """
opening_day = "2020-01-01"
[canada]
identifier = "0000000610"
short_name = "ENDOGENE"
long_name = "Coopérative Endogène"
data_centre = "81510"
account = "30000-815-0123456"
"""
BANK_CSV = """
date = "Date"
debit = "Retrait"
credit = "Depot"
end_to_end = "Reference"
bank_reference = "Numero"
text = ["Texte"]
"""


@dataclass
class Shop:
    """A merchant with its part of the journal, and what the rules make of it."""

    merchant: int
    journal: Path
    rules: Expected
    report: dict[str, Any]


@dataclass
class Bank:
    """The cooperative's bank: what it states, as the CSV that its customers get."""

    rows: list[tuple[date, int, str, str]] = field(default_factory=list)

    def move(self, day: date, amount: int, reference: str = "", text: str = "") -> None:
        self.rows.append((day, amount, reference, text))

    @property
    def balance(self) -> int:
        return sum(amount for _, amount, _, _ in self.rows)

    def statement(self) -> bytes:
        lines = ["Date;Retrait;Depot;Reference;Numero;Texte"]
        for number, (day, amount, reference, text) in enumerate(self.rows, start=1):
            units, cents = divmod(abs(amount), 100)
            told = f"{units},{cents:02}"
            out, into = ("", told) if amount > 0 else (told, "")
            lines.append(f"{day};{out};{into};{reference};N{number:04};{text}")
        return "\n".join(lines).encode()


@dataclass
class Treasury:
    """The treasurer's and the approver's month, on the community of a data folder."""

    ground: Ground
    bank: Bank = field(default_factory=Bank)

    @cached_property
    def office(self) -> Office:
        return Office(BankProfile.load(self.ground.folder.root), SECRET, ZONE, "CAD")

    @cached_property
    def issuing(self) -> issuing.Office:
        issuer = Issuer.load(self.ground.folder.root / "statements.toml", "")
        return issuing.Office(self.ground.engine, self.ground.ledger, issuer, ZONE, "CAD", "fr")

    def read(self) -> None:
        Indexer(self.ground.engine, self.ground.rpc, self.ground.community).catch_up()

    def doing(self, actor: Actor = TREASURER) -> Any:
        return changing(self.ground.engine, actor)

    def sign_mandate(self, merchant: int, account: str) -> None:
        signed = datetime.now(ZONE).date()
        held = read_account(account)
        with self.doing() as change:
            given = NewMandate(merchant, "cpa", f"M-{merchant:06}", signed, f"Shop {merchant}", held)
            mandates.give(change, SECRET, given, signed)

    def debit(self, month: Month, day: date, now: int) -> tuple[Drafted, bytes]:
        """Draft, approve and hand in; return what was drafted, and the file."""
        with self.doing() as change:
            found = drafting.draft_debits(
                change, self.office, month, day, TREASURER.who, noticed=None, now=now
            )
        number = found.run.number or 0
        with self.doing(APPROVER) as change:
            runs.approve(change, self.office, number, APPROVER.who, now)
        with self.doing() as change:
            runs.hand_in(change, self.office, number, now)
            return found, runs.content_of(change.session, self.office, number)

    def import_statement(self) -> Imported:
        bank = importing.bank_of(self.office.profile, "CAD", self.ground.folder.root)
        with self.doing() as change:
            return importing.take(change, importing.read(self.bank.statement(), bank))

    def decide(self) -> None:
        """Approve what is proposed; what nobody knows is the bank's fee."""
        with self.doing() as change:
            for one in matching.queue(change.session):
                _decide(change, one)

    def settle(self, now: int) -> int:
        treasurer = Sender(self.ground.ledger, self.ground.folder.account("treasurer"))
        terms = Terms(self.office.profile.terms, self.office.profile.waiting)
        worker = Settler(
            self.ground.engine, Bookings(treasurer), lambda: SECRET, lambda: terms, clock=lambda: now
        )
        done = 0
        while moved := worker.step():
            done += moved
        self.read()
        return done

    def reconcile(self, now: int) -> Found:
        settings = self.ground.settings
        desk = Desk(self.ground.engine, self.ground.community, settings, lambda: SECRET)
        return desk.reconcile(TREASURER, now)

    def owed(self, shops: list[Shop]) -> list[int]:
        return [self.ground.ledger.merchant_account(one.merchant).owed for one in shops]


def _decide(change: Change, one: matching.Queued) -> None:
    if one.line.state == LineState.PROPOSED:
        matching.approve(change, one.line)
    elif one.line.state == LineState.UNMATCHED:
        matching.set_aside(change, one.line, "Frais de la banque")


def parts(folder: Path) -> list[Path]:
    """Share the journal's lines by customer among the shops; each part is a journal by itself."""
    found: list[list[list[str]]] = [[] for _ in range(SHOPS)]
    with REAL.open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            found[int(row[2] or 0) % SHOPS].append(row)
    paths = []
    for number, rows in enumerate(found):
        path = folder / f"journal-{number}.csv"
        path.write_text("\n".join([COLUMNS, *map(",".join, rows)]) + "\n", "utf-8")
        paths.append(path)
    return paths


def wait_out_the_month() -> None:
    """Wait for the next month where this one ends while the journals are imported: theirs is one month."""
    now = time.time()
    day = local_day(int(now), ZONE)
    left = Month(day.year, day.month).period(ZONE).end - now
    if left < IMPORTS_SECONDS:
        time.sleep(left + 1)


@pytest.fixture
def shops(tmp_path: Path) -> list[Shop]:
    """The three merchants, their journals imported as people import them."""
    wait_out_the_month()
    found, merchant = [], 1
    for path in parts(tmp_path):
        options = (
            "--merchant",
            merchant,
            "--rate-bps",
            280,
            "--enrol",
            "--data",
            tmp_path / "data",
            "--json",
        )
        answer = call("import", path, *options)
        assert answer.code == 0, answer
        found.append(Shop(merchant, path, expected(path), answer.json))
        customers = {row[2] for row in csv.reader(path.read_text("utf-8").splitlines()[1:])} - {""}
        merchant += len(customers) + 1
    return found


@pytest.fixture
def treasury(tmp_path: Path, shops: list[Shop]) -> Iterator[Treasury]:
    """The treasury of their community, with its settings."""
    data = tmp_path / "data"
    assert len(shops) == SHOPS
    for name, text in (("statements", STATEMENTS), ("bank", BANK), ("bank-csv", BANK_CSV)):
        data.joinpath(f"{name}.toml").write_text(text, "utf-8")
    with Ground(Settings.load(data_dir=data), node_port=FREE_PORT) as ground:
        yield Treasury(ground)


def month_ends(treasury: Treasury) -> tuple[Month, int]:
    """Return the month of the sales and an instant of the next one, by the treasurer's clock.

    The chain has no block since: the month is over when its clock, which nobody moves, stands still.
    """
    day = local_day(treasury.ground.ledger.time(), ZONE)
    month = Month(day.year, day.month)
    treasury.read()
    return month, month.period(ZONE).end + 36 * 3600


def day_totals(shop: Shop) -> dict[date, int]:
    """Return what the shop's own till sold on each day, of the lines that reached the ledger."""
    refused = set(shop.rules.refused_lines)
    found: defaultdict[date, int] = defaultdict(int)
    for number, row in enumerate(csv.reader(shop.journal.read_text("utf-8").splitlines()), start=1):
        if number > 1 and number not in refused and row[4] == "sale":
            day = datetime.fromisoformat(row[1]).date() + timedelta(days=shop.report["shifted_days"])
            found[day] += int(row[3])
    return found


def check_statement(shop: Shop, row: IssuedStatement, office: issuing.Office) -> None:
    """The shop's day totals, its premiums to the cent, and the same paper again."""
    document = read_document(row.content)
    told: defaultdict[date, int] = defaultdict(int)
    for one in document.figures.days:
        told[date.fromisoformat(one.day)] += one.sales.amount
    assert {day: amount for day, amount in told.items() if amount} == day_totals(shop)
    assert document.figures.account.net_premiums == shop.rules.premiums == int(shop.report["premiums"])
    assert row.due == row.tax + shop.rules.premiums
    assert to_pdf(document, b"", office.lang) == to_pdf(document, b"", office.lang)


def check_books(treasury: Treasury) -> None:
    """The journal of everything balances, and its cash is the chain's."""
    chart = load_chart(default_name("CAD"))
    with reading(treasury.ground.engine) as connection:
        entries: list[Entry] = list(journal(connection, Decoder(treasury.ground.community), chart, ZONE))
    assert all(sum(line.amount for line in entry.lines) == 0 for entry in entries)
    trial = trial_balance(entries, chart, entries[-1].day)
    assert trial.total("debit") == trial.total("credit")
    assert trial.total("closing") == 0
    cash = sum(row.closing for row in trial.rows if row.account.pocket is Pocket.CASH)
    assert cash == treasury.ground.ledger.balance_sheet().cash


def issue(treasury: Treasury, shops: list[Shop], month: Month, now: int) -> dict[int, IssuedStatement]:
    """Issue the month's statements, which agree with the shops; return them by merchant."""
    issued = issuing.issue(treasury.issuing, month, now)
    rows = {one.merchant: one for one in issued.rows}
    assert sorted(rows) == [one.merchant for one in shops]
    for shop in shops:
        check_statement(shop, rows[shop.merchant], treasury.issuing)
    again = issuing.issue(treasury.issuing, month, now + 60)
    assert not again.is_new
    assert [one.content for one in again.rows] == [one.content for one in issued.rows]
    return rows


def collect(
    treasury: Treasury, month: Month, day: date, now: int, rows: list[IssuedStatement]
) -> tuple[str, str]:
    """Debit the first two merchants; return the references that the bank will name."""
    debited, returned, transferring = rows
    drafted, content = treasury.debit(month, day, now)
    assert [one.merchant for one in drafted.left_out if isinstance(one, Due)] == [transferring.merchant]
    _, items, trailer = read_by_the_bank(content)
    assert trailer["debit value"] == debited.due + returned.due
    assert sorted(item["amount"] for _, item in items) == sorted([debited.due, returned.due])
    first, second = (one.reference for one in drafted.items)
    return first, second


def check_day(treasury: Treasury, shops: list[Shop], taxes: int, now: int) -> None:
    """Bank, books and chain agree: taxes are not the fund's, the fee is nobody's, nothing else differs."""
    found = treasury.reconcile(now)
    premiums = sum(one.rules.premiums for one in shops)
    assert (found.bank, found.books, found.chain) == (treasury.bank.balance, premiums, premiums)
    assert found.bank == premiums + taxes - FEE
    assert (found.open, found.explained) == ((), taxes - FEE)
    totals = {why: amount for why, amount in found.totals().items() if amount}
    assert totals == {Why.TAX: taxes, Why.SET_ASIDE: -FEE}
    check_books(treasury)
    with reading(treasury.ground.engine) as connection, Session(connection) as session:
        assert trail.verify(session).broken is None


def test_a_month_is_closed_to_the_cent(treasury: Treasury, shops: list[Shop]) -> None:
    """From the shops' journals to books that agree with the bank, nothing left to explain."""
    month, now = month_ends(treasury)
    for shop, account in zip(shops[:2], ("12345-006-7654321", "54321-815-111222"), strict=True):
        treasury.sign_mandate(shop.merchant, account)
    rows = issue(treasury, shops, month, now)
    debited, returned, transferring = (rows[one.merchant] for one in shops)
    day = bank_day_from(local_day(now, ZONE) + timedelta(days=11), Calendar.CANADA)
    first, second = collect(treasury, month, day, now, [debited, returned, transferring])

    bank, premiums = treasury.bank, [one.rules.premiums for one in shops]
    bank.move(day, debited.due, first)
    bank.move(day, returned.due, second)
    bank.move(day, transferring.due, text=f"Virement {transferring.number}")
    bank.move(day, -FEE, text="Frais mensuels")
    bank.move(day + timedelta(days=1), -returned.due, second, text="Retour 901")
    assert treasury.import_statement().new == 5
    again = treasury.import_statement()
    assert (again.new, again.known) == (0, 5)
    treasury.decide()
    noon = int(datetime.combine(day, datetime.min.time(), ZONE).timestamp()) + 12 * 3600
    assert treasury.settle(noon) == 1  # the transfer; a debit waits, since it may come back
    assert treasury.owed(shops) == [premiums[0], premiums[1], 0]
    week = noon + 7 * 86_400
    assert treasury.settle(week) == 1
    assert treasury.owed(shops) == [0, premiums[1], 0]

    bank.move(day + timedelta(days=6), returned.due, text=f"Relevé {returned.number}")
    assert treasury.import_statement().new == 1
    treasury.decide()
    assert treasury.settle(week) == 1
    assert treasury.owed(shops) == [0, 0, 0]
    check_day(treasury, shops, sum(one.tax for one in rows.values()), week)
