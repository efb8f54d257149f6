"""The wallet's first page: the balance, today's purchases, and what waits for the member."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api.deps import App, Reading, Services
from api.pages.shell import page, watched, words_of
from api.pages.wallet.common import Holder, key_standing, number_of, row_of, shown, today
from api.pages.words import Words
from endogene_token.bylaws import State
from endogene_token.indexer import funding
from endogene_token.indexer.vote_models import Resolution
from endogene_token.indexer.votes import vote_of
from endogene_token.office import business_names
from endogene_token.outcome import Tally, state_at

router = APIRouter()
TODAY: Final = "wallet/today.html"


@router.get("", response_class=HTMLResponse)
def home(who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show the balance at a glance."""
    words = words_of(request, app)
    context = {
        **_today(words, session, number_of(who)),
        **_balance(words, session, row_of(session, who).balance, number_of(who)),
        "part": TODAY,
        "person": who.name,
        "here": "home",
        "key": key_standing(session, app.ledger, who),
        "votes": open_votes(app, session),
    }
    return page(request, app, "wallet/home.html", context)


@router.get("/today", response_class=HTMLResponse)
def now(who: Holder, request: Request, app: App, session: Reading) -> Response:
    """Show the balance and what was bought today, as the page asks for it again and again."""
    words = words_of(request, app)
    told = _balance(words, session, row_of(session, who).balance, number_of(who))
    return watched(request, app, TODAY, {**_today(words, session, number_of(who)), **told})


def open_votes(app: Services, session: Session) -> int:
    """Return how many resolutions of the assembly can be voted on now."""
    now = app.clock.now()
    running = select(Resolution).where(col(Resolution.opens_at) <= now, col(Resolution.closes_at) > now)
    rows = session.exec(running.where(Resolution.body == 0))
    return sum(state_at(vote_of(row.model_dump(), Tally()), now) is State.OPEN for row in rows)


def _balance(words: Words, session: Session, balance: int, member: int) -> dict[str, object]:
    pending = max(0, min(balance, funding.pending_credit(session, member)))
    return {
        "balance": words.money(balance),
        "has_credits": balance > 0,
        "funded": words.money(balance - pending),
        "pending": words.money(pending) if pending else "",
    }


def _today(words: Words, session: Session, member: int) -> dict[str, object]:
    day, names = today(words), business_names.of_all(session)
    rows = funding.bought(session, member, day, day)
    return {"today": words.day(day), "purchases": [shown(words, names, one) for one in rows]}
