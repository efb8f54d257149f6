"""One assembly twice, on the chain and in the model: each act is done in both, and both tell the same."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from eth_hash.auto import keccak

from endogene_token.ballots import (
    AssemblyDomain,
    Ballot,
    Choice,
    ExecutableCall,
    Opening,
    SealedBallot,
    as_choice,
    commitment,
)
from endogene_token.chain import resolutions
from endogene_token.chain import transactions as tx
from endogene_token.chain.calls import View
from endogene_token.chain.charter import Charter, Kind
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode
from endogene_token.chain.resolutions import SealedBatch
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Receipt, Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category, MemberKind, Rules
from endogene_token.errors import EndogeneError, LedgerRefusal
from endogene_token.outcome import Tally
from endogene_token.reasons import BallotRefusal
from endogene_token.signers import KeyfileSigner
from tests.contracts.assembly_model import AssemblyModel, Motion, Person, Slip
from tests.contracts.hall import ENOUGH_GAS, Hall, holder
from tests.town import key

RULES: Final = Rules(30, 60, 1000, 500, 10, key_rotation_delay=0)
FOUNDER: Final = key(9004)
REASON: Final = keccak(b"reason")
ALWAYS: Final = 2**24 - 1  # the last day that the roll can tell
DIRTY: Final = 1 << 200
NO_SIGNATURE: Final = bytes(65)
Answer = TypeVar("Answer")


class Duel:
    """The chain and the model. A caller is the number of an account; a member's key is one."""

    def __init__(self, rpc: Rpc, charter: Charter) -> None:
        self.hall = Hall.found(rpc, FOUNDER, RULES, charter)
        self.model = AssemblyModel(charter)
        self.batches: dict[tuple[int, int], SealedBatch] = {}
        self.keys = 0
        self.model.now = self.hall.now

    @property
    def community(self) -> Community:
        return self.hall.ledger.community

    @property
    def domain(self) -> AssemblyDomain:
        return self.hall.assembly.domain

    def found(self, categories: Sequence[Category], terms: Mapping[int, int]) -> None:
        """Admit the first members, seat directors until the end of their terms, and hand over."""
        for category in categories:
            self.admit(category, 0, ALWAYS, has_key=True)
        for member, until in terms.items():
            self.hall.do(resolutions.seat(self.community, member, until))
            self.model.board[member] = (self.model.people[member].category, until)
        self.hall.do(tx.hand_over(self.community))
        self.model.now = self.hall.now

    def travel(self, instant: int) -> None:
        self.hall.travel(instant)
        self.model.now = self.hall.now

    def admit(self, category: Category, since: int, until: int, *, has_key: bool) -> None:
        self.keys += 1
        number = self.keys if has_key else None
        row = Admission(MemberKind.PERSON, category, since, until, key_of(number) if number else b"")
        self._register(tx.admit_members(self.community, [row]))
        self.model.people[len(self.model.people) + 1] = Person(category, since, until, number)

    def set_validity(self, member: int, since: int, until: int) -> None:
        self._register(tx.set_validity(self.community, member, since, until))
        person = self.model.people[member]
        person.since, person.until = since, until

    def set_category(self, member: int, category: Category) -> None:
        self._register(tx.set_category(self.community, member, category))
        self.model.people[member].category = category

    def rotate(self, member: int) -> None:
        """Give a member a key that no one had."""
        self.keys += 1
        request = tx.request_key_rotation(self.community, member, key_of(self.keys))
        self._register(request, tx.complete_key_rotation(self.community, member))
        self.model.people[member].key = self.keys

    def propose(self, member: int, caller: int, kind: Kind, annuls: int = 0) -> None:
        number = len(self.model.motions) + 1
        text = self.hall.texts[number] = keccak(f"Résolution {number}".encode())
        call = resolutions.propose(self.community, member, kind, text, self._calls(annuls))
        self._both(caller, call, lambda: self.model.propose(member, caller, kind, annuls))

    def give_notice(self, number: int, member: int, caller: int, opens_at: int) -> None:
        calls = self._calls(self.model.motions[number].annuls)
        call = resolutions.give_notice(self.community, number, member, opens_at, calls)
        self._both(caller, call, lambda: self.model.give_notice(number, member, caller, opens_at))

    def vote(self, number: int, member: int, caller: int, choice: Choice) -> None:
        call = resolutions.vote(self.community, number, member, choice)
        self._both(caller, call, lambda: self.model.vote(number, member, caller, choice))

    def declare_interest(self, number: int, member: int, caller: int) -> None:
        call = resolutions.declare_interest(self.community, number, member)
        self._both(caller, call, lambda: self.model.declare_interest(number, member, caller))

    def execute(self, number: int) -> None:
        calls = self._calls(self.model.motions[number].annuls)
        call = resolutions.execute(self.community, number, calls, ENOUGH_GAS)
        self._both(None, call, lambda: self.model.execute(number))

    def cast(self, number: int, slips: Sequence[Slip]) -> None:
        """Cast ballots in the open, the sound ones signed for what they say."""
        signatures = [self._signature(number, slip) for slip in slips]
        arguments = (number, words(slips), framed(signatures))
        call = self._casting("castBallots", arguments, slips)
        done = self._both(None, call, lambda: self.model.cast(number, slips, sealed=False))
        if done is not None:
            self._compare("BallotsCast", slips, *done)

    def post(self, number: int, slips: Sequence[Slip], inside: Sequence[Choice]) -> None:
        """Cast sealed ballots, with what is inside each."""
        seals = [
            commitment(number, slip.member, Opening(choice, salt(slip.member)))
            for slip, choice in zip(slips, inside, strict=True)
        ]
        signatures = [self._signature(number, *one) for one in zip(slips, seals, strict=True)]
        arguments = (number, words(slips), seals, framed(signatures))
        call = self._casting("castSealedBallots", arguments, slips)
        done = self._both(None, call, lambda: self.model.post(number, slips, inside))
        if done is None:
            return
        told = self._compare("SealedBallotsCast", slips, *done)
        if told:
            kept = len(self.model.motions[number].batches)
            self.batches[number, kept] = self.hall.batch_of(done[0])

    def open(self, number: int, batch: int, tried: Mapping[int, Choice | None]) -> None:
        """Open a batch, counted from 1, by what is said to be inside each ballot; None: nothing."""
        openings = [None if choice is None else Opening(choice, salt(n)) for n, choice in tried.items()]
        call = resolutions.open_ballots(self.community, self.batches[number, batch], openings)
        done = self._both(None, call, lambda: self.model.open(number, batch - 1, tried))
        if done is not None:
            told = self._told(done[0], "BallotsOpened")
            assert [int.from_bytes(word) & 2**32 - 1 for word in told] == done[1]

    def check(self) -> None:
        """Compare everything that can be asked, of every resolution and every member."""
        model, views = self.model, list[View]()
        for number in model.motions:
            views += [("Assembly", view, (number,)) for view in ("stateOf", "tally", "resolution")]
            views += [("Assembly", "ballotOf", (number, member)) for member in model.people]
        rows = iter(self.hall.ledger.read_rows(views))
        for number, motion in model.motions.items():
            assert next(rows)[0] == model.state(number), f"state of {number}"
            tally = Tally(int.from_bytes(next(rows)[0]))
            counted = model.tally(motion)
            lanes = {(c, choice): tally.count(c, choice) for c in Category for choice in range(4)}
            assert {lane: count for lane, count in lanes.items() if count} == dict(counted)
            self._check_terms(motion, next(rows)[0])
            for member in model.people:
                ballot = motion.ballots.get(member)
                expected = (ballot.sequence, ballot.choice or 0) if ballot else (0, 0)
                assert next(rows) == expected, f"ballot of {member} on {number}"

    def _check_terms(self, motion: Motion, told: Any) -> None:
        if not motion.closes_at:
            return
        sizes = [sum(one.category is c for one in self.model.voters(motion).values()) for c in Category]
        assert (told[9], told[10]) == (motion.opens_at, motion.closes_at)
        assert (told[3], told[4], told[5]) == (motion.is_extended, motion.is_annulled, motion.is_executed)
        assert list(told[11]) == sizes

    def _both(
        self, caller: int | None, call: Call, expected: Callable[[], Answer]
    ) -> tuple[Receipt, Answer] | None:
        """Send `call` from an account, or the founder's; None when both refuse, for the same reason."""
        account = FOUNDER if caller is None else holder(caller)
        done: list[Any] = []
        met = refusal(lambda: done.append(Sender(self.hall.ledger, account).transact(call)))
        self.model.now = self.hall.now
        wanted = refusal(lambda: done.append(expected()))
        assert met == wanted
        return None if met else (done[0], done[1])

    def _compare(
        self, event: str, slips: Sequence[Slip], receipt: Receipt, told: Mapping[int, BallotRefusal]
    ) -> list[bytes]:
        """Hold what the events say of each ballot against the model; return the words that were counted."""
        refused = {
            one.arguments["member"]: (one.arguments["sequence"], one.arguments["reason"])
            for one in Sender(self.hall.ledger, FOUNDER).events(receipt)
            if one.name == "BallotRefused"
        }
        sequences = {slip.member: slip.sequence & 0xFF for slip in slips}
        assert refused == {n: (sequences[n], reason) for n, reason in told.items() if reason}
        counted = [word for word in self._told(receipt, event) if any(word)]
        good = [slip for slip in slips if told[slip.member] is BallotRefusal.NONE]
        assert counted == words(good)
        return counted

    def _told(self, receipt: Receipt, event: str) -> list[bytes]:
        """Return the words of an event, or none where there was no such event."""
        found = [one for one in Sender(self.hall.ledger, FOUNDER).events(receipt) if one.name == event]
        return [word for one in found for word in one.arguments["ballots"]]

    def _signature(self, number: int, slip: Slip, seal: bytes | None = None) -> bytes:
        """Return the signature by the slip's signer; by the right key, under another text, without one.

        A ballot that cannot be made at all has no signature.
        """
        person = self.model.motions[number].roll.get(slip.member)
        signer = slip.signer or (person.key if person else None) or 1
        text = self.hall.texts[number] if slip.signer else REASON
        message: Ballot | SealedBallot
        with suppress(EndogeneError):
            if seal is None:
                message = Ballot(number, slip.member, as_choice(slip.choice), slip.sequence, text)
            else:
                message = SealedBallot(number, slip.member, slip.sequence, seal, text)
            return KeyfileSigner(holder(signer)).sign(message, self.domain)
        return NO_SIGNATURE

    def _casting(self, function: str, arguments: tuple[object, ...], slips: Sequence[Slip]) -> Call:
        gas = resolutions.CASTING_GAS + resolutions.BALLOT_GAS * len(slips)
        return Call(self.community.assembly, encode("Assembly", function, *arguments), gas)

    def _calls(self, annuls: int) -> list[ExecutableCall]:
        if not annuls:
            return []
        return [resolutions.executable(resolutions.annul(self.community, annuls, REASON))]

    def _register(self, *calls: Call) -> None:
        self.hall.register(*calls)
        self.model.now = self.hall.now


def refusal(act: Callable[[], object]) -> tuple[type, object] | None:
    """Do something; return the class of the refusal that it meets, and of a ballot's its reason."""
    try:
        act()
    except LedgerRefusal as met:
        return type(met), met.actual if met.code == "ballot-refused" else None
    return None


def words(slips: Sequence[Slip]) -> list[bytes]:
    """Return ballots as they travel; one that is not clean has a bit where none belongs."""
    return [
        (slip.choice << 40 | slip.sequence << 32 | slip.member | (0 if slip.is_clean else DIRTY)).to_bytes(32)
        for slip in slips
    ]


def framed(signatures: Sequence[bytes]) -> bytes:
    """Return signatures in one list, each after its length."""
    return b"".join(len(one).to_bytes(2) + one for one in signatures)


def salt(member: int) -> bytes:
    """Return what hides a member's choices."""
    return keccak(member.to_bytes(32))


def key_of(number: int) -> bytes:
    """Return the address of an account, as a member's key."""
    return bytes.fromhex(holder(number).address[2:])
