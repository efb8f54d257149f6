"""What the acts of an assembly cost: real transactions on a chain whose clock is set, inputs constant."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from endogene_token.ballots import Choice, ExecutableCall, Proposal, calls_hash, text_hash
from endogene_token.chain import resolutions
from endogene_token.chain import transactions as tx
from endogene_token.chain.charter import Kind
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category, MemberKind
from endogene_token.chain.wallet import Receipt
from endogene_token.signers import Assertion, Passkey, PasskeySigner
from tests.contracts.gas import RULES, Figures
from tests.contracts.hall import DAY, ENOUGH_GAS, FAR, GENESIS, STEADY, Hall
from tests.node.bare_anvil import bare_anvil
from tests.town import FOREVER, key

BATCHES: Final = (1, 10, 100, 500)
FOUNDER: Final = key(9002)
VOTERS: Final = 1 + max(BATCHES)  # the last votes without a signature
DIRECTORS: Final = range(1, 10)
DIRECTOR: Final = DIRECTORS[0]
PASSKEY: Final = VOTERS + 1
SEATS: Final = (4, 3, 2)  # of the standard charter
OPENS_AT: Final = GENESIS + 12 * DAY
TEXT: Final = text_hash("Une résolution")


class FixedAuthenticator:
    """A passkey whose key and signatures never change."""

    def __init__(self) -> None:
        self._key = ECC.construct(curve="P-256", d=9003)

    def passkey(self, verifier: str) -> Passkey:
        """Return the passkey to register."""
        return Passkey.from_registration(verifier, bytes(self._key.public_key().export_key(format="DER")))

    def assertion(self, challenge: bytes) -> Assertion:
        """Return the assertion for this challenge, as long as a browser's."""
        data = SHA256.new(b"coop.example").digest() + b"\x05\0\0\0\1"
        told = urlsafe_b64encode(challenge).rstrip(b"=").decode()
        answer = {
            "type": "webauthn.get",
            "challenge": told,
            "origin": "https://coop.example",
            "crossOrigin": False,
        }
        client = json.dumps(answer, separators=(",", ":")).encode()
        signed = SHA256.new(data + SHA256.new(client).digest())
        signer = DSS.new(self._key, "deterministic-rfc6979", encoding="der")
        return Assertion(data, client, signer.sign(signed))


@dataclass
class VoteMeter:
    """An assembly of its own, and the figures that its acts gave."""

    hall: Hall
    figures: Figures = field(default_factory=dict)

    def spend(self, call: Call, what: str, member: int | None = None) -> Receipt:
        """Have `member`, or the founder, send `call`, and note its gas."""
        hall = self.hall
        receipt = hall.do(call)[0] if member is None else hall.sender(member).transact(call)
        self.figures[what] = receipt.gas_used
        return receipt

    def resolution(self, kind: Kind, calls: Sequence[ExecutableCall] = ()) -> int:
        """File a resolution, and give notice that it opens with the others."""
        number = self.hall.propose(DIRECTOR, kind, *calls)
        self.hall.notice(DIRECTOR, number, *calls, opens_at=OPENS_AT)
        return number


def measure_votes() -> Figures:
    """Found a community on a chain of its own; return what each act of its assembly costs."""
    with bare_anvil(*STEADY) as rpc:
        meter = VoteMeter(Hall.found(rpc, FOUNDER, RULES))
        _measure_founding(meter)
        _measure_filing(meter)
        calls = meter.hall.executable(tx.publish_rules(meter.hall.ledger.community, RULES))
        batches = {size: meter.resolution(Kind.RULES, calls) for size in BATCHES}
        passkeys, sealed = meter.resolution(Kind.DECISION), meter.resolution(Kind.ELECTION)
        meter.hall.travel(OPENS_AT)
        _measure_ballots(meter, batches)
        _measure_passkey(meter, passkeys)
        _measure_sealed(meter, sealed)
        _measure_execution(meter, batches[100], calls)
        return meter.figures


