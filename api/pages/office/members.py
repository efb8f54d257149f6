"""The members' desk: for those who come with a card, or with nothing but their name and number.

A member without a telephone has here what others have in the wallet: balance, purchases, a card.
"""

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session, col, select

from api.deps import Reading
from api.pages.businesses import numbered
from api.pages.forms import Sent
from api.pages.member_years import years_of
from api.pages.office.desk import Reader, Registrar, row_of
from api.pages.office.member_key import key_of
from api.pages.office.people import STATES, TONES
from api.pages.office.places import DESK
from api.pages.office.room import SEE_OTHER, Room
from api.routes import members as summaries
from api.schemas import PathNumber
from api.text import refusal_text
from endogene_token.i18n import mark
from endogene_token.ids import day_date
from endogene_token.indexer.models import Purchase
from endogene_token.indexer.vote_models import Ballot
from endogene_token.office import business_names, cards, phones, retirements, staff
from endogene_token.office.card_numbers import grouped
from endogene_token.office.card_prints import face
from endogene_token.office.cards import Ending, NewCard
from endogene_token.office.models import OfficeCard, OfficePhone, OfficeRetirement
from endogene_token.office.scopes import StaffRole

router = APIRouter(prefix="/office")
SHOWN: Final = 20
LONGEST_CARD: Final = 40
CATEGORIES: Final = {
    "user": mark("User member"),
    "worker": mark("Worker member"),
    "supporting": mark("Supporting member"),
}
ENDINGS: Final = {Ending.LOST: mark("revoked"), Ending.REPLACED: mark("replaced")}


@router.get("/members", response_class=HTMLResponse)
def page(here: Reader) -> HTMLResponse:
    """Ask for a member."""
    return here.show("office/members.html", {})


@router.post("/members/find")
def find(here: Reader, session: Reading, sent: Sent) -> RedirectResponse:
    """Send on to the member of a number or a card, which no address and no log ever shows."""
    text = sent.text("member", LONGEST_CARD)
    if text.isascii() and text.isdigit() and len(text) < 11:
        number = sent.number("member")
    else:
        number = cards.holder(session, here.app.secret(), text)
    cards.require_member(session, number)
    return RedirectResponse(f"{DESK.path}/{number}", status_code=SEE_OTHER)


@router.get("/members/{number}", response_class=HTMLResponse)
def one(number: PathNumber, here: Reader, session: Reading) -> HTMLResponse:
    """Show a member."""
    words, told = here.words, summaries.told(session, number)
    phone, retirement = session.get(OfficePhone, number), session.get(OfficeRetirement, number)
    own, row = cards.cards_of(session, number), row_of(session, number)
    today = datetime.now(UTC).astimezone(words.zone).date()
    context = {
        "number": number,
        "category": words.tr(CATEGORIES[told.category]),
        "since": here.day(told.valid_from) if row.valid_from else "",
        "until": here.day(told.valid_until or ""),
        "credits": words.money(int(told.credits)),
        "earned": words.money(int(told.earned)),
        "spent": words.money(int(told.spent) - int(told.refunded)),
        "count": told.purchases,
        "purchases": _purchases(here, session, number),
        "cards": [_card(here, one) for one in reversed(own)],
        "holds_card": any(one.revoked_at is None for one in own),
        "phone_since": None if phone is None else words.short_day(day_date(phone.consented_day)),
        "retirement_since": None
        if retirement is None
        else words.short_day(day_date(retirement.consented_day)),
        # Who only reads learns that a year is kept, not which.
        "retirement_year": retirement.year if retirement and here.role is StaffRole.REGISTRAR else None,
        "years": years_of(words, row),
        "wallet": _wallet(here, session, number),
        "key": key_of(here, session, number),
        "votes": len(session.exec(select(Ballot.resolution).where(Ballot.member == number)).all()),
        "today": today.isoformat(),
        "earliest": today.year - retirements.SPAN,
        "latest": today.year + retirements.SPAN,
        "longest": staff.LONGEST_NAME,
    }
    return here.show("office/member.html", context)


