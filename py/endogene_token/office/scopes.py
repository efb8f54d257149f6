"""What a key of the API or a session may do, and for whom: a merchant, or a role of the office."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from endogene_token.chain.views import Role
from endogene_token.errors import HolderError, ScopeUnfitError


class Mode(StrEnum):
    """Live keys see the community; test keys a sandbox."""

    LIVE = "live"
    TEST = "test"


class Scope(StrEnum):
    """One thing that a key may do."""

    SALES_WRITE = "sales:write"
    SALES_READ = "sales:read"
    BUYERS_READ = "buyers:read"
    STATEMENTS_READ = "statements:read"
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    TREASURY_READ = "treasury:read"
    TREASURY_WRITE = "treasury:write"
    TRAIL_READ = "trail:read"


class OfficeRole(StrEnum):
    """A role that a key may act for: the officers' of the chain, and the auditor."""

    REGISTRAR = "registrar"
    TREASURER = "treasurer"
    GUARDIAN = "guardian"
    ACTUARY = "actuary"
    APPROVER = "approver"
    AUDITOR = "auditor"

    @property
    def on_chain(self) -> Role | None:
        """The officers' role of the chain; None for the auditor, who changes nothing."""
        return None if self is OfficeRole.AUDITOR else Role[self.name]


MERCHANT_SCOPES: Final = frozenset(
    {
        *(Scope.SALES_WRITE, Scope.SALES_READ, Scope.BUYERS_READ, Scope.STATEMENTS_READ),
        *(Scope.EVENTS_READ, Scope.WEBHOOKS_READ, Scope.WEBHOOKS_WRITE, Scope.KEYS_READ, Scope.KEYS_WRITE),
    }
)
ROLE_SCOPES: Final[Mapping[OfficeRole, frozenset[Scope]]] = {
    OfficeRole.REGISTRAR: frozenset(
        {
            *(Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.BUYERS_READ),
            *(Scope.KEYS_READ, Scope.EVENTS_READ, Scope.TRAIL_READ),
        }
    ),
    OfficeRole.TREASURER: frozenset(
        {
            *(Scope.TREASURY_READ, Scope.TREASURY_WRITE, Scope.STATEMENTS_READ),
            *(Scope.SALES_READ, Scope.EVENTS_READ, Scope.TRAIL_READ),
        }
    ),
    OfficeRole.GUARDIAN: frozenset({Scope.EVENTS_READ, Scope.TRAIL_READ}),
    OfficeRole.ACTUARY: frozenset({Scope.TREASURY_READ, Scope.EVENTS_READ, Scope.TRAIL_READ}),
    OfficeRole.APPROVER: frozenset({Scope.TREASURY_READ, Scope.EVENTS_READ, Scope.TRAIL_READ}),
    # Reads all, changes nothing; a buyer is looked up only where something is bought.
    OfficeRole.AUDITOR: frozenset(
        one for one in Scope if one.endswith(":read") and one is not Scope.BUYERS_READ
    ),
}
"""No role may write keys: an officer signs for each key that is made."""


class StaffRole(StrEnum):
    """As what a person logs in: for a merchant, in a role of the office, as mentor, director or member."""

    STAFF = "staff"
    OWNER = "owner"
    REGISTRAR = "registrar"
    TREASURER = "treasurer"
    GUARDIAN = "guardian"
    ACTUARY = "actuary"
    APPROVER = "approver"
    AUDITOR = "auditor"
    MENTOR = "mentor"
    DIRECTOR = "director"
    MEMBER = "member"

    @property
    def office(self) -> OfficeRole | None:
        """The role of the office that this is, or None."""
        return next((one for one in OfficeRole if one.value == self.value), None)


SESSION_SCOPES: Final[Mapping[StaffRole, frozenset[Scope]]] = {
    StaffRole.STAFF: frozenset({Scope.SALES_WRITE, Scope.SALES_READ, Scope.BUYERS_READ}),
    StaffRole.OWNER: MERCHANT_SCOPES,
    **{StaffRole(role): scopes for role, scopes in ROLE_SCOPES.items()},
    # Who mentors or directs reads here, and signs with the member's own key what is decided.
    StaffRole.MENTOR: frozenset({Scope.EVENTS_READ}),
    StaffRole.DIRECTOR: frozenset({Scope.TREASURY_READ, Scope.EVENTS_READ, Scope.TRAIL_READ}),
    StaffRole.MEMBER: frozenset(),  # nothing but what is the member's own
}
"""What a person may do who has logged in."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key it is: one merchant (its member number) or one role. Raises HolderError.

    A session may also be of one member, who mentors, directs or reads its own; no key of the API is.
    """

    merchant: int | None = None
    role: OfficeRole | None = None
    member: int | None = None

    def __post_init__(self) -> None:
        given = sum(one is not None for one in (self.merchant, self.role, self.member))
        if given != 1:
            raise HolderError(actual=given)

    def __str__(self) -> str:
        if self.member is not None:
            return f"member:{self.member}"
        return f"role:{self.role}" if self.merchant is None else f"merchant:{self.merchant}"

    @property
    def on_chain(self) -> Role | None:
        """The officers' role of the chain that this is, or None."""
        return None if self.role is None else self.role.on_chain

    @property
    def scopes(self) -> frozenset[Scope]:
        """All that a key of this holder may be given."""
        if self.member is not None:
            return frozenset()
        return MERCHANT_SCOPES if self.role is None else ROLE_SCOPES[self.role]

    def require(self, wanted: frozenset[Scope]) -> None:
        """Raise ScopeUnfitError for a scope that this holder's keys never have."""
        for one in sorted(wanted - self.scopes):
            raise ScopeUnfitError(actual=one, limit=self)
