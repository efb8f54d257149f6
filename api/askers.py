"""Who asks the office, by a key of the API or by a signature, and what each may change there.

What changes something is signed with its body and carried out once; every change is in the trail.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from sqlmodel import Session, col, select

from api.access import (
    VALID_SECONDS,
    Proof,
    caller,
    change_proof,
    is_key_of,
    require_merchant,
    require_officer,
    require_role,
)
from api.bearers import credential, require_live, require_scope
from api.deps import App, Language, Services
from endogene_token.chain.views import Role
from endogene_token.errors import AccessError, CredentialsError, ScopeMissingError
from endogene_token.hexes import from_hex
from endogene_token.i18n import mark, tr
from endogene_token.indexer import models
from endogene_token.office import proofs
from endogene_token.office.keys import ApiKey
from endogene_token.office.scopes import Holder, Mode, OfficeRole, Scope, StaffRole
from endogene_token.office.sessions import SessionKey, require_fresh
from endogene_token.office.trail import Actor, Change, changing, network

_SPENT: Final = mark("it was carried out already")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: `key`, or else the address (0x…) that signed; `proof` for a signed change."""

    where: str
    request: str
    lang: str
    key: ApiKey | None = None
    address: str = ""
    proof: Proof | None = None

    def acting(self, as_: str = "") -> Actor:
        """Return who the trail shall name: the key, or `as_` (``member:4``), or the officer who signed."""
        who = self.key.who if self.key else as_ or f"officer:{self.address}"
        return Actor(who, self.where, self.request)


def reader(request: Request, app: App, lang: Language, authorization: Annotated[str, Header()] = "") -> Asker:
    """Return who asks to read. Raises KeyRefusedError, CredentialsError, ChainError."""
    where, number = place_of(request)
    key = credential(request, app, lang, authorization)
    if key is not None:
        return Asker(where, number, lang, key=key)
    return Asker(where, number, lang, address=caller(request, app, lang, authorization))


async def body_of(request: Request) -> bytes:
    """Return the body as it came."""
    return await request.body()


def changer(
    request: Request,
    app: App,
    lang: Language,
    body: Annotated[bytes, Depends(body_of)],
    authorization: Annotated[str, Header()] = "",
) -> Asker:
    """Return who asks for a change. Raises as `reader`, and CredentialsError for another body."""
    where, number = place_of(request)
    key = credential(request, app, lang, authorization)
    if key is not None:
        return Asker(where, number, lang, key=key)
    proof = change_proof(request, app, lang, authorization, body)
    return Asker(where, number, lang, address=proof.key, proof=proof)


Reader = Annotated[Asker, Depends(reader)]
Changer = Annotated[Asker, Depends(changer)]


@contextmanager
def changing_as(app: Services, asker: Asker, actor: Actor) -> Iterator[Change]:
    """Open the transaction of a change; a signed request is spent in it. Raises CredentialsError."""
    with changing(app.engine, actor) as change:
        if asker.proof is not None and not proofs.spend(change.session, asker.proof.digest):
            raise CredentialsError(actual=tr(_SPENT, asker.lang), limit=VALID_SECONDS)
        yield change


def registrar(app: Services, asker: Asker) -> Actor:
    """Return who changes what the office keeps of a member. Raises ScopeMissingError, AccessError."""
    if asker.key is not None:
        require_live(asker.key, Scope.MEMBERS_WRITE)
    else:
        require_role(app.ledger, asker.address, Role.REGISTRAR)
    return asker.acting()


def treasurer(app: Services, asker: Asker) -> Actor:
    """Return who changes what the treasury keeps. Raises ScopeMissingError, AccessError."""
    if asker.key is not None:
        require_live(asker.key, Scope.TREASURY_WRITE)
    else:
        require_role(app.ledger, asker.address, Role.TREASURER)
    return asker.acting()


