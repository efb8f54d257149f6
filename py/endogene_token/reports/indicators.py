"""What a community is judged by, from its read model: sums of minor units, and ratios of two whole numbers.

No number is divided here: who shows a ratio says how it rounds, as `hundredths` does.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from endogene_token.indexer.models import Pockets, table_of
from endogene_token.indexer.rounds import Circulation, Ratio, circulation, together
from endogene_token.indexer.rounds import leverage as leverage_of

POCKETS: Final = table_of(Pockets)


@dataclass(frozen=True, slots=True)
class Indicators:
    """The indicators of a community, all of one moment; see the functions of the same names."""

    leverage: Ratio
    coverage: Ratio
    rounds: Circulation
    multiplier: Ratio


def indicators(connection: Connection) -> Indicators:
    """Return every indicator."""
    rounds_ = rounds(connection)
    return Indicators(leverage(connection), coverage(connection), rounds_, rounds_.multiplier)


def leverage(connection: Connection, project: int | None = None) -> Ratio:
    """Return co-financing received / money of the fund released, over all awarded projects or of one.

    What is pledged counts for nothing; a loan counts as what is released of it.
    """
    return leverage_of(connection, project)


def coverage(connection: Connection) -> Ratio:
    """Return what is liquid / what is owed to members, as the solvency gate counts both.

    liquid = cash - project currency - awards not released - approved redemptions, which may be negative;
    owed = credits - approved redemptions, at least 0.
    """
    row = connection.execute(select(POCKETS)).mappings().one()
    spoken_for = row["currency_outstanding"] + row["commitments"] + row["redemptions_backed"]
    return Ratio(
        row["cash"] - spoken_for,
        max(row["credits_outstanding"] - row["redemptions_backed"], 0),
    )


def rounds(connection: Connection) -> Circulation:
    """Return what merchants sold for project money and the premiums of it, by round, over all projects.

    Round 1 is what projects spend, less what came back; round 2 what is paid on from it, and so on.
    """
    return together(circulation(connection).values())


def multiplier(connection: Connection) -> Ratio:
    """Return the local multiplier: (round 1 + round 2 + round 3) / round 1."""
    return rounds(connection).multiplier


def hundredths(ratio: Ratio) -> int | None:
    """Return a ratio in hundredths, rounded down: never overstated. None without a denominator."""
    return None if ratio.denominator == 0 else 100 * ratio.numerator // ratio.denominator
