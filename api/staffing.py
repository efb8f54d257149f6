"""Who invites staff and officers, who lists them, who ends them.

A merchant's owner: its own staff. The registrar: members, merchants, mentors, directors, the auditor. An
officer of the chain invites himself or herself, by the signature of the address that has the role: who could
make another officer's account would act as both. A key of the API invites nobody.
"""

from typing import Final, Protocol

from sqlmodel import Session

from api.access import is_key_of, require_role
from api.askers import Asker
from api.deps import Services
from endogene_token.chain.views import Role
from endogene_token.errors import AccessError
from endogene_token.hexes import from_hex
from endogene_token.office import sessions
from endogene_token.office.scopes import StaffRole
from endogene_token.office.sessions import SessionKey
from endogene_token.office.trail import Actor

OF_MERCHANTS: Final = frozenset({StaffRole.STAFF, StaffRole.OWNER})
OF_REGISTRAR: Final = OF_MERCHANTS | {
    *(StaffRole.MENTOR, StaffRole.DIRECTOR, StaffRole.AUDITOR, StaffRole.MEMBER)
}
READ_ALL: Final = frozenset({StaffRole.REGISTRAR, StaffRole.AUDITOR})


class Whom(Protocol):
    """Whom it is about: an account, or what one shall be."""

    @property
    def role(self) -> str: ...
    @property
    def merchant(self) -> int | None: ...
    @property
    def officer(self) -> bytes | None: ...


def inviter(app: Services, session: Session, asker: Asker, whom: Whom) -> Actor:
    """Return who invites. Raises AccessError, FreshLoginError, ChainError."""
    role = StaffRole(whom.role)
    if asker.key is not None:
        key = _person(asker)
        is_own = key.role is StaffRole.OWNER and role is StaffRole.STAFF
        if not (is_own and key.holder.merchant == whom.merchant) and not (
            key.role is StaffRole.REGISTRAR and role in OF_REGISTRAR
        ):
            raise AccessError(actual=key.account)
        return asker.acting()
    if _is_merchants(session, asker, whom):
        return asker.acting(f"member:{whom.merchant}")
    if role in OF_REGISTRAR:
        require_role(app.ledger, asker.address, Role.REGISTRAR)
    else:
        _require_self(app, asker, whom)
    return asker.acting()


def ender(app: Services, session: Session, asker: Asker, whom: Whom, account: str) -> Actor:
    """Return who ends an account, or a session of it: its own person, who may invite, and the registrar."""
    if asker.key is not None:
        key = _person(asker)
        is_own = key.role is StaffRole.OWNER and key.holder.merchant == whom.merchant
        if account != key.account and not is_own and key.role is not StaffRole.REGISTRAR:
            raise AccessError(actual=key.account)
        return asker.acting()
    if _is_merchants(session, asker, whom):
        return asker.acting(f"member:{whom.merchant}")
    if whom.officer != from_hex(asker.address):
        require_role(app.ledger, asker.address, Role.REGISTRAR)
    return asker.acting()


def listed_merchant(app: Services, session: Session, asker: Asker, wanted: int | None) -> int | None:
    """Return of which merchant the accounts are told; None: of all. Raises AccessError, ChainError."""
    if isinstance(asker.key, SessionKey):
        if asker.key.role in READ_ALL:
            return wanted
        own = asker.key.holder.merchant
        if asker.key.role is StaffRole.OWNER and wanted in {None, own}:
            return own
        raise AccessError(actual=asker.key.account)
    if asker.key is not None:
        raise AccessError(actual=asker.key.id)
    if wanted is None or not is_key_of(session, asker.address, wanted):
        require_role(app.ledger, asker.address, Role.REGISTRAR)
    return wanted


def _person(asker: Asker) -> SessionKey:
    """Return the session of who asks, of a short time ago. Raises AccessError for a key of the API."""
    if not isinstance(asker.key, SessionKey):
        raise AccessError(actual=asker.key and asker.key.id)
    sessions.require_fresh(asker.key)
    return asker.key


def _is_merchants(session: Session, asker: Asker, whom: Whom) -> bool:
    return whom.merchant is not None and is_key_of(session, asker.address, whom.merchant)


def _require_self(app: Services, asker: Asker, whom: Whom) -> None:
    office = StaffRole(whom.role).office
    if office is None or office.on_chain is None or whom.officer != from_hex(asker.address):
        raise AccessError(actual=asker.address)
    require_role(app.ledger, asker.address, office.on_chain)
