"""Erasing what links a person to its number, asked for at the desk: told first, then done."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.deps import Reading
from api.erasing import erase as erase_all
from api.pages.office.desk import PREFIX, Reader, Registrar, row_of
from api.schemas import PathNumber

router = APIRouter(prefix=PREFIX)


@router.get("/erase", response_class=HTMLResponse)
def ask(number: PathNumber, here: Reader, session: Reading) -> HTMLResponse:
    """Tell what it means."""
    row_of(session, number)
    return here.show("office/member_erase.html", {"number": number})


@router.post("/erase", response_class=HTMLResponse)
def erase(number: PathNumber, here: Registrar) -> HTMLResponse:
    """Erase it."""
    with here.changing() as change:
        row_of(change.session, number)
        erase_all(change, number)
    return here.show("office/member_erased.html", {"number": number})
