"""The relay of proposals, notices, declarations and executions on a real chain."""

from collections.abc import Iterator

import pytest

from endogene_token.ballots import Choice, Proposal
from endogene_token.chain import resolutions as rs
from endogene_token.chain import transactions as tx
from endogene_token.chain.charter import Kind, State
from endogene_token.errors import ActNumberError
from endogene_token.relay import acts
from endogene_token.relay.vote_models import RelayAct
from tests.node.vote_relay import FAR, Desk, voting_town
from tests.node.votes import Votes
from tests.town import RULES, database

FOR = Choice.FOR


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


def told(desk: Desk, act: RelayAct) -> tuple[str, str | None]:
    row = desk.fate(act.digest)
    return row.state, None if row.trouble is None else row.trouble.code


def test_a_proposal_gets_its_number_and_a_notice_its_dates(desk: Desk, people: list[int]) -> None:
    """Signed by a member without gas; the answer to come is known by the digest that was signed."""
    assembly = desk.votes.assembly
    proposal = desk.propose(people[2], Kind.DECISION)
    desk.exhaust()
    number = desk.fate(proposal.digest).resolution
    assert number == assembly.count()
    opens_at = desk.votes.now + 12 * 86_400
    notice = desk.give_notice(people[0], number, opens_at)
    desk.exhaust()
    assert told(desk, notice) == ("done", None)
    assert assembly.resolution(number).opens_at == opens_at
    assert {len(desk.fate(one.digest).transaction or b"") for one in (proposal, notice)} == {32}


def test_what_the_assembly_refuses_is_told_and_may_be_sent_again(desk: Desk, people: list[int]) -> None:
    """A member who is no director gives notice, then is elected: the very same notice goes through."""
    votes = desk.votes
    number = votes.propose(people[0], Kind.DECISION)
    opens_at = votes.now + 12 * 86_400
    notice = desk.give_notice(people[3], number, opens_at)
    desk.exhaust()
    assert told(desk, notice) == ("refused", "not-director")
    votes.town.do(rs.seat(votes.town.community, people[3], FAR))
    assert desk.give_notice(people[3], number, opens_at).digest == notice.digest
    desk.exhaust()
    assert told(desk, notice) == ("done", None)
    votes.town.do(rs.unseat(votes.town.community, people[3]))


def test_acts_of_a_member_go_in_the_order_of_their_numbers(desk: Desk, people: list[int]) -> None:
    """Two may wait together; one that skips a number is refused at once, and changes nothing."""
    votes = desk.votes
    nonce = votes.assembly.nonce(people[1])
    with pytest.raises(ActNumberError) as refused:
        desk.propose(people[1], Kind.DECISION, nonce=nonce + 1)
    assert (refused.value.actual, refused.value.limit) == (nonce + 1, nonce)
    queued = [desk.propose(people[1], Kind.DECISION, nonce=nonce + i) for i in range(2)]
    desk.exhaust()
    assert [told(desk, one) for one in queued] == [("done", None)] * 2
    assert votes.assembly.nonce(people[1]) == nonce + 2


def test_an_act_behind_a_refused_one_is_refused_too(desk: Desk, people: list[int]) -> None:
    """The number of the first was not used up: the second cannot follow it."""
    number = desk.votes.propose(people[0], Kind.DECISION)
    nonce = desk.votes.assembly.nonce(people[4])
    notice = desk.give_notice(people[4], number, desk.votes.now + 12 * 86_400)
    proposal = desk.propose(people[4], Kind.DECISION, nonce=nonce + 1)
    desk.exhaust()
    assert told(desk, notice) == ("refused", "not-director")
    assert told(desk, proposal) == ("refused", "act-number")


def test_an_act_that_is_done_already_is_found_on_the_chain(desk: Desk, people: list[int]) -> None:
    """Sent by another way, or just before a kill: the events tell what became of it."""
    votes = desk.votes
    proposal = desk.propose(people[2], Kind.DECISION)
    signed = acts.signed(desk.fate(proposal.digest))
    assert isinstance(signed.message, Proposal)
    text, signature = signed.message.text, signed.signature
    votes.do(rs.propose(votes.town.community, people[2], Kind.DECISION, text, signature=signature))
    before = votes.town.ledger.head()
    desk.exhaust()
    assert votes.town.ledger.head() == before
    assert (told(desk, proposal), desk.fate(proposal.digest).resolution) == (
        ("done", None),
        votes.assembly.count(),
    )


def test_a_number_that_served_something_else_is_told(desk: Desk, people: list[int]) -> None:
    """The member signed another act with the same number elsewhere: this one can never be done."""
    proposal = desk.propose(people[2], Kind.DECISION)
    desk.votes.propose(people[2], Kind.SPENDING)
    desk.exhaust()
    assert told(desk, proposal) == ("refused", "act-number")


def test_a_final_resolution_is_executed_once(desk: Desk, people: list[int]) -> None:
    """Too early it waits; then it is done, and asked for again it is done already."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.DECISION)
    votes.cast(number, dict.fromkeys(people[:4], FOR))
    execution = desk.execute(number)
    assert desk.relay.step() is False
    assert told(desk, execution) == ("queued", None)
    votes.wait_until_final(number)
    desk.exhaust()
    assert told(desk, execution) == ("done", None)
    assert votes.assembly.state(number) is State.EXECUTED
    assert desk.execute(number).state == "done"


def test_a_resolution_executed_by_somebody_else_is_found(desk: Desk, people: list[int]) -> None:
    """Anyone may execute: what was asked for is done, and its transaction told."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.DECISION)
    votes.cast(number, dict.fromkeys(people[:4], FOR))
    votes.wait_until_final(number)
    votes.execute(number)
    execution = desk.execute(number)
    desk.exhaust()
    assert told(desk, execution) == ("done", None)
    assert len(desk.fate(execution.digest).transaction or b"") == 32


def test_a_resolution_that_failed_is_not_executed(desk: Desk, people: list[int]) -> None:
    """Without a quorum there is nothing to wait for."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.DECISION)
    votes.wait_until_final(number)
    execution = desk.execute(number)
    desk.exhaust()
    assert told(desk, execution) == ("refused", "wrong-state")


def test_a_director_leaves_a_resolution_of_the_board(desk: Desk, people: list[int]) -> None:
    """The declaration is counted; the roll loses a head."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.SPENDING)
    before = sum(votes.assembly.resolution(number).roll_sizes)
    interest = desk.declare_interest(people[1], number)
    desk.exhaust()
    assert told(desk, interest) == ("done", None)
    assert sum(votes.assembly.resolution(number).roll_sizes) == before - 1
    desk.send(number, people[1], FOR)
    desk.exhaust()
    assert desk.told(number, people[1]) == ("refused", "interest-declared")


def test_a_call_that_reverts_leaves_the_resolution_final(desk: Desk, people: list[int]) -> None:
    """The founder governs still: the reason is that of the contract that was called."""
    votes = desk.votes
    number = votes.call_vote(people[0], Kind.RULES, tx.publish_rules(votes.town.community, RULES))
    votes.cast(number, dict.fromkeys(people[:5], FOR))
    votes.wait_until_final(number)
    execution = desk.execute(number)
    desk.exhaust()
    assert told(desk, execution) == ("refused", "not-governor")
    assert votes.assembly.state(number) is State.FINAL
