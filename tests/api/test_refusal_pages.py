"""Whatever refuses a request before its route: a person's browser gets a page, a program a problem."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from limits.storage import memory

from api.bodies import MAX_BODY
from tests.api.bare_site import Bare, bare_site
from tests.standing_clock import stand

ELSEWHERE = {"x-forwarded-for": "203.0.113.7"}
A_PERSON = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "fr-CA"}
MOST = 6  # requests a minute
DOORS = ("/", "/till", "/office", "/wallet/votes", "/enter")


def planted(app: FastAPI) -> None:
    """Add a page that fails."""

    @app.get("/planted/fault")
    def fault() -> None:
        raise RuntimeError("the address of the database")


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Bare]:
    with bare_site(sqlite_url, planted, rate_limit_network=f"{MOST}/minute") as opened:
        yield opened


def is_page(answer: httpx.Response) -> bool:
    """Return whether the page stands alone, in its reader's language, with a page's own policy."""
    told = (
        answer.headers["content-type"],
        answer.headers["content-language"],
        answer.headers["cache-control"],
    )
    policy = answer.headers["content-security-policy"]
    return (
        told == ("text/html; charset=utf-8", "fr-CA", "no-store")
        and "require-trusted-types-for" in policy
        and "Cela n’a pas fonctionné" in answer.text
    )


REFUSED: tuple[tuple[str, str, dict[str, Any], int, str], ...] = (
    ("POST", "/till/today/1", {"content": b"a" * (MAX_BODY + 1)}, 413, "request-too-large"),
    ("GET", "/?lang=fr&x=%00", {}, 422, "request-shape"),
    ("POST", "/wallet/me/leave", {"content": b"[" * 40}, 422, "request-shape"),
    ("GET", "/office", {"headers": {"endogene-version": "1999-01-01"}}, 400, "api-version"),
    ("POST", "/till/leave", {"headers": {"idempotency-key": "x" * 300}}, 400, "idempotency-key"),
    ("GET", "/planted/fault", {}, 500, "service-failed"),
    ("GET", "/till/nothing", {"headers": {"referer": "http://[/till"}}, 404, "unknown-path"),
)


@pytest.mark.parametrize("refused", REFUSED, ids=lambda one: one[-1])
def test_a_person_gets_a_page_and_a_program_a_problem(
    site: Bare, refused: tuple[str, str, dict[str, Any], int, str]
) -> None:
    """From a body that is too large to a fault of ours, whose inside nobody reads."""
    method, path, given, status, code = refused
    own = given.get("headers", {})
    seen = site.client.request(method, path, **{**given, "headers": {**own, **A_PERSON}})
    assert (seen.status_code, is_page(seen)) == (status, True)
    assert "the address of the database" not in seen.text
    told = site.client.request(method, path, **{**given, "headers": own})
    assert (told.status_code, told.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("path", "door"),
    [("/till/nothing", "/till"), ("/office/x", "/office"), ("/wallet/x", "/wallet"), ("/tillage", "/")],
)
def test_the_way_back_leads_into_the_door_that_one_came_by(site: Bare, path: str, door: str) -> None:
    """From the counter, to the counter."""
    seen = site.client.get(path, headers=A_PERSON)
    assert (seen.status_code, is_page(seen)) == (404, True)
    assert set(re.findall(r'<a class="(?:name|button plain)" href="([^"]+)"', seen.text)) == {door}


def test_the_api_tells_problems_even_to_a_browser(site: Bare) -> None:
    """What stands under /v1 is for programs, whatever they accept."""
    answer = site.client.post("/v1/uploads", content=b"a" * (5 * MAX_BODY * 4), headers=A_PERSON)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", DOORS)
def test_who_comes_too_often_reads_when_to_come_again(
    site: Bare, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On each door; a browser reads the wait in the header as a program does."""
    stand(monkeypatch, memory)
    for _ in range(MOST):
        assert site.client.get(path, headers={**A_PERSON, **ELSEWHERE}).status_code != 429
    seen = site.client.get(path, headers={**A_PERSON, **ELSEWHERE})
    assert (seen.status_code, is_page(seen)) == (429, True)
    assert 1 <= int(seen.headers["retry-after"]) <= 61
    assert seen.headers["ratelimit"]
    told = site.client.get(path, headers=ELSEWHERE)
    assert (told.status_code, told.json()["code"]) == (429, "overloaded")


def test_a_person_is_not_sent_to_what_is_for_programs(site: Bare) -> None:
    """The description of the service helps who writes a program, not who mistyped an address."""
    told = site.client.get("/nowhere", headers=A_PERSON)
    assert (told.status_code, "openapi" in told.text) == (404, False)
    assert "Allez à la première page" in told.text
    assert "openapi" in site.client.get("/v1/nowhere", headers=A_PERSON).json()["advice"]
