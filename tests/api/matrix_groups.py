"""The askers of the matrix, in groups; what a line of its table is."""

from dataclasses import dataclass, field
from typing import Any, Final

from endogene_token.office.scopes import MERCHANT_SCOPES, SESSION_SCOPES, StaffRole

BAKERY_KEYS: Final = frozenset(f"bakery {scope}" for scope in MERCHANT_SCOPES)
"""One key of the API for each scope."""
OFFICERS: Final = frozenset({"registrar", "treasurer", "guardian", "actuary", "approver"})
OFFICERS_KEYS: Final = frozenset(f"{name}'s key" for name in OFFICERS)
REGISTRAR_KEYS: Final = frozenset({"registrar's key", "registrar's session"})
TREASURER_KEYS: Final = frozenset({"treasurer's key", "treasurer's session"})
OFFICERS_SESSIONS: Final = frozenset({"registrar's session", "treasurer's session", "approver's session"})
AUDITOR: Final = frozenset({"auditor's key", "auditor's session"})
ALICE: Final = frozenset({"alice", "alice's wallet"})
"""A member by its own key, and by its wallet."""
PEOPLE: Final = frozenset({*ALICE, "basile", "mentor", "director"})
BAKERY: Final = BAKERY_KEYS | {
    *("bakery", "bakery till", "bakery key", "bakery test key", "bakery owner", "bakery staff")
}
GROCER: Final = frozenset({"grocer", "grocer till", "grocer key", "grocer owner"})
GONE: Final = frozenset({"former registrar's session", "session of no mentor"})
"""Sessions whose roles the chain does not know any more, or never did."""
ENDED: Final = GONE | {
    *("former registrar", "former registrar's key", "former treasurer's key", "treasurer's test key")
}
SESSIONS: Final = frozenset(
    {"bakery owner", "bakery staff", "grocer owner", "alice's wallet"}
    | {"auditor's session", *OFFICERS_SESSIONS}
)
EVERYBODY: Final = frozenset({"nobody", "stranger"}).union(
    *(PEOPLE, BAKERY, GROCER, AUDITOR, OFFICERS, OFFICERS_KEYS, OFFICERS_SESSIONS, ENDED)
)

PUBLIC: Final = EVERYBODY
"""Read by the public; of what is sent: it carries its own signature inside, whoever brings it."""
READS_MEMBERS: Final = OFFICERS | REGISTRAR_KEYS | AUDITOR
READS_TREASURY: Final = (
    OFFICERS | TREASURER_KEYS | AUDITOR | {*("actuary's key", "approver's key", "approver's session")}
)
READS_MERCHANTS: Final = OFFICERS | TREASURER_KEYS | AUDITOR
APPROVER: Final = frozenset({"approver", "approver's session"})
"""A key of the API approves nothing."""
INVITES: Final = frozenset({"registrar", "registrar's session"})
"""A key of the API invites nobody."""
REGISTRAR: Final = REGISTRAR_KEYS | {"registrar"}
TREASURER: Final = TREASURER_KEYS | {"treasurer"}


def bakery(scope: str, *others: str) -> frozenset[str]:
    """Return the bakery's keys and sessions that have a scope, and others who may."""
    staff = {"bakery staff"} if scope in SESSION_SCOPES[StaffRole.STAFF] else set[str]()
    return frozenset({f"bakery {scope}", "bakery key", "bakery owner", *others}) | staff


ONE_OF_EACH: Final = frozenset(
    {"nobody", "stranger", "alice", "bakery till", "bakery key", "bakery test key", "bakery owner"}
    | {"registrar", "auditor's key", "former registrar's key", "former registrar's session"}
)
"""One of each kind of credential: enough to ask what is everybody's."""


@dataclass(frozen=True)
class Line:
    """A request: its path (``{…}``: an object of the town, some made anew each time), and who may make it.

    `told`: what else than 2xx tells one who may that it was let in. `forged`: the body holds a signature that
    is nobody's, and this is what everybody is told.
    """

    path: str
    may: frozenset[str]
    body: Any = None
    told: frozenset[str] = frozenset()
    forged: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def line(path: str, *may: str | frozenset[str], body: Any = None, told: str = "", forged: str = "") -> Line:
    """Return a line; `may` are askers and groups of them, `told` codes with spaces between."""
    names = frozenset().union(*({one} if isinstance(one, str) else one for one in may))
    return Line(path, names, body, frozenset(told.split()), forged)
