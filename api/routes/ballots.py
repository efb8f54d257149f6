"""Ballots: sent by their member, followed by the member alone; sealed ones opened after closing."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends
from sqlmodel import Session

from api.access import Caller, require_holder
from api.deps import App, Language, Reading
from api.polling import accept_ballot, accept_opening
from api.schemas import PathNumber
from api.text import ballot_refusal_text
from api.vote_schemas import (
    BallotAccepted,
    BallotGiven,
    BallotStatus,
    BallotTold,
    OpeningAccepted,
    OpeningGiven,
    ReceiptTold,
    SealedOpenings,
    SealedOpeningTold,
    StandingTold,
)
from endogene_token.bylaws import State
from endogene_token.chain.assembly import Assembly
from endogene_token.errors import UnknownBallotError, UnknownResolutionError, WrongStateError
from endogene_token.hexes import to_hex
from endogene_token.indexer import vote_models as read_model
from endogene_token.relay import ballots
from endogene_token.relay.vote_models import RelayBallot, VoteState

router = APIRouter(tags=["ballots"])
STATUSES: Final[dict[str, BallotStatus]] = {
    VoteState.QUEUED: "queued",
    VoteState.DONE: "counted",
    VoteState.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ballot stands: the numbers of the path."""

    number: PathNumber
    member: PathNumber


@router.post("/resolutions/{number}/ballots", status_code=202)
def cast(number: PathNumber, given: Annotated[BallotGiven, Body()], app: App) -> BallotAccepted:
    """Accept a member's ballot under its signature; it may be replaced by a higher one until closing."""
    state = accept_ballot(app, number, given)
    return BallotAccepted(
        resolution=number, member=given.member, sequence=given.sequence, status=STATUSES[state]
    )


@router.get("/resolutions/{number}/ballots/{member}")
def own(
    place: Annotated[Place, Depends()], key: Caller, app: App, session: Reading, lang: Language
) -> BallotTold:
    """Tell a member how its own last ballot has come. Nobody else may read it, officers neither."""
    require_holder(session, key, place.member)
    row = ballots.newest(session, place.number, place.member)
    if row is None:
        raise UnknownBallotError(actual=place.member)
    reason, explanation = ballot_refusal_text(row.trouble, lang)
    return BallotTold(
        sequence=row.sequence,
        choice=row.choice or None,
        status=STATUSES[row.state],
        reason=reason,
        explanation=explanation,
        transaction=None if row.transaction is None else to_hex(row.transaction),
        receipt=_receipt(app.ledger.community.chain_id, app.ledger.community.assembly, session, row),
        standing=_standing(session, place.number, place.member),
    )


@router.post("/resolutions/{number}/openings", status_code=202)
def open_ballot(
    number: PathNumber, given: Annotated[OpeningGiven, Body()], app: App, session: Reading
) -> OpeningAccepted:
    """Accept what opens a member's sealed ballot, after closing and while openings are taken."""
    state = accept_opening(app, session, number, given)
    status = "opened" if state == VoteState.DONE else state
    return OpeningAccepted.model_validate({"resolution": number, "member": given.member, "status": status})


@router.get("/resolutions/{number}/sealed-openings")
def sealed_openings(number: PathNumber, app: App, session: Reading) -> SealedOpenings:
    """Tell, after closing, what members sealed for the scrutineers, who alone can read it."""
    resolution = Assembly(app.ledger).resolution(number)
    if resolution.closes_at == 0 or app.clock.now() < resolution.closes_at:
        actual, limit = State.OPEN.name.lower(), State.CLOSED.name.lower()
        raise WrongStateError(resolution=number, actual=actual, limit=limit)
    rows = ballots.sealed_openings(session, number)
    return SealedOpenings(
        items=[
            SealedOpeningTold(
                member=one.member,
                sequence=one.sequence,
                sealed_opening=to_hex(one.sealed_opening or b""),
            )
            for one in rows
        ]
    )


def _receipt(chain_id: int, assembly: str, session: Session, row: RelayBallot) -> ReceiptTold:
    resolution = session.get(read_model.Resolution, row.resolution)
    if resolution is None:
        raise UnknownResolutionError(actual=row.resolution, limit="?")
    return ReceiptTold(
        chain_id=chain_id,
        assembly=assembly,
        resolution=row.resolution,
        member=row.member,
        sequence=row.sequence,
        choice=row.choice or None,
        commitment=None if row.commitment is None else to_hex(row.commitment),
        text_hash=to_hex(resolution.text_hash),
        signature=to_hex(row.signature),
    )


def _standing(session: Session, number: int, member: int) -> StandingTold | None:
    found = session.get(read_model.Ballot, (number, member))
    return None if found is None else StandingTold(sequence=found.sequence, choice=found.choice or None)
