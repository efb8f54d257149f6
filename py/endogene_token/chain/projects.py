"""The book of projects: what may be asked of it, each as a call, and what it tells, typed.

What a member does there is an act, see `acts`. Amounts are minor units, instants seconds since 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from endogene_token.ballots import ExecutableCall
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode
from endogene_token.chain.transactions import PLAIN_GAS, Call
from endogene_token.member_acts import ActDomain
from endogene_token.projects import (
    CallTerms,
    CoFinancing,
    Criterion,
    Instrument,
    Line,
    Loan,
    OrganisationKind,
    Partner,
    ProjectState,
    Tranche,
    TrancheState,
    criteria,
)

# Limits of gas, as in `transactions`.
VOTE_GAS: Final = 1_000_000  # the calls of the resolution come on top
CLOSING_GAS: Final = 1_500_000  # twelve tranches recalled at 24,200, and four other contracts
PER_BYTE_GAS: Final = 100


@dataclass(frozen=True, slots=True)
class Project:
    """A project; before its plan is filed only `state`, `call`, `applicant` and `text` are set.

    `released`, `received`, `repaid` and `written_off` are sums so far; `accounted` counts tranches.
    """

    state: ProjectState
    resumes_to: ProjectState
    instrument: Instrument
    call: int
    applicant: int
    mentor: int
    signer: int
    resolution: int
    amount: int
    sought: int
    expires_at: int
    released: int
    received: int
    repaid: int
    written_off: int
    accounted: int
    is_mentored: bool
    loan: Loan
    text: bytes

    @classmethod
    def read(cls, values: Any) -> Self:
        """Return the project that the contract answered."""
        states = (ProjectState(values[0]), ProjectState(values[1]), Instrument(values[2]))
        return cls(*(*states, *values[3:17], Loan(*values[17]), values[18]))


@dataclass(frozen=True, slots=True)
class Fact:
    """What a dossier says of a criterion; `attestor` 0: nobody has attested it yet."""

    value: int
    attestor: int
    evidence: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """A tranche: its state `since` an instant, the hash of the claim that stands, that of its account."""

    state: TrancheState
    attempt: int
    since: int
    reviewer: int
    claim: bytes
    account: bytes


@dataclass(frozen=True, slots=True)
class Arrears:
    """What a loan's schedule asks for by now, and how much of it has not come."""

    due: int
    late: int


@dataclass(frozen=True, slots=True)
class Spendable:
    """What a line of a project may spend now: who signs, the line's cap, a bit for each kind of merchant."""

    signer: int
    cap: int
    kinds: int


class Projects:
    """The views of one community's book of projects. Raises as `Ledger` does."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @cached_property
    def domain(self) -> ActDomain:
        """Where the members' signatures count."""
        community = self.ledger.community
        return ActDomain(community.chain_id, community.projects)

    def nonce(self, member: int) -> int:
        """Return what the member's next act carries here."""
        return int(self._value("nonce", member))

    def issue_count(self) -> int:
        """Return how many societal issues the published list has."""
        return int(self._value("issueCount"))

    def call_count(self) -> int:
        """Return how many calls were ever opened: the highest number."""
        return int(self._value("callCount"))

    def call(self, number: int) -> CallTerms:
        """Return the terms of a call. Raises UnknownCallError."""
        return CallTerms(*self._value("call", number))

    def awarded_of(self, call: int) -> int:
        """Return what the awards of a call add up to."""
        return int(self._value("awardedOf", call))

    def count(self) -> int:
        """Return how many projects were ever drafted: the highest number."""
        return int(self._value("projectCount"))

    def project(self, number: int) -> Project:
        """Return a project. Raises UnknownProjectError."""
        return Project.read(self._value("project", number))

    def fact(self, project: int, criterion: Criterion) -> Fact:
        """Return what a dossier says of a criterion; zeros for nothing."""
        return Fact(*self._value("fact", project, int(criterion)))

    def partners(self, project: int) -> list[Partner]:
        """Return the organisations of the grouping."""
        return [Partner(OrganisationKind(one[0]), *one[1:]) for one in self._value("partners", project)]

    def tranches(self, project: int) -> list[Tranche]:
        """Return the tranches of the plan."""
        return [Tranche(*one) for one in self._value("tranches", project)]

    def lines(self, project: int) -> list[Line]:
        """Return the lines of the budget."""
        return [Line(*one) for one in self._value("lines", project)]

    def progress(self, project: int, tranche: int) -> Progress:
        """Return where a tranche stands, counted from 0."""
        state, *rest = self._value("progress", project, tranche)
        return Progress(TrancheState(state), *rest)

    def is_related(self, project: int, member: int) -> bool:
        """Return whether a member has an interest in a project."""
        return bool(self._value("isRelated", project, member))

    def source_of(self, source: bytes) -> int | None:
        """Return the project that some outside money serves, by its commitment (32 bytes), or None."""
        return int(self._value("sourceOf", source)) or None

    def missing(self, project: int) -> frozenset[Criterion]:
        """Return the required criteria that a dossier does not meet. Raises UnknownProjectError."""
        return criteria(self._value("missing", project))

    def arrears(self, project: int) -> Arrears:
        """Return what a loan owes by now. Raises UnknownProjectError."""
        return Arrears(*self.ledger.read_all("ProjectBook", "arrears", project))

    def spendable(self, project: int, line: int) -> Spendable:
        """Return what a project may spend now on a line, counted from 0.

        Raises UnknownProjectError, UnknownLineError, ProjectStateError, TooLateError.
        """
        return Spendable(*self.ledger.read_all("ProjectBook", "spendable", project, line))

    def _value(self, view: str, *arguments: object) -> Any:
        return self.ledger.read([("ProjectBook", view, arguments)])[0]


