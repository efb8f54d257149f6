"""Who is late or near its limit; suspensions proposed by rule or treasurer, decided by the registrar."""

import time
from typing import Annotated, Final

from fastapi import APIRouter, Body, Path

from api.askers import Changer, Reader, changing_as, registrar, require_treasury_reader, treasurer
from api.deps import App, Reading
from api.inbox_answers import DecisionGiven, DunningsTold, DunningTold, ProposalGiven, ProposalTold
from api.routes.reconciliations import desk
from endogene_token.treasury.dunning import examining, proposals
from endogene_token.treasury.dunning.proposals import Act, State

router = APIRouter(tags=["treasury"])
MOST: Final = 1_000
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="As it is listed.")]


@router.get("/dunning")
def read(asker: Reader, app: App, session: Reading) -> DunningsTold:
    """Tell who was late or near its limit at the last examination, and the proposals that wait.

    An officer may read, and a key with `treasury:read`.
    """
    require_treasury_reader(app, asker)
    waiting = [
        *proposals.page(session, 0, MOST, State.OPEN),
        *proposals.page(session, 0, MOST, State.APPROVED),
    ]
    return DunningsTold(
        items=[DunningTold.of(row) for row in examining.states(session)],
        proposals=[ProposalTold.of(row) for row in waiting],
    )


@router.post("/dunning/proposals", status_code=201)
def propose(given: Annotated[ProposalGiven, Body()], asker: Changer, app: App) -> ProposalTold:
    """Propose to suspend an active merchant, or to reinstate a suspended one. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        row = desk(app).propose(change, given.merchant, Act(given.act), int(time.time()))
        return ProposalTold.of(row)


@router.post("/dunning/proposals/{number}/decide")
def decide(number: Number, given: Annotated[DecisionGiven, Body()], asker: Changer, app: App) -> ProposalTold:
    """Approve or refuse a proposal. The registrar may, but not who made it.

    What is approved is carried out on the chain within seconds, with the registrar's key.
    """
    with changing_as(app, asker, registrar(app, asker)) as change:
        row = desk(app).decide(change, number, given.approved, given.why, int(time.time()))
        return ProposalTold.of(row)
