"""What a member's credits may become until retirement, by one plain rule, and what nobody promises.

The rule: today's balance, and each year to come what the purchases of the last twelve months brought. Credits
bear no interest and no prices are foreseen. The year of retirement is asked for each time, and not kept.
"""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import select

from api.deps import App, Reading
from api.money import solvency
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of, row_of, today
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.indexer import funding
from endogene_token.indexer.money_models import Redemption

router = APIRouter()
YEAR: Final = timedelta(days=365)
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
    """Show the balance carried on to the year that is asked for."""
    words = words_of(request, app)
    day, balance = today(words), row_of(session, who).balance
    rows = funding.bought(session, number_of(who), day - YEAR, day)
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
        **_projected(words, balance, pace, asked, day),
        "liquid": words.money(int(state.liquid)),
        "owed": words.money(int(state.credits)),
        "redemptions": [
            (words.money(one.amount), words.money(one.paid), words.tr(STATES[one.state]))
            for one in session.exec(mine)
        ],
    }
    return page(request, app, "wallet/retirement.html", context)


def _projected(words: Words, balance: int, pace: int, year: int | None, day: date) -> dict[str, object]:
    """Return the figure, or none while no year is asked for: whole years, from this one on."""
    if year is None:
        return {"projected": None, "to_come": None}
    to_come = pace * (year - day.year)
    return {"projected": words.money(balance + to_come), "to_come": words.money(to_come)}
