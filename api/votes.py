"""Resolutions as the read model has them, told to everybody: counts, never who voted what."""

import json
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import Any, Final

from sqlmodel import Session, col, func, select

from api.gathered import by, texts
from api.text import day_text
from api.vote_answers import (
    CallTold,
    CollegeTally,
    QuorumTold,
    ResolutionBrief,
    ResolutionTold,
    RollTold,
)
from api.vote_schemas import College
from endogene_token.ballots import Choice
from endogene_token.bylaws import Body, Kind, Majority, State
from endogene_token.chain.artifacts import CONTRACTS, load
from endogene_token.chain.community import Community
from endogene_token.errors import UnknownResolutionError
from endogene_token.hexes import to_hex
from endogene_token.indexer.vote_models import Resolution, ResolutionTally
from endogene_token.indexer.votes import vote_of
from endogene_token.outcome import SEALED, Tally, Vote, is_carried, participation, quorum, state_at

COLLEGES: Final[tuple[College, ...]] = ("user", "worker", "supporting")
UNCOUNTED: Final = (State.DRAFT, State.NOTICED, State.OPEN, State.CLOSED)


def name_of(member: IntEnum) -> Any:
    """Return the word of an enumeration as the API writes it, such as ``no-quorum``."""
    return member.name.lower().replace("_", "-")


def known(session: Session, number: int) -> Resolution:
    """Return a resolution's row. Raises UnknownResolutionError."""
    row = session.get(Resolution, number)
    if row is None:
        last = session.exec(select(func.max(Resolution.number))).one()
        raise UnknownResolutionError(actual=number, limit=last or 0)
    return row


def page(session: Session, after: int, size: int, now: int) -> list[ResolutionBrief]:
    """Return the `size` resolutions that follow number `after`."""
    query = select(Resolution).where(col(Resolution.number) > after).order_by(col(Resolution.number))
    rows = session.exec(query.limit(size)).all()
    tallies = tallies_of(session, [one.number for one in rows])
    return [_brief(one, tallies.get(one.number, Tally()), now) for one in rows]


def tallies_of(session: Session, numbers: Sequence[int]) -> dict[int, Tally]:
    """Return the tallies of resolutions; those of drafts are missing."""
    return {
        number: Tally.of({(one.category, one.choice): one.count for one in rows})
        for number, rows in by(session, ResolutionTally, "resolution", numbers).items()
        if rows
    }


def vote_as_read(session: Session, row: Resolution) -> Vote:
    """Return what the state of a resolution depends on."""
    return votes_as_read(session, [row])[row.number]


def votes_as_read(session: Session, rows: Sequence[Resolution]) -> dict[int, Vote]:
    """Return the same of several resolutions, by number."""
    tallies = tallies_of(session, [one.number for one in rows])
    return {one.number: vote_of(one.model_dump(), tallies.get(one.number, Tally())) for one in rows}


def told(
    session: Session, community: Community, row: Resolution, now: int, sealing_key: str | None
) -> ResolutionTold:
    """Return a resolution in full. A sealed vote that is not counted shows its turnout, and no more."""
    return told_of(session, community, [row], now, sealing_key)[0]


def told_of(
    session: Session, community: Community, rows: Sequence[Resolution], now: int, sealing_key: str | None
) -> list[ResolutionTold]:
    """Return several resolutions in full, in their order."""
    votes, kept = votes_as_read(session, rows), texts(session, [one.text_hash for one in rows])
    return [
        _told(one, votes[one.number], now, sealing_key).model_copy(
            update={"text": kept.get(one.text_hash), "calls": _calls(community, one.calls)}
        )
        for one in rows
    ]


def _told(row: Resolution, vote: Vote, now: int, sealing_key: str | None) -> ResolutionTold:
    """Return a resolution without its text and its calls."""
    brief = _brief(row, vote.tally, now).model_dump()
    common: dict[str, Any] = {
        **brief,
        "proposer": row.proposer,
        "calls": [],
        "is_extended": bool(row.is_extended),
    }
    if vote.closes_at == 0:
        return ResolutionTold(**common)
    state = state_at(vote, now)
    is_counted = state not in UNCOUNTED
    return ResolutionTold(
        **common,
        charter=row.charter,
        majority=name_of(Majority(row.majority)),
        record_day=day_text(row.record_day),
        quorum=QuorumTold(
            needed=quorum(vote.terms, vote.roll_sizes),
            ballots=participation(vote.terms, vote.tally) if is_counted else vote.tally.turnout,
        ),
        roll=RollTold(total=sum(vote.roll_sizes), **dict(zip(COLLEGES, vote.roll_sizes, strict=True))),
        tallies=_tallies(vote.tally) if is_counted or not vote.terms.is_sealed else None,
        outcome=_outcome(vote) if is_counted else None,
        executable_from=vote.final_at,
        executable_until=vote.executable_until,
        sealing_key=_prefixed(sealing_key) if vote.terms.is_sealed else None,
    )


def _brief(row: Resolution, tally: Tally, now: int) -> ResolutionBrief:
    is_draft = row.closes_at == 0
    return ResolutionBrief(
        number=row.number,
        kind=name_of(Kind(row.kind)),
        body=None if is_draft else name_of(Body(row.body)),
        state=name_of(state_at(vote_of(row.model_dump(), tally), now)),
        text_hash=to_hex(row.text_hash),
        opens_at=None if is_draft else row.opens_at,
        closes_at=None if is_draft else row.closes_at,
        is_sealed=None if is_draft else bool(row.is_sealed),
    )


def _tallies(tally: Tally) -> list[CollegeTally]:
    return [
        CollegeTally(
            college=college,
            in_favour=tally.count(category, Choice.FOR),
            against=tally.count(category, Choice.AGAINST),
            abstained=tally.count(category, Choice.ABSTAIN),
            unopened=tally.count(category, SEALED),
        )
        for category, college in enumerate(COLLEGES)
    ]


def _outcome(vote: Vote) -> Any:
    if participation(vote.terms, vote.tally) < quorum(vote.terms, vote.roll_sizes):
        return "no-quorum"
    return "carried" if is_carried(vote.terms, vote.tally) else "defeated"


def _calls(community: Community, written: str) -> list[CallTold]:
    names = {community.address(name).lower(): name for name in CONTRACTS}
    found = []
    for call in json.loads(written):
        contract = names.get(call["target"].lower())
        function = None if contract is None else _functions(contract).get(call["data"][2:10])
        found.append(CallTold(target=call["target"], contract=contract, function=function, data=call["data"]))
    return found


@cache
def _functions(contract: Any) -> dict[str, str]:
    identifiers = load(contract).method_identifiers
    return {selector: signature.partition("(")[0] for signature, selector in identifiers.items()}


def _prefixed(key: str | None) -> str | None:
    return None if key is None else "0x" + key.removeprefix("0x").lower()
