"""The trail: it only grows, each entry holds the hash of the one before it, no change goes without one."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from endogene_token.errors import GuessingError
from endogene_token.indexer.models import table_of
from endogene_token.office import guesses, proofs, sandbox, staff, trail
from endogene_token.office.card_numbers import grouped, payload
from endogene_token.office.models import OFFICE, OfficeTrail
from endogene_token.office.trail import Actor, Followed, verify
from endogene_token.store import open_engine, writing
from tests.town import ALICE
from tests.unit.office_desk import ACTOR, Desk

GUARDS = {
    "sqlite": ("office_trail_kept", "office_trail_whole", "office_trail_next"),
    "postgresql": ("office_trail_kept", "office_trail_whole"),
}
SAME_NUMBER = "INSERT INTO office_trail SELECT * FROM office_trail WHERE number = 3"
A_GAP = (
    "INSERT INTO office_trail SELECT 7, at, who, action, subject, params, origin, request, previous, hash"
    " FROM office_trail WHERE number = 5"
)
FIELDS = ("number", "at", "who", "action", "subject", "params", "origin", "request", "previous", "hash")


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def filled(desk: Desk, count: int = 5) -> list[OfficeTrail]:
    for number in range(1, count + 1):
        with desk.changing() as change:
            change.note("thing.done", f"thing:{number}", value=number, word="mot", is_good=True, none=None)
    return desk.entries()


def followed(desk: Desk, known: bytes | None = None) -> Followed:
    with desk.reading() as session:
        return verify(session, known)


def unguarded(desk: Desk, statement: str, **values: object) -> None:
    """Do what the triggers forbid, as who owns the database could."""
    with writing(desk.engine) as connection:
        for name in GUARDS[desk.engine.dialect.name]:
            on = "" if desk.engine.dialect.name == "sqlite" else " ON office_trail"
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))
        connection.execute(text(statement), values)


def test_the_migration_creates_the_tables_of_the_models(desk: Desk) -> None:
    """A model without its migration, or the reverse, is noticed."""
    ours = {str(model.__tablename__) for model in OFFICE}
    with desk.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
                "include_object": lambda _object, name, kind, *_rest: kind != "table" or name in ours,
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_entry_says_who_what_when_and_from_where(desk: Desk) -> None:
    """And holds the hash of the entry before it; the first one that of nothing."""
    first, second = filled(desk, 2)
    assert (first.who, first.action, first.subject) == (ACTOR.who, "thing.done", "thing:1")
    assert (first.origin, first.request) == (ACTOR.where, ACTOR.request)
    assert json.loads(first.params) == {"value": 1, "word": "mot", "is_good": True, "none": None}
    assert first.params == '{"is_good":true,"none":null,"value":1,"word":"mot"}', "canonical"
    assert (first.previous, second.previous) == (trail.GENESIS, first.hash)
    assert followed(desk) == Followed(2, second.hash, None)


def test_an_empty_trail_is_whole(desk: Desk) -> None:
    """A new community has nothing to hide."""
    assert followed(desk) == Followed(0, trail.GENESIS, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE office_trail SET who = 'nobody' WHERE number = 2",
        "UPDATE office_trail SET who = who",
        "DELETE FROM office_trail WHERE number = 5",
        "DELETE FROM office_trail",
        A_GAP,
        SAME_NUMBER,
    ],
)
def test_the_database_refuses_to_change_or_shorten_the_trail(desk: Desk, statement: str) -> None:
    """Update, delete, a gap, a second entry of one number: refused by the database, whoever asks."""
    before = [one.hash for one in filled(desk)]
    with pytest.raises(IntegrityError), writing(desk.engine) as connection:
        connection.execute(text(statement))
    assert [one.hash for one in desk.entries()] == before
    if statement != SAME_NUMBER:
        unguarded(desk, statement)  # without the triggers, it is done


def test_the_ways_around_a_trigger_are_closed_too(desk: Desk) -> None:
    """REPLACE of SQLite deletes without the trigger of DELETE; TRUNCATE of PostgreSQL, without a row's."""
    filled(desk)
    columns = ", ".join(FIELDS[1:])
    way = {
        "sqlite": f"INSERT OR REPLACE INTO office_trail SELECT number, {columns} FROM office_trail",  # noqa: S608
        "postgresql": "TRUNCATE office_trail",
    }[desk.engine.dialect.name]
    with pytest.raises(IntegrityError), writing(desk.engine) as connection:
        connection.execute(text(way))
    assert len(desk.entries()) == 5


