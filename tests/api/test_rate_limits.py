"""Nobody keeps the service busy alone, and everybody is told how often is left; a version is pinned."""

import time
from collections.abc import Iterator

import httpx
import pytest
from limits.storage import memory
from pydantic import ValidationError
from sqlalchemy import insert
from sqlmodel import Session, col, update

from api.door import Door
from api.versions import NEWEST, VERSIONS
from endogene_token.config import Settings
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member, Till
from endogene_token.office import keys
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from endogene_token.store import writing
from tests.api.bare_site import Bare, bare_site
from tests.standing_clock import stand
from tests.town import BAKERY, GROCER

HERE, THERE = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "198.51.100.7"}
TILL, OTHER_TILL = TillKey((301).to_bytes(32)), TillKey((302).to_bytes(32))
MEMBER, OFFICER, ONE = (TillKey(number.to_bytes(32)) for number in (201, 101, 901))


@pytest.fixture
def site(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bare]:
    """A service whose limits count within one minute: when a minute turns, one more request is let in."""
    stand(monkeypatch, memory)
    with bare_site(sqlite_url, rate_limit_network="3/minute", rate_limit_caller="5/hour") as opened:
        yield opened


def ask(site: Bare, token: str | None = None, **headers: str) -> httpx.Response:
    return site.ask("GET", "/v1/events/types", token, headers=headers)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets each key that is looked up."""
    found: list[str] = []
    authenticate = keys.authenticate

    def looked_up(session: Session, token: str) -> keys.ApiKey:
        found.append(token)
        return authenticate(session, token)

    monkeypatch.setattr(keys, "authenticate", looked_up)
    return found


def signature(site: Bare, key: TillKey) -> str:
    domain = site.app.state.services.ledger.domain
    return authorization(key, domain, "GET", "/v1/events/types", int(time.time()))


def signed(site: Bare, key: TillKey) -> httpx.Response:
    return ask(site, authorization=signature(site, key), **HERE)


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


def test_each_address_on_the_register_has_a_count_of_its_own(site: Bare) -> None:
    """By its signature, not by what it says it is: a till's, a member's, an officer's with an account."""
    treasurer = {"role": "treasurer", "officer": from_hex(OFFICER.address), "name": b"", "created_at": 0}
    member = {"kind": 0, "category": 0, "valid_from": 0, "valid_until": 1, "balance": 0}
    with writing(site.engine) as connection:
        connection.execute(insert(Member).values(number=9, key=from_hex(MEMBER.address), **member))
        connection.execute(insert(OfficeAccount).values(id="0" * 16, **treasurer))
    assert [signed(site, TILL).status_code for _ in range(6)] == [200] * 5 + [429]
    for one in (OTHER_TILL, MEMBER, OFFICER):
        assert signed(site, one).headers["ratelimit"].startswith('"caller";r=4;')


def test_an_address_that_is_nobodys_counts_for_its_network(site: Bare) -> None:
    """Who signs each request with a new key is one stranger; a till that was revoked is one, too."""
    with writing(site.engine) as connection:
        connection.execute(update(Till).where(col(Till.number) == 2).values(revoked=1))
    fresh = [TillKey((900 + n).to_bytes(32)) for n in range(2)]
    assert [signed(site, one).status_code for one in (*fresh, OTHER_TILL, ONE)] == [200, 200, 200, 429]
    assert ask(site, **HERE).status_code == 429
    assert signed(site, TILL).status_code == 200


def test_after_too_many_proofs_that_prove_nothing_no_other_is_checked(
    site: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of that network alone; who proves something there, or nothing at all, has not wasted any."""
    checked = counted(monkeypatch)
    token = site.key()
    assert statuses(site, 5, token[:-4] + "0000", **HERE) == [200, 200, 200, 429, 429]
    assert len(checked) == 3
    assert ask(site, token, **THERE).status_code == 200
    assert ask(site, **THERE).status_code == 200


def test_a_key_is_looked_up_once_for_each_request(site: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the count and for the route."""
    checked = counted(monkeypatch)
    assert site.ask("GET", "/v1/webhooks", site.key()).status_code == 200
    assert len(checked) == 1


def test_the_name_of_a_scheme_has_no_case(site: Bare) -> None:
    """RFC 9110."""
    header = signature(site, TILL).replace("Endogene", "eNDOGENE")
    for given in (f"bearer {site.key()}", f"BEARER {site.key()}", header):
        answer = ask(site, authorization=given, **HERE)
        assert answer.headers["ratelimit-policy"].startswith('"caller"')


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
