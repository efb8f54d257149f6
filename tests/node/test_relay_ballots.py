"""The relay of ballots on a real chain: what it casts, refuses, waits for, and finds again."""

import threading
from collections.abc import Callable, Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

from endogene_token.ballots import Choice, Opening
from endogene_token.chain import resolutions as rs
from endogene_token.chain.assembly import CountedBallot
from endogene_token.chain.charter import Kind
from endogene_token.chain.views import Category
from endogene_token.chain.wallet import Wallet
from endogene_token.errors import BallotTakenError, NodeAnswerError
from endogene_token.relay import Relay, ballots, caster
from endogene_token.relay.vote_models import VOTE_TABLES
from tests.node.vote_relay import Desk, voting_town
from tests.node.votes import Votes
from tests.town import BAKERY_TILL, database, key

FOR, AGAINST, ABSTAIN = Choice
COUNTED = ("done", None)
STALE = ("refused", "stale-sequence")


@pytest.fixture(scope="module")
def votes() -> Iterator[Votes]:
    with voting_town() as opened:
        yield opened


@pytest.fixture
def desk(votes: Votes, database_url: str) -> Iterator[Desk]:
    engine = database(database_url)
    yield Desk(votes, engine)
    engine.dispose()


@pytest.fixture
def people(votes: Votes) -> list[int]:
    return sorted(votes.voters)


def test_queued_ballots_are_counted_in_one_call(desk: Desk, people: list[int]) -> None:
    """Sent in any order, they leave by ascending members; each says which transaction counted it."""
    number = desk.votes.call_vote(people[0], Kind.DECISION)
    choices = dict(zip(people, (FOR, FOR, AGAINST, ABSTAIN, FOR, AGAINST), strict=False))
    for member in reversed(choices):
        desk.send(number, member, choices[member])
    before = desk.votes.town.ledger.head()
    assert desk.relay.step() is True
    assert desk.votes.town.ledger.head() == before + 1
    assert {desk.told(number, member) for member in choices} == {COUNTED}
    assert len({desk.row(number, member).transaction for member in choices}) == 1
    tally = desk.votes.assembly.tally(number)
    assert [tally.sum(choice) for choice in Choice] == [3, 2, 1]
    assert desk.relay.step() is False


def test_only_the_last_ballot_of_a_member_is_cast(desk: Desk, people: list[int]) -> None:
    """What a member sent before it is stale without ever having left."""
    number = desk.votes.call_vote(people[0], Kind.DECISION)
    desk.send(number, people[0], FOR)
    desk.send(number, people[0], AGAINST, sequence=3)
    desk.send(number, people[0], ABSTAIN, sequence=2)
    desk.exhaust()
    assert [desk.told(number, people[0], n) for n in (1, 2, 3)] == [STALE, STALE, COUNTED]
    assert desk.votes.assembly.ballot(number, people[0]) == CountedBallot(3, AGAINST)


def test_a_ballot_is_taken_once_and_another_content_refused(desk: Desk, people: list[int]) -> None:
    """The same again is the same; another choice under its number is a conflict, even once it counts."""
    number = desk.votes.call_vote(people[0], Kind.DECISION)
    sent = desk.ballot(number, people[1], FOR)
    assert [ballots.accept(desk.engine, sent) for _ in range(2)] == ["queued", "queued"]
    with pytest.raises(BallotTakenError):
        desk.send(number, people[1], AGAINST)
    desk.exhaust()
    assert ballots.accept(desk.engine, sent) == "done"
    with pytest.raises(BallotTakenError):
        desk.send(number, people[1], AGAINST)


def test_a_bad_ballot_is_refused_with_its_reason_and_the_others_count(desk: Desk, people: list[int]) -> None:
    """A forged signature, a stranger; then the same number may be used again, rightly signed."""
    number = desk.votes.call_vote(people[0], Kind.DECISION)
    stranger = desk.votes.admit(Category.USER)[0]
    desk.send(number, people[0], FOR)
    desk.send(number, people[1], FOR, signer=people[2])
    desk.send(number, stranger, FOR)
    desk.exhaust()
    assert [desk.told(number, member) for member in (people[0], people[1], stranger)] == [
        *(COUNTED, ("refused", "bad-signature")),
        ("refused", "not-on-roll"),
    ]
    desk.send(number, people[1], AGAINST)
    desk.exhaust()
    assert desk.told(number, people[1]) == COUNTED


