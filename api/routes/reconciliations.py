"""The bank, the books and the chain against one another: read by treasurer and auditor, made by the first."""

import time
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path

from api.askers import Changer, Reader, changing_as, require_treasury_reader, treasurer
from api.deps import App, Services
from api.inbox_answers import ReconciliationTold
from endogene_token.errors import BooksDateError
from endogene_token.treasury.desk import Desk

router = APIRouter(tags=["treasury"])
DAY: Final = "2026-11-22"
DayText = Annotated[
    str, Path(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A day of the community, as 2026-11-22.")
]


@router.get("/reconciliations/{day}")
def look(day: DayText, asker: Reader, app: App) -> ReconciliationTold:
    """Compare at the end of a day; of today, or a later one: all that is known. Nothing is kept.

    An officer may, and a key with `treasury:read`.
    """
    require_treasury_reader(app, asker)
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise BooksDateError(actual=day, limit=DAY) from error
    return ReconciliationTold.of(desk(app).look(wanted, int(time.time())))


@router.post("/reconciliations", status_code=201)
def make(asker: Changer, app: App) -> ReconciliationTold:
    """Compare now and keep it; exceptions open for what is unexplained, and close where it has gone."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return ReconciliationTold.of(desk(app).reconcile_in(change, int(time.time())))


def desk(app: Services) -> Desk:
    """Return the treasurer's desk of this application."""
    return Desk(app.engine, app.community, app.settings, app.secret)