def publish_issues(community: Community, count: int, text: bytes) -> Call:
    """Publish the list of societal issues, numbered from 1; `text`: its hash. The governor may."""
    return _call(community, "publishIssues", count, text)


def open_call(community: Community, terms: CallTerms) -> Call:
    """Open a call for projects. The governor may."""
    return _call(community, "openCall", terms.row())


def qualify(community: Community, project: int) -> Call:
    """Make a submitted dossier eligible that misses nothing. Anyone may."""
    return _call(community, "qualify", project)


def put_to_vote(community: Community, project: int, resolution: int, calls: Sequence[ExecutableCall]) -> Call:
    """Say which noticed resolution, by its calls, awards a project. Anyone may."""
    rows = [(one.target, one.data) for one in calls]
    gas = VOTE_GAS + PER_BYTE_GAS * sum(len(one.data) for one in calls)
    return _call(community, "putToVote", project, resolution, rows, gas=gas)


def lose_vote(community: Community, project: int) -> Call:
    """Make a project eligible again whose resolution was not carried. Anyone may."""
    return _call(community, "loseVote", project)


def award(community: Community, project: int, amount: int) -> Call:
    """Award what the plan asks for. The governor may."""
    return _call(community, "award", project, amount)


def lapse_claim(community: Community, project: int, tranche: int) -> Call:
    """End a claim that was not judged in time. Anyone may."""
    return _call(community, "lapseClaim", project, tranche)


def receive_co_financing(community: Community, project: int, money: CoFinancing) -> Call:
    """Book outside money that has come. The treasurer may."""
    return _call(community, "receiveCoFinancing", project, money.row())


def suspend(community: Community, project: int) -> Call:
    """Stop a project's spending and claims for a while. The governor may."""
    return _call(community, "suspend", project)


def resume(community: Community, project: int) -> Call:
    """End a project's suspension. The governor may."""
    return _call(community, "resume", project)


def terminate(community: Community, project: int) -> Call:
    """End a project for good. The governor may."""
    return _call(community, "terminate", project, gas=CLOSING_GAS)


def lapse(community: Community, project: int) -> Call:
    """End a project that has expired. Anyone may."""
    return _call(community, "lapse", project, gas=CLOSING_GAS)


def repay_loan(community: Community, project: int, amount: int, reference: bytes) -> Call:
    """Book a loan's repayment; `reference`: the 32-byte commitment to the bank's. The treasurer may."""
    return _call(community, "repayLoan", project, amount, reference)


def write_off_loan(community: Community, project: int, amount: int) -> Call:
    """Write off a part of a loan. The governor may."""
    return _call(community, "writeOffLoan", project, amount)


def _call(community: Community, function: str, *arguments: object, gas: int = PLAIN_GAS) -> Call:
    return Call(community.projects, encode("ProjectBook", function, *arguments), gas)