def test_a_refused_ballot_does_not_hide_the_one_before_it(desk: Desk, people: list[int]) -> None:
    """The highest is tried first; when it is refused, the next lower one counts."""
    number = desk.votes.call_vote(people[0], Kind.DECISION)
    desk.send(number, people[0], FOR)
    desk.send(number, people[0], AGAINST, sequence=2, signer=people[1])
    desk.exhaust()
    assert [desk.told(number, people[0], n) for n in (1, 2)] == [COUNTED, ("refused", "bad-signature")]


def test_a_ballot_waits_for_the_opening_and_is_refused_after_closing(desk: Desk, people: list[int]) -> None:
    """Before its time nothing is lost; after it, the reason is told."""
    votes = desk.votes
    number = votes.propose(people[0], Kind.DECISION)
    opens_at = votes.give_notice(number, people[0])
    desk.send(number, people[0], FOR)
    assert desk.relay.step() is False
    assert desk.told(number, people[0]) == ("queued", None)
    votes.wait_until(opens_at)
    desk.exhaust()
    assert desk.told(number, people[0]) == COUNTED
    votes.wait_until_counted(number)
    desk.send(number, people[1], FOR)
    desk.exhaust()
    assert desk.told(number, people[1]) == ("refused", "wrong-state")


def test_a_ballot_of_a_draft_or_of_no_resolution_waits(desk: Desk, people: list[int]) -> None:
    """A node that lags behind may not know it yet; other votes go on meanwhile."""
    votes = desk.votes
    draft = votes.propose(people[0], Kind.DECISION)
    number = votes.call_vote(people[0], Kind.DECISION)
    votes.texts[9_999] = votes.texts[draft]
    for one in (draft, 9_999, number):
        desk.send(one, people[0], FOR)
    relay = desk.relay
    assert relay.step() is True
    assert relay.step() is False
    assert [desk.told(one, people[0])[0] for one in (draft, 9_999, number)] == ["queued", "queued", "done"]


def test_what_the_chain_holds_already_is_found_there(desk: Desk, people: list[int]) -> None:
    """The same ballot cast by somebody else counts as ours; another one under its number makes ours stale."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.DECISION)
    votes.cast(number, {people[0]: FOR, people[1]: AGAINST})
    direct = rs.vote(votes.town.community, number, people[2], FOR)
    votes.do(direct, direct, account=votes.voters[people[2]])
    for member in people[:3]:
        desk.send(number, member, FOR)
    before = votes.town.ledger.head()
    desk.exhaust()
    assert votes.town.ledger.head() == before
    assert [desk.told(number, member) for member in people[:3]] == [COUNTED, STALE, STALE]
    assert desk.row(number, people[0]).transaction is not None


def test_an_open_ballot_in_a_sealed_vote_is_malformed(desk: Desk, people: list[int]) -> None:
    """It never leaves: it would show its choice for nothing."""
    number = desk.votes.call_vote(people[0], Kind.ELECTION)
    before = desk.votes.town.ledger.head()
    desk.send(number, people[0], FOR)
    desk.exhaust()
    assert desk.told(number, people[0]) == ("refused", "malformed")
    assert desk.votes.town.ledger.head() == before


def test_sealed_ballots_are_opened_after_closing(desk: Desk, people: list[int]) -> None:
    """Cast in two calls, replaced once, opened by batch; what opens nothing is refused."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.ELECTION)
    openings = {member: desk.send_sealed(number, member, FOR) for member in people[:3]}
    desk.exhaust()
    openings[people[2]] = desk.send_sealed(number, people[2], AGAINST, sequence=2)
    desk.exhaust()
    assert [desk.told(number, people[2], n) for n in (1, 2)] == [COUNTED, COUNTED]
    assert votes.assembly.tally(number).sum(0) == 3
    for member in people[:3]:
        ballots.keep_opening(desk.engine, number, member, openings[member])
    ballots.keep_opening(desk.engine, number, people[3], Opening(FOR, bytes(32)))
    assert desk.relay.step() is True  # the one that fits nothing
    assert desk.opening_state(number, people[0]) == "queued"
    votes.wait_until(votes.assembly.resolution(number).closes_at)
    desk.exhaust()
    assert [desk.opening_state(number, one) for one in people[:4]] == [*["done"] * 3, "refused"]
    tally = votes.assembly.tally(number)
    assert [tally.sum(choice) for choice in (0, *Choice)] == [0, 2, 1, 0]


