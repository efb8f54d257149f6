"""What the API answers of resolutions and of who governs. Instants are seconds UTC since 1970."""

from typing import Literal

from pydantic import ConfigDict

from api.schemas import Told, example
from api.vote_schemas import EXAMPLE_ADDRESS, EXAMPLE_HASH, College

KindName = Literal[
    "decision",
    "spending",
    "major-spending",
    "rules",
    "office",
    "election",
    "annulment",
    "member-rebate",
    "by-law",
]
BodyName = Literal["general-assembly", "board"]
MajorityName = Literal["simple", "two-thirds"]
StateName = Literal[
    "draft",
    "noticed",
    "open",
    "closed",
    "contestable",
    "final",
    "executed",
    "defeated",
    "no-quorum",
    "annulled",
    "expired",
]
_COLLEGES = {"user": 700, "worker": 80, "supporting": 20}
_BRIEF = {
    "number": 7,
    "kind": "major-spending",
    "body": "general-assembly",
    "state": "open",
    "text_hash": EXAMPLE_HASH,
    "opens_at": 1795000000,
    "closes_at": 1795432000,
    "is_sealed": False,
}


class ResolutionBrief(Told):
    """A resolution in a list. Of a draft only kind, state and the hash of its text are told."""

    number: int
    kind: KindName
    body: BodyName | None = None
    state: StateName
    text_hash: str
    opens_at: int | None = None
    closes_at: int | None = None
    is_sealed: bool | None = None


class Resolutions(Told):
    """A page of resolutions, by ascending number; `next` is the `after` of the following page, if any."""

    model_config = ConfigDict(json_schema_extra=example(items=[dict(_BRIEF)], next=7))

    items: list[ResolutionBrief]
    next: int | None = None


class CallTold(Told):
    """A call that the resolution makes; `contract` and `function` where they are the community's own."""

    target: str
    contract: str | None = None
    function: str | None = None
    data: str


class QuorumTold(Told):
    """How many ballots make a quorum, and how many there are: all of them until they are counted."""

    needed: int
    ballots: int


class RollTold(Told):
    """How many may vote."""

    total: int
    user: int
    worker: int
    supporting: int


class CollegeTally(Told):
    """The ballots of one college; `unopened`: sealed, and opened by nobody."""

    college: College
    in_favour: int
    against: int
    abstained: int
    unopened: int


class ResolutionTold(Told):
    """A resolution as it stands; its text with the hash that was noticed, to be computed again.

    `tallies` is null while a sealed vote is not counted: until then only the turnout is told (`quorum`).
    `outcome` is null until the vote is counted. `sealing_key`: the scrutineers', for a sealed vote.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            **_BRIEF,
            proposer=12,
            text="Résolution : acheter un four.\n",
            calls=[
                {
                    "target": EXAMPLE_ADDRESS,
                    "contract": "Rulebook",
                    "function": "publish",
                    "data": "0x" + "8f" * 4,
                }
            ],
            charter=1,
            majority="simple",
            record_day="2026-11-20",
            is_extended=False,
            quorum={"needed": 40, "ballots": 120},
            roll={"total": 800, **_COLLEGES},
            tallies=[
                {"college": "user", "in_favour": 80, "against": 30, "abstained": 10, "unopened": 0},
            ],
            outcome=None,
            executable_from=1795950400,
            executable_until=1803726400,
            sealing_key=None,
        )
    )

    number: int
    kind: KindName
    body: BodyName | None = None
    state: StateName
    proposer: int
    text_hash: str
    text: str | None = None
    calls: list[CallTold]
    charter: int | None = None
    majority: MajorityName | None = None
    record_day: str | None = None
    opens_at: int | None = None
    closes_at: int | None = None
    is_extended: bool
    is_sealed: bool | None = None
    quorum: QuorumTold | None = None
    roll: RollTold | None = None
    tallies: list[CollegeTally] | None = None
    outcome: Literal["carried", "defeated", "no-quorum"] | None = None
    executable_from: int | None = None
    executable_until: int | None = None
    sealing_key: str | None = None


class ProcedureTold(Told):
    """How a kind of resolution is decided. Delays in seconds, the quorum in basis points of the roll."""

    kind: KindName
    body: BodyName
    majority: MajorityName
    is_sealed: bool
    quorum_bps: int
    notice: int
    voting: int
    contest: int
    validity: int


class CharterTold(Told):
    """The by-laws of the vote in force. College weights are all 0 where people are counted one by one."""

    version: int
    profile: Literal["qc-solidarity", "qc-cic", "fr-scic"]
    unopened: Literal["not-cast", "abstention"]
    college_bps: list[int]
    board_seats: list[int]
    board_limit: str
    late_window: int
    opening: int
    procedures: list[ProcedureTold]


class DirectorTold(Told):
    """A director: the seat's category, and the end of the term."""

    member: int
    category: College
    until: int


class MembersTold(Told):
    """How many members are valid today, by college: multiples of five, 0 for fewer than five."""

    user: int
    worker: int
    supporting: int


class GovernanceTold(Told):
    """Who decides what: the charter in force, the directors in office, and the governor.

    `handed_over`: the assembly governs, and the founder holds no power.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            charter={
                "version": 1,
                "profile": "qc-solidarity",
                "unopened": "not-cast",
                "college_bps": [0, 0, 0],
                "board_seats": [4, 3, 2],
                "board_limit": "500000",
                "late_window": 86400,
                "opening": 172800,
                "procedures": [
                    {
                        "kind": "decision",
                        "body": "general-assembly",
                        "majority": "simple",
                        "is_sealed": False,
                        "quorum_bps": 500,
                        "notice": 864000,
                        "voting": 432000,
                        "contest": 518400,
                        "validity": 7776000,
                    }
                ],
            },
            governor=EXAMPLE_ADDRESS,
            handed_over=True,
            directors=[{"member": 1, "category": "user", "until": 1860000000}],
            members=_COLLEGES,
        )
    )

    charter: CharterTold | None = None
    governor: str | None = None
    handed_over: bool
    directors: list[DirectorTold]
    members: MembersTold


class NonceTold(Told):
    """What the member's next proposal, notice or declaration carries, after all that waits here."""

    model_config = ConfigDict(json_schema_extra=example(member=1, nonce=3))

    member: int
    nonce: int
