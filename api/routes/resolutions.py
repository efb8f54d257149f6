"""Resolutions: filed, noticed, told, carried out."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Request

from api import texts, votes
from api.askers import place_of
from api.deps import App, Reading
from api.polling import accept_act
from api.schemas import PathNumber
from api.vote_answers import Resolutions, ResolutionTold
from api.vote_schemas import ActAccepted, InterestGiven, NoticeGiven, ProposalGiven
from endogene_token.ballots import ExecutableCall, Interest, Notice, Proposal, calls_hash
from endogene_token.bounds import MAX_UINT32
from endogene_token.errors import UnknownTextError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.office.trail import Actor
from endogene_token.relay.acts import Execution, SignedAct
from endogene_token.relay.vote_models import RelayAct, RelayText

router = APIRouter(tags=["resolutions"])
PAGE: Final = 100
After = Annotated[int, Query(ge=0, le=MAX_UINT32, description="Only resolutions after this number.")]


@router.get("/resolutions")
def resolutions(app: App, session: Reading, after: After = 0) -> Resolutions:
    """Tell a hundred resolutions, by ascending number."""
    rows = votes.page(session, after, PAGE + 1, app.clock.now())
    return Resolutions(items=rows[:PAGE], next=rows[PAGE - 1].number if len(rows) > PAGE else None)


@router.get("/resolutions/{number}")
def resolution(number: PathNumber, app: App, session: Reading) -> ResolutionTold:
    """Tell a resolution: its text with its hash, its calls, its roll, its tallies by college, its outcome."""
    row = votes.known(session, number)
    return votes.told(session, app.community, row, app.clock.now(), app.settings.sealing_key)


@router.post("/resolutions", status_code=202)
def propose(
    given: Annotated[ProposalGiven, Body()], request: Request, app: App, session: Reading
) -> ActAccepted:
    """Accept a member's proposal for the assembly, with its text unless that is kept here already."""
    text = from_hex(given.text_hash)
    if given.text is None:
        is_known = session.get(RelayText, text) is not None
    else:
        is_known = from_hex(texts.hash_of(given.text)) == text
    if not is_known:
        raise UnknownTextError(actual=given.text_hash)
    calls = tuple(ExecutableCall(one.target, from_hex(one.data)) for one in given.calls)
    message = Proposal(given.member, given.kind, text, calls_hash(calls), given.nonce)
    accepted = _accepted(accept_act(app, SignedAct(message, from_hex(given.signature), calls)))
    if given.text is not None:  # after its act, which was signed by a member; sent again, it is kept again
        texts.keep(app, Actor(f"member:{given.member}", *place_of(request)), given.text)
    return accepted


@router.post("/resolutions/{number}/notice", status_code=202)
def notice(number: PathNumber, given: Annotated[NoticeGiven, Body()], app: App) -> ActAccepted:
    """Accept a director's notice of a draft: it fixes roll, charter and dates."""
    message = Notice(given.member, number, given.opens_at, given.nonce)
    return _accepted(accept_act(app, SignedAct(message, from_hex(given.signature))))


@router.post("/resolutions/{number}/interests", status_code=202)
def interest(number: PathNumber, given: Annotated[InterestGiven, Body()], app: App) -> ActAccepted:
    """Accept a director's leave of a resolution, for an interest in it."""
    message = Interest(given.member, number, given.nonce)
    return _accepted(accept_act(app, SignedAct(message, from_hex(given.signature))))


@router.post("/resolutions/{number}/execute", status_code=202)
def execute(number: PathNumber, app: App) -> ActAccepted:
    """Have a final resolution carried out, with exactly the calls that were noticed. Anyone may ask."""
    return _accepted(accept_act(app, SignedAct(Execution(number))))


def _accepted(row: RelayAct) -> ActAccepted:
    return ActAccepted.model_validate({"digest": to_hex(row.digest), "status": row.state})
