"""Passkeys: how staff and officers prove who they are, after WebAuthn (W3C, level 2).

A ceremony has two steps: the service gives options with a challenge; the browser answers with what the device
signed. An answer counts once, for five minutes, from a page of this service (origin), for its domain name
(RP id), by a device that knew its holder by finger, face or code, whose counter has not gone back.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialHint,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from endogene_token.config import Settings
from endogene_token.errors import PasskeyRefusedError, PasskeyTakenError
from endogene_token.i18n import mark
from endogene_token.office import staff
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import (
    LONGEST_CREDENTIAL,
    OfficeAccount,
    OfficeChallenge,
    OfficePasskey,
)
from endogene_token.office.trail import Change
from endogene_token.store import reading, writing

CHALLENGE_SECONDS: Final = 300
LOGIN: Final = "login"
ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,  # Windows Hello on older machines
]
OF_MEMBERS: Final = [COSEAlgorithmIdentifier.ECDSA_SHA_256]
"""The one that the chain verifies: with its passkey a member signs ballots."""
_CHALLENGE_BYTES: Final = 32
_Verified = TypeVar("_Verified")

UNASKED: Final = mark("it answers no question of ours, or answers it late or again")
UNKNOWN: Final = mark("nobody registered it, or it has ended")
UNPROVEN: Final = mark("what the device signed is not what was asked for")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Site:
    """For which pages passkeys are: `rp_id`, the domain name; `origins`, the pages' own, as `https://…`."""

    rp_id: str
    origins: tuple[str, ...]
    name: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the site of these settings."""
        return cls(settings.rp_id, settings.pages, settings.community)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser answered, its challenge spent; `subject` is whom the challenge was given for."""

    credential: Mapping[str, Any]
    challenge: bytes
    subject: str


def registration_options(
    engine: Engine,
    site: Site,
    account: OfficeAccount,
    name: str,
    *,
    is_invited: bool,
    is_apart: bool = False,
) -> dict[str, Any]:
    """Return what `navigator.credentials.create` takes, for a passkey of `account`; `name` is shown there.

    A device makes no second passkey beside one that stays; an invitation ends those from before. `is_apart`:
    it is made by a key that its holder takes along, never by the machine on which the page is shown; many
    such keys keep few passkeys that log in by themselves, or none, so that this is not asked of them.
    """
    challenge = _give(engine, registering(account.id))
    with reading(engine) as connection, Session(connection) as session:
        held = [] if is_invited else _held(session, account.id)
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.name,
        user_id=account.id.encode(),
        user_name=name or site.name,  # an account that a security key opened keeps no name
        user_display_name=name or site.name,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=_apart() if is_apart else _on_device(),
        hints=[PublicKeyCredentialHint.SECURITY_KEY] if is_apart else None,
        exclude_credentials=[PublicKeyCredentialDescriptor(one.credential) for one in held],
        supported_pub_key_algs=algorithms(account),
    )
    return options_to_json_dict(options)


def login_options(engine: Engine, site: Site) -> dict[str, Any]:
    """Return what `navigator.credentials.get` takes: of any passkey of this site, so that none is told."""
    options = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=_give(engine, LOGIN),
        timeout=CHALLENGE_SECONDS * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def registering(account: str) -> str:
    """Return whom the challenge of a registration is for."""
    return f"account:{account}"


def algorithms(account: OfficeAccount) -> list[COSEAlgorithmIdentifier]:
    """Return by which algorithms a passkey of this account may sign."""
    return OF_MEMBERS if account.role == StaffRole.MEMBER else ALGORITHMS


def answer(engine: Engine, credential: Mapping[str, Any]) -> Answer:
    """Spend the challenge of an answer, whatever comes of it, in a transaction of its own.

    Call it before the transaction of the change. Raises PasskeyRefusedError.
    """
    challenge = _challenge_of(credential)
    own = col(OfficeChallenge.hash) == hashlib.sha256(challenge).digest()
    with writing(engine, apart=True) as connection:
        told = (col(OfficeChallenge.subject), col(OfficeChallenge.expires_at))
        found = connection.execute(delete(OfficeChallenge).where(own).returning(*told)).first()
    if found is None or found.expires_at <= time.time():
        raise PasskeyRefusedError(actual=UNASKED)
    return Answer(credential, challenge, found.subject)


def register(change: Change, site: Site, given: Answer, account: OfficeAccount) -> OfficePasskey:
    """Keep a new passkey of an account. Raises PasskeyRefusedError, PasskeyTakenError."""
    if given.subject != registering(account.id):
        raise PasskeyRefusedError(actual=UNASKED)
    verified = _checked(
        lambda: verify_registration_response(
            credential=dict(given.credential),
            expected_challenge=given.challenge,
            expected_rp_id=site.rp_id,
            expected_origin=list(site.origins),
            require_user_verification=True,
            supported_pub_key_algs=algorithms(account),
        )
    )
    if len(verified.credential_id) > LONGEST_CREDENTIAL:
        raise PasskeyRefusedError(actual=UNPROVEN)
    if change.session.get(OfficePasskey, verified.credential_id) is not None:
        raise PasskeyTakenError
    row = OfficePasskey(
        credential=verified.credential_id,
        account=account.id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        created_at=int(time.time()),
    )
    change.session.add(row)
    staff.note(change, "passkey.registered", account, is_backed_up=verified.credential_backed_up)
    return row


