"""Which credits are funded: their merchant has paid the premiums behind them. Amounts are minor units.

A merchant's payments settle its oldest premiums first; so what it owes now are its newest. A purchase is
pending while its batch is among those, and funded from then on. A batch that is paid for in part is pending,
and premiums of another kind that the merchant owes (of project money that it was paid) make the newest
purchases wait with them: a credit is never said to be funded before it is.

A lost debt that was written off is borne by the fund: its credits are funded by everybody's share.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from endogene_token.ids import day_number
from endogene_token.indexer.models import Batch, Merchant, Purchase, Reversal, Till

_CHUNK: Final = 50

Place = tuple[int, int]
"""A till, and a sequence of it."""


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase of a member: what it brings today, its refunds taken off, and whether that is funded.

    `reason` not 0: the ledger refused it, and it brought nothing.
    """

    till: int
    sequence: int
    merchant: int
    day: int
    amount: int
    returned: int
    premium: int
    credit: int
    reason: int
    is_funded: bool


def bought(session: Session, member: int, first: date, last: date) -> list[Bought]:
    """Return a member's purchases of the days from `first` to `last`, the latest first."""
    days = (col(Purchase.day) >= day_number(first), col(Purchase.day) <= day_number(last))
    return _told(session, select(Purchase).where(Purchase.member == member, *days))


def pending_credit(session: Session, member: int) -> int:
    """Return how much of a member's credits merchants have not paid yet."""
    found, owing = 0, _owing(session, member)
    for merchant, since in owing.items():
        for till, sequence in since.items():
            newest = (
                Purchase.merchant == merchant,
                Purchase.till == till,
                col(Purchase.sequence) >= sequence,
            )
            rows = _told(session, select(Purchase).where(Purchase.member == member, *newest))
            found += sum(one.credit for one in rows)
    return found


def pending_since(session: Session, merchant: int) -> dict[int, int]:
    """Return, by till, from which sequence on a merchant's purchases are pending."""
    row = session.get(Merchant, merchant)
    owed, found = 0 if row is None else row.owed, dict[int, int]()
    if owed <= 0:
        return found
    tills = session.exec(select(Till.number).where(Till.merchant == merchant)).all()
    newest_first = heapq.merge(*(_batches(session, till) for till in tills), key=_age)
    for batch in newest_first:
        if owed <= 0:
            break
        found[batch.till] = batch.first_sequence
        owed -= batch.premiums - _undone(session, batch)
    return found


def _told(session: Session, query: SelectOfScalar[Purchase]) -> list[Bought]:
    rows = session.exec(query).all()
    since = {merchant: pending_since(session, merchant) for merchant in {row.merchant for row in rows}}
    undone = _refunds(session, [(row.till, row.sequence) for row in rows])
    found = []
    for row in rows:
        premium, credit = undone.get((row.till, row.sequence), (0, 0))
        newest = since[row.merchant].get(row.till)
        found.append(
            Bought(
                till=row.till,
                sequence=row.sequence,
                merchant=row.merchant,
                day=row.day,
                amount=row.amount,
                returned=row.reversed,
                premium=row.premium - premium,
                credit=row.credit - credit,
                reason=row.reason,
                is_funded=newest is None or row.sequence < newest,
            )
        )
    return sorted(found, key=lambda one: (-one.day, one.till, -one.sequence))


def _owing(session: Session, member: int) -> Mapping[int, dict[int, int]]:
    """Return what is pending of each merchant at which a member bought."""
    query = select(Purchase.merchant).where(Purchase.member == member).distinct()
    found = {merchant: pending_since(session, merchant) for merchant in session.exec(query)}
    return {merchant: since for merchant, since in found.items() if since}


def _refunds(session: Session, places: Iterable[Place]) -> dict[Place, tuple[int, int]]:
    """Return the premium and the credit that refunds undid, by purchase."""
    tills: dict[int, list[int]] = {}
    for till, sequence in places:
        tills.setdefault(till, []).append(sequence)
    found = {}
    sums = (func.sum(Reversal.premium), func.sum(Reversal.credit))
    for till, sequences in tills.items():
        for start in range(0, len(sequences), _CHUNK * 10):
            part = sequences[start : start + _CHUNK * 10]
            own = (Reversal.purchase_till == till, col(Reversal.purchase_sequence).in_(part))
            query = select(Reversal.purchase_sequence, *sums).where(*own, Reversal.reason == 0)
            for sequence, premium, credit in session.execute(query.group_by(col(Reversal.purchase_sequence))):
                found[till, sequence] = int(premium), int(credit)
    return found


def _undone(session: Session, batch: Batch) -> int:
    own = (
        Reversal.purchase_till == batch.till,
        Reversal.purchase_batch == batch.first_sequence,
        Reversal.reason == 0,
    )
    return int(session.exec(select(func.sum(Reversal.premium)).where(*own)).one() or 0)


def _batches(session: Session, till: int) -> Iterator[Batch]:
    """Yield a till's batches, the newest first."""
    query = select(Batch).where(Batch.till == till).order_by(col(Batch.first_sequence).desc())
    before: int | None = None
    while True:
        asked = query if before is None else query.where(Batch.first_sequence < before)
        rows = session.exec(asked.limit(_CHUNK)).all()
        yield from rows
        if len(rows) < _CHUNK:
            return
        before = rows[-1].first_sequence


def _age(batch: Batch) -> tuple[int, int, int]:
    return -batch.block_number, batch.till, -batch.first_sequence
