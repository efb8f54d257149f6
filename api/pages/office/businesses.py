"""The businesses, and the names under which members know them."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import col, select

from api.deps import Reading
from api.pages.forms import Sent
from api.pages.office.places import BUSINESSES
from api.pages.office.room import Room, room
from api.schemas import PathNumber
from endogene_token.chain.views import MerchantStatus
from endogene_token.indexer.models import Merchant
from endogene_token.office import business_names
from endogene_token.office.scopes import StaffRole

router = APIRouter(prefix="/office")
Registrar = Annotated[Room, Depends(room(BUSINESSES, StaffRole.REGISTRAR))]


@router.get("/businesses", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(BUSINESSES))], session: Reading) -> HTMLResponse:
    """List the businesses by their numbers."""
    names = business_names.of_all(session)
    rows = session.exec(select(Merchant).order_by(col(Merchant.number)))
    active = MerchantStatus.ACTIVE
    told = [
        {"number": one.number, "name": names.get(one.number), "is_active": one.status == active}
        for one in rows
    ]
    return here.show("office/businesses.html", {"businesses": told, "longest": business_names.LONGEST})


@router.post("/businesses/{number}/name")
def name(number: PathNumber, here: Registrar, sent: Sent) -> RedirectResponse:
    """Keep the name of a business, in place of any before."""
    given = sent.text("name", business_names.LONGEST)
    with here.changing() as change:
        business_names.keep(change, number, given)
    return here.back(BUSINESSES.path, "named")


@router.post("/businesses/{number}/unname")
def unname(number: PathNumber, here: Registrar) -> RedirectResponse:
    """Show a business by its number again."""
    with here.changing() as change:
        business_names.forget(change, number)
    return here.back(BUSINESSES.path, "unnamed")
