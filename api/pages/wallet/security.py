"""The key by which a member signs, a lost phone, and a change that somebody else asked for."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, select

from api.deps import App, Reading
from api.key_stops import report
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, key_standing, number_of
from endogene_token.indexer.models import RulesVersion
from endogene_token.office.trail import changing

router = APIRouter()
DAY: Final = 86_400
SEE: Final = 303


@router.get("/security", response_class=HTMLResponse)
def security(
    who: Holder, request: Request, app: App, session: Reading, *, said: Annotated[bool, Query()] = False
) -> HTMLResponse:
    """Show where one's key stands, and what to do when the phone is lost."""
    words, key = words_of(request, app), key_standing(session, app.ledger, who)
    context = {
        "here": "me",
        "key": key,
        "ready": None if key is None or not key.ready_at else words.moment(words.at(key.ready_at)),
        "days": -(-_delay(session) // DAY),
        "member": number_of(who),
        "said": said,
    }
    return page(request, app, "wallet/security.html", context)


@router.post("/security/not-me")
def not_me(who: Holder, app: App, session: Reading) -> Response:
    """Have the registrar cancel a change of the member's key: it is the first thing that the office sees."""
    key = key_standing(session, app.ledger, who)
    with changing(app.engine, who.actor) as change:
        report(change, number_of(who), 0 if key is None else key.ready_at)
    return RedirectResponse("/wallet/security?said=true", SEE)


def _delay(session: Session) -> int:
    """Return how long a new key waits, in seconds, by the rules in force."""
    newest = select(RulesVersion.key_rotation_delay).order_by(col(RulesVersion.version).desc())
    return session.exec(newest.limit(1)).first() or 0
