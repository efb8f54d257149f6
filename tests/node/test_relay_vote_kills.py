"""Killed at any numbered point, the relay of votes goes on: nothing lost, nothing cast twice."""

import signal
from collections.abc import Iterator
from random import Random

import pytest

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Kind
from tests.node.relay_kills import killed_work, points
from tests.node.vote_relay import Desk, voting_town
from tests.node.votes import Sealed, Votes
from tests.town import database
from tests.vote_work import Work, sealed_of, work

FOUR_DAYS = 4 * 86_400
POINTS = points("acts|ballots|openings")


@pytest.fixture(scope="module")
def votes() -> Iterator[Votes]:
    with voting_town() as opened:
        yield opened


@pytest.fixture
def desk(votes: Votes, sqlite_url: str) -> Iterator[Desk]:
    engine = database(sqlite_url)
    yield Desk(votes, engine)
    engine.dispose()


def prepared(votes: Votes) -> tuple[Work, list[Sealed]]:
    """Bring the chain to an instant at which one vote is open and a sealed one waits for its openings."""
    people = sorted(votes.voters)
    sealed_vote, open_vote = (votes.propose(people[0], kind) for kind in (Kind.ELECTION, Kind.DECISION))
    sealed_opens = votes.give_notice(sealed_vote, people[0])
    votes.wait_until(sealed_opens - FOUR_DAYS)
    opens = votes.give_notice(open_vote, people[0])
    votes.wait_until(sealed_opens)
    text, nonce = votes.texts[open_vote].hex(), votes.assembly.nonce(people[2])
    given = Work(people, open_vote, sealed_vote, nonce, text)
    votes.random = Random(2)  # noqa: S311  # the same salts in both processes
    sealed = sealed_of(votes, given)
    votes.cast_sealed(sealed_vote, sealed)
    votes.wait_until(opens)
    return given, sealed


def test_the_relay_of_votes_has_a_crash_point_at_every_boundary() -> None:
    """Written by the API; simulated, sent, mined, marked and committed by the relay."""
    assert [
        *("acts.enqueued", "acts.marked", "acts.mined", "acts.sent"),
        *("ballots.accepted", "ballots.committed", "ballots.enqueued", "ballots.marked", "ballots.mined"),
        *("ballots.sent", "ballots.simulated"),
        *("openings.enqueued", "openings.marked", "openings.mined", "openings.sent"),
    ] == POINTS


@pytest.mark.parametrize("point", [*POINTS, "ballots.accepted:3"])
def test_killed_there_and_started_again_everything_is_done_once(desk: Desk, point: str) -> None:
    """The member sends again what was not answered; the relay goes on from the chain."""
    votes = desk.votes
    given, sealed = prepared(votes)
    proposals = votes.assembly.count()
    assert killed_work("tests.vote_work", desk.votes.town, desk.engine, point, given) == -signal.SIGKILL
    work(desk, given, sealed)
    assert {desk.told(given.open_vote, member) for member in given.voters} == {("done", None)}
    assert all(desk.row(given.open_vote, member).transaction for member in given.voters)
    assert votes.assembly.tally(given.open_vote).sum(Choice.FOR) == len(given.voters)
    assert {desk.opening_state(given.sealed_vote, one.member) for one in sealed} == {"done"}
    assert votes.assembly.tally(given.sealed_vote).sum(Choice.AGAINST) == len(sealed)
    assert (votes.assembly.count(), votes.assembly.nonce(given.voters[2])) == (proposals + 1, given.nonce + 1)
