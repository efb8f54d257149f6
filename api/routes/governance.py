"""Who decides what."""

from typing import Any, Final

import msgspec
from eth_utils.address import to_checksum_address
from fastapi import APIRouter
from sqlalchemy import func
from sqlmodel import Session, col, select

from api.deps import App, Reading
from api.schemas import PathNumber
from api.vote_answers import (
    CharterTold,
    DirectorTold,
    GovernanceTold,
    MembersTold,
    NonceTold,
    ProcedureTold,
)
from api.votes import COLLEGES, name_of
from endogene_token.bylaws import Kind
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.charter import Charter
from endogene_token.indexer.models import Member
from endogene_token.indexer.vote_models import CharterVersion, Director, Governance
from endogene_token.relay import acts
from endogene_token.reports.masking import steady

router = APIRouter(tags=["governance"])
DAY: Final = 86_400


@router.get("/governance")
def governance(app: App, session: Reading) -> GovernanceTold:
    """Tell the charter in force, directors in office, the governor, and how many members, by fives."""
    now = app.clock.now()
    row = session.exec(select(Governance)).first()
    governor = None if row is None else to_checksum_address(row.governor)
    newest = select(CharterVersion).order_by(col(CharterVersion.version).desc())
    charter = session.exec(newest.limit(1)).first()
    return GovernanceTold(
        charter=None if charter is None else _charter(charter),
        governor=governor,
        handed_over=governor == app.community.assembly,
        directors=_directors(session, now),
        members=_members(session, now // DAY),
    )


@router.get("/governance/nonces/{member}")
def nonce(member: PathNumber, app: App, session: Reading) -> NonceTold:
    """Tell the number that a member's next proposal, notice or declaration carries."""
    on_chain = Assembly(app.ledger).nonce(member)
    return NonceTold(member=member, nonce=acts.next_nonce(session, member, on_chain))


def _charter(row: CharterVersion) -> CharterTold:
    charter = msgspec.json.decode(row.content, type=Charter)
    procedures: list[dict[str, Any]] = [
        {
            **{name: getattr(one, name) for name in one.__slots__},
            "kind": name_of(kind),
            "body": name_of(one.body),
            "majority": name_of(one.majority),
        }
        for kind, one in zip(Kind, charter.procedures, strict=True)
        if one.voting
    ]
    return CharterTold(
        version=row.version,
        profile=name_of(charter.profile),
        unopened=name_of(charter.unopened),
        college_bps=list(charter.college_bps),
        board_seats=list(charter.board_seats),
        board_limit=str(charter.board_limit),
        late_window=charter.late_window,
        opening=charter.opening,
        procedures=[ProcedureTold.model_validate(one) for one in procedures],
    )


def _directors(session: Session, now: int) -> list[DirectorTold]:
    rows = session.exec(select(Director).where(col(Director.seated) != 0).order_by(col(Director.member)))
    return [
        DirectorTold(member=one.member, category=COLLEGES[one.category], until=one.until)
        for one in rows
        if one.until > now
    ]


def _members(session: Session, today: int) -> MembersTold:
    valid = (col(Member.valid_from) <= today, col(Member.valid_until) > today)
    query = select(Member.category, func.count()).where(*valid).group_by(col(Member.category))
    counts = {category: int(count) for category, count in session.exec(query)}
    return MembersTold(**{name: steady(counts.get(category, 0)) for category, name in enumerate(COLLEGES)})
