"""The tables that anybody may take: what the pages show, masked as there. Amounts are minor units."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from api import gathered
from api import projects as project_service
from api import votes as vote_service
from api.deps import Services
from api.fund import read_pockets
from api.pages.explorer import sums
from api.pages.explorer.parts import titled
from api.pages.explorer.year import flows
from api.text import day_text
from api.votes import COLLEGES, name_of
from endogene_token.ballots import Choice
from endogene_token.bylaws import Body, Kind
from endogene_token.i18n import mark
from endogene_token.indexer.project_models import Project, ProjectLine, ProjectTranche
from endogene_token.indexer.rounds import Ratio
from endogene_token.indexer.vote_models import Resolution
from endogene_token.outcome import CATEGORIES, SEALED, state_at
from endogene_token.places import place_of
from endogene_token.projects import ProjectState, TrancheState
from endogene_token.reports import masking
from endogene_token.reports.masking import Cells

Cell = str | int | None
Row = dict[str, Cell]


TEXTS: Final = frozenset(
    {
        *("pocket", "title", "state", "kind", "body", "colleges", "first_day", "last_day", "figure"),
        *("source", "target"),
    }
)
"""The columns of texts; the others are of whole numbers."""
AMOUNTS: Final = frozenset(
    {
        *("amount", "asked", "awarded", "released", "spent", "returned", "outside_sought"),
        *("outside_received", "premiums", "numerator", "denominator"),
    }
)
"""The columns of amounts, which JSON holds as texts, as everywhere here."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a table is asked for, of what service, and the community's time."""

    app: Services
    now: int
    year: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name in links, its title, what it holds, its columns, where its rows come from."""

    name: str
    title: str
    meaning: str
    columns: tuple[str, ...]
    rows: Callable[[Session, Moment], Iterator[Row]]


def fund_rows(session: Session, _at: Moment) -> Iterator[Row]:
    """Yield the pockets of the fund."""
    for pocket, amount in read_pockets(session).model_dump(exclude={"only_row"}).items():
        yield {"pocket": pocket, "amount": amount}


def project_rows(session: Session, at: Moment) -> Iterator[Row]:
    """Yield the projects."""
    rows = session.exec(select(Project).order_by(col(Project.number))).all()
    numbers, texts = [one.number for one in rows], gathered.texts(session, [one.text_hash for one in rows])
    tranches = gathered.by(session, ProjectTranche, "project", numbers)
    lines = gathered.by(session, ProjectLine, "project", numbers)
    for one in rows:
        text = texts.get(one.text_hash)
        title, place = titled(text, "")[0], place_of(text or "")
        yield {
            "project": one.number,
            "title": title or None,
            "latitude_e6": None if place is None else place.latitude,
            "longitude_e6": None if place is None else place.longitude,
            "state": name_of(ProjectState(one.state)),
            "late": int(project_service.is_late(one, tranches[one.number], at.now)),
            "asked": one.amount if one.submitted_at else None,
            "awarded": one.amount if one.awarded_at else 0,
            "released": one.released,
            "spent": sum(line.spent for line in lines[one.number]),
            "returned": one.recalled + one.unspent,
            "outside_sought": one.sought,
            "outside_received": one.received,
        }


def step_rows(session: Session, _at: Moment) -> Iterator[Row]:
    """Yield the steps of the projects' money."""
    order = (col(ProjectTranche.project), col(ProjectTranche.position))
    for one in session.exec(select(ProjectTranche).order_by(*order)):
        yield {
            "project": one.project,
            "step": one.position + 1,
            "amount": one.amount,
            "state": name_of(TrancheState(one.state)),
            "due_at": one.due_at,
            "released_at": one.released_at or None,
        }


def vote_rows(session: Session, at: Moment) -> Iterator[Row]:
    """Yield the votes, a row for each part of the members that is told by itself; small counts are empty."""
    rows = session.exec(select(Resolution).order_by(col(Resolution.number))).all()
    votes = vote_service.votes_as_read(session, rows)
    texts = gathered.texts(session, [one.text_hash for one in rows])
    for one in rows:
        found = votes[one.number]
        state = state_at(found, at.now)
        head: Row = {
            "vote": one.number,
            "title": titled(texts.get(one.text_hash), "")[0] or None,
            "kind": name_of(Kind(one.kind)),
            "body": name_of(Body(one.body)) if one.closes_at else None,
            "state": name_of(state),
            "closes_at": one.closes_at or None,
        }
        parts = [] if state in vote_service.UNCOUNTED else _parts(found.tally.count)
        for told in parts or [{}]:
            yield {**head, **told}


