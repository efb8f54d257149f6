"""What waits to be delivered: put there once, taken by one process at a time, tried again, told.

waiting ──┬── delivered     the endpoint answered 200 to 299
  ↑  ↓    └── failed        three days were not enough, or the endpoint is disabled
 later, twice to thrice as late each time

After three days in which an endpoint took nothing, it is disabled; one that took others stays.
"""

import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, not_
from sqlmodel import Session, col, delete, func, select, update

from endogene_token import crash
from endogene_token.errors import DeliveriesEndedError, EndpointGoneError, UnknownDeliveryError
from endogene_token.office.trail import Actor, Change, changing
from endogene_token.relay.ballots import INSERT
from endogene_token.relay.models import write_reason
from endogene_token.store import reading, writing
from endogene_token.webhooks import endpoints
from endogene_token.webhooks.listing import Position
from endogene_token.webhooks.models import (
    State,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookFeed,
)
from endogene_token.webhooks.posting import Outcome
from endogene_token.webhooks.telling import Happening, Reader

FIRST_WAIT: Final = 5  # seconds
LONGEST_WAIT: Final = 6 * 3600
PATIENCE: Final = 3 * 86_400  # seconds that an endpoint has to take a delivery
LEASE: Final = 60  # seconds: four times as long as a try may take
AT_ONCE: Final = 2  # to one merchant, however many endpoints it has: its slow ones hold up nobody else
KEPT_DAYS: Final = 30
PING: Final = "ping"
SERVICE: Final = Actor("service", "host")
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that this process may send until its lease ends, and where to; `number`: that of its try."""

    delivery: WebhookDelivery
    endpoint: WebhookEndpoint
    number: int


def put(session: Session, told: Iterable[Happening], rows: Iterable[WebhookEndpoint]) -> int:
    """Queue each event for each endpoint that wants it and may read it; return how many are new.

    The unique index keeps it to one delivery for an event and an endpoint, whoever puts it there.
    """
    now, count = int(time.time()), 0
    listening = [(row, Reader(row.merchant), frozenset(row.types.split())) for row in rows]
    insert = INSERT[session.get_bind().dialect.name](WebhookDelivery)
    for one in told:
        body = json.dumps(one.as_json(), ensure_ascii=False, separators=(",", ":"))
        values = {"event": one.id, "type": one.type, "body": body, **_new(now)}
        for row, reader, types in listening:
            since = (row.since_block, row.since_index)
            wants = (not types or one.type in types) and Position.parse(one.id) > since
            if wants and reader.may_read(one):
                added = insert.values(endpoint=row.id, **values).on_conflict_do_nothing()
                count += len(session.execute(added.returning(col(WebhookDelivery.id))).all())
    return count


def ping(change: Change, row: WebhookEndpoint, event: str) -> WebhookDelivery:
    """Queue a test, which tells nothing. Raises WebhookDisabledError."""
    endpoints.require_enabled(row)
    now = int(time.time())
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    body = json.dumps({"id": event, "type": PING, "timestamp": at, "data": {}}, separators=(",", ":"))
    made = WebhookDelivery(endpoint=row.id, event=event, type=PING, body=body, **_new(now))
    change.session.add(made)
    change.session.flush()
    change.note("webhook.pinged", f"merchant:{row.merchant}/webhook:{row.id}")
    return made


def replay(change: Change, row: WebhookEndpoint, number: int) -> WebhookDelivery:
    """Send a delivery once more, under the same id; it has three days again.

    Raises WebhookDisabledError, UnknownDeliveryError.
    """
    endpoints.require_enabled(row)
    found = change.session.get(WebhookDelivery, number)
    if found is None or found.endpoint != row.id:
        raise UnknownDeliveryError(actual=number, limit=KEPT_DAYS)
    now = int(time.time())
    found.state, found.since, found.next_at, found.ended_at = State.WAITING, now, now, None
    change.session.add(found)
    change.note("webhook.replayed", f"merchant:{row.merchant}/webhook:{row.id}", delivery=number)
    return found


def take(engine: Engine, now: int, most: int) -> list[Taken]:
    """Lease the oldest due delivery of each endpoint that none is under way to; at most `most` of them.

    One at a time for each endpoint, and `AT_ONCE` for each merchant: slow ones hold up nobody else. Who asks
    at the same moment gets others: the lease is written only over one that has ended.
    """
    if most <= 0 or not _is_any_due(engine, now):
        return []
    due, first = _due(now), _first(now).limit(most)
    with writing(engine) as connection, Session(connection, expire_on_commit=False) as session:
        lease = (
            update(WebhookDelivery)
            .where(col(WebhookDelivery.id).in_(first), *due)
            .values(lease_until=now + LEASE, attempts=WebhookDelivery.attempts + 1)
            .returning(col(WebhookDelivery.id))
        )
        ids = list(session.execute(lease).scalars())
        query = select(WebhookDelivery, WebhookEndpoint).where(
            col(WebhookDelivery.id).in_(ids), WebhookEndpoint.id == WebhookDelivery.endpoint
        )
        taken = [Taken(delivery, row, delivery.attempts) for delivery, row in session.exec(query)]
        session.expunge_all()
    crash.point("webhooks.taken")
    return taken


def drop(engine: Engine, one: Taken) -> None:
    """End a delivery that was put beside the disabling of its endpoint: enabled, it is told what is new."""
    with writing(engine) as connection, Session(connection) as session:
        session.execute(_own(one).values(state=State.FAILED, ended_at=int(time.time()), lease_until=0))


def settle(engine: Engine, one: Taken, outcome: Outcome, at: int, milliseconds: int) -> None:
    """Write what became of a try: delivered, later again, or ended after three days.

    An endpoint that took nothing in these three days is disabled, and one that says that it is gone.
    """
    trouble = outcome.trouble
    now = int(time.time())
    wait = wait_seconds(one.number)
    is_over = trouble is not None and now + wait - one.delivery.since > PATIENCE
    with writing(engine) as connection, Session(connection) as session:
        session.add(_attempt(one, outcome, at, milliseconds))
        session.flush()
        if trouble is None:
            session.execute(_own(one).values(state=State.DELIVERED, ended_at=now, lease_until=0))
        elif is_over:
            session.execute(_own(one).values(state=State.FAILED, ended_at=now, lease_until=0))
        else:
            session.execute(_own(one).values(next_at=now + wait, lease_until=0))
        is_dead = is_over and not _took_any(session, one)
        crash.point("webhooks.settled")
    if trouble is not None and (is_dead or isinstance(trouble, EndpointGoneError)):
        ended = DeliveriesEndedError(actual=outcome.status or trouble.code) if is_dead else trouble
        with changing(engine, SERVICE) as change:
            row = endpoints.find(change.session, None, one.endpoint.id, locked=True)
            endpoints.disable(change, row, ended)


def wait_seconds(number: int) -> int:
    """Return how long to wait after the try of this number: up to three times as long as before, less jitter.

    Endpoints that failed together, because their network did, are not called again together.
    """
    longest: int = min(FIRST_WAIT * 3 ** min(number - 1, 16), LONGEST_WAIT)
    return longest - random.randrange(longest // 3 + 1)  # noqa: S311  # a wait, no secret


def page(session: Session, endpoint: str, after: int, limit: int) -> list[WebhookDelivery]:
    """Return `limit` deliveries of an endpoint after a number, the oldest first."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.endpoint == endpoint, col(WebhookDelivery.id) > after
    )
    return list(session.exec(query.order_by(col(WebhookDelivery.id)).limit(limit)))


