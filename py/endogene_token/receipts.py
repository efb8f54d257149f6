"""What a till signs: packed items, batches, their EIP-712 digest, and the proof of one item. Pure.

An item is one word of 32 bytes, most significant first:

    | commitment 16 bytes | amount 8 (minor units) | member 4 (0: anonymous) | day 4 (since 1970-01-01) |

The digest is computed here from keccak alone; `typed_data` gives the same batch to the tools of the field
(wallets, eth-account). Tests hold that both, and the contract, agree.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from eth_hash.auto import keccak

from endogene_token.bounds import MAX_UINT32, MAX_UINT64, check_length, check_range, is_whole
from endogene_token.errors import AmountError, BatchSizeError, DayError, TextError
from endogene_token.money import MAX_AMOUNT
from endogene_token.typed_data import WORD, SigningDomain, Types, as_word, document, signing_hash, type_hash

MAX_BATCH: Final = 512  # items: one block holds several such batches
CHUNK: Final = 16  # items: 512 = 32 chunks, so a proof carries at most 16 items and 32 hashes
ROOT_BYTES: Final = 30  # a record slot holds the root and 16 bits for the version of the rules
COMMITMENT_BYTES: Final = 16
SALT_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_TYPES: Final[Types] = {
    "PurchaseBatch": (
        ("till", "uint32"),
        ("merchant", "uint32"),
        ("firstSequence", "uint64"),
        ("items", "bytes32[]"),
    ),
    "ReversalBatch": (
        ("till", "uint32"),
        ("merchant", "uint32"),
        ("firstSequence", "uint64"),
        ("reversals", "Reversal[]"),
    ),
    "Reversal": (
        ("purchaseTill", "uint32"),
        ("purchaseBatch", "uint64"),
        ("purchaseSequence", "uint64"),
        ("amount", "uint64"),
        ("day", "uint32"),
        ("commitment", "bytes16"),
    ),
}


_PURCHASE_BATCH_TYPE: Final = type_hash(_TYPES, "PurchaseBatch")
_REVERSAL_BATCH_TYPE: Final = type_hash(_TYPES, "ReversalBatch", "Reversal")
_REVERSAL_TYPE: Final = type_hash(_TYPES, "Reversal")


@dataclass(frozen=True)
class Domain(SigningDomain):
    """Where a till's signature counts: one chain, one fund. Raises RangeError, AddressError."""

    fund: str

    @property
    def contract(self) -> str:
        """The address of the fund's proxy."""
        return self.fund


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase of a batch; `amount` in minor units.

    Raises RangeError, DayError, AmountError, LengthError.
    """

    member: int
    day: int
    amount: int
    commitment: bytes

    def __post_init__(self) -> None:
        check_range("member", self.member, MAX_UINT32)
        _check_item(self.day, self.amount, self.commitment)


@dataclass(frozen=True, slots=True)
class Reversal:
    """A refund of `amount` minor units of a recorded purchase. Raises what Purchase raises.

    `purchase_batch` is the first sequence of the batch that recorded the purchase; it is given by name, since
    two sequences side by side are easily swapped.
    """

    purchase_till: int
    purchase_batch: int = field(kw_only=True)
    purchase_sequence: int
    amount: int
    day: int
    commitment: bytes

    def __post_init__(self) -> None:
        check_range("purchase_till", self.purchase_till, MAX_UINT32)
        check_range("purchase_batch", self.purchase_batch, MAX_UINT64, least=1)
        check_range("purchase_sequence", self.purchase_sequence, MAX_UINT64, least=1)
        _check_item(self.day, self.amount, self.commitment)


@dataclass(frozen=True, slots=True)
class PurchaseBatch:
    """1 to 512 consecutive purchases of one till. Raises RangeError, BatchSizeError."""

    till: int
    merchant: int
    first_sequence: int
    items: tuple[Purchase, ...]

    def __post_init__(self) -> None:
        _check_batch(self.till, self.merchant, self.first_sequence, len(self.items))

    @property
    def last_sequence(self) -> int:
        """The sequence of the last item."""
        return self.first_sequence + len(self.items) - 1

    def words(self) -> list[bytes]:
        """Return the packed items, in order: what is signed, recorded and proven."""
        return [pack(item) for item in self.items]


@dataclass(frozen=True, slots=True)
class ReversalBatch:
    """1 to 512 consecutive reversals of one till, in the same sequence as its purchases.

    Raises RangeError, BatchSizeError.
    """

    till: int
    merchant: int
    first_sequence: int
    items: tuple[Reversal, ...]

    def __post_init__(self) -> None:
        _check_batch(self.till, self.merchant, self.first_sequence, len(self.items))

    @property
    def last_sequence(self) -> int:
        """The sequence of the last item."""
        return self.first_sequence + len(self.items) - 1


Batch = PurchaseBatch | ReversalBatch


@dataclass(frozen=True, slots=True)
class SignedPurchases:
    """A batch of purchases with its till's compact signature (see `compact`). Raises LengthError."""

    batch: PurchaseBatch
    signature: bytes

    def __post_init__(self) -> None:
        check_length("signature", self.signature, SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True)
