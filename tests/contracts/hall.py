"""An assembly on a bare anvil, whose clock moves: its members' keys, what they sign, what time it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak

from endogene_token.ballots import (
    Ballot,
    Choice,
    ExecutableCall,
    Opening,
    SealedBallot,
    commitment,
    text_hash,
)
from endogene_token.chain import resolutions
from endogene_token.chain import transactions as tx
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import Charter, Kind, standard_charter
from endogene_token.chain.deployment import found
from endogene_token.chain.resolutions import SealedBatch, SignedBallot
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category, MemberKind, Role, Rules
from endogene_token.chain.wallet import Receipt
from endogene_token.signers import KeyfileSigner, Signer
from tests.contracts.cooperative import chain_time
from tests.town import FOREVER, key

DAY: Final = 86_400
GENESIS: Final = 1_800_000_000 // DAY * DAY + DAY // 2  # noon: no test begins at a day's edge
# An anvil whose blocks follow one another by a second, whatever the machine does meanwhile.
STEADY: Final = ("--timestamp", str(GENESIS))
# For chains of thousands of blocks, of which only the last is read: anvil would keep the state of each on
# the disk, megabytes every time, and leave it there.
FORGETFUL: Final = (*STEADY, "--prune-history")
STANDARD: Final = standard_charter()
ENOUGH_GAS: Final = 10_000_000
FAR: Final = 2**40


@dataclass
class Hall:
    """A community whose founder holds every role, until it hands over; a registrar stays.

    The founder relays what others have signed.
    """

    ledger: Ledger
    founder: LocalAccount
    registrar: LocalAccount = field(default_factory=lambda: key(1002))
    signers: dict[int, Signer] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def found(cls, rpc: Rpc, founder: LocalAccount, rules: Rules, charter: Charter = STANDARD) -> Self:
        """Found a community on a chain of `STEADY` time."""
        rpc.request("anvil_setBlockTimestampInterval", [1])
        community = found(rpc, founder, "Endogène", "ENDO", rules, charter=charter)
        self = cls(Ledger(rpc, community), founder)
        self.do(
            *(tx.grant_role(community, role, founder.address, FAR) for role in Role),
            tx.grant_role(community, Role.REGISTRAR, self.registrar.address, FAR),
        )
        return self

    @property
    def assembly(self) -> Assembly:
        return Assembly(self.ledger)

    @property
    def now(self) -> int:
        """The instant of the latest block."""
        return chain_time(self.ledger)

    def travel(self, instant: int) -> None:
        """Make a block at an instant to come."""
        self.ledger.rpc.request("evm_setNextBlockTimestamp", [instant])
        self.ledger.rpc.request("evm_mine", [])

    def do(self, *calls: Call) -> list[Receipt]:
        """Have the founder send each of these; all must succeed."""
        sender = Sender(self.ledger, self.founder)
        return [sender.transact(call) for call in calls]

    def register(self, *calls: Call) -> None:
        """Have the registrar send each of these; all must succeed."""
        sender = Sender(self.ledger, self.registrar)
        for call in calls:
            sender.transact(call)

    def sender(self, member: int) -> Sender:
        """Return the sender whose account is the member's key."""
        return Sender(self.ledger, holder(member))

    def admit(self, *categories: Category, until: int = FOREVER) -> list[int]:
        """Admit people, each with an address as key, and return their numbers."""
        first = self.ledger.member_count() + 1
        numbers = list(range(first, first + len(categories)))
        for number in numbers:
            self.signers[number] = KeyfileSigner(holder(number))
        rows = [
            Admission(MemberKind.PERSON, category, 0, until, self.signers[number].key)
            for number, category in zip(numbers, categories, strict=True)
        ]
        self.register(tx.admit_members(self.ledger.community, rows))
        return numbers

    def propose(self, member: int, kind: Kind, *calls: ExecutableCall) -> int:
        """File a resolution, and return its number."""
        number = self.assembly.count() + 1
        self.texts[number] = text_hash(f"Résolution {number}")
        call = resolutions.propose(self.ledger.community, member, kind, self.texts[number], calls)
        self.sender(member).transact(call)
        return number

    def notice(self, member: int, number: int, *calls: ExecutableCall, opens_at: int) -> Receipt:
        """Give notice of a draft."""
        call = resolutions.give_notice(self.ledger.community, number, member, opens_at, calls)
        return self.sender(member).transact(call)

    def signed(self, ballot: Ballot | SealedBallot, signer: int | None = None) -> SignedBallot:
        """Return a ballot signed by its member, or by another."""
        own = self.signers[ballot.member if signer is None else signer]
        return SignedBallot(ballot, own.sign(ballot, self.assembly.domain))

    def ballots(self, number: int, choices: Mapping[int, Choice], sequence: int = 1) -> list[SignedBallot]:
        """Return signed ballots, by ascending member."""
        text = self.texts[number]
        return [
            self.signed(Ballot(number, member, choice, sequence, text))
            for member, choice in sorted(choices.items())
        ]

    def sealed(
        self, number: int, choices: Mapping[int, Choice], sequence: int = 1
    ) -> tuple[list[SignedBallot], list[Opening]]:
        """Return signed sealed ballots, by ascending member, and what opens them."""
        ballots, openings = [], []
        for member, choice in sorted(choices.items()):
            opening = Opening(choice, keccak(f"{number} {member} {sequence}".encode()))
            sealed = SealedBallot(
                number, member, sequence, commitment(number, member, opening), self.texts[number]
            )
            ballots.append(self.signed(sealed))
            openings.append(opening)
        return ballots, openings

    def batch_of(self, receipt: Receipt) -> SealedBatch:
        """Return the batch that a casting of sealed ballots recorded."""
        events = Sender(self.ledger, self.founder).events(receipt)
        [told] = [one.arguments for one in events if one.name == "SealedBallotsCast"]
        return SealedBatch(
            told["resolution"], told["batch"], tuple(told["ballots"]), tuple(told["commitments"])
        )

    def executable(self, *calls: Call) -> Sequence[ExecutableCall]:
        """Return calls as a resolution carries them."""
        return [resolutions.executable(call) for call in calls]


def holder(member: int) -> LocalAccount:
    """Return the account that is the key of a member."""
    return key(500_000 + member)
