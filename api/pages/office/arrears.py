"""Businesses that are late or near their limit, and the suspensions that the registrar decides."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session, col, select

from api.deps import Reading
from api.inbox_answers import LONGEST_REASON
from api.pages.businesses import numbered
from api.pages.forms import Sent
from api.pages.office.labels import ACTS, PROPOSALS, TONES
from api.pages.office.places import ARREARS, TREASURY
from api.pages.office.room import Room, room
from api.routes.reconciliations import desk
from endogene_token.chain.views import MerchantStatus
from endogene_token.indexer.models import Merchant
from endogene_token.office import business_names
from endogene_token.office.persons import is_same_person
from endogene_token.office.scopes import StaffRole
from endogene_token.treasury.dunning import examining, proposals
from endogene_token.treasury.dunning.proposals import Act, State
from endogene_token.treasury.exceptions.models import DunningProposal, DunningState

router = APIRouter(prefix="/office")
MOST: Final = 1_000
DECIDED: Final = 10
LARGEST: Final = 2**63 - 1
_BPS: Final = 10_000


@router.get("/arrears", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(ARREARS))], session: Reading) -> HTMLResponse:
    """Show who is late, and what is proposed; to the registrar what is proposed alone."""
    waiting = [
        *proposals.page(session, 0, MOST, State.OPEN),
        *proposals.page(session, 0, MOST, State.APPROVED),
    ]
    suspended = session.exec(
        select(Merchant.number)
        .where(Merchant.status == MerchantStatus.SUSPENDED)
        .order_by(col(Merchant.number))
    ).all()
    names, late = business_names.of_all(session), None
    if here.role in TREASURY:
        late = [_late(here, session, names, one) for one in examining.states(session)]
    context = {
        "proposals": [_proposal(here, session, names, one) for one in waiting],
        "decided": [_proposal(here, session, names, one) for one in _decided(session)],
        "late": late,
        "suspended": [numbered(here.words, names, one) for one in suspended],
        "longest": LONGEST_REASON,
    }
    return here.show("office/arrears.html", context)


@router.post("/arrears/propose")
def propose(
    here: Annotated[Room, Depends(room(ARREARS, StaffRole.TREASURER))], sent: Sent
) -> RedirectResponse:
    """Propose a suspension, or its end."""
    merchant, act = sent.number("merchant"), Act(sent.matching("act", "suspend|reinstate"))
    with here.changing() as change:
        desk(here.app).propose(change, merchant, act, int(time.time()))
    return here.back(ARREARS.path, "proposed")


@router.post("/arrears/decide")
def decide(
    here: Annotated[Room, Depends(room(ARREARS, StaffRole.REGISTRAR))], sent: Sent
) -> RedirectResponse:
    """Approve or refuse a proposal of somebody else."""
    number, why = sent.number("number", LARGEST), sent.text("why", LONGEST_REASON)
    is_approved = sent.matching("verdict", "approve|refuse") == "approve"
    with here.changing() as change:
        desk(here.app).decide(change, number, is_approved, why, int(time.time()))
    return here.back(ARREARS.path, "approved" if is_approved else "refused")


def _decided(session: Session) -> list[DunningProposal]:
    query = select(DunningProposal).where(col(DunningProposal.decided_at) > 0)
    query = query.where(col(DunningProposal.state).not_in((State.OPEN, State.APPROVED)))
    return list(session.exec(query.order_by(col(DunningProposal.decided_at).desc()).limit(DECIDED)))


def _proposal(here: Room, session: Session, names: Mapping[int, str], row: DunningProposal) -> dict[str, Any]:
    words = here.words
    return {
        "number": row.number,
        "act": words.tr(ACTS[Act(row.act)]),
        "business": numbered(words, names, row.merchant),
        "arrears": words.money(row.arrears),
        "since": here.day(row.since),
        "by": here.person(session, row.proposed_by),
        "at": words.moment(words.at(row.proposed_at)),
        "state": words.tr(PROPOSALS[State(row.state)]),
        "tone": TONES.get(State(row.state), ""),
        "is_open": row.state == State.OPEN,
        "is_own": is_same_person(session, row.proposed_by, here.who.actor.who),
        "decided_by": here.person(session, row.decided_by) if row.decided_by else "",
        "why": row.why,
    }


def _late(here: Room, session: Session, names: Mapping[int, str], row: DunningState) -> dict[str, Any]:
    merchant = session.get_one(Merchant, row.merchant)
    limit, words = merchant.exposure_limit, here.words
    return {
        "business": numbered(words, names, row.merchant),
        "arrears": words.money(row.arrears),
        "since": here.day(row.since),
        "level": row.level,
        "owed": words.money(merchant.owed),
        "limit": words.money(limit),
        "used": words.percent(_BPS * merchant.owed // limit // 100 * 100) if limit else "–",
        "is_warned": bool(row.warned),
        "is_suspended": merchant.status == MerchantStatus.SUSPENDED,
    }
