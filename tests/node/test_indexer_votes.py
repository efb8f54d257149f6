"""What the members decided, in tables: as the chain has it, counted again, and every difference named."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, RowMapping, Table, select

from endogene_token.ballots import ExecutableCall
from endogene_token.bylaws import State
from endogene_token.chain import resolutions as rs
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.views import Category
from endogene_token.indexer import Indexer
from endogene_token.indexer.audit import audit
from endogene_token.indexer.events import Decoder, Event, layouts
from endogene_token.indexer.models import READ_MODEL, table_of
from endogene_token.indexer.pace import Pace
from endogene_token.indexer.recount import recount
from endogene_token.indexer.source import Source, start
from endogene_token.indexer.vote_events import BallotsCast
from endogene_token.indexer.vote_models import Ballot, Excused, FormerCategory, Resolution
from endogene_token.indexer.votes import tallies, vote_of
from endogene_token.outcome import state_at
from endogene_token.store import reading, writing
from tests.node.planting import change
from tests.node.vote_history import COLLEGES
from tests.town import Town, database

TABLES = {str(model.__tablename__): table_of(model) for model in READ_MODEL}
FACTS = ("kind", "proposer", "charter", "epoch", "record_day", "opens_at", "closes_at", "sealed_batches")
FLAGS = ("is_extended", "is_annulled", "is_executed", "is_sealed")
TERMS = ("body", "majority", "unopened", "quorum_bps", "contest", "validity", "late_window", "opening")
ROLL = ("roll_user", "roll_worker", "roll_supporting", "user_bps", "worker_bps", "supporting_bps")
PLANTED = {
    ("governance", "governance: {column}"): ("governor", "paused_until", "is_pause_spent", "roll_epoch"),
    ("charter", "charter 1: {column}"): ("profile", "content"),
    ("power", "power 0x"): ("granted", "kind", "amount_word"),
    ("former_category", ": category at roll call "): ("category",),
    ("director", "director "): ("category", "until", "seated"),
    ("resolution", "resolution 1: {column}"): (*FACTS, *FLAGS, *TERMS, *ROLL, "text_hash", "calls_hash"),
    ("resolution", "resolution 1: what it calls"): ("calls",),
    ("resolution", "resolution 1: state"): ("is_annulled",),
    ("resolution_tally", "resolution 1: tally"): ("count",),
    ("resolution_tally", "law: resolution 1 tally = ballots"): ("count",),
    ("ballot", "resolution 1: ballot "): ("sequence", "choice", "category"),
    ("sealed_batch", "sealed batch 1"): ("words", "commitments"),
}
MISSING = {
    "charter": "charters: versions",
    "director": "director ",
    "resolution": "resolutions: count",
    "resolution_tally": "resolution 1: tally",
    "excused": "law: interests declared",
    "ballot": "law: resolution 1 tally = ballots",
    "sealed_batch": "law: resolution 4 sealed batches",
}


@pytest.fixture
def whole(lived: Town, engine: Engine) -> Engine:
    """The whole chain, on each database in turn."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    return engine


@pytest.fixture
def damaged(lived: Town, sqlite_url: str) -> Iterator[Engine]:
    """The whole chain, for tests that spoil it: what an audit finds does not depend on the database."""
    engine = database(sqlite_url)
    Indexer(engine, lived.rpc, lived.community).catch_up()
    yield engine
    engine.dispose()


@pytest.fixture
def people(lived: Town) -> list[int]:
    """The numbers of those who vote: six users, four workers, three supporting members."""
    last = lived.ledger.member_count()
    return list(range(last - len(COLLEGES) + 1, last + 1))


def rows(engine: Engine, table: Table, **where: int) -> list[RowMapping]:
    with reading(engine) as connection:
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        return list(connection.execute(query.order_by(*table.primary_key)).mappings())


def found(engine: Engine, town: Town) -> list[str]:
    """Return the name of each difference."""
    return [one.what for one in audit(engine, town.ledger).differences]


def test_every_state_and_tally_is_the_chains(lived: Town, whole: Engine) -> None:
    """From tables alone, on both databases; the history leaves a resolution in each state."""
    assembly = Assembly(lived.ledger)
    with reading(whole) as connection:
        counted = tallies(connection)
    block = lived.rpc.request("eth_getBlockByNumber", ["latest", False])
    states = set()
    for row in rows(whole, table_of(Resolution)):
        number = row["number"]
        assert counted.get(number, assembly.tally(number)) == assembly.tally(number)
        states.add(state_at(vote_of(row, assembly.tally(number)), int(block["timestamp"], 16)))
        assert assembly.state(number) in states
    assert states == set(State)


def test_a_ballot_counts_in_the_college_of_the_notice(whole: Engine, people: list[int]) -> None:
    """Who moves to another college between the notice and the ballot still votes in the former one."""
    moved = people[9]
    cast = rows(whole, table_of(Ballot), member=moved)
    categories = {row["resolution"]: Category(row["category"]) for row in cast}
    assert (categories[1], categories[2]) == (Category.WORKER, Category.SUPPORTING)
    assert categories[3] is Category.WORKER
    former = [(row["epoch"], row["category"]) for row in rows(whole, table_of(FormerCategory), member=moved)]
    assert former == [(0, Category.WORKER), (1, Category.SUPPORTING)]


