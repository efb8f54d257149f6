"""Whether the ballot that counts is the one that was cast: a receipt and the chain, and nothing between."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import Choice
from endogene_token.chain.contracts import decode, encode
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import TextMismatchError, WrongChainError
from endogene_token.hexes import to_hex


class Verdict(StrEnum):
    """What the chain says of a ballot."""

    COUNTED = "counted"
    """The ballot that counts is this one."""
    SEALED = "sealed"
    """This one was taken, and is not open yet."""
    REPLACED = "replaced"
    """A later ballot of the same member counts."""
    ABSENT = "absent"
    """The chain has no ballot of this member, or an earlier one."""
    ALTERED = "altered"
    """The chain has another choice under this very ballot."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: the verdict, and the sequence and choice that the chain holds."""

    verdict: Verdict
    sequence: int
    choice: Choice | None


def verify_ballot(rpc: Rpc, receipt: BallotReceipt) -> Finding:
    """Compare a receipt with the chain.

    Raises WrongChainError, TextMismatchError when the resolution has another text than the one signed for,
    UnknownResolutionError, NotDeployedError, NodeUnavailableError, NodeAnswerError.
    """
    chain_id = int(rpc.request("eth_chainId"), 16)
    if chain_id != receipt.domain.chain_id:
        raise WrongChainError(actual=chain_id, limit=receipt.domain.chain_id)
    text = _ask(rpc, receipt, "resolution", receipt.resolution)[0][12]
    if text != receipt.text:
        raise TextMismatchError(actual=to_hex(receipt.text), limit=to_hex(text))
    sequence, choice = _ask(rpc, receipt, "ballotOf", receipt.resolution, receipt.member)
    return Finding(_verdict(receipt, sequence, choice), sequence, Choice(choice) if choice else None)


def _verdict(receipt: BallotReceipt, sequence: int, choice: int) -> Verdict:
    if sequence < receipt.sequence:
        return Verdict.ABSENT
    if sequence > receipt.sequence:
        return Verdict.REPLACED
    if choice == 0:
        return Verdict.SEALED
    return Verdict.COUNTED if choice == receipt.choice else Verdict.ALTERED


def _ask(rpc: Rpc, receipt: BallotReceipt, view: str, *arguments: object) -> tuple[Any, ...]:
    call = {"to": receipt.domain.assembly, "data": encode("Assembly", view, *arguments)}
    return decode("Assembly", view, rpc.request("eth_call", [call, "latest"]))
