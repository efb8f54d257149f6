"""Calls and projects as the read model has them, told to everybody: numbers, never who a partner is."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

from sqlmodel import Session, SQLModel, col, func, select

from api.dossiers import Dossier, debt
from api.project_answers import (
    ClaimTold,
    CoFinancingTold,
    CriteriaTold,
    FactTold,
    LeverageTold,
    LineTold,
    LoanTold,
    PartnerTold,
    PlanTold,
    ProjectBrief,
    ProjectCallTold,
    ProjectTold,
    TrancheTold,
)
from endogene_token.act_json import bits, word
from endogene_token.errors import UnknownProjectError
from endogene_token.hexes import to_hex
from endogene_token.indexer.money_models import OutflowRulesVersion
from endogene_token.indexer.project_models import (
    CoFinancing,
    CoFinancingPledge,
    Project,
    ProjectCall,
    ProjectFact,
    ProjectLine,
    ProjectPartner,
    ProjectTranche,
)
from endogene_token.projects import (
    Criterion,
    Instrument,
    OrganisationKind,
    ProjectState,
    TrancheState,
    criteria,
)
from endogene_token.relay.vote_models import RelayText

_OUT: Final = (TrancheState.RELEASED, TrancheState.ACCOUNTED)
_UNDER_WAY: Final = (ProjectState.AWARDED, ProjectState.ACTIVE, ProjectState.SUSPENDED)
_JUDGED: Final = (TrancheState.CLAIMED, TrancheState.REVIEWED)
M = TypeVar("M", bound=SQLModel)


def call_told(session: Session, row: ProjectCall, now: int) -> ProjectCallTold:
    """Return a call."""
    return ProjectCallTold.model_validate(
        {
            "number": row.number,
            "is_open": now < row.closes_at,
            "budget": str(row.budget),
            "awarded": str(row.awarded),
            "closes_at": row.closes_at,
            "attestor": row.attestor,
            "required": [word(one) for one in sorted(criteria(row.required))],
            "min_partners": row.min_partners,
            "min_kinds": row.min_kinds,
            "min_merchant_share_bps": row.min_merchant_share_bps,
            "min_leverage_bps": row.min_leverage_bps,
            "text_hash": to_hex(row.text_hash),
            "text": _text(session, row.text_hash),
        }
    )


def known(session: Session, number: int) -> Project:
    """Return a project's row. Raises UnknownProjectError."""
    row = session.get(Project, number)
    if row is None:
        last = session.exec(select(func.max(Project.number))).one()
        raise UnknownProjectError(actual=number, limit=last or 0)
    return row


def is_late(row: Project, tranches: Iterable[ProjectTranche], now: int) -> bool:
    """Return whether a project's money should have come by now, or a loan's instalment come back."""
    is_waiting = row.state in _UNDER_WAY and any(
        one.state not in _OUT and _late(one, row, now) for one in tranches
    )
    return is_waiting or debt(row, now).late > 0


def brief(row: Project) -> ProjectBrief:
    """Return a project in a list."""
    has_plan = row.submitted_at != 0
    return ProjectBrief.model_validate(
        {
            "number": row.number,
            "call": row.call,
            "state": word(ProjectState(row.state)),
            "applicant": row.applicant,
            "instrument": word(Instrument(row.instrument)) if has_plan else None,
            "amount": str(row.amount) if has_plan else None,
            "released": str(row.released),
            "text_hash": to_hex(row.text_hash),
        }
    )


def told(session: Session, row: Project, now: int) -> ProjectTold:
    """Return a project in full."""
    call = session.get_one(ProjectCall, row.call)
    facts = _rows(session, ProjectFact, row.number, "criterion")
    partners = _rows(session, ProjectPartner, row.number, "position")
    dossier = Dossier(call, row, facts, partners)
    is_suspended = row.state == ProjectState.SUSPENDED
    return ProjectTold.model_validate(
        {
            "number": row.number,
            "call": row.call,
            "state": word(ProjectState(row.state)),
            "resumes_to": word(ProjectState(row.resumes_to)) if is_suspended else None,
            "applicant": row.applicant,
            "resolution": row.resolution or None,
            "text_hash": to_hex(row.text_hash),
            "text": _text(session, row.text_hash),
            **{name: str(getattr(row, name)) for name in ("released", "recalled", "balance", "unspent")},
            "report": to_hex(row.report) if row.report else None,
            "plan": _plan(row),
            "tranches": _tranches(session, row, now),
            "lines": _lines(session, row.number),
            "criteria": _criteria(dossier),
            "partners": [_partner(one) for one in partners],
            "co_financing": _co_financing(session, row),
            "leverage": LeverageTold(received=str(row.received), released=str(row.released)),
            "loan": _loan(row, now),
        }
    )


