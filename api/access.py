"""Who may read a summary: its owner, by a signature of the request, or an officer.

    Authorization: Endogene address="0x…", created="<seconds>", signature="0x<64 bytes, compact>"

signs EIP-712 ``Access(string method,string path,uint64 created)`` in the fund's domain.
"""

import re
import time
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from sqlmodel import Session, col, select

from api.deps import App, Language
from api.signatures import signer
from endogene_token.chain.calls import Ledger
from endogene_token.chain.views import Role
from endogene_token.errors import AccessError, CredentialsError
from endogene_token.i18n import mark, tr
from endogene_token.indexer import models
from endogene_token.sdk.access import access_digest

VALID_SECONDS: Final = 300
_HEADER: Final = re.compile(
    r'Endogene address="(0x[0-9a-fA-F]{40})", ?created="([0-9]{1,15})", ?signature="0x([0-9a-fA-F]{128})"'
)
_MISSING: Final = mark("the header Authorization is missing or not in its form")
_EXPIRED: Final = mark("it was signed at another time than now")
_FORGED: Final = mark("the signature is not that of this address for this request")


def caller(
    request: Request, app: App, lang: Language, authorization: Annotated[str | None, Header()] = None
) -> str:
    """Return the address (lower case) that proves to have signed this request. Raises CredentialsError."""
    parts = _HEADER.fullmatch(authorization or "")
    if parts is None:
        raise CredentialsError(actual=tr(_MISSING, lang), limit=VALID_SECONDS)
    address, created, signature = parts[1].lower(), int(parts[2]), bytes.fromhex(parts[3])
    if abs(time.time() - created) > VALID_SECONDS:
        raise CredentialsError(actual=tr(_EXPIRED, lang), limit=VALID_SECONDS)
    digest = access_digest(app.ledger.domain, request.method, request.url.path, created)
    if (signer(digest, signature) or "").lower() != address:
        raise CredentialsError(actual=tr(_FORGED, lang), limit=VALID_SECONDS)
    return address


Caller = Annotated[str, Depends(caller)]


def require_member(session: Session, ledger: Ledger, address: str, number: int) -> None:
    """Raise AccessError unless `address` is this member's key or an officer's. Raises ChainError."""
    if not _is_key_of(session, address, number):
        _require_officer(ledger, address)


def require_merchant(session: Session, ledger: Ledger, address: str, number: int) -> None:
    """Raise AccessError unless `address` is this merchant's key, one of its tills', or an officer's."""
    tills = select(models.Till.key).where(models.Till.merchant == number, col(models.Till.revoked) == 0)
    if bytes.fromhex(address[2:]) not in session.exec(tills).all() and not _is_key_of(
        session, address, number
    ):
        _require_officer(ledger, address)


def _is_key_of(session: Session, address: str, number: int) -> bool:
    member = session.get(models.Member, number)
    return member is not None and member.key == bytes.fromhex(address[2:])


def _require_officer(ledger: Ledger, address: str) -> None:
    """Officers are asked of the chain each time: a role that ended a second ago opens nothing."""
    now = time.time()
    if not any(ledger.role_until(role, address) > now for role in Role):
        raise AccessError(actual=address)
