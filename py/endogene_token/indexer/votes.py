"""The rows of a resolution, in the form in which `outcome` computes where it stands."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from endogene_token.bylaws import Body, Majority, Unopened
from endogene_token.indexer.models import table_of
from endogene_token.indexer.vote_models import ResolutionTally
from endogene_token.outcome import Tally, Terms, Vote

TALLIES = table_of(ResolutionTally)


def vote_of(row: Mapping[Any, Any], tally: Tally) -> Vote:
    """Return the vote that a row of the table `resolution` and its tally tell."""
    terms = Terms(
        body=Body(row["body"]),
        majority=Majority(row["majority"]),
        unopened=Unopened(row["unopened"]),
        is_sealed=bool(row["is_sealed"]),
        quorum_bps=row["quorum_bps"],
        contest=row["contest"],
        validity=row["validity"],
        late_window=row["late_window"],
        opening=row["opening"],
        college_bps=(row["user_bps"], row["worker_bps"], row["supporting_bps"]),
    )
    return Vote(
        terms=terms,
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        roll_sizes=(row["roll_user"], row["roll_worker"], row["roll_supporting"]),
        tally=tally,
        is_annulled=bool(row["is_annulled"]),
        is_executed=bool(row["is_executed"]),
    )


def tallies(connection: Connection, number: int | None = None) -> dict[int, Tally]:
    """Return the tally of each noticed resolution, or of resolution `number` alone."""
    counts: dict[int, dict[tuple[int, int], int]] = {}
    query = select(TALLIES) if number is None else select(TALLIES).where(TALLIES.c.resolution == number)
    for resolution, category, choice, count in connection.execute(query):
        counts.setdefault(resolution, {})[category, choice] = count
    return {resolution: Tally.of(found) for resolution, found in counts.items()}
