"""What a community needs to decide on a chain whose clock moves: voters, resolutions, ballots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from eth_account.signers.local import LocalAccount

from endogene_token.ballots import (
    Ballot,
    Choice,
    ExecutableCall,
    Interest,
    Message,
    Opening,
    Proposal,
    SealedBallot,
    calls_hash,
    commitment,
    text_hash,
)
from endogene_token.chain import resolutions as rs
from endogene_token.chain import transactions as tx
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.charter import Kind
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category, MemberKind
from endogene_token.signers import KeyfileSigner
from tests.town import FOREVER, Town, key

EXECUTION_GAS = 1_000_000


@dataclass(frozen=True)
class Sealed:
    """A sealed ballot of a member, and what opens it."""

    member: int
    sequence: int
    opening: Opening


@dataclass
class Votes:
    """The voters of a town by their member numbers, and the resolutions that they filed."""

    town: Town
    registrar: LocalAccount
    voters: dict[int, LocalAccount] = field(default_factory=dict)
    calls: dict[int, list[ExecutableCall]] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(2))  # noqa: S311  # the same salts every time

    @property
    def assembly(self) -> Assembly:
        return Assembly(self.town.ledger)

    @property
    def now(self) -> int:
        """The instant of the chain's last block."""
        return int(self.town.rpc.request("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)

    def wait_until(self, instant: int) -> None:
        """Let the chain's clock run up to an instant, which must be ahead."""
        self.town.rpc.request("evm_increaseTime", [instant - self.now])
        self.town.rpc.request("evm_mine")

    def do(self, *calls: Call, account: LocalAccount | None = None) -> None:
        """Send `calls`, by the relayer unless told; all must succeed."""
        sender = Sender(self.town.ledger, account or self.town.relayer)
        sender.wait(sender.send(calls))

    def admit(self, *categories: Category) -> list[int]:
        """Admit a person for each of `categories`, and return their numbers."""
        first = self.town.ledger.member_count() + 1
        numbers = list(range(first, first + len(categories)))
        self.voters |= {number: key(7_000 + number) for number in numbers}
        rows = [
            Admission(MemberKind.PERSON, category, 0, FOREVER, bytes.fromhex(self.voters[number].address[2:]))
            for number, category in zip(numbers, categories, strict=True)
        ]
        self.do(tx.admit_members(self.town.community, rows), account=self.registrar)
        return numbers

    def move(self, member: int, category: Category) -> None:
        """Move a member to another college."""
        self.do(tx.set_category(self.town.community, member, category), account=self.registrar)

    def propose(self, member: int, kind: Kind, *calls: Call) -> int:
        """File a resolution by a member's signature; return its number."""
        number = self.assembly.count() + 1
        acts = [rs.executable(call) for call in calls]
        text = text_hash(f"Résolution {number}")
        proposal = Proposal(member, int(kind), text, calls_hash(acts), self.assembly.nonce(member))
        signature = self.sign(member, proposal)
        self.do(rs.propose(self.town.community, member, kind, text, acts, signature=signature))
        self.calls[number], self.texts[number] = acts, text
        return number

    def give_notice(self, number: int, member: int) -> int:
        """Give the notice that the charter asks for, by a director's own call; return the opening."""
        charter = self.assembly.charter(self.assembly.charter_version())
        opens_at = self.now + charter.procedures[self.assembly.resolution(number).kind].notice + 60
        call = rs.give_notice(self.town.community, number, member, opens_at, self.calls[number])
        self.do(call, account=self.voters[member])
        return opens_at

    def call_vote(self, member: int, kind: Kind, *calls: Call) -> int:
        """File a resolution, give its notice and wait until it opens; return its number."""
        number = self.propose(member, kind, *calls)
        self.wait_until(self.give_notice(number, member))
        return number

    def cast(self, number: int, choices: Mapping[int, Choice], sequence: int = 1) -> None:
        """Have one call count a signed ballot of each member."""
        ballots = [
            Ballot(number, member, choice, sequence, self.texts[number])
            for member, choice in sorted(choices.items())
        ]
        signed = [rs.SignedBallot(one, self.sign(one.member, one)) for one in ballots]
        self.do(rs.cast_ballots(self.town.community, signed))

    def seal(self, choices: Mapping[int, Choice], sequence: int = 1) -> list[Sealed]:
        """Return a sealed ballot for each member."""
        return [
            Sealed(member, sequence, Opening(choice, self.random.randbytes(32)))
            for member, choice in sorted(choices.items())
        ]

    def cast_sealed(self, number: int, sealed: Sequence[Sealed]) -> rs.SealedBatch:
        """Have one call take sealed ballots; return the batch as the chain tells it."""
        ballots = [
            SealedBallot(
                number,
                one.member,
                one.sequence,
                commitment(number, one.member, one.opening),
                self.texts[number],
            )
            for one in sealed
        ]
        signed = [rs.SignedBallot(one, self.sign(one.member, one)) for one in ballots]
        sender = Sender(self.town.ledger, self.town.relayer)
        events = sender.events(sender.transact(rs.cast_ballots(self.town.community, signed)))
        [told] = [one.arguments for one in events if one.name == "SealedBallotsCast"]
        return rs.SealedBatch(number, told["batch"], tuple(told["ballots"]), tuple(told["commitments"]))

    def open(self, batch: rs.SealedBatch, sealed: Sequence[Sealed | None]) -> None:
        """Open what is not None of a batch."""
        openings = [None if one is None else one.opening for one in sealed]
        self.do(rs.open_ballots(self.town.community, batch, openings))

    def declare_interest(self, number: int, member: int) -> None:
        """Have a director leave a resolution, by signature."""
        declared = Interest(member, number, self.assembly.nonce(member))
        call = rs.declare_interest(self.town.community, number, member, self.sign(member, declared))
        self.do(call)

    def execute(self, number: int) -> None:
        """Carry a final resolution out."""
        self.do(rs.execute(self.town.community, number, self.calls[number], EXECUTION_GAS))

    def wait_until_counted(self, number: int) -> None:
        """Wait until the result stands."""
        r = self.assembly.resolution(number)
        self.wait_until(r.closes_at + (r.terms.opening if r.terms.is_sealed else 0))

    def wait_until_final(self, number: int) -> None:
        """Wait until a carried resolution may be executed."""
        r = self.assembly.resolution(number)
        opening = r.terms.opening if r.terms.is_sealed else 0
        self.wait_until(r.closes_at + opening + r.terms.contest)

    def sign(self, member: int, message: Message) -> bytes:
        """Return the member's signature; a notice, a ballot, … alike."""
        return KeyfileSigner(self.voters[member]).sign(message, self.assembly.domain)
