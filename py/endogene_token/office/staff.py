"""Accounts of staff and officers: who may log in, and as what.

A person's name is kept sealed, for the lists of those who may read them; the trail and the chain have the
account's id alone. An account of an officer names the address that has the role on chain, one of a mentor or
a director the member's number: what it opens is what the chain says of them at that moment. A member's own
account opens the wallet while the membership is valid, as the read model of the chain has it: it is there
when no node answers, too.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, func, select, update

from endogene_token.chain.assembly import Assembly
from endogene_token.chain.calls import Ledger
from endogene_token.chain.projects import Projects
from endogene_token.errors import (
    MemberAccountError,
    StaffCountError,
    StaffEndedError,
    StaffShapeError,
    UnknownMemberError,
    UnknownMerchantError,
    UnknownStaffError,
)
from endogene_token.hexes import to_hex
from endogene_token.indexer.models import Member, Merchant
from endogene_token.indexer.project_models import Project
from endogene_token.office.keys import DAY, new_id
from endogene_token.office.models import OfficeTrail
from endogene_token.office.scopes import Holder, StaffRole
from endogene_token.office.sealed import seal, unseal
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.office.staff_models import OfficeAccount, OfficePasskey, OfficeSession
from endogene_token.office.trail import Change, Public
from endogene_token.projects import ProjectState

MOST_ACCOUNTS: Final = 200  # of one merchant
LONGEST_NAME: Final = 60
LINK_ERASED: Final = "member.link-erased"
_GIVEN_BY: Final = {
    StaffRole.STAFF: "merchant",
    StaffRole.OWNER: "merchant",
    StaffRole.AUDITOR: "name",
    StaffRole.MENTOR: "member",
    StaffRole.DIRECTOR: "member",
    StaffRole.MEMBER: "member",
}
_OVER: Final = {ProjectState.EVALUATED, ProjectState.TERMINATED, ProjectState.LAPSED}


class State(StrEnum):
    """Where an account stands."""

    INVITED = "invited"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an account is for. A role of the chain goes with the officer's address (20 bytes).

    Raises StaffShapeError when the role asks for another of `merchant`, `officer`, `member`.
    """

    role: StaffRole
    name: str = field(repr=False)
    merchant: int | None = None
    officer: bytes | None = None
    member: int | None = None

    def __post_init__(self) -> None:
        given = {"merchant": self.merchant, "officer": self.officer, "member": self.member}
        asked = _GIVEN_BY.get(self.role, "officer")
        if {name for name, value in given.items() if value is not None} != {asked} - {"name"}:
            raise StaffShapeError(actual=self.role, limit=asked)


def create(change: Change, secret: OfficeSecret, person: Person, account: str | None = None) -> OfficeAccount:
    """Open an account. Raises UnknownMerchantError, UnknownMemberError, StaffCountError, MemberAccountError.

    `account`: its id, where one was told already. The caller writes the entry of the trail: see
    `invitations.invite`.
    """
    session = change.session
    if person.merchant is not None:
        _require_room(session, person.merchant)
    if person.member is not None and session.get(Member, person.member) is None:
        raise UnknownMemberError(actual=person.member)
    if person.role is StaffRole.MEMBER:
        _require_first(session, person.member)
    account = account or new_id()
    row = OfficeAccount(
        id=account,
        role=person.role,
        merchant=person.merchant,
        officer=person.officer,
        member=person.member,
        name=seal(secret, Purpose.NAME, account.encode(), person.name.encode()),
        created_at=int(time.time()),
    )
    session.add(row)
    session.flush()
    return row


def end(change: Change, account: str) -> OfficeAccount:
    """End an account at once, its passkeys and its sessions. Raises UnknownStaffError, StaffEndedError.

    A seat of a member whose link was erased kept its name until now.
    """
    row = standing(change.session, account)
    row.ended_at = int(time.time())
    if row.member is not None and is_forgotten(change.session, row.member):
        row.name = b""
    change.session.add(row)
    close(change.session, account)
    note(change, "staff.ended", row)
    return row


def close(session: Session, account: str) -> None:
    """Revoke every passkey and every session of an account."""
    now = int(time.time())
    for kind in (OfficePasskey, OfficeSession):
        own = (col(kind.account) == account, col(kind.revoked_at).is_(None))
        session.execute(update(kind).where(*own).values(revoked_at=now))


def find(session: Session, account: str) -> OfficeAccount:
    """Return an account. Raises UnknownStaffError."""
    row = session.get(OfficeAccount, account)
    if row is None:
        raise UnknownStaffError(actual=account)
    return row


def standing(session: Session, account: str) -> OfficeAccount:
    """Return an account that has not ended. Raises UnknownStaffError, StaffEndedError."""
    row = find(session, account)
    if row.ended_at is not None:
        day = datetime.fromtimestamp(row.ended_at, UTC).date().isoformat()
        raise StaffEndedError(actual=account, limit=day)
    return row


def wallets(session: Session, member: int) -> list[OfficeAccount]:
    """Return the accounts of a member's wallet, the newest first; one at most has not ended."""
    own = (OfficeAccount.member == member, OfficeAccount.role == StaffRole.MEMBER)
    newest = (col(OfficeAccount.created_at).desc(), col(OfficeAccount.ended_at).is_not(None))
    return list(session.exec(select(OfficeAccount).where(*own).order_by(*newest)))


def wallet(session: Session, member: int) -> OfficeAccount | None:
    """Return the account of a member's wallet that has not ended, or None."""
    return next((one for one in wallets(session, member) if one.ended_at is None), None)


def page(session: Session, merchant: int | None, after: str, limit: int) -> list[OfficeAccount]:
    """Return `limit` accounts of a merchant (None: of all) after an id, by their ids."""
    query = select(OfficeAccount).where(OfficeAccount.id > after)
    if merchant is not None:
        query = query.where(OfficeAccount.merchant == merchant)
    return list(session.exec(query.order_by(col(OfficeAccount.id)).limit(limit)))


def forget_names(session: Session, member: int) -> None:
    """Forget the name in each account of a member that has ended."""
    ended = (col(OfficeAccount.member) == member, col(OfficeAccount.ended_at).is_not(None))
    session.execute(update(OfficeAccount).where(*ended).values(name=b""))


def is_forgotten(session: Session, member: int) -> bool:
    """Return whether a member's link was erased, and no wallet of his or hers is open."""
    erased = (OfficeTrail.subject == f"member:{member}", OfficeTrail.action == LINK_ERASED)
    own = (OfficeAccount.member == member, OfficeAccount.role == StaffRole.MEMBER)
    queries = (
        select(OfficeTrail.number).where(*erased),
        select(OfficeAccount.id).where(*own, col(OfficeAccount.ended_at).is_(None)),
    )
    was_erased, has_wallet = (session.exec(one.limit(1)).first() is not None for one in queries)
    return was_erased and not has_wallet


def name_of(secret: OfficeSecret, row: OfficeAccount) -> str:
    """Return the person's name, or nothing once it is erased. Raises OfficeKeyError."""
    return "" if not row.name else unseal(secret, Purpose.NAME, row.id.encode(), row.name).decode()


def state_of(row: OfficeAccount) -> State:
    """Return where the account stands."""
    if row.ended_at is not None:
        return State.ENDED
    return State.INVITED if row.active_at is None else State.ACTIVE


def holder_of(row: OfficeAccount) -> Holder:
    """Return for whom the account acts, as a key of the API would."""
    if row.merchant is not None or row.member is not None:
        return Holder(row.merchant, member=row.member)
    return Holder(role=StaffRole(row.role).office)


def is_worth(ledger: Ledger, session: Session, row: OfficeAccount) -> bool:
    """Return whether the chain gives this account's holder the role now. Raises ChainError.

    Owners, staff and the auditor have no role there: they are what the office says.
    """
    now, role = time.time(), StaffRole(row.role)
    if role.office is not None and role.office.on_chain is not None:
        return row.officer is not None and ledger.role_until(role.office.on_chain, to_hex(row.officer)) > now
    if role is StaffRole.DIRECTOR:
        return row.member is not None and Assembly(ledger).director(row.member).until > now
    if role is StaffRole.MEMBER:
        member = session.get(Member, row.member)
        return member is not None and member.valid_from <= now // DAY < member.valid_until
    return role is not StaffRole.MENTOR or _is_mentor(ledger, session, row.member)


def note(change: Change, action: str, row: OfficeAccount, part: str = "", **params: Public) -> OfficeTrail:
    """Append an entry about an account, without its name."""
    told: dict[str, Public] = {"role": row.role, **params}
    for name in ("merchant", "member"):
        if getattr(row, name) is not None:
            told[name] = getattr(row, name)
    if row.officer is not None:
        told["officer"] = to_hex(row.officer)
    return change.note(action, f"staff:{row.id}{part}", **told)


def _is_mentor(ledger: Ledger, session: Session, member: int | None) -> bool:
    """Return whether a project that is not over names this member as its mentor.

    The read model knows which may; the chain is asked of each until one does.
    """
    found = session.exec(
        select(Project.number).where(Project.mentor == member, col(Project.state).not_in(_OVER))
    )
    projects = Projects(ledger)
    for number in found:
        project = projects.project(number)
        if project.mentor == member and project.state not in _OVER:
            return True
    return False


def _require_room(session: Session, merchant: int) -> None:
    if session.get(Merchant, merchant) is None:
        raise UnknownMerchantError(actual=merchant)
    own = (OfficeAccount.merchant == merchant, col(OfficeAccount.ended_at).is_(None))
    count = session.exec(select(func.count()).where(*own)).one()
    if count >= MOST_ACCOUNTS:
        raise StaffCountError(actual=count, limit=MOST_ACCOUNTS)


def _require_first(session: Session, member: int | None) -> None:
    """Raise MemberAccountError when a member has a wallet already: a second one would be another's."""
    row = None if member is None else wallet(session, member)
    if row is not None:
        raise MemberAccountError(actual=member, limit=row.id)
