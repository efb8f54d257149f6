"""The endpoints that a merchant names: made, listed, rotated, disabled, enabled, each change in the trail."""

import time
from typing import Final

from sqlmodel import Session, col, delete, func, select, update

from endogene_token.errors import (
    DeliveryError,
    EventTypeError,
    SecretRotatingError,
    UnknownWebhookError,
    WebhookCountError,
    WebhookDisabledError,
)
from endogene_token.office.keys import new_id
from endogene_token.office.scopes import Mode
from endogene_token.office.trail import Change
from endogene_token.relay.models import write_reason
from endogene_token.webhooks.listing import last
from endogene_token.webhooks.models import State, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from endogene_token.webhooks.telling import BY_TYPE, TYPES, Audience

MOST: Final = 16
"""Endpoints of one merchant that are enabled at once, as many in the sandbox."""
KEPT: Final = 64
"""Endpoints of one merchant in all, as many in the sandbox; for one more, one disabled is forgotten."""
TOLD: Final = tuple(one for one in TYPES if BY_TYPE[one].audience is not Audience.MEMBER)
"""The types that a merchant may be told."""
_LENGTH: Final = 20
_SHOWN: Final = 5


def make(change: Change, merchant: int, mode: Mode, url: str, types: frozenset[str]) -> WebhookEndpoint:
    """Make an endpoint, told of what comes from now on; the caller has checked the URL.

    Raises EventTypeError, WebhookCountError.
    """
    for one in sorted(types - set(TOLD)):
        raise EventTypeError(actual=one, limit=f"{', '.join(TOLD[:_SHOWN])}, … (/v1/events/types)")
    _require_room(change.session, merchant, mode)
    _forget_oldest(change, merchant, mode)
    place = last(change.session)
    row = WebhookEndpoint(
        id="we_" + new_id(_LENGTH),
        merchant=merchant,
        mode=mode,
        url=url,
        types=" ".join(sorted(types)),
        since_block=place.block_number,
        since_index=place.log_index,
        created_at=int(time.time()),
    )
    change.session.add(row)
    change.session.flush()
    _note(change, "webhook.created", row, types=sorted(types))
    return row


def rotate(change: Change, row: WebhookEndpoint, overlap: int) -> WebhookEndpoint:
    """Give an endpoint a new secret; the old one signs beside it for `overlap` seconds more.

    Without an overlap, every old one ends at once: one that leaked must not wait for another's overlap.
    Raises WebhookDisabledError; SecretRotatingError while two secrets sign already.
    """
    require_enabled(row)
    now = int(time.time())
    if overlap > 0 and now < row.overlap_until:
        raise SecretRotatingError(actual=row.id, limit=row.overlap_until)
    row.generation, row.overlap_until = row.generation + 1, now + overlap
    change.session.add(row)
    _note(change, "webhook.rotated", row, overlap=overlap)
    return row


def disable(change: Change, row: WebhookEndpoint, reason: DeliveryError | None = None) -> WebhookEndpoint:
    """Deliver nothing more to an endpoint, and end what waits for it. `reason`: why the service does so."""
    if row.disabled_at is None:
        now = int(time.time())
        row.disabled_at, row.reason = now, None if reason is None else write_reason(reason)
        change.session.add(row)
        waiting = (col(WebhookDelivery.endpoint) == row.id, col(WebhookDelivery.state) == State.WAITING)
        change.session.execute(
            update(WebhookDelivery).where(*waiting).values(state=State.FAILED, ended_at=now)
        )
    # Noted even when it was done before: somebody asked for it.
    _note(change, "webhook.disabled", row, reason=None if reason is None else reason.code)
    return row


def enable(change: Change, row: WebhookEndpoint) -> WebhookEndpoint:
    """Deliver again what happens from now on. Raises WebhookCountError."""
    if row.disabled_at is not None:
        _require_room(change.session, row.merchant, Mode(row.mode))
        place = last(change.session)
        row.since_block, row.since_index = place
        row.disabled_at = row.reason = None
        change.session.add(row)
    _note(change, "webhook.enabled", row)  # as above
    return row


def find(
    session: Session, merchant: int | None, endpoint: str, *, locked: bool = False, mode: Mode = Mode.LIVE
) -> WebhookEndpoint:
    """Return a merchant's endpoint (None: anyone's). Raises UnknownWebhookError; of another's, too.

    `mode`: what the asker sees: a test key its sandbox alone.
    """
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint)
    row = session.exec(query.with_for_update() if locked else query).first()
    if row is None or merchant not in {None, row.merchant} or mode not in {Mode.LIVE, row.mode}:
        raise UnknownWebhookError(actual=endpoint)
    return row


def all_of(session: Session, merchant: int | None, mode: Mode = Mode.LIVE) -> list[WebhookEndpoint]:
    """Return a merchant's endpoints (None: everyone's), disabled ones too, the oldest first."""
    query = select(WebhookEndpoint).order_by(col(WebhookEndpoint.created_at), col(WebhookEndpoint.id))
    if merchant is not None:
        query = query.where(WebhookEndpoint.merchant == merchant)
    if mode is Mode.TEST:
        query = query.where(WebhookEndpoint.mode == mode)
    return list(session.exec(query))


def require_enabled(row: WebhookEndpoint) -> None:
    """Raise WebhookDisabledError for an endpoint that is told nothing."""
    if row.disabled_at is not None:
        raise WebhookDisabledError(actual=row.id)


def _require_room(session: Session, merchant: int, mode: Mode) -> None:
    own = (WebhookEndpoint.merchant == merchant, WebhookEndpoint.mode == mode)
    is_enabled = col(WebhookEndpoint.disabled_at).is_(None)
    count = session.exec(select(func.count()).select_from(WebhookEndpoint).where(*own, is_enabled)).one()
    if count >= MOST:
        raise WebhookCountError(actual=count, limit=MOST)


def _forget_oldest(change: Change, merchant: int, mode: Mode) -> None:
    """Make room in the list for one more: forget those that were disabled first, with their deliveries."""
    session = change.session
    own = (WebhookEndpoint.merchant == merchant, WebhookEndpoint.mode == mode)
    count = session.exec(select(func.count()).select_from(WebhookEndpoint).where(*own)).one()
    query = select(WebhookEndpoint).where(*own, col(WebhookEndpoint.disabled_at).is_not(None))
    first = query.order_by(col(WebhookEndpoint.disabled_at), col(WebhookEndpoint.id))
    for row in session.exec(first.limit(max(0, count + 1 - KEPT))).all():
        ids = select(WebhookDelivery.id).where(WebhookDelivery.endpoint == row.id)
        session.execute(delete(WebhookAttempt).where(col(WebhookAttempt.delivery).in_(ids)))
        session.execute(delete(WebhookDelivery).where(col(WebhookDelivery.endpoint) == row.id))
        session.delete(row)
        _note(change, "webhook.forgotten", row)


def _note(change: Change, action: str, row: WebhookEndpoint, **params: int | str | list[str] | None) -> None:
    change.note(action, f"merchant:{row.merchant}/webhook:{row.id}", **params)