def _parts(count: Callable[[int, int], int]) -> list[Mapping[str, Cell]]:
    chosen = (int(Choice.FOR), int(Choice.AGAINST), int(Choice.ABSTAIN), SEALED)
    cells = [Cells((at,), *(count(at, one) for one in chosen)) for at in range(CATEGORIES)]
    return [
        {
            "colleges": "+".join(COLLEGES[at] for at in one.colleges),
            "in_favour": masking.told(one.in_favour),
            "against": masking.told(one.against),
            "abstained": masking.told(one.abstained),
            "unopened": masking.told(one.unopened),
            "turnout_at_least": masking.turnout_told(one),
        }
        for one in masking.together(cells)
    ]


def premium_rows(session: Session, at: Moment) -> Iterator[Row]:
    """Yield the premiums of this year and of the last one, in periods that are over and of enough."""
    for year in (at.year - 1, at.year):
        for one in sums.premiums(at.app, session, year, at.zone, at.now):
            yield {"first_day": day_text(one.first), "last_day": day_text(one.last), "premiums": one.amount}


def flow_rows(session: Session, at: Moment) -> Iterator[Row]:
    """Yield the way of the money through this year and the last one, as the page of a year draws it."""
    for year in (at.year - 1, at.year):
        for one in flows(sums.the_year(at.app, session, year, at.zone)):
            yield {"year": year, "source": one.source, "target": one.target, "amount": one.amount}


def figure_rows(session: Session, at: Moment) -> Iterator[Row]:
    """Yield the figures, each as the two whole numbers that it is of."""
    base, more = sums.measures(at.app, session, at.year, at.zone)
    largest = more.concentration
    ratios: Sequence[tuple[str, Ratio | None]] = (
        ("leverage", base.leverage),
        ("multiplier", base.multiplier),
        ("coverage", base.coverage),
        ("participation", more.participation),
        ("known_buyers", more.known_buyers),
        ("break_even", more.break_even),
        ("five_largest", None if largest is None else Ratio(100 * largest.part // largest.whole, 100)),
    )
    for name, ratio in ratios:
        if ratio is not None:
            yield {"figure": name, "numerator": ratio.numerator, "denominator": ratio.denominator}


TABLES: Final[Mapping[str, Table]] = {
    one.name: one
    for one in (
        Table(
            "fund",
            mark("The fund"),
            mark("What is in each pocket now."),
            ("pocket", "amount"),
            fund_rows,
        ),
        Table(
            "projects",
            mark("Projects"),
            mark("State, asked, awarded, spent, from outside; 1 for late; place in millionths of a degree."),
            (
                *("project", "title", "state", "late", "asked", "awarded", "released", "spent"),
                *("returned", "outside_sought", "outside_received", "latitude_e6", "longitude_e6"),
            ),
            project_rows,
        ),
        Table(
            "steps",
            mark("Steps of the projects"),
            mark("Each part of a project’s money: due when, come when (seconds since 1970)."),
            ("project", "step", "amount", "state", "due_at", "released_at"),
            step_rows,
        ),
        Table(
            "votes",
            mark("Votes"),
            mark("The ballots by college once counted; empty where there are fewer than five."),
            (
                *("vote", "title", "kind", "body", "state", "closes_at", "colleges"),
                *("in_favour", "against", "abstained", "unopened", "turnout_at_least"),
            ),
            vote_rows,
        ),
        Table(
            "premiums",
            mark("Premiums"),
            mark("This year’s and last year’s, in closed periods of five businesses and five buyers."),
            ("first_day", "last_day", "premiums"),
            premium_rows,
        ),
        Table(
            "flows",
            mark("The way of the money"),
            mark("This year’s and last year’s, from premiums to projects to premiums."),
            ("year", "source", "target", "amount"),
            flow_rows,
        ),
        Table(
            "figures",
            mark("Measures"),
            mark("Each as the two numbers to divide."),
            ("figure", "numerator", "denominator"),
            figure_rows,
        ),
    )
}
