"""What is kept of a member: told, exported, changed, erased; and the sessions of the wallet."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from api.deps import App, Reading
from api.erasing import erase as erase_all
from api.logins import take
from api.member_data import data_of
from api.pages.forms import Sent
from api.pages.member_years import years_of
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of, row_of, today
from api.pages.words import Words
from endogene_token.bounds import MAX_UINT32
from endogene_token.errors import UnknownSessionError
from endogene_token.i18n import mark
from endogene_token.ids import day_date
from endogene_token.office import phones, sessions, staff
from endogene_token.office.models import OfficePhone
from endogene_token.office.trail import changing

router = APIRouter()
SEE: Final = 303
ME: Final = "/wallet/me"
CATEGORIES: Final = (mark("user"), mark("worker"), mark("supporting member"))


@router.get("/me", response_class=HTMLResponse)
def me(who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show who the wallet is for, and what may be done with what is kept."""
    words, row = words_of(request, app), row_of(session, who)
    kept = session.get(OfficePhone, row.number)
    context = {
        "here": "me",
        "person": who.name,
        "member": str(row.number),
        "category": words.tr(CATEGORIES[row.category]),
        "until": None if row.valid_until == MAX_UINT32 else words.day(day_date(row.valid_until)),
        "is_fresh": who.is_fresh,
        "consented": None if kept is None else words.day(day_date(kept.consented_day)),
        "years": years_of(words, row),
        "sessions": _sessions(words, session, who.key.account, who.key.id),
    }
    return page(request, app, "wallet/me.html", context)


@router.get("/me/data.json")
def data(who: Holder, app: App, session: Reading) -> Response:
    """Give all that is kept of the member, for it to take along."""
    text = data_of(app, session, row_of(session, who))
    name = f"endogene-{number_of(who)}.json"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, headers=headers, media_type="application/json")


@router.post("/me/phone")
def give_phone(who: Holder, request: Request, app: App, sent: Sent) -> Response:
    """Keep the member's telephone number, with its consent of today."""
    who.require_fresh()
    plain = phones.normal(sent.text("phone"), app.settings.phone_region)
    with changing(app.engine, who.actor) as change:
        phones.keep(change, app.secret(), number_of(who), plain, today(words_of(request, app)))
    return RedirectResponse(ME, SEE)


@router.post("/me/phone/forget")
def forget_phone(who: Holder, app: App) -> Response:
    """Forget the member's telephone number."""
    with changing(app.engine, who.actor) as change:
        phones.erase(change, number_of(who))
    return RedirectResponse(ME, SEE)


@router.post("/me/sessions/end")
def end_session(who: Holder, app: App, sent: Sent) -> Response:
    """End one of the member's own sessions."""
    session_id = sent.text("session")
    with changing(app.engine, who.actor) as change:
        if sessions.find(change.session, session_id).account != who.key.account:
            raise UnknownSessionError(actual=session_id)
        sessions.revoke(change, session_id)
    return RedirectResponse(ME, SEE)


@router.post("/me/leave")
def log_out(who: Holder, app: App, session: Reading) -> Response:
    """End this session."""
    answer = RedirectResponse("/enter?to=/wallet", SEE)
    take(answer, app.settings, staff.find(session, who.key.account))
    with changing(app.engine, who.actor) as change:
        sessions.revoke(change, who.key.id)
    return answer


@router.get("/me/erase", response_class=HTMLResponse)
def ask_erase(who: Holder, request: Request, app: App) -> HTMLResponse:
    """Say what erasing the link means, before it is done."""
    return page(request, app, "wallet/erase.html", {"here": "me", "is_fresh": who.is_fresh})


@router.post("/me/erase", response_class=HTMLResponse)
def erase(who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Erase what links the person to the number here."""
    who.require_fresh()
    account = staff.find(session, who.key.account)
    with changing(app.engine, who.actor) as change:
        erase_all(change, number_of(who))
    answer = page(request, app, "wallet/erased.html", {"member": number_of(who)})
    take(answer, app.settings, account)
    return answer


def _sessions(words: Words, session: Session, account: str, here: str) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "since": words.moment(words.at(one.created_at)),
            "origin": one.origin,
            "is_here": one.id == here,
        }
        for one in sessions.open_of(session, account)
    ]
