"""A merchant's own summary, and its project currency."""

from typing import Final

from fastapi import APIRouter
from sqlalchemy import func
from sqlmodel import Session, col, select

from api import money
from api.answers import MerchantTold, RateTold
from api.askers import Reader, require_merchant_reader
from api.deps import App, Reading
from api.inbox_answers import DunningTold
from api.money_answers import MerchantCurrency
from api.schemas import PathNumber
from api.text import day_text
from endogene_token.errors import UnknownMerchantError
from endogene_token.indexer.models import Merchant, MerchantRate, Purchase, Till
from endogene_token.office.scopes import Scope
from endogene_token.treasury.dunning import examining

router = APIRouter(tags=["merchants"])
_ACTIVE: Final = 1


@router.get("/merchants/{number}")
def merchant(number: PathNumber, asker: Reader, app: App, session: Reading) -> MerchantTold:
    """Tell a merchant what it sold, owes and has paid. It may read it, its tills, and an officer."""
    require_merchant_reader(app, session, asker, number, Scope.STATEMENTS_READ)
    found = session.get(Merchant, number)
    if found is None:
        raise UnknownMerchantError(actual=number)
    recorded = (Purchase.merchant == number, col(Purchase.reason) == 0)
    query = select(func.count(), func.sum(Purchase.amount)).where(*recorded)
    count, sales = session.execute(query).one()
    return MerchantTold(
        number=number,
        status="active" if found.status == _ACTIVE else "suspended",
        rates=_rates(session, number),
        exposure_limit=str(found.exposure_limit),
        till_cap=str(found.till_cap),
        owed=str(found.owed),
        prepaid=str(found.prepaid),
        premiums=str(found.premiums),
        settled=str(found.settled),
        purchases=count,
        sales=str(sales or 0),
        tills=[
            {"till": one.number, "next_sequence": one.next_sequence, "revoked": bool(one.revoked)}
            for one in session.exec(select(Till).where(Till.merchant == number).order_by(col(Till.number)))
        ],
        dunning=next((DunningTold.of(row) for row in examining.states(session, number)), None),
    )


@router.get("/merchants/{number}/currency")
def currency(number: PathNumber, asker: Reader, app: App, session: Reading) -> MerchantCurrency:
    """Tell a merchant what it holds in project currency. It may read it, its tills, and an officer."""
    require_merchant_reader(app, session, asker, number, Scope.STATEMENTS_READ)
    found = session.get(Merchant, number)
    if found is None:
        raise UnknownMerchantError(actual=number)
    return money.currency(session, found)


def _rates(session: Session, number: int) -> list[RateTold]:
    query = select(MerchantRate).where(MerchantRate.merchant == number)
    rates = session.exec(query.order_by(col(MerchantRate.from_day)))
    return [RateTold(from_day=day_text(one.from_day), rate_bps=one.rate_bps) for one in rates]
