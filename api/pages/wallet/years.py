"""The annual statement of a member, as a PDF."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import App, Reading
from api.pages import member_years
from api.pages.member_years import Year
from api.pages.shell import words_of
from api.pages.wallet.common import Holder, row_of

router = APIRouter()


@router.get("/years/{year}")
def statement(year: Year, who: Holder, request: Request, app: App, session: Reading) -> Response:
    """Give the year's statement, as the ledger tells it today."""
    words, whom = words_of(request, app), (app.community.name, who.name)
    return member_years.statement(words, session, row_of(session, who), year, whom)
