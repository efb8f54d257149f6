"""The by-laws of the vote, as plain records. Shares are basis points, delays seconds, amounts minor units."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, Final, Self

from eth_utils.crypto import keccak

from endogene_token.bylaws import Body, Kind, Majority, Profile, State, Unopened
from endogene_token.chain.artifacts import CONTRACTS, Name, load

__all__ = [
    "DAY",
    "POWERS",
    "Body",
    "Charter",
    "Kind",
    "Majority",
    "Power",
    "Procedure",
    "Profile",
    "State",
    "Unopened",
    "founding_grants",
    "selector",
    "standard_charter",
]

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Procedure:
    """How a kind of resolution is decided; `voting` 0: the charter does not have this kind."""

    body: Body
    majority: Majority
    is_sealed: bool
    quorum_bps: int
    notice: int
    voting: int
    contest: int
    validity: int

    @classmethod
    def absent(cls) -> Self:
        """Return the procedure of a kind of resolution that a charter does not have."""
        return cls(Body.GENERAL_ASSEMBLY, Majority.SIMPLE, False, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Charter:
    """One version of the by-laws of the vote. Colleges and seats go by category, procedures by kind."""

    profile: Profile
    unopened: Unopened
    college_bps: tuple[int, int, int]
    board_seats: tuple[int, int, int]
    board_limit: int
    late_window: int
    opening: int
    procedures: tuple[Procedure, ...]

    @classmethod
    def read(cls, values: Any) -> Self:
        """Return the charter that a contract answered or told."""
        profile, unopened, colleges, seats, limit, late, opening, procedures = values
        return cls(
            Profile(profile),
            Unopened(unopened),
            tuple(colleges),
            tuple(seats),
            limit,
            late,
            opening,
            tuple(Procedure(Body(one[0]), Majority(one[1]), *one[2:]) for one in procedures),
        )

    def words(self) -> tuple[object, ...]:
        """Return the charter as the contracts take it."""
        return astuple(self)


def standard_charter(
    profile: Profile = Profile.QC_SOLIDARITY, *, pace: int = DAY, board_limit: int = 5_000_00
) -> Charter:
    """Return by-laws to begin with: the members vote five paces after ten of notice, the board one after one.

    `pace`: a day, in seconds; a rehearsal takes another.
    """
    board = Procedure(Body.BOARD, Majority.SIMPLE, False, 5_000, pace, pace, 6 * pace, 90 * pace)
    annulment = Procedure(Body.BOARD, Majority.TWO_THIRDS, False, 5_000, pace, pace, 0, 30 * pace)
    members = Procedure(
        Body.GENERAL_ASSEMBLY, Majority.SIMPLE, False, 500, 10 * pace, 5 * pace, 6 * pace, 90 * pace
    )
    election = Procedure(
        Body.GENERAL_ASSEMBLY, Majority.SIMPLE, True, 500, 10 * pace, 5 * pace, 6 * pace, 90 * pace
    )
    by_law = Procedure(
        Body.GENERAL_ASSEMBLY, Majority.TWO_THIRDS, False, 1_000, 10 * pace, 5 * pace, 14 * pace, 90 * pace
    )
    procedures = {
        Kind.DECISION: members,
        Kind.SPENDING: board,
        Kind.MAJOR_SPENDING: members,
        Kind.RULES: members,
        Kind.OFFICE: board,
        Kind.ELECTION: election,
        Kind.ANNULMENT: annulment,
        Kind.MEMBER_REBATE: Procedure.absent(),
        Kind.BY_LAW: by_law,
    }
    return Charter(
        profile=profile,
        unopened=Unopened.NOT_CAST,
        college_bps=(4_000, 4_000, 2_000) if profile is Profile.FR_SCIC else (0, 0, 0),
        board_seats=(4, 3, 2),
        board_limit=board_limit,
        late_window=pace,
        opening=2 * pace,
        procedures=tuple(procedures[kind] for kind in Kind),
    )


@dataclass(frozen=True, slots=True)
class Power:
    """Which kind of resolution may call a function; `amount_word`: which word of the call is the amount."""

    granted: bool
    kind: Kind
    amount_word: int = 0


POWERS: Final[Mapping[tuple[Name, str], Kind]] = {
    ("Membership", "grantRole"): Kind.OFFICE,
    ("Membership", "revokeRole"): Kind.OFFICE,
    ("CommunityFund", "settlePause"): Kind.OFFICE,
    ("Rulebook", "publish"): Kind.RULES,
    ("Rulebook", "publishOutflowRules"): Kind.RULES,
    ("ProjectBook", "publishIssues"): Kind.DECISION,
    ("ProjectBook", "openCall"): Kind.SPENDING,
    ("ProjectBook", "award"): Kind.SPENDING,
    ("ProjectBook", "suspend"): Kind.OFFICE,
    ("ProjectBook", "resume"): Kind.OFFICE,
    ("ProjectBook", "terminate"): Kind.OFFICE,
    ("ProjectBook", "writeOffLoan"): Kind.SPENDING,
    ("CommunityFund", "writeOffDebt"): Kind.SPENDING,
    ("CommunityFund", "allowOperating"): Kind.SPENDING,
    ("Rulebook", "publishCharter"): Kind.BY_LAW,
    ("Rulebook", "setPower"): Kind.BY_LAW,
    ("Board", "seat"): Kind.ELECTION,
    ("Board", "unseat"): Kind.ELECTION,
    ("Assembly", "annul"): Kind.ANNULMENT,
    **{(name, "upgradeToAndCall"): Kind.BY_LAW for name in CONTRACTS},
}
"""The functions that a resolution may call from the founding on."""
AMOUNT_WORDS: Final[Mapping[tuple[Name, str], int]] = {
    ("ProjectBook", "openCall"): 1,
    ("ProjectBook", "award"): 2,
    ("ProjectBook", "writeOffLoan"): 2,
    ("CommunityFund", "writeOffDebt"): 2,
    ("CommunityFund", "allowOperating"): 1,
}
"""Which word of a spending's call is its amount: above the board's limit it is a matter of the members."""


def founding_grants(proxies: Mapping[Name, str]) -> list[tuple[str, bytes, tuple[object, ...]]]:
    """Return `POWERS` as the rulebook takes them, for the addresses of a community's proxies."""
    return [
        (proxies[one[0]], selector(*one), astuple(Power(True, kind, AMOUNT_WORDS.get(one, 0))))
        for one, kind in POWERS.items()
    ]


def selector(name: Name, function: str) -> bytes:
    """Return the four bytes by which a function of a contract is called; no name stands for two."""
    [signature] = [one for one in load(name).method_identifiers if one.partition("(")[0] == function]
    return keccak(text=signature)[:4]
