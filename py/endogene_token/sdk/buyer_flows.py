"""Looking up buyers and quoting, without I/O: what a till asks the service beyond its batches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from endogene_token import crash
from endogene_token.bounds import MAX_UINT32
from endogene_token.errors import (
    AccessDeniedError,
    AccessError,
    CredentialsError,
    EndogeneError,
    GuessingError,
    InputError,
    KeyRefusedError,
    OverloadedError,
    ScopeMissingError,
    ServiceError,
    ServiceUnavailableError,
    UnreadableAnswerError,
)
from endogene_token.ids import day_date
from endogene_token.sdk.buyers import Found, Sought
from endogene_token.sdk.effects import Flow, Request, local
from endogene_token.sdk.meeting import Meeting
from endogene_token.sdk.messages import BuyerAnswer, read
from endogene_token.sdk.quotes import Quote, Rates, quote_of
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import ANONYMOUS, Lookup, check_amount, check_buyer, lookup_of

_PATH: Final = "/v1/buyers"
_TOGETHER: Final = 64  # buyers looked up for one fsync
_QUOTE_SECONDS: Final = 2.0  # a customer waits at the till: then the last known rates must do
_CURRENT: Final = timedelta(minutes=5)
_SILENCE: Final = timedelta(seconds=30)
LONGEST_SEARCH: Final = timedelta(days=7)  # the ledger takes a purchase within a window of some weeks only
_FOR_ALL: Final = (  # what is told of one buyer, and would be told of each
    *(ServiceUnavailableError, OverloadedError, GuessingError),
    *(CredentialsError, KeyRefusedError, ScopeMissingError, AccessError, AccessDeniedError),
)
_PASSING: Final = frozenset({401, 403, 408, 425, 429})


class BuyerFlows(Meeting):
    """The flows of quotes and of buyers known by a card or a telephone number."""

    _silent_since: datetime | None = None

    def quote(self, amount: int, member: int | None, card: str | None, phone: str | None) -> Flow[Quote]:
        """Compute what a purchase would bring; off line from the last known rates."""
        check_amount(amount)
        check_buyer(member, card, phone)
        rates, is_current = yield from self._known_rates()
        sought, problem = lookup_of(card, phone), None
        if sought is not None and is_current:
            member, problem = yield from self._quick_member(sought)
        has_buyer = (bool(member) or sought is not None) and problem is None
        return quote_of(
            amount,
            rates,
            is_current=is_current,
            has_buyer=has_buyer,
            member=member or None,
            buyer_problem=problem,
        )

    def _known_rates(self) -> Flow[tuple[Rates, bool]]:
        """Return the rates, and whether they are the present ones."""
        known = yield from local(self.outbox.rates)
        if known is not None and self._is_silent():
            return known, False
        if known is not None and abs(self._now() - known.as_of) < _CURRENT:
            return known, True
        try:
            return (yield from self._rates_now(_once(self._retries))), True
        except ServiceError:
            self._silent_since = self._clock()
            if known is None:
                raise
            return known, False

    def _is_silent(self) -> bool:
        """Whether the service did not answer a moment ago: a queue of customers waits for it once."""
        since = self._silent_since
        return since is not None and abs(self._clock() - since) < _SILENCE

    def _quick_member(self, sought: Lookup) -> Flow[tuple[int | None, str | None]]:
        """Return the member, or the problem of the buyer; neither while nobody can tell."""
        try:
            found = yield from self._find(Sought(0, sought, 0), _once(self._retries))
        except EndogeneError as error:
            if isinstance(error, ServiceUnavailableError):
                self._silent_since = self._clock()
            return None, None
        return found.member or None, found.problem

    def _look_up(self) -> Flow[tuple[int, EndogeneError | None]]:
        """Look up the buyers of sales not yet signed; return how many are not found, and what hindered."""
        unfound, after = 0, 0
        trouble: EndogeneError | None = None
        while asked := (yield from local(partial(self.outbox.sought, after, _TOGETHER))):
            after = asked[-1].number
            found, new = yield from self._find_all(asked)
            yield from self._keep(found)
            unfound += sum(one.problem is not None for one in found)
            trouble = trouble or new
            if isinstance(new, _FOR_ALL):
                break
        if trouble is not None:
            unfound += yield from self._give_up(trouble)
        return unfound, trouble

    def _find_all(self, asked: Sequence[Sought]) -> Flow[tuple[list[Found], EndogeneError | None]]:
        """Return those about whom the service answered, and what it answered instead of the others."""
        found: list[Found] = []
        trouble: EndogeneError | None = None
        for one in asked:
            try:
                found.append((yield from self._find(one, self._retries)))
            except EndogeneError as error:
                trouble = trouble or error
                if isinstance(error, _FOR_ALL):
                    return found, error
        return found, trouble

    def _give_up(self, trouble: EndogeneError) -> Flow[int]:
        """Leave out the buyers that nobody could look up for a week: better no member than no sale."""
        profile = yield from self._bound()
        oldest = self._now().astimezone(ZoneInfo(profile.timezone)).date() - LONGEST_SEARCH
        waiting = yield from local(partial(self.outbox.sought, 0, _TOGETHER))
        late = [Found(one.number, problem=trouble.code) for one in waiting if _day(one) < oldest]
        yield from self._keep(late)
        return len(late)

    def _keep(self, found: list[Found]) -> Flow[None]:
        if found:
            yield from local(partial(self.outbox.keep_buyers, found))

    def _find(self, sought: Sought, retries: Retries) -> Flow[Found]:
        """Ask who a buyer is. Raises what has nothing to do with the buyer and will pass or be mended."""
        profile = yield from self._bound()
        body = msgspec.json.encode({sought.lookup.kind: sought.lookup.text})
        headers = {"Authorization": self._proof(profile, "POST", _PATH)}
        try:
            reply = yield from self._ask(Request("POST", _PATH, body, headers), retries)
        except (InputError, ServiceError) as error:
            if not _is_of_buyer(error):
                raise
            return Found(sought.number, problem=error.code)
        crash.point("sdk.buyer.answered")
        member = read(reply, BuyerAnswer).member
        if not ANONYMOUS < member <= MAX_UINT32:
            raise UnreadableAnswerError(actual=f"member: {member}")
        return Found(sought.number, member)


def _is_of_buyer(error: EndogeneError) -> bool:
    """Whether the service refused this buyer for good, and not the request, the caller or all requests."""
    if isinstance(error, ServiceError):
        status = error.params.get("status")
        return isinstance(status, int) and 400 <= status < 500 and status not in _PASSING
    return not isinstance(error, _FOR_ALL)


def _once(retries: Retries) -> Retries:
    return replace(retries, attempts=1, timeout_seconds=_QUOTE_SECONDS)


def _day(sought: Sought) -> date:
    return day_date(sought.day)
