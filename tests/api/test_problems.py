"""Each problem has a page, for people and programs; no problem tells of our inside."""

import re
from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI

from api.errors import HIDDEN, public, status_of
from api.pages.problems import kinds
from endogene_token import errors
from endogene_token.errors import (
    EndogeneError,
    NodeUnavailableError,
    SequenceError,
    StoreError,
)
from tests.api.bare_site import Bare, bare_site

SECRET = "postgresql://endogene:hunter2@10.0.0.5/ledger"  # noqa: S105  # what must not get out


def planted(app: FastAPI) -> None:
    """Add routes that fail with a secret in what they say."""

    @app.get("/planted/plain")
    def plain() -> None:
        raise RuntimeError(SECRET)

    @app.get("/planted/chained")
    def chained() -> None:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error

    @app.get("/planted/group")
    def group() -> None:
        raise ExceptionGroup(SECRET, [ValueError(SECRET)])

    @app.get("/planted/store")
    def store() -> None:
        raise StoreError(actual=f"{SECRET}: INSERT INTO office …", limit=SECRET)

    @app.get("/planted/node")
    def node() -> None:
        raise NodeUnavailableError(actual=SECRET)

    @app.get("/planted/params")
    def params() -> None:
        raise errors.BrokenParentHashError(actual=SECRET, limit=SECRET, block=SECRET)

    @app.get("/planted/answer")
    def answer() -> dict[str, int]:
        return {"a": int(SECRET)}


PLANTED = ("plain", "chained", "group", "store", "node", "params", "answer")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    folder = tmp_path_factory.mktemp("problems")
    with bare_site(f"sqlite:///{folder / 'ledger.sqlite'}", planted) as opened:
        yield opened


def classes(kind: type[EndogeneError] = EndogeneError) -> Iterator[type[EndogeneError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__.startswith("endogene_token.errors"):
            yield from classes(child)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("path", PLANTED)
def test_what_a_fault_says_stays_inside(site: Bare, path: str, lang: str) -> None:
    """Neither the text of an exception nor a value of it leaves in an answer; the log has it."""
    with structlog.testing.capture_logs() as logs:
        answer = site.client.get(f"/planted/{path}", headers={"accept-language": lang})
    assert answer.status_code >= 500
    shown = answer.text + str(answer.headers)
    assert not any(part in shown for part in (SECRET, "hunter2", "10.0.0.5", "office", "Traceback", "Error("))
    assert logs[0]["log_level"] == "error"


def test_a_refusal_still_tells_its_values() -> None:
    """The comparison: what the caller gave, and may do, is shown; only our inside is not."""
    refusal = SequenceError(actual=9, limit=7)
    assert public(refusal) is refusal
    assert public(StoreError(actual=SECRET)).actual == HIDDEN
    assert SECRET in StoreError(actual=SECRET).render("en")


def test_no_error_of_our_inside_shows_a_value() -> None:
    """Every class whose status is 500 or more, with every place of its sentences filled."""
    for kind in classes():
        places = set(re.findall(r"\{([a-z_]+)\}", kind.what + kind.advice)) - {"actual", "limit"}
        error = kind(actual=SECRET, limit=SECRET, **dict.fromkeys(places, SECRET))
        if (status_of(kind) or 500) >= 500:
            told = public(error)
            assert SECRET not in f"{told.render('fr')} {told.render('en')} {told.as_dict('en')} {told.params}"


def test_every_code_has_its_page_in_both_languages(site: Bare) -> None:
    """JSON and HTML, French and English: the address in each problem's `type` leads somewhere."""
    codes = [kind.code for kind in classes()]
    assert list(kinds()) == codes
    for code in codes:
        pages = {}
        for lang in ("fr", "en"):
            told = site.client.get(f"/v1/problems/{code}", headers={"accept-language": lang})
            found = told.json()
            assert (told.status_code, found["code"], found["type"]) == (200, code, f"/v1/problems/{code}")
            assert "{" not in found["title"] + found["advice"]
            pages[lang] = found["title"]
        assert pages["fr"] != pages["en"], code


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_browser_gets_a_page(site: Bare, lang: str) -> None:
    """In its language, with the list of all and a link to the other language."""
    headers = {"accept": "text/html,application/xhtml+xml", "accept-language": lang}
    for path in ("/v1/problems", "/v1/problems/sequence"):
        page = site.client.get(path, headers=headers)
        assert page.headers["content-type"].startswith("text/html")
        assert f'<html lang="{lang}-CA">' in page.text
        assert "/v1/problems/sequence" in page.text
        assert page.text.count("<h1>") == 1
        assert page.headers["vary"] == "Accept, Cookie, Accept-Language"


def test_the_list_tells_them_all(site: Bare) -> None:
    """With the status and the kind that each is one of."""
    items = site.client.get("/v1/problems").json()["items"]
    assert [one["code"] for one in items] == [kind.code for kind in classes()]
    found = {one["code"]: one for one in items}
    assert (found["sequence"]["status"], found["sequence"]["parent"]) == (409, "ledger-refusal")
    assert found["endogene"]["parent"] is None


def test_what_is_no_problem_has_no_page(site: Bare) -> None:
    """404, which itself has one."""
    answer = site.client.get("/v1/problems/no-such-thing")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-problem")
    assert site.client.get(answer.json()["type"]).status_code == 200


def test_the_type_of_a_problem_that_is_met_leads_to_its_page(site: Bare) -> None:
    """As a caller would follow it."""
    for path in ("/v1/nothing", "/v1/webhooks", "/v1/events?after=x", "/planted/plain", "/planted/store"):
        with structlog.testing.capture_logs():  # unconfigured, structlog draws every local of a fault
            told = site.client.get(path).json()
        assert site.client.get(told["type"]).json()["code"] == told["code"]
