"""What a till signs: three independent computations agree, and a proof proves exactly one item."""

import json
import random
import time
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.bounds import MAX_UINT32, MAX_UINT64
from endogene_token.errors import (
    AddressError,
    AmountError,
    BatchSizeError,
    DayError,
    EndogeneError,
    LengthError,
    RangeError,
    TextError,
)
from endogene_token.money import MAX_AMOUNT
from endogene_token.receipts import (
    CHUNK,
    MAX_BATCH,
    Batch,
    Domain,
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    batch_root,
    commitment,
    digest,
    item_proof,
    pack,
    typed_data,
    unpack,
    verify,
)

FUND = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
DOMAIN = Domain(31_337, FUND)

commitments = st.binary(min_size=16, max_size=16)
days = st.integers(0, MAX_UINT32)
amounts = st.integers(0, MAX_AMOUNT)
purchases = st.builds(Purchase, st.integers(0, MAX_UINT32), days, amounts, commitments)
reversals = st.builds(
    Reversal,
    st.integers(0, MAX_UINT32),
    st.integers(1, MAX_UINT64),
    amounts,
    days,
    commitments,
    purchase_batch=st.integers(1, MAX_UINT64),
)
numbers = st.integers(0, MAX_UINT32)
sequences = st.integers(1, MAX_UINT64 - MAX_BATCH)
domains = st.builds(
    Domain, st.integers(1, 2**256 - 1), st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
)
batches = st.builds(
    PurchaseBatch, numbers, numbers, sequences, st.lists(purchases, min_size=1, max_size=20).map(tuple)
) | st.builds(
    ReversalBatch, numbers, numbers, sequences, st.lists(reversals, min_size=1, max_size=20).map(tuple)
)
words = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=80)


def digest_of_the_field(batch: Batch, domain: Domain) -> bytes:
    """The same digest, by eth-account's encoding of typed data."""
    signable = encode_typed_data(full_message=typed_data(batch, domain))
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def random_purchase(source: random.Random) -> Purchase:
    return Purchase(
        member=source.getrandbits(32),
        day=source.getrandbits(32),
        amount=source.getrandbits(source.choice((8, 20, 64))),
        commitment=source.randbytes(16),
    )


def random_reversal(source: random.Random) -> Reversal:
    first = 1 + source.getrandbits(63)
    return Reversal(
        purchase_till=source.getrandbits(32),
        purchase_batch=first,
        purchase_sequence=first + source.randrange(MAX_BATCH),
        amount=source.getrandbits(source.choice((8, 20, 64))),
        day=source.getrandbits(32),
        commitment=source.randbytes(16),
    )


@given(batches, domains)
def test_the_digest_is_that_of_the_typed_data_encoding(batch: Batch, domain: Domain) -> None:
    """Our computation and eth-account's agree on whatever a till may sign."""
    assert digest(batch, domain) == digest_of_the_field(batch, domain)


def test_the_digests_of_10000_random_receipts_are_those_of_the_typed_data_encoding() -> None:
    """10,000 receipts, four purchases to each reversal, in batches of every size up to the limit."""
    source = random.Random(20_101_201)  # noqa: S311  the same receipts at every run
    left = 10_000
    while left:
        size = min(left, source.choice((1, 2, 16, 17, 100, MAX_BATCH)))
        head = (source.getrandbits(32), source.getrandbits(32), 1 + source.getrandbits(63))
        batch: Batch
        if source.randrange(5):
            batch = PurchaseBatch(*head, tuple(random_purchase(source) for _ in range(size)))
        else:
            batch = ReversalBatch(*head, tuple(random_reversal(source) for _ in range(size)))
        assert digest(batch, DOMAIN) == digest_of_the_field(batch, DOMAIN)
        left -= size


