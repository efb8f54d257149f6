"""Who may read a summary: its owner, by a signature of the request, or an officer.

    Authorization: Endogene address="0x…", created="<seconds>", signature="0x<64 bytes, compact>"
    Authorization: Endogene key="0x<20 or 84 bytes>", created="<seconds>", signature="0x…"

The second form is for a member's key of any kind (an address, a wallet, a passkey) and takes the signature
that it gives for a ballot. Both sign EIP-712 ``Access(string method,string path,uint64 created)`` in the
fund's domain. A change made by such a proof alone is signed with its body, and carried out once: before
`signature` the header then has ``body="0x<keccak of the body>"``, and what is signed is
``Change(string method,string path,bytes32 body,uint64 created)``.
"""

import re
import time
from dataclasses import dataclass
from typing import Annotated, Final

from eth_hash.auto import keccak
from fastapi import Depends, Header, Request
from sqlmodel import Session, col, select

from api.deps import App, Language, Services
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
_SCHEME: Final = "(?i:Endogene)"  # RFC 9110: the name of a scheme has no case
_SIGNED: Final = r', ?created="([0-9]{1,15})"(?:, ?body="0x([0-9a-f]{64})")?, ?signature='
_HEADER: Final = re.compile(rf'{_SCHEME} address="(0x[0-9a-fA-F]{{40}})"{_SIGNED}"0x([0-9a-fA-F]{{128}})"')
_KEY_HEADER: Final = re.compile(
    rf'{_SCHEME} key="0x([0-9a-fA-F]{{40}}|[0-9a-fA-F]{{168}})"{_SIGNED}"0x((?:[0-9a-fA-F]{{2}}){{1,4096}})"'
)
_ADDRESS_DIGITS: Final = 40
_BY_ADDRESS: Final = "endogene address="
_MISSING: Final = mark("the header Authorization is missing or not in its form")
_EXPIRED: Final = mark("it was signed at another time than now")
_FORGED: Final = mark("the signature is not that of this address for this request")
_UNBOUND: Final = mark("its body is not the one that was signed")


def caller(
    request: Request, app: App, lang: Language, authorization: Annotated[str | None, Header()] = None
) -> str:
    """Return the key (0x, lower case) that proves to have signed this request. Raises CredentialsError.

    Raises ChainError when a wallet must be asked and no node answers.
    """
    return _proven(request, app, lang, authorization).key


@dataclass(frozen=True, slots=True)
class Proof:
    """A signed request: its key (0x, lower case), the digest signed, the hash of the body signed with it."""

    key: str
    digest: bytes
    body_hash: bytes | None


def change_proof(request: Request, app: Services, lang: str, authorization: str, body: bytes) -> Proof:
    """Return the proof of a request that changes something. Raises CredentialsError unless it is for `body`.

    Raises ChainError as `caller` does. Who carries the change out spends the proof: see `office.proofs`.
    """
    found = _proven(request, app, lang, authorization)
    if found.body_hash != keccak(body):
        raise CredentialsError(actual=tr(_UNBOUND, lang), limit=VALID_SECONDS)
    return found


def is_signed_by_address(authorization: str) -> bool:
    """Return whether the header is of the form that proves itself, without a call of the chain."""
    return authorization[: len(_BY_ADDRESS)].lower() == _BY_ADDRESS


def _proven(request: Request, app: Services, lang: str, authorization: str | None) -> Proof:
    """Return what the header proves; its signature is checked once for each request."""
    found: tuple[str | None, Proof] | None = getattr(request.state, "proof", None)
    if found is None or found[0] != authorization:
        request.state.proof = found = (authorization, _checked(request, app, lang, authorization))
    return found[1]


def _checked(request: Request, app: Services, lang: str, authorization: str | None) -> Proof:
    compact, long = _HEADER.fullmatch(authorization or ""), _KEY_HEADER.fullmatch(authorization or "")
    parts = compact or long
    if parts is None:
        raise CredentialsError(actual=tr(_MISSING, lang), limit=VALID_SECONDS)
    key, created, signature = parts[1].lower().removeprefix("0x"), int(parts[2]), bytes.fromhex(parts[4])
    if abs(time.time() - created) > VALID_SECONDS:
        raise CredentialsError(actual=tr(_EXPIRED, lang), limit=VALID_SECONDS)
    body_hash = None if parts[3] is None else bytes.fromhex(parts[3])
    digest = access_digest(app.ledger.domain, request.method, request.url.path, created, body_hash)
    if compact is not None:
        is_proven = (signer(digest, signature) or "").lower() == f"0x{key}"
    else:
        is_proven = is_signed(app.ledger, bytes.fromhex(key), digest, signature)
    if not is_proven:
        raise CredentialsError(actual=tr(_FORGED, lang), limit=VALID_SECONDS)
    return Proof(f"0x{key}", digest, body_hash)


Caller = Annotated[str, Depends(caller)]


def require_member(session: Session, ledger: Ledger, address: str, number: int) -> None:
    """Raise AccessError unless `address` is this member's key or an officer's. Raises ChainError."""
    if not is_key_of(session, address, number):
        require_officer(ledger, address)


def require_holder(session: Session, key: str, number: int) -> None:
    """Raise AccessError unless `key` is this member's: what is told is nobody else's business."""
    if not is_key_of(session, key, number):
        raise AccessError(actual=key)


def require_merchant(session: Session, ledger: Ledger, address: str, number: int) -> None:
    """Raise AccessError unless `address` is this merchant's key, one of its tills', or an officer's."""
    tills = select(models.Till.key).where(models.Till.merchant == number, col(models.Till.revoked) == 0)
    if from_hex(address) not in session.exec(tills).all() and not is_key_of(session, address, number):
        require_officer(ledger, address)


def require_role(ledger: Ledger, address: str, role: Role) -> None:
    """Raise AccessError unless `address` is that of an officer who has this role now. Raises ChainError."""
    if len(address) != len("0x") + _ADDRESS_DIGITS or ledger.role_until(role, address) <= time.time():
        raise AccessError(actual=address)


def is_key_of(session: Session, address: str, number: int) -> bool:
    """Return whether `address` is the present key of this member."""
    member = session.get(models.Member, number)
    return member is not None and member.key == from_hex(address)


def require_officer(ledger: Ledger, address: str) -> None:
    """Raise AccessError unless `address` is an officer's. Raises ChainError.

    Officers are asked of the chain each time: a role that ended a second ago opens nothing.
    """
    now = time.time()
    if len(address) != len("0x") + _ADDRESS_DIGITS or not any(
        ledger.role_until(role, address) > now for role in Role
    ):
        raise AccessError(actual=address)
