"""Telephone numbers of members: kept with the day of consent, erased on demand."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body

from api.askers import Changer, Reader, changing_as, registrar, require_member_reader
from api.deps import App, Reading
from api.office_schemas import PhoneGiven, PhoneTold
from api.schemas import PathNumber
from api.text import day_text
from endogene_token.office import phones
from endogene_token.office.models import OfficePhone

router = APIRouter(tags=["phones"])


@router.get("/members/{number}/phone")
def phone(number: PathNumber, asker: Reader, app: App, session: Reading) -> PhoneTold:
    """Tell whether a member's number is kept, to the member, an officer, and a key that reads members."""
    require_member_reader(app, session, asker, number)
    row = session.get(OfficePhone, number)
    consented = None if row is None else day_text(row.consented_day)
    return PhoneTold(member=number, is_kept=row is not None, consented_on=consented)


@router.put("/members/{number}/phone")
def keep(number: PathNumber, given: Annotated[PhoneGiven, Body()], asker: Changer, app: App) -> PhoneTold:
    """Keep a member's telephone number, as a hash, in place of any before."""
    plain = phones.normal(given.phone, app.settings.phone_region)
    with changing_as(app, asker, registrar(app, asker)) as change:
        phones.keep(change, app.secret(), number, plain, date.fromisoformat(given.consented_on))
    return PhoneTold(member=number, is_kept=True, consented_on=given.consented_on)


@router.delete("/members/{number}/phone")
def erase(number: PathNumber, asker: Changer, app: App) -> PhoneTold:
    """Forget a member's telephone number."""
    with changing_as(app, asker, registrar(app, asker)) as change:
        phones.erase(change, number)
    return PhoneTold(member=number, is_kept=False)
