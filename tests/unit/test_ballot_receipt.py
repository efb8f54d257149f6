"""What a voter keeps of a ballot, on the disk and back."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import AssemblyDomain, Ballot, Choice, Opening, SealedBallot, commitment
from endogene_token.errors import ReceiptFileError

DOMAIN = AssemblyDomain(450_045, "0x" + "ab" * 20)
receipts = st.builds(
    BallotReceipt,
    st.just(DOMAIN),
    st.integers(1, 2**32 - 1),
    st.integers(1, 2**32 - 1),
    st.integers(1, 63),
    st.sampled_from(Choice),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=65, max_size=300),
    st.none() | st.binary(min_size=32, max_size=32),
)


@given(receipts)
def test_a_receipt_comes_back_from_its_file_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, receipt: BallotReceipt
) -> None:
    """And nobody but its owner can read the file: it tells the vote."""
    path = tmp_path_factory.mktemp("receipt") / "ballot.json"
    receipt.save(path)
    assert BallotReceipt.load(path) == receipt
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@given(receipts)
def test_a_receipt_with_a_salt_is_of_a_sealed_ballot_and_opens_it(receipt: BallotReceipt) -> None:
    """Without a salt the ballot is in the open, and says its choice."""
    if receipt.salt is None:
        assert receipt.opening is None
        assert receipt.ballot == Ballot(
            receipt.resolution, receipt.member, receipt.choice, receipt.sequence, receipt.text
        )
        return
    assert receipt.opening == Opening(receipt.choice, receipt.salt)
    ballot = receipt.ballot
    assert isinstance(ballot, SealedBallot)
    assert ballot.commitment == commitment(receipt.resolution, receipt.member, receipt.opening)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"chain_id": 1, "assembly": "0x00", "choice": "maybe"}']
)
def test_a_file_that_is_no_receipt_is_refused(tmp_path: Path, content: bytes) -> None:
    """Named, and never half read."""
    path = tmp_path / "ballot.json"
    path.write_bytes(content)
    with pytest.raises(ReceiptFileError):
        BallotReceipt.load(path)


def test_a_receipt_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """As a wrong one is."""
    with pytest.raises(ReceiptFileError):
        BallotReceipt.load(tmp_path / "none.json")
