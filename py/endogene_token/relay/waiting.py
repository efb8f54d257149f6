"""How much of what members signed waits for the ledger."""

from dataclasses import dataclass

from sqlmodel import Session, func, select

from endogene_token.relay.act_models import RelayMemberAct
from endogene_token.relay.vote_models import RelayAct, RelayBallot, RelayOpening, VoteState


@dataclass(frozen=True, slots=True)
class Waiting:
    """Ballots, their openings included; acts for the assembly, for projects and for money."""

    ballots: int
    acts: int


def count(session: Session) -> Waiting:
    """Return how many are queued."""
    return Waiting(
        ballots=_queued(session, RelayBallot) + _queued(session, RelayOpening),
        acts=_queued(session, RelayAct) + _queued(session, RelayMemberAct),
    )


def _queued(session: Session, table: type[RelayBallot | RelayOpening | RelayAct | RelayMemberAct]) -> int:
    query = select(func.count()).select_from(table).where(table.state == VoteState.QUEUED)
    return session.exec(query).one()
