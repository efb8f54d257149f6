"""Receipts that no till signed, and receipts that were signed once and come again: none counts.

Some hundreds on each database by default; ENDOGENE_FORGED=100000 makes as many.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import record_purchases
from endogene_token.errors import EndogeneError
from endogene_token.receipts import PurchaseBatch, SignedPurchases
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import batch_body
from tests.site import Site
from tests.survival.hostile import JSON
from tests.survival.inside import Answer, Headers, Sent, answer_of
from tests.survival.state import changed, rows_of
from tests.town import BAKERY_TILL, GROCER, GROCER_TILL

WANTED = int(os.environ.get("ENDOGENE_FORGED", "900"))
ON_CHAIN = 40
"""How many forgeries are shown to the contracts themselves, past the service."""
REFUSED = {401, 403, 404, 409, 422}


@dataclass
class Forger:
    """Makes receipts that must not count; `kinds` names the ways."""

    site: Site
    random: random.Random
    stranger: TillKey

    @property
    def kinds(self) -> tuple[Callable[[], SignedPurchases], ...]:
        return (
            *(self.bent, self.of_another_till, self.of_a_stranger, self.changed, self.for_another_merchant),
            *(self.for_another_chain, self.for_another_contract, self.old, self.ahead, self.of_a_refund),
            *(self.moved, self.cut, self.random_signature),
        )

    def true(self, first: int | None = None) -> SignedPurchases:
        """Return what the bakery's till would send next, to be spoilt."""
        start = self.next_sequence if first is None else first
        amounts = [self.random.randrange(1, 10**6) for _ in range(self.random.randrange(1, 4))]
        return self.site.town.purchases(BAKERY_TILL, start, amounts, member=self.random.randrange(4))

    next_sequence = 6
    """What is recorded, and what is queued, come before."""

    def bent(self) -> SignedPurchases:
        """One bit of the signature is another."""
        one = self.true()
        bit = 1 << self.random.randrange(512)
        return replace(one, signature=(int.from_bytes(one.signature) ^ bit).to_bytes(64))

    def of_another_till(self) -> SignedPurchases:
        town = self.site.town
        return town.purchases(BAKERY_TILL, self.next_sequence, [1000], signer=GROCER_TILL)

    def of_a_stranger(self) -> SignedPurchases:
        one = self.true()
        return replace(one, signature=self.stranger.sign(one.batch, self.site.town.ledger.domain))

    def changed(self) -> SignedPurchases:
        """An amount, a buyer, a day or a commitment is another than what was signed."""
        one = self.true()
        items = list(one.batch.items)
        at = self.random.randrange(len(items))
        item = items[at]
        changes: list[dict[str, Any]] = [
            {"amount": item.amount + 1},
            {"amount": item.amount * 100},
            {"member": item.member + 1},
            {"day": item.day - 1},
            {"commitment": bytes(reversed(item.commitment))},
        ]
        items[at] = replace(item, **self.random.choice(changes))
        return replace(one, batch=replace(one.batch, items=tuple(items)))

    def for_another_merchant(self) -> SignedPurchases:
        """The till's own signature, for a merchant that is not its own."""
        return self.site.town.purchases(BAKERY_TILL, self.next_sequence, [1000], merchant=GROCER)

    def for_another_chain(self) -> SignedPurchases:
        one, domain = self.true(), self.site.town.ledger.domain
        other = replace(domain, chain_id=self.random.randrange(1, 2**31))
        return self._resigned(one.batch, other)

    def for_another_contract(self) -> SignedPurchases:
        one, domain = self.true(), self.site.town.ledger.domain
        return self._resigned(one.batch, replace(domain, fund=self.stranger.address))

    def old(self) -> SignedPurchases:
        """Something else at sequences that are taken, truly signed by the till."""
        return self.true(self.random.randrange(1, self.next_sequence))

    def ahead(self) -> SignedPurchases:
        """Sequences that would leave a hole, truly signed by the till."""
        return self.true(self.next_sequence + self.random.randrange(1, 2**40))

    def of_a_refund(self) -> SignedPurchases:
        """What the till signed is a refund."""
        one = self.true()
        refund = self.site.town.reversals(BAKERY_TILL, self.next_sequence, (BAKERY_TILL, 1, 1, 10))
        return replace(one, signature=refund.signature)

    def moved(self) -> SignedPurchases:
        """The till's own items, moved to other sequences."""
        one = self.site.town.purchases(BAKERY_TILL, 1, [1000, 2000])
        return replace(one, batch=replace(one.batch, first_sequence=self.next_sequence))

    def cut(self) -> SignedPurchases:
        """The signature of a longer batch."""
        one = self.site.town.purchases(BAKERY_TILL, self.next_sequence, [1000, 2000, 3000])
        return replace(one, batch=replace(one.batch, items=one.batch.items[:2]))

    def random_signature(self) -> SignedPurchases:
        return replace(self.true(), signature=self.random.randbytes(64))

    def _resigned(self, batch: PurchaseBatch, domain: Any) -> SignedPurchases:
        return SignedPurchases(batch, self.site.town.tills[BAKERY_TILL].sign(batch, domain))


