"""Keys of the API: made, listed, rotated and revoked by their holder or an officer."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Path, Query

from api.askers import (
    Changer,
    Reader,
    changing_as,
    key_end,
    key_ender,
    key_maker,
    listed_holder,
    officer_of,
    require_scopes,
)
from api.deps import App, Reading
from api.office_schemas import KeyGiven, KeyMade, KeysTold, KeyTold, RotationGiven
from api.text import day_text
from endogene_token.bounds import MAX_UINT32
from endogene_token.office import keys
from endogene_token.office.keys import ApiKey, NewKey, Wanted
from endogene_token.office.scopes import Holder, Mode, OfficeRole

router = APIRouter(tags=["keys"])
PAGE: Final = 100
KeyId = Annotated[str, Path(pattern="^[0-9a-z]{16}$", description="What names the key in the list.")]


@router.post("/keys", status_code=201)
def make(given: Annotated[KeyGiven, Body()], asker: Changer, app: App, session: Reading) -> KeyMade:
    """Make a key. It is told in this answer and never again.

    A merchant makes its own, by its key or by an API key with the scope `keys:write`, which gives no more
    than it has, for no longer than it lasts itself; the registrar makes a merchant's and the auditor's;
    another officer those of its own role. Who has logged in has done so a short time ago.
    """
    holder = Holder(given.merchant, given.role)
    actor = key_maker(app, session, asker, holder, None)
    scopes = frozenset(given.scopes)
    require_scopes(asker, scopes, given.mode)
    wanted = Wanted(holder, scopes, given.mode, given.label, given.days, officer_of(asker, holder))
    with changing_as(app, asker, actor) as change:
        return _made(keys.make(change, wanted, key_end(asker)))


@router.get("/keys")
def list_keys(
    asker: Reader,
    *,
    app: App,
    session: Reading,
    merchant: Annotated[int | None, Query(ge=0, le=MAX_UINT32)] = None,
    role: OfficeRole | None = None,
    after: Annotated[str, Query(pattern="^[0-9a-z]{0,16}$", description="Only keys after this one.")] = "",
) -> KeysTold:
    """Tell a hundred keys, by their ids: a merchant its own, the registrar those of any holder, or all.

    A test key is told test keys.
    """
    holder = listed_holder(app, session, asker, merchant, role)
    is_sandbox = asker.key is not None and asker.key.mode is Mode.TEST
    found = keys.page(session, holder, after, PAGE + 1, Mode.TEST if is_sandbox else None)
    following = found[PAGE - 1].id if len(found) > PAGE else None
    return KeysTold(items=[KeyTold(**_told(one)) for one in found[:PAGE]], next=following)


@router.delete("/keys/{key}")
def revoke(key: KeyId, asker: Changer, app: App, session: Reading) -> KeyTold:
    """End a key at once. Who may make it may end it, and the registrar."""
    actor = key_ender(app, session, asker, keys.find(session, key))
    with changing_as(app, asker, actor) as change:
        return KeyTold(**_told(keys.revoke(change, key)))


@router.post("/keys/{key}/rotate", status_code=201)
def rotate(
    key: KeyId, given: Annotated[RotationGiven, Body()], asker: Changer, app: App, session: Reading
) -> KeyMade:
    """Make a key like this one, which still opens for a while: time to put the new one in its place."""
    found = keys.find(session, key)
    actor = key_maker(app, session, asker, found.holder, found)
    require_scopes(asker, found.scopes, found.mode)
    with changing_as(app, asker, actor) as change:
        return _made(keys.rotate(change, key, given.overlap_seconds, key_end(asker, found)))


def _made(new: NewKey) -> KeyMade:
    return KeyMade(**_told(new.key), key=new.token)


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "mode": key.mode,
        "merchant": key.holder.merchant,
        "role": key.holder.role,
        "scopes": sorted(key.scopes),
        "label": key.label,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used": None if key.last_used_day is None else day_text(key.last_used_day),
        "revoked_at": key.revoked_at,
        "replaced_by": key.replaced_by,
    }
