"""Suspensions and reinstatements: proposed by rule or by the treasurer, decided by the registrar.

What the rule proposed it withdraws when its cause has gone; what was decided is carried out on the chain.
Nobody decides what he or she proposed.
"""

from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from endogene_token.chain.views import MerchantStatus
from endogene_token.errors import (
    NothingToProposeError,
    OwnProposalError,
    ProposalDecidedError,
    ProposalOpenError,
    UnknownMerchantError,
    UnknownProposalError,
)
from endogene_token.indexer.models import Merchant
from endogene_token.office.persons import is_same_person
from endogene_token.office.trail import Change
from endogene_token.treasury.dunning.rules import LAST_LEVEL, Arrears
from endogene_token.treasury.dunning.standing import Standing
from endogene_token.treasury.exceptions.models import DunningProposal

RULE: Final = "rule:arrears"


class Act(StrEnum):
    """What is proposed."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"


class State(StrEnum):
    """Where a proposal is: `approved` until the chain has carried it out."""

    OPEN = "open"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


FITTING: Final = {Act.SUSPEND: MerchantStatus.ACTIVE, Act.REINSTATE: MerchantStatus.SUSPENDED}
UNDECIDED: Final = (State.OPEN, State.APPROVED)


def propose(change: Change, merchant: int, act: Act, late: Arrears, now: int) -> DunningProposal:
    """Propose to suspend or to reinstate a merchant.

    Raises UnknownMerchantError, NothingToProposeError, ProposalOpenError.
    """
    found = change.session.get(Merchant, merchant)
    if found is None:
        raise UnknownMerchantError(actual=merchant)
    if found.status != FITTING[act]:
        raise NothingToProposeError(actual=merchant, limit=MerchantStatus(found.status).name.lower())
    waiting = undecided(change.session, merchant)
    if waiting is not None:
        raise ProposalOpenError(actual=merchant, limit=waiting.number)
    return _add(change, merchant, act, late, by=change.actor.who, now=now)


def decide(change: Change, number: int, is_approved: bool, why: str, now: int) -> DunningProposal:
    """Approve or refuse an open proposal.

    Raises UnknownProposalError, ProposalDecidedError, OwnProposalError.
    """
    row = change.session.get(DunningProposal, number)
    if row is None:
        raise UnknownProposalError(actual=number)
    if row.state != State.OPEN:
        raise ProposalDecidedError(actual=number, limit=row.state)
    if is_same_person(change.session, row.proposed_by, change.actor.who):
        raise OwnProposalError(actual=number, limit=row.proposed_by)
    return _end(
        change, row, State.APPROVED if is_approved else State.REFUSED, by=change.actor.who, why=why, now=now
    )


def follow(change: Change, standing: Standing, now: int) -> None:
    """Propose by rule what a merchant's standing asks for; withdraw what it does not ask for any more."""
    waiting, wanted = undecided(change.session, standing.merchant), _wanted(change.session, standing)
    if waiting is not None:
        by_rule = waiting.state == State.OPEN and waiting.proposed_by == RULE
        if by_rule and waiting.act != wanted:
            _end(change, waiting, State.WITHDRAWN, by=RULE, why="", now=now)
        return
    if wanted is not None and not _was_refused(change.session, standing, wanted):
        _add(change, standing.merchant, wanted, standing.late, by=RULE, now=now)


def finish(change: Change, row: DunningProposal, now: int) -> None:
    """Note that the chain has carried out an approved proposal."""
    row.state = State.DONE
    change.session.add(row)
    change.note(f"dunning.{row.act}.done", subject_of(row), at=now)


def undecided(session: Session, merchant: int) -> DunningProposal | None:
    """Return the proposal about a merchant that is open, or not yet carried out."""
    query = select(DunningProposal).where(DunningProposal.merchant == merchant)
    return session.exec(query.where(col(DunningProposal.state).in_(UNDECIDED))).first()


def page(session: Session, after: int, limit: int, state: State | None = None) -> list[DunningProposal]:
    """Return `limit` proposals after a number, those in one state if it is named."""
    query = select(DunningProposal).where(col(DunningProposal.number) > after)
    if state is not None:
        query = query.where(DunningProposal.state == state)
    return list(session.exec(query.order_by(col(DunningProposal.number)).limit(limit)))


def subject_of(row: DunningProposal) -> str:
    """Return how the trail names a proposal."""
    return f"merchant:{row.merchant}/proposal:{row.number}"


def _wanted(session: Session, standing: Standing) -> Act | None:
    """Return what the rule asks for: it ends only the suspensions that it proposed itself."""
    if standing.is_active:
        return Act.SUSPEND if standing.level >= LAST_LEVEL else None
    last = _last(session, standing.merchant, State.DONE)
    ours = last is not None and (last.act, last.proposed_by) == (Act.SUSPEND, RULE)
    return Act.REINSTATE if ours and standing.late.amount == 0 else None


def _was_refused(session: Session, standing: Standing, wanted: Act) -> bool:
    """Return whether the registrar has refused this already, for the same arrears."""
    last = _last(session, standing.merchant)
    since = "" if standing.late.since is None else standing.late.since.isoformat()
    return last is not None and last.state == State.REFUSED and (last.act, last.since) == (wanted, since)


def _last(session: Session, merchant: int, state: State | None = None) -> DunningProposal | None:
    query = select(DunningProposal).where(DunningProposal.merchant == merchant)
    if state is not None:
        query = query.where(DunningProposal.state == state)
    return session.exec(query.order_by(col(DunningProposal.number).desc()).limit(1)).first()


def _add(change: Change, merchant: int, act: Act, late: Arrears, *, by: str, now: int) -> DunningProposal:
    row = DunningProposal(
        merchant=merchant,
        act=act,
        arrears=late.amount,
        since="" if late.since is None else late.since.isoformat(),
        proposed_by=by,
        proposed_at=now,
        state=State.OPEN,
        decided_by="",
        decided_at=0,
        why="",
    )
    change.session.add(row)
    change.session.flush()
    change.note(f"dunning.{act}.proposed", subject_of(row), by=by, arrears=str(row.arrears), since=row.since)
    return row


def _end(
    change: Change, row: DunningProposal, state: State, *, by: str, why: str, now: int
) -> DunningProposal:
    row.state, row.decided_by, row.decided_at, row.why = state, by, now, why
    change.session.add(row)
    change.session.flush()
    change.note(f"dunning.{row.act}.{state}", subject_of(row), by=by)
    return row
