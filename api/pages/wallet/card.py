"""The member's card as a square code: kept by this device alone, and shown without a connection.

The service keeps of a card but a keyed hash. What is shown comes from the card itself (its number is typed
once), or from a new card, whose number is told once. The page then keeps it in the browser's own storage.
"""

from typing import Any

import segno
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session

from api.deps import App, Reading
from api.pages.forms import Sent
from api.pages.shell import page
from api.pages.wallet.common import Holder, number_of
from endogene_token.errors import UnknownCardError
from endogene_token.office import cards
from endogene_token.office.card_numbers import grouped, payload, read_number
from endogene_token.office.trail import changing
from endogene_token.store import reading

router = APIRouter()


@router.get("/card", response_class=HTMLResponse)
def card(who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show the card that this device keeps, or how it comes here."""
    return _shown(who, request, app, session)


@router.post("/card/known")
def known(who: Holder, app: App, session: Reading, sent: Sent) -> JSONResponse:
    """Tell how the member's own card is drawn, from its number. Another's is no card."""
    plain = read_number(sent.text("number"))
    card = cards.held(session, number_of(who))
    if card is None or cards.holder(session, app.secret(), plain) != number_of(who):
        raise UnknownCardError
    return _drawn(plain, card.id)


@router.post("/card/new")
def new(who: Holder, app: App) -> JSONResponse:
    """Issue a card to this device; the one from before, if there is one, ends at once."""
    who.require_fresh()
    with changing(app.engine, who.actor) as change:
        number = number_of(who)
        make = cards.replace if cards.held(change.session, number) else cards.issue
        made = make(change, app.secret(), number)
    return _drawn(made.number, made.card)


@router.post("/card/lost")
def lost(who: Holder, request: Request, app: App) -> HTMLResponse:
    """End the member's card at once."""
    with changing(app.engine, who.actor) as change:
        card = cards.held(change.session, number_of(who))
        cards.revoke(change, number_of(who), card.id or 0 if card else 0)
    with reading(app.engine) as connection, Session(connection) as session:
        return _shown(who, request, app, session)


def _shown(who: Holder, request: Request, app: App, session: Session) -> HTMLResponse:
    card = cards.held(session, number_of(who))
    context = {"here": "card", "card": card and card.id, "member": number_of(who)}
    return page(request, app, "wallet/card.html", context)


def _drawn(number: str, card: int | None) -> JSONResponse:
    """Return the card and its square code, row by row, for a page to keep and to draw."""
    code = segno.make(payload(number), error="q", micro=False)
    told: dict[str, Any] = {
        "card": str(card),
        "number": grouped(number),
        "rows": ["".join(map(str, row)) for row in code.matrix],
    }
    return JSONResponse(told, headers={"Cache-Control": "no-store"})
