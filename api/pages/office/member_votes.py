"""Votes at the desk: what is decided now, and a ballot that the member signs with a security key.

The registrar shows the page and serves; the member's own key signs the ballot, as in the wallet. What the
member chose is not told here afterwards: the receipt is given once, to who has just signed.
"""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session

from api import votes
from api.ballot_acts import Said, cast, own_ballot, paper, receipt, right_of
from api.deps import Language, Reading
from api.fund import read_pockets
from api.logins import translated
from api.pages.office.desk import PREFIX, Reader, Registrar
from api.pages.office.desk import row_of as member_of
from api.pages.office.member_key import key_of
from api.pages.office.room import Room
from api.pages.voting import CHOICES, COLLEGES, Asked, Cast, brief, newest, row_of
from api.schemas import PathNumber
from endogene_token.ids import day_date
from endogene_token.indexer.vote_models import Resolution
from endogene_token.office import trail
from endogene_token.office.passkeys import Site
from endogene_token.relay.vote_models import VoteState
from endogene_token.store import reading

router = APIRouter(prefix=f"{PREFIX}/votes")
LIVE: Final = frozenset({"open", "noticed"})


@router.get("", response_class=HTMLResponse)
def listed(number: PathNumber, here: Reader, session: Reading) -> HTMLResponse:
    """Show what can be voted on, with the member's right; and what is announced."""
    member_of(session, number)
    told = [_told(here, session, row, number) for row in newest(session)]
    context = {
        "number": number,
        "open": [one for one in told if one["state"] == "open"],
        "coming": [one for one in told if one["state"] == "noticed"],
        "key": key_of(here, session, number),
        **_money(here, session),
    }
    return here.show("office/member_votes.html", context)


@router.get("/{resolution}", response_class=HTMLResponse)
def one(number: PathNumber, resolution: PathNumber, here: Reader, session: Reading) -> HTMLResponse:
    """Show a resolution, what one must know before voting, and where the member marks and signs."""
    member_of(session, number)
    row = row_of(session, resolution)
    mine = own_ballot(session, resolution, number, here.words.lang)
    context = {
        "number": number,
        "vote": _told(here, session, row, number),
        "key": key_of(here, session, number),
        "mine": None
        if mine is None
        else {
            "why": mine.why if mine.state == VoteState.REFUSED else "",
            "counts": mine.stands or mine.state == VoteState.DONE,
        },
        "choices": [(one.value, here.words.tr(label)) for one, label in CHOICES.items()],
        **_money(here, session),
    }
    return here.show("office/member_vote.html", context)


@router.post("/{resolution}/paper")
def options(
    number: PathNumber,
    resolution: PathNumber,
    given: Annotated[Asked, Body()],
    here: Registrar,
    session: Reading,
) -> JSONResponse:
    """Tell what the member's key signs for this choice."""
    here.who.require_fresh()
    said = Said(given.choice, given.commitment)
    made = paper(here.app, session, row_of(session, resolution), number, said)
    told = {"sequence": made.sequence, "options": made.options(Site.of(here.app.settings))}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.post("/{resolution}/ballots", status_code=202)
def vote(
    number: PathNumber,
    resolution: PathNumber,
    given: Annotated[Cast, Body()],
    here: Registrar,
    session: Reading,
    *,
    lang: Language,
) -> JSONResponse:
    """Take a ballot that the member's key has signed, and give its receipt, this once."""
    here.who.require_fresh()
    row, sent = row_of(session, resolution), (given.said, given.sequence, given.credential)
    about, params = f"member:{number}/resolution:{resolution}", {"sequence": given.sequence}

    def noted(kept: Session) -> None:
        trail.append(kept, here.who.actor, "ballot.served", about, params)

    with translated(lang):
        state = cast(here.app, session, row, number, sent, noted=noted)
    with reading(here.app.engine) as connection, Session(connection) as fresh:
        told = json.loads(receipt(here.app.ledger, fresh, row, number))
    return JSONResponse({"status": state, "receipt": told}, 202, headers={"Cache-Control": "no-store"})


def _money(here: Room, session: Session) -> dict[str, Any]:
    free = read_pockets(session).free
    return {"free": here.words.money(free), "is_short": free < 0}


def _told(here: Room, session: Session, row: Resolution, member: int) -> dict[str, Any]:
    app, words = here.app, here.words
    told = votes.told(session, app.community, row, app.clock.now(), app.settings.sealing_key)
    right = right_of(app, session, row, member) if told.state in LIVE else None
    return {
        **brief(words, told),
        "text": (told.text or "").strip().partition("\n")[2].strip(),
        "is_kept": bool(told.text),
        "right": right,
        "college": "" if right is None else words.tr(COLLEGES[right.college]),
        "record": None if row.record_day == 0 else words.day(day_date(row.record_day)),
        "quorum": told.quorum,
        "roll": told.roll,
        "is_sealed": told.is_sealed,
        "sealing_key": told.sealing_key,
    }
