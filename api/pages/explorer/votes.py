"""Votes, as a list and each on a page: by college, with quorum, state and dates. Small counts are masked."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from api import gathered
from api import votes as service
from api.deps import App, Reading
from api.pages import labels
from api.pages.explorer.parts import BAR, KEPT, bar, people, read_until, titled
from api.pages.labels import chip
from api.pages.shell import page, words_of
from api.pages.words import Words
from api.schemas import PathNumber
from endogene_token.ballots import Choice
from endogene_token.bounds import MAX_UINT32
from endogene_token.bylaws import Body, Kind, Majority, State
from endogene_token.indexer.project_models import Project
from endogene_token.indexer.vote_models import Resolution
from endogene_token.outcome import CATEGORIES, SEALED, Vote, is_carried, participation, quorum, state_at
from endogene_token.reports import masking
from endogene_token.reports.masking import Cells

router = APIRouter(include_in_schema=False)
SIZE: Final = 50
Before = Annotated[int, Query(ge=0, le=MAX_UINT32, description="Only those before this number.")]


@router.get("/votes", response_class=HTMLResponse)
def votes(request: Request, app: App, session: Reading, before: Before = MAX_UINT32) -> HTMLResponse:
    """Show the votes, fifty a page, the newest first."""
    words, now = words_of(request, app), app.clock.now()
    query = select(Resolution).where(col(Resolution.number) < before).order_by(col(Resolution.number).desc())
    rows = session.exec(query.limit(SIZE + 1)).all()
    shown = rows[:SIZE]
    found, texts = (
        service.votes_as_read(session, shown),
        gathered.texts(session, (one.text_hash for one in shown)),
    )
    told = {
        "votes": [_head(words, one, found[one.number], texts.get(one.text_hash), now) for one in shown],
        "next": rows[SIZE - 1].number if len(rows) > SIZE else None,
        **read_until(app, session, words),
    }
    return page(request, app, "explorer/votes.html", told, kept=KEPT)


@router.get("/votes/{number}", response_class=HTMLResponse)
def vote(request: Request, number: PathNumber, app: App, session: Reading) -> HTMLResponse:
    """Show a vote: what was put to it, how it was decided, what follows."""
    words, now = words_of(request, app), app.clock.now()
    row = service.known(session, number)
    found = service.vote_as_read(session, row)
    told = {
        **_head(words, row, found, gathered.texts(session, [row.text_hash]).get(row.text_hash), now),
        "rule": _rule(words, row, found) if found.closes_at else None,
        "result": _result(words, found, now) if found.closes_at else None,
        "dates": _dates(words, found) if found.closes_at else [],
        "projects": _projects(session, words, number),
        "bar": BAR,
        **read_until(app, session, words),
    }
    return page(request, app, "explorer/vote.html", told, kept=KEPT)


def _head(words: Words, row: Resolution, found: Vote, text_kept: str | None, now: int) -> dict[str, Any]:
    title, text = titled(text_kept, words.tr("Vote {number}", number=row.number))
    is_draft = row.closes_at == 0
    return {
        "number": row.number,
        "title": title,
        "text": text,
        "kind": words.tr(labels.KIND[Kind(row.kind)]),
        "body": None if is_draft else words.tr(labels.BODY[Body(row.body)]),
        "state": chip(words, labels.VOTE[state_at(found, now)]),
        "opens": None if is_draft else words.moment(words.at(row.opens_at)),
        "closes": None if is_draft else words.moment(words.at(row.closes_at)),
    }


def _rule(words: Words, row: Resolution, found: Vote) -> dict[str, Any]:
    """Return who decides and how; who may vote is told by fives."""
    is_simple = Majority(row.majority) is Majority.SIMPLE
    simple, strict = words.tr("More for than against"), words.tr("Two thirds for, at least")
    weights = [(words.tr(labels.COLLEGE[at]), one) for at, one in enumerate(found.terms.college_bps) if one]
    return {
        "majority": simple if is_simple else strict,
        "quorum": words.number(quorum(found.terms, found.roll_sizes)),
        "roll": people(words, sum(found.roll_sizes)),
        "is_sealed": found.terms.is_sealed,
        "weights": [(name, words.percent(bps)) for name, bps in weights],
    }


def _result(words: Words, found: Vote, now: int) -> dict[str, Any]:
    """Return the outcome and the count by college; until then only whether there is a quorum.

    A turnout that was told before would let small counts be subtracted afterwards.
    """
    state = state_at(found, now)
    cells = [_cells(found, category) for category in range(CATEGORIES)]
    if state in service.UNCOUNTED:
        is_quorate = found.tally.turnout >= quorum(found.terms, found.roll_sizes)
        return {"is_counted": False, "is_quorate": is_quorate, "parts": []}
    is_quorate = participation(found.terms, found.tally) >= quorum(found.terms, found.roll_sizes)
    parts = masking.together(cells)
    return {
        "is_counted": True,
        "is_quorate": is_quorate,
        "is_carried": is_quorate and is_carried(found.terms, found.tally),
        "is_annulled": state is State.ANNULLED,
        "turnout": _turnout(words, parts),
        "parts": [_part(words, one, is_only=len(parts) == 1) for one in parts],
    }


def _cells(found: Vote, category: int) -> Cells:
    chosen = (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN, SEALED)
    return Cells((category,), *(found.tally.count(category, one) for one in chosen))


def _turnout(words: Words, parts: list[Cells]) -> str:
    """Return how many voted: exactly where nothing could be read from it."""
    counted = sum(masking.turnout_told(one) for one in parts)
    total = words.number(counted)
    if all(one.is_large for one in parts):
        return total
    return words.tr("at least {count}", count=total) if counted else words.tr("too few to be told")


def _part(words: Words, cells: Cells, *, is_only: bool) -> dict[str, Any]:
    """Return a row of the result. A bar is drawn where every count may be told."""
    names = ", ".join(words.tr(labels.COLLEGE[at]) for at in cells.colleges)
    chosen = (
        ("for", words.tr("For"), cells.in_favour),
        ("against", words.tr("Against"), cells.against),
        ("abstained", words.tr("Abstained"), cells.abstained),
        ("unopened", words.tr("Not opened"), cells.unopened),
    )
    shown = [(*one[:2], _count(words, one[2]), one[2]) for one in chosen if one[0] != "unopened" or one[2]]
    return {
        "name": words.tr("All who voted, together") if is_only else names,
        "counts": shown,
        "segments": bar(shown) if cells.is_large else [],
    }


def _count(words: Words, count: int) -> str:
    told = masking.told(count)
    return words.tr("fewer than 5") if told is None else words.number(told)


def _dates(words: Words, found: Vote) -> list[tuple[str, str]]:
    dates = [
        (words.tr("Opens"), found.opens_at),
        (words.tr("Closes"), found.closes_at),
        (words.tr("May be contested until"), found.final_at),
        (words.tr("May be carried out until"), found.executable_until),
    ]
    return [(label, words.moment(words.at(at))) for label, at in dates]


def _projects(session: Session, words: Words, number: int) -> list[tuple[int, str]]:
    query = select(Project).where(Project.resolution == number).order_by(col(Project.number))
    instead = "Project {number}"
    rows = session.exec(query).all()
    texts = gathered.texts(session, (one.text_hash for one in rows))
    return [
        (one.number, titled(texts.get(one.text_hash), words.tr(instead, number=one.number))[0])
        for one in rows
    ]
