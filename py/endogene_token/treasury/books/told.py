"""The raw events that move money, out of the read model, in the order of the chain."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self

from sqlalchemy import Connection, Row, and_, func, select, tuple_

from endogene_token.indexer import money_events as me
from endogene_token.indexer import project_events as pe
from endogene_token.indexer.events import (
    CONTRACTS,
    Decoder,
    Log,
    Place,
    PremiumsSettled,
    PurchaseReversed,
    PurchasesRecorded,
    layouts,
)
from endogene_token.indexer.events import Event as Told
from endogene_token.indexer.models import Batch, Event, Purchase, Till, table_of
from endogene_token.indexer.money_models import Redemption
from endogene_token.indexer.project_models import Project
from endogene_token.projects import Instrument
from endogene_token.typed_data import WORD

EVENTS: Final = table_of(Event)
BATCHES: Final = table_of(Batch)
PURCHASES: Final = table_of(Purchase)
PAGE: Final = 2_000  # events: a page with full batches of 512 purchases is about 35 MB
EPOCH: Final = date(1970, 1, 1).toordinal()
KINDS: Final = (
    *(PurchasesRecorded, PurchaseReversed, PremiumsSettled, me.ShortfallBorne),
    *(me.Committed, me.CommitmentReturned, me.CommitmentReleased, me.CurrencyReclaimed),
    *(me.ProjectSpent, me.SpendingReturned, me.MerchantPaid, me.CurrencyNetted, me.CashPaid),
    *(pe.LoanRepaid, me.LoanLossBooked, pe.LoanWrittenOff, me.DebtWrittenOff, me.OperatingPaid),
    *(me.RedemptionBacked, me.RedemptionApproved, me.RedemptionReleased, me.RedemptionDropped),
    me.RedemptionInstalment,
)
"""Where the fund and another contract tell of one act, the one that names for whom it was."""


@dataclass(slots=True)
class BatchCredits:
    """What the purchases of a batch brought each member, and the days that they were made on."""

    by_member: dict[int, int] = field(default_factory=dict)
    days: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Registry:
    """What the events do not repeat: whose a till is, which awards are loans, whose a redemption is."""

    merchant_of: Mapping[int, int]
    loans: frozenset[int]
    member_of: Mapping[int, int]

    @classmethod
    def read(cls, connection: Connection) -> Self:
        """Return what the transaction of `connection` sees."""
        till, redemption, project = table_of(Till), table_of(Redemption), table_of(Project)
        lent = select(project.c.number).where(project.c.instrument == int(Instrument.LOAN))
        tills = connection.execute(select(till.c.number, till.c.merchant))
        redemptions = connection.execute(select(redemption.c.number, redemption.c.member))
        return cls(
            {number: merchant for number, merchant in tills},  # noqa: C416 - a row is no pair to mypy
            frozenset(connection.execute(lent).scalars()),
            {number: member for number, member in redemptions},  # noqa: C416
        )


def told(
    connection: Connection, decoder: Decoder, kinds: Collection[type[Any]] = KINDS
) -> Iterator[tuple[Place, Told, BatchCredits | None]]:
    """Yield each event that moves money, and beside a batch what it brought each member."""
    for rows in _pages(connection, kinds):
        blocks = rows[0].block_number, rows[-1].block_number
        credits_ = _credits(connection, *blocks) if PurchasesRecorded in kinds else {}
        for row in rows:
            place = Place(
                row.block_number, row.block_hash, row.block_time, row.transaction_hash, row.log_index
            )
            event = decoder.decode(Log(place, row.address, row.topics, row.data))
            if isinstance(event, PurchasesRecorded):
                yield place, event, credits_.get((event.till, event.first_sequence), BatchCredits())
            elif event is not None:
                yield place, event, None


def day_of(number: int) -> date:
    """Return the date of a day that counts from 1970-01-01."""
    return date.fromordinal(EPOCH + number)


def _pages(connection: Connection, kinds: Collection[type[Any]]) -> Iterator[list[Row[Any]]]:
    """Yield the logs of `kinds` in the order of the chain; no more than a page is in memory."""
    topics = [topic for name in CONTRACTS for topic, (kind, _) in layouts(name).items() if kind in kinds]
    place = (EVENTS.c.block_number, EVENTS.c.log_index)
    wanted = select(EVENTS).where(func.substr(EVENTS.c.topics, 1, WORD).in_(topics))
    query = wanted.order_by(*place).limit(PAGE)
    last = (-1, -1)
    while rows := list(connection.execute(query.where(tuple_(*place) > last))):
        yield rows
        last = (rows[-1].block_number, rows[-1].log_index)


def _credits(connection: Connection, first: int, last: int) -> dict[tuple[int, int], BatchCredits]:
    """Return what each batch of these blocks brought each member; a refused purchase brought nothing."""
    begins = BATCHES.c.first_sequence
    of_batch = and_(
        PURCHASES.c.till == BATCHES.c.till,
        PURCHASES.c.sequence >= begins,
        PURCHASES.c.sequence < begins + BATCHES.c.size,
    )
    brought = func.sum(PURCHASES.c.credit).label("brought")
    days = (func.min(PURCHASES.c.day).label("first_day"), func.max(PURCHASES.c.day).label("last_day"))
    query = (
        select(BATCHES.c.till, begins, PURCHASES.c.member, brought, *days)
        .join(PURCHASES, of_batch)
        .where(BATCHES.c.block_number.between(first, last), PURCHASES.c.reason == 0)
        .group_by(BATCHES.c.till, begins, PURCHASES.c.member)
        .order_by(BATCHES.c.till, begins, PURCHASES.c.member)
    )
    found: defaultdict[tuple[int, int], BatchCredits] = defaultdict(BatchCredits)
    for row in connection.execute(query):
        batch = found[row.till, row.first_sequence]
        batch.by_member[row.member] = int(row.brought)
        batch.days += [row.first_day, row.last_day]
    return found
