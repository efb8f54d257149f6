"""The merchants: their terms, their rates by day, what they owe."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import (
    Event,
    LimitsChanged,
    MerchantEnrolled,
    MerchantReinstated,
    MerchantSuspended,
    Place,
    RateScheduled,
)
from endogene_token.indexer.models import Merchant, MerchantRate, table_of
from endogene_token.indexer.money_events import MerchantKindSet
from endogene_token.indexer.projections.base import DAY_SECONDS, Route, all_rows, expect, known, on

TABLE = table_of(Merchant)
RATES = table_of(MerchantRate)
ACTIVE: Final = 1
SUSPENDED: Final = 2
FIRST_ZONE_SECONDS: Final = 14 * 3_600  # a day begins first at UTC+14: the contracts' own rule, in Days.sol


class RatesByDay(dict[int, int]):
    """A merchant's rate, in basis points, on any day; remembers the days asked for."""

    def __init__(self, rates: Sequence[tuple[int, int]]) -> None:
        """Keep the rates and their first days, in order; the first begins on day 0."""
        super().__init__()
        self.rates = list(rates)

    def __missing__(self, day: int) -> int:
        rate = self[day] = self.rates[bisect_right(self.rates, day, key=lambda one: one[0]) - 1][1]
        return rate

    def schedule(self, from_day: int, rate_bps: int, now: int) -> None:
        """Take a rate from a day on; at the instant `now` it replaces one announced that has not begun."""
        if self.rates[-1][0] > (now + FIRST_ZONE_SECONDS) // DAY_SECONDS:
            self.rates.pop()
        self.rates.append((from_day, rate_bps))
        self.clear()


class Merchants:
    """A merchant owes premiums or has paid ahead, never both."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._rates: dict[int, RatesByDay] = {}
        self._new: set[int] = set()
        self._changed: set[int] = set()
        self._rescheduled: set[int] = set()

    def load(self, connection: Connection, _events: Sequence[Event]) -> None:
        """Read every merchant: a community has some hundreds."""
        self._rows = {row.number: dict(row._mapping) for row in all_rows(connection, TABLE)}
        rates: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in all_rows(connection, RATES):
            rates[row.merchant].append((row.from_day, row.rate_bps))
        self._rates = {merchant: RatesByDay(sorted(found)) for merchant, found in rates.items()}

    def routes(self) -> Iterable[Route]:
        """Follow the register."""
        return [
            on(MerchantEnrolled, self._enrol),
            on(RateScheduled, self._schedule),
            on(LimitsChanged, self._limit),
            on(MerchantKindSet, self._set_kind),
            on(MerchantSuspended, lambda _place, event: self._set_status(event.merchant, SUSPENDED)),
            on(MerchantReinstated, lambda _place, event: self._set_status(event.merchant, ACTIVE)),
        ]

    def rates(self, number: int) -> RatesByDay:
        """Return the rates of a merchant."""
        return known(self._rates.get(number), f"merchant {number}")

    def accrue(self, number: int, premium: int) -> int:
        """Book a premium; return the part that comes out of what the merchant had paid ahead."""
        row = self._change(number)
        prepaid: int = min(premium, row["prepaid"])
        row["prepaid"] -= prepaid
        row["owed"] += premium - prepaid
        row["premiums"] += premium
        return prepaid

    def undo(self, number: int, premium: int) -> int:
        """Take a premium back; return the part that comes off what the merchant owes."""
        row = self._change(number)
        owed: int = min(premium, row["owed"])
        row["owed"] -= owed
        row["prepaid"] += premium - owed
        row["premiums"] -= premium
        return owed

    def receive(self, number: int, amount: int) -> int:
        """Book a payment; return the part that was not owed."""
        row = self._change(number)
        owed: int = min(amount, row["owed"])
        row["owed"] -= owed
        row["prepaid"] += amount - owed
        row["settled"] += amount
        return amount - owed

    def relieve(self, number: int, amount: int, how: str) -> None:
        """Take `amount` off what the merchant owes, without a payment: `how` is netted or written_off."""
        row = self._change(number)
        expect(f"merchant {number}: owes the {how}", row["owed"] >= amount, True)
        row["owed"] -= amount
        row[how] += amount

    def write(self, connection: Connection) -> None:
        """Write each merchant that changed once, and the rates of those with another schedule."""
        insert(connection, TABLE, [self._rows[number] for number in sorted(self._new)])
        update(connection, TABLE, [self._rows[number] for number in sorted(self._changed - self._new)])
        for number in sorted(self._rescheduled):
            connection.execute(RATES.delete().where(RATES.c.merchant == number))
            rows = [(number, *rate) for rate in self._rates[number].rates]
            insert(connection, RATES, [dict(zip(RATES.c.keys(), row, strict=True)) for row in rows])

    def _change(self, number: int) -> dict[str, Any]:
        self._changed.add(number)
        return known(self._rows.get(number), f"merchant {number}")

    def _enrol(self, _place: Place, event: MerchantEnrolled) -> None:
        number = event.merchant
        limits = {"exposure_limit": event.exposure_limit, "till_cap": event.till_cap}
        account = dict.fromkeys(
            ("owed", "prepaid", "premiums", "settled", "kind", "netted", "written_off"), 0
        )
        self._rows[number] = {"number": number, "status": ACTIVE, **limits, **account}
        self._rates[number] = RatesByDay([(0, event.rate_bps)])
        self._new.add(number)
        self._rescheduled.add(number)

    def _schedule(self, place: Place, event: RateScheduled) -> None:
        self.rates(event.merchant).schedule(event.from_day, event.rate_bps, place.block_time)
        self._rescheduled.add(event.merchant)

    def _limit(self, _place: Place, event: LimitsChanged) -> None:
        self._change(event.merchant).update(exposure_limit=event.exposure_limit, till_cap=event.till_cap)

    def _set_kind(self, _place: Place, event: MerchantKindSet) -> None:
        self._change(event.merchant)["kind"] = event.kind

    def _set_status(self, number: int, status: int) -> None:
        self._change(number)["status"] = status