def approver(app: Services, asker: Asker) -> Actor:
    """Return who approves what another officer drafted: by a signature, or a login just confirmed.

    Raises ScopeMissingError for a key of the API: none may approve. Raises FreshLoginError, AccessError.
    """
    if asker.key is None:
        require_role(app.ledger, asker.address, Role.APPROVER)
    elif not isinstance(asker.key, SessionKey) or asker.key.role is not StaffRole.APPROVER:
        raise ScopeMissingError(actual=asker.key.id, limit=StaffRole.APPROVER)
    else:
        require_fresh(asker.key)
    return asker.acting()


def require_treasury_reader(app: Services, asker: Asker) -> None:
    """Raise unless an officer asks, or a live key that reads the treasury. As `require_trail_reader`."""
    if asker.key is not None:
        require_live(asker.key, Scope.TREASURY_READ)
    else:
        require_officer(app.ledger, asker.address)


def require_merchant_reader(
    app: Services, session: Session, asker: Asker, merchant: int, scope: Scope
) -> None:
    """Raise unless the merchant asks, or a till of its own, an officer, or a live key of theirs with `scope`.

    Raises AccessError, ScopeMissingError, ChainError.
    """
    if asker.key is None:
        require_merchant(session, app.ledger, asker.address, merchant)
        return
    require_live(asker.key, scope)
    if asker.key.holder.merchant not in {None, merchant}:
        raise AccessError(actual=asker.key.id)


def require_till_reader(app: Services, session: Session, asker: Asker, till: int) -> None:
    """Raise unless the till asks, or who may read its merchant's sales.

    Even a till that was revoked reads what it signed: it must learn what became of it. Raises
    UnknownTillError, and as `require_merchant_reader`.
    """
    view = app.register.till(till)
    if asker.key is not None or asker.address != view.key.lower():
        require_merchant_reader(app, session, asker, view.merchant, Scope.SALES_READ)


def require_member_reader(app: Services, session: Session, asker: Asker, member: int) -> None:
    """Raise unless the member itself asks, an officer, or a key that reads members."""
    if isinstance(asker.key, SessionKey) and asker.key.role is StaffRole.MEMBER:
        if asker.key.holder.member != member:
            raise AccessError(actual=asker.key.account)
    elif asker.key is not None:
        require_live(asker.key, Scope.MEMBERS_READ)
    elif not is_key_of(session, asker.address, member):
        require_officer(app.ledger, asker.address)


def require_trail_reader(app: Services, asker: Asker) -> None:
    """Raise unless an officer asks, or a key that reads the trail (the auditor's)."""
    if asker.key is not None:
        require_live(asker.key, Scope.TRAIL_READ)
    else:
        require_officer(app.ledger, asker.address)


def buyer_seeker(app: Services, session: Session, asker: Asker) -> tuple[str, Mode]:
    """Return for whom a buyer is looked up (``merchant:4``), and whether among test buyers.

    A till, its merchant, or a key: what is unknown is counted for the merchant, however many keys it has.
    Raises ScopeMissingError, AccessError.
    """
    if asker.key is not None:
        require_scope(asker.key, Scope.BUYERS_READ)
        return str(asker.key.holder), asker.key.mode
    found = spoken_for(session, from_hex(asker.address))
    if found is None:
        require_role(app.ledger, asker.address, Role.REGISTRAR)
        return f"role:{OfficeRole.REGISTRAR}", Mode.LIVE
    return str(Holder(found)), Mode.LIVE


def key_maker(app: Services, session: Session, asker: Asker, holder: Holder, made: ApiKey | None) -> Actor:
    """Return who makes keys of a holder; `made`: the key to rotate or to revoke, if it is about one.

    A merchant, by its own key, by an API key of its own with the scope, or by a login just confirmed; the
    registrar, for merchants and the auditor; for another role, the officer who has it. Raises AccessError,
    ScopeMissingError, FreshLoginError.
    """
    if asker.key is not None:
        _require_own_keys(asker.key, holder, made)
        if isinstance(asker.key, SessionKey):
            require_fresh(asker.key)  # a screen left open makes nothing that opens for years
        return asker.acting()
    if holder.merchant is not None and is_key_of(session, asker.address, holder.merchant):
        return asker.acting(f"member:{holder.merchant}")
    role = holder.on_chain
    require_role(app.ledger, asker.address, Role.REGISTRAR if role is None else role)
    if role is not None and made is not None and made.officer != from_hex(asker.address):
        raise AccessError(actual=asker.address)  # another officer's: to take it over would be to act as both
    return asker.acting()


