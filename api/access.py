"""Who may read a summary: its owner, by a signature of the request, or an officer.

    Authorization: Endogene address="0x…", created="<seconds>", signature="0x<64 bytes, compact>"
    Authorization: Endogene key="0x<20 or 84 bytes>", created="<seconds>", signature="0x…"

The second form is for a member's key of any kind (an address, a wallet, a passkey) and takes the signature
that it gives for a ballot. Both sign EIP-712 ``Access(string method,string path,uint64 created)`` in the
fund's domain.
"""

import re
import time
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from sqlmodel import Session, col, select

from api.deps import App, Language
from api.signatures import signer
from endogene_token.chain.calls import Ledger
from endogene_token.chain.roll import is_signed
from endogene_token.chain.views import Role
from endogene_token.errors import AccessError, CredentialsError
from endogene_token.hexes import from_hex
from endogene_token.i18n import mark, tr
from endogene_token.indexer import models
from endogene_token.sdk.access import access_digest

VALID_SECONDS: Final = 300
_HEADER: Final = re.compile(
    r'Endogene address="(0x[0-9a-fA-F]{40})", ?created="([0-9]{1,15})", ?signature="0x([0-9a-fA-F]{128})"'
)
_KEY_HEADER: Final = re.compile(
    r'Endogene key="0x([0-9a-fA-F]{40}|[0-9a-fA-F]{168})", ?created="([0-9]{1,15})", '
    r'?signature="0x((?:[0-9a-fA-F]{2}){1,4096})"'
)
_ADDRESS_DIGITS: Final = 40
_MISSING: Final = mark("the header Authorization is missing or not in its form")
_EXPIRED: Final = mark("it was signed at another time than now")
_FORGED: Final = mark("the signature is not that of this address for this request")


def caller(
    request: Request, app: App, lang: Language, authorization: Annotated[str | None, Header()] = None
) -> str:
    """Return the key (0x, lower case) that proves to have signed this request. Raises CredentialsError.

    Raises ChainError when a wallet must be asked and no node answers.
    """
    compact, long = _HEADER.fullmatch(authorization or ""), _KEY_HEADER.fullmatch(authorization or "")
    parts = compact or long
    if parts is None:
        raise CredentialsError(actual=tr(_MISSING, lang), limit=VALID_SECONDS)
    key, created, signature = parts[1].lower().removeprefix("0x"), int(parts[2]), bytes.fromhex(parts[3])
    if abs(time.time() - created) > VALID_SECONDS:
        raise CredentialsError(actual=tr(_EXPIRED, lang), limit=VALID_SECONDS)
    digest = access_digest(app.ledger.domain, request.method, request.url.path, created)
    if compact is not None:
        is_proven = (signer(digest, signature) or "").lower() == f"0x{key}"
    else:
        is_proven = is_signed(app.ledger, bytes.fromhex(key), digest, signature)
    if not is_proven:
        raise CredentialsError(actual=tr(_FORGED, lang), limit=VALID_SECONDS)
    return f"0x{key}"


Caller = Annotated[str, Depends(caller)]


def require_member(session: Session, ledger: Ledger, address: str, number: int) -> None:
    """Raise AccessError unless `address` is this member's key or an officer's. Raises ChainError."""
    if not _is_key_of(session, address, number):
        _require_officer(ledger, address)


def require_holder(session: Session, key: str, number: int) -> None:
    """Raise AccessError unless `key` is this member's: what is told is nobody else's business."""
    if not _is_key_of(session, key, number):
        raise AccessError(actual=key)


def require_merchant(session: Session, ledger: Ledger, address: str, number: int) -> None:
    """Raise AccessError unless `address` is this merchant's key, one of its tills', or an officer's."""
    tills = select(models.Till.key).where(models.Till.merchant == number, col(models.Till.revoked) == 0)
    if from_hex(address) not in session.exec(tills).all() and not _is_key_of(session, address, number):
        _require_officer(ledger, address)


def require_role(ledger: Ledger, address: str, role: Role) -> None:
    """Raise AccessError unless `address` is that of an officer who has this role now. Raises ChainError."""
    if len(address) != len("0x") + _ADDRESS_DIGITS or ledger.role_until(role, address) <= time.time():
        raise AccessError(actual=address)


def _is_key_of(session: Session, address: str, number: int) -> bool:
    member = session.get(models.Member, number)
    return member is not None and member.key == from_hex(address)


def _require_officer(ledger: Ledger, address: str) -> None:
    """Officers are asked of the chain each time: a role that ended a second ago opens nothing."""
    now = time.time()
    if len(address) != len("0x") + _ADDRESS_DIGITS or not any(
        ledger.role_until(role, address) > now for role in Role
    ):
        raise AccessError(actual=address)
