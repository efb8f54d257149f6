"""Sales of hosted tills: one, several, a page of them."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Request
from sqlmodel import Session

from api import hosted
from api.deps import App, Language, Reading
from api.sale_schemas import SaleGiven, SalesGiven, SalesTaken, SalesTold, SaleTold, State
from api.sellers import seller
from endogene_token.bounds import MAX_UINT32
from endogene_token.office.scopes import Scope
from endogene_token.sales.deliveries import Refused, take
from endogene_token.sales.intake import MAX_KEPT
from endogene_token.store import reading

router = APIRouter(tags=["sales"])
PAGE: Final = 100
SOURCE: Final = "api"
Merchant = Annotated[int | None, Query(ge=0, le=MAX_UINT32, description="Left out: that of the API key.")]
Till = Annotated[int | None, Query(ge=0, le=MAX_UINT32, description="Only this hosted till.")]
After = Annotated[int, Query(ge=0, le=MAX_KEPT, description="Only sales after this id.")]
Limit = Annotated[int, Query(ge=1, le=PAGE)]


@router.post("/sales", status_code=202)
def sell(given: Annotated[SaleGiven, Body()], request: Request, app: App, lang: Language) -> SaleTold:
    """Take a sale of a hosted till; once answered, it is neither lost nor taken twice.

    Merchant, till, receipt number and kind name it for good: the same again gives the same sale, however
    late; anything else under them is a conflict.
    """
    who = seller(app, request, lang, given.merchant, Scope.SALES_WRITE)
    [taken] = take(hosted.desk_of(app, who, given.till, SOURCE), [given.row(1)])
    if isinstance(taken, Refused):
        raise taken.error
    with reading(app.engine) as connection, Session(connection) as session:
        return hosted.told(session, taken.sale, lang)


@router.post("/sales/batch", status_code=202)
def sell_many(given: Annotated[SalesGiven, Body()], request: Request, app: App, lang: Language) -> SalesTaken:
    """Take several sales of a hosted till, each by itself: one that is refused stops none."""
    who = seller(app, request, lang, given.merchant, Scope.SALES_WRITE)
    desk = hosted.desk_of(app, who, given.till, SOURCE)
    taken = take(desk, [one.row(line) for line, one in enumerate(given.sales, 1)])
    kept = hosted.admitted(taken)
    with reading(app.engine) as connection, Session(connection) as session:
        told = [hosted.told(session, one.sale, lang) for one in kept]
    added = sum(1 for one in kept if one.is_new)
    return SalesTaken(
        added=added,
        again=len(kept) - added,
        refused=hosted.refused_told(taken, lang),
        sales=told,
        is_test=desk.is_dry,
    )


@router.get("/sales")
def sales(
    request: Request,
    app: App,
    session: Reading,
    lang: Language,
    *,
    merchant: Merchant = None,
    till: Till = None,
    status: Annotated[State | None, Query(description="Only sales that have come this far.")] = None,
    after: After = 0,
    limit: Limit = PAGE,
) -> SalesTold:
    """Tell a merchant's hosted sales, by ascending id."""
    who = seller(app, request, lang, merchant, Scope.SALES_READ)
    if who.is_test:  # a test key's sales are tried, not kept, and the others are not its business
        return SalesTold(items=[], next=None)
    rows = hosted.page(session, who.merchant, till=till, state=status, after=after, limit=limit + 1)
    told = [hosted.told(session, one, lang) for one in rows[:limit]]
    return SalesTold(items=told, next=told[-1].id if len(rows) > limit else None)
