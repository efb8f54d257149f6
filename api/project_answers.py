"""What the API answers of calls and projects. Instants are seconds UTC since 1970, amounts minor units."""

from typing import Final, Literal

from pydantic import ConfigDict

from api.act_schemas import CriterionName, InstrumentName, PartnerKind
from api.schemas import Told, example
from api.vote_schemas import EXAMPLE_HASH

ProjectStateName = Literal[
    "draft",
    "submitted",
    "eligible",
    "balloted",
    "awarded",
    "active",
    "completed",
    "evaluated",
    "suspended",
    "terminated",
    "lapsed",
]
TrancheStateName = Literal["locked", "claimed", "reviewed", "released", "accounted", "rejected", "recalled"]
_CALL: Final = {
    "number": 1,
    "is_open": True,
    "budget": "5000000",
    "awarded": "300000",
    "closes_at": 1795000000,
    "attestor": 3,
    "required": ["issue", "grouping", "mentor", "evaluation"],
    "min_partners": 5,
    "min_kinds": 2,
    "min_merchant_share_bps": 6000,
    "min_leverage_bps": 20000,
    "text_hash": EXAMPLE_HASH,
}
_PLACE: Final = {"latitude_e6": "46830300", "longitude_e6": "-71227600"}
_BRIEF: Final = {
    "number": 3,
    "call": 1,
    "state": "active",
    "applicant": 12,
    "instrument": "grant",
    "amount": "300000",
    "released": "100000",
    "text_hash": EXAMPLE_HASH,
    "place": _PLACE,
}


class ProjectCallTold(Told):
    """A call for projects: what it may give, and what it asks of a dossier. `text`: where it is kept here."""

    model_config = ConfigDict(json_schema_extra=example(**_CALL, text="Appel : serres de quartier.\n"))

    number: int
    is_open: bool
    budget: str
    awarded: str
    closes_at: int
    attestor: int
    required: list[CriterionName]
    min_partners: int
    min_kinds: int
    min_merchant_share_bps: int
    min_leverage_bps: int
    text_hash: str
    text: str | None = None


class ProjectCalls(Told):
    """A page of calls, by ascending number; `next` is the `after` of the following page, if any."""

    model_config = ConfigDict(json_schema_extra=example(items=[dict(_CALL)], next=1))

    items: list[ProjectCallTold]
    next: int | None = None


class PlaceTold(Told):
    """A point of the earth (WGS 84), north and east of zero, in millionths of a degree."""

    model_config = ConfigDict(json_schema_extra=example(**_PLACE))

    latitude_e6: str
    longitude_e6: str


class ProjectBrief(Told):
    """A project in a list. Before its plan is filed it has neither instrument nor amount.

    `place`: where its text, if it is kept here, says that it is, in a line such as ``geo:46.8303,-71.2276``.
    """

    number: int
    call: int
    state: ProjectStateName
    applicant: int
    instrument: InstrumentName | None = None
    amount: str | None = None
    released: str
    text_hash: str
    place: PlaceTold | None = None


class ProjectsPage(Told):
    """A page of projects, by ascending number; `next` is the `after` of the following page, if any."""

    model_config = ConfigDict(json_schema_extra=example(items=[dict(_BRIEF)], next=3))

    items: list[ProjectBrief]
    next: int | None = None


class PlanTold(Told):
    """What the dossier asks for; the members who mentor and spend; what is unspent at the end returns."""

    instrument: InstrumentName
    amount: str
    sought: str
    expires_at: int
    mentor: int
    is_mentored: bool
    signer: int


class ClaimTold(Told):
    """The claim that stands, or stood last: mentor and director sign its `hash`."""

    hash: str
    attempt: int
    amount: str
    payee: int
    evidence: str


class TrancheTold(Told):
    """A tranche and how far it has come, `since` when.

    `late_seconds` is how long after `due_at` its money came, or has not come yet. A claim is judged before
    `judged_until`, or lapses.
    """

    position: int
    amount: str
    due_at: int
    milestone: str
    state: TrancheStateName
    since: int | None = None
    late_seconds: int
    claim: ClaimTold | None = None
    judged_until: int | None = None
    reviewer: int | None = None
    releaser: int | None = None
    released_at: int | None = None
    account: str | None = None


class LineTold(Told):
    """A line of the budget, what is spent on it, and the kinds of merchant where it may be spent."""

    position: int
    amount: str
    spent: str
    merchant_kinds: list[int]


