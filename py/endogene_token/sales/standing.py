"""How many hosted sales wait, and how many of them cannot leave now."""

from dataclasses import dataclass

from sqlmodel import Session, and_, col, func, or_, select

from endogene_token.sales.models import HostedSale, HostedTill, SaleState, TillState
from endogene_token.sales.tills import UNFINISHED


@dataclass(frozen=True, slots=True)
class Standing:
    """Sales that are neither recorded nor refused yet, held ones included; how many of them are held."""

    waiting: int
    held: int


def standing(session: Session) -> Standing:
    """Return how the hosted sales stand.

    Held are those that the ledger cannot take now, those of a till that signs nothing (stopped, or hosted no
    more), and the refunds of held purchases.
    """
    count = select(func.count()).select_from(HostedSale)
    waiting = session.exec(count.where(col(HostedSale.state).in_(UNFINISHED))).one()
    open_ = (HostedTill.state == TillState.OPEN, col(HostedTill.reason).is_(None))
    signing = select(HostedTill.number).where(*open_)
    held_purchases = select(HostedSale.id).where(HostedSale.state == SaleState.HELD)
    stuck = or_(
        col(HostedSale.till).not_in(signing.where(col(HostedTill.number).is_not(None))),
        func.coalesce(HostedSale.purchase, 0).in_(held_purchases),
    )
    pending = and_(col(HostedSale.state) == SaleState.PENDING, stuck)
    held = session.exec(count.where(or_(col(HostedSale.state) == SaleState.HELD, pending))).one()
    return Standing(waiting, held)