def _measure_founding(meter: VoteMeter) -> None:
    hall, community = meter.hall, meter.hall.ledger.community
    seats = [category for category, count in zip(Category, SEATS, strict=True) for _ in range(count)]
    hall.admit(*seats, *[Category.USER] * (VOTERS - len(seats)))
    authenticator = FixedAuthenticator()
    passkey = authenticator.passkey(community.passkey_verifier)
    hall.signers[PASSKEY] = PasskeySigner(passkey, authenticator)
    row = Admission(MemberKind.PERSON, Category.USER, 0, FOREVER, passkey.key)
    meter.spend(tx.admit_members(community, [row]), "admitMembers: 1, with a passkey")
    hall.do(*(resolutions.seat(community, director, FAR) for director in DIRECTORS[:-1]))
    meter.spend(resolutions.seat(community, DIRECTORS[-1], FAR), "seat: the ninth director")
    meter.spend(tx.hand_over(community), "handOver")


def _measure_filing(meter: VoteMeter) -> None:
    hall, community = meter.hall, meter.hall.ledger.community
    plain = resolutions.propose(community, DIRECTOR, Kind.DECISION, TEXT)
    meter.spend(plain, "propose: without a call", DIRECTOR)
    calls = hall.executable(tx.publish_rules(community, RULES))
    proposal = Proposal(DIRECTOR, Kind.RULES, TEXT, calls_hash(calls), hall.assembly.nonce(DIRECTOR))
    signature = hall.signers[DIRECTOR].sign(proposal, hall.assembly.domain)
    signed = resolutions.propose(community, DIRECTOR, Kind.RULES, TEXT, calls, signature=signature)
    meter.spend(signed, "propose: with a call, signed")
    board = hall.propose(DIRECTOR, Kind.OFFICE)
    for number, what in ((1, "giveNotice: to the members"), (board, "giveNotice: to a board of nine")):
        meter.spend(resolutions.give_notice(community, number, DIRECTOR, OPENS_AT), what, DIRECTOR)


def _measure_ballots(meter: VoteMeter, batches: Mapping[int, int]) -> None:
    hall, community = meter.hall, meter.hall.ledger.community
    for size, number in batches.items():
        signed = hall.ballots(number, dict.fromkeys(range(1, 1 + size), Choice.AGAINST))
        meter.spend(resolutions.cast_ballots(community, signed), f"castBallots: {size}")
    again = hall.ballots(batches[100], dict.fromkeys(range(1, 101), Choice.FOR), sequence=2)
    meter.spend(resolutions.cast_ballots(community, again), "castBallots: 100, replaced")
    for size, what in ((10, "vote: the first of its slot"), (500, "vote: beside others")):
        meter.spend(resolutions.vote(community, batches[size], VOTERS, Choice.FOR), what, VOTERS)


def _measure_passkey(meter: VoteMeter, number: int) -> None:
    signed = meter.hall.ballots(number, {PASSKEY: Choice.FOR})
    meter.spend(resolutions.cast_ballots(meter.hall.ledger.community, signed), "castBallots: 1, by passkey")


def _measure_sealed(meter: VoteMeter, number: int) -> None:
    hall, community = meter.hall, meter.hall.ledger.community
    signed, openings = hall.sealed(number, dict.fromkeys(range(1, 101), Choice.FOR))
    receipt = meter.spend(resolutions.cast_ballots(community, signed), "castSealedBallots: 100")
    hall.travel(hall.assembly.resolution(number).closes_at)
    call = resolutions.open_ballots(community, hall.batch_of(receipt), openings)
    meter.spend(call, "openBallots: 100")


def _measure_execution(meter: VoteMeter, number: int, calls: Sequence[ExecutableCall]) -> None:
    hall = meter.hall
    resolution = hall.assembly.resolution(number)
    hall.travel(resolution.closes_at + resolution.terms.contest)
    call = resolutions.execute(hall.ledger.community, number, calls, ENOUGH_GAS)
    meter.spend(call, "execute: publish")
