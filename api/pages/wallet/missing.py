"""Reporting a purchase that is missing: it goes to the office's inbox, and its state is shown here."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import App, Reading
from api.pages.forms import Sent
from api.pages.missing_purchases import Missed, asked, reports
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of
from endogene_token.office.trail import changing

router = APIRouter()
SEE: Final = 303


@router.get("/missing", response_class=HTMLResponse)
def missing(
    who: Holder, request: Request, app: App, session: Reading, *, said: Annotated[bool, Query()] = False
) -> HTMLResponse:
    """Show the form, and what was reported before."""
    words = words_of(request, app)
    told = {"here": "home", "said": said, "reports": reports(words, session, number_of(who))}
    return page(request, app, "wallet/missing.html", {**asked(words, session), **told})


@router.post("/missing")
def report(who: Holder, request: Request, app: App, session: Reading, sent: Sent) -> Response:
    """Put a report into the office's inbox."""
    words, given = words_of(request, app), Missed.of(sent)
    if any(given.wrong(words)):
        context = {**asked(words, session, given), "here": "home", "said": False, "reports": []}
        return page(request, app, "wallet/missing.html", context, status=422)
    with changing(app.engine, who.actor) as change:
        given.report(change, number_of(who))
    return RedirectResponse("/wallet/missing?said=true", SEE)
