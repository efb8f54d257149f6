"""How pages name states, kinds, criteria and colleges, and in which tone. Words only."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final, NamedTuple, TypeVar

from api.pages.words import Words
from api.votes import COLLEGES, name_of
from endogene_token.bylaws import Body, Kind, State
from endogene_token.i18n import mark
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import Criterion, Instrument, OrganisationKind, ProjectState, TrancheState

Member = TypeVar("Member", bound=IntEnum)
Told = TypeVar("Told")


class Label(NamedTuple):
    """A sentence to be translated, and the tone of its chip: good, warn, bad or none."""

    msgid: str
    tone: str = ""


class Chip(NamedTuple):
    """A state in the reader's words."""

    text: str
    tone: str


def chip(words: Words, label: Label) -> Chip:
    """Return a label in the reader's words."""
    return Chip(words.tr(label.msgid), label.tone)


def by_name(labels: Mapping[Member, Told]) -> dict[str, Told]:
    """Return the same labels under the words of the API, such as ``no-quorum``."""
    return {name_of(member): label for member, label in labels.items()}


PROJECT: Final = {
    ProjectState.DRAFT: Label(mark("being written")),
    ProjectState.SUBMITTED: Label(mark("filed")),
    ProjectState.ELIGIBLE: Label(mark("meets its call")),
    ProjectState.BALLOTED: Label(mark("put to the vote")),
    ProjectState.AWARDED: Label(mark("awarded"), "good"),
    ProjectState.ACTIVE: Label(mark("under way"), "good"),
    ProjectState.COMPLETED: Label(mark("finished"), "good"),
    ProjectState.EVALUATED: Label(mark("evaluated"), "good"),
    ProjectState.SUSPENDED: Label(mark("suspended"), "warn"),
    ProjectState.TERMINATED: Label(mark("stopped"), "bad"),
    ProjectState.LAPSED: Label(mark("lapsed")),
}
TRANCHE: Final = {
    TrancheState.LOCKED: Label(mark("to come")),
    TrancheState.CLAIMED: Label(mark("claimed, being reviewed")),
    TrancheState.REVIEWED: Label(mark("reviewed, to be released")),
    TrancheState.RELEASED: Label(mark("released"), "good"),
    TrancheState.ACCOUNTED: Label(mark("released and accounted for"), "good"),
    TrancheState.REJECTED: Label(mark("claim refused"), "warn"),
    TrancheState.RECALLED: Label(mark("will not come"), "bad"),
}
VOTE: Final = {
    State.DRAFT: Label(mark("proposed")),
    State.NOTICED: Label(mark("announced")),
    State.OPEN: Label(mark("open"), "good"),
    State.CLOSED: Label(mark("being counted")),
    State.CONTESTABLE: Label(mark("carried, may be contested"), "good"),
    State.FINAL: Label(mark("carried"), "good"),
    State.EXECUTED: Label(mark("carried out"), "good"),
    State.DEFEATED: Label(mark("defeated"), "bad"),
    State.NO_QUORUM: Label(mark("no quorum"), "warn"),
    State.ANNULLED: Label(mark("annulled"), "bad"),
    State.EXPIRED: Label(mark("carried, never carried out"), "warn"),
}
KIND: Final = {
    Kind.DECISION: mark("Decision"),
    Kind.SPENDING: mark("Spending"),
    Kind.MAJOR_SPENDING: mark("Major spending"),
    Kind.RULES: mark("Rules"),
    Kind.OFFICE: mark("Offices"),
    Kind.ELECTION: mark("Election"),
    Kind.ANNULMENT: mark("Annulment"),
    Kind.MEMBER_REBATE: mark("Rebate to members"),
    Kind.BY_LAW: mark("By-laws"),
}
BODY: Final = {
    Body.GENERAL_ASSEMBLY: mark("General assembly"),
    Body.BOARD: mark("Board of directors"),
}
COLLEGE: Final = (mark("Users"), mark("Workers"), mark("Supporting members"))  # in the order of the rolls
INSTRUMENT: Final = {
    Instrument.GRANT: mark("a grant"),
    Instrument.LOAN: mark("a loan, to be paid back"),
}
CRITERION: Final = {
    Criterion.ISSUE: mark("It answers an issue that the community published"),
    Criterion.INTER_COOPERATION: mark("Cooperatives work together in it"),
    Criterion.GROUPING: mark("Enough partners of several kinds carry it, one a local authority"),
    Criterion.SHORT_CIRCUIT: mark("It keeps the way from maker to user short"),
    Criterion.MERCHANT_SHARE: mark("Enough of its money is spent at member businesses"),
    Criterion.LEVERAGE: mark("It seeks enough money from outside"),
    Criterion.MENTOR: mark("A mentor accompanies it"),
    Criterion.EVALUATION: mark("It will be evaluated"),
    Criterion.BENEFICIARY: mark("It says whom it serves"),
}
PARTNER: Final = {
    OrganisationKind.ENTERPRISE: mark("Businesses"),
    OrganisationKind.COOPERATIVE: mark("Cooperatives"),
    OrganisationKind.ASSOCIATION: mark("Associations"),
    OrganisationKind.INSTITUTION: mark("Institutions"),
    OrganisationKind.LOCAL_AUTHORITY: mark("Local authorities"),
}
PROJECT_NAMED: Final = by_name(PROJECT)
VOTE_NAMED: Final = by_name(VOTE)
KIND_NAMED: Final = by_name(KIND)
COLLEGE_NAMED: Final = dict(zip(COLLEGES, COLLEGE, strict=True))
ROLES: Final = {
    StaffRole.STAFF: mark("Staff of a business"),
    StaffRole.OWNER: mark("Owner of a business"),
    StaffRole.REGISTRAR: mark("Registrar"),
    StaffRole.TREASURER: mark("Treasurer"),
    StaffRole.GUARDIAN: mark("Guardian"),
    StaffRole.ACTUARY: mark("Actuary"),
    StaffRole.APPROVER: mark("Approver"),
    StaffRole.AUDITOR: mark("Auditor"),
    StaffRole.MENTOR: mark("Mentor"),
    StaffRole.DIRECTOR: mark("Director"),
    StaffRole.MEMBER: mark("Member"),
}