def test_the_types_are_those_of_the_contract() -> None:
    """The field names and widths that the contract hashes, written out once more here."""
    purchases_of = typed_data(PurchaseBatch(1, 2, 3, (Purchase(4, 5, 6, bytes(16)),)), DOMAIN)
    reversal = Reversal(4, 5, 6, 7, bytes(16), purchase_batch=5)
    reversals_of = typed_data(ReversalBatch(1, 2, 3, (reversal,)), DOMAIN)

    def written(data: dict[str, object], name: str) -> str:
        types = data["types"]
        assert isinstance(types, dict)
        return f"{name}({','.join(field['type'] + ' ' + field['name'] for field in types[name])})"

    batch = "uint32 till,uint32 merchant,uint64 firstSequence"
    assert written(purchases_of, "PurchaseBatch") == f"PurchaseBatch({batch},bytes32[] items)"
    assert written(reversals_of, "ReversalBatch") == f"ReversalBatch({batch},Reversal[] reversals)"
    assert written(reversals_of, "Reversal") == (
        "Reversal(uint32 purchaseTill,uint64 purchaseBatch,uint64 purchaseSequence,uint64 amount,uint32 day,"
        "bytes16 commitment)"
    )
    assert purchases_of["domain"] == {
        "name": "Endogene",
        "version": "1",
        "chainId": 31_337,
        "verifyingContract": FUND,
    }


def test_the_digest_of_a_known_batch_never_changes() -> None:
    """A change of format would orphan every signature that tills hold."""
    batch = PurchaseBatch(7, 3, 1, (Purchase(42, 20_000, 1_999, bytes(range(16))),))
    reversal = ReversalBatch(7, 3, 2, (Reversal(7, 1, 999, 20_001, bytes(range(16)), purchase_batch=1),))
    assert digest(batch, DOMAIN).hex() == "f37e8bbeeedaa353fe8cd7fddd38776104f90d6ed7591557b475f86b68b62659"
    assert (
        digest(reversal, DOMAIN).hex() == "920b1a30119a8010dcb5a8d054686676641bddc515274a347b769b7b8ad273b7"
    )


@given(batches, st.data())
def test_a_batch_changed_anywhere_has_another_digest(batch: Batch, data: st.DataObject) -> None:
    """A signature covers the till, the merchant, the place in the sequence, and each item at its place."""
    field = data.draw(st.sampled_from(["till", "merchant", "first_sequence"]))
    value = getattr(batch, field)
    changed = replace(batch, **{field: value - 1 if value > 1 else value + 1})
    assert digest(changed, DOMAIN) != digest(batch, DOMAIN)
    items: Any = batch.items
    other_item = replace(items[0], amount=items[0].amount ^ 1)
    for others in ((other_item, *items[1:]), (*items, items[0])):
        fields: dict[str, Any] = {"items": others}
        assert digest(replace(batch, **fields), DOMAIN) != digest(batch, DOMAIN)


@given(batches)
def test_another_chain_or_another_fund_gives_another_digest(batch: Batch) -> None:
    """A signature for one community is worth nothing in another."""
    here = digest(batch, DOMAIN)
    assert digest(batch, Domain(1, FUND)) != here
    assert digest(batch, Domain(31_337, "0x" + "11" * 20)) != here


def test_the_digest_of_500_items_takes_a_few_milliseconds() -> None:
    """A till signs a full batch while the customer looks on; the bound leaves a slow machine its time."""
    source = random.Random(1)  # noqa: S311  the same batch at every run
    batch = PurchaseBatch(1, 1, 1, tuple(random_purchase(source) for _ in range(500)))
    took = []
    for _ in range(5):
        start = time.perf_counter_ns()
        digest(batch, DOMAIN)
        took.append(time.perf_counter_ns() - start)
    assert min(took) < 10_000_000


@given(purchases)
def test_an_item_is_unpacked_as_it_was_packed(item: Purchase) -> None:
    """The word loses nothing."""
    assert len(pack(item)) == 32
    assert unpack(pack(item)) == item


def test_the_fields_of_a_packed_item_stand_where_the_contract_reads_them() -> None:
    """commitment 128 | amount 64 | member 32 | day 32, the most significant first."""
    item = Purchase(member=0x11111111, day=0x22222222, amount=0x3333333333333333, commitment=b"\x44" * 16)
    assert pack(item).hex() == "44" * 16 + "33" * 8 + "11" * 4 + "22" * 4


