"""The parameters in force and every version before them, with the day from which each one held."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, SQLModel, col, select

from api.deps import Reading
from api.pages.office.places import RULES
from api.pages.office.room import Room, room
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.indexer.models import Event, RulesVersion
from endogene_token.indexer.money_models import OutflowRulesVersion
from endogene_token.indexer.vote_models import CharterVersion

router = APIRouter(prefix="/office")
DAY: Final = 86_400
HOUR: Final = 3_600
Row = Any
Show = Callable[[Words, int], str]


def _days(words: Words, count: int) -> str:
    return words.many(count, "{count} day", "{count} days")


def _span(words: Words, seconds: int) -> str:
    """Return a delay in the largest unit that tells all of it."""
    if seconds % DAY == 0:
        return _days(words, seconds // DAY)
    if seconds % HOUR == 0:
        return words.many(seconds // HOUR, "{count} hour", "{count} hours")
    return words.many(seconds, "{count} second", "{count} seconds")


PURCHASES: Final[tuple[tuple[str, str, Show], ...]] = (
    ("purchase_window_days", mark("A purchase may be recorded within"), _days),
    ("reversal_window_days", mark("A refund may be recorded within"), _days),
    ("operations_bps", mark("Of a premium, for operations"), Words.percent),
    ("reserve_bps", mark("Of a premium, for the reserve"), Words.percent),
    ("rate_notice_days", mark("Notice of another rate"), _days),
    ("key_rotation_delay", mark("Time to object to another key"), _span),
)
OUTFLOWS: Final[tuple[tuple[str, str, Show], ...]] = (
    ("coverage_floor_bps", mark("Floor of the coverage"), Words.percent),
    ("cash_delay", mark("A business waits for cash"), _span),
    ("cash_limit", mark("Cash asked by one business, at most"), Words.money),
    ("judging_time", mark("A claim is judged within"), _span),
    ("longest_attestation", mark("An attestation holds at most"), _span),
)


@router.get("/rules", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(RULES))], session: Reading) -> HTMLResponse:
    """Show the rulebook, version by version."""
    newest = col(RulesVersion.version).desc()
    purchases = session.exec(select(RulesVersion).order_by(newest)).all()
    outflows = session.exec(
        select(OutflowRulesVersion).order_by(col(OutflowRulesVersion.version).desc())
    ).all()
    charters = session.exec(select(CharterVersion).order_by(col(CharterVersion.version).desc())).all()
    tables = [
        (here.words.tr("Purchases and premiums"), _versions(here, session, purchases, PURCHASES)),
        (here.words.tr("What goes out"), _versions(here, session, outflows, OUTFLOWS)),
        (here.words.tr("By-laws of the vote"), _versions(here, session, charters, ())),
    ]
    return here.show("office/rules.html", {"tables": tables})


def _versions(
    here: Room, session: Session, rows: Sequence[SQLModel], shown: Sequence[tuple[str, str, Show]]
) -> list[dict[str, object]]:
    """Return the versions, each with its values and what it changed of the one before."""
    plain: list[Row] = list(rows)
    found = []
    for place, row in enumerate(plain):
        before: Row = plain[place + 1] if place + 1 < len(plain) else None
        values = [
            {
                "label": here.words.tr(label),
                "value": show(here.words, getattr(row, name)),
                "before": _before(here, before, name, getattr(row, name), show),
            }
            for name, label, show in shown
        ]
        at = session.exec(select(Event.block_time).where(Event.block_number == row.block_number)).first()
        since = None if at is None else here.day_of(at)
        found.append({"version": row.version, "since": since, "values": values, "is_current": place == 0})
    return found


def _before(here: Room, row: Row, name: str, value: int, show: Show) -> str | None:
    if row is None or getattr(row, name) == value:
        return None
    return show(here.words, getattr(row, name))
