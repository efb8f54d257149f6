"""What a member did for the cooperative, as it is kept: ballots, acts, projects. See `member_data`."""

from typing import Any

from sqlmodel import Session, col, select

from endogene_token.indexer.project_models import Project
from endogene_token.indexer.vote_models import Ballot
from endogene_token.relay.act_models import RelayMemberAct
from endogene_token.relay.vote_models import RelayAct, RelayBallot, RelayOpening, RelayText


def told(session: Session, member: int) -> dict[str, Any]:
    """Return it by its names in the file."""
    openings = (
        select(RelayOpening).where(RelayOpening.member == member).order_by(col(RelayOpening.resolution))
    )
    acts = select(RelayAct).where(RelayAct.member == member)
    own = select(RelayMemberAct).where(RelayMemberAct.member == member)
    projects = select(Project).where(Project.applicant == member).order_by(col(Project.number))
    return {
        **_ballots(session, member),
        "ballots_opened_here": [
            one.model_dump(include={"resolution", "choice", "state", "received_at"})
            for one in session.exec(openings)
        ],
        "acts_in_the_assembly": [
            one.model_dump(include={"kind", "resolution", "state", "received_at"})
            for one in session.exec(acts.order_by(col(RelayAct.received_at), col(RelayAct.digest)))
        ],
        "acts": [
            one.model_dump(include={"contract", "action", "subject", "number", "state", "received_at"})
            for one in session.exec(own.order_by(col(RelayMemberAct.received_at), col(RelayMemberAct.digest)))
        ],
        "projects": [_project(session, one) for one in session.exec(projects)],
    }


def _ballots(session: Session, member: int) -> dict[str, Any]:
    counted = select(Ballot).where(Ballot.member == member).order_by(col(Ballot.resolution))
    sent = select(RelayBallot).where(RelayBallot.member == member)
    in_order = sent.order_by(col(RelayBallot.resolution), col(RelayBallot.sequence))
    told = {"resolution", "sequence", "choice"}
    return {
        "ballots": [one.model_dump(include=told) for one in session.exec(counted)],
        "ballots_sent_here": [
            one.model_dump(include={*told, "state", "received_at"}) for one in session.exec(in_order)
        ],
    }


def _project(session: Session, row: Project) -> dict[str, Any]:
    kept = session.get(RelayText, row.text_hash)
    return {
        "project": row.number,
        "call": row.call,
        "amount": str(row.amount),
        "submitted_at": row.submitted_at or None,
        "text": None if kept is None else kept.text,
    }
