"""Which calls cast which ballots, as the chain's logs tell it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from endogene_token.ballots import unpack
from endogene_token.chain.artifacts import Name
from endogene_token.chain.calls import Ledger
from endogene_token.chain.contracts import Event, decode_log
from endogene_token.chain.logs import newest_logs, number_topic, topic
from endogene_token.chain.resolutions import SealedBatch
from endogene_token.hexes import from_hex

_ASSEMBLY: Final[Name] = "Assembly"


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot as the chain took it: a choice, or a commitment; and the transaction that brought it."""

    choice: int
    commitment: bytes | None
    transaction: bytes


def casts(ledger: Ledger, resolution: int, wanted: Mapping[int, int]) -> dict[int, Cast]:
    """Return the ballots that `wanted` names, each by its member, with its sequence.

    Looks from the newest block back, no further than it needs.
    """
    found: dict[int, Cast] = {}
    names = ("BallotsCast", "SealedBallotsCast")
    for event, log in _events(ledger, [[topic(_ASSEMBLY, name) for name in names], number_topic(resolution)]):
        ballots = _ballots(event, log)
        found |= {member: cast for member, sequence, cast in ballots if wanted.get(member) == sequence}
        if len(found) == len(wanted):
            break
    return found


def sealed_batches(ledger: Ledger, resolution: int) -> list[SealedBatch]:
    """Return every call that took sealed ballots of a resolution."""
    topics = [topic(_ASSEMBLY, "SealedBallotsCast"), number_topic(resolution)]
    return [
        SealedBatch(
            resolution,
            event.arguments["batch"],
            tuple(event.arguments["ballots"]),
            tuple(event.arguments["commitments"]),
        )
        for event, _ in _events(ledger, topics)
    ]


def events_of(ledger: Ledger, name: str, *indexed: int | None) -> Iterator[tuple[Event, bytes]]:
    """Yield the events of the assembly with these indexed numbers, each with its transaction."""
    topics = [topic(_ASSEMBLY, name), *(None if one is None else number_topic(one) for one in indexed)]
    for event, log in _events(ledger, topics):
        yield event, from_hex(log["transactionHash"])


def _events(ledger: Ledger, topics: Sequence[object]) -> Iterator[tuple[Event, Mapping[str, Any]]]:
    for log in newest_logs(ledger, _ASSEMBLY, topics):
        event = decode_log(_ASSEMBLY, log)
        if event is not None:
            yield event, log


def _ballots(event: Event, log: Mapping[str, Any]) -> Iterator[tuple[int, int, Cast]]:
    words = event.arguments["ballots"]
    commitments = event.arguments.get("commitments", [None] * len(words))
    transaction = from_hex(log["transactionHash"])
    for word, commitment in zip(words, commitments, strict=True):
        if any(word):  # a refused sealed ballot stands as an empty word
            ballot = unpack(word)
            yield ballot.member, ballot.sequence, Cast(ballot.choice or 0, commitment, transaction)