@pytest.mark.parametrize("field", FIELDS[1:])
def test_an_entry_altered_by_who_owns_the_database_is_found(desk: Desk, field: str) -> None:
    """Each field is under the hash; the first broken entry is named."""
    filled(desk)
    number = field == "at"
    value: object = 1 if number else bytes(32) if field in {"previous", "hash"} else "x"
    unguarded(desk, f"UPDATE office_trail SET {field} = :value WHERE number = 3", value=value)  # noqa: S608
    assert followed(desk).broken == 3


@pytest.mark.parametrize(("lost", "broken"), [(1, 1), (3, 3)])
def test_an_entry_left_out_is_found(desk: Desk, lost: int, broken: int) -> None:
    """Also the very first one."""
    filled(desk)
    unguarded(desk, "DELETE FROM office_trail WHERE number = :lost", lost=lost)
    assert followed(desk).broken == broken


def test_a_trail_cut_short_or_written_anew_is_found_by_a_head_kept_elsewhere(desk: Desk) -> None:
    """The last entry alone has none after it: who prints the head now and then can prove more."""
    entries = filled(desk)
    assert followed(desk, entries[-1].hash).broken is None
    assert followed(desk, entries[2].hash).broken is None
    unguarded(desk, "DELETE FROM office_trail WHERE number = 5")
    assert followed(desk).broken is None, "alone, a shorter trail is whole"
    assert followed(desk, entries[-1].hash).broken == 5


def test_appends_of_many_threads_stand_in_one_line(database_url: str) -> None:
    """Two processes, eight threads: no number twice, no hash out of place, none lost."""
    desk = Desk(database_url)
    engines = [desk.engine, open_engine(database_url)]
    failures: list[BaseException] = []

    def work(place: int) -> None:
        try:
            for turn in range(10):
                with trail.changing(engines[place % 2], ACTOR) as change:
                    change.note("thing.done", f"thing:{place}", turn=turn)
        except BaseException as error:  # noqa: BLE001  # handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (followed(desk).entries, followed(desk).broken) == (80, None)
    for engine in engines:
        engine.dispose()


def test_a_change_and_its_entry_are_one_transaction(desk: Desk) -> None:
    """A change that fails leaves no entry; a change that forgets its entry leaves nothing at all."""

    def fail() -> None:
        with desk.changing() as change:
            change.note("thing.done", "thing:1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with pytest.raises(RuntimeError), desk.changing() as change:
        proofs.spend(change.session, bytes(32))
    assert set(desk.counts().values()) == {0}


@pytest.mark.parametrize(
    "word",
    [
        *(sandbox.CARD, grouped(sandbox.CARD), sandbox.CARD.lower(), payload("X"), "+14186921234"),
        *("418-692-1234", "(418) 692-1234", "a@example.org", "ek_live_abcdefgh", "ek_test_x"),
    ],
)
def test_what_looks_personal_or_secret_never_enters(desk: Desk, word: str) -> None:
    """The last line, should a caller forget: the change fails, and the message does not repeat it."""
    for told in ({"note": word}, {"note": ["fine", word]}, {"note": f"for {word}, please"}):
        with pytest.raises(ValueError, match="personal") as refusal, desk.changing() as change:
            change.note("thing.done", "thing:1", **told)
        assert word not in str(refusal.value)
    with pytest.raises(ValueError, match="not a word"), desk.changing() as change:
        change.note("thing.done", f"thing:{word}")
    assert desk.entries() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.dictionaries(st.text(max_size=8).map("p_".__add__), st.integers() | st.booleans()))
def test_whatever_is_told_the_trail_stays_whole(desk: Desk, told: dict[str, int]) -> None:
    """Any numbers under any names: what is read back is what was hashed."""
    with desk.changing() as change:
        row = change.note("thing.done", "thing:1", **told)
    assert json.loads(row.params) == told
    assert followed(desk).broken is None


