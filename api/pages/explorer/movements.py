"""What moved last: awards, steps, spendings, outside money; premiums by closed periods of enough people."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, func, select

from api.pages.explorer.parts import title_and_text
from api.pages.words import Words
from endogene_token.ids import day_date
from endogene_token.indexer.money_models import Spending
from endogene_token.indexer.project_models import CoFinancing, Project, ProjectTranche
from endogene_token.reports.masking import Period
from endogene_token.reports.year import OUT

SHOWN: Final = 8
DAYS: Final = timedelta(days=30)


class Movement(NamedTuple):
    """A movement of the fund on a day of the community; `project` None for none."""

    day: date
    what: str
    amount: int
    project: int | None


def movements(session: Session, words: Words, premiums: list[Period]) -> list[dict[str, Any]]:
    """Return the last movements, the newest first."""
    found = [*_premiums(words, premiums), *_awards(session, words), *_steps(session, words)]
    found += [*_spendings(session, words), *_outside(session, words)]
    moved = (one for one in found if one.amount)  # what a project spent and had back the same is no movement
    newest = sorted(moved, key=lambda one: (one.day, one.amount), reverse=True)[:SHOWN]
    return [
        {
            "day": words.short_day(one.day),
            "what": one.what,
            "amount": words.money(one.amount),
            "project": one.project,
            "title": None if one.project is None else _title(session, words, one.project),
        }
        for one in newest
    ]


def _premiums(words: Words, told: list[Period]) -> Iterator[Movement]:
    for one in told[-SHOWN:]:
        first, last = day_date(one.first), day_date(one.last)
        since = words.tr("Premiums recorded from {first} on", first=words.short_day(first))
        what = words.tr("Premiums recorded") if first == last else since
        yield Movement(last, what, one.amount, None)


def _awards(session: Session, words: Words) -> Iterator[Movement]:
    query = select(Project).where(Project.awarded_at != 0).order_by(col(Project.awarded_at).desc())
    for one in session.exec(query.limit(SHOWN)):
        yield Movement(_day(words, one.awarded_at), words.tr("Awarded to"), one.amount, one.number)


def _steps(session: Session, words: Words) -> Iterator[Movement]:
    query = select(ProjectTranche).where(col(ProjectTranche.state).in_(OUT))
    for one in session.exec(query.order_by(col(ProjectTranche.released_at).desc()).limit(SHOWN)):
        yield Movement(_day(words, one.released_at), words.tr("Released to"), one.amount, one.project)


def _spendings(session: Session, words: Words) -> Iterator[Movement]:
    """What a project spent in a day, at all merchants together: of the last days on which one spent."""
    newest = session.exec(select(func.max(Spending.block_time))).one()
    if newest is None:
        return
    since = datetime.combine(_day(words, newest) - DAYS, time(), words.zone)
    sums: dict[tuple[date, int], int] = {}
    for one in session.exec(select(Spending).where(Spending.block_time >= int(since.timestamp()))):
        key = (_day(words, one.block_time), one.project)
        sums[key] = sums.get(key, 0) + one.amount - one.returned
    for (day, project), amount in sums.items():
        yield Movement(day, words.tr("Spent at member businesses by"), amount, project)


def _outside(session: Session, words: Words) -> Iterator[Movement]:
    newest = (col(CoFinancing.block_number).desc(), col(CoFinancing.log_index).desc())
    for one in session.exec(select(CoFinancing).order_by(*newest).limit(SHOWN)):
        yield Movement(_day(words, one.block_time), words.tr("From outside, for"), one.amount, one.project)


def _title(session: Session, words: Words, number: int) -> str:
    row = session.get_one(Project, number)
    return title_and_text(session, row.text_hash, words.tr("Project {number}", number=number))[0]


def _day(words: Words, at: int) -> date:
    return datetime.fromtimestamp(at, words.zone).date()
