"""What a member's credits may become until retirement, by one plain rule, and what nobody promises.

The rule: today's balance, and each year to come what the purchases of the last twelve months brought. Credits
bear no interest and no prices are foreseen. The year of retirement is kept only for who asks for that, at the
office; who just wants to see is asked each time.
"""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import select

from api.deps import App, Reading
from api.money import solvency
from api.pages.forms import Sent
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, is_fresh, number_of, row_of, today
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.ids import day_date
from endogene_token.indexer import funding
from endogene_token.indexer.money_models import Redemption
from endogene_token.office import retirements
from endogene_token.office.models import OfficeRetirement
from endogene_token.office.trail import changing

router = APIRouter()
SEE: Final = 303
HERE: Final = "/wallet/retirement"
YEAR: Final = timedelta(days=365)
DAY: Final = timedelta(days=1)
LONGEST: Final = 60  # years
STATES: Final = {
    1: mark("Asked for"),
    2: mark("Confirmed by the registrar"),
    3: mark("Approved"),
    4: mark("Paid"),
    5: mark("Dropped"),
}


@router.get("/retirement", response_class=HTMLResponse)
def retirement(
    who: Holder,
    request: Request,
    app: App,
    session: Reading,
    year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
) -> HTMLResponse:
    """Show the balance carried on to the year that is asked for, or kept."""
    words, kept = words_of(request, app), session.get(OfficeRetirement, number_of(who))
    day, balance = today(words), row_of(session, who).balance
    year = kept.year if year is None and kept is not None else year
    rows = funding.bought(session, number_of(who), day - YEAR + DAY, day)
    pace, state = sum(one.credit for one in rows), solvency(session, app.clock.now())
    asked = None if year is None else min(max(year, day.year), day.year + LONGEST)
    mine = select(Redemption).where(Redemption.member == number_of(who))
    context = {
        "here": "home",
        "balance": words.money(balance),
        "pace": words.money(pace),
        "first": day.year,
        "last": day.year + LONGEST,
        "year": asked,
        "kept": None if kept is None else kept.year,
        "consented": None if kept is None else words.day(day_date(kept.consented_day)),
        "is_fresh": is_fresh(who),
        **_projected(words, balance, pace, asked, day),
        "liquid": words.money(int(state.liquid)),
        "owed": words.money(int(state.credits)),
        "redemptions": [
            (words.money(one.amount), words.money(one.paid), words.tr(STATES[one.state]))
            for one in session.exec(mine)
        ],
    }
    return page(request, app, "wallet/retirement.html", context)


@router.post("/retirement/keep")
def keep(who: Holder, request: Request, app: App, sent: Sent) -> Response:
    """Keep the year at the office, with the member's consent of today."""
    who.require_fresh()
    year = sent.number("year")
    with changing(app.engine, who.actor) as change:
        retirements.keep(change, number_of(who), year, today(words_of(request, app)))
    return RedirectResponse(HERE, SEE)


@router.post("/retirement/forget")
def forget(who: Holder, app: App) -> Response:
    """Take the year back."""
    with changing(app.engine, who.actor) as change:
        retirements.forget(change, number_of(who))
    return RedirectResponse(HERE, SEE)


def _projected(words: Words, balance: int, pace: int, year: int | None, day: date) -> dict[str, object]:
    """Return the figure, or none while no year is asked for: whole years, from this one on."""
    if year is None:
        return {"projected": None, "to_come": None}
    to_come = pace * (year - day.year)
    return {"projected": words.money(balance + to_come), "to_come": words.money(to_come)}