@pytest.mark.parametrize("word", ["", " ", "a b", "é", "a\x00", "x" * 121, "\n"])
def test_a_word_of_the_trail_is_plain(desk: Desk, word: str) -> None:
    """Who, what and whom are names of this program, not free text."""
    for actor, subject in ((Actor(word, "cli"), "thing:1"), (ACTOR, word)):
        with pytest.raises(ValueError, match="not a word"), trail.changing(desk.engine, actor) as change:
            change.note("thing.done", subject)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:aa:bb::1", "2001:db8:aa::/48"),
        ("::1", "0::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("testclient", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_from_where_is_a_network_and_not_a_household(desk: Desk, host: str | None, told: str) -> None:
    """An address is cut before it is kept; whatever it was, what is left can be written into the trail."""
    assert trail.network(host) == told
    with trail.changing(desk.engine, Actor("operator", told)) as change:
        assert change.note("thing.done", "thing:1").origin == told


def test_entries_about_a_subject_include_those_about_its_parts(desk: Desk) -> None:
    """Of member 1, also its cards; not of member 12."""
    with desk.changing() as change:
        for subject in (
            "member:1",
            "member:1/card:3",
            "member:12/card:4",
            "member:1_",
            "member:1.5",
            "Member:1/x",
        ):
            change.note("thing.done", subject)
    with desk.reading() as session:
        found = [one.subject for one in trail.page(session, 0, 10, "member:1")]
    assert found == ["member:1", "member:1/card:3"]


def test_entries_about_a_subject_are_found_without_a_look_at_the_others(desk: Desk) -> None:
    """However long the trail is: every sale adds to it, and a member's file reads it several times."""
    same = {"at": 1, "who": "till:1", "action": "sale.taken", "params": "{}", "origin": "cli", "request": ""}
    rows = [
        {**same, "number": number, "subject": f"till:{number}", "previous": bytes(32), "hash": bytes(32)}
        for number in range(1, 3_001)
    ]
    asked: list[tuple[str, Any]] = []
    with writing(desk.engine) as connection:
        connection.execute(table_of(OfficeTrail).insert(), rows)
        if desk.engine.dialect.name == "postgresql":  # which does so by itself, in a while; SQLite never does
            connection.exec_driver_sql("ANALYZE")
    event.listen(desk.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    with desk.reading() as session:
        assert [one.number for one in trail.page(session, 0, 1_000, "till:7")] == [7]
        assert [one.number for one in trail.newest(session, 10_000, 50, "till:7")] == [7]
        assert not staff.is_forgotten(session, ALICE)
        questions = [one for one in asked if "office_trail" in one[0]]
        how = "EXPLAIN QUERY PLAN" if desk.engine.dialect.name == "sqlite" else "EXPLAIN"
        for statement, values in questions:
            plan = str(session.connection().exec_driver_sql(f"{how} {statement}", values).all())
            assert "office_trail_subject" in plan, plan
    assert len(questions) == 3


def test_a_proof_serves_once_and_is_forgotten_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table does not grow for ever."""
    for expected in (True, False):
        with desk.changing() as change:
            assert proofs.spend(change.session, b"\x01" * 32) is expected
            change.note("thing.done", "thing:1")
    monkeypatch.setattr("time.time", lambda: 4_000_000_000)
    with desk.changing() as change:
        assert proofs.spend(change.session, b"\x02" * 32)
        change.note("thing.done", "thing:1")
    assert desk.counts()["office_proof"] == 1


def test_unknown_numbers_are_counted_by_holder_and_by_hour(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fiftieth is answered, the next one waits for the next hour; another merchant is not concerned."""
    now = 1_800_000_000 - 1_800_000_000 % 3600 + 600
    monkeypatch.setattr("time.time", lambda: now)
    for turn in range(guesses.MOST):
        with desk.reading() as session:
            guesses.require_guess(session, "merchant:4", turn)
        assert guesses.count_guess(desk.engine, "merchant:4") == turn + 1
    with desk.reading() as session, pytest.raises(GuessingError) as refusal:
        guesses.require_guess(session, "merchant:4")
    assert (refusal.value.actual, refusal.value.limit) == (3000, guesses.MOST)
    with desk.reading() as session:
        guesses.require_guess(session, "merchant:5")
    monkeypatch.setattr("time.time", lambda: now + 3000)
    with desk.reading() as session:
        guesses.require_guess(session, "merchant:4")
    assert guesses.count_guess(desk.engine, "merchant:4") == 1
    with desk.reading() as session:
        guesses.require_guess(session, "merchant:4")
