"""The money out and back, in tables: as the chain has it, as its laws want it, and every difference named."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import Column, Engine, RowMapping, Table, select

from endogene_token.chain.calls import Ledger, View
from endogene_token.chain.community import Community
from endogene_token.chain.currency import Currency
from endogene_token.chain.projects import Projects
from endogene_token.chain.rpc import Rpc
from endogene_token.indexer import Indexer, rebuild
from endogene_token.indexer.audit import audit
from endogene_token.indexer.dossier import arrears, missing
from endogene_token.indexer.events import Decoder, layouts
from endogene_token.indexer.models import READ_MODEL, Pockets, Reversal, table_of
from endogene_token.indexer.money_audit import compare_money
from endogene_token.indexer.money_events import ProjectSpent
from endogene_token.indexer.money_models import (
    CashRequest,
    MerchantHolding,
    MerchantPayment,
    Redemption,
    Shortfall,
    Spending,
    SpendingReturn,
    WriteOff,
)
from endogene_token.indexer.project_audit import compare_projects
from endogene_token.indexer.project_models import (
    CoFinancingPledge,
    Project,
    ProjectCall,
    ProjectFact,
    ProjectLine,
    ProjectPartner,
    ProjectTranche,
)
from endogene_token.indexer.read_money import MODELS, ReadMoney, compare_retold
from endogene_token.indexer.rounds import Ratio, circulation, leverage, together
from endogene_token.projects import Criterion, ProjectState, RedemptionState, TrancheState
from endogene_token.store import reading, writing
from tests.node.money_history import (
    BENCH,
    CARPENTER,
    CART,
    GREENHOUSE,
    LEFT,
    MOST,
    OVEN,
    ROOF,
    SHED,
    STATED,
    TOOLS,
)
from tests.node.planting import change
from tests.town import GROCER, GROCER_TILL, Town, database

TABLES: dict[str, Table] = {str(model.__tablename__): table_of(model) for model in MODELS}
MERCHANT = ("kind", "netted", "written_off")


@pytest.fixture
def whole(lived: Town, engine: Engine) -> Engine:
    """The whole chain, on each database in turn."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    return engine


