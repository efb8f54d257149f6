"""Whether everything runs: the pause, the ledger, what waits; and what to do when something is wrong."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import select

from api.deps import Reading
from api.pages.office.places import PAUSE
from api.pages.office.room import Room, room
from api.routes.health import health
from endogene_token.indexer.vote_models import Governance

router = APIRouter(prefix="/office")


@router.get("/pause", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(PAUSE))], session: Reading) -> HTMLResponse:
    """Show the state of things."""
    now, words = int(time.time()), here.words
    row = session.exec(select(Governance)).first()
    until = 0 if row is None else row.paused_until
    state = health(here.app, session)
    context = {
        "is_paused": until > now,
        "until": words.moment(words.at(until)) if until else None,
        "is_spent": row is not None and bool(row.is_pause_spent),
        "health": state,
        "waiting": words.number(state.queue_depth + state.sales_waiting + state.lines_waiting),
        "held": words.number(state.held + state.sales_held + state.lines_held),
        "acts": words.number(state.ballots_waiting + state.acts_waiting),
    }
    return here.show("office/pause.html", context)
