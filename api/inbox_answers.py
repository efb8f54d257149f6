"""What is asked and told of reconciliations, exceptions and reminders. Amounts are strings of minor units."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from api.schemas import Given, Told, example
from endogene_token.treasury.dunning.proposals import Act, State
from endogene_token.treasury.exceptions.inbox import Kind
from endogene_token.treasury.exceptions.models import DunningProposal, DunningState, TreasuryException
from endogene_token.treasury.reconcile import keeping
from endogene_token.treasury.reconcile.differences import Found, Why

LONGEST_REASON: Final = 500
Reason = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, pattern=r"^[^\x00-\x1f\x7f]+$")]
_DIFFERENCE: Final = {"why": "in-transit", "subject": "item:D2026-000012", "amount": "28000"}
_EXCEPTION: Final[dict[str, Any]] = {
    "number": 7,
    "kind": "line",
    "subject": "line:" + "4c" * 32,
    "amount": "1",
    "owner": "treasurer",
    "opened_at": 1793628000,
    "due_at": 1794060000,
    "closed_by": "",
    "how": "",
}
_RECONCILIATION: Final[dict[str, Any]] = {
    "day": "2026-11-22",
    "bank": "1028000",
    "books": "1000000",
    "chain": "1000000",
    "explained": "28000",
    "unexplained": "0",
    "totals": {"in-transit": "28000"},
    "differences": [_DIFFERENCE],
}
_STANDING: Final[dict[str, Any]] = {
    "merchant": 4,
    "day": "2026-11-22",
    "level": 1,
    "arrears": "12040",
    "since": "2026-11-15",
    "warned": False,
}
_PROPOSAL: Final[dict[str, Any]] = {
    "number": 3,
    "merchant": 4,
    "act": "suspend",
    "arrears": "12040",
    "since": "2026-10-15",
    "proposed_by": "rule:arrears",
    "proposed_at": 1793628000,
    "state": "open",
    "decided_by": "",
    "why": "",
}


class DifferenceTold(Told):
    """A part of what the bank holds more than the chain, and why."""

    model_config = ConfigDict(json_schema_extra=example(**_DIFFERENCE))

    why: Why
    subject: str
    amount: str


class ReconciliationTold(Told):
    """The bank, the books and the chain: bank - chain = explained + unexplained, to the cent."""

    model_config = ConfigDict(json_schema_extra=example(**_RECONCILIATION))

    day: str
    bank: str
    books: str
    chain: str
    explained: str
    unexplained: str
    totals: dict[Why, str]
    differences: list[DifferenceTold]

    @classmethod
    def of(cls, found: Found) -> "ReconciliationTold":
        """Return a reconciliation as it is told."""
        return cls.model_validate(keeping.as_json(found))


class ExceptionTold(Told):
    """An exception; `owner` is a role or who took it, `closed_at` null while it is open."""

    model_config = ConfigDict(json_schema_extra=example(**_EXCEPTION))

    number: int
    kind: Kind
    subject: str
    amount: str
    owner: str
    opened_at: int
    due_at: int
    closed_at: int | None = None
    closed_by: str
    how: str

    @classmethod
    def of(cls, row: TreasuryException) -> "ExceptionTold":
        """Return a row as it is told."""
        told = row.model_dump() | {"amount": str(row.amount), "closed_at": row.closed_at or None}
        return cls.model_validate(told)


class ExceptionsTold(Told):
    """A hundred exceptions, by their numbers; `next` is the last one's when there are more."""

    model_config = ConfigDict(json_schema_extra=example(items=[_EXCEPTION]))

    items: list[ExceptionTold]
    next: int | None = None


class ClosingGiven(Given):
    """How an exception ended."""

    model_config = ConfigDict(json_schema_extra=example(how="The bank corrected its statement."))

    how: Reason


class DunningTold(Told):
    """Where a merchant stood on a day: the level of its arrears (0: none), whether its limit is near."""

    model_config = ConfigDict(json_schema_extra=example(**_STANDING))

    merchant: int
    day: str
    level: int
    arrears: str
    since: str | None = None
    warned: bool

    @classmethod
    def of(cls, row: DunningState) -> "DunningTold":
        """Return a row as it is told."""
        told = {"arrears": str(row.arrears), "since": row.since or None, "warned": bool(row.warned)}
        return cls.model_validate(row.model_dump() | told)


class ProposalTold(Told):
    """A suspension or its end: `approved` is decided, `done` carried out on the chain."""

    model_config = ConfigDict(json_schema_extra=example(**_PROPOSAL))

    number: int
    merchant: int
    act: Act
    arrears: str
    since: str | None = None
    proposed_by: str
    proposed_at: int
    state: State
    decided_by: str
    decided_at: int | None = None
    why: str

    @classmethod
    def of(cls, row: DunningProposal) -> "ProposalTold":
        """Return a row as it is told."""
        told = {"arrears": str(row.arrears), "since": row.since or None, "decided_at": row.decided_at or None}
        return cls.model_validate(row.model_dump() | told)


class DunningsTold(Told):
    """The merchants that are late or near their limit, and the proposals that wait."""

    model_config = ConfigDict(json_schema_extra=example(items=[_STANDING], proposals=[_PROPOSAL]))

    items: list[DunningTold]
    proposals: list[ProposalTold]


class ProposalGiven(Given):
    """A suspension or a reinstatement to be decided by the registrar."""

    model_config = ConfigDict(json_schema_extra=example(merchant=4, act="suspend"))

    merchant: Annotated[int, Field(ge=0, le=2**32 - 1)]
    act: Annotated[str, Field(pattern="^(suspend|reinstate)$")]


class DecisionGiven(Given):
    """What the registrar decides, and why."""

    model_config = ConfigDict(
        json_schema_extra=example(approved=True, why="Three reminders went unanswered.")
    )

    approved: bool
    why: Reason
