"""Calls and projects as the read model has them, told to everybody: numbers, never who a partner is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, func, select

from api import gathered
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
    PlaceTold,
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
from endogene_token.places import place_of
from endogene_token.projects import (
    Criterion,
    Instrument,
    OrganisationKind,
    ProjectState,
    TrancheState,
    criteria,
)

_OUT: Final = (TrancheState.RELEASED, TrancheState.ACCOUNTED)
_UNDER_WAY: Final = (ProjectState.AWARDED, ProjectState.ACTIVE, ProjectState.SUSPENDED)
_JUDGED: Final = (TrancheState.CLAIMED, TrancheState.REVIEWED)


def calls_told(session: Session, rows: Sequence[ProjectCall], now: int) -> list[ProjectCallTold]:
    """Return calls, in their order."""
    texts = gathered.texts(session, (one.text_hash for one in rows))
    return [_call_told(one, texts.get(one.text_hash), now) for one in rows]


def _call_told(row: ProjectCall, text: str | None, now: int) -> ProjectCallTold:
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
            "text": text,
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


def brief(row: Project, text: str | None = None) -> ProjectBrief:
    """Return a project in a list; its `text` says where it is."""
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
            "place": _place(text),
        }
    )


def briefs(session: Session, rows: Sequence[Project]) -> list[ProjectBrief]:
    """Return projects in a list, each with its place."""
    texts = gathered.texts(session, (one.text_hash for one in rows))
    return [brief(one, texts.get(one.text_hash)) for one in rows]


def told(session: Session, row: Project, now: int) -> ProjectTold:
    """Return a project in full."""
    return told_of(session, [row], now)[0]


def told_of(session: Session, rows: Sequence[Project], now: int) -> list[ProjectTold]:
    """Return several projects in full, in their order."""
    found = _Parts.of(session, rows)
    return [_told(found, one, now) for one in rows]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The rows of some projects, each kind read at once, by the project's number."""

    calls: Mapping[int, Sequence[ProjectCall]]
    facts: Mapping[int, Sequence[ProjectFact]]
    partners: Mapping[int, Sequence[ProjectPartner]]
    tranches: Mapping[int, Sequence[ProjectTranche]]
    lines: Mapping[int, Sequence[ProjectLine]]
    pledges: Mapping[int, Sequence[CoFinancingPledge]]
    outside: Mapping[int, Sequence[CoFinancing]]
    texts: Mapping[bytes, str]
    judging_time: int

    @classmethod
    def of(cls, session: Session, rows: Sequence[Project]) -> "_Parts":
        numbers = [one.number for one in rows]
        newest = select(OutflowRulesVersion).order_by(col(OutflowRulesVersion.version).desc())
        rules = session.exec(newest.limit(1)).first()
        return cls(
            calls=gathered.by(session, ProjectCall, "number", (one.call for one in rows)),
            facts=gathered.by(session, ProjectFact, "project", numbers),
            partners=gathered.by(session, ProjectPartner, "project", numbers),
            tranches=gathered.by(session, ProjectTranche, "project", numbers),
            lines=gathered.by(session, ProjectLine, "project", numbers),
            pledges=gathered.by(session, CoFinancingPledge, "project", numbers),
            outside=gathered.by(session, CoFinancing, "project", numbers),
            texts=gathered.texts(session, (one.text_hash for one in rows)),
            judging_time=0 if rules is None else rules.judging_time,
        )


def _told(found: _Parts, row: Project, now: int) -> ProjectTold:
    [call] = found.calls[row.call]
    facts, partners = found.facts[row.number], found.partners[row.number]
    dossier, text = Dossier(call, row, facts, partners), found.texts.get(row.text_hash)
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
            "text": text,
            "place": _place(text),
            **{name: str(getattr(row, name)) for name in ("released", "recalled", "balance", "unspent")},
            "report": to_hex(row.report) if row.report else None,
            "plan": _plan(row),
            "tranches": [_tranche(one, row, now, found.judging_time) for one in found.tranches[row.number]],
            "lines": [_line(one) for one in found.lines[row.number]],
            "criteria": _criteria(dossier),
            "partners": [_partner(one) for one in partners],
            "co_financing": _co_financing(found, row),
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


def _line(row: ProjectLine) -> LineTold:
    return LineTold(
        position=row.position,
        amount=str(row.amount),
        spent=str(row.spent),
        merchant_kinds=bits(int.from_bytes(row.merchant_kinds)),
    )


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


def _co_financing(found: _Parts, row: Project) -> CoFinancingTold:
    pledged = sum(one.amount for one in found.pledges[row.number])  # not in SQL: anyone may pledge any amount
    in_kind = sum(one.amount for one in found.outside[row.number] if one.valuer)
    return CoFinancingTold(
        sought=str(row.sought), pledged=str(pledged), received=str(row.received), in_kind=str(in_kind)
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


def _place(text: str | None) -> PlaceTold | None:
    found = None if text is None else place_of(text)
    if found is None:
        return None
    return PlaceTold(latitude_e6=str(found.latitude), longitude_e6=str(found.longitude))
