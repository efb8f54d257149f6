"""Votes: those that are open first, their quorum and their counts as they come in."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api import votes
from api.deps import Reading
from api.pages.labels import COLLEGE_NAMED, KIND_NAMED, VOTE_NAMED
from api.pages.office.places import VOTES
from api.pages.office.room import Room, room
from api.schemas import PathNumber
from api.vote_answers import CollegeTally, ResolutionTold
from endogene_token.indexer.vote_models import Resolution

router = APIRouter(prefix="/office")
MOST: Final = 100
COUNTS: Final = "office/vote_counts.html"
BAR: Final = 1_000  # units of the drawing's width
LIVE: Final = frozenset({"noticed", "open", "closed"})
Reader = Annotated[Room, Depends(room(VOTES))]


@router.get("/votes", response_class=HTMLResponse)
def page(here: Reader, session: Reading) -> HTMLResponse:
    """Show the resolutions, the newest first."""
    rows = session.exec(select(Resolution).order_by(col(Resolution.number).desc()).limit(MOST)).all()
    told = _told(here, session, rows)
    told.sort(key=lambda one: not one["is_live"])
    return here.show("office/votes.html", {"votes": told})


@router.get("/votes/{number}", response_class=HTMLResponse)
def one(number: PathNumber, here: Reader, session: Reading) -> HTMLResponse:
    """Show a resolution with its text and its counts."""
    return here.show("office/vote.html", {"vote": _found(here, session, number), "part": COUNTS})


@router.get("/votes/{number}/counts", response_class=HTMLResponse)
def counts(number: PathNumber, here: Reader, session: Reading) -> Response:
    """Give the counts alone: the page asks for them every few seconds while a vote is open."""
    return here.watched(COUNTS, {"vote": _found(here, session, number)})


def _found(here: Room, session: Session, number: int) -> dict[str, Any]:
    return _told(here, session, [votes.known(session, number)])[0]


def _told(here: Room, session: Session, rows: Sequence[Resolution]) -> list[dict[str, Any]]:
    app = here.app
    found = votes.told_of(session, app.community, rows, app.clock.now(), app.settings.sealing_key)
    return [_vote(here, one) for one in found]


def _vote(here: Room, one: ResolutionTold) -> dict[str, Any]:
    words = here.words
    title, _, rest = (one.text or "").strip().partition("\n")
    return {
        "number": one.number,
        "kind": words.tr(KIND_NAMED[one.kind]),
        "is_board": one.body == "board",
        "state": words.tr(VOTE_NAMED[one.state].msgid),
        "tone": VOTE_NAMED[one.state].tone,
        "is_live": one.state in LIVE,
        "title": title,
        "text": rest.strip(),
        "opens": None if one.opens_at is None else words.moment(words.at(one.opens_at)),
        "closes": None if one.closes_at is None else words.moment(words.at(one.closes_at)),
        "is_sealed": one.is_sealed,
        "calls": [f"{call.contract or call.target}.{call.function or '?'}" for call in one.calls],
        "is_final": one.state == "final",
        **_quorum(here, one),
        "tallies": None if one.tallies is None else [_tally(here, tally) for tally in one.tallies],
    }


def _quorum(here: Room, one: ResolutionTold) -> dict[str, Any]:
    if one.quorum is None or one.roll is None:
        return {"quorum": None}
    total = max(one.roll.total, 1)
    needed, cast = one.quorum.needed, one.quorum.ballots
    number = here.words.number
    return {
        "quorum": {
            "needed": number(needed),
            "cast": number(cast),
            "roll": number(one.roll.total),
            "is_met": cast >= needed,
            "width": min(cast * BAR // total, BAR),
            "mark": min(needed * BAR // total, BAR - 4),
        }
    }


def _tally(here: Room, tally: CollegeTally) -> dict[str, Any]:
    counted = (tally.in_favour, tally.against, tally.abstained)
    total = max(sum(counted), 1)
    yes, no = counted[0] * BAR // total, counted[1] * BAR // total
    return {
        "college": here.words.tr(COLLEGE_NAMED[tally.college]),
        "yes": here.words.number(counted[0]),
        "no": here.words.number(counted[1]),
        "neither": here.words.number(counted[2]),
        "yes_width": yes,
        "no_width": no,
        "neither_width": counted[2] * BAR // total,
        "is_empty": sum(counted) == 0,
    }