def test_an_opening_after_its_time_is_refused(desk: Desk, people: list[int]) -> None:
    """The result stands: nothing is opened any more."""
    number = desk.votes.call_vote(people[0], Kind.ELECTION)
    opening = desk.send_sealed(number, people[0], FOR)
    desk.exhaust()
    desk.votes.wait_until_counted(number)
    ballots.keep_opening(desk.engine, number, people[0], opening)
    desk.exhaust()
    assert desk.opening_state(number, people[0]) == "refused"


def test_more_ballots_than_one_call_takes_leave_in_several(
    desk: Desk, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step takes the lowest members that are left."""
    monkeypatch.setattr(caster, "BALLOTS_PER_CALL", 4)
    number = desk.votes.call_vote(people[0], Kind.DECISION)
    for member in people[:6]:
        desk.send(number, member, FOR)
    relay = desk.relay
    assert [relay.step() for _ in range(3)] == [True, True, False]
    assert desk.votes.assembly.tally(number).turnout == 6


def test_two_relays_at_once_cast_each_ballot_once(desk: Desk, people: list[int]) -> None:
    """Beside the tills' batches, with one account or two: every ballot ends as counted."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.DECISION)
    stop = threading.Event()
    relays = [Relay(desk.engine, votes.town.ledger, key(account)) for account in (102, 103)]
    threads = [threading.Thread(target=relay.run, args=(stop,)) for relay in relays]
    for thread in threads:
        thread.start()
    try:
        for sequence in (1, 2, 3):
            for member in people[:6]:
                desk.send(number, member, FOR, sequence)
        wait_until(lambda: {desk.told(number, one, 3) for one in people[:6]} == {COUNTED})
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert votes.assembly.tally(number).sum(FOR) == 6
    assert {desk.told(number, one, n)[0] for one in people[:6] for n in (1, 2)} <= {"done", "refused"}
    assert votes.town.ledger.till(BAKERY_TILL).next_sequence == 1


@pytest.mark.parametrize("table", [str(one.__tablename__) for one in VOTE_TABLES])
def test_the_migration_creates_the_tables_of_the_models(database_url: str, table: str) -> None:
    """Columns, kinds and indexes, on both databases."""
    engine: Engine = database(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name == table,
                "include_object": lambda _object, name, kind, *_rest: kind != "table" or name == table,
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def wait_until(done: Callable[[], bool]) -> None:
    """Wait until `done` says so; fail after 60 seconds."""
    pause = threading.Event()
    for _ in range(600):
        if done():
            return
        pause.wait(timeout=1 / 10)
    pytest.fail("the queue never emptied")


def test_a_vote_that_the_node_cannot_answer_for_stops_no_till(
    desk: Desk, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ballots wait, are tried again later, and the purchases and the other votes go on meanwhile."""
    number = desk.votes.call_vote(people[0], Kind.DECISION)
    desk.send(number, people[0], FOR)

    def fail(*_: object) -> str:
        raise NodeAnswerError(actual="out of gas")

    relay = desk.relay
    with monkeypatch.context() as broken:
        broken.setattr(Wallet, "simulate", fail)
        assert relay.step() is False
    assert desk.told(number, people[0]) == ("queued", None)
    desk.exhaust()
    assert desk.told(number, people[0]) == COUNTED
