"""The tills of the soak: what each one sells, over a network that loses and doubles.

Everything that a till sells is known beforehand ({Plan}), so what the ledger holds at the end can be compared
with it, whatever was killed meanwhile.
"""

import os
import random
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from endogene_token.errors import ServiceError
from endogene_token.sdk import NewPurchase, Retries, TillClient, TillKey

QUICK: Final = Retries(attempts=3, first_wait_seconds=0.05, longest_wait_seconds=0.5)
PAUSE_SECONDS: Final = 0.1  # after a flush that the service did not answer
TIMEOUT_SECONDS: Final = 20.0
KEPT: Final = 20  # batches that may come a second time, long after their first
FAULTS: Final = ("lost request", "lost reply", "doubled", "late")
FAULT_RATE: Final = 0.05  # of the requests, for each of the faults


class Sold(NamedTuple):
    """A purchase by what tells it from every other; merchant and till have one number. Minor units."""

    till: int
    member: int
    amount: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sold: `purchases` shared out among `tills`, to `members` persons and, one in ten, to nobody."""

    purchases: int
    tills: int
    members: int
    most_at_once: int
    """How many purchases a till records, at most, between two flushes; few are as often as many."""

    def quota(self, till: int) -> int:
        """Return how many purchases this till makes."""
        return self.purchases // self.tills + (till <= self.purchases % self.tills)

    def sold(self, till: int, index: int) -> Sold:
        """Return purchase `index` (from 0) of a till: its amount is nobody else's there."""
        member = 0 if index % 10 == 0 else self.tills + 1 + (till * 7_919 + index * 31) % self.members
        return Sold(till, member, 100 + index)

    def __iter__(self) -> Iterator[Sold]:
        """Iterate over every purchase of every till."""
        for till in range(1, self.tills + 1):
            yield from (self.sold(till, index) for index in range(self.quota(till)))


@dataclass(frozen=True, slots=True)
class Shop:
    """What the tills' process needs: where the service is, the keys, a folder for the outboxes."""

    url: str
    plan: Plan
    keys: Sequence[bytes]
    """The private keys of the tills: what signs with them cannot be given to another process."""
    folder: Path

    @property
    def faults(self) -> Path:
        """Where each fault of the network is written, one a line."""
        return self.folder / "faults"


class Wire(httpx.BaseTransport):
    """A network that loses requests and replies, doubles requests, and brings old ones once more."""

    def __init__(self, inner: httpx.BaseTransport, chance: random.Random, log: Path) -> None:
        self._inner = inner
        self._chance = chance
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._sent: deque[httpx.Request] = deque(maxlen=KEPT)
        self._second = ThreadPoolExecutor(1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as luck has it."""
        draw = self._chance.random() / FAULT_RATE
        fault = FAULTS[int(draw)] if draw < len(FAULTS) else None
        if fault is not None:
            os.write(self._log, f"{fault}\n".encode())  # at once: this process may be killed at any moment
        if fault == "lost request":
            raise httpx.ConnectError(fault, request=request)
        if fault == "late" and self._sent:
            self._read(self._chance.choice(self._sent))
        if fault == "doubled":  # at the same moment, on two connections
            other = self._second.submit(self._read, request)
            self._read(request)
            response = other.result()
        else:
            response = self._read(request)
        if fault == "lost reply":
            raise httpx.ReadError(fault, request=request)
        if request.method == "POST":
            self._sent.append(request)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._second.shutdown()
        self._inner.close()
        os.close(self._log)

    def _read(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        return response


def sell(shop: Shop) -> None:
    """Have every till sell all of its part, and send it; return when the service holds everything."""
    failures: list[BaseException] = []
    threads = [
        threading.Thread(target=_guarded, args=(shop, number, failures))
        for number in range(1, len(shop.keys) + 1)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if failures:
        raise failures[0]


def _guarded(shop: Shop, number: int, failures: list[BaseException]) -> None:
    try:
        sell_one(shop, number)
    except BaseException as error:  # noqa: BLE001 - a thread's last line: `sell` raises it
        failures.append(error)


def sell_one(shop: Shop, number: int) -> None:
    """Sell the part of one till, from where its outbox stands."""
    chance = random.Random()  # noqa: S311 - luck, not secrets
    wire = Wire(httpx.HTTPTransport(), chance, shop.faults)
    http = httpx.Client(base_url=shop.url, transport=wire, timeout=TIMEOUT_SECONDS)
    quota, outbox = shop.plan.quota(number), shop.folder / f"till-{number}.sqlite"
    key = TillKey(shop.keys[number - 1])
    with TillClient(shop.url, number, key, outbox, number, retries=QUICK, http=http) as till:
        sold = sum(till.counts().values())
        while sold < quota or till.unsent():
            more = min(quota - sold, int(shop.plan.most_at_once ** chance.random()))
            try:
                till.record_many(
                    [_draft(shop.plan.sold(number, sold + one), sold + one) for one in range(more)]
                )
                sold += more
                till.flush()
            except ServiceError:  # killed just now: what is in the outbox leaves with the next flush
                time.sleep(PAUSE_SECONDS)


def _draft(sold: Sold, index: int) -> NewPurchase:
    return NewPurchase(sold.amount, f"{sold.till}-{index:06}", sold.member or None)
