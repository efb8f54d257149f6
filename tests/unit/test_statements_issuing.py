"""Issuing: numbers without a gap or a twin, months in their order, papers that stay as they are."""

import threading
from collections.abc import Iterator
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel

from endogene_token.chain.calls import Ledger
from endogene_token.errors import (
    MonthOpenError,
    MonthOrderError,
    SettingError,
    StoreError,
    UnknownStatementError,
)
from endogene_token.indexer.models import Cursor, Merchant, table_of
from endogene_token.store import open_engine, reading, writing
from endogene_token.treasury.statements import issuing, numbering
from endogene_token.treasury.statements.document import read_document
from endogene_token.treasury.statements.issuer import Issuer
from endogene_token.treasury.statements.models import (
    STATEMENT_TABLES,
    IssuedStatement,
    TaxPayment,
    number_text,
)
from endogene_token.treasury.statements.months import Month
from endogene_token.treasury.statements.render import to_csv, to_json, to_pdf
from tests.unit.statement_sample import LOGO, TAXES
from tests.unit.told_books import MONTREAL, empty
from tests.unit.told_money import BAKER, SMITH
from tests.unit.told_trade import Trade, busy

JANUARY, FEBRUARY, MARCH, APRIL = (Month(2026, number) for number in range(1, 5))
LATER = MARCH.period(MONTREAL).end + 12 * 3_600
STATEMENTS = table_of(IssuedStatement)


class Still(Ledger):
    """A chain that stands at one block: what issuing asks of it."""

    def __init__(self, block: int, time: int) -> None:
        self.last = block
        self.community = SimpleNamespace(fund="0x" + "5f" * 20)  # type: ignore[assignment]
        told = {"timestamp": hex(time)}
        self.rpc = SimpleNamespace(request=lambda _method, _arguments: told)  # type: ignore[assignment]

    def head(self) -> int:
        return self.last


def keep_cursor(connection: Connection, trade: Trade) -> None:
    """Say that the read model has followed the chain to the end of a life."""
    cursor: dict[str, Any] = {"only_row": 1, "chain_id": 1, "founding_block": 0, "block_number": trade.block}
    cursor |= {"founding_hash": bytes(32), "fund": bytes(20), "block_hash": bytes(32)}
    connection.execute(insert(table_of(Cursor)).values(cursor))


@pytest.fixture
def lived(database_url: str) -> Iterator[Engine]:
    """A read model with two months, on either database."""
    engine = empty(database_url)
    with engine.begin() as connection:
        keep_cursor(connection, busy(Trade(connection)))
    yield engine
    engine.dispose()


def office(engine: Engine, *, time: int = LATER, behind: int = 0, **changes: Any) -> issuing.Office:
    """Return the treasurer's office; the chain is `behind` blocks further than the read model."""
    with reading(engine) as connection:
        block = connection.execute(select(table_of(Cursor).c.block_number)).scalar_one()
    issuer = Issuer(name="Coop", taxes=TAXES, **changes)
    return issuing.Office(engine, Still(block + behind, time), issuer, MONTREAL, "CAD", "fr")


def numbers(connection: Connection) -> list[str]:
    rows = connection.execute(select(STATEMENTS.c.year, STATEMENTS.c.serial).order_by(STATEMENTS.c.serial))
    return [number_text(*row) for row in rows]


def test_a_month_is_issued_once_in_the_order_of_the_merchants(lived: Engine) -> None:
    """Again, it is the same: no second number, not one byte changed."""
    first = issuing.issue(office(lived), JANUARY, LATER)
    again = issuing.issue(office(lived, terms_days=99), JANUARY, LATER + 86_400)
    assert (first.is_new, again.is_new) == (True, False)
    assert [(row.number, row.merchant) for row in first.rows] == [
        ("2026-000001", BAKER),
        ("2026-000002", SMITH),
    ]
    assert [row.content for row in again.rows] == [row.content for row in first.rows]
    for row in first.rows:
        document = read_document(row.content)
        assert (document.number, document.month, document.issued_on) == (row.number, "2026-01", "2026-04-01")
        assert (to_json(document), row.sha256) == (row.content, sha256(row.content).digest())
        assert (document.net.due, document.net.payable, document.taxes.charged) == (
            row.due,
            row.payable,
            row.tax,
        )


