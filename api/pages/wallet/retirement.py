"""What a member's credits may become until retirement, by one plain rule, and what nobody promises.

The rule: today's balance, and each year to come what the purchases of the last twelve months brought. Credits
bear no interest and no prices are foreseen. The year of retirement is kept only for who asks for that, at the
office; who just wants to see is asked each time.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import App, Reading
from api.pages.forms import Sent
from api.pages.member_figures import retirement as figures
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of, row_of, today
from endogene_token.ids import day_date
from endogene_token.office import retirements
from endogene_token.office.models import OfficeRetirement
from endogene_token.office.trail import changing

router = APIRouter()
SEE: Final = 303
HERE: Final = "/wallet/retirement"


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
    year = kept.year if year is None and kept is not None else year
    context = {
        "here": "home",
        "kept": None if kept is None else kept.year,
        "consented": None if kept is None else words.day(day_date(kept.consented_day)),
        "is_fresh": who.is_fresh,
        **figures(words, session, row_of(session, who), year, app.clock.now()),
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
