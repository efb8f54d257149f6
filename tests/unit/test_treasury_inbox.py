"""The inbox: one open entry for what stands, an owner and an end for each, and all of it in the trail."""

import json
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel

from endogene_token.errors import ExceptionClosedError, StoreError, UnknownExceptionError
from endogene_token.indexer.models import table_of
from endogene_token.office.trail import Change
from endogene_token.store import writing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import DAY_SECONDS, TERMS, Finding, Kind
from endogene_token.treasury.exceptions.models import EXCEPTION_TABLES, TreasuryException
from tests.unit.office_desk import ACTOR, Desk

NOW = 1_800_000_000
LINES = [Finding(Kind.LINE, f"line:{number}", 100 + number) for number in range(4)]
KINDS = {Kind.LINE, Kind.MOVEMENT}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    opened = Desk(database_url)
    yield opened
    opened.engine.dispose()


def follow(desk: Desk, *found: Finding, now: int = NOW) -> None:
    with desk.changing() as change:
        inbox.follow(change, KINDS, found, now)
        change.note("test.followed", "test:1")


def rows(desk: Desk, **wanted: Any) -> list[TreasuryException]:
    with desk.reading() as session:
        return inbox.page(session, 0, 1_000, among=frozenset(Kind), **wanted)


def taken(change: Change, number: int, among: Collection[Kind] = KINDS) -> None:
    inbox.take(change, number, among)


def closed(change: Change, number: int, among: Collection[Kind] = KINDS) -> None:
    inbox.close(change, number, "again", NOW, among)


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(one.action, one.subject) for one in desk.entries() if one.action != "test.followed"]


def test_what_was_found_is_open_once_until_it_vanishes(desk: Desk) -> None:
    """A second examination opens no twin; the third finds it gone and says so."""
    follow(desk, LINES[0])
    follow(desk, LINES[0], now=NOW + 5)
    [row] = rows(desk)
    assert (row.kind, row.subject, row.amount) == ("line", "line:0", 100)
    assert (row.owner, row.opened_at, row.closed_at) == ("treasurer", NOW, 0)
    assert row.due_at == NOW + 5 * DAY_SECONDS
    follow(desk, now=NOW + 9)
    [row] = rows(desk)
    assert (row.closed_at, row.closed_by, row.how) == (NOW + 9, inbox.RULE, "resolved")
    assert told(desk) == [("exception.opened", "exception:1"), ("exception.closed", "exception:1")]


def test_an_amount_that_changed_is_the_same_exception(desk: Desk) -> None:
    """It has been somebody's for days: only the amount is new, and the trail has both."""
    follow(desk, LINES[0])
    follow(desk, LINES[0]._replace(amount=-7))
    [row] = rows(desk)
    assert (row.amount, row.closed_at) == (-7, 0)
    assert [one[0] for one in told(desk)] == ["exception.opened", "exception.changed"]
    assert '"amount":"-7"' in desk.entries()[-2].params


def test_kinds_that_were_not_examined_stay(desk: Desk) -> None:
    """A reconciliation says nothing of who is late."""
    with desk.changing() as change:
        inbox.follow(change, [Kind.ARREARS], [Finding(Kind.ARREARS, "merchant:4", 5)], NOW)
    follow(desk)
    assert [one.kind for one in rows(desk, is_open=True)] == ["arrears"]


def test_who_takes_one_owns_it_and_may_end_it_with_a_reason(desk: Desk) -> None:
    """The reason stays with it; in the trail stands its hash, since people write what they like."""
    follow(desk, *LINES[:2])
    with desk.changing() as change:
        assert inbox.take(change, 1, KINDS).owner == ACTOR.who
    with desk.changing() as change:
        inbox.close(change, 1, "The bank's error; M. Tremblay called 418 555-0123", NOW + 1, KINDS)
    first, second = rows(desk)
    assert (first.closed_by, first.closed_at, second.closed_at) == (ACTOR.who, NOW + 1, 0)
    assert first.how.startswith("The bank's error")
    assert "Tremblay" not in "".join(one.params for one in desk.entries())
    assert [one.number for one in rows(desk, is_open=False)] == [1]


def test_what_is_closed_and_still_stands_opens_again(desk: Desk) -> None:
    """Nobody makes a difference vanish by a word."""
    follow(desk, LINES[0])
    with desk.changing() as change:
        inbox.close(change, 1, "It is nothing", NOW, KINDS)
    follow(desk, LINES[0])
    assert [(one.number, one.closed_at > 0) for one in rows(desk)] == [(1, True), (2, False)]


