"""Everybody who may ask: signers, keys of the API, sessions, and those whose role has ended."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.logins import LOOPBACK_COOKIE, WALLET
from endogene_token.chain.views import Role
from endogene_token.hexes import from_hex
from endogene_token.office import invitations, keys, sessions, staff, trail
from endogene_token.office.scopes import MERCHANT_SCOPES, Holder, Mode, OfficeRole, Scope, StaffRole
from endogene_token.sdk.keys import TillKey
from tests.site import Site
from tests.town import (
    ALICE,
    BAKERY,
    BAKERY_TILL,
    BASILE,
    CHLOE,
    GROCER,
    GROCER_TILL,
)

DIRECTOR = 6
LATER = 2**40
OFFICERS = {role: TillKey((500 + role).to_bytes(32, "big")) for role in Role}
FORMER = TillKey((600).to_bytes(32, "big"))
STRANGER = TillKey((999).to_bytes(32, "big"))


@dataclass(frozen=True)
class Visit:
    """Somebody who has logged in; each request is the first of a new session, its login fresh."""

    begin: Callable[[], str]
    cookie: str = LOOPBACK_COOKIE


Asker = TillKey | str | Visit | None
"""Who signs, or a key of the API, or a session, or nobody."""


def askers(site: Site, director: TillKey) -> dict[str, Asker]:
    town, token = site.town, partial(new_token, site)
    people: dict[str, Asker] = {"nobody": None, "stranger": STRANGER, "director": director}
    people |= {"alice": town.members[ALICE], "basile": town.members[BASILE], "mentor": town.members[CHLOE]}
    people |= {"bakery": town.members[BAKERY], "grocer": town.members[GROCER]}
    people |= {"bakery till": town.tills[BAKERY_TILL], "grocer till": town.tills[GROCER_TILL]}
    people |= {f"bakery {scope}": token(Holder(BAKERY), frozenset({scope})) for scope in MERCHANT_SCOPES}
    people |= {"bakery key": token(Holder(BAKERY)), "grocer key": token(Holder(GROCER))}
    people["bakery test key"] = token(Holder(BAKERY), mode=Mode.TEST)
    people["auditor's key"] = token(Holder(role=OfficeRole.AUDITOR))
    for role, officer in OFFICERS.items():
        name = role.name.lower()
        people[name] = officer
        people[f"{name}'s key"] = token(Holder(role=OfficeRole(name)), officer=officer)
    treasurer = Holder(role=OfficeRole.TREASURER)
    people["treasurer's test key"] = token(treasurer, mode=Mode.TEST, officer=OFFICERS[Role.TREASURER])
    visit = partial(_visit, site)
    people |= {"bakery owner": visit(StaffRole.OWNER, BAKERY), "bakery staff": visit(StaffRole.STAFF, BAKERY)}
    people |= {"grocer owner": visit(StaffRole.OWNER, GROCER), "auditor's session": visit(StaffRole.AUDITOR)}
    for role in (Role.REGISTRAR, Role.TREASURER, Role.APPROVER):
        name = role.name.lower()
        people[f"{name}'s session"] = visit(StaffRole(name), officer=OFFICERS[role])
    people["former registrar's session"] = visit(StaffRole.REGISTRAR, officer=FORMER)
    people["alice's wallet"] = visit(StaffRole.MEMBER, member=ALICE)
    people["session of no mentor"] = visit(StaffRole.MENTOR, member=CHLOE)
    people["former registrar"] = FORMER
    people["former treasurer's key"] = token(treasurer, officer=FORMER)
    people["former registrar's key"] = token(Holder(role=OfficeRole.REGISTRAR), officer=FORMER)
    return people


def _visit(site: Site, role: StaffRole, merchant: int | None = None, **whom: Any) -> Visit:
    """Open an account; return how its person logs in."""
    account = open_account(site, role, merchant, **whom)
    cookie = LOOPBACK_COOKIE + WALLET if role is StaffRole.MEMBER else LOOPBACK_COOKIE
    return Visit(lambda: open_session(site, account).token, cookie)


def open_account(
    site: Site,
    role: StaffRole,
    merchant: int | None = None,
    officer: TillKey | None = None,
    member: int | None = None,
) -> str:
    own = None if officer is None else from_hex(officer.address)
    person = staff.Person(role, "Maude Roy", merchant, own, member)
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        new = invitations.invite(change, site.app.state.services.secret(), person)
        invitations.spend(change, new.code)
        return new.account.id


def open_session(site: Site, account: str) -> sessions.NewSession:
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        return sessions.begin(change, staff.find(change.session, account))


def new_token(
    site: Site,
    holder: Holder,
    scopes: frozenset[Scope] = frozenset(),
    mode: Mode = Mode.LIVE,
    officer: TillKey | None = None,
) -> str:
    own = None if officer is None else from_hex(officer.address)
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        wanted = keys.Wanted(holder, scopes or holder.scopes, mode, officer=own)
        return keys.make(change, wanted).token
