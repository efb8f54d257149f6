"""What the page of one project shows below its head. Sums by kind, never who."""

from collections import Counter
from typing import Any, Final

from sqlmodel import Session, col, select

from api import projects as service
from api.pages import labels
from api.pages.labels import chip
from api.pages.words import Words
from api.project_answers import LoanTold, ProjectTold, TrancheTold
from endogene_token.i18n import mark
from endogene_token.indexer.project_models import Project
from endogene_token.indexer.rounds import Ratio
from endogene_token.indexer.vote_models import Resolution
from endogene_token.projects import Criterion, Instrument, TrancheState
from endogene_token.reports.indicators import hundredths

DAY: Final = 86_400  # seconds
LATE_STATES: Final = ("released", "accounted")


def sheet(session: Session, words: Words, row: Project, now: int) -> dict[str, Any]:
    """Return the parts of a project's page."""
    found = service.told(session, row, now)
    ratio = hundredths(Ratio(row.received, row.released))
    return {
        "instrument": words.tr(labels.INSTRUMENT[_instrument(found)]) if found.plan else None,
        "expires": _day(words, found.plan.expires_at) if found.plan else None,
        "steps": [_step(words, one) for one in found.tranches],
        "met": [words.tr(labels.CRITERION[_criterion(one)]) for one in found.criteria.met],
        "missing": [words.tr(labels.CRITERION[_criterion(one)]) for one in found.criteria.missing],
        "lines": [_line(words, one) for one in found.lines],
        "partners": _partners(words, found),
        "pledged": words.money(int(found.co_financing.pledged)),
        "in_kind": words.money(int(found.co_financing.in_kind)),
        "leverage": None if ratio is None else words.hundredths(ratio),
        "loan": _loan(words, found.loan),
        "resolution": _resolution(session, row),
    }


def _step(words: Words, one: TrancheTold) -> dict[str, Any]:
    state = TrancheState[one.state.upper()]
    days = -(-one.late_seconds // DAY)
    late = None
    if days and one.state in LATE_STATES:
        late = words.many(days, mark("{count} day late"), mark("{count} days late"))
    elif days:
        late = words.many(days, mark("late by {count} day"), mark("late by {count} days"))
    return {
        "name": words.tr("Step {number}", number=one.position + 1),
        "amount": words.money(int(one.amount)),
        "due": _day(words, one.due_at),
        "state": chip(words, labels.TRANCHE[state]),
        "came": _day(words, one.released_at),
        "late": late,
    }


def _line(words: Words, one: Any) -> dict[str, Any]:
    kinds = ", ".join(words.number(kind) for kind in one.merchant_kinds)
    return {
        "name": words.tr("Line {number}", number=one.position + 1),
        "kinds": words.tr("at businesses of kind {kinds}", kinds=kinds),
        "amount": words.money(int(one.amount)),
        "spent": words.money(int(one.spent)),
    }


def _partners(words: Words, found: ProjectTold) -> list[tuple[str, str]]:
    """Return how many organisations of each kind; they are no people, and who they are is not told."""
    counts = Counter(one.kind for one in found.partners if one.is_attested)
    kinds = {one.name.lower().replace("_", "-"): label for one, label in labels.PARTNER.items()}
    return [(words.tr(kinds[kind]), words.number(count)) for kind, count in sorted(counts.items())]


def _loan(words: Words, loan: LoanTold | None) -> dict[str, Any] | None:
    if loan is None:
        return None
    amounts = {name: words.money(int(getattr(loan, name))) for name in ("repaid", "owed", "due", "late")}
    return {**amounts, "is_late": int(loan.late) > 0, "instalments": words.number(loan.instalments)}


def _resolution(session: Session, row: Project) -> int | None:
    query = select(Resolution.number).where(col(Resolution.number) == row.resolution)
    return session.exec(query).first()


def _instrument(found: ProjectTold) -> Instrument:
    return Instrument.LOAN if found.plan and found.plan.instrument == "loan" else Instrument.GRANT


def _criterion(name: str) -> Criterion:
    return Criterion[name.upper().replace("-", "_")]


def _day(words: Words, at: int | None) -> str | None:
    return None if at is None else words.short_day(words.at(at).astimezone(words.zone))
