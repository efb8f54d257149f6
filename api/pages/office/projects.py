"""Calls and projects: what each dossier meets and misses, how far its money has come; claims to review."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, func, select

from api import projects as told
from api.deps import Reading
from api.pages.labels import PROJECT_NAMED
from api.pages.office.labels_projects import CRITERIA, TRANCHE_TONES, TRANCHES
from api.pages.office.places import CLAIMS, PROJECTS
from api.pages.office.room import Room, room
from api.project_answers import ProjectTold, TrancheTold
from api.schemas import PathNumber
from endogene_token.errors import UnknownProjectError
from endogene_token.hexes import from_hex
from endogene_token.indexer.project_models import Project, ProjectCall, ProjectTranche
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import TrancheState
from endogene_token.relay.vote_models import RelayText

router = APIRouter(prefix="/office")
MOST: Final = 200
TO_JUDGE: Final = (TrancheState.CLAIMED, TrancheState.REVIEWED)


@router.get("/projects", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(PROJECTS))], session: Reading) -> HTMLResponse:
    """Show the calls, and the dossiers that answer each."""
    now = here.app.clock.now()
    calls = session.exec(select(ProjectCall).order_by(col(ProjectCall.number).desc()).limit(MOST))
    return here.show("office/projects.html", {"calls": [_call(here, session, one, now) for one in calls]})


@router.get("/projects/{number}", response_class=HTMLResponse)
def one(number: PathNumber, here: Annotated[Room, Depends(room(PROJECTS))], session: Reading) -> HTMLResponse:
    """Show a project."""
    row = session.get(Project, number)
    if row is None:
        last = session.exec(select(func.max(Project.number))).one()
        raise UnknownProjectError(actual=number, limit=last or 0)
    project = told.told(session, row, here.app.clock.now())
    words = here.words
    context = {
        "project": project,
        "project_state": words.tr(PROJECT_NAMED[project.state].msgid),
        **_criteria(here, project),
        "amount": None if project.plan is None else words.money(int(project.plan.amount)),
        "released": words.money(int(project.released)),
        "balance": words.money(int(project.balance)),
        "sought": words.money(int(project.co_financing.sought)),
        "received": words.money(int(project.co_financing.received)),
        "tranches": [_tranche(here, session, project.number, one) for one in project.tranches],
        "lines": [
            {
                "number": one.position + 1,
                "amount": words.money(int(one.amount)),
                "spent": words.money(int(one.spent)),
            }
            for one in project.lines
        ],
    }
    return here.show("office/project.html", context)


@router.get("/claims", response_class=HTMLResponse)
def claims(here: Annotated[Room, Depends(room(CLAIMS))], session: Reading) -> HTMLResponse:
    """Show the claims that wait, each beside its evidence; to a mentor those of the own projects."""
    query = select(ProjectTranche).where(col(ProjectTranche.state).in_(TO_JUDGE))
    rows = session.exec(query.order_by(col(ProjectTranche.since)).limit(MOST)).all()
    now, found = here.app.clock.now(), []
    for row in rows:
        project = session.get_one(Project, row.project)
        if here.role is StaffRole.MENTOR and project.mentor != here.who.key.holder.member:
            continue
        tranche = told.told(session, project, now).tranches[row.position]
        found.append(
            {
                **_tranche(here, session, row.project, tranche),
                "project": row.project,
                "mentor": project.mentor,
            }
        )
    return here.show("office/claims.html", {"claims": found})


def _call(here: Room, session: Session, row: ProjectCall, now: int) -> dict[str, Any]:
    words, call = here.words, told.call_told(session, row, now)
    projects = session.exec(select(Project).where(Project.call == row.number).order_by(col(Project.number)))
    return {
        "number": call.number,
        "is_open": call.is_open,
        "closes": here.day_of(call.closes_at),
        "budget": words.money(int(call.budget)),
        "awarded": words.money(int(call.awarded)),
        "required": [words.tr(CRITERIA[one]) for one in call.required],
        "text": call.text,
        "projects": [_dossier(here, told.told(session, one, now)) for one in projects],
    }


def _dossier(here: Room, project: ProjectTold) -> dict[str, Any]:
    return {
        "number": project.number,
        "state": here.words.tr(PROJECT_NAMED[project.state].msgid),
        "title": _first_line(project.text),
        "amount": None if project.plan is None else here.words.money(int(project.plan.amount)),
        **_criteria(here, project),
    }


def _criteria(here: Room, project: ProjectTold) -> dict[str, list[str]]:
    tr = here.words.tr
    return {
        "met": [tr(CRITERIA[one]) for one in project.criteria.met],
        "missing": [tr(CRITERIA[one]) for one in project.criteria.missing],
    }


def _tranche(here: Room, session: Session, project: int, one: TrancheTold) -> dict[str, Any]:
    words, claim = here.words, one.claim
    return {
        "number": one.position + 1,
        "position": one.position,
        "amount": words.money(int(one.amount)),
        "due": here.day_of(one.due_at),
        "is_late": one.late_seconds > 0,
        "state": words.tr(TRANCHES[one.state]),
        "word": one.state,
        "tone": TRANCHE_TONES.get(one.state, ""),
        "milestone": _text(session, one.milestone),
        "milestone_hash": one.milestone,
        "evidence": None if claim is None else _text(session, claim.evidence),
        "claim": claim,
        "asked": None if claim is None else words.money(int(claim.amount)),
        "since": None if one.since is None else words.moment(words.at(one.since)),
        "judged_until": None if one.judged_until is None else here.day_of(one.judged_until),
        "reviewer": one.reviewer,
        "releaser": one.releaser,
        "command": None if claim is None else _command(project, one, claim.hash),
    }


def _command(project: int, one: TrancheTold, claim: str) -> str:
    """Return how the next who must judges a claim: the mentor, then a director."""
    act, said = ("review", " --set is_approved=true") if one.state == "claimed" else ("release", "")
    parts = f"--subject {project} --set tranche={one.position} --set claim={claim}{said}"
    return f"endogene project act {act} {parts} --member … --key …"


def _text(session: Session, told_hash: str) -> str | None:
    """Return a text that the office keeps under its hash, if it does."""
    found = session.get(RelayText, from_hex(told_hash))
    return None if found is None else found.text


def _first_line(text: str | None) -> str:
    return "" if text is None else text.strip().partition("\n")[0][:90]