def account_of(session: Session, credential: Mapping[str, Any]) -> OfficeAccount:
    """Return the account that an answer, not checked yet, is given for. Raises PasskeyRefusedError."""
    return staff.find(session, _passkey_of(session, credential).account)


def login(change: Change, site: Site, given: Answer) -> OfficeAccount:
    """Return the account whose passkey answered, and keep its count. Raises PasskeyRefusedError.

    The caller writes the entry of the trail: see `sessions.begin`.
    """
    row = _passkey_of(change.session, given.credential)
    if given.subject != LOGIN:
        raise PasskeyRefusedError(actual=UNASKED)
    _count(change.session, site, given, row)
    return staff.find(change.session, row.account)


def confirm(engine: Engine, site: Site, given: Answer, *, is_ended_too: bool = False) -> OfficePasskey:
    """Return the member's passkey that signed what is done, on a page of ours, and keep its count.

    The challenge is the digest of the act itself; `subject` is `holding` of the member. `is_ended_too`: a
    passkey that logs nobody in any more may still be the key that the chain knows.

    Raises PasskeyRefusedError.
    """
    if _challenge_of(given.credential) != given.challenge:
        raise PasskeyRefusedError(actual=UNPROVEN)
    with writing(engine) as connection, Session(connection, expire_on_commit=False) as session:
        row = _passkey_of(session, given.credential, is_ended_too=is_ended_too)
        account = staff.find(session, row.account)
        if account.role != StaffRole.MEMBER or given.subject != holding(account.member or 0):
            raise PasskeyRefusedError(actual=UNKNOWN)
        _count(session, site, given, row)
        session.flush()
        session.expunge(row)
    return row


def holding(member: int) -> str:
    """Return for whom a member's act is signed."""
    return f"member:{member}"


def _on_device() -> AuthenticatorSelectionCriteria:
    return AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.REQUIRED,  # who logs in types no name
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def _apart() -> AuthenticatorSelectionCriteria:
    return AuthenticatorSelectionCriteria(
        authenticator_attachment=AuthenticatorAttachment.CROSS_PLATFORM,
        resident_key=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def _give(engine: Engine, subject: str) -> bytes:
    """Return a new challenge, and forget those that nobody answered."""
    challenge, now = secrets.token_bytes(_CHALLENGE_BYTES), int(time.time())
    hashed = hashlib.sha256(challenge).digest()
    with writing(engine) as connection, Session(connection) as session:
        session.execute(delete(OfficeChallenge).where(col(OfficeChallenge.expires_at) <= now))
        session.add(OfficeChallenge(hash=hashed, subject=subject, expires_at=now + CHALLENGE_SECONDS))
        session.flush()
    return challenge


def _challenge_of(credential: Mapping[str, Any]) -> bytes:
    """Return the challenge that an answer names. Raises PasskeyRefusedError, for a frame too."""
    try:
        told = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge, is_foreign = base64url_to_bytes(told["challenge"]), told.get("crossOrigin", False)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PasskeyRefusedError(actual=UNPROVEN) from error
    if is_foreign is not False:
        raise PasskeyRefusedError(actual=UNPROVEN)
    return challenge


def _count(session: Session, site: Site, given: Answer, row: OfficePasskey) -> None:
    """Keep the count of a passkey that signed its challenge on a page of ours. Raises PasskeyRefusedError."""
    key, count = row.public_key, row.sign_count
    verified = _checked(
        lambda: verify_authentication_response(
            credential=dict(given.credential),
            expected_challenge=given.challenge,
            expected_rp_id=site.rp_id,
            expected_origin=list(site.origins),
            credential_public_key=key,
            credential_current_sign_count=count,
            require_user_verification=True,
        )
    )
    row.sign_count = verified.new_sign_count
    session.add(row)


def _passkey_of(
    session: Session, credential: Mapping[str, Any], *, is_ended_too: bool = False
) -> OfficePasskey:
    """Return the passkey in force that an answer names. Raises PasskeyRefusedError."""
    try:
        named = base64url_to_bytes(credential["rawId"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefusedError(actual=UNPROVEN) from error
    row = session.get(OfficePasskey, named)
    if row is None or (row.revoked_at is not None and not is_ended_too):
        raise PasskeyRefusedError(actual=UNKNOWN)
    return row


def _held(session: Session, account: str) -> list[OfficePasskey]:
    own = (col(OfficePasskey.account) == account, col(OfficePasskey.revoked_at).is_(None))
    return list(session.exec(select(OfficePasskey).where(*own)))


def _checked(verify: Callable[[], _Verified]) -> _Verified:
    """Return what the library verified. Raises PasskeyRefusedError, the library's reason as its cause."""
    try:
        return verify()
    except Exception as error:  # strangers' bytes, parsed by four libraries: whatever it was, it is no proof
        log.info("passkey refused", reason=str(error))
        raise PasskeyRefusedError(actual=UNPROVEN) from error
