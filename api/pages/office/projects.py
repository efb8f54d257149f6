"""Calls and projects: what each dossier meets and misses, how far its money has come; claims to review."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api import gathered
from api import projects as told
from api.deps import Reading
from api.pages.labels import PROJECT_NAMED
from api.pages.office.labels_projects import CRITERIA, TRANCHE_TONES, TRANCHES
from api.pages.office.places import CLAIMS, PROJECTS
from api.pages.office.room import Room, room
from api.project_answers import ProjectCallTold, ProjectTold, TrancheTold
from api.schemas import PathNumber
from endogene_token.hexes import from_hex
from endogene_token.indexer.project_models import Project, ProjectCall, ProjectTranche
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import TrancheState

router = APIRouter(prefix="/office")
MOST: Final = 200
TO_JUDGE: Final = (TrancheState.CLAIMED, TrancheState.REVIEWED)


@router.get("/projects", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(PROJECTS))], session: Reading) -> HTMLResponse:
    """Show the calls, and the dossiers that answer each."""
    now = here.app.clock.now()
    calls = session.exec(select(ProjectCall).order_by(col(ProjectCall.number).desc()).limit(MOST)).all()
    numbers = [one.number for one in calls]
    rows = session.exec(select(Project).where(col(Project.call).in_(numbers)).order_by(col(Project.number)))
    found = told.told_of(session, rows.all(), now)
    shown = [
        _call(here, call, [one for one in found if one.call == call.number])
        for call in told.calls_told(session, calls, now)
    ]
    return here.show("office/projects.html", {"calls": shown})


@router.get("/projects/{number}", response_class=HTMLResponse)
def one(number: PathNumber, here: Annotated[Room, Depends(room(PROJECTS))], session: Reading) -> HTMLResponse:
    """Show a project."""
    project = told.told(session, told.known(session, number), here.app.clock.now())
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
        "tranches": _tranches(here, session, [(project.number, one) for one in project.tranches]),
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
    projects = session.exec(select(Project).where(col(Project.number).in_({one.project for one in rows})))
    own = here.who.key.holder.member if here.role is StaffRole.MENTOR else None
    shown = [one for one in projects if own is None or one.mentor == own]
    found = {one.number: one for one in told.told_of(session, shown, here.app.clock.now())}
    mentors = {one.number: one.mentor for one in shown}
    asked = [(one.project, found[one.project].tranches[one.position]) for one in rows if one.project in found]
    context = [
        {**tranche, "project": number, "mentor": mentors[number]}
        for (number, _), tranche in zip(asked, _tranches(here, session, asked), strict=True)
    ]
    return here.show("office/claims.html", {"claims": context})


def _call(here: Room, call: ProjectCallTold, projects: Sequence[ProjectTold]) -> dict[str, Any]:
    words = here.words
    return {
        "number": call.number,
        "is_open": call.is_open,
        "closes": here.day_of(call.closes_at),
        "budget": words.money(int(call.budget)),
        "awarded": words.money(int(call.awarded)),
        "required": [words.tr(CRITERIA[one]) for one in call.required],
        "text": call.text,
        "projects": [_dossier(here, one) for one in projects],
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


def _tranches(
    here: Room, session: Session, tranches: Sequence[tuple[int, TrancheTold]]
) -> list[dict[str, Any]]:
    """Return tranches, each with its project's number, and the texts that the office keeps of them."""
    hashes = [one.milestone for _, one in tranches] + [one.claim.evidence for _, one in tranches if one.claim]
    texts = gathered.texts(session, map(from_hex, hashes))
    return [_tranche(here, texts, project, one) for project, one in tranches]


def _tranche(here: Room, texts: Mapping[bytes, str], project: int, one: TrancheTold) -> dict[str, Any]:
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
        "milestone": texts.get(from_hex(one.milestone)),
        "milestone_hash": one.milestone,
        "evidence": None if claim is None else texts.get(from_hex(claim.evidence)),
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


def _first_line(text: str | None) -> str:
    return "" if text is None else text.strip().partition("\n")[0][:90]
