"""The bank's lines that wait for a person: what is proposed of each; accepted, matched, set aside, undone."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from api.deps import Reading
from api.pages.businesses import numbered
from api.pages.forms import Form, Sent
from api.pages.office.labels import LINES, TONES
from api.pages.office.places import BANK
from api.pages.office.room import Room, room
from endogene_token.i18n import mark
from endogene_token.office import business_names
from endogene_token.office.scopes import StaffRole
from endogene_token.treasury.collect.models import BankMatch
from endogene_token.treasury.confirm import matching, rows
from endogene_token.treasury.confirm.matching import Queued, Wish
from endogene_token.treasury.confirm.rows import LONGEST_WHY
from endogene_token.treasury.confirm.standing import standing
from endogene_token.treasury.confirm.states import LineState

router = APIRouter(prefix="/office")
MOST: Final = 100
IDENTITY: Final = "[0-9a-f]{64}"
WAITING: Final = (LineState.PROPOSED, LineState.UNMATCHED)
UNDOABLE: Final = (LineState.MATCHED, LineState.SET_ASIDE)
Acting = Annotated[Room, Depends(room(BANK, StaffRole.TREASURER))]
RULES: Final = {
    "rule:reference": mark("it bears our reference"),
    "rule:statement": mark("it names a statement"),
    "rule:account": mark("it comes from the account of a business"),
    "rule:return": mark("it gives back what we asked for"),
}
OTHER_RULE: Final = mark("by rule")


@router.get("/bank", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(BANK))], session: Reading) -> HTMLResponse:
    """Show the queue, and what was decided and is not booked yet."""
    now, names = standing(session), business_names.of_all(session)
    waiting, decided = (matching.queue(session, one, limit=MOST) for one in (WAITING, UNDOABLE))
    context = {
        "waiting": [_told(here, session, names, one) for one in waiting],
        "decided": [_told(here, session, names, one) for one in decided],
        "last_day": here.day(now.last_day),
        "counts": [
            (here.words.tr(LINES[one]), here.words.number(now.counts[one]))
            for one in LineState
            if now.counts[one]
        ],
        "longest": LONGEST_WHY,
    }
    return here.show("office/bank.html", context)


@router.post("/bank/accept")
def accept(here: Acting, sent: Sent) -> RedirectResponse:
    """Let what is proposed of a line stand."""
    line = sent.matching("line", IDENTITY)
    with here.changing() as change:
        matching.approve(change, rows.line_of(change.session, line))
    return here.back(BANK.path, "accepted")


@router.post("/bank/match")
def match(here: Acting, sent: Sent) -> RedirectResponse:
    """Say by hand what a whole line confirms."""
    line, wish = sent.matching("line", IDENTITY), _wish(sent)
    with here.changing() as change:
        matching.match(change, rows.line_of(change.session, line), [wish])
    return here.back(BANK.path, "matched")


@router.post("/bank/aside")
def aside(here: Acting, sent: Sent) -> RedirectResponse:
    """Take a line out of the queue, with a reason."""
    line, why = sent.matching("line", IDENTITY), sent.text("why", LONGEST_WHY)
    with here.changing() as change:
        matching.set_aside(change, rows.line_of(change.session, line), why)
    return here.back(BANK.path, "aside")


@router.post("/bank/undo")
def undo(here: Acting, sent: Sent) -> RedirectResponse:
    """Take back what was decided about a line."""
    line = sent.matching("line", IDENTITY)
    with here.changing() as change:
        matching.undo(change, rows.line_of(change.session, line))
    return here.back(BANK.path, "undone")


def _wish(sent: Form) -> Wish:
    """Return what a person says that a line is: a reference of ours, or a business's own transfer."""
    if sent.matching("what", "item|debt|merchant") == "merchant":
        return Wish(merchant=int(sent.matching("which", "[1-9][0-9]{0,8}")))
    reference = sent.matching("which", "[A-Za-z0-9-]{1,19}").upper()
    return Wish(item=reference) if sent.matching("what", "item|debt") == "item" else Wish(debt=reference)


def _told(here: Room, session: Session, names: Mapping[int, str], queued: Queued) -> dict[str, Any]:
    line, words = queued.line, here.words
    state = LineState(line.state)
    return {
        "identity": line.identity.hex(),
        "number": line.identity.hex()[:8],
        "day": here.day(line.booked),
        "amount": words.money(line.amount),
        "name": line.name,
        "text": line.text,
        "reference": line.end_to_end or line.bank_reference,
        "code": line.return_code,
        "state": words.tr(LINES[state]),
        "tone": TONES.get(state, ""),
        "is_proposed": state is LineState.PROPOSED,
        "why": line.why,
        "matches": [_match(here, session, names, one) for one in queued.matches],
    }


def _match(here: Room, session: Session, names: Mapping[int, str], one: BankMatch) -> dict[str, Any]:
    tr = here.words.tr
    if one.item:
        what = tr("reference {number}", number=one.item)
    elif one.merchant:
        what = tr("transfer of {business}", business=numbered(here.words, names, one.merchant))
    else:
        what = tr("kept aside")
    is_rule = one.proposed_by.startswith("rule:")
    by = tr(RULES.get(one.proposed_by, OTHER_RULE)) if is_rule else here.person(session, one.proposed_by)
    return {"what": what, "amount": here.words.money(one.amount), "by": by}
