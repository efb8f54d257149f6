"""What members send and a relay takes to the assembly in the tests of kills, in a process that is killed."""

import sys
from pathlib import Path

import msgspec

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Kind
from endogene_token.chain.community import Community
from endogene_token.relay import ballots
from endogene_token.store import open_engine
from tests.node.bare_anvil import BareRpc
from tests.node.vote_relay import Desk
from tests.node.votes import Sealed, Votes
from tests.town import Town, key


class Work(msgspec.Struct):
    """An open vote, a closed sealed one with its ballots, and the number of the next proposal."""

    voters: list[int]
    open_vote: int
    sealed_vote: int
    nonce: int
    text: str


def work(desk: Desk, given: Work, sealed: list[Sealed]) -> None:
    """Propose, vote and open, then relay until nothing moves."""
    desk.votes.texts[given.open_vote] = bytes.fromhex(given.text)
    desk.propose(given.voters[2], Kind.DECISION, nonce=given.nonce)
    for member in given.voters:
        desk.send(given.open_vote, member, Choice.FOR)
    for one in sealed:
        ballots.keep_opening(desk.engine, given.sealed_vote, one.member, one.opening)
    desk.exhaust()


def sealed_of(votes: Votes, given: Work) -> list[Sealed]:
    """Return the sealed ballots: the same in every process."""
    return votes.seal(dict.fromkeys(given.voters[:3], Choice.AGAINST))


if __name__ == "__main__":
    given = msgspec.json.decode(sys.argv[4], type=Work)
    town = Town(BareRpc([sys.argv[2]]), Community.load(Path(sys.argv[3])))
    votes = Votes(town, key(401), {number: key(7_000 + number) for number in given.voters})
    work(Desk(votes, open_engine(sys.argv[1])), given, sealed_of(votes, given))