def attempts(session: Session, delivery: int) -> list[WebhookAttempt]:
    """Return the tries of a delivery, in their order."""
    query = select(WebhookAttempt).where(WebhookAttempt.delivery == delivery)
    return list(session.exec(query.order_by(col(WebhookAttempt.number))))


def sweep(engine: Engine) -> None:
    """Forget the deliveries that ended long ago, with their tries."""
    before = int(time.time()) - KEPT_DAYS * _DAY
    old = (col(WebhookDelivery.state) != State.WAITING, col(WebhookDelivery.ended_at) < before)
    with writing(engine) as connection:
        ids = select(WebhookDelivery.id).where(*old)
        connection.execute(delete(WebhookAttempt).where(col(WebhookAttempt.delivery).in_(ids)))
        connection.execute(delete(WebhookDelivery).where(*old))


def feed_position(session: Session, *, locked: bool = False) -> Position:
    """Return how far the list of events was turned into deliveries; `locked`: until the commit."""
    query = select(WebhookFeed.block_number, WebhookFeed.log_index)
    return Position(*session.exec(query.with_for_update() if locked else query).one())


def move_feed(session: Session, place: Position) -> None:
    """Note, in the transaction of the deliveries, that the list was turned into them up to here."""
    session.execute(update(WebhookFeed).values(block_number=place.block_number, log_index=place.log_index))