def test_the_next_month_opens_with_what_the_one_before_left(lived: Engine) -> None:
    """Of the account, the project currency and the taxes; the numbers go on."""
    january = issuing.issue(office(lived), JANUARY, LATER).rows
    with writing(lived) as connection:
        paid = {"merchant": BAKER, "amount": 77, "received_at": FEBRUARY.period(MONTREAL).begin}
        connection.execute(insert(table_of(TaxPayment)).values(reference=bytes(32), **paid))
    february = issuing.issue(office(lived), FEBRUARY, LATER).rows
    assert [row.number for row in (*january, *february)] == [
        number_text(2026, serial) for serial in range(1, 5)
    ]
    for before, after in zip(map(read, january), map(read, february), strict=True):
        assert before.figures.account.closing == after.figures.account.opening
        assert before.figures.project_currency.closing == after.figures.project_currency.opening
        assert before.taxes.closing == after.taxes.opening
    baker = read(february[0]).taxes
    assert baker.received == 77
    assert baker.closing == baker.opening + baker.charged - 77


def read(row: IssuedStatement) -> Any:
    return read_document(row.content)


def test_months_are_issued_in_their_order(lived: Engine) -> None:
    """The first may be any; then none is skipped, and none is put before."""
    issuing.issue(office(lived), FEBRUARY, LATER)
    for month in (JANUARY, APRIL):
        with pytest.raises(MonthOrderError) as refusal:
            issuing.issue(office(lived), month, LATER + 10**7)
        assert refusal.value.limit == MARCH
    with reading(lived) as connection:
        assert numbers(connection) == ["2026-000001", "2026-000002"]


def test_a_month_in_which_nothing_happened_is_closed_all_the_same(database_url: str) -> None:
    """Or the months after it could never be issued."""
    engine = empty(database_url)
    with engine.begin() as connection:
        keep_cursor(connection, Trade(connection))
    assert issuing.issue(office(engine), JANUARY, LATER).rows == ()
    assert issuing.issue(office(engine), FEBRUARY, LATER).is_new
    engine.dispose()


END = FEBRUARY.period(MONTREAL).end


@pytest.mark.parametrize(
    ("time", "behind", "now", "is_closed"),
    [
        (END, 5, END, True),  # the read model's last block is already of March
        (END - 1, 0, END + 300, True),  # the chain is quiet, and the month over by every clock
        (END - 1, 0, END + 299, False),  # a validator's clock may still write a block of February
        (END - 1, 1, END + 10**6, False),  # a block is not read yet: it may be of February
    ],
)
def test_a_month_is_closed_once_all_its_blocks_are_read(
    lived: Engine, time: int, behind: int, now: int, is_closed: bool
) -> None:
    """A statement that a late block would change is never issued."""
    office_ = office(lived, time=time, behind=behind)
    if is_closed:
        assert issuing.issue(office_, FEBRUARY, now).is_new
        return
    with pytest.raises(MonthOpenError):
        issuing.issue(office_, FEBRUARY, now)
    with reading(lived) as connection:
        assert numbers(connection) == []


def test_what_fails_midway_uses_no_number(lived: Engine) -> None:
    """The numbers are allotted in the transaction that stores the statements."""

    def fail(done: int, _total: int) -> None:
        if done == 2:
            raise KeyError

    with pytest.raises(KeyError):
        issuing.issue(office(lived), JANUARY, LATER, fail)
    with reading(lived) as connection:
        assert numbers(connection) == []
    assert issuing.issue(office(lived), JANUARY, LATER).rows[0].number == "2026-000001"


def test_a_logo_that_cannot_be_drawn_is_noticed_before_a_number_is_spent(lived: Engine) -> None:
    """What is issued can be drawn, for good."""
    with pytest.raises(SettingError):
        issuing.issue(office(lived, logo_svg=b"<svg"), JANUARY, LATER)
    with reading(lived) as connection:
        assert numbers(connection) == []


def test_the_papers_show_the_logo_of_their_issue(lived: Engine) -> None:
    """Whatever the setting is today; it is kept once."""
    row = issuing.issue(office(lived, logo_svg=LOGO), JANUARY, LATER).rows[0]
    issuing.issue(office(lived, logo_svg=LOGO), FEBRUARY, LATER)
    with reading(lived) as connection:
        logo = issuing.logo_of(connection, read(row))
        assert logo == LOGO
        assert len(connection.execute(select(numbering.LOGOS)).all()) == 1
    assert to_pdf(read(row), logo, "en") == to_pdf(read(row), logo, "en")
    assert to_csv(read(row), "en") == to_csv(read(row), "en")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE statement SET due = 0",
        "DELETE FROM statement",
        "UPDATE statement_month SET statements = 0",
        "DELETE FROM statement_month",
        "UPDATE statement_logo SET svg = sha256",
        "DELETE FROM tax_payment",
    ],
)
def test_what_was_issued_stays(lived: Engine, statement: str) -> None:
    """The database itself refuses, whoever asks."""
    issuing.issue(office(lived, logo_svg=LOGO), JANUARY, LATER)
    with writing(lived) as connection:
        paid = {"merchant": BAKER, "amount": 77, "received_at": 1}
        connection.execute(insert(table_of(TaxPayment)).values(reference=bytes(32), **paid))
    with pytest.raises((DBAPIError, StoreError)), writing(lived) as connection:
        connection.execute(text(statement))
    with reading(lived) as connection:
        assert numbers(connection) == ["2026-000001", "2026-000002"]