@router.post("/members/{number}/cards", response_class=HTMLResponse)
def issue(number: PathNumber, here: Registrar) -> HTMLResponse:
    """Issue a card, and show it: its number is nowhere else."""
    with here.changing() as change:
        made = cards.issue(change, here.app.secret(), number)
    return _printed(here, made)


@router.post("/members/{number}/replacements", response_class=HTMLResponse)
def replace(number: PathNumber, here: Registrar) -> HTMLResponse:
    """End a card and show the one in its place."""
    with here.changing() as change:
        made = cards.replace(change, here.app.secret(), number)
    return _printed(here, made)


@router.post("/members/{number}/losses")
def revoke(number: PathNumber, here: Registrar, sent: Sent) -> RedirectResponse:
    """End a card that was lost."""
    card = sent.number("card")
    with here.changing() as change:
        cards.revoke(change, number, card)
    return here.back(f"{DESK.path}/{number}", "revoked")


@router.post("/members/{number}/phone")
def keep_phone(number: PathNumber, here: Registrar, sent: Sent) -> RedirectResponse:
    """Keep a telephone number, as a hash, in place of any before."""
    plain = phones.normal(sent.text("phone", LONGEST_CARD), here.app.settings.phone_region)
    consented = sent.day("consented")
    with here.changing() as change:
        phones.keep(change, here.app.secret(), number, plain, consented)
    return here.back(f"{DESK.path}/{number}", "kept")


@router.post("/members/{number}/silence")
def erase_phone(number: PathNumber, here: Registrar) -> RedirectResponse:
    """Forget a telephone number."""
    with here.changing() as change:
        phones.erase(change, number)
    return here.back(f"{DESK.path}/{number}", "erased")


@router.post("/members/{number}/retirement")
def keep_year(number: PathNumber, here: Registrar, sent: Sent) -> RedirectResponse:
    """Keep the year in which a member thinks to retire, in place of any before."""
    year, consented = sent.number("year"), sent.day("consented")
    with here.changing() as change:
        retirements.keep(change, number, year, consented)
    return here.back(f"{DESK.path}/{number}", "year-kept")


@router.post("/members/{number}/withdrawal")
def forget_year(number: PathNumber, here: Registrar) -> RedirectResponse:
    """Forget a member's year of retirement."""
    with here.changing() as change:
        retirements.forget(change, number)
    return here.back(f"{DESK.path}/{number}", "year-forgotten")


def _printed(here: Room, made: NewCard) -> HTMLResponse:
    title = here.words.tr("Member's card")
    context = {
        "number": made.member,
        "code": grouped(made.number),
        "face": face(made.number, here.app.community.name, title),
    }
    return here.show("office/card.html", context)


def _wallet(here: Room, session: Session, number: int) -> dict[str, str] | None:
    """Return where the member's login stands: the one that has not ended, or else the last."""
    for row in sorted(staff.wallets(session, number), key=lambda one: one.ended_at is not None):
        state = staff.state_of(row)
        return {"state": state.value, "told": here.words.tr(STATES[state]), "tone": TONES[state]}
    return None


def _card(here: Room, row: OfficeCard) -> dict[str, Any]:
    return {
        "card": row.id,
        "issued": here.day_of(row.issued_at),
        "is_held": row.revoked_at is None,
        "ended": None if row.revoked_at is None else here.day_of(row.revoked_at),
        "reason": here.words.tr(ENDINGS[Ending(row.reason)]) if row.reason else "",
    }


def _purchases(here: Room, session: Session, number: int) -> list[dict[str, Any]]:
    """Return the last purchases, the newest first; one that was not taken says why."""
    newest = (col(Purchase.day).desc(), col(Purchase.till), col(Purchase.sequence).desc())
    query = select(Purchase).where(Purchase.member == number).order_by(*newest)
    words, names = here.words, business_names.of_all(session)
    return [
        {
            "day": words.short_day(day_date(row.day)),
            "merchant": numbered(words, names, row.merchant),
            "amount": words.money(row.amount - row.reversed),
            "credit": words.money(row.credit),
            "is_reversed": row.reversed > 0,
            "why": next(filter(None, reversed(refusal_text(row.reason, words.lang))), ""),
        }
        for row in session.exec(query.limit(SHOWN))
    ]
