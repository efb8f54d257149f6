"""Who stands at a merchant's counter, and the hosted till there."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api.deps import App, Services
from api.pages.shell import page
from api.pages.visitors import Visitor, visitor
from api.sellers import Seller
from endogene_token.errors import AccessError
from endogene_token.indexer.models import MerchantRate, RulesVersion
from endogene_token.office.scopes import Scope, StaffRole
from endogene_token.sales import HostedTill
from endogene_token.sales.tills import opened

CHOSEN: Final = "till"
"""The cookie by which a device knows its till, where a merchant has several."""
OWNERS: Final = Scope.STATEMENTS_READ

Clerk = Annotated[Visitor, Depends(visitor(StaffRole.STAFF, StaffRole.OWNER))]


def owner(who: Clerk) -> Visitor:
    """Return the visitor, who owns the business. Raises AccessError for its staff."""
    if who.key.role is not StaffRole.OWNER:
        raise AccessError(actual=who.key.account)
    return who


Owner = Annotated[Visitor, Depends(owner)]


def merchant_of(who: Visitor) -> int:
    """Return the merchant whose session it is. Raises AccessError."""
    if who.key.holder.merchant is None:
        raise AccessError(actual=who.key.account)
    return who.key.holder.merchant


def seller_of(who: Visitor) -> Seller:
    """Return for whom sales are taken: what is looked up in vain is counted for the merchant."""
    return Seller(merchant_of(who), str(who.key.holder), who.actor)


def tills_of(session: Session, who: Visitor) -> list[HostedTill]:
    """Return the hosted tills of the visitor's merchant."""
    return list(opened(session, merchant_of(who)))


def own_till(request: Request, tills: list[HostedTill]) -> int | None:
    """Return the number of this device's till: the only one, or the one that was chosen here."""
    numbers = [one.number for one in tills]
    if len(numbers) == 1:
        return numbers[0]
    chosen = request.cookies.get(CHOSEN, "")[:10]
    return next((one for one in numbers if str(one) == chosen), None)


def rates_of(session: Session, merchant: int, day: int) -> dict[str, int]:
    """Return what a premium is computed with on a day, in basis points, as the read model knows it."""
    begun = (MerchantRate.merchant == merchant, col(MerchantRate.from_day) <= day)
    rate = session.exec(
        select(MerchantRate).where(*begun).order_by(col(MerchantRate.from_day).desc())
    ).first()
    rules = session.exec(select(RulesVersion).order_by(col(RulesVersion.version).desc())).first()
    return {
        "rate": 0 if rate is None else rate.rate_bps,
        "operations": 0 if rules is None else rules.operations_bps,
        "reserve": 0 if rules is None else rules.reserve_bps,
    }


def till_page(
    request: Request,
    app: App | Services,
    who: Visitor,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HTMLResponse:
    """Return a page of the till, with what its frame needs."""
    frame = {"is_owner": who.key.role is StaffRole.OWNER, "merchant": merchant_of(who)}
    return page(request, app, template, {**frame, **context}, status=status)
