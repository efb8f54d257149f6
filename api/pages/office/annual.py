"""The pack for the annual meeting: a year's money, projects, votes and rules, as a PDF to print and send."""

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, or_, select

from api import projects as projects_told
from api import votes
from api.deps import Reading
from api.fund import read_pockets
from api.money import solvency
from api.pages.explorer import sums
from api.pages.explorer.figures import figures_of
from api.pages.explorer.parts import people
from api.pages.explorer.year import in_and_out
from api.pages.forms import Sent
from api.pages.labels import PROJECT_NAMED, VOTE_NAMED
from api.pages.office.money import HOLDS, OWES
from api.pages.office.places import ANNUAL
from api.pages.office.room import Room, room
from endogene_token.indexer.events import Decoder
from endogene_token.indexer.models import Pockets
from endogene_token.indexer.project_models import Project
from endogene_token.indexer.vote_models import Resolution
from endogene_token.reports.annual import Pack, Section, to_pdf
from endogene_token.treasury.books.sheets import sheets_on

router = APIRouter(prefix="/office")
FIRST_YEAR: Final = 2020
SHOWN_YEARS: Final = 5
Reader = Annotated[Room, Depends(room(ANNUAL))]


@router.get("/annual", response_class=HTMLResponse)
def page(here: Reader) -> HTMLResponse:
    """Offer the last years."""
    year = _today(here).year
    return here.show("office/annual.html", {"years": range(year, max(year - SHOWN_YEARS, FIRST_YEAR), -1)})