class SignedReversals:
    """A batch of reversals with its till's compact signature (see `compact`). Raises LengthError."""

    batch: ReversalBatch
    signature: bytes

    def __post_init__(self) -> None:
        check_length("signature", self.signature, SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True)
class ItemProof:
    """That a word is item `index` of a recorded batch: the 16 words around it, and every chunk's hash."""

    index: int
    chunk: tuple[bytes, ...]
    hashes: tuple[bytes, ...]


def pack(item: Purchase) -> bytes:
    """Return the item as one word of 32 bytes."""
    tail = item.amount << 64 | item.member << 32 | item.day
    return item.commitment + tail.to_bytes(16)


def unpack(word: bytes) -> Purchase:
    """Return the item that a word of 32 bytes packs. Raises LengthError for another length."""
    check_length("word", word, WORD)
    tail = int.from_bytes(word[COMMITMENT_BYTES:])
    return Purchase(
        member=tail >> 32 & MAX_UINT32,
        day=tail & MAX_UINT32,
        amount=tail >> 64,
        commitment=word[:COMMITMENT_BYTES],
    )


def digest(batch: Batch, domain: Domain) -> bytes:
    """Return the 32 bytes that the till signs for this batch: its EIP-712 hash in this domain."""
    if isinstance(batch, PurchaseBatch):
        kind, contents = _PURCHASE_BATCH_TYPE, batch.words()
    else:
        kind, contents = _REVERSAL_BATCH_TYPE, [_reversal_hash(item) for item in batch.items]
    head = as_word(batch.till) + as_word(batch.merchant) + as_word(batch.first_sequence)
    return signing_hash(domain, kind + head + keccak(b"".join(contents)))


def typed_data(batch: Batch, domain: Domain) -> dict[str, object]:
    """Return the batch as EIP-712 typed data, for eth-account's ``encode_typed_data(full_message=…)``."""
    message: dict[str, object] = {
        "till": batch.till,
        "merchant": batch.merchant,
        "firstSequence": batch.first_sequence,
    }
    if isinstance(batch, PurchaseBatch):
        message["items"] = batch.words()
        return document(domain, _TYPES, "PurchaseBatch", message=message)
    message["reversals"] = [_reversal_message(item) for item in batch.items]
    return document(domain, _TYPES, "ReversalBatch", "Reversal", message=message)


def commitment(
    salt: bytes, *, at: str, kind: Literal["purchase", "reversal"], merchant: int, receipt: str
) -> bytes:
    """Return the 16 bytes that tie an item to its receipt without telling it.

    `at` is the local time as the till wrote it, `receipt` the till's own number. Who destroys the salt
    (32 random bytes) erases the link. Raises LengthError, TextError.
    """
    check_length("salt", salt, SALT_BYTES)
    told = {"at": at, "kind": kind, "merchant": merchant, "receipt": receipt}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return keccak(salt + text.encode())[:COMMITMENT_BYTES]
    except UnicodeEncodeError as error:
        raise TextError(field="receipt", actual=ascii(text[error.start])) from error


