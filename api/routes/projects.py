"""Calls and projects, for everybody."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlmodel import Session, col, func, or_, select

from api import projects as told
from api.deps import App, Reading
from api.project_answers import (
    ProjectCalls,
    ProjectCallTold,
    ProjectsPage,
    ProjectStateName,
    ProjectTold,
    Spendings,
    SpendingTold,
)
from api.schemas import PathNumber
from endogene_token.bounds import MAX_UINT32
from endogene_token.errors import UnknownCallError
from endogene_token.hexes import to_hex
from endogene_token.indexer.money_models import Spending
from endogene_token.indexer.project_models import Project, ProjectCall
from endogene_token.projects import ProjectState

router = APIRouter(tags=["projects"])
PAGE: Final = 100
After = Annotated[int, Query(ge=0, le=MAX_UINT32, description="Only those after this number.")]
AfterPlace = Annotated[
    str,
    Query(pattern="^[0-9]{1,15}-[0-9]{1,9}$", description="Only those after this place, as `next` tells it."),
]
OfCall = Annotated[int | None, Query(ge=0, le=MAX_UINT32, description="Only those that answer this call.")]
OfState = Annotated[ProjectStateName | None, Query(description="Only those in this state.")]
OfApplicant = Annotated[int | None, Query(ge=0, le=MAX_UINT32, description="Only those of this member.")]
OfProject = Annotated[int | None, Query(ge=0, le=MAX_UINT32, description="Only those of this project.")]
OfMerchant = Annotated[int | None, Query(ge=0, le=MAX_UINT32, description="Only those at this merchant.")]


@router.get("/calls")
def calls(app: App, session: Reading, after: After = 0) -> ProjectCalls:
    """Tell a hundred calls for projects, by ascending number."""
    query = select(ProjectCall).where(col(ProjectCall.number) > after).order_by(col(ProjectCall.number))
    rows = told.calls_told(session, session.exec(query.limit(PAGE + 1)).all(), app.clock.now())
    return ProjectCalls(items=rows[:PAGE], next=rows[PAGE - 1].number if len(rows) > PAGE else None)


@router.get("/calls/{number}")
def call(number: PathNumber, app: App, session: Reading) -> ProjectCallTold:
    """Tell a call: its budget, what it has given, and what it asks of a dossier."""
    row = session.get(ProjectCall, number)
    if row is None:
        last = session.exec(select(func.max(ProjectCall.number))).one()
        raise UnknownCallError(actual=number, limit=last or 0)
    return told.calls_told(session, [row], app.clock.now())[0]


@router.get("/projects")
def projects(
    session: Reading,
    call: OfCall = None,
    state: OfState = None,
    applicant: OfApplicant = None,
    after: After = 0,
) -> ProjectsPage:
    """Tell a hundred projects, by ascending number; of those that every filter given lets through."""
    query = select(Project).where(col(Project.number) > after).order_by(col(Project.number))
    if call is not None:
        query = query.where(Project.call == call)
    if state is not None:
        query = query.where(Project.state == ProjectState[state.upper()])
    if applicant is not None:
        query = query.where(Project.applicant == applicant)
    rows = told.briefs(session, session.exec(query.limit(PAGE + 1)).all())
    return ProjectsPage(items=rows[:PAGE], next=rows[PAGE - 1].number if len(rows) > PAGE else None)


@router.get("/projects/{number}")
def project(number: PathNumber, app: App, session: Reading) -> ProjectTold:
    """Tell a project: its plan, how far each tranche has come, what is spent, met, missing, and owed."""
    return told.told(session, told.known(session, number), app.clock.now())


@router.get("/projects/{number}/spendings")
def project_spendings(
    number: PathNumber, session: Reading, merchant: OfMerchant = None, after: AfterPlace = "0-0"
) -> Spendings:
    """Tell a hundred purchases that a project paid, the oldest first."""
    told.known(session, number)
    return _page(session, number, merchant, after)


@router.get("/spendings")
def spendings(
    session: Reading, project: OfProject = None, merchant: OfMerchant = None, after: AfterPlace = "0-0"
) -> Spendings:
    """Tell a hundred purchases that projects paid, the oldest first; of one project, at one merchant."""
    return _page(session, project, merchant, after)


def _page(session: Session, project: int | None, merchant: int | None, after: str) -> Spendings:
    block, index = map(int, after.split("-"))
    later = or_(
        col(Spending.block_number) > block,
        (col(Spending.block_number) == block) & (col(Spending.log_index) > index),
    )
    query = select(Spending).where(later)
    if project is not None:
        query = query.where(Spending.project == project)
    if merchant is not None:
        query = query.where(Spending.merchant == merchant)
    order = (col(Spending.block_number), col(Spending.log_index))
    rows = session.exec(query.order_by(*order).limit(PAGE + 1)).all()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Spendings(
        items=[_spending(one) for one in rows[:PAGE]],
        next=None if last is None else f"{last.block_number}-{last.log_index}",
    )


def _spending(row: Spending) -> SpendingTold:
    return SpendingTold(
        invoice=to_hex(row.invoice),
        project=row.project,
        line=row.line,
        merchant=row.merchant,
        amount=str(row.amount),
        returned=str(row.returned),
        premium=str(row.premium),
        premium_returned=str(row.premium_returned),
        at=row.block_time,
        transaction=to_hex(row.transaction_hash),
    )