def test_a_director_who_declares_an_interest_takes_the_ballot_along(whole: Engine, people: list[int]) -> None:
    """Before voting or after."""
    left = {row["member"] for row in rows(whole, table_of(Excused), resolution=5)}
    voted = {row["member"] for row in rows(whole, table_of(Ballot), resolution=5)}
    assert left == {people[1], people[7]}
    assert voted == {people[0], people[9]}


def test_a_sealed_ballot_shows_its_choice_once_opened(whole: Engine, people: list[int]) -> None:
    """Which of a member's ballots counts shows at once; one that nobody opens stays 0."""
    cast = {row["member"]: row for row in rows(whole, table_of(Ballot), resolution=4)}
    said = {member: (row["batch"], row["sequence"], row["choice"]) for member, row in cast.items()}
    assert said[people[0]] == (2, 2, 2)
    assert said[people[2]] == (1, 1, 1)
    assert said[people[9]] == (1, 1, 0)
    assert said[people[12]] == (3, 1, 1)


def test_what_a_resolution_calls_can_be_executed_from_its_row(lived: Town, whole: Engine) -> None:
    """The chain keeps its hash only."""
    [row] = rows(whole, table_of(Resolution), number=7)
    calls = msgspec.json.decode(row["calls"], type=list[dict[str, str]])
    expected = rs.executable(rs.annul(lived.community, 6, b"\x0a" * 32))
    assert [(one["target"], one["data"]) for one in calls] == [
        (expected.target.lower(), "0x" + expected.data.hex())
    ]
    assert isinstance(expected, ExecutableCall)


def test_anyone_may_count_again_from_the_chain_alone(lived: Town) -> None:
    """No read model: the logs of a node, from the founding on."""
    decoder, events = Decoder(lived.community), list[Event]()
    source, position = Source(lived.rpc, decoder.addresses, 0, Pace()), start(lived.rpc, lived.community)
    while part := source.read(position):
        position = part.last
        events += [event for log in part.logs if (event := decoder.decode(log)) is not None]
    assembly = Assembly(lived.ledger)
    counted = recount(events).tallies()
    assert len(counted) == assembly.count() - 1  # one is a draft
    assert counted == {number: assembly.tally(number) for number in counted}


@pytest.mark.parametrize(("table", "name"), PLANTED)
def test_a_planted_error_is_named(lived: Town, damaged: Engine, table: str, name: str) -> None:
    """Each line of the audit can fail, and says where."""
    for column in PLANTED[table, name]:
        before = rows(damaged, TABLES[table])
        with writing(damaged) as connection:
            change(connection, TABLES[table].c[column])
        named = found(damaged, lived)
        assert any(name.format(column=column) in one for one in named), (column, named)
        put_back(damaged, TABLES[table], before)
    assert found(damaged, lived) == []


@pytest.mark.parametrize("table", MISSING)
def test_a_missing_row_is_named(lived: Town, damaged: Engine, table: str) -> None:
    """What the chain has and the read model has not."""
    gone = next(row for row in rows(damaged, TABLES[table]) if row.get("count", 1))
    key = TABLES[table].primary_key
    with writing(damaged) as connection:
        connection.execute(TABLES[table].delete().where(*(one == gone[one.name] for one in key)))
    assert any(MISSING[table] in one for one in found(damaged, lived))


def test_a_ballot_that_nobody_cast_is_named(lived: Town, damaged: Engine, people: list[int]) -> None:
    """What the read model has and the chain has not."""
    false: dict[str, Any] = {**rows(damaged, table_of(Ballot))[0], "member": people[5]}
    with writing(damaged) as connection:
        connection.execute(table_of(Ballot).insert().values(false))
    named = found(damaged, lived)
    assert f"resolution 1: ballot {people[5]}: sequence" in named
    assert "law: resolution 1 tally = ballots" in named


def test_an_interest_that_nobody_declared_is_named(lived: Town, damaged: Engine, people: list[int]) -> None:
    """The board knows of it, or it did not happen."""
    with writing(damaged) as connection:
        connection.execute(table_of(Excused).insert().values(resolution=5, member=people[0]))
    assert f"resolution 5: interest of {people[0]}" in found(damaged, lived)


def test_a_changed_event_is_named_by_the_recount(lived: Town, damaged: Engine) -> None:
    """Tables that agree with one another are not enough: the events are counted again."""
    events = TABLES["event"]
    topic = next(one for one, (kind, _) in layouts("Assembly").items() if kind is BallotsCast)
    for row in rows(damaged, events):
        if row["topics"].startswith(topic):
            data = bytearray(row["data"])
            data[-6] = 3 if data[-6] != 3 else 1  # the choice of the last ballot
            with writing(damaged) as connection:
                same = [one == row[one.name] for one in events.primary_key]
                connection.execute(events.update().where(*same).values(data=bytes(data)))
            break
    assert found(damaged, lived) == ["resolution 1: tally, counted again"]


def put_back(engine: Engine, table: Table, before: list[RowMapping]) -> None:
    with writing(engine) as connection:
        connection.execute(table.delete())
        connection.execute(table.insert(), [dict(row) for row in before])
