"""A batch with its signature: the compact form of ERC-2098, and nothing else."""

import pytest

from endogene_token.errors import LengthError
from endogene_token.receipts import (
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
    compact,
)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_that_is_not_compact_is_refused(length: int) -> None:
    """The contract reads r and vs, 32 bytes each."""
    head = (1, 2, 3)
    reversal = Reversal(1, 2, 3, 4, bytes(16), purchase_batch=2)
    with pytest.raises(LengthError):
        SignedPurchases(PurchaseBatch(*head, (Purchase(1, 2, 3, bytes(16)),)), bytes(length))
    with pytest.raises(LengthError):
        SignedReversals(ReversalBatch(*head, (reversal,)), bytes(length))


@pytest.mark.parametrize(("parity", "top"), [(0, 0x00), (1, 0x80)])
def test_a_compact_signature_holds_the_parity_as_the_top_bit_of_s(parity: int, top: int) -> None:
    """ERC-2098."""
    assert compact(7, 9, parity) == (7).to_bytes(32) + bytes([top]) + (9).to_bytes(31)