def compact(r: int, s: int, parity: int) -> bytes:
    """Return the compact signature (ERC-2098) of 64 bytes: r, then s with the parity of y as its top bit."""
    return as_word(r) + as_word(parity << 255 | s)


def batch_root(words: Sequence[bytes]) -> bytes:
    """Return the 30 bytes that the ledger keeps of a batch's packed items, for their later proof."""
    _check_size(len(words))
    return keccak(b"".join(_chunk_hashes(words)))[:ROOT_BYTES]


class ItemProofs:
    """The proofs of the items of one batch, whose chunks are hashed once."""

    def __init__(self, words: Sequence[bytes]) -> None:
        """Take the packed items of the batch. Raises BatchSizeError."""
        _check_size(len(words))
        self.words = tuple(words)
        self._hashes = _chunk_hashes(words)

    def of(self, index: int) -> ItemProof:
        """Return the proof of item `index` (from 0). Raises RangeError."""
        check_range("index", index, len(self.words) - 1)
        start = index - index % CHUNK
        return ItemProof(index, self.words[start : start + CHUNK], self._hashes)


def item_proof(words: Sequence[bytes], index: int) -> ItemProof:
    """Return the proof of item `index` (from 0) of the batch with these packed items. Raises RangeError."""
    return ItemProofs(words).of(index)


def verify(root: bytes, word: bytes, proof: ItemProof) -> bool:
    """Return whether `word` is item `proof.index` of the batch with this root, as the contract decides it."""
    number, place = divmod(proof.index, CHUNK)
    if not 0 <= number < len(proof.hashes) or place >= len(proof.chunk) or proof.chunk[place] != word:
        return False
    if any(len(part) != WORD for part in (*proof.chunk, *proof.hashes)):
        return False  # words of other lengths could be cut elsewhere and give the same hash
    own_chunk = keccak(b"".join(proof.chunk)) == proof.hashes[number]
    return own_chunk and keccak(b"".join(proof.hashes))[:ROOT_BYTES] == root


def _chunk_hashes(words: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(keccak(b"".join(words[start : start + CHUNK])) for start in range(0, len(words), CHUNK))


def _reversal_hash(item: Reversal) -> bytes:
    numbers = (item.purchase_till, item.purchase_batch, item.purchase_sequence, item.amount, item.day)
    return keccak(_REVERSAL_TYPE + b"".join(map(as_word, numbers)) + item.commitment.ljust(WORD, b"\0"))


def _reversal_message(item: Reversal) -> dict[str, object]:
    return {
        "purchaseTill": item.purchase_till,
        "purchaseBatch": item.purchase_batch,
        "purchaseSequence": item.purchase_sequence,
        "amount": item.amount,
        "day": item.day,
        "commitment": item.commitment,
    }


def _check_batch(till: int, merchant: int, first_sequence: int, size: int) -> None:
    check_range("till", till, MAX_UINT32)
    check_range("merchant", merchant, MAX_UINT32)
    _check_size(size)
    check_range("first_sequence", first_sequence, MAX_UINT64 - size + 1, least=1)


def _check_item(day: int, amount: int, commitment: bytes) -> None:
    if not is_whole(day, 0, MAX_UINT32):
        raise DayError(actual=day, limit=MAX_UINT32)
    if not is_whole(amount, 0, MAX_AMOUNT):
        raise AmountError(field="amount", actual=amount, limit=MAX_AMOUNT)
    check_length("commitment", commitment, COMMITMENT_BYTES)


def _check_size(size: int) -> None:
    if not 1 <= size <= MAX_BATCH:
        raise BatchSizeError(actual=size, limit=MAX_BATCH)