def _plan(row: Project) -> PlanTold | None:
    if row.submitted_at == 0:
        return None
    return PlanTold.model_validate(
        {
            "instrument": word(Instrument(row.instrument)),
            "amount": str(row.amount),
            "sought": str(row.sought),
            "expires_at": row.expires_at,
            "mentor": row.mentor,
            "is_mentored": bool(row.is_mentored),
            "signer": row.signer,
        }
    )


def _tranches(session: Session, project: Project, now: int) -> list[TrancheTold]:
    newest = select(OutflowRulesVersion).order_by(col(OutflowRulesVersion.version).desc())
    rules = session.exec(newest.limit(1)).first()
    judging_time = 0 if rules is None else rules.judging_time
    rows = _rows(session, ProjectTranche, project.number, "position")
    return [_tranche(one, project, now, judging_time) for one in rows]


def _tranche(row: ProjectTranche, project: Project, now: int, judging_time: int) -> TrancheTold:
    state = TrancheState(row.state)
    return TrancheTold.model_validate(
        {
            "position": row.position,
            "amount": str(row.amount),
            "due_at": row.due_at,
            "milestone": to_hex(row.milestone),
            "state": word(state),
            "since": row.since or None,
            "late_seconds": _late(row, project, now),
            "claim": _claim(row) if row.claim_hash else None,
            "judged_until": row.since + judging_time if state in _JUDGED else None,
            "reviewer": row.reviewer or None,
            "releaser": row.releaser or None,
            "released_at": row.released_at or None,
            "account": to_hex(row.account) if row.account else None,
        }
    )


def _late(row: ProjectTranche, project: Project, now: int) -> int:
    """Only an award makes a date binding, and nothing is late that will never come."""
    if project.awarded_at == 0 or row.state == TrancheState.RECALLED:
        return 0
    come_at = row.released_at if row.state in _OUT else now
    return max(come_at - row.due_at, 0)


def _claim(row: ProjectTranche) -> ClaimTold:
    return ClaimTold(
        hash=to_hex(row.claim_hash),
        attempt=row.attempt,
        amount=str(row.amount),
        payee=row.payee,
        evidence=to_hex(row.evidence),
    )


def _lines(session: Session, project: int) -> list[LineTold]:
    return [
        LineTold(
            position=one.position,
            amount=str(one.amount),
            spent=str(one.spent),
            merchant_kinds=bits(int.from_bytes(one.merchant_kinds)),
        )
        for one in _rows(session, ProjectLine, project, "position")
    ]


def _criteria(dossier: Dossier) -> CriteriaTold:
    return CriteriaTold.model_validate(
        {
            "met": [word(one) for one in dossier.met()],
            "missing": [word(one) for one in dossier.missing()],
            "stated": [_fact(one) for one in dossier.facts],
        }
    )


def _fact(row: ProjectFact) -> FactTold:
    given = {"criterion": word(Criterion(row.criterion)), "value": row.value}
    return FactTold.model_validate(
        {**given, "is_attested": bool(row.attestor), "evidence": to_hex(row.evidence)}
    )


def _partner(row: ProjectPartner) -> PartnerTold:
    kind = word(OrganisationKind(row.kind))
    return PartnerTold.model_validate({"kind": kind, "is_attested": bool(row.attested)})


def _co_financing(session: Session, row: Project) -> CoFinancingTold:
    pledged = session.exec(select(CoFinancingPledge.amount).where(CoFinancingPledge.project == row.number))
    in_kind = session.exec(
        select(CoFinancing.amount).where(CoFinancing.project == row.number, col(CoFinancing.valuer) != 0)
    )
    return CoFinancingTold(
        sought=str(row.sought),
        pledged=str(sum(pledged)),  # not in SQL: anyone may pledge any amount
        received=str(row.received),
        in_kind=str(sum(in_kind)),
    )


def _loan(row: Project, now: int) -> LoanTold | None:
    if row.instalments == 0:
        return None
    found = debt(row, now)
    return LoanTold(
        first_due_at=row.first_due_at,
        interval=row.instalment_interval,
        instalments=row.instalments,
        repaid=str(row.repaid),
        written_off=str(row.written_off),
        owed=str(found.owed),
        due=str(found.due),
        late=str(found.late),
    )


def _text(session: Session, text_hash: bytes) -> str | None:
    found = session.get(RelayText, text_hash)
    return None if found is None else found.text


def _rows(session: Session, model: type[M], project: int, order: str) -> Sequence[M]:
    table: Any = model
    query = select(model).where(table.project == project).order_by(getattr(table, order))
    return session.exec(query).all()
