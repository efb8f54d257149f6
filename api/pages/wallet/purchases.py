"""A member's purchases, month by month, and at which merchants they were."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, func, select

from api.deps import App, Reading
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of, shown, today
from api.pages.words import Words
from endogene_token.ids import day_date
from endogene_token.indexer import funding
from endogene_token.indexer.models import Purchase
from endogene_token.office import business_names

router = APIRouter()
Month = Annotated[str, Query(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
FORMAT: Final = "%Y-%m"


@router.get("/purchases", response_class=HTMLResponse)
def purchases(
    who: Holder, request: Request, app: App, session: Reading, month: Month | None = None
) -> HTMLResponse:
    """Show a month's purchases, and links to the months beside it."""
    words, names = words_of(request, app), business_names.of_all(session)
    first = today(words).replace(day=1) if month is None else date.fromisoformat(f"{month}-01")
    rows = funding.bought(session, number_of(who), first, _last(first))
    earliest = _earliest(session, number_of(who))
    following = _last(first) + timedelta(days=1)
    context = {
        "here": "purchases",
        "month": words.month(first),
        "purchases": [shown(words, names, one) for one in rows],
        "credit": words.money(sum(one.credit for one in rows)),
        "before": _link(words, first - timedelta(days=1)) if earliest and earliest < first else None,
        "after": _link(words, following) if following <= today(words) else None,
        "is_new": earliest is None,
    }
    return page(request, app, "wallet/purchases.html", context)


def _link(words: Words, day: date) -> tuple[str, str]:
    return day.strftime(FORMAT), words.month(day)


def _last(first: date) -> date:
    """Return the last day of the month that begins on `first`."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _earliest(session: Session, member: int) -> date | None:
    day = session.exec(select(func.min(Purchase.day)).where(col(Purchase.member) == member)).one()
    return None if day is None else day_date(day)
