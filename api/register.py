"""Tills and merchants as the chain's register has them, read seldom, and from the read model in need."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from eth_utils.address import to_checksum_address
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.chain.calls import Ledger
from endogene_token.errors import ChainError
from endogene_token.ids import day_number
from endogene_token.indexer import models
from endogene_token.store import reading

FRESH: Final = 5.0  # seconds that an answer of the chain is used again
MOST: Final = 10_000  # tills kept in memory


@dataclass(frozen=True, slots=True)
class TillView:
    """A till as its merchant's terms have it today; `key` is an address, `till_cap` in minor units."""

    number: int
    merchant: int
    key: str
    revoked: bool
    next_sequence: int
    rate_bps: int
    till_cap: int


class Register:
    """Answers from memory for a few seconds, from the chain, or, while no node answers, from the read model.

    A till revoked a moment ago may thus still be accepted into the queue: the chain refuses it then.
    Safe for several threads.
    """

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        zone: ZoneInfo,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._zone = zone
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[int, tuple[float, TillView]] = {}
        self._silent_until = -FRESH

    def till(self, number: int, *, fresh: bool = False) -> TillView:
        """Return a till; `fresh`: not from memory. Raises UnknownTillError; ChainError if nobody can tell."""
        now = self._clock()
        with self._lock:
            known = self._known.get(number)
            silent = now < self._silent_until
        if known is not None and not fresh and now - known[0] < FRESH:
            return known[1]
        view = self._from_read_model(number) if silent else None
        if view is None:
            try:
                view = self._from_chain(number)
            except ChainError:
                with self._lock:
                    self._silent_until = now + FRESH  # nobody waits for a node that has just not answered
                view = self._from_read_model(number)
                if view is None:
                    raise
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[number] = (now, view)
        return view

    def today(self) -> int:
        """Return the number of the present day in the community's calendar."""
        return day_number(datetime.now(self._zone).date())

    def _from_chain(self, number: int) -> TillView:
        till = self._ledger.till(number)
        terms = self._ledger.merchant(till.merchant)
        begun = terms.next_from <= self.today()
        return TillView(
            number,
            till.merchant,
            to_checksum_address(till.key),
            till.revoked,
            till.next_sequence,
            terms.next_rate_bps if begun else terms.rate_bps,
            terms.till_cap,
        )

    def _from_read_model(self, number: int) -> TillView | None:
        with reading(self._engine) as connection, Session(connection) as session:
            till = session.get(models.Till, number)
            if till is None:
                return None
            merchant = session.get_one(models.Merchant, till.merchant)
            rates = select(models.MerchantRate).where(
                models.MerchantRate.merchant == till.merchant, models.MerchantRate.from_day <= self.today()
            )
            rate = session.exec(rates.order_by(col(models.MerchantRate.from_day).desc())).first()
            return TillView(
                number,
                till.merchant,
                to_checksum_address(till.key),
                bool(till.revoked),
                till.next_sequence,
                rate.rate_bps if rate else 0,
                merchant.till_cap,
            )
