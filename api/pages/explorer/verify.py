"""How anybody checks what these pages tell: the commands, and what the ledger is."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.deps import App, Reading
from api.pages.explorer.parts import KEPT, read_until
from api.pages.shell import page, words_of

router = APIRouter(include_in_schema=False)


@router.get("/verify", response_class=HTMLResponse)
def verify(request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show the commands."""
    told = {
        "base": next(iter(app.settings.origins), str(request.base_url).rstrip("/")),
        "fund_address": app.community.fund,
        "chain_id": app.community.chain_id,
        "founding_hash": app.community.founding_hash,
        **read_until(app, session, words_of(request, app)),
    }
    return page(request, app, "explorer/verify.html", told, kept=KEPT)
