"""Votes: what is decided now, with one's right, the quorum and the free money before the ballot.

A ballot is signed by the member's passkey: the challenge that the device signs is the digest of the ballot
itself, so that the chain counts it and nobody, this service neither, can make another of it.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from api import votes
from api.ballot_acts import Paper, Said, cast, is_opened, own_ballot, paper, receipt, right_of
from api.deps import App, Language, Reading
from api.fund import read_pockets
from api.logins import translated
from api.pages.shell import page, words_of
from api.pages.voting import CHOICES, COLLEGES, Asked, Cast, brief, newest, row_of
from api.pages.wallet.common import Holder, key_standing, number_of
from api.polling import accept_opening
from api.schemas import PathNumber
from api.vote_schemas import Bytes32, OpeningGiven
from endogene_token.ballots import Choice
from endogene_token.ids import day_date
from endogene_token.office.passkeys import Site

router = APIRouter()


class Opened(BaseModel):
    """What opens a sealed ballot, as the device kept it."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice
    salt: Bytes32


@router.get("/votes", response_class=HTMLResponse)
def listed(_who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show what can be voted on, what is announced, and what was decided."""
    words, now = words_of(request, app), app.clock.now()
    told = [brief(words, votes.told(session, app.community, row, now, None)) for row in newest(session)]
    context = {
        "here": "votes",
        "open": [one for one in told if one["state"] == "open"],
        "coming": [one for one in told if one["state"] == "noticed"],
        "past": [one for one in told if one["state"] not in {"open", "noticed"}],
    }
    return page(request, app, "wallet/votes.html", context)


@router.get("/votes/{number}", response_class=HTMLResponse)
def shown(number: PathNumber, who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show a resolution, what one must know before voting, and one's own ballot."""
    words, row = words_of(request, app), row_of(session, number)
    told = votes.told(session, app.community, row, app.clock.now(), app.settings.sealing_key)
    free, right = read_pockets(session).free, right_of(app, session, row, number_of(who))
    mine = own_ballot(session, number, number_of(who), words.lang)
    context = {
        **brief(words, told),
        "here": "votes",
        "member": number_of(who),
        "told": told,
        "text": (told.text or "").strip().partition("\n")[2],
        "key": key_standing(session, app.ledger, who),
        "right": right,
        "college": words.tr(COLLEGES[right.college]),
        "free": words.money(free),
        "is_short": free < 0,
        "quorum": told.quorum,
        "roll": told.roll,
        "record": None if row.record_day == 0 else words.day(day_date(row.record_day)),
        "mine": mine,
        "opened": is_opened(session, number, number_of(who)),
        "said": None if mine is None or mine.choice is None else words.tr(CHOICES[Choice(mine.choice)]),
        "choices": [(one.value, words.tr(label)) for one, label in CHOICES.items()],
        "tallies": told.tallies if told.state not in {"open", "noticed"} else None,
    }
    return page(request, app, "wallet/vote.html", context)


@router.post("/votes/{number}/paper")
def options(
    number: PathNumber, given: Annotated[Asked, Body()], who: Holder, app: App, session: Reading
) -> JSONResponse:
    """Tell what the device signs for this choice."""
    said = Said(given.choice, given.commitment)
    made: Paper = paper(app, session, row_of(session, number), number_of(who), said)
    told = {"sequence": made.sequence, "options": made.options(Site.of(app.settings))}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.post("/votes/{number}/ballots", status_code=202)
def vote(
    number: PathNumber,
    given: Annotated[Cast, Body()],
    who: Holder,
    app: App,
    session: Reading,
    *,
    lang: Language,
) -> JSONResponse:
    """Take a ballot as POST /v1/resolutions/{n}/ballots does."""
    row = row_of(session, number)
    with translated(lang):
        state = cast(app, session, row, number_of(who), (given.said, given.sequence, given.credential))
    return JSONResponse({"status": state}, 202)


@router.post("/votes/{number}/openings", status_code=202)
def opening(
    number: PathNumber, given: Annotated[Opened, Body()], who: Holder, app: App, session: Reading
) -> JSONResponse:
    """Take what opens the member's sealed ballot, as POST /v1/resolutions/{n}/openings does."""
    told = OpeningGiven(member=number_of(who), choice=given.choice, salt=given.salt)
    return JSONResponse({"status": accept_opening(app, session, number, told)}, 202)


@router.get("/votes/{number}/receipt.json")
def receipt_file(number: PathNumber, who: Holder, app: App, session: Reading) -> Response:
    """Give the receipt of one's own ballot, with which `endogene verify` finds it on the chain."""
    text = receipt(app.ledger, session, row_of(session, number), number_of(who))
    name = f"endogene-{number}-{number_of(who)}.json"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, headers=headers, media_type="application/json")
