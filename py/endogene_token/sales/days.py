"""The hosted sales of a merchant's day: listed, and added up to compare with its cash register."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from endogene_token.sales.models import HostedSale, SaleState

_COUNTED = HostedSale.state != SaleState.REFUSED


@dataclass(frozen=True, slots=True)
class Day:
    """What was sold and refunded on a day, in minor units, but for what was refused."""

    purchases: int
    sold: int
    reversals: int
    refunded: int

    @property
    def total(self) -> int:
        """Return what the cash register should say, if all of its sales come here."""
        return self.sold - self.refunded


def day_of(session: Session, merchant: int, day: int) -> Day:
    """Return the sums of a day (its number in the community's time)."""
    query = select(HostedSale.kind, func.count(), func.sum(HostedSale.amount)).where(
        HostedSale.merchant == merchant, HostedSale.day == day, _COUNTED
    )
    found = {
        kind: (count, int(amount)) for kind, count, amount in session.exec(query.group_by(HostedSale.kind))
    }
    return Day(*found.get("purchase", (0, 0)), *found.get("reversal", (0, 0)))


def sales_of(session: Session, merchant: int, day: int, limit: int) -> Sequence[HostedSale]:
    """Return the last sales of a day, the latest first."""
    query = select(HostedSale).where(HostedSale.merchant == merchant, HostedSale.day == day)
    return session.exec(
        query.order_by(col(HostedSale.at).desc(), col(HostedSale.id).desc()).limit(limit)
    ).all()


def returned(session: Session, purchases: Iterable[int]) -> Mapping[int, int]:
    """Return how much of each purchase (by id) was taken back; those of which nothing was are left out."""
    query = select(HostedSale.purchase, func.sum(HostedSale.amount)).where(
        col(HostedSale.purchase).in_(list(purchases)), _COUNTED
    )
    rows = session.exec(query.group_by(col(HostedSale.purchase)))
    return {purchase: int(amount) for purchase, amount in rows if purchase is not None}


def reversals_of(session: Session, purchase: int) -> Sequence[HostedSale]:
    """Return what was taken back of a purchase, in order."""
    query = select(HostedSale).where(HostedSale.purchase == purchase)
    return session.exec(query.order_by(col(HostedSale.id))).all()