def request(one: SignedPurchases, *headers: tuple[bytes, bytes]) -> Sent:
    sent: Headers = (JSON, *headers)
    return Sent("POST", b"/v1/purchases", b"", sent, (batch_body(one.batch, one.signature),))


@dataclass
class Known:
    """What the till did send, and what it was answered."""

    batches: list[SignedPurchases]
    answers: list[Answer]


async def sold(site: Site) -> Known:
    """Record some sales, and leave one in the queue."""
    batches = [
        site.town.purchases(BAKERY_TILL, 1, [1000, 2000]),
        site.town.purchases(BAKERY_TILL, 3, [500, 600]),
    ]
    site.record(*batches)
    batches.append(site.town.purchases(BAKERY_TILL, 5, [700]))
    answers = [await answer_of(site.app, request(one)) for one in batches]
    assert [one.status for one in answers] == [202] * 3
    return Known(batches, answers)


def test_no_forged_or_replayed_receipt_counts(site: Site) -> None:
    """Forged: refused. Replayed, under whatever key: the first answer again. Nothing changes in either."""
    known = asyncio.run(sold(site))
    forger = Forger(site, random.Random(7), TillKey.generate())  # noqa: S311  # to be repeated
    before, sheet = rows_of(site.engine), site.town.ledger.balance_sheet()
    accepted, kinds = asyncio.run(tried(site, forger, known))
    assert accepted == []
    assert len(kinds) == len(forger.kinds) + 2
    assert changed(before, rows_of(site.engine)) <= {"idempotency"}
    assert site.town.ledger.balance_sheet() == sheet
    while site.relay.step():  # what is queued is known to the queue alone until it is on the chain
        pass
    refused_by_the_contracts(site, forger)
    assert site.town.ledger.till(BAKERY_TILL).next_sequence == forger.next_sequence
    assert site.town.ledger.balance_sheet().premiums_receivable == sum(
        round(a * 0.028) for a in (3000, 1100, 700)
    )


async def tried(site: Site, forger: Forger, known: Known) -> tuple[list[str], Counter[str]]:
    """Send all; return what should not have been answered as it was."""
    wrong: list[str] = []
    kinds: Counter[str] = Counter()
    for number in range(WANTED):
        which = number % (len(forger.kinds) + 2)
        if which >= len(forger.kinds):
            kind, at = ("again" if which == len(forger.kinds) else "under another key"), number % 3
            key = () if kind == "again" else ((b"idempotency-key", f"k{number}".encode()),)
            answer = await answer_of(site.app, request(known.batches[at], *key))
            first = known.answers[at]
            is_right = (answer.status, answer.body) == (first.status, first.body)
        else:
            make = forger.kinds[which]
            kind, answer = make.__name__, await answer_of(site.app, request(make()))
            is_right = answer.status in REFUSED
        kinds[kind] += 1
        if not is_right:
            wrong.append(f"{kind}: {answer.status} {answer.body[:200]!r}")
    return wrong, kinds


def refused_by_the_contracts(site: Site, forger: Forger) -> None:
    """The service is not what protects the ledger: the contracts take none of them either."""
    sender = Sender(site.town.ledger, site.town.relayer)
    for number in range(ON_CHAIN):
        make = forger.kinds[number % len(forger.kinds)]
        with pytest.raises(EndogeneError):
            sender.simulate(record_purchases(site.town.community, [make()]))


def test_a_service_that_believes_signatures_is_found_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard above can fail: with the till's address for every signature, forgeries enter the queue."""
    known = asyncio.run(sold(site))
    forger = Forger(site, random.Random(7), TillKey.generate())  # noqa: S311  # to be repeated
    believed = site.town.tills[BAKERY_TILL].address
    monkeypatch.setattr("api.intake.signer", lambda _digest, _signature: believed)
    monkeypatch.setattr("tests.survival.test_forged_receipts.WANTED", 15)
    before = rows_of(site.engine)
    accepted, _ = asyncio.run(tried(site, forger, known))
    assert accepted
    assert changed(before, rows_of(site.engine)) >= {"relay_batch"}
