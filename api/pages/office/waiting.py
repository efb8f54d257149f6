"""What waits for a role today: one sentence each, and where to go for it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.pages.office.places import (
    ARREARS,
    BANK,
    CLAIMS,
    EXCEPTIONS,
    MONEY,
    REDEMPTIONS,
    REPORTS,
    RUNS,
    VOTES,
)
from api.pages.office.room import Room
from api.votes import vote_as_read
from endogene_token.bylaws import State
from endogene_token.chain.views import MerchantStatus
from endogene_token.i18n import mark
from endogene_token.indexer.models import Merchant
from endogene_token.indexer.money_models import Attestation, Redemption
from endogene_token.indexer.project_models import Project, ProjectTranche
from endogene_token.indexer.vote_models import Governance, Resolution
from endogene_token.office.scopes import StaffRole
from endogene_token.outcome import state_at
from endogene_token.projects import RedemptionState, TrancheState
from endogene_token.treasury.collect.models import BankLine, BankRun
from endogene_token.treasury.collect.states import RunState
from endogene_token.treasury.confirm.states import LineState
from endogene_token.treasury.dunning import proposals
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import DunningProposal, TreasuryException

SOON: Final = 30 * 86_400  # seconds before an attestation ends


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing to do, where; `is_late`: its time is over."""

    sentence: str
    path: str
    is_late: bool = False


Look = Callable[[Room, Session, int], Iterator[Waiting]]


def waiting(room: Room, session: Session, now: int) -> list[Waiting]:
    """Return what waits for the visitor's role, the most pressing first."""
    found = [one for look in _LOOKS[room.role] for one in look(room, session, now)]
    return sorted(found, key=lambda one: not one.is_late)


def _exceptions(room: Room, session: Session, now: int) -> Iterator[Waiting]:
    count, late = _open(session, inbox.OF_MONEY, now)
    if late:
        told = room.words.many(
            late, "{count} exception is past its day.", "{count} exceptions are past their day."
        )
        yield Waiting(told, EXCEPTIONS.path, is_late=True)
    elif count:
        told = room.words.many(count, "{count} exception is open.", "{count} exceptions are open.")
        yield Waiting(told, EXCEPTIONS.path)


def _reports(room: Room, session: Session, now: int) -> Iterator[Waiting]:
    count, late = _open(session, inbox.OF_MEMBERS, now)
    if count:
        told = room.words.many(
            count,
            "{count} member’s report waits for an answer.",
            "{count} members’ reports wait for an answer.",
        )
        yield Waiting(told, REPORTS.path, is_late=bool(late))


def _open(session: Session, among: Collection[inbox.Kind], now: int) -> tuple[int, int]:
    """Return how many entries of these kinds are open, and how many of them past their day."""
    own = (TreasuryException.closed_at == 0, inbox.of_kinds(among))
    query = select(func.count()).select_from(TreasuryException).where(*own)
    return session.exec(query).one(), session.exec(query.where(TreasuryException.due_at < now)).one()


def _lines(room: Room, session: Session, _now: int) -> Iterator[Waiting]:
    waits = col(BankLine.state).in_((LineState.PROPOSED, LineState.UNMATCHED))
    count = session.exec(select(func.count()).select_from(BankLine).where(waits)).one()
    if count:
        told = room.words.many(
            count, "{count} line of the bank waits for you.", "{count} lines of the bank wait for you."
        )
        yield Waiting(told, BANK.path)


def _runs(state: RunState, one: str, several: str) -> Look:
    def look(room: Room, session: Session, _now: int) -> Iterator[Waiting]:
        numbers = session.exec(select(BankRun.number).where(BankRun.state == state)).all()
        if numbers:
            path = f"{RUNS.path}/{numbers[0]}" if len(numbers) == 1 else RUNS.path
            yield Waiting(room.words.many(len(numbers), one, several), path)

    return look


def _decisions(room: Room, session: Session, _now: int) -> Iterator[Waiting]:
    is_open = DunningProposal.state == proposals.State.OPEN
    count = session.exec(select(func.count()).select_from(DunningProposal).where(is_open)).one()
    if count:
        told = room.words.many(
            count,
            "{count} suspension or reinstatement waits for your decision.",
            "{count} suspensions or reinstatements wait for your decision.",
        )
        yield Waiting(told, ARREARS.path)


def _redemptions(state: RedemptionState, one: str, several: str) -> Look:
    def look(room: Room, session: Session, _now: int) -> Iterator[Waiting]:
        query = select(func.count()).select_from(Redemption).where(Redemption.state == state)
        count = session.exec(query).one()
        if count:
            yield Waiting(room.words.many(count, one, several), REDEMPTIONS.path)

    return look


