"""What a till's client does, without I/O: generators that ask for requests, pauses and work on the outbox.

The sync and the async client only perform what is asked (see `effects`); every decision is here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec

from endogene_token import crash
from endogene_token.bounds import MAX_UINT32, check_range
from endogene_token.errors import (
    BadSignatureError,
    InputError,
    SequenceError,
    SequenceTakenError,
    SettingError,
    UnknownPurchaseError,
    UnreadableAnswerError,
    WrongMerchantError,
)
from endogene_token.ids import PurchaseId
from endogene_token.sdk.access import authorization
from endogene_token.sdk.asking import ask
from endogene_token.sdk.batches import StoredBatch
from endogene_token.sdk.effects import Flow, Reply, Request, local
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import AcceptedAnswer, CommunityAnswer, StateAnswer, TillAnswer, read
from endogene_token.sdk.outbox import Outbox
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import Draft, Profile, Sale, Status

Progress = Callable[[int, int], None]  # sales sent in this flush, sales that it has to send
_PATHS: Final = {"purchase": "/v1/purchases", "reversal": "/v1/reversals"}
_ASKED_TOGETHER: Final = 64  # statuses: one fsync for so many, and so many to ask again after a kill
_ON_THE_WAY: Final = (Status.ACCEPTED, Status.HELD)
_TO_SEND: Final = (Status.PENDING, Status.SIGNED)


@dataclass(frozen=True, slots=True)
class Flushed:
    """What one flush sent, and how many sales recorded meanwhile still wait."""

    batches: int
    sales: int
    waiting: int


class TillFlows:
    """The core of a till's client: one flow for each thing that a client does."""

    def __init__(
        self,
        *,
        api_url: str,
        till: int,
        key: TillKey,
        outbox: Path,
        merchant: int | None,
        retries: Retries,
        clock: Callable[[], datetime],
    ) -> None:
        """Open the outbox; the service is asked only when it is first needed."""
        parts = urlsplit(api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingError(field="api_url", actual=api_url, limit="http://… https://…")
        check_range("till", till, MAX_UINT32)
        self._api_url = api_url
        self._till = till
        self._key = key
        self._merchant = merchant
        self._retries = retries
        self._clock = clock
        self._in_step = False
        self.outbox = Outbox(outbox, till)

    def record(self, drafts: Iterable[Draft]) -> Flow[list[Sale]]:
        """Record all drafts or none; asks the service only if the outbox is new."""
        yield from self._bound()
        return (yield from local(partial(self.outbox.add, drafts, self._clock())))

    def record_each(self, drafts: Iterable[Draft]) -> Flow[list[Sale | InputError]]:
        """Record the drafts that can be, and give the error of each that cannot."""
        yield from self._bound()
        return (yield from local(partial(self.outbox.add_each, drafts, self._clock())))

    def flush(self, progress: Progress | None) -> Flow[Flushed]:
        """Sign and send what waits, batch after batch, until nothing can leave."""
        if not self._in_step:
            yield from self._meet()
        total = yield from self._waiting()
        batches = sales = 0
        mended = False
        while (batch := (yield from local(partial(self.outbox.next_batch, self._key)))) is not None:
            try:
                yield from self._send(batch)
            except (SequenceError, SequenceTakenError):
                if mended or not (yield from self._mend(batch)):
                    raise
                mended = True
                continue
            batches, sales = batches + 1, sales + batch.size
            if progress is not None:
                progress(sales, max(total, sales))
        return Flushed(batches, sales, (yield from self._waiting()))

    def status(self, sale: Sale) -> Flow[Sale]:
        """Return the sale as it now is, from the service if it is on its way."""
        held = yield from local(partial(self.outbox.sale, sale.number))
        if held.status not in _ON_THE_WAY:
            return held
        return (yield from self._ask_states([held]))[0]

    def refresh(self) -> Flow[list[Sale]]:
        """Ask for every sale on its way; return those that changed."""
        changed: list[Sale] = []
        after = 0
        while True:
            asked = yield from local(
                partial(self.outbox.sales, _ON_THE_WAY, after=after, limit=_ASKED_TOGETHER)
            )
            if not asked:
                return changed
            found = yield from self._ask_states(asked)
            changed += [new for old, new in zip(asked, found, strict=True) if new.status != old.status]
            after = asked[-1].number

    def resume(self) -> Flow[int]:
        """Go on at the sequence that the service expects; return how many sales wait again."""
        yield from self._bound()
        yield from self.refresh()
        expected = (yield from self._till_answer()).next_sequence
        batch = yield from local(partial(self.outbox.unsent, self._key))
        conflicting = None
        if batch is not None and batch.first_sequence < expected:
            try:
                yield from self._send(batch)
            except (SequenceError, SequenceTakenError):
                conflicting = batch
        yield from local(partial(self.outbox.resume, expected, conflicting))
        self._in_step = True
        return (yield from self._waiting())

    def merchant_summary(self) -> Flow[dict[str, Any]]:
        """Ask for the merchant's own summary, signed by the till's key."""
        profile = yield from self._bound()
        path = f"/v1/merchants/{profile.merchant}"
        created = int(self._clock().timestamp())
        header = authorization(self._key, profile.domain, "GET", path, created)
        reply = yield from self._ask(Request("GET", path, headers={"Authorization": header}))
        try:
            return msgspec.json.decode(reply.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableAnswerError(actual=error) from error

    def _bound(self) -> Flow[Profile]:
        if self.outbox.profile is None:
            yield from self._meet()
        if self.outbox.profile is None:
            raise RuntimeError("meeting the service binds the outbox")
        return self.outbox.profile

    def _meet(self) -> Flow[None]:
        """Learn for whom and from which sequence the till signs, and check that the outbox agrees."""
        community = read((yield from self._ask(Request("GET", "/v1/community"))), CommunityAnswer)
        if community.timezone not in available_timezones():
            raise UnreadableAnswerError(actual=community.timezone)
        till = yield from self._till_answer()
        profile = Profile(self._till, till.merchant, community.domain(), community.timezone)
        yield from local(partial(self.outbox.bind, profile, till.next_sequence))
        self._in_step = True

    def _till_answer(self) -> Flow[TillAnswer]:
        till = read((yield from self._ask(Request("GET", f"/v1/tills/{self._till}"))), TillAnswer)
        if self._merchant not in {None, till.merchant}:
            raise WrongMerchantError(actual=self._merchant, limit=till.merchant)
        if till.key.lower() != self._key.address.lower():
            raise BadSignatureError(actual=self._key.address, limit=till.key)
        if not 1 <= till.next_sequence < 2**63:
            raise UnreadableAnswerError(actual=f"next_sequence: {till.next_sequence}")
        return till

    def _mend(self, batch: StoredBatch) -> Flow[bool]:
        """Get back in step with a service that will not take `batch` now; whether another one goes first."""
        yield from self._meet()
        first = yield from local(partial(self.outbox.unsent, self._key))
        return first is not None and first.number != batch.number

    def _send(self, batch: StoredBatch) -> Flow[None]:
        crash.point("sdk.batch.sending")
        reply = yield from self._ask(Request("POST", _PATHS[batch.kind], batch.body))
        crash.point("sdk.batch.answered")
        expected = str(PurchaseId(self._till, batch.first_sequence))
        if read(reply, AcceptedAnswer).id != expected:
            raise UnreadableAnswerError(actual=f"{read(reply, AcceptedAnswer).id} (≠ {expected})")
        yield from local(partial(self.outbox.accept, batch))

    def _ask_states(self, sales: Sequence[Sale]) -> Flow[list[Sale]]:
        states: list[StateAnswer] = []
        for sale in sales:
            state = yield from self._ask_state(sale)
            states.append(state)
        return (yield from local(partial(self.outbox.settle, sales, states)))

    def _ask_state(self, sale: Sale) -> Flow[StateAnswer]:
        try:
            reply = yield from self._ask(Request("GET", f"{_PATHS[sale.kind]}/{sale.id}"))
        except UnknownPurchaseError:  # a service that lost it finds it again at the next flush
            self._in_step = False
            return StateAnswer(str(sale.id), "accepted")
        state = read(reply, StateAnswer)
        if state.id != str(sale.id):
            raise UnreadableAnswerError(actual=f"{state.id} (≠ {sale.id})")
        if state.status == "recorded" and state.premium is None:
            # The ledger has it and the service has not read back what it brought: not the last word yet.
            return StateAnswer(state.id, "accepted")
        return state

    def _waiting(self) -> Flow[int]:
        counts = yield from local(self.outbox.counts)
        return sum(counts[status] for status in _TO_SEND)

    def _ask(self, request: Request) -> Flow[Reply]:
        return ask(request, self._retries, self._api_url)
