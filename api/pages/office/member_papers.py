"""What a member takes home on paper or in a file: a year's statement, and all that is kept."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from api.deps import Reading
from api.member_data import data_of
from api.pages import member_years
from api.pages.member_figures import premiums, retirement
from api.pages.member_years import Year
from api.pages.office.desk import PREFIX, Reader, Registrar, name_of, row_of
from api.schemas import PathNumber
from endogene_token.store import reading

router = APIRouter(prefix=PREFIX)


@router.get("/years/{year}")
def statement(number: PathNumber, year: Year, here: Reader, session: Reading) -> Response:
    """Give a year's statement, to be printed."""
    whom = (here.app.community.name, name_of(here, session, number))
    return member_years.statement(here.words, session, row_of(session, number), year, whom)


@router.get("/figures", response_class=HTMLResponse)
def figures(
    number: PathNumber,
    here: Reader,
    session: Reading,
    year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
) -> HTMLResponse:
    """Show a sheet to print: where the premiums went, and what the credits may become."""
    row = row_of(session, number)
    context = {
        "number": number,
        **premiums(here.words, session, number),
        **retirement(here.words, session, row, year, here.app.clock.now()),
        "day": here.words.day(here.words.today()),
    }
    return here.show("office/member_figures.html", context)


@router.post("/data.json")
def data(number: PathNumber, here: Registrar) -> Response:
    """Give all that is kept of the member. That it was handed out is kept, too."""
    with here.changing() as change:
        row_of(change.session, number)
        change.note("member.data-given", f"member:{number}")
    # Only then is it put together, which may take a while: what a till sells waits for a change to end.
    with reading(here.app.engine) as connection, Session(connection) as session:
        text = data_of(here.app, session, row_of(session, number))
    name = f"endogene-{number}.json"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, headers=headers, media_type="application/json")
