"""A community that votes through the relay: members, a director, and what they send."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.ballots import (
    Ballot,
    Choice,
    ExecutableCall,
    Interest,
    Notice,
    Opening,
    Proposal,
    SealedBallot,
    calls_hash,
    commitment,
    text_hash,
)
from endogene_token.chain import resolutions as rs
from endogene_token.chain import transactions as tx
from endogene_token.chain.charter import Kind
from endogene_token.chain.views import Category, Role
from endogene_token.relay import VoteRelay, acts, ballots
from endogene_token.relay.vote_models import RelayAct, RelayBallot, RelayOpening
from endogene_token.store import reading
from tests.node.bare_anvil import bare_anvil
from tests.node.votes import Votes
from tests.town import key, settle_down

FAR = 2**40  # an instant that no test reaches
USERS = 4


@contextmanager
def voting_town() -> Iterator[Votes]:
    """A town on a chain whose clock moves: four users, two workers, of whom the first two are directors."""
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        votes = Votes(town, key(401))
        town.do(tx.grant_role(town.community, Role.REGISTRAR, votes.registrar.address, FAR))
        people = votes.admit(*[Category.USER] * USERS, *[Category.WORKER] * 2)
        town.do(*(rs.seat(town.community, member, FAR) for member in people[:2]))
        yield votes


@dataclass
class Desk:
    """What members send to the relay, and what became of it."""

    votes: Votes
    engine: Engine

    @property
    def relay(self) -> VoteRelay:
        return VoteRelay(self.engine, self.votes.town.ledger, self.votes.town.relayer)

    def exhaust(self) -> None:
        """Let a new relay work until nothing moves."""
        relay = self.relay
        while relay.step():
            pass

    def ballot(
        self, number: int, member: int, choice: Choice, sequence: int = 1, signer: int = 0
    ) -> rs.SignedBallot:
        """Return a signed ballot; `signer`: another member who signs it."""
        made = Ballot(number, member, choice, sequence, self.votes.texts[number])
        return rs.SignedBallot(made, self.votes.sign(signer or member, made))

    def send(self, number: int, member: int, choice: Choice, sequence: int = 1, signer: int = 0) -> None:
        """Queue a ballot."""
        ballots.accept(self.engine, self.ballot(number, member, choice, sequence, signer))

    def send_sealed(self, number: int, member: int, choice: Choice, sequence: int = 1) -> Opening:
        """Queue a sealed ballot; return what opens it."""
        opening = Opening(choice, bytes([number % 256, member % 256, sequence, choice]) * 8)
        closed = commitment(number, member, opening)
        made = SealedBallot(number, member, sequence, closed, self.votes.texts[number])
        ballots.accept(self.engine, rs.SignedBallot(made, self.votes.sign(member, made)))
        return opening

    def told(self, number: int, member: int, sequence: int = 1) -> tuple[str, object]:
        """Return the state of a ballot, and why it was refused."""
        row = self.row(number, member, sequence)
        trouble = row.trouble
        return row.state, trouble and (trouble.actual if trouble.code == "ballot-refused" else trouble.code)

    def row(self, number: int, member: int, sequence: int = 1) -> RelayBallot:
        with reading(self.engine) as connection, Session(connection) as session:
            found = ballots.find(session, number, member, sequence)
            assert found is not None
            return found

    def opening_state(self, number: int, member: int) -> str:
        with reading(self.engine) as connection, Session(connection) as session:
            return session.get_one(RelayOpening, (number, member)).state

    def propose(
        self, member: int, kind: Kind, calls: Sequence[ExecutableCall] = (), nonce: int | None = None
    ) -> RelayAct:
        """Queue a proposal."""
        chain_nonce = self.votes.assembly.nonce(member)
        number = chain_nonce if nonce is None else nonce
        text = text_hash(f"Proposition {number} de {member}")
        made = Proposal(member, int(kind), text, calls_hash(calls), number)
        return self.act(acts.SignedAct(made, self.votes.sign(member, made), tuple(calls)), chain_nonce)

    def give_notice(self, member: int, number: int, opens_at: int) -> RelayAct:
        """Queue a notice."""
        nonce = self.votes.assembly.nonce(member)
        made = Notice(member, number, opens_at, nonce)
        return self.act(acts.SignedAct(made, self.votes.sign(member, made)), nonce)

    def declare_interest(self, member: int, number: int) -> RelayAct:
        """Queue a declaration."""
        nonce = self.votes.assembly.nonce(member)
        made = Interest(member, number, nonce)
        return self.act(acts.SignedAct(made, self.votes.sign(member, made)), nonce)

    def execute(self, number: int) -> RelayAct:
        """Queue an execution."""
        return self.act(acts.SignedAct(acts.Execution(number)), 0)

    def act(self, signed: acts.SignedAct, chain_nonce: int) -> RelayAct:
        return acts.accept(self.engine, signed, self.votes.assembly.domain, chain_nonce)

    def fate(self, digest: bytes) -> RelayAct:
        with reading(self.engine) as connection, Session(connection) as session:
            found = acts.find(session, digest)
            assert found is not None
            return found
