"""Where a member's premiums went: at which merchants they arose, to which projects the fund's money goes."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.deps import App, Reading
from api.pages.member_figures import premiums
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of

router = APIRouter()


@router.get("/where", response_class=HTMLResponse)
def where(who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show projects in proportion, and merchants to the cent."""
    told = premiums(words_of(request, app), session, number_of(who))
    return page(request, app, "wallet/where.html", {"here": "purchases", **told})
