"""A purchase that is missing, told at the desk: it lands where those told by the wallet do."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from api.deps import Reading
from api.pages.forms import Sent
from api.pages.missing_purchases import Missed, asked, reports
from api.pages.office.desk import PREFIX, Reader, Registrar, page_of, row_of
from api.pages.office.room import Room
from api.schemas import PathNumber

router = APIRouter(prefix=PREFIX)


@router.get("/missing", response_class=HTMLResponse)
def page(number: PathNumber, here: Reader, session: Reading) -> HTMLResponse:
    """Show the form, and what was told before."""
    return _shown(here, session, number)


@router.post("/missing")
def report(number: PathNumber, here: Registrar, session: Reading, sent: Sent) -> Response:
    """Put what the member tells into the inbox."""
    given = Missed.of(sent)
    if any(given.wrong(here.words)):
        return _shown(here, session, number, given)
    with here.changing() as change:
        row_of(change.session, number)
        given.report(change, number)
    return here.back(f"{page_of(number)}/missing", "reported")


def _shown(here: Room, session: Session, number: int, given: Missed | None = None) -> HTMLResponse:
    row_of(session, number)
    told = {"number": number, "reports": reports(here.words, session, number)}
    status = 200 if given is None else 422
    context = {**asked(here.words, session, given), **told}
    return here.show("office/member_missing.html", context, status=status)