@router.post("/annual/pack")
def pack(here: Reader, session: Reading, sent: Sent) -> Response:
    """Give the pack of a year. Nothing is changed by it."""
    year = int(sent.matching("year", "20[0-9]{2}"))
    content = to_pdf(_pack(here, session, year))
    headers = {"Content-Disposition": f'attachment; filename="{year}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def _today(here: Room) -> date:
    return here.words.at(int(time.time())).astimezone(here.words.zone).date()


def _pack(here: Room, session: Session, year: int) -> Pack:
    words, today = here.words, _today(here)
    amount = (words.tr("What"), words.tr("Amount"))
    state = (words.tr("What"), words.tr("State today"))
    begin, end = (int(datetime(one, 1, 1, tzinfo=words.zone).timestamp()) for one in (year, year + 1))
    pockets, day = _closing(here, session, year)
    as_of_today = words.tr("As of {moment}", moment=words.day(today))
    sections = (
        _year(here, session, year),
        Section(
            words.tr("Where the money is"),
            amount,
            [(words.tr(label), words.money(pockets[name])) for name, label in HOLDS],
            words.tr("As of {moment}", moment=words.day(day)),
        ),
        Section(
            words.tr("Whom it is owed to"),
            amount,
            [(words.tr(label), words.money(pockets[name])) for name, label in OWES],
        ),
        Section(words.tr("What bounds every outflow"), amount, _gate(here, session), as_of_today),
        Section(
            words.tr("What we are judged by"),
            (words.tr("What"), words.tr("How much")),
            _figures(here, session, year),
            f"{as_of_today} · {words.tr('Each with its formula on the public page of figures.')}",
        ),
        Section(words.tr("Projects"), state, _projects(here, session, begin, end)),
        Section(words.tr("Resolutions"), state, _resolutions(here, session, begin, end)),
    )
    return Pack(
        here.app.community.name,
        words.tr("Annual meeting, {year}", year=year),
        words.tr("Made on {day} from the ledger; anyone can check these figures.", day=words.day(today)),
        words.tr("nothing"),
        words.locale,
        today,
        sections,
    )


def _closing(here: Room, session: Session, year: int) -> tuple[Mapping[str, int], date]:
    """Return the pockets at the end of a year, or as they stand while it lasts, and of which day they are."""
    today, zone = _today(here), here.words.zone
    if year >= today.year:
        return read_pockets(session).model_dump(), today
    after, decoder = date(year + 1, 1, 1), Decoder(here.app.community)
    found = here.app.remembered.of(
        session, ("closing", year), lambda: sheets_on(session.connection(), decoder, [after], zone)[after]
    )
    return {pocket.value: amount for pocket, amount in found.items()}, after - timedelta(days=1)


def _year(here: Room, session: Session, year: int) -> Section:
    """Return what the public page of the year tells, with the year's purchases and credits.

    Every member gets the pack, on paper or by mail: from then on it is public. What the page tells by fives
    is told so here, too; an exact count beside it would give away what the page does not.
    """
    words, app = here.words, here.app
    found = sums.the_year(app, session, year, words.zone)
    told = in_and_out(words, found)
    _, merchants, members = sums.counts(app, session)
    few = words.tr("Paid in cash to members who retired, or to businesses for project money")
    rows = [
        *((label, amount) for label, amount, _ in (*told["coming"], *told["going"])),
        *([(few, told["paid_to_few"])] if told["is_masked"] else []),
        (words.tr("Credits of the year’s purchases, less those of refunds"), words.money(found.credits)),
        (words.tr("Purchases recorded in the year"), people(words, found.purchases)),
        (words.tr("Members on the register today"), people(words, members)),
        (words.tr("Member businesses today"), people(words, merchants)),
    ]
    return Section(
        words.tr("The year {year}", year=year),
        (words.tr("What"), words.tr("Amount")),
        rows,
        words.tr("As the public page of the year tells it: people, businesses and purchases by fives."),
    )


def _gate(here: Room, session: Session) -> Sequence[tuple[str, str]]:
    words, gate = here.words, solvency(session, int(time.time()))
    return [
        (words.tr("Liquid"), words.money(int(gate.liquid))),
        (words.tr("Owed to members"), words.money(int(gate.credits))),
        (
            words.tr("Floor of the coverage"),
            f"{words.percent(gate.floor_bps)} · {words.money(int(gate.floor))}",
        ),
        (words.tr("Due within the actuary’s horizon"), words.money(int(gate.due))),
    ]


def _figures(here: Room, session: Session, year: int) -> Sequence[tuple[str, str]]:
    """Return the figures of the public page: none is told here that is masked there."""
    if session.exec(select(Pockets)).first() is None:
        return []  # no block was read yet
    none = here.words.tr("nothing to tell yet")
    told = figures_of(here.words, here.app, session, year)
    return [(one.name, " · ".join(filter(None, (one.value or none, one.target)))) for one in told]


def _projects(here: Room, session: Session, begin: int, end: int) -> Sequence[tuple[str, str]]:
    """Return those that were under way in the year: submitted by its end, and not over before it began."""
    submitted, ends = col(Project.submitted_at), (col(Project.completed_at), col(Project.closed_at))
    within = (submitted != 0, submitted < end, *(or_(one == 0, one >= begin) for one in ends))
    words, found = here.words, []
    for row in session.exec(select(Project).where(*within).order_by(col(Project.number))):
        one = projects_told.brief(row)
        label = words.tr("Project {number}", number=one.number)
        amount = "" if one.amount is None else f" · {words.money(int(one.amount))}"
        found.append((f"{label}{amount}", words.tr(PROJECT_NAMED[one.state].msgid)))
    return found


def _resolutions(here: Room, session: Session, begin: int, end: int) -> Sequence[tuple[str, str]]:
    within = (Resolution.opens_at >= begin, Resolution.opens_at < end)
    app, words, found = here.app, here.words, []
    rows = session.exec(select(Resolution).where(*within).order_by(col(Resolution.number))).all()
    for one in votes.told_of(session, app.community, rows, app.clock.now(), app.settings.sealing_key):
        title = (one.text or "").strip().partition("\n")[0]
        found.append(
            (
                title or words.tr("Resolution {number}", number=one.number),
                words.tr(VOTE_NAMED[one.state].msgid),
            )
        )
    return found
