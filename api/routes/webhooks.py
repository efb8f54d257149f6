"""A merchant's webhooks: where it is told, and the log of what was delivered."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from sqlmodel import Session

from api.askers import place_of
from api.bearers import bearer
from api.deps import App, Language, Reading, Services
from api.event_answers import (
    MAX_DELIVERY,
    Deliveries,
    DeliveryTold,
    SecretRotation,
    WebhookGiven,
    WebhookMade,
    Webhooks,
    WebhookTold,
)
from endogene_token.errors import EndogeneError, ScopeUnfitError, WebhookUrlError
from endogene_token.i18n import tr
from endogene_token.office.keys import ApiKey
from endogene_token.office.scopes import Scope
from endogene_token.office.trail import Actor, Change, changing
from endogene_token.webhooks import deliveries, endpoints, signing
from endogene_token.webhooks.guard import Guard
from endogene_token.webhooks.models import State, WebhookDelivery, WebhookEndpoint

router = APIRouter(tags=["webhooks"])
PAGE: Final = 50
Reads = Annotated[ApiKey, Depends(bearer(Scope.WEBHOOKS_READ))]
Writes = Annotated[ApiKey, Depends(bearer(Scope.WEBHOOKS_WRITE))]
Id = Annotated[str, Path(pattern="^we_[0-9a-z]{20}$", description="As it was answered.")]
Number = Annotated[int, Path(ge=1, le=MAX_DELIVERY, description="As the log tells it.")]
After = Annotated[int, Query(ge=0, le=MAX_DELIVERY, description="Only deliveries after this number.")]


@router.post("/webhooks", status_code=201)
def create(
    given: Annotated[WebhookGiven, Body()], request: Request, key: Writes, app: App, lang: Language
) -> WebhookMade:
    """Make an endpoint, told of what happens from now on; its secret is told this once."""
    if key.holder.merchant is None:
        raise ScopeUnfitError(actual=Scope.WEBHOOKS_WRITE, limit=key.holder)
    try:
        Guard(app.settings.webhook_loopback).target(given.url)
    except WebhookUrlError as error:
        raise _translated(error, lang) from None
    with changing(app.engine, Actor(key.who, *place_of(request))) as change:
        types = frozenset(given.types)
        row = endpoints.make(change, key.holder.merchant, key.mode, given.url, types)
    return _made(app, row, lang)


@router.get("/webhooks")
def webhooks(key: Reads, session: Reading, lang: Language) -> Webhooks:
    """Tell a merchant's endpoints, the oldest first; an auditor's key sees everyone's."""
    return Webhooks(
        items=[_told(one, lang) for one in endpoints.all_of(session, key.holder.merchant, key.mode)]
    )


@router.post("/webhooks/{id}/disable")
def disable(id: Id, request: Request, key: Writes, app: App, lang: Language) -> WebhookTold:  # noqa: A002
    """Deliver nothing more; what waits is ended. Done twice, it is done once."""
    with _changing(app, request, key, id) as (change, row):
        return _told(endpoints.disable(change, row), lang)


@router.post("/webhooks/{id}/enable")
def enable(id: Id, request: Request, key: Writes, app: App, lang: Language) -> WebhookTold:  # noqa: A002
    """Deliver again what happens from now on; what was missed is told by /v1/events."""
    with _changing(app, request, key, id) as (change, row):
        return _told(endpoints.enable(change, row), lang)


@router.post("/webhooks/{id}/rotate")
def rotate(  # noqa: PLR0917  # what a route asks for
    id: Id,  # noqa: A002  # the name in the path
    given: Annotated[SecretRotation, Body()],
    request: Request,
    key: Writes,
    app: App,
    lang: Language,
) -> WebhookMade:
    """Give an endpoint a new secret; for `overlap` seconds the old one signs beside it."""
    with _changing(app, request, key, id) as (change, row):
        return _made(app, endpoints.rotate(change, row, given.overlap), lang)


@router.post("/webhooks/{id}/ping", status_code=202)
def ping(id: Id, request: Request, key: Writes, app: App, lang: Language) -> DeliveryTold:  # noqa: A002
    """Send a test, of type `ping`; its fate is in the log."""
    with _changing(app, request, key, id) as (change, row):
        return _delivery(change.session, deliveries.ping(change, row, f"ping-{uuid4().hex}"), lang)


@router.get("/webhooks/{id}/deliveries")
def log(
    id: Id,  # noqa: A002  # the name in the path
    key: Reads,
    session: Reading,
    lang: Language,
    after: After = 0,
) -> Deliveries:
    """Tell fifty deliveries of an endpoint, the oldest first, with each try."""
    endpoints.find(session, key.holder.merchant, id, mode=key.mode)
    rows = deliveries.page(session, id, after, PAGE + 1)
    return Deliveries(
        items=[_delivery(session, one, lang) for one in rows[:PAGE]],
        next=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


@router.post("/webhooks/{id}/deliveries/{number}/replay", status_code=202)
def replay(  # noqa: PLR0917  # what a route asks for
    id: Id,  # noqa: A002  # the name in the path
    number: Number,
    request: Request,
    key: Writes,
    app: App,
    lang: Language,
) -> DeliveryTold:
    """Send a delivery once more, under the same id."""
    with _changing(app, request, key, id) as (change, row):
        return _delivery(change.session, deliveries.replay(change, row, number), lang)


@contextmanager
def _changing(
    app: Services, request: Request, key: ApiKey, endpoint: str
) -> Iterator[tuple[Change, WebhookEndpoint]]:
    """Open a change of an endpoint of the key's merchant, which waits for it. Raises UnknownWebhookError."""
    with changing(app.engine, Actor(key.who, *place_of(request))) as change:
        merchant = key.holder.merchant
        yield change, endpoints.find(change.session, merchant, endpoint, locked=True, mode=key.mode)


def _made(app: Services, row: WebhookEndpoint, lang: str) -> WebhookMade:
    secret = signing.secret_of(app.secret(), row.id, row.generation)
    return WebhookMade(**_told(row, lang).model_dump(), secret=secret)


def _told(row: WebhookEndpoint, lang: str) -> WebhookTold:
    return WebhookTold.model_validate(
        {
            **{name: getattr(row, name) for name in ("id", "merchant", "mode", "url", "created_at")},
            "types": row.types.split(),
            "status": "enabled" if row.disabled_at is None else "disabled",
            "old_secret_until": row.overlap_until or None,
            **_why(row.trouble, lang),
        }
    )


def _delivery(session: Session, row: WebhookDelivery, lang: str) -> DeliveryTold:
    names = ("number", "at", "milliseconds", "status")
    tries = [
        {**{name: getattr(one, name) for name in names}, **_why(one.trouble, lang)}
        for one in deliveries.attempts(session, row.id or 0)
    ]
    return DeliveryTold.model_validate(
        {
            **{name: getattr(row, name) for name in ("id", "event", "type")},
            "status": row.state,
            "next_at": row.next_at if row.state == State.WAITING else None,
            "attempts": tries,
        }
    )


def _why(trouble: EndogeneError | None, lang: str) -> dict[str, Any]:
    told = None if trouble is None else _translated(trouble, lang)
    return {"reason": told and told.code, "explanation": told and told.render(lang)}


def _translated(error: EndogeneError, lang: str) -> EndogeneError:
    """Return an error whose limit is a sentence of the catalogue in the reader's language."""
    return type(error)(actual=error.actual, limit=None if error.limit is None else tr(str(error.limit), lang))
