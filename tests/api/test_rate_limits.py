"""Nobody keeps the service busy alone, and everybody is told how often is left; a version is pinned."""

import time
from collections.abc import Iterator

import httpx
import pytest
from pydantic import ValidationError

from api.door import Door
from api.versions import NEWEST, VERSIONS
from endogene_token.config import Settings
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from tests.api.bare_site import Bare, bare_site
from tests.town import BAKERY, GROCER

HERE, THERE = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "198.51.100.7"}
ONE, OTHER = TillKey((901).to_bytes(32)), TillKey((902).to_bytes(32))


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Bare]:
    with bare_site(sqlite_url, rate_limit_network="3/minute", rate_limit_caller="5/hour") as opened:
        yield opened


def ask(site: Bare, token: str | None = None, **headers: str) -> httpx.Response:
    return site.ask("GET", "/v1/events/types", token, headers=headers)


def statuses(site: Bare, count: int, token: str | None = None, **headers: str) -> list[int]:
    return [ask(site, token, **headers).status_code for _ in range(count)]


def test_who_proves_nothing_counts_for_its_network(site: Bare) -> None:
    """A neighbour at the same network shares the count; another network has its own."""
    assert statuses(site, 4, **HERE) == [200, 200, 200, 429]
    assert ask(site, **{"x-forwarded-for": "203.0.113.99"}).status_code == 429
    assert ask(site, **THERE).status_code == 200


def test_ipv6_counts_by_what_one_subscriber_has(site: Bare) -> None:
    """/48: who changes the lower bits of its address each time is still one."""
    found = [ask(site, **{"x-forwarded-for": f"2a00:1:2:{n:x}::{n}"}).status_code for n in range(5)]
    assert found == [200, 200, 200, 429, 429]
    assert ask(site, **{"x-forwarded-for": "2a00:1:3::1"}).status_code == 200


def test_each_key_of_the_api_has_a_count_of_its_own(site: Bare) -> None:
    """Wherever it asks from; a key that opens nothing is a stranger."""
    bakery, grocer = site.key(BAKERY), site.key(GROCER)
    assert statuses(site, 3, bakery, **HERE) + statuses(site, 3, bakery, **THERE) == [200] * 5 + [429]
    assert ask(site, grocer, **HERE).status_code == 200
    forged = bakery[:-4] + "0000"
    assert statuses(site, 4, forged, **HERE) == [200, 200, 200, 429]


def test_each_signing_address_has_a_count_of_its_own(site: Bare) -> None:
    """By its signature, not by what it says it is."""
    domain = site.app.state.services.ledger.domain

    def signed(key: TillKey) -> int:
        header = authorization(key, domain, "GET", "/v1/events/types", int(time.time()))
        return ask(site, authorization=header, **HERE).status_code

    assert [signed(ONE) for _ in range(6)] == [200] * 5 + [429]
    assert signed(OTHER) == 200


def test_the_headers_tell_the_policy_and_what_is_left(site: Bare) -> None:
    """As the IETF's draft writes them; a refusal says when to come back."""
    first, *_, last = [ask(site, **HERE) for _ in range(4)]
    assert first.headers["ratelimit-policy"] == '"network";q=3;w=60'
    assert first.headers["ratelimit"].startswith('"network";r=2;t=')
    assert last.headers["ratelimit"].startswith('"network";r=0;t=')
    assert last.json()["code"] == "overloaded"
    assert 1 <= int(last.headers["retry-after"]) <= 61
    assert last.headers["retry-after"] == last.json()["actual"]
    known = ask(site, site.key(), **HERE)
    assert known.headers["ratelimit-policy"] == '"caller";q=5;w=3600'


def test_an_unknown_path_and_a_refused_request_count_too(site: Bare) -> None:
    """Who searches for doors knocks as well."""
    paths = ["/v1/nothing", "/v1/webhooks", "/", "/v1/events/types"]
    assert [site.client.get(one, headers=HERE).status_code for one in paths][-1] == 429


def test_this_machine_is_not_counted_nor_is_anybody_with_the_limits_off(site: Bare, sqlite_url: str) -> None:
    """The comparison: its own commands, and an operator who counts elsewhere."""
    answers = [ask(site) for _ in range(8)]
    assert {one.status_code for one in answers} == {200}
    assert "ratelimit" not in answers[0].headers
    door = Door(site.app, Settings(rate_limit_network="off", rate_limit_caller="1/second"))
    assert door._limits["network"] is None


@pytest.mark.parametrize("text", ["", "0/minute", "10", "10/fortnight", "-1/second", "10 per minute"])
def test_a_limit_that_is_none_stops_the_start(text: str) -> None:
    """Not at the first request: at the start."""
    with pytest.raises(ValidationError):
        Settings(rate_limit_network=text)


def test_the_version_is_echoed_and_an_unknown_one_refused(site: Bare) -> None:
    """Pinned by the caller; left out, it is the newest."""
    assert ask(site).headers["endogene-version"] == NEWEST
    for version in VERSIONS:
        assert ask(site, **{"endogene-version": version}).headers["endogene-version"] == version
    refused = ask(site, **{"endogene-version": "2020-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (400, "api-version")
    assert refused.json()["limit"] == ", ".join(VERSIONS)
    assert refused.headers["endogene-version"] == NEWEST
    assert ask(site, **{"endogene-version": ""}).status_code == 400
