"""A year of the fund: what came in, what went out, and the way of the money from premiums to premiums."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api.deps import App, Reading, Services
from api.pages.explorer import sums
from api.pages.explorer.parts import KEPT, read_until, title_and_text
from api.pages.shell import page, words_of
from api.pages.words import Words
from endogene_token.indexer.project_models import Project
from endogene_token.reports.sankey import GAP, THICK, Drawing, Flow, Node, lay_out
from endogene_token.reports.year import OfProject, Year

router = APIRouter(include_in_schema=False)
WIDTH: Final = 1_000
HEIGHT: Final = 460
LABEL: Final = 10  # units between a node and its name
MARGIN: Final = 190  # units on the right, for the names of the last column
LONGEST: Final = 22  # characters of a project's name: what stands before the next column
SHOWN: Final = 4  # projects by themselves; the others together
OTHERS: Final = 0
COLUMNS: Final = 5
Asked = Annotated[int, Path(ge=2000, le=2999, description="The year.")]


@router.get("/year/{year}", response_class=HTMLResponse)
def the_year(request: Request, year: Asked, app: App, session: Reading) -> HTMLResponse:
    """Show a year of the fund."""
    words = words_of(request, app)
    found = sums.the_year(app, session, year, words.zone)
    told = {
        "year": year,
        "is_running": year == year_of(app, words),
        **in_and_out(words, found),
        **_diagram(session, words, found),
        **read_until(app, session, words),
    }
    return page(request, app, "explorer/year.html", told, kept=KEPT)


def year_of(app: Services, words: Words) -> int:
    """Return the community's year of this moment."""
    return datetime.fromtimestamp(app.clock.now(), words.zone).year


def in_and_out(words: Words, found: Year) -> dict[str, Any]:
    """Return the rows of what came in and of what went out, each with its meaning."""
    tr, money, out = words.tr, words.money, found.paid_out
    released = sum(one.released for one in found.projects)
    premiums, of_projects = (max(0, one) for one in (found.premiums, found.project_premiums))
    coming = [
        (tr("Premiums on purchases"), premiums, tr("as recorded, less those of refunds")),
        (tr("Premiums on project money"), of_projects, tr("of what projects and businesses paid")),
        (tr("Loans paid back"), found.repaid, tr("by projects")),
    ]
    going = [(tr("Released to projects"), released, tr("step by step, after a vote"))]
    going.append((tr("Running costs"), out.running, tr("paid out of their own pocket of the fund")))
    if back := taken_back(found):
        going.append((tr("Premiums taken back"), back, tr("by refunds, beyond what the year recorded")))
    if out.apart:
        going.append((tr("Paid back to members"), out.to_members, tr("at retirement, or to heirs")))
    return {
        "total_in": money(sum(amount for _, amount, _ in coming)),
        "total_out": money(sum(amount for _, amount, _ in going)),
        "coming": [(label, money(amount), meaning) for label, amount, meaning in coming],
        "going": [(label, money(amount), meaning) for label, amount, meaning in going],
        "is_masked": not out.apart,
        "paid_to_few": money(out.to_members + out.to_merchants),
        "outside": money(found.outside),
        "settled": money(found.settled),
        "netted": money(found.netted),
    }


def taken_back(found: Year) -> int:
    """Return what refunds took back beyond the premiums of the year: of purchases, and of project money.

    Refunds of December's purchases may all fall into a January that sells little: then premiums go out.
    """
    return sum(max(0, -one) for one in (found.premiums, found.project_premiums))


def flows(found: Year) -> list[Flow]:
    """Return the way of the money: what comes into the fund goes out, is kept, or was kept before."""
    out, projects = found.paid_out, _gathered(found.projects)
    told_out = out.running + (out.to_members if out.apart else 0)
    premiums, of_projects = max(0, found.premiums), max(0, found.project_premiums)
    coming = premiums + of_projects + found.repaid
    going = sum(one.released for one in projects) + told_out + taken_back(found)
    spent = sum(max(0, one.spent) for one in projects)
    again = min(max(0, found.first_premiums), spent)
    told = [
        Flow("premiums", "fund", premiums),
        Flow("project-premiums", "fund", of_projects),
        Flow("repaid", "fund", found.repaid),
        Flow("earlier", "fund", going - coming),
        *(flow for one in projects for flow in _through(one)),
        Flow("fund", "paid", told_out),
        Flow("fund", "taken-back", taken_back(found)),
        Flow("fund", "kept", coming - going),
        Flow("merchants", "again", again),
        Flow("merchants", "income", spent - again),
    ]
    return [one for one in told if one.amount > 0]