def key_ender(app: Services, session: Session, asker: Asker, ended: ApiKey) -> Actor:
    """Return who revokes a key: who may make it, and the registrar in any case.

    Raises as `key_maker`; no login is too old to end a key.
    """
    if asker.key is not None:
        _require_own_keys(asker.key, ended.holder, ended)
        return asker.acting()
    if not _may_hold(session, asker, ended.holder):
        role = ended.holder.on_chain
        if role is None or ended.officer != from_hex(asker.address):
            require_role(app.ledger, asker.address, Role.REGISTRAR)
            return asker.acting()
    return key_maker(app, session, asker, ended.holder, ended)


def key_end(asker: Asker, rotated: ApiKey | None = None) -> int | None:
    """Return until when a key may last that this asker makes: no key makes one that outlives it.

    None: as long as is wanted. A key that is put in its own place lasts as long as it did.
    """
    if asker.key is None or isinstance(asker.key, SessionKey):
        return None
    return None if rotated is not None and rotated.id == asker.key.id else asker.key.ended_at


def _require_own_keys(key: ApiKey, holder: Holder, made: ApiKey | None) -> None:
    require_scope(key, Scope.KEYS_WRITE)
    if key.holder != holder or (made is not None and made.mode not in key.makes):
        raise AccessError(actual=key.id)


def require_scopes(asker: Asker, wanted: frozenset[Scope], mode: Mode) -> None:
    """Raise ScopeMissingError when a key would give more than it has: another scope, another mode."""
    if asker.key is None:
        return
    for scope in sorted(wanted - asker.key.scopes):
        raise ScopeMissingError(actual=asker.key.id, limit=scope)
    if mode not in asker.key.makes:
        raise ScopeMissingError(actual=asker.key.id, limit=f"{Scope.KEYS_WRITE} ({mode})")


def listed_holder(
    app: Services, session: Session, asker: Asker, merchant: int | None, role: OfficeRole | None
) -> Holder | None:
    """Return whose keys are listed; None: everybody's. Raises AccessError, ScopeMissingError, HolderError."""
    wanted = None if merchant is None and role is None else Holder(merchant, role)
    if asker.key is not None:
        require_scope(asker.key, Scope.KEYS_READ)
        if asker.key.holder.merchant is None:
            require_live(asker.key, Scope.KEYS_READ)
            return wanted
        if wanted not in {None, asker.key.holder}:
            raise AccessError(actual=asker.key.id)
        return asker.key.holder
    own = merchant_of(session, from_hex(asker.address))
    if own is not None and wanted in {None, Holder(own)}:
        return Holder(own)
    require_role(app.ledger, asker.address, Role.REGISTRAR)
    return wanted


def officer_of(asker: Asker, holder: Holder) -> bytes | None:
    """Return who answers for a key of a role: the officer who signs for it."""
    return None if holder.role is None or not asker.address else from_hex(asker.address)


def _may_hold(session: Session, asker: Asker, holder: Holder) -> bool:
    return holder.merchant is not None and is_key_of(session, asker.address, holder.merchant)


def spoken_for(session: Session, key: bytes) -> int | None:
    """Return the merchant whose till or whose own key this is, or None."""
    till = select(models.Till.merchant).where(models.Till.key == key, col(models.Till.revoked) == 0)
    return session.exec(till).first() or merchant_of(session, key)


def merchant_of(session: Session, key: bytes) -> int | None:
    """Return the number of the merchant whose own key this is, or None."""
    query = select(models.Merchant.number).join(
        models.Member, col(models.Member.number) == col(models.Merchant.number)
    )
    return session.exec(query.where(models.Member.key == key)).first()


def place_of(request: Request) -> tuple[str, str]:
    """Return the network that a request came from, as the trail keeps it, and its id."""
    host = None if request.client is None else request.client.host
    return network(host), str(request.state.request_id)
