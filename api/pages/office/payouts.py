"""The redemption desk: credits that are paid back, each with who must do what next."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api import money
from api.deps import Reading
from api.pages.office.labels_projects import REASONS
from api.pages.office.labels_projects import REDEMPTIONS as STATES
from api.pages.office.places import REDEMPTIONS
from api.pages.office.room import Room, room
from endogene_token.indexer.money_models import Redemption
from endogene_token.projects import RedemptionState
from endogene_token.treasury.collect.models import BankPayee

router = APIRouter(prefix="/office")
MOST: Final = 200
CLOSED: Final = (RedemptionState.PAID, RedemptionState.DROPPED)
TONES: Final = {"paid": "good", "dropped": ""}


@router.get("/redemptions", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(REDEMPTIONS))], session: Reading) -> HTMLResponse:
    """Show the redemptions that are under way, then the last that ended."""
    newest = select(Redemption).order_by(col(Redemption.number).desc())
    under_way = session.exec(newest.where(col(Redemption.state).not_in(CLOSED))).all()
    ended = session.exec(newest.where(col(Redemption.state).in_(CLOSED)).limit(MOST)).all()
    context = {
        "open": [_told(here, session, one) for one in reversed(under_way)],
        "ended": [_told(here, session, one) for one in ended],
    }
    return here.show("office/redemptions.html", context)


def _told(here: Room, session: Session, row: Redemption) -> dict[str, Any]:
    words, one = here.words, money.redemption(session, row)
    account = session.exec(
        select(BankPayee).where(
            BankPayee.party == "member", BankPayee.party_number == row.member, BankPayee.state == "active"
        )
    ).first()
    steps = [
        (words.tr("asked"), row.block_time),
        (words.tr("attested"), one.attested_at),
        (words.tr("approved"), one.approved_at),
        (words.tr("closed"), one.closed_at),
    ]
    return {
        "number": one.number,
        "member": one.member,
        "amount": words.money(int(one.amount)),
        "paid": words.money(int(one.paid)) if int(one.paid) else None,
        "reason": words.tr(REASONS[one.reason]),
        "word": one.state,
        "state": words.tr(STATES[one.state]),
        "tone": TONES.get(one.state, "warn"),
        "steps": [(label, here.day_of(at)) for label, at in steps if at],
        "tail": None if account is None else account.tail,
        "payments": [(here.day_of(part.at), words.money(int(part.amount))) for part in one.payments],
    }
