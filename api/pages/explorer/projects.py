"""Projects, as a list, on a map, each on a page: what was asked, voted, released and spent, what is late."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from api import gathered
from api import projects as service
from api.deps import App, Reading
from api.pages import labels
from api.pages.explorer.map import chart, where
from api.pages.explorer.parts import KEPT, bar, read_until, titled
from api.pages.explorer.project_sheet import sheet
from api.pages.labels import chip
from api.pages.shell import page, words_of
from api.pages.words import Words
from api.schemas import PathNumber
from endogene_token.bounds import MAX_UINT32
from endogene_token.i18n import mark
from endogene_token.indexer.project_models import Project, ProjectLine, ProjectTranche
from endogene_token.places import place_of, without_place
from endogene_token.projects import ProjectState

router = APIRouter(include_in_schema=False)
SIZE: Final = 50
Group = Literal["all", "deciding", "under-way", "done", "ended", "late"]
VIEWS: Final = {"list": mark("As a list"), "map": mark("On a map")}
GROUPS: Final[Mapping[str, tuple[str, tuple[ProjectState, ...]]]] = {
    "all": (mark("All"), ()),
    "deciding": (
        mark("To be decided"),
        (ProjectState.DRAFT, ProjectState.SUBMITTED, ProjectState.ELIGIBLE, ProjectState.BALLOTED),
    ),
    "under-way": (
        mark("Under way"),
        (ProjectState.AWARDED, ProjectState.ACTIVE, ProjectState.SUSPENDED),
    ),
    "done": (mark("Finished"), (ProjectState.COMPLETED, ProjectState.EVALUATED)),
    "ended": (mark("Stopped"), (ProjectState.TERMINATED, ProjectState.LAPSED)),
    "late": (mark("Late"), (ProjectState.AWARDED, ProjectState.ACTIVE, ProjectState.SUSPENDED)),
}


class Wanted(BaseModel):
    """What is asked of the projects: those in some states, after a number, as a list or on a map."""

    state: Group = "all"
    view: Literal["list", "map"] = "list"
    after: Annotated[int, Field(ge=0, le=MAX_UINT32)] = 0


@router.get("/projects", response_class=HTMLResponse)
def projects(
    request: Request, app: App, session: Reading, wanted: Annotated[Wanted, Query()]
) -> HTMLResponse:
    """Show the projects, fifty a page, by ascending number."""
    words, now = words_of(request, app), app.clock.now()
    rows = _rows(session, wanted.state, wanted.after, now)
    cards = _cards(session, words, rows[:SIZE], now)
    groups = [(name, words.tr(label)) for name, (label, _) in GROUPS.items()]
    told: dict[str, object] = {
        "groups": groups,
        "group": wanted.state,
        "views": [(name, words.tr(label)) for name, label in VIEWS.items()],
        "view": wanted.view,
        "link": _link,
        "projects": cards,
        "map": chart(words, app.settings.region, cards, groups) if wanted.view == "map" else None,
        "next": rows[SIZE - 1].number if len(rows) > SIZE else None,
        **read_until(app, session, words),
    }
    return page(request, app, "explorer/projects.html", told, kept=KEPT)


@router.get("/projects/{number}", response_class=HTMLResponse)
def project(request: Request, number: PathNumber, app: App, session: Reading) -> HTMLResponse:
    """Show a project: its plan, its steps, the criteria of its call, its money."""
    words, now = words_of(request, app), app.clock.now()
    row = service.known(session, number)
    told = {
        **_cards(session, words, [row], now)[0],
        **sheet(session, words, row, now),
        **read_until(app, session, words),
    }
    return page(request, app, "explorer/project.html", told, kept=KEPT)


def _link(group: str, view: str, after: int | None = None) -> str:
    """Return the link to a page of the list or of the map; what it does not say is as at first."""
    asked = {"state": group, "view": view, "after": after}
    told = {name: value for name, value in asked.items() if value not in ("all", "list", None)}
    return f"/projects?{urlencode(told)}" if told else "/projects"


def _rows(session: Session, group: str, after: int, now: int) -> Sequence[Project]:
    query = select(Project).where(col(Project.number) > after).order_by(col(Project.number))
    if group != "all":
        query = query.where(col(Project.state).in_(GROUPS[group][1]))
    if group != "late":
        return session.exec(query.limit(SIZE + 1)).all()
    rows = session.exec(query).all()
    tranches = gathered.by(session, ProjectTranche, "project", (one.number for one in rows))
    return [one for one in rows if service.is_late(one, tranches[one.number], now)][: SIZE + 1]


def _cards(session: Session, words: Words, rows: Sequence[Project], now: int) -> list[dict[str, Any]]:
    """Return what the list, and the heads of their pages, show of projects."""
    numbers, texts = [one.number for one in rows], gathered.texts(session, (one.text_hash for one in rows))
    tranches = gathered.by(session, ProjectTranche, "project", numbers)
    lines = gathered.by(session, ProjectLine, "project", numbers)
    return [
        {
            **_card(words, one, texts.get(one.text_hash), sum(line.spent for line in lines[one.number])),
            "is_late": service.is_late(one, tranches[one.number], now),
        }
        for one in rows
    ]


def _card(words: Words, row: Project, text_kept: str | None, spent: int) -> dict[str, Any]:
    title, text = titled(text_kept, words.tr("Project {number}", number=row.number))
    place = place_of(text_kept or "")
    return {
        "number": row.number,
        "title": title,
        "text": [shown for one in text if (shown := without_place(one))],
        "place": place,
        "where": None if place is None else where(words, place),
        "group": group_of(row),
        "state": chip(words, labels.PROJECT[ProjectState(row.state)]),
        "is_awarded": row.awarded_at != 0,
        "asked": words.money(row.amount) if row.submitted_at else None,
        "received": words.money(row.received),
        "sought": words.money(row.sought),
        "way": bar(money_parts(words, row, spent)) if row.awarded_at else [],
        "bar": 1_000,
        "promised": words.money(_promised(row)) if row.awarded_at else None,
        "spent": words.money(spent) if row.awarded_at else None,
    }


def group_of(row: Project) -> str:
    """Return the name of the group in which a project's state is, other than all."""
    return next(name for name, (_, states) in GROUPS.items() if ProjectState(row.state) in states)


def money_parts(words: Words, row: Project, spent: int) -> list[tuple[str, str, str, int]]:
    """Return where the money of an award stands: spent, released and not spent, promised, given back.

    What is spent of a project is what it paid less what came back; the four are the award.
    """
    back = row.recalled + row.unspent
    parts = (
        ("spent", words.tr("Spent"), spent),
        ("currency-outstanding", words.tr("Released, not spent yet"), row.balance),
        ("commitments", words.tr("Promised, not released yet"), _promised(row)),
        ("free", words.tr("Gone back to the fund"), back),
    )
    return [(name, label, words.money(amount), amount) for name, label, amount in parts]


def _promised(row: Project) -> int:
    """Return what was awarded and neither released nor taken back."""
    return row.amount - row.released - row.recalled
