"""The inbox of exceptions: read by treasurer and auditor, taken and closed by the treasurer.

What members report of themselves is not among them: the registrar reads it at the office.
"""

import time
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Body, Path, Query

from api.askers import Changer, Reader, changing_as, require_treasury_reader, treasurer
from api.deps import App, Reading
from api.inbox_answers import ClosingGiven, ExceptionsTold, ExceptionTold
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind

router = APIRouter(tags=["treasury"])
PAGE: Final = 100
MOST: Final = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=MOST, description="As it is listed.")]


@router.get("/exceptions")
def list_(
    asker: Reader,
    *,
    app: App,
    session: Reading,
    state: Annotated[Literal["open", "closed", "all"], Query()] = "open",
    kind: Kind | None = None,
    after: Annotated[int, Query(ge=0, le=MOST, description="Only exceptions after this number.")] = 0,
) -> ExceptionsTold:
    """Tell a hundred exceptions, by their numbers. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    is_open = None if state == "all" else state == "open"
    among = inbox.OF_MONEY if kind is None else inbox.OF_MONEY & {kind}
    rows = inbox.page(session, after, PAGE + 1, is_open=is_open, among=among)
    following = rows[PAGE - 1].number if len(rows) > PAGE else None
    return ExceptionsTold(items=[ExceptionTold.of(row) for row in rows[:PAGE]], next=following)


@router.post("/exceptions/{number}/take")
def take(number: Number, asker: Changer, app: App) -> ExceptionTold:
    """Become the owner of an open exception, whoever had it. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return ExceptionTold.of(inbox.take(change, number, inbox.OF_MONEY))


@router.post("/exceptions/{number}/close")
def close(number: Number, given: Annotated[ClosingGiven, Body()], asker: Changer, app: App) -> ExceptionTold:
    """End an exception, and say how. The treasurer may; if its cause stands, another one opens."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        row = inbox.close(change, number, given.how, int(time.time()), inbox.OF_MONEY)
        return ExceptionTold.of(row)
