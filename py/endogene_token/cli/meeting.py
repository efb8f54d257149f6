"""The demo's board, from its founding to its first decision, and how briskly everybody decides."""

from dataclasses import replace
from typing import Final

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Charter, Kind, standard_charter
from endogene_token.chain.transactions import Call, grant_role
from endogene_token.chain.views import Role
from endogene_token.cli import motions
from endogene_token.cli.people import BOARD
from endogene_token.host.community import Host
from endogene_token.host.officers import TERM

TEXT: Final = """Nomination d’une personne gardienne

Le conseil confie le rôle de gardienne du fonds, pour deux ans, au compte que la résolution nomme. La
gardienne peut suspendre le fonds une fois, pour trois jours; elle ne peut rien déplacer, ni prolonger
elle-même une suspension.

The board names a guardian of the fund for two years. A guardian may pause the fund once, for three
days, moves nothing, and cannot prolong a pause.
"""
NOTICE: Final = 1  # seconds
GUARDIAN: Final = motions.Motion(
    Kind.OFFICE,
    TEXT,
    dict(zip(BOARD, (Choice.FOR, Choice.FOR, Choice.AGAINST), strict=True)),
    NOTICE,
)
"""The board's first resolution."""


def brisk_charter() -> Charter:
    """Return the standard by-laws, with what the demo decides decided in seconds."""
    charter = standard_charter()
    procedures = list(charter.procedures)
    # Seconds of the chain, which run ahead of the clock's where many blocks are made: every ballot counts.
    for kind, voting in ((Kind.OFFICE, 12), (Kind.MAJOR_SPENDING, 30)):
        procedures[kind] = replace(procedures[kind], notice=NOTICE, voting=voting, contest=4)
    procedures[Kind.ANNULMENT] = replace(procedures[Kind.ANNULMENT], notice=1, voting=1)
    return replace(charter, procedures=tuple(procedures), late_window=0)


def seat_board(host: Host) -> None:
    """Seat the directors, as long as the founder may."""
    if host.ledger.governor() != host.community.assembly:
        for member in BOARD:
            host.officers.seat(member)


def hand_over(host: Host) -> None:
    """Hand the founder's power over to the assembly: the founder keeps nothing."""
    if host.ledger.governor() != host.community.assembly:
        host.officers.hand_over()


def file(host: Host) -> None:
    """File the board's first resolution, unless it stands."""

    def naming() -> list[Call]:
        guardian = host.folder.account("guardian").address
        return [grant_role(host.community, Role.GUARDIAN, guardian, motions.now(host) + TERM)]

    motions.file(host, GUARDIAN, naming)
