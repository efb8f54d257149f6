"""The worker between the list of events and the merchants' endpoints. See {Sender}."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token import crash
from endogene_token.chain.community import Community
from endogene_token.errors import DeliveryError, StoreError
from endogene_token.indexer.events import Decoder
from endogene_token.office.scopes import Mode
from endogene_token.office.secret import OfficeSecret
from endogene_token.store import reading, writing
from endogene_token.webhooks import deliveries, listing, signing
from endogene_token.webhooks.deliveries import Taken
from endogene_token.webhooks.listing import Wanted
from endogene_token.webhooks.models import WebhookEndpoint
from endogene_token.webhooks.posting import Outcome, Poster
from endogene_token.webhooks.telling import TYPES, Reader

AT_ONCE: Final = 8
IDLE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
SWEEP_SECONDS: Final = 3600.0
EVERYTHING: Final = Reader(sees_merchants=True)
log = structlog.get_logger()


class Sender:
    """Turns events into deliveries, once each, and sends what is due until it is taken.

    The list's place and the deliveries are one transaction, under the lock of the place: two senders take
    turns. A delivery is sent under a lease: two senders never have the same one, and one that was killed
    leaves its own to the other. What was sent and not noted is sent again, under the same id.
    """

    def __init__(
        self, engine: Engine, community: Community, secret: Callable[[], OfficeSecret], poster: Poster
    ) -> None:
        """Send from the database of `engine`; `secret` gives the office's key when it is needed."""
        self._engine = engine
        self._decoder = Decoder(community)
        self._secret = secret
        self._poster = poster

    def run(self, stop: threading.Event) -> None:
        """Feed and send until `stop` is set; a database that does not answer is waited for."""
        failures, swept_at, under_way = 0, 0.0, set[Future[None]]()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
            while not stop.is_set():
                try:
                    if time.monotonic() - swept_at > SWEEP_SECONDS:
                        deliveries.sweep(self._engine)
                        swept_at = time.monotonic()
                    is_moving = self.feed()
                    now = int(time.time())
                    taken = deliveries.take(self._engine, now, AT_ONCE - len(under_way))
                    under_way |= {pool.submit(self.deliver, one) for one in taken}
                    failures = 0
                except StoreError as error:
                    is_moving, failures = False, failures + 1
                    log.warning("webhooks wait", error=str(error), failures=failures)
                pause_seconds = min(IDLE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS)
                if under_way:
                    done, under_way = wait(under_way, pause_seconds, FIRST_COMPLETED)
                    _note(done)
                elif not is_moving:
                    stop.wait(pause_seconds)

    def step(self) -> int:
        """Feed all there is and send what is due once; return how many were sent."""
        while self.feed():
            pass
        taken = deliveries.take(self._engine, int(time.time()), AT_ONCE)
        for one in taken:
            self.deliver(one)
        return len(taken)

    def feed(self) -> bool:
        """Turn the next page of events into deliveries; return whether there may be more."""
        with reading(self._engine) as connection, Session(connection) as session:
            if deliveries.feed_position(session) >= listing.last(session):
                return False
        with writing(self._engine) as connection, Session(connection) as session:
            place, end = deliveries.feed_position(session, locked=True), listing.last(session)
            if not self._listening(
                session
            ):  # asked after `end`: whoever comes later is told of what is later
                deliveries.move_feed(session, max(place, end))
                return False
            found = listing.page(session, self._decoder, EVERYTHING, Wanted(place, frozenset(TYPES)))
            deliveries.put(session, found.items, self._listening(session))  # asked again, as above
            crash.point("webhooks.put")
            deliveries.move_feed(session, max(place, found.next))
        crash.point("webhooks.fed")
        return found.has_more

    def deliver(self, one: Taken) -> None:
        """Send a delivery that was taken, and note what became of it."""
        if one.endpoint.disabled_at is not None:
            deliveries.drop(self._engine, one)
            return
        at, begun = int(time.time()), time.monotonic()
        outcome = self._sent(one, at)
        crash.point("webhooks.sent")
        milliseconds = round((time.monotonic() - begun) * 1000)
        deliveries.settle(self._engine, one, outcome, at, milliseconds)

    def _sent(self, one: Taken, at: int) -> Outcome:
        """Send a delivery. A fault of ours is a try that failed: the other deliveries go on."""
        try:
            body = one.delivery.body.encode()
            secrets = signing.secrets_of(self._secret(), one.endpoint, at)
            headers = signing.headers(secrets, one.delivery.event, at, body)
            return self._poster.post(one.endpoint.url, headers, body)
        except StoreError:
            raise
        except Exception as error:
            log.exception("webhook not sent", delivery=one.delivery.id)
            return Outcome(None, DeliveryError(actual=type(error).__name__))

    def _listening(self, session: Session) -> list[WebhookEndpoint]:
        query = select(WebhookEndpoint).where(
            col(WebhookEndpoint.disabled_at).is_(None), WebhookEndpoint.mode == Mode.LIVE
        )
        return list(session.exec(query))


def _note(done: set[Future[None]]) -> None:
    """Tell of a delivery that could not be noted: its lease ends by itself, and it is sent again."""
    for one in done:
        error = one.exception()
        if error is not None:
            log.warning("webhook not noted", error=str(error), kind=type(error).__name__)
