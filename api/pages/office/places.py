"""The office's pages: where each is, and who is let in. One table, for the pages, the menu and the tests.

Who reads a page is who may read the same by the API (`office/scopes.py`); who acts there is the page's own.
"""

from dataclasses import dataclass
from typing import Final

from endogene_token.i18n import mark
from endogene_token.office.scopes import SESSION_SCOPES, Scope, StaffRole

OFFICERS: Final = frozenset(
    {
        *(StaffRole.REGISTRAR, StaffRole.TREASURER, StaffRole.APPROVER, StaffRole.GUARDIAN),
        *(StaffRole.ACTUARY, StaffRole.AUDITOR, StaffRole.DIRECTOR),
    }
)
EVERYBODY: Final = OFFICERS | {StaffRole.MENTOR}


def _with(scope: Scope) -> frozenset[StaffRole]:
    return frozenset(role for role in EVERYBODY if scope in SESSION_SCOPES[role])


TREASURY: Final = _with(Scope.TREASURY_READ)
MEMBERS: Final = _with(Scope.MEMBERS_READ)
TRAIL: Final = _with(Scope.TRAIL_READ)
REDEEMING: Final = frozenset(
    {StaffRole.REGISTRAR, StaffRole.APPROVER, StaffRole.TREASURER, StaffRole.AUDITOR}
)
"""Who has a part in paying credits back, and who reads all."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its address, its name in the menu, who reads it."""

    path: str
    label: str
    roles: frozenset[StaffRole]


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one subject, under one word of the menu."""

    label: str
    places: tuple[Place, ...]


HOME: Final = Place("/office", mark("Today"), EVERYBODY)
MONEY: Final = Place("/office/money", mark("Cash and debts"), TREASURY)
EXCEPTIONS: Final = Place("/office/exceptions", mark("Exceptions"), TREASURY)
ARREARS: Final = Place("/office/arrears", mark("Arrears"), TREASURY | {StaffRole.REGISTRAR})
RUNS: Final = Place("/office/runs", mark("Debits and payments"), TREASURY)
BANK: Final = Place("/office/bank", mark("Bank"), TREASURY)
MANDATES: Final = Place("/office/mandates", mark("Mandates"), TREASURY)
DESK: Final = Place("/office/members", mark("Members"), MEMBERS)
STAFF: Final = Place(
    "/office/staff", mark("Who may log in"), frozenset({StaffRole.REGISTRAR, StaffRole.AUDITOR})
)
REPORTS: Final = Place("/office/reports", mark("Reported by members"), MEMBERS)
BUSINESSES: Final = Place("/office/businesses", mark("Businesses"), EVERYBODY)
TERMS: Final = Place("/office/officers", mark("Officers"), EVERYBODY)
PROJECTS: Final = Place("/office/projects", mark("Calls and projects"), EVERYBODY)
CLAIMS: Final = Place("/office/claims", mark("Claims"), EVERYBODY)
VOTES: Final = Place("/office/votes", mark("Votes"), EVERYBODY)
REDEMPTIONS: Final = Place("/office/redemptions", mark("Redemptions"), REDEEMING)
RULES: Final = Place("/office/rules", mark("Rules"), EVERYBODY)
TRACE: Final = Place("/office/trail", mark("Trail"), TRAIL)
ANNUAL: Final = Place("/office/annual", mark("Annual meeting"), TREASURY)
PAUSE: Final = Place("/office/pause", mark("Pause and incidents"), EVERYBODY)

SECTIONS: Final = (
    Section(mark("Today"), (HOME,)),
    Section(mark("Money"), (MONEY, EXCEPTIONS, ARREARS, RUNS, MANDATES, BANK)),
    Section(mark("People"), (DESK, REPORTS, BUSINESSES, STAFF, TERMS)),
    Section(mark("Decisions"), (PROJECTS, CLAIMS, VOTES, REDEMPTIONS)),
    Section(mark("Order"), (RULES, TRACE, ANNUAL, PAUSE)),
)
PLACES: Final = tuple(place for section in SECTIONS for place in section.places)


def sections_of(role: StaffRole) -> list[Section]:
    """Return what the menu shows to a role: nothing that it could not open."""
    shown = [Section(one.label, tuple(p for p in one.places if role in p.roles)) for one in SECTIONS]
    return [one for one in shown if one.places]
