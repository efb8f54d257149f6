"""A voter finds the ballot again: from the receipt and the chain, and nothing between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import Choice, SealedBallot, pack
from endogene_token.chain import resolutions as rs
from endogene_token.chain.charter import Kind
from endogene_token.errors import TextMismatchError, WrongChainError
from endogene_token.signers import KeyfileSigner
from endogene_token.verification import Finding, Verdict, verify_ballot
from tests.commands import call
from tests.node.vote_relay import voting_town
from tests.node.votes import Votes

SALT = b"\5" * 32


@pytest.fixture(scope="module")
def votes() -> Iterator[Votes]:
    """A town whose members vote."""
    with voting_town() as town:
        yield town


def director(votes: Votes) -> int:
    return min(votes.voters)


def voter(votes: Votes) -> int:
    return max(votes.voters)


def receipt_of(
    votes: Votes, number: int, choice: Choice, sequence: int, salt: bytes | None = None
) -> BallotReceipt:
    """Return what the voter's device keeps of a ballot."""
    domain, text = votes.assembly.domain, votes.texts[number]
    draft = BallotReceipt(domain, number, voter(votes), sequence, choice, text, b"", salt)
    signature = KeyfileSigner(votes.voters[voter(votes)]).sign(draft.ballot, domain)
    return BallotReceipt(domain, number, voter(votes), sequence, choice, text, signature, salt)


def cast(votes: Votes, receipt: BallotReceipt) -> None:
    """Have the chain take the ballot of a receipt."""
    votes.do(rs.cast_ballots(votes.town.community, [rs.SignedBallot(receipt.ballot, receipt.signature)]))


def verdict(votes: Votes, receipt: BallotReceipt) -> Finding:
    return verify_ballot(votes.town.rpc, receipt)


def test_a_ballot_that_counts_is_found_and_a_replaced_one_is_told(votes: Votes) -> None:
    """Absent before it is cast; counted after; replaced by the member's next one."""
    number = votes.call_vote(director(votes), Kind.DECISION)
    first, second = (
        receipt_of(votes, number, choice, at) for at, choice in ((1, Choice.FOR), (2, Choice.ABSTAIN))
    )
    assert verdict(votes, first).verdict is Verdict.ABSENT
    cast(votes, first)
    assert verdict(votes, first) == Finding(Verdict.COUNTED, 1, Choice.FOR)
    cast(votes, second)
    assert verdict(votes, first) == Finding(Verdict.REPLACED, 2, Choice.ABSTAIN)
    assert verdict(votes, second).verdict is Verdict.COUNTED


def test_a_receipt_that_tells_another_choice_than_the_chain_is_told_altered(votes: Votes) -> None:
    """Whoever changed the choice under the same ballot would be seen."""
    number = votes.call_vote(director(votes), Kind.DECISION)
    cast(votes, receipt_of(votes, number, Choice.FOR, 1))
    other = receipt_of(votes, number, Choice.AGAINST, 1)
    assert verdict(votes, other) == Finding(Verdict.ALTERED, 1, Choice.FOR)


def test_a_sealed_ballot_is_taken_then_counted_once_it_is_opened(votes: Votes) -> None:
    """An election is sealed under the standard charter."""
    number = votes.call_vote(director(votes), Kind.ELECTION)
    receipt = receipt_of(votes, number, Choice.AGAINST, 1, SALT)
    cast(votes, receipt)
    assert verdict(votes, receipt) == Finding(Verdict.SEALED, 1, None)
    ballot, opening = receipt.ballot, receipt.opening
    assert isinstance(ballot, SealedBallot)
    assert opening is not None
    votes.wait_until(votes.assembly.resolution(number).closes_at)
    word = pack(ballot)
    votes.do(
        rs.open_ballots(
            votes.town.community, rs.SealedBatch(number, 1, (word,), (ballot.commitment,)), [opening]
        )
    )
    assert verdict(votes, receipt) == Finding(Verdict.COUNTED, 1, Choice.AGAINST)


def test_another_text_or_another_chain_is_never_taken_for_the_one_signed_for(votes: Votes) -> None:
    """A verdict about something else would be worse than none."""
    number = votes.call_vote(director(votes), Kind.DECISION)
    receipt = receipt_of(votes, number, Choice.FOR, 1)
    votes.texts[number] = bytes(32)
    with pytest.raises(TextMismatchError):
        verdict(votes, receipt_of(votes, number, Choice.FOR, 1))
    domain = type(receipt.domain)(receipt.domain.chain_id + 1, receipt.domain.assembly)
    stranger = BallotReceipt(domain, number, voter(votes), 1, Choice.FOR, receipt.text, receipt.signature)
    with pytest.raises(WrongChainError):
        verdict(votes, stranger)


def test_the_command_asks_the_chain_alone_and_fails_for_a_ballot_that_is_not_there(
    votes: Votes, tmp_path: Path
) -> None:
    """Exit 0 for a ballot that counts; 1, with the reason, for one that the chain does not have."""
    number = votes.call_vote(director(votes), Kind.DECISION)
    receipt = receipt_of(votes, number, Choice.FOR, 1)
    path = tmp_path / "ballot.json"
    receipt.save(path)
    url = votes.town.rpc.urls[0]
    missing = call("vote", "verify", path, "--rpc", url, "--json")
    assert (missing.code, missing.json["verdict"]) == (1, "absent")
    cast(votes, receipt)
    found = call("vote", "verify", path, "--rpc", url, "--json")
    assert (found.code, found.json["verdict"]) == (0, "counted")