def _votes(room: Room, session: Session, now: int) -> Iterator[Waiting]:
    rows = session.exec(select(Resolution).where(Resolution.closes_at > now))
    count = sum(state_at(vote_as_read(session, one), now) is State.OPEN for one in rows)
    if count:
        told = room.words.many(count, "{count} vote is open now.", "{count} votes are open now.")
        yield Waiting(told, VOTES.path)


def _claims(room: Room, session: Session, _now: int) -> Iterator[Waiting]:
    query = select(func.count()).select_from(ProjectTranche)
    if room.role is StaffRole.MENTOR:
        own = (Project.number == ProjectTranche.project, Project.mentor == room.who.key.holder.member)
        query = query.join(Project, own[0]).where(own[1], ProjectTranche.state == TrancheState.CLAIMED)  # type: ignore[arg-type]  # a comparison of columns
    else:
        query = query.where(ProjectTranche.state == TrancheState.REVIEWED)
    count = session.exec(query).one()
    if count:
        told = room.words.many(
            count, "{count} claim of a project waits for you.", "{count} claims of projects wait for you."
        )
        yield Waiting(told, CLAIMS.path)


def _attestation(room: Room, session: Session, now: int) -> Iterator[Waiting]:
    newest = (col(Attestation.block_number).desc(), col(Attestation.log_index).desc())
    last = session.exec(select(Attestation).order_by(*newest).limit(1)).first()
    if last is None or last.until <= now:
        told = room.words.tr("No attestation of what is due is in force: projects can be paid nothing.")
        yield Waiting(told, MONEY.path, is_late=True)
    elif last.until < now + SOON:
        day = room.words.day(room.words.at(last.until).astimezone(room.words.zone).date())
        yield Waiting(room.words.tr("The attestation of what is due ends on {day}.", day=day), MONEY.path)


def _pause(room: Room, session: Session, now: int) -> Iterator[Waiting]:
    row = session.exec(select(Governance)).first()
    if row is not None and row.paused_until > now:
        until = room.words.moment(room.words.at(row.paused_until))
        told = room.words.tr("Until {moment}, the fund is paused.", moment=until)
        yield Waiting(told, "/office/pause", is_late=True)


def _suspended(room: Room, session: Session, _now: int) -> Iterator[Waiting]:
    query = select(func.count()).select_from(Merchant).where(Merchant.status == MerchantStatus.SUSPENDED)
    count = session.exec(query).one()
    if count:
        told = room.words.many(count, "{count} business is suspended.", "{count} businesses are suspended.")
        yield Waiting(told, ARREARS.path)


_TO_APPROVE: Final = _runs(
    RunState.DRAFTED,
    mark("{count} file for the bank waits for approval."),
    mark("{count} files for the bank wait for approval."),
)
_TO_HAND_IN: Final = _runs(
    RunState.APPROVED,
    mark("{count} approved file is to be given to the bank."),
    mark("{count} approved files are to be given to the bank."),
)
_TO_ATTEST: Final = _redemptions(
    RedemptionState.REQUESTED,
    mark("{count} redemption waits to be attested."),
    mark("{count} redemptions wait to be attested."),
)
_TO_RELEASE: Final = _redemptions(
    RedemptionState.ATTESTED,
    mark("{count} redemption waits to be approved."),
    mark("{count} redemptions wait to be approved."),
)
_TO_PAY: Final = _redemptions(
    RedemptionState.APPROVED,
    mark("{count} approved redemption is to be paid."),
    mark("{count} approved redemptions are to be paid."),
)
_LOOKS: Final[dict[StaffRole, tuple[Look, ...]]] = {
    StaffRole.REGISTRAR: (_pause, _reports, _decisions, _TO_ATTEST, _votes),
    StaffRole.TREASURER: (_pause, _exceptions, _lines, _TO_HAND_IN, _TO_PAY, _attestation),
    StaffRole.APPROVER: (_pause, _TO_APPROVE, _TO_RELEASE),
    StaffRole.GUARDIAN: (_pause,),
    StaffRole.ACTUARY: (_pause, _attestation),
    StaffRole.AUDITOR: (_pause, _exceptions, _suspended, _attestation),
    StaffRole.MENTOR: (_pause, _claims, _votes),
    StaffRole.DIRECTOR: (_pause, _claims, _votes, _exceptions, _attestation),
}
