"""How a till's client meets the service: for whom it signs, at which rates, and what its clock says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from endogene_token.bounds import MAX_UINT32, check_range
from endogene_token.errors import (
    BadSignatureError,
    KeyModeError,
    SettingError,
    SplitError,
    UnreadableAnswerError,
    WrongMerchantError,
)
from endogene_token.money import BASIS_POINTS, Split
from endogene_token.receipts import Domain
from endogene_token.sdk.access import authorization
from endogene_token.sdk.asking import answered, heeded
from endogene_token.sdk.effects import Flow, Reply, Request, local
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import CommunityAnswer, TillAnswer, read
from endogene_token.sdk.outbox import Outbox
from endogene_token.sdk.quotes import Rates
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import Profile

_MODES: Final = {"ek_live_": "live", "ek_test_": "test"}
_CLOCK_TOLERANCE: Final = timedelta(minutes=1)  # the header Date has whole seconds, and answers take time


class Meeting:
    """One till, its outbox, and what the service tells about both."""

    def __init__(
        self,
        *,
        api_url: str,
        till: int,
        key: TillKey,
        outbox: Path,
        merchant: int | None,
        api_key: str | None,
        retries: Retries,
        clock: Callable[[], datetime],
    ) -> None:
        """Open the outbox; the service is asked only when it is first needed."""
        parts = urlsplit(api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingError(field="api_url", actual=api_url, limit="http://… https://…")
        if api_key is not None and not api_key.startswith(tuple(_MODES)):
            raise SettingError(field="api_key", actual="…", limit="ek_live_… ek_test_…")
        check_range("till", till, MAX_UINT32)
        self._api_url = api_url
        self._till = till
        self._key = key
        self._merchant = merchant
        self._api_key = api_key
        self._retries = retries
        self._clock = clock
        self._in_step = False
        self.clock_ahead: timedelta | None = None
        self.outbox = Outbox(outbox, till)

    def _now(self) -> datetime:
        """Return the present instant by the service's clock, as far as it is known."""
        ahead = self.clock_ahead or timedelta()
        return self._clock() - (ahead if abs(ahead) > _CLOCK_TOLERANCE else timedelta())

    def _bound(self) -> Flow[Profile]:
        if self.outbox.profile is None:
            yield from self._meet(self._retries)
        if self.outbox.profile is None:
            raise RuntimeError("meeting the service binds the outbox")
        return self.outbox.profile

    def _meet(self, retries: Retries) -> Flow[None]:
        """Learn for whom and from which sequence the till signs, and check that the outbox agrees."""
        profile, till, rates = yield from self._terms(retries)
        yield from local(partial(self.outbox.bind, profile, till.expected))
        if rates is not None:
            yield from local(partial(self.outbox.keep_rates, rates))
        self._in_step = True

    def _rates_now(self, retries: Retries) -> Flow[Rates]:
        """Ask for the present rates and keep them; a new outbox is bound. Raises ServiceErrors."""
        if self.outbox.profile is None:
            yield from self._meet(retries)
        else:
            profile, _, rates = yield from self._terms(retries)
            yield from local(partial(self.outbox.recognise, profile))
            if rates is not None:
                yield from local(partial(self.outbox.keep_rates, rates))
        rates = yield from local(self.outbox.rates)
        if rates is None:
            raise UnreadableAnswerError(actual="rate_bps: null")
        return rates

    def _terms(self, retries: Retries) -> Flow[tuple[Profile, TillAnswer, Rates | None]]:
        reply = yield from self._ask(Request("GET", "/v1/community"), retries)
        community = read(reply, CommunityAnswer)
        if community.timezone not in available_timezones():
            raise UnreadableAnswerError(actual=community.timezone)
        self._check_mode(community)
        till = yield from self._till_answer(community.domain(), retries)
        profile = Profile(self._till, till.merchant, community.domain(), community.timezone)
        return profile, till, self._rates(community, till)

    def _till_answer(self, domain: Domain, retries: Retries) -> Flow[TillAnswer]:
        """Return what the service tells of the till; its sequence is told to nobody who does not sign."""
        path = f"/v1/tills/{self._till}"
        proof = authorization(self._key, domain, "GET", path, int(self._now().timestamp()))
        reply = yield from self._ask(Request("GET", path, headers={"Authorization": proof}), retries)
        till = read(reply, TillAnswer)
        if self._merchant not in {None, till.merchant}:
            raise WrongMerchantError(actual=self._merchant, limit=till.merchant)
        if till.key.lower() != self._key.address.lower():
            raise BadSignatureError(actual=self._key.address, limit=till.key)
        _ = till.expected  # or nothing else of the answer counts
        return till

    def _rates(self, community: CommunityAnswer, till: TillAnswer) -> Rates | None:
        """Return what the service tells for quotes; None where it does not know it yet."""
        if community.rules is None or till.rate_bps is None:
            return None
        if not 0 <= till.rate_bps <= BASIS_POINTS:
            raise UnreadableAnswerError(actual=f"rate_bps: {till.rate_bps}")
        try:
            split = Split(community.rules.operations_bps, community.rules.reserve_bps)
        except SplitError as error:
            raise UnreadableAnswerError(actual=error.render("en")) from error
        return Rates(till.rate_bps, split, self._now().astimezone(UTC).replace(microsecond=0))

    def _check_mode(self, community: CommunityAnswer) -> None:
        """Keep test keys to sandboxes and live keys out of them."""
        mode = "live" if community.livemode else "test"
        if self._api_key is not None and not self._api_key.startswith(f"ek_{mode}_"):
            own = next(name for prefix, name in _MODES.items() if self._api_key.startswith(prefix))
            raise KeyModeError(actual=own, limit=mode)

    def _proof(self, profile: Profile, method: str, path: str) -> str:
        """Return what proves to the service who asks: the key of the API, or the till's own."""
        if self._api_key is not None:
            return f"Bearer {self._api_key}"
        return self._signed(profile, method, path)

    def _signed(self, profile: Profile, method: str, path: str) -> str:
        return authorization(self._key, profile.domain, method, path, int(self._now().timestamp()))

    def _ask(self, request: Request, retries: Retries) -> Flow[Reply]:
        reply = yield from answered(request, retries, self._api_url)
        self._compare_clocks(reply)
        return heeded(reply)

    def _compare_clocks(self, reply: Reply) -> None:
        """Note how far this machine's clock is ahead of the one that dated the answer."""
        try:
            told = parsedate_to_datetime(reply.headers.get("date", ""))
        except ValueError:
            return
        self.clock_ahead = self._clock() - (told if told.tzinfo else told.replace(tzinfo=UTC))