@pytest.fixture(scope="module")
def spoiled(lived: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The whole chain, for tests that spoil it and make it whole again."""
    engine = database(f"sqlite:///{tmp_path_factory.mktemp('spoiled') / 'ledger.sqlite'}")
    Indexer(engine, lived.rpc, lived.community).catch_up()
    yield engine
    engine.dispose()


def rows(engine: Engine, table: Table, **where: int) -> list[RowMapping]:
    with reading(engine) as connection:
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        return list(connection.execute(query.order_by(*table.primary_key)).mappings())


class Remembering(Ledger):
    """A ledger that asks its node for each view once: the chain stands still in these tests."""

    def __init__(self, rpc: Rpc, community: Community, block: int) -> None:
        super().__init__(rpc, community, block)
        self._known: dict[View, tuple[Any, ...]] = {}

    def read_rows(self, views: Sequence[View]) -> list[tuple[Any, ...]]:
        """Return all values of each of `views`."""
        new = [view for view in dict.fromkeys(views) if view not in self._known]
        self._known.update(zip(new, super().read_rows(new), strict=True))
        return [self._known[view] for view in views]


@pytest.fixture(scope="module")
def then(lived: Town) -> Ledger:
    """The chain as it stands."""
    return Remembering(lived.rpc, lived.community, lived.ledger.head())


def found(engine: Engine, ledger: Ledger) -> list[str]:
    """Return the name of each difference that the money's part of the audit finds."""
    with reading(engine) as connection:
        model = ReadMoney.read(connection, Decoder(ledger.community))
    compared = (
        compare_projects(model, ledger, ledger.time()),
        compare_money(model, ledger),
        compare_retold(model),
    )
    return [one.what for one in chain.from_iterable(compared) if one.chain != one.read_model]


def put_back(engine: Engine, table: Table, before: list[RowMapping]) -> None:
    with writing(engine) as connection:
        connection.execute(table.delete())
        connection.execute(table.insert(), [dict(row) for row in before])


def test_the_history_leaves_a_project_in_each_end(whole: Engine) -> None:
    """What the tests below prove, they prove of states that a community meets."""
    states = {row["number"]: ProjectState(row["state"]) for row in rows(whole, table_of(Project))}
    assert states == {
        GREENHOUSE: ProjectState.EVALUATED,
        OVEN: ProjectState.TERMINATED,
        CART: ProjectState.LAPSED,
        SHED: ProjectState.DRAFT,
        BENCH: ProjectState.ELIGIBLE,
        TOOLS: ProjectState.ACTIVE,
        ROOF: ProjectState.ACTIVE,
    }
    tranches = {TrancheState(row["state"]) for row in rows(whole, table_of(ProjectTranche))}
    assert tranches == {*TrancheState} - {TrancheState.REVIEWED, TrancheState.REJECTED}
    redemptions = {RedemptionState(row["state"]) for row in rows(whole, table_of(Redemption))}
    assert redemptions == {*RedemptionState} - {RedemptionState.NONE, RedemptionState.REQUESTED}


def test_no_table_is_empty(whole: Engine) -> None:
    """An audit of nothing would find nothing."""
    assert [name for name, table in TABLES.items() if not rows(whole, table)] == []


def test_the_audit_of_the_money_finds_nothing_and_a_rebuild_gives_the_same(
    lived: Town, whole: Engine
) -> None:
    """On both databases: the rows follow from the chain alone, and say what the chain says."""
    assert audit(whole, lived.ledger).differences == []
    assert rebuild.check(whole, lived.rpc, lived.community).equal


def test_what_a_dossier_lacks_and_a_loan_owes_follow_from_rows(lived: Town, whole: Engine) -> None:
    """As the contracts compute it, of each project; the loan that runs is in arrears."""
    projects, now = Projects(lived.ledger), lived.ledger.time()
    calls = {row["number"]: row for row in rows(whole, table_of(ProjectCall))}
    for row in rows(whole, table_of(Project)):
        number = row["number"]
        facts = rows(whole, table_of(ProjectFact), project=number)
        partners = rows(whole, table_of(ProjectPartner), project=number)
        assert missing(calls[row["call"]], row, facts, partners) == projects.missing(number)
        told = projects.arrears(number)
        assert arrears(row, now) == (told.due, told.late)
    assert projects.arrears(ROOF).late == 9_000


def test_a_dossier_that_proves_nothing_lacks_all_that_its_call_asks(whole: Engine) -> None:
    """The same dossier without its attestations: the missing ones are listed."""
    [call], [project] = rows(whole, table_of(ProjectCall), number=1), rows(whole, table_of(Project), number=1)
    bare = {**project, "is_mentored": 0, "sought": 599_999}
    facts = [{**row, "attestor": 0} for row in rows(whole, table_of(ProjectFact), project=1)]
    partners = rows(whole, table_of(ProjectPartner), project=1)
    assert missing(call, bare, facts, partners[:2]) == frozenset(Criterion)
    authority = [row for row in partners if row["kind"] != 4]
    assert missing(call, project, facts, authority) == {*STATED, Criterion.GROUPING}


def test_a_loan_is_due_by_equal_instalments_and_the_last_takes_the_rest() -> None:
    """Rounded down, until the last; what was written off is not late any more."""
    loan = {"instalments": 3, "first_due_at": 100, "instalment_interval": 10, "released": 1_000}
    row = {**loan, "repaid": 300, "written_off": 50}
    assert [arrears(row, now) for now in (99, 100, 110, 119, 120)] == [
        (0, 0),
        (333, 0),
        (666, 316),
        (666, 316),
        (1_000, 650),
    ]
    assert arrears({**row, "instalment_interval": 0}, 100) == (1_000, 650)
    assert arrears({**row, "instalments": 0}, 500) == (0, 0)


def test_the_rounds_of_all_projects_are_the_tables_own_sums(whole: Engine) -> None:
    """Which project a later round came from is a convention; how much it was in all is not."""
    payments = rows(whole, table_of(MerchantPayment))
    spendings = rows(whole, table_of(Spending))
    with reading(whole) as connection:
        by_project = circulation(connection)
        total = together(by_project.values())
        assert leverage(connection) == Ratio(210_000, 300_000 + 60_000 + 25_000 + 10_000)
        assert leverage(connection, GREENHOUSE) == Ratio(210_000, 300_000)
        assert leverage(connection, SHED) == Ratio(0, 0)
    first = sum(row["amount"] - row["returned"] for row in spendings)
    later = sum(row["third"] + row["later"] for row in payments)
    sums = (first, *(sum(row[name] for row in payments) for name in ("first", "second")), later)
    assert total.spent == sums
    assert total.multiplier == Ratio(sum(sums[:3]), first)
    owed = sum(row["premium"] - row["premium_returned"] for row in spendings)
    assert sum(total.premiums) == owed + sum(row["premium"] for row in payments)
    assert total.premiums[0] == owed
    assert set(by_project) == {GREENHOUSE, OVEN, TOOLS}
    assert by_project[TOOLS].spent == (5_001, 5_001, 0, 0)
    assert min(total.spent) > 0


def test_holdings_and_lines_are_the_chains(lived: Town, whole: Engine) -> None:
    """By round, from the tables alone."""
    currency = Currency(lived.ledger)
    for row in rows(whole, table_of(MerchantHolding)):
        told = currency.holding(row["merchant"])
        assert tuple(row[name] for name in ("first", "second", "third", "later")) == (
            *(told.first, told.second, told.third),
            told.later,
        )
    for row in rows(whole, table_of(ProjectLine)):
        assert row["spent"] == currency.spent_of_line(row["project"], row["position"])
    [paid] = rows(whole, table_of(CashRequest), number=1)
    assert (paid["merchant"], paid["amount"], paid["state"]) == (GROCER, 70_000, 2)
    assert sum(paid[name] for name in ("first", "second", "third", "later")) == 70_000


def test_pledges_of_any_size_do_no_harm(whole: Engine) -> None:
    """Anyone who applies may say that 2^64 are promised, twice; they count for nothing."""
    assert [row["amount"] for row in rows(whole, table_of(CoFinancingPledge))] == [1, MOST, MOST]
    assert rows(whole, table_of(Project), number=SHED)[0]["received"] == 0
    assert rows(whole, table_of(Project), number=BENCH)[0]["amount"] == MOST


def test_a_loss_names_the_pocket_that_bore_it(whole: Engine) -> None:
    """As the rulebook said when it was booked: a debt the reserve, a loan the free money."""
    losses = rows(whole, table_of(WriteOff))
    assert [(row["merchant"], row["project"], row["pocket"]) for row in losses] == [
        *((0, OVEN, 0), (CARPENTER, 0, 1), (GROCER, 0, 1))
    ]
    assert [row["amount"] for row in losses[:2]] == [5_000, 300]


def test_free_money_bears_what_a_refund_takes_beyond_its_pockets(lived: Town, whole: Engine) -> None:
    """The refund tells its full shares; the pockets end at 0, free money bears the rest, as on the chain."""
    refunds = rows(whole, table_of(Reversal), till=GROCER_TILL)[-3:]
    taken = [(row["operations"], row["reserve"]) for row in refunds]
    taken += [(0, row["premium"]) for row in rows(whole, table_of(SpendingReturn))[-1:]]
    assert taken == [(8_400, 16_800), (933, 1_867), (0, 840), (0, 112)]
    (operations, reserve), *others = taken
    shortfalls = [(row["operations"], row["reserve"]) for row in rows(whole, table_of(Shortfall))]
    assert shortfalls == [(operations - LEFT, reserve - LEFT), *others]
    [pockets], sheet = rows(whole, table_of(Pockets)), lived.ledger.balance_sheet()
    assert (pockets["operations"], pockets["reserve"], pockets["free"]) == (0, 0, sheet.free)
    assert (sheet.operations, sheet.reserve) == (0, 0)


@pytest.mark.parametrize("table", TABLES)
def test_a_planted_error_in_any_column_is_found(then: Ledger, spoiled: Engine, table: str) -> None:
    """Each value is the chain's, or follows from events, or is under a law."""
    for column in TABLES[table].columns:
        if not column.primary_key:
            assert spoil(then, spoiled, column) != [], column.name
    assert found(spoiled, then) == []


@pytest.mark.parametrize("name", MERCHANT)
def test_a_planted_error_in_a_merchants_column_is_found(then: Ledger, spoiled: Engine, name: str) -> None:
    """Its kind, what it netted, what was written off."""
    [merchants] = [table_of(model) for model in READ_MODEL if model.__tablename__ == "merchant"]
    assert spoil(then, spoiled, merchants.c[name]) != []


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_row_is_found(then: Ledger, spoiled: Engine, table: str) -> None:
    """What the chain has and the read model has not."""
    before = rows(spoiled, TABLES[table])
    where = [one == before[-1][one.name] for one in TABLES[table].primary_key]
    with writing(spoiled) as connection:
        connection.execute(TABLES[table].delete().where(*where))
    named = found(spoiled, then)
    put_back(spoiled, TABLES[table], before)
    assert named != []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_nothing_tells_of_is_found(then: Ledger, spoiled: Engine, table: str) -> None:
    """What the read model has and the chain has not."""
    before = rows(spoiled, TABLES[table])
    last = TABLES[table].primary_key.columns.values()[-1]
    value = before[-1][last.name]
    other = value + 1 if isinstance(value, int) else b"\x5e" * len(value)
    with writing(spoiled) as connection:
        connection.execute(TABLES[table].insert().values({**before[-1], last.name: other}))
    named = found(spoiled, then)
    put_back(spoiled, TABLES[table], before)
    assert named != []


def test_a_changed_event_is_found_though_the_tables_agree(then: Ledger, spoiled: Engine) -> None:
    """The events are told again: a raw log that was changed does not fit its row any more."""
    [events] = [table_of(model) for model in READ_MODEL if model.__tablename__ == "event"]
    topic = next(one for one, (kind, _) in layouts("ProjectCurrency").items() if kind is ProjectSpent)
    before = rows(spoiled, events)
    told = next(row for row in before if row["topics"].startswith(topic))
    data = bytearray(told["data"])
    data[-1] ^= 1  # the premium's last bit
    same = [one == told[one.name] for one in events.primary_key]
    with writing(spoiled) as connection:
        connection.execute(events.update().where(*same).values(data=bytes(data)))
    [named] = found(spoiled, then)
    with writing(spoiled) as connection:
        connection.execute(events.update().where(*same).values(data=told["data"]))
    assert named.startswith("spending ")
    assert named.endswith(": premium")


def spoil(ledger: Ledger, engine: Engine, column: Column[int]) -> list[str]:
    """Return what is found while one row has another value in `column`."""
    before = rows(engine, column.table)
    with writing(engine) as connection:
        change(connection, column)
    named = found(engine, ledger)
    put_back(engine, column.table, before)
    return named
