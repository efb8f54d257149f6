"""What may be asked of the assembly, the board and the guardian, each as a call that a wallet sends."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from endogene_token.ballots import (
    Ballot,
    Choice,
    ExecutableCall,
    Opening,
    SealedBallot,
    pack,
)
from endogene_token.chain.artifacts import Name
from endogene_token.chain.charter import Charter, Kind, Power
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode
from endogene_token.chain.transactions import PLAIN_GAS, Call
from endogene_token.hexes import from_hex

# Limits of gas, as in `transactions`. The assembly wants 618,750 left before a contract is asked.
SIGNATURE_GAS: Final = 1_000_000
NOTICE_GAS: Final = 3_000_000  # a year of headcount at 2,300 a day, a board of 32 at 40,000 a director
CASTING_GAS: Final = 1_500_000
BALLOT_GAS: Final = 45_000  # a slot of its own, a refusal's event; a passkey comes on top
PASSKEY_GAS: Final = 350_000
OPENING_GAS: Final = 30_000
WORD: Final = 32
ADDRESS_SIGNATURE: Final = 65


@dataclass(frozen=True, slots=True)
class SignedBallot:
    """A ballot, and the signature of its member's key."""

    ballot: Ballot | SealedBallot
    signature: bytes


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """Sealed ballots as one call took them: their words and commitments; a refused one is all zeros."""

    resolution: int
    number: int
    words: tuple[bytes, ...]
    commitments: tuple[bytes, ...]


def propose(
    community: Community,
    member: int,
    kind: Kind,
    text: bytes,
    calls: Sequence[ExecutableCall] = (),
    *,
    signature: bytes = b"",
) -> Call:
    """File a resolution; `text`: the hash of its text. A member may, or anyone with the signature."""
    rows = _rows(calls)
    data = sum(len(one.data) for one in calls)
    gas = SIGNATURE_GAS + 100 * data
    return _call(community, "Assembly", "propose", member, int(kind), text, rows, signature, gas=gas)


def give_notice(
    community: Community,
    resolution: int,
    member: int,
    opens_at: int,
    calls: Sequence[ExecutableCall] = (),
    *,
    signature: bytes = b"",
) -> Call:
    """Give notice of a draft that opens at an instant. A director may, or anyone with the signature."""
    arguments = (resolution, member, opens_at, _rows(calls), signature)
    gas = NOTICE_GAS + sum(100 * len(one.data) + 20_000 for one in calls)
    return _call(community, "Assembly", "giveNotice", *arguments, gas=gas)


def cast_ballots(community: Community, signed: Sequence[SignedBallot]) -> Call:
    """Count ballots on one resolution, of ascending member numbers. Anyone may."""
    words = [pack(one.ballot) for one in signed]
    signatures = b"".join(len(one.signature).to_bytes(2) + one.signature for one in signed)
    resolution = signed[0].ballot.resolution
    commitments = [one.ballot.commitment for one in signed if isinstance(one.ballot, SealedBallot)]
    gas = _casting_gas(signed)
    if commitments:
        arguments = (resolution, words, commitments, signatures)
        return _call(community, "Assembly", "castSealedBallots", *arguments, gas=gas)
    return _call(community, "Assembly", "castBallots", resolution, words, signatures, gas=gas)


def vote(community: Community, resolution: int, member: int, choice: Choice) -> Call:
    """Vote without a signature. The account that is the member's key may."""
    return _call(community, "Assembly", "vote", resolution, member, int(choice))


def open_ballots(community: Community, batch: SealedBatch, openings: Sequence[Opening | None]) -> Call:
    """Open sealed ballots of one batch, after closing; None: this one stays closed. Anyone may."""
    rows = [(0, bytes(WORD)) if one is None else (int(one.choice), one.salt) for one in openings]
    arguments = (batch.resolution, batch.number, list(batch.words), list(batch.commitments), rows)
    gas = PLAIN_GAS + OPENING_GAS * len(rows)
    return _call(community, "Assembly", "openBallots", *arguments, gas=gas)


def declare_interest(community: Community, resolution: int, member: int, signature: bytes = b"") -> Call:
    """Leave a resolution of the board. The director may, or anyone with the signature."""
    return _call(community, "Assembly", "declareInterest", resolution, member, signature, gas=SIGNATURE_GAS)


def execute(community: Community, resolution: int, calls: Sequence[ExecutableCall], gas: int) -> Call:
    """Carry a final resolution out; `gas` is what its calls may burn. Anyone may."""
    return _call(community, "Assembly", "execute", resolution, _rows(calls), gas=PLAIN_GAS + gas)


def seat(community: Community, member: int, until: int) -> Call:
    """Give a member a seat on the board until an instant. The governor may."""
    return _call(community, "Board", "seat", member, until)


def unseat(community: Community, member: int) -> Call:
    """Take a director's seat. The governor may."""
    return _call(community, "Board", "unseat", member)


def publish_charter(community: Community, charter: Charter) -> Call:
    """Put the next charter in force. The governor may."""
    return _call(community, "Rulebook", "publishCharter", charter.words())


def set_power(community: Community, target: str, selector: bytes, power: Power) -> Call:
    """Say which kind of resolution may call a function. The governor may."""
    return _call(community, "Rulebook", "setPower", target, selector, astuple(power))


def annul(community: Community, resolution: int, reason: bytes) -> Call:
    """Annul a carried resolution; `reason`: the hash of the reasons. Only a resolution may."""
    return _call(community, "Assembly", "annul", resolution, reason)


def pause_fund(community: Community) -> Call:
    """Pause the fund for three days. The guardian may, once."""
    return _call(community, "CommunityFund", "pause")


def settle_pause(community: Community, until: int) -> Call:
    """End the fund's pause, or prolong it to an instant, and arm the guardian again. The governor may."""
    return _call(community, "CommunityFund", "settlePause", until)


def executable(call: Call) -> ExecutableCall:
    """Return a call as a resolution carries it. A deployment cannot be one."""
    if call.to is None:
        raise ValueError("a deployment has no address to call")
    return ExecutableCall(call.to, from_hex(call.data))


def _rows(calls: Sequence[ExecutableCall]) -> list[tuple[object, ...]]:
    return [(one.target, one.data) for one in calls]


def _casting_gas(signed: Sequence[SignedBallot]) -> int:
    passkeys = sum(len(one.signature) > ADDRESS_SIGNATURE for one in signed)
    return CASTING_GAS + BALLOT_GAS * len(signed) + PASSKEY_GAS * passkeys


def _call(community: Community, name: Name, function: str, *arguments: object, gas: int = PLAIN_GAS) -> Call:
    return Call(community.address(name), encode(name, function, *arguments), gas)