class FactTold(Told):
    """What the dossier states of a criterion."""

    criterion: CriterionName
    value: int
    is_attested: bool
    evidence: str


class CriteriaTold(Told):
    """The call's criteria: those that the dossier meets, those that it misses, and what it states."""

    met: list[CriterionName]
    missing: list[CriterionName]
    stated: list[FactTold]


class PartnerTold(Told):
    """A partner of the grouping: only its kind is told."""

    kind: PartnerKind
    is_attested: bool


class CoFinancingTold(Told):
    """Outside money: sought, pledged (which counts for nothing), and received, of it in kind."""

    sought: str
    pledged: str
    received: str
    in_kind: str


class LeverageTold(Told):
    """Outside money received, and the fund's money released: their quotient is the leverage."""

    received: str
    released: str


class LoanTold(Told):
    """A loan: its schedule, what came back, what is owed; `due` by now, `late` what of it has not come."""

    first_due_at: int
    interval: int
    instalments: int
    repaid: str
    written_off: str
    owed: str
    due: str
    late: str


class ProjectTold(Told):
    """A project. `plan` and what follows from it come with the submission; `text`: where it is kept here.

    `balance` is the project currency in its account, `recalled` what never became currency, `unspent` the
    currency that returned to the fund, `place` where its text says that it is.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            number=3,
            call=1,
            state="active",
            applicant=12,
            resolution=7,
            text_hash=EXAMPLE_HASH,
            text="Une serre au marché.\n\ngeo:46.8303,-71.2276\n",
            place=dict(_PLACE),
            released="100000",
            recalled="0",
            balance="40000",
            unspent="0",
            plan={
                "instrument": "grant",
                "amount": "300000",
                "sought": "600000",
                "expires_at": 1812000000,
                "mentor": 18,
                "is_mentored": True,
                "signer": 9,
            },
            tranches=[
                {
                    "position": 0,
                    "amount": "100000",
                    "due_at": 1797000000,
                    "milestone": EXAMPLE_HASH,
                    "state": "released",
                    "since": 1797003600,
                    "late_seconds": 3600,
                    "claim": {
                        "hash": EXAMPLE_HASH,
                        "attempt": 1,
                        "amount": "100000",
                        "payee": 9,
                        "evidence": EXAMPLE_HASH,
                    },
                    "reviewer": 18,
                    "releaser": 2,
                    "released_at": 1797003600,
                }
            ],
            lines=[{"position": 0, "amount": "300000", "spent": "60000", "merchant_kinds": [1, 2]}],
            criteria={
                "met": ["issue", "grouping", "mentor"],
                "missing": ["evaluation"],
                "stated": [{"criterion": "issue", "value": 4, "is_attested": True, "evidence": EXAMPLE_HASH}],
            },
            partners=[{"kind": "local-authority", "is_attested": True}],
            co_financing={"sought": "600000", "pledged": "650000", "received": "150000", "in_kind": "0"},
            leverage={"received": "150000", "released": "100000"},
        )
    )

    number: int
    call: int
    state: ProjectStateName
    resumes_to: ProjectStateName | None = None
    applicant: int
    resolution: int | None = None
    text_hash: str
    text: str | None = None
    place: PlaceTold | None = None
    released: str
    recalled: str
    balance: str
    unspent: str
    report: str | None = None
    plan: PlanTold | None = None
    tranches: list[TrancheTold]
    lines: list[LineTold]
    criteria: CriteriaTold
    partners: list[PartnerTold]
    co_financing: CoFinancingTold
    leverage: LeverageTold
    loan: LoanTold | None = None


class SpendingTold(Told):
    """A purchase that a project paid; `premium` is the reserve's. What came back is `returned`."""

    invoice: str
    project: int
    line: int
    merchant: int
    amount: str
    returned: str
    premium: str
    premium_returned: str
    at: int
    transaction: str


class Spendings(Told):
    """A page of spendings, the oldest first; `next` is the `after` of the following page, if any."""

    model_config = ConfigDict(
        json_schema_extra=example(
            items=[
                {
                    "invoice": EXAMPLE_HASH,
                    "project": 3,
                    "line": 0,
                    "merchant": 4,
                    "amount": "60000",
                    "returned": "0",
                    "premium": "1680",
                    "premium_returned": "0",
                    "at": 1798000000,
                    "transaction": "0x" + "9e" * 32,
                }
            ],
            next="1042-3",
        )
    )

    items: list[SpendingTold]
    next: str | None = None
