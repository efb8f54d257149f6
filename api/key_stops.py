"""A change of a member's key, stopped by the key in force: what the device is asked, what becomes of it.

It takes no session. Who had the key changed may have ended those of the holder, by a code for another device;
the passkey stays on the device all the same, and the chain knows its key until the delay is over.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

from webauthn.helpers import bytes_to_base64url

from api.ballot_acts import assertion
from api.deps import Services
from api.member_acts import accept_member_act, chain_nonce
from endogene_token.errors import NoRotationError
from endogene_token.member_acts import Act, KeepingKey
from endogene_token.office import device_keys, passkeys
from endogene_token.office.passkeys import CHALLENGE_SECONDS, Answer, Site, holding
from endogene_token.office.trail import Actor, changing
from endogene_token.relay.member_acts import SignedMemberAct
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding, Kind

_NONE: Final = b""


def options(app: Services, member: int) -> dict[str, Any]:
    """Return what `navigator.credentials.get` takes: of any passkey of this site, so that none is told.

    Raises NoRotationError when nothing is to be stopped.
    """
    coming(app, member)
    return {
        "challenge": bytes_to_base64url(_act(app, member).digest(app.community)),
        "rpId": app.settings.rp_id,
        "timeout": CHALLENGE_SECONDS * 1000,
        "userVerification": "required",
    }


def stop(app: Services, member: int, credential: Mapping[str, Any], place: tuple[str, str]) -> None:
    """Keep the cancellation that a device signed, and tell the registrar, whose code was misused perhaps.

    Raises NoRotationError, PasskeyRefusedError, MemberSignatureError (another key than the one in force),
    NoDeviceKeyError.
    """
    ready_at, act = coming(app, member), _act(app, member)
    challenge = act.digest(app.community)
    given = Answer(credential, challenge, holding(member))
    row = passkeys.confirm(app.engine, Site.of(app.settings), given, is_ended_too=True)
    signature = device_keys.passkey_of(app.community, row, member).encode(assertion(credential), challenge)
    accept_member_act(app, SignedMemberAct(act.act, signature))
    with changing(app.engine, Actor(holding(member), *place)) as change:
        report(change, member, ready_at)


def coming(app: Services, member: int) -> int:
    """Return when a member's next key takes over. Raises NoRotationError."""
    ready_at, _ = app.ledger.read([("Membership", "rotation", (member,))])[0]
    if not ready_at:
        raise NoRotationError(actual=member)
    return int(ready_at)


def report(change: Any, member: int, ready_at: int) -> None:
    """Put a change that is not the member's own into the registrar's inbox, once."""
    subject = f"{holding(member)}/rotation:{ready_at}"
    inbox.report(change, Finding(Kind.KEY, subject, 0), int(time.time()))


def _act(app: Services, member: int) -> SignedMemberAct:
    nonce = chain_nonce(app.ledger, "Membership", member)
    return SignedMemberAct(Act(member, 0, KeepingKey(), nonce), _NONE)
