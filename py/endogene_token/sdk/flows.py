"""What a till's client does, without I/O: generators that ask for requests, pauses and work on the outbox.

The sync and the async client only perform what is asked (see `effects`); every decision is here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec

from endogene_token import crash
from endogene_token.errors import (
    InputError,
    SequenceError,
    SequenceTakenError,
    UnknownPurchaseError,
    UnreadableAnswerError,
)
from endogene_token.ids import PurchaseId
from endogene_token.sdk.batches import StoredBatch
from endogene_token.sdk.buyer_flows import BuyerFlows
from endogene_token.sdk.effects import Flow, Request, local
from endogene_token.sdk.messages import AcceptedAnswer, StateAnswer, read
from endogene_token.sdk.sales import Draft, Sale, Status

Progress = Callable[[int, int], None]  # sales sent in this flush, sales that it has to send
_PATHS: Final = {"purchase": "/v1/purchases", "reversal": "/v1/reversals"}
_ASKED_TOGETHER: Final = 64  # statuses: one fsync for so many, and so many to ask again after a kill
_ON_THE_WAY: Final = (Status.ACCEPTED, Status.HELD)


@dataclass(frozen=True, slots=True)
class Flushed:
    """What one flush sent, and how many sales recorded meanwhile still wait.

    `buyer_problems`: sales that it recorded without a member, since their buyer could not be found.
    """

    batches: int
    sales: int
    waiting: int
    buyer_problems: int = 0


class TillFlows(BuyerFlows):
    """The core of a till's client: one flow for each thing that a client does."""

    def record(self, drafts: Iterable[Draft]) -> Flow[list[Sale]]:
        """Record all drafts or none; asks the service only if the outbox is new."""
        yield from self._bound()
        return (yield from local(partial(self.outbox.add, drafts, self._clock())))

    def record_each(self, drafts: Iterable[Draft]) -> Flow[list[Sale | InputError]]:
        """Record the drafts that can be, and give the error of each that cannot."""
        yield from self._bound()
        return (yield from local(partial(self.outbox.add_each, drafts, self._clock())))

    def flush(self, progress: Progress | None) -> Flow[Flushed]:
        """Look up buyers, then sign and send what waits, batch after batch, until nothing can leave.

        What kept a buyer from being looked up is raised at the end: it holds back no other sale.
        """
        if not self._in_step:
            yield from self._meet(self._retries)
        unfound, trouble = yield from self._look_up()
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
        if trouble is not None:
            raise trouble
        return Flushed(batches, sales, (yield from self._waiting()), unfound)

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
        profile = yield from self._bound()
        yield from self.refresh()
        expected = (yield from self._till_answer(profile.domain, self._retries)).expected
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
        header = {"Authorization": self._signed(profile, "GET", path)}
        reply = yield from self._ask(Request("GET", path, headers=header), self._retries)
        try:
            return msgspec.json.decode(reply.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableAnswerError(actual=error) from error

    def _mend(self, batch: StoredBatch) -> Flow[bool]:
        """Get back in step with a service that will not take `batch` now; whether another one goes first."""
        yield from self._meet(self._retries)
        first = yield from local(partial(self.outbox.unsent, self._key))
        return first is not None and first.number != batch.number

    def _send(self, batch: StoredBatch) -> Flow[None]:
        crash.point("sdk.batch.sending")
        reply = yield from self._ask(Request("POST", _PATHS[batch.kind], batch.body), self._retries)
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
        profile = yield from self._bound()
        path = f"{_PATHS[sale.kind]}/{sale.id}"
        header = {"Authorization": self._signed(profile, "GET", path)}
        try:
            reply = yield from self._ask(Request("GET", path, headers=header), self._retries)
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
        return (yield from local(self.outbox.unsent_sales))