def test_the_triggers_are_what_refuses(lived: Engine) -> None:
    """The test above can fail: without its trigger, the same statement passes."""
    issuing.issue(office(lived), JANUARY, LATER)
    name = "statement_no_update" if lived.dialect.name == "sqlite" else "statement_stays ON statement"
    with writing(lived) as connection:
        connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE statement SET due = 0"))


def test_a_statement_is_found_by_merchant_and_month(lived: Engine) -> None:
    """And one that was never issued is not invented."""
    issuing.issue(office(lived), JANUARY, LATER)
    issuing.issue(office(lived), FEBRUARY, LATER)
    with reading(lived) as connection:
        assert issuing.issued(connection, SMITH, JANUARY).number == "2026-000002"
        assert [row.month for row in issuing.statements_of(connection, BAKER)] == ["2026-02", "2026-01"]
        assert len(issuing.statements_of(connection)) == 4
        with pytest.raises(UnknownStatementError):
            issuing.issued(connection, SMITH, MARCH)


def test_the_numbers_of_a_year_begin_at_1(lived: Engine) -> None:
    """The year is that of the issue, by the community's clock."""
    eve = Month(2026, 12).period(MONTREAL).end - 1
    issuing.issue(office(lived), JANUARY, eve)
    issuing.issue(office(lived), FEBRUARY, eve + 1)
    with reading(lived) as connection:
        rows = connection.execute(select(STATEMENTS.c.year, STATEMENTS.c.serial, STATEMENTS.c.month))
        found = sorted((row.month, number_text(row.year, row.serial)) for row in rows)
    assert found == [
        *(("2026-01", "2026-000001"), ("2026-01", "2026-000002")),
        *(("2026-02", "2027-000001"), ("2026-02", "2027-000002")),
    ]


def together(url: str, count: int) -> tuple[list[issuing.Issued], list[BaseException]]:
    """Issue January from several connections at once."""
    done: list[issuing.Issued] = []
    failures: list[BaseException] = []
    engines = [open_engine(url) for _ in range(count)]
    gate = threading.Barrier(count)

    def run(engine: Engine) -> None:
        try:
            gate.wait()
            done.append(issuing.issue(office(engine), JANUARY, LATER))
        except BaseException as error:  # noqa: BLE001  # handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    return done, failures


def test_issued_by_several_at_once_there_is_no_gap_and_no_twin(lived: Engine, database_url: str) -> None:
    """One issues; the others find it done."""
    done, failures = together(database_url, 6)
    assert failures == []
    assert [one.is_new for one in done].count(True) == 1
    assert {tuple(row.number for row in one.rows) for one in done} == {("2026-000001", "2026-000002")}
    with reading(lived) as connection:
        assert numbers(connection) == ["2026-000001", "2026-000002"]


def test_without_the_lock_issuers_meet(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: on PostgreSQL, both then take the same number, and a constraint stops one."""
    engine = empty(postgresql_url)
    with engine.begin() as connection:
        busy(Trade(connection))
    engine.dispose()
    monkeypatch.setattr(numbering, "begin_issuing", lambda _connection: None)
    first, second = open_engine(postgresql_url), open_engine(postgresql_url)
    row = {"year": 2026, "month": "2026-01", "issued_at": 0, "tax": 0, "due": 0, "payable": 0}
    row |= {"sha256": bytes(32), "content": b""}

    def take(engine: Engine, merchant: int, meet: threading.Barrier) -> None:
        with writing(engine) as connection:
            numbering.begin_issuing(connection)
            serial = numbering.next_serial(connection, 2026)
            meet.wait()
            connection.execute(insert(STATEMENTS).values(serial=serial, merchant=merchant, **row))

    meet, failures = threading.Barrier(2), []

    def run(engine: Engine, merchant: int) -> None:
        try:
            take(engine, merchant, meet)
        except IntegrityError as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in ((first, BAKER), (second, SMITH))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in (first, second):
        one.dispose()
    assert len(failures) == 1


def test_every_merchant_that_moved_gets_one(lived: Engine) -> None:
    """No more, no fewer."""
    with reading(lived) as connection:
        merchants = set(connection.execute(select(table_of(Merchant).c.number)).scalars())
    assert {row.merchant for row in issuing.issue(office(lived), JANUARY, LATER).rows} == merchants


def test_the_migration_creates_the_tables_of_the_models(lived: Engine) -> None:
    """On both databases the schema is the same."""
    ours = {str(model.__tablename__) for model in STATEMENT_TABLES}
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
        "include_object": lambda _object, name, kind, *_rest: kind != "table" or name in ours,
    }
    with lived.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []
