"""The examination of all merchants: levels and warnings are kept, proposals follow, the inbox is told."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.office.trail import Actor, Change, changing
from endogene_token.store import reading
from endogene_token.treasury.dunning import proposals
from endogene_token.treasury.dunning.rules import Rules
from endogene_token.treasury.dunning.standing import Standing, standings
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding, Kind
from endogene_token.treasury.exceptions.models import DunningProposal, DunningState
from endogene_token.treasury.statements.months import local_day

KINDS: Final = (Kind.EXPOSURE, Kind.ARREARS, Kind.DECISION)


def run(engine: Engine, rules: Rules, zone: ZoneInfo, actor: Actor, now: int) -> list[Standing]:
    """Examine every merchant at an instant, and return where each stands on its day."""
    today = local_day(now, zone)
    with reading(engine) as connection:
        found = standings(connection, rules, zone, today)
    if not found:
        return []
    with changing(engine, actor) as change:
        keep(change, found, today, now)
    return found


def keep(change: Change, found: Sequence[Standing], today: date, now: int) -> None:
    """Keep where each merchant stands; what changed is in the trail, and each examination."""
    for standing in found:
        _keep(change, standing, today, now)
        proposals.follow(change, standing, now)
    late = sum(one.level > 0 for one in found)
    warned = sum(one.warned for one in found)
    change.note(
        "dunning.examined", f"day:{today.isoformat()}", merchants=len(found), late=late, warned=warned
    )
    inbox.follow(change, KINDS, [*_findings(found), *decisions(change.session)], now)


def follow_decisions(change: Change, now: int) -> None:
    """Make the inbox hold the decisions that the registrar has not taken."""
    inbox.follow(change, [Kind.DECISION], decisions(change.session), now)


def decisions(session: Session) -> Iterator[Finding]:
    """Yield the proposals that wait for the registrar, or for the chain."""
    query = select(DunningProposal).where(col(DunningProposal.state).in_(proposals.UNDECIDED))
    for row in session.exec(query.order_by(col(DunningProposal.number))):
        yield Finding(Kind.DECISION, proposals.subject_of(row), row.arrears)


def states(session: Session, merchant: int | None = None) -> list[DunningState]:
    """Return where merchants stood at their last examination: one, or those that are late or warned."""
    query = select(DunningState).order_by(col(DunningState.merchant))
    if merchant is not None:
        return list(session.exec(query.where(DunningState.merchant == merchant)))
    return list(
        session.exec(
            query.where((DunningState.level > 0) | (DunningState.arrears > 0) | (DunningState.warned > 0))
        )
    )


def _findings(found: Sequence[Standing]) -> Iterator[Finding]:
    for one in found:
        if one.warned:
            yield Finding(Kind.EXPOSURE, f"merchant:{one.merchant}", one.owed)
        if one.level:
            yield Finding(Kind.ARREARS, f"merchant:{one.merchant}", one.late.amount)


def _keep(change: Change, one: Standing, today: date, now: int) -> None:
    """Keep a standing; a new level or warning is told by the trail."""
    since = "" if one.late.since is None else one.late.since.isoformat()
    told = {"level": one.level, "arrears": one.late.amount, "since": since, "warned": int(one.warned)}
    row = change.session.get(DunningState, one.merchant)
    if row is None:
        row = DunningState(
            merchant=one.merchant, day="", level=0, arrears=0, since="", warned=0, changed_at=now
        )
    crossed = (row.level, row.warned) != (one.level, int(one.warned))
    if any(getattr(row, name) != value for name, value in told.items()):
        row.changed_at = now
    for name, value in {**told, "day": today.isoformat()}.items():
        setattr(row, name, value)
    change.session.add(row)
    if crossed:
        change.note(
            "dunning.level",
            f"merchant:{one.merchant}",
            level=one.level,
            arrears=str(one.late.amount),
            since=since,
            warned=one.warned,
        )
