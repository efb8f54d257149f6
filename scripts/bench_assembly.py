"""An assembly of ten thousand members: every ballot signed, queued, relayed and counted. Time and gas."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.ballots import Ballot, Choice, digest, text_hash
from endogene_token.bylaws import Kind
from endogene_token.chain import resolutions as rs
from endogene_token.chain import transactions as tx
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import standard_charter
from endogene_token.chain.deployment import found
from endogene_token.chain.node import EmbeddedNode
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.views import Admission, Category, MemberKind, Role
from endogene_token.relay import ballots
from endogene_token.relay.votes import VoteRelay
from endogene_token.signers import KeyfileSigner
from endogene_token.store import migrate, open_engine, writing
from tests.town import FOREVER, RULES, key

TEXT: Final = text_hash("Le budget de l’année est adopté.")
ADMITTED_TOGETHER: Final = 500
FIRST_KEY: Final = 40_000


@dataclass(frozen=True, slots=True)
class Measure:
    """What the assembly took; milliseconds on this machine, and gas on any."""

    members: int
    signing_ms: int
    queueing_ms: int
    casting_ms: int
    gas: int
    calls: int

    @property
    def per_second(self) -> int:
        """Ballots a second from the queue to the chain."""
        return round(self.members * 1000 / self.casting_ms)


def measure(folder: Path, members: int) -> Measure:
    """Hold the assembly on an embedded chain of its own."""
    with EmbeddedNode(folder / "assembly") as node, Rpc([node.rpc_url]) as rpc:
        voters = [key(FIRST_KEY + number) for number in range(members)]
        ledger = _community(rpc, voters)
        resolution = _open_vote(ledger, voters[0])
        started = time.perf_counter()
        signed = _signed(ledger, resolution, voters)
        queued_from = time.perf_counter()
        engine = open_engine(f"sqlite:///{folder / 'assembly.sqlite'}")
        migrate(engine)
        _queue(engine, signed)
        cast_from = time.perf_counter()
        first_block = ledger.head()
        relay = VoteRelay(engine, ledger, key(FIRST_KEY - 1))
        while Assembly(ledger).tally(resolution).turnout < members:
            relay.step()
        ended = time.perf_counter()
        engine.dispose()
        gas = _gas(rpc, ledger, first_block)
        return Measure(
            members=members,
            signing_ms=_ms(started, queued_from),
            queueing_ms=_ms(queued_from, cast_from),
            casting_ms=_ms(cast_from, ended),
            gas=sum(gas),
            calls=len(gas),
        )


def _community(rpc: Rpc, voters: Sequence[LocalAccount]) -> Ledger:
    """Found a community whose members may convene at once and vote for a day."""
    charter = standard_charter()
    at_once = [replace(one, notice=0) for one in charter.procedures]
    founder = key(FIRST_KEY - 2)
    community = found(
        rpc, founder, "Assemblée", "AG", RULES, charter=replace(charter, procedures=tuple(at_once))
    )
    ledger = Ledger(rpc, community)
    sender = Sender(ledger, founder)
    sender.transact(tx.grant_role(community, Role.REGISTRAR, founder.address, ledger.time() + 10**8))
    admissions = [
        Admission(MemberKind.PERSON, Category(number % 3), 0, FOREVER, KeyfileSigner(voter).key)
        for number, voter in enumerate(voters)
    ]
    parts = range(0, len(voters), ADMITTED_TOGETHER)
    calls = [tx.admit_members(community, admissions[at : at + ADMITTED_TOGETHER]) for at in parts]
    sender.wait(sender.send(calls))
    return ledger


def _open_vote(ledger: Ledger, convener: LocalAccount) -> int:
    community, sender = ledger.community, Sender(ledger, convener)
    sender.transact(rs.propose(community, 1, Kind.DECISION, TEXT))
    sender.transact(rs.give_notice(community, 1, 1, ledger.time() + 2))
    while ledger.time() < Assembly(ledger).resolution(1).opens_at:
        sender.transact(rs.propose(community, 1, Kind.DECISION, TEXT))  # a block: the chain's clock moves
    return 1


def _signed(ledger: Ledger, resolution: int, voters: Sequence[LocalAccount]) -> list[rs.SignedBallot]:
    domain = Assembly(ledger).domain
    found_ballots = [
        Ballot(resolution, member, Choice(1 + member % 3), 1, TEXT) for member in range(1, len(voters) + 1)
    ]
    return [
        rs.SignedBallot(ballot, bytes(voter.unsafe_sign_hash(Hash32(digest(ballot, domain))).signature))
        for ballot, voter in zip(found_ballots, voters, strict=True)
    ]


def _queue(engine: Engine, signed: Sequence[rs.SignedBallot]) -> None:
    with writing(engine) as connection, Session(connection) as session:
        for one in signed:
            ballots.enqueue(session, one)


def _gas(rpc: Rpc, ledger: Ledger, after: int) -> list[int]:
    """Return the gas of each call to the assembly after a block."""
    numbers = range(after + 1, ledger.head() + 1)
    blocks = rpc.requests([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
    hashes = [one for block in blocks for one in block["transactions"]]
    receipts = rpc.requests([("eth_getTransactionReceipt", [one]) for one in hashes])
    assembly = ledger.community.assembly.lower()
    return [int(one["gasUsed"], 16) for one in receipts if one["to"] == assembly]


def _ms(start: float, end: float) -> int:
    return max(1, round((end - start) * 1000))