def test_a_word_of_another_length_is_not_unpacked() -> None:
    """A cut log is noticed."""
    with pytest.raises(LengthError):
        unpack(bytes(31))


@given(words, st.data())
def test_the_proof_of_each_item_verifies(batch: list[bytes], data: st.DataObject) -> None:
    """What was recorded can be proven."""
    index = data.draw(st.integers(0, len(batch) - 1))
    assert verify(batch_root(batch), batch[index], item_proof(batch, index))


@given(words, st.data())
def test_a_changed_item_or_position_never_verifies(batch: list[bytes], data: st.DataObject) -> None:
    """A reversal cannot enlarge its purchase, nor name another one's place."""
    index = data.draw(st.integers(0, len(batch) - 1))
    root, proof = batch_root(batch), item_proof(batch, index)
    changed = bytes([batch[index][0] ^ 1]) + batch[index][1:]
    place = index % CHUNK
    chunk = (*proof.chunk[:place], changed, *proof.chunk[place + 1 :])
    assert not verify(root, changed, proof)
    assert not verify(root, changed, replace(proof, chunk=chunk))
    other = data.draw(st.integers(-CHUNK, len(batch) + 2 * CHUNK))
    there = batch[other // CHUNK * CHUNK :][:CHUNK] if 0 <= other < len(batch) else []
    twin = tuple(there) == proof.chunk and batch[other] == batch[index]
    assert verify(root, batch[index], replace(proof, index=other)) == twin


@given(words, st.data())
def test_a_changed_chunk_or_hash_never_verifies(batch: list[bytes], data: st.DataObject) -> None:
    """Every part of a proof is bound by the root."""
    index = data.draw(st.integers(0, len(batch) - 1))
    root, proof = batch_root(batch), item_proof(batch, index)
    for parts in (proof.chunk, proof.hashes):
        name = "chunk" if parts is proof.chunk else "hashes"
        spot = data.draw(st.integers(0, len(parts) - 1))
        flipped = bytes([parts[spot][0] ^ 1]) + parts[spot][1:]
        for changed in (
            (*parts[:spot], flipped, *parts[spot + 1 :]),
            (*parts, bytes(32)),
            parts[:-1],
            (*parts[:-1], parts[-1][:-1]),
        ):
            fields: dict[str, Any] = {name: changed}
            assert not verify(root, batch[index], replace(proof, **fields))


def test_words_cut_elsewhere_do_not_verify() -> None:
    """The same bytes with other borders are another batch."""
    batch = [bytes([number]) * 32 for number in range(2)]
    joined = batch[0] + batch[1]
    forged = replace(item_proof(batch, 0), chunk=(joined,))
    assert not verify(batch_root(batch), joined, forged)


@pytest.mark.parametrize("size", [1, 15, 16, 17, 32, 33, MAX_BATCH])
def test_the_root_is_that_of_the_chunks_of_sixteen(size: int) -> None:
    """The record that the contract computes, written out once more here."""
    batch = [number.to_bytes(32) for number in range(size)]
    joined = b"".join(batch)
    hashes = b"".join(keccak(joined[start : start + 512]) for start in range(0, len(joined), 512))
    assert batch_root(batch) == keccak(hashes)[:30]
    proof = item_proof(batch, size - 1)
    assert len(proof.chunk) <= 16
    assert len(proof.hashes) == -(-size // 16)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_proof_of_an_item_that_is_not_there_is_refused(index: int) -> None:
    """A negative index does not count from the end."""
    with pytest.raises(RangeError):
        item_proof([bytes(32)] * 3, index)


def test_the_commitment_is_the_salted_hash_of_the_canonical_json() -> None:
    """Whoever holds the salt and the receipt can check it with any tool."""
    salt = bytes(range(32))
    text = '{"at":"2011-01-04T10:00","kind":"purchase","merchant":3,"receipt":"539993 é"}'
    assert json.loads(text)["merchant"] == 3
    made = commitment(salt, at="2011-01-04T10:00", kind="purchase", merchant=3, receipt="539993 é")
    assert made == keccak(salt + text.encode())[:16]


def test_another_salt_gives_another_commitment() -> None:
    """Erasing the salt erases the link: nobody can search the receipts for a match."""
    told = {"at": "2011-01-04T10:00", "merchant": 3, "receipt": "1"}
    one, other = (commitment(salt * 32, kind="reversal", **told) for salt in (b"a", b"b"))  # type: ignore[arg-type]
    assert one != other


def test_a_salt_of_another_length_is_refused() -> None:
    """A short salt could be guessed."""
    with pytest.raises(LengthError):
        commitment(bytes(31), at="", kind="purchase", merchant=3, receipt="")


def test_a_receipt_that_utf8_cannot_write_is_refused() -> None:
    """Half a surrogate pair, which JSON can carry, has no bytes to hash."""
    with pytest.raises(TextError):
        commitment(bytes(32), at="", kind="purchase", merchant=3, receipt="\ud800")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"member": -1}, RangeError),
        ({"member": 2**32}, RangeError),
        ({"member": True}, RangeError),
        ({"day": -1}, DayError),
        ({"day": 2**32}, DayError),
        ({"amount": -1}, AmountError),
        ({"amount": 2**64}, AmountError),
        ({"amount": 1.0}, AmountError),
        ({"amount": "1"}, AmountError),
        ({"amount": True}, AmountError),
        ({"commitment": bytes(15)}, LengthError),
    ],
)
def test_a_purchase_that_does_not_fit_its_word_is_refused(
    changes: dict[str, Any], error: type[EndogeneError]
) -> None:
    """Nothing overflows from one field into the next."""
    with pytest.raises(error):
        replace(Purchase(1, 2, 3, bytes(16)), **changes)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"purchase_till": 2**32}, RangeError),
        ({"purchase_batch": 0}, RangeError),
        ({"purchase_batch": 2**64}, RangeError),
        ({"purchase_sequence": 0}, RangeError),
        ({"purchase_sequence": 2**64}, RangeError),
        ({"amount": -1}, AmountError),
        ({"day": -1}, DayError),
        ({"commitment": bytes(17)}, LengthError),
    ],
)
def test_a_reversal_that_does_not_fit_is_refused(changes: dict[str, Any], error: type[EndogeneError]) -> None:
    """What the contract could not read is not signed."""
    with pytest.raises(error):
        replace(Reversal(1, 2, 3, 4, bytes(16), purchase_batch=2), **changes)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"till": -1}, RangeError),
        ({"merchant": 2**32}, RangeError),
        ({"first_sequence": 0}, RangeError),
        ({"first_sequence": MAX_UINT64}, RangeError),
        ({"items": ()}, BatchSizeError),
        ({"items": (Purchase(1, 2, 3, bytes(16)),) * (MAX_BATCH + 1)}, BatchSizeError),
    ],
)
def test_a_batch_that_the_ledger_would_not_take_is_refused(
    changes: dict[str, Any], error: type[EndogeneError]
) -> None:
    """Oversize and empty batches, and sequences that would pass 64 bits, are refused before signing."""
    batch = PurchaseBatch(1, 2, 3, (Purchase(1, 2, 3, bytes(16)),) * 2)
    assert batch.last_sequence == 4
    with pytest.raises(error):
        replace(batch, **changes)


@pytest.mark.parametrize(
    "fund", ["", "0x", FUND[2:], FUND[:-1], FUND + "0", "0x" + "g" * 40, "0x" + " 1" * 20]
)
def test_a_domain_whose_fund_is_no_address_is_refused(fund: str) -> None:
    """A signature for no contract would be worth nothing."""
    with pytest.raises(AddressError):
        Domain(1, fund)


def test_a_domain_without_a_chain_is_refused() -> None:
    """Chain 0 does not exist."""
    with pytest.raises(RangeError):
        Domain(0, FUND)