def _through(one: OfProject) -> Iterator[Flow]:
    """Yield a project's flows: what it spent beyond this year's release was released before."""
    name, spent = f"project-{one.number}", max(0, one.spent)
    yield Flow("fund", name, one.released)
    yield Flow("before", name, spent - one.released)
    yield Flow(name, "merchants", spent)
    yield Flow(name, "unspent", one.released - spent)


def _gathered(projects: tuple[OfProject, ...]) -> list[OfProject]:
    """Return the largest projects, and the others as one."""
    ranked = sorted(projects, key=lambda one: (-max(one.released, one.spent), one.number))
    others = ranked[SHOWN:]
    if not others:
        return ranked
    rest = OfProject(OTHERS, sum(one.released for one in others), sum(max(0, one.spent) for one in others))
    return [*ranked[:SHOWN], rest]


def _diagram(session: Session, words: Words, found: Year) -> dict[str, Any]:
    projects = _gathered(found.projects)
    names = _names(session, words, projects, apart=found.paid_out.apart)
    way = flows(found)
    nodes = [
        *(Node(one, 0) for one in ("premiums", "project-premiums", "repaid", "earlier")),
        *(Node("fund", 1), Node("before", 1)),
        *(Node(f"project-{one.number}", 2) for one in projects),
        *(Node("paid", 2), Node("taken-back", 2), Node("kept", 2)),
        *(Node("merchants", 3), Node("unspent", 3), Node("again", 4), Node("income", 4)),
    ]
    drawing = lay_out(nodes, way, WIDTH - MARGIN, HEIGHT)
    return {
        "boxes": _boxes(words, drawing, names),
        "ribbons": [(one.path, _colour(one.flow)) for one in drawing.ribbons],
        "width": WIDTH,
        "height": max((one.y + one.height for one in drawing.boxes), default=0) + GAP,
        "thick": THICK,
        "rows": [(names[one.source], names[one.target], words.money(one.amount)) for one in way],
    }


def _boxes(words: Words, drawing: Drawing, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the nodes, each with its name on its right; a project's is cut, the table has it in full."""
    return [
        {
            "box": one,
            "colour": _kind(one.name),
            "name": short(names[one.name]) if _kind(one.name) == "project" else names[one.name],
            "amount": words.money(one.amount),
            "x": one.x + THICK + LABEL,
            "y": one.y + one.height // 2,
        }
        for one in drawing.boxes
    ]


def short(name: str) -> str:
    """Return a name that ends before the next column does."""
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…"


def _kind(name: str) -> str:
    """Return the colour of a node: projects have one."""
    return "project" if name.startswith("project-") and name != "project-premiums" else name


def _colour(flow: Flow) -> str:
    """A flow is coloured by where it goes, but for what comes into the fund."""
    return _kind(flow.source if flow.target == "fund" else flow.target)


def _names(session: Session, words: Words, projects: list[OfProject], *, apart: bool) -> dict[str, str]:
    tr = words.tr
    rows = session.exec(select(Project).where(col(Project.number).in_([one.number for one in projects])))
    titles = {
        f"project-{one.number}": title_and_text(
            session, one.text_hash, tr("Project {number}", number=one.number)
        )[0]
        for one in rows
    }
    return {
        "premiums": tr("Premiums on purchases"),
        "project-premiums": tr("Premiums on project money"),
        "repaid": tr("Loans paid back"),
        "earlier": tr("Kept from before"),
        "fund": tr("The fund"),
        "before": tr("Released before"),
        "paid": tr("To members, running") if apart else tr("Running costs"),
        "taken-back": tr("Premiums taken back"),
        "kept": tr("Kept for members") if apart else tr("Kept or paid out"),
        "merchants": tr("Member businesses"),
        "unspent": tr("Not spent yet"),
        "again": tr("Premiums again"),
        "income": tr("Local income"),
        f"project-{OTHERS}": tr("Other projects"),
        **titles,
    }