def _new(now: int) -> dict[str, Any]:
    return {"state": State.WAITING, "attempts": 0, "since": now, "next_at": now, "lease_until": 0}


def _due(now: int) -> tuple[Any, ...]:
    return (
        WebhookDelivery.state == State.WAITING,
        not_(_later(col(WebhookDelivery.next_at), now, LONGEST_WAIT)),
        not_(_later(col(WebhookDelivery.lease_until), now, LEASE)),
    )


def _first(now: int) -> Any:
    """Return the query of what is sent next: of each free endpoint the oldest, of each merchant `AT_ONCE`."""
    is_held = _later(col(WebhookDelivery.lease_until), now, LEASE)
    held = select(WebhookDelivery.endpoint).where(WebhookDelivery.state == State.WAITING, is_held)
    busy = (
        select(WebhookEndpoint.merchant, func.count().label("count"))
        .where(col(WebhookEndpoint.id).in_(held))
        .group_by(col(WebhookEndpoint.merchant))
        .subquery()
    )
    oldest, since = func.min(WebhookDelivery.id), func.min(WebhookDelivery.next_at)
    place = func.row_number().over(partition_by=col(WebhookEndpoint.merchant), order_by=[since, oldest])
    free = (
        select(WebhookEndpoint.merchant, oldest.label("id"), since.label("since"), place.label("place"))
        .where(WebhookEndpoint.id == WebhookDelivery.endpoint)
        .where(*_due(now), col(WebhookEndpoint.id).not_in(held))
        .group_by(col(WebhookEndpoint.merchant), col(WebhookEndpoint.id))
        .subquery()
    )
    found = select(free.c.id).outerjoin(busy, busy.c.merchant == free.c.merchant)
    return found.where(free.c.place + func.coalesce(busy.c.count, 0) <= AT_ONCE).order_by(free.c.since)


def _took_any(session: Session, one: Taken) -> bool:
    """Return whether the endpoint took another delivery since this one waits: then it is this one's fault."""
    query = select(WebhookDelivery.id).where(
        WebhookDelivery.endpoint == one.endpoint.id,
        WebhookDelivery.state == State.DELIVERED,
        col(WebhookDelivery.ended_at) >= one.delivery.since,
    )
    return session.exec(query.limit(1)).first() is not None


def _later(instant: Any, now: int, most: int) -> Any:
    """Return whether an instant is still to come; beyond `most` seconds, a wrong clock wrote it."""
    return instant.between(now + 1, now + most)


def _is_any_due(engine: Engine, now: int) -> bool:
    with reading(engine) as connection, Session(connection) as session:
        return session.exec(select(WebhookDelivery.id).where(*_due(now)).limit(1)).first() is not None


def _attempt(one: Taken, outcome: Outcome, at: int, milliseconds: int) -> WebhookAttempt:
    reason = None if outcome.trouble is None else write_reason(outcome.trouble)
    return WebhookAttempt(
        delivery=one.delivery.id or 0,
        number=one.number,
        at=at,
        milliseconds=milliseconds,
        status=outcome.status,
        reason=reason,
    )


def _own(one: Taken) -> Any:
    """Return the update of a delivery that is still held: after a lost lease, another's try counts."""
    return update(WebhookDelivery).where(
        col(WebhookDelivery.id) == one.delivery.id,
        col(WebhookDelivery.attempts) == one.number,
        col(WebhookDelivery.state) == State.WAITING,
    )
