"""Mandates: which business signed that it may be debited, and on which account; given, ended."""

import time
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import Reading
from api.pages.businesses import numbered
from api.pages.forms import Sent
from api.pages.office.places import MANDATES
from api.pages.office.room import Room, room
from endogene_token.i18n import mark
from endogene_token.office import business_names
from endogene_token.office.scopes import StaffRole
from endogene_token.treasury.bankfiles.sepa import LONGEST_NAME
from endogene_token.treasury.collect import mandates
from endogene_token.treasury.collect.accounts import read_account
from endogene_token.treasury.collect.mandates import ACTIVE, LONGEST_WHY, NewMandate
from endogene_token.treasury.collect.models import BankMandate
from endogene_token.treasury.collect.profile import B2B, CORE, CPA
from endogene_token.treasury.statements.months import local_day

router = APIRouter(prefix="/office")
LONGEST_REFERENCE: Final = 35
LONGEST_ACCOUNT: Final = 42
SCHEMES: Final = {
    CPA: mark("Canada, business debit"),
    CORE: mark("SEPA, core"),
    B2B: mark("SEPA, between businesses"),
}
Treasurer = Annotated[Room, Depends(room(MANDATES, StaffRole.TREASURER))]


@router.get("/mandates", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(MANDATES))], session: Reading) -> HTMLResponse:
    """Show the mandates in force, then those that ended."""
    names = business_names.of_all(session)
    told = [_told(here, names, one) for one in mandates.mandates_of(session)]
    context = {
        "held": [one for one in told if one["is_active"]],
        "ended": [one for one in told if not one["is_active"]],
        "schemes": [(value, here.words.tr(label)) for value, label in SCHEMES.items()],
        "today": _today(here).isoformat(),
        "longest": {"why": LONGEST_WHY, "name": LONGEST_NAME, "reference": LONGEST_REFERENCE},
    }
    return here.show("office/mandates.html", context)


@router.post("/mandates/give")
def give(here: Treasurer, sent: Sent) -> RedirectResponse:
    """Keep a mandate as the business signed it; its account is sealed, and shown by its end alone."""
    given = NewMandate(
        merchant=sent.number("merchant"),
        scheme=sent.matching("scheme", "|".join(SCHEMES)),
        reference=sent.text("reference", LONGEST_REFERENCE),
        signed=sent.day("signed"),
        name=sent.text("name", LONGEST_NAME),
        account=read_account(sent.text("account", LONGEST_ACCOUNT)),
    )
    with here.changing() as change:
        mandates.give(change, here.app.secret(), given, _today(here))
    return here.back(MANDATES.path, "given")


@router.post("/mandates/end")
def end(here: Treasurer, sent: Sent) -> RedirectResponse:
    """End a mandate, with a reason: nothing is debited under it any more."""
    number, why = sent.number("number"), sent.text("why", LONGEST_WHY)
    with here.changing() as change:
        mandates.end(change, number, why)
    return here.back(MANDATES.path, "mandate-ended")


def _today(here: Room) -> date:
    return local_day(int(time.time()), here.words.zone)


def _told(here: Room, names: Mapping[int, str], row: BankMandate) -> dict[str, Any]:
    return {
        "number": row.number,
        "business": numbered(here.words, names, row.merchant),
        "name": row.name,
        "tail": row.tail,
        "scheme": here.words.tr(SCHEMES[row.scheme]),
        "reference": row.reference,
        "signed": here.day(row.signed),
        "is_used": bool(row.first_used),
        "is_active": row.state == ACTIVE,
        "why": row.ended_why,
    }