def test_a_closed_or_unknown_one_is_neither_taken_nor_closed(desk: Desk) -> None:
    """Each refusal names the number."""
    follow(desk, LINES[0])
    follow(desk)
    for act in (taken, closed):
        with pytest.raises(ExceptionClosedError) as refusal, desk.changing() as change:
            act(change, 1)
        assert (refusal.value.actual, refusal.value.limit) == (1, inbox.RULE)
        with pytest.raises(UnknownExceptionError), desk.changing() as change:
            act(change, 2)


@pytest.mark.parametrize("kind", sorted(inbox.OF_MEMBERS))
def test_the_trail_of_what_a_member_reports_has_its_kind_and_its_number_alone(desk: Desk, kind: Kind) -> None:
    """Told, told again, taken, closed: who may not read members learns of no purchase, for good."""
    found = Finding(kind, "member:7/merchant:3/day:2026-11-20/1250", 1_250)
    for _ in range(2):
        with desk.changing() as change:
            inbox.report(change, found, NOW)
    for act in (taken, closed):
        with pytest.raises(UnknownExceptionError), desk.changing() as change:
            act(change, 1, inbox.OF_MONEY)
        with desk.changing() as change:
            act(change, 1, inbox.OF_MEMBERS)
    assert [row.subject for row in rows(desk)] == [found.subject]
    assert told(desk) == [
        (f"exception.{one}", "exception:1") for one in ("opened", "repeated", "taken", "closed")
    ]
    opened, *others = [json.loads(one.params) for one in desk.entries()]
    assert (opened, others[:2], set(others[2])) == ({"kind": kind}, [{}, {}], {"by", "how"})


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(examinations=st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=8))
def test_after_any_examinations_what_is_open_is_what_was_found_last(
    desk: Desk, examinations: list[set[int]]
) -> None:
    """However often a cause comes and goes; and nothing that was ever open is lost."""
    before = len(rows(desk))
    opened, last = 0, {row.subject for row in rows(desk, is_open=True)}
    for wanted in examinations:
        found = [LINES[number] for number in sorted(wanted)]
        opened += len({one.subject for one in found} - last)
        last = {one.subject for one in found}
        follow(desk, *found)
    assert {row.subject for row in rows(desk, is_open=True)} == last
    assert len(rows(desk)) == before + opened


def test_the_database_keeps_one_open_entry_of_a_cause(desk: Desk) -> None:
    """Two examinations at once cannot open twins, whatever the program does."""
    follow(desk, LINES[0])
    twin = {**rows(desk)[0].model_dump(), "number": 99}
    with pytest.raises(IntegrityError), writing(desk.engine) as connection:
        connection.execute(table_of(TreasuryException).insert().values(twin))
    with writing(desk.engine) as connection:
        connection.execute(table_of(TreasuryException).insert().values({**twin, "closed_at": 1}))


def test_what_is_closed_never_changes_and_nothing_is_deleted(desk: Desk) -> None:
    """The database itself refuses; an open one may still change hands."""
    follow(desk, *LINES[:2])
    follow(desk, LINES[0])
    table = table_of(TreasuryException)
    changed = update(table).values(how="nothing happened")
    for statement in (
        delete(table),
        delete(table).where(table.c.number == 1),
        changed.where(table.c.number == 2),
    ):
        with pytest.raises((DBAPIError, StoreError)), writing(desk.engine) as connection:
            connection.execute(statement)
    with writing(desk.engine) as connection:
        connection.execute(changed.where(table.c.number == 1))


def test_the_triggers_are_what_refuses(desk: Desk) -> None:
    """The test above can fail: without its trigger, the same statement passes."""
    follow(desk, LINES[0])
    follow(desk)
    name, table = "treasury_exception_no_update", table_of(TreasuryException)
    on = "" if desk.engine.dialect.name == "sqlite" else " ON treasury_exception"
    with writing(desk.engine) as connection:
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
        connection.execute(update(table).values(how="nothing happened"))


def test_every_kind_has_an_owner_and_an_end() -> None:
    """Nothing waits for nobody, or for ever."""
    assert set(TERMS) == set(Kind)
    assert all(one.owner in {"treasurer", "registrar"} and one.days > 0 for one in TERMS.values())


def test_the_migration_creates_the_tables_of_the_models(desk: Desk) -> None:
    """On both databases the schema is the same."""
    ours = {str(model.__tablename__) for model in EXCEPTION_TABLES}
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
        "include_object": lambda _object, name, kind, *_rest: kind != "table" or name in ours,
    }
    with desk.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []
