"""A member's passkey as the key by which the member signs on the chain, and how far it is on its way there.

The device makes the passkey when its holder takes up an invitation; the registrar asks the register for it
(`rotation_call`), and after the rulebook's delay it stands. Until then the key from before counts, and who
did not ask for the change has it cancelled: by its own signature, or by the registrar. What was stopped so
is not asked for again by itself: the trail knows which key was asked for (`note_asking`).
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select
from webauthn.helpers import decode_credential_public_key
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey

from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.transactions import Call, request_key_rotation
from endogene_token.chain.views import Member as View
from endogene_token.errors import NoDeviceKeyError, UnknownMemberError
from endogene_token.indexer.models import Member
from endogene_token.office.models import OfficeTrail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import OfficeAccount, OfficePasskey
from endogene_token.office.trail import Change
from endogene_token.signers.passkey import Passkey

_P256: Final = 1  # the curve's number in COSE
_ASKED: Final = "member.key-asked"


class Way(StrEnum):
    """How far a device's key is."""

    STANDS = "stands"
    """It is the member's key: with it ballots are signed."""
    COMES = "comes"
    """It takes over on a day."""
    WAITS = "waits"
    """The office has not asked for it yet."""
    STOPPED = "stopped"
    """It was asked for and no change is under way: its holder stopped it, or it never reached the chain."""
    OTHER = "other"
    """Another key takes over on a day: somebody asked for a change that this device did not."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member's keys stand. `ready_at`: when the next one takes over, in seconds UTC, or 0.

    `signs`: the key in force is this device's, so that it can stop the next one.
    """

    way: Way
    ready_at: int
    signs: bool


def device_key(session: Session, community: Community, member: int) -> bytes:
    """Return the key of a member's newest passkey, as the register holds one. Raises NoDeviceKeyError."""
    for row in _passkeys(session, member):
        with suppress(NoDeviceKeyError):  # one that the chain does not verify
            return passkey_of(community, row, member).key
    raise NoDeviceKeyError(actual=member)


def passkey_of(community: Community, row: OfficePasskey, member: int) -> Passkey:
    """Return a passkey as the register's verifier takes it. Raises NoDeviceKeyError."""
    made = decode_credential_public_key(row.public_key)
    if not isinstance(made, DecodedEC2PublicKey) or made.crv != _P256:
        raise NoDeviceKeyError(actual=member)
    x, y = (int.from_bytes(one) for one in (made.x, made.y))
    return Passkey(community.passkey_verifier, x, y)


def credential_of(session: Session, member: int) -> bytes:
    """Return the name of a member's newest passkey. Raises NoDeviceKeyError."""
    for row in _passkeys(session, member):
        return row.credential
    raise NoDeviceKeyError(actual=member)


def standing(session: Session, ledger: Ledger, member: int) -> Standing:
    """Return how far the key of a member's device is.

    Raises UnknownMemberError, NoDeviceKeyError, ChainError.
    """
    if session.get(Member, member) is None:
        raise UnknownMemberError(actual=member)
    own = device_key(session, ledger.community, member)
    # Both from the chain: the read model has the former key for a moment when a change is completed.
    rotation, entry = ledger.read([("Membership", view, (member,)) for view in ("rotation", "member")])
    (ready_at, coming), signs = rotation, View(*entry).key == own
    if ready_at and bytes(coming) != own:
        return Standing(Way.OTHER, int(ready_at), signs)
    if ready_at:
        return Standing(Way.COMES, int(ready_at), signs=False)
    if signs:
        return Standing(Way.STANDS, 0, signs=True)
    return Standing(Way.STOPPED if _was_asked(session, member, own) else Way.WAITS, 0, signs=False)


def note_asking(change: Change, community: Community, member: int) -> None:
    """Tell the trail which key is about to be asked for. Raises NoDeviceKeyError.

    Before it is: whatever happens after that, the same key is not taken for one that nobody asked for.
    """
    told = _told(device_key(change.session, community, member))
    change.note(_ASKED, f"member:{member}", key=told)


def rotation_call(session: Session, community: Community, member: int) -> Call:
    """Return what the registrar sends so that a member's device signs for it. Raises NoDeviceKeyError."""
    return request_key_rotation(community, member, device_key(session, community, member))


def _was_asked(session: Session, member: int, key: bytes) -> bool:
    own = (OfficeTrail.subject == f"member:{member}", OfficeTrail.action == _ASKED)
    entries = map(json.loads, session.exec(select(OfficeTrail.params).where(*own)))
    # An early entry names no key: it may have been this one, and what was stopped must stay so.
    return any(one.get("key", _told(key)) == _told(key) for one in entries)


def _told(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _passkeys(session: Session, member: int) -> list[OfficePasskey]:
    """Return the passkeys in force of a member's wallet, the newest first."""
    own = (OfficeAccount.member == member, OfficeAccount.role == StaffRole.MEMBER)
    in_force = (col(OfficeAccount.ended_at).is_(None), col(OfficePasskey.revoked_at).is_(None))
    query = select(OfficePasskey).join(OfficeAccount, col(OfficeAccount.id) == col(OfficePasskey.account))
    order = (col(OfficePasskey.created_at).desc(), col(OfficePasskey.credential))
    return list(session.exec(query.where(*own, *in_force).order_by(*order)))
