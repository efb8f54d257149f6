"""What a till signs is computed three times, by three codes that share nothing."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from endogene_token.bounds import MAX_UINT32, MAX_UINT64
from endogene_token.chain.calls import View
from endogene_token.receipts import (
    MAX_BATCH,
    Batch,
    Domain,
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    digest,
    typed_data,
)
from tests.contracts.cooperative import Cooperative

RECEIPTS = 10_000
SEED = 20_260_101
PURCHASES_SIZES = (1, 15, 16, 17, MAX_BATCH - 1, MAX_BATCH)
Generator = random.Random


def number(chance: Generator, most: int, least: int = 0) -> int:
    """Return a number from `least` to `most`: of any length in bits, and often an end."""
    return chance.choice(
        [
            least,
            most,
            chance.randint(least, most),
            max(least, chance.getrandbits(chance.randint(0, 64)) & most),
        ]
    )


def purchase(chance: Generator) -> Purchase:
    day, amount = number(chance, MAX_UINT32), number(chance, MAX_UINT64)
    return Purchase(number(chance, MAX_UINT32), day, amount, chance.randbytes(16))


def reversal(chance: Generator) -> Reversal:
    return Reversal(
        purchase_till=number(chance, MAX_UINT32),
        purchase_sequence=MAX_UINT64 - chance.getrandbits(30),
        amount=number(chance, MAX_UINT64),
        day=number(chance, MAX_UINT32),
        commitment=chance.randbytes(16),
        purchase_batch=number(chance, 2**63, 1),
    )


def batch(chance: Generator, size: int, *, purchases: bool) -> Batch:
    till, merchant = number(chance, MAX_UINT32), number(chance, MAX_UINT32)
    first = number(chance, MAX_UINT64 - MAX_BATCH, 1)
    if purchases:
        return PurchaseBatch(till, merchant, first, tuple(purchase(chance) for _ in range(size)))
    return ReversalBatch(till, merchant, first, tuple(reversal(chance) for _ in range(size)))


def batches(chance: Generator) -> Iterator[Batch]:
    """Yield batches of all sizes that hold `RECEIPTS` receipts together, one in ten a reversal."""
    left = {True: RECEIPTS * 9 // 10, False: RECEIPTS // 10}
    sizes = iter(PURCHASES_SIZES)
    while left[True] or left[False]:
        for purchases, rest in left.items():
            size = min(rest, next(sizes, 0) or chance.randint(1, 256 if purchases else 64))
            left[purchases] -= size
            if size:
                yield batch(chance, size, purchases=purchases)


def by_eth_account(one: Batch, domain: Domain) -> bytes:
    message = encode_typed_data(full_message=typed_data(one, domain))
    return keccak(b"\x19" + message.version + message.header + message.body)


def by_the_contract(cooperative: Cooperative, found: Sequence[Batch]) -> list[bytes]:
    views: list[View] = []
    for one in found:
        head = (one.till, one.merchant, one.first_sequence)
        signature = (bytes(32), bytes(32))
        if isinstance(one, PurchaseBatch):
            views.append(("CommunityFund", "purchaseDigest", ((*head, one.words(), *signature),)))
        else:
            rows = [reversal_row(item) for item in one.items]
            views.append(("CommunityFund", "reversalDigest", ((*head, rows, [], *signature),)))
    return cooperative.ledger.read(views)


def reversal_row(item: Reversal) -> tuple[object, ...]:
    purchase_id = (item.purchase_till, item.purchase_batch, item.purchase_sequence)
    return (*purchase_id, item.amount, item.day, item.commitment)


def altered(one: Any) -> Iterator[Batch]:
    """Yield the batch with each of its fields, and each of its first item's, changed."""
    for field in ("till", "merchant", "first_sequence"):
        yield replace(one, **{field: getattr(one, field) ^ 2})
    first, *rest = one.items
    for field in type(first).__slots__:
        value = getattr(first, field)
        changed = bytes([value[0] ^ 1, *value[1:]]) if isinstance(value, bytes) else value ^ 2
        yield replace(one, items=(replace(first, **{field: changed}), *rest))
    yield replace(one, items=one.items[1:])
    yield replace(one, items=one.items[::-1])


def test_three_computations_of_ten_thousand_receipts_agree(cooperative: Cooperative) -> None:
    """The contract, eth-account and this project sign the same thing, whatever the receipts hold."""
    domain = cooperative.ledger.domain
    found = list(batches(Generator(SEED)))
    assert sum(len(one.items) for one in found) == RECEIPTS
    ours = [digest(one, domain) for one in found]
    assert ours == [by_eth_account(one, domain) for one in found]
    assert ours == by_the_contract(cooperative, found)


@pytest.mark.parametrize("purchases", [True, False], ids=["purchases", "reversals"])
def test_an_altered_field_changes_all_three_digests(cooperative: Cooperative, purchases: bool) -> None:
    """No field is left unsigned: each bit that a batch carries is in its digest."""
    chance = Generator(SEED)
    one = batch(chance, 3, purchases=purchases)
    one = replace(one, till=7, merchant=8, first_sequence=9)
    family = [one, *altered(one)]
    domain = cooperative.ledger.domain
    ours = [digest(each, domain) for each in family]
    assert len(set(ours)) == len(family)
    assert ours == [by_eth_account(each, domain) for each in family]
    assert ours == by_the_contract(cooperative, family)


def test_the_same_batch_on_another_chain_or_fund_has_another_digest(cooperative: Cooperative) -> None:
    """A signature counts on one chain, for one fund."""
    one = batch(Generator(SEED), 3, purchases=True)
    here = cooperative.ledger.domain
    elsewhere = [
        here,
        Domain(here.chain_id + 1, here.fund),
        Domain(here.chain_id, cooperative.governor.address),
    ]
    digests = [digest(one, domain) for domain in elsewhere]
    assert len(set(digests)) == len(elsewhere)
    assert digests == [by_eth_account(one, domain) for domain in elsewhere]
