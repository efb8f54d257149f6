"""One table of statuses, one form of problem, no secret in a fault."""

import logging
import uuid
from collections.abc import Iterator

import httpx
import pytest
import structlog
from starlette.requests import Request

from api.app import create_app
from api.errors import STATUS, status_of
from api.language import preferred
from api.versions import NEWEST
from endogene_token.config import Settings
from endogene_token.errors import EndogeneError, LedgerRefusal, SequenceError
from tests.site import Site, served

HIDDEN = "the address of the database"


def classes(kind: type[EndogeneError] = EndogeneError) -> Iterator[type[EndogeneError]]:
    for child in kind.__subclasses__():
        yield child
        yield from classes(child)


def without_status(kinds: Iterator[type[EndogeneError]]) -> list[str]:
    return [kind.__name__ for kind in kinds if status_of(kind) is None]


def test_every_error_has_a_status() -> None:
    """A new branch of the tree must be given one before it can reach a caller."""
    assert without_status(kind for kind in classes() if kind.__module__.startswith("endogene_token")) == []


def test_an_error_outside_the_table_is_noticed() -> None:
    """The check above can fail."""
    stray = type("StrayError", (EndogeneError,), {})
    assert without_status(iter([stray, SequenceError])) == ["StrayError"]
    assert EndogeneError not in STATUS, "it would hide every branch that has none"


def test_a_class_takes_the_status_of_the_nearest_class_above_it() -> None:
    """A sequence is a conflict although a refusal in general is not."""
    assert (status_of(SequenceError), status_of(LedgerRefusal)) == (409, 422)


def test_a_problem_has_the_members_of_rfc_9457_and_ours(asked: Site) -> None:
    """The request's id is the same in the header and in the problem."""
    answer = asked.client.get("/v1/tills/99", headers={"accept-language": "en-GB"})
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert uuid.UUID(answer.headers["x-request-id"])
    assert told["type"] == "/v1/problems/unknown-till"
    assert (told["status"], told["code"], told["actual"]) == (404, "unknown-till", "99")
    assert told["title"] == "The register does not hold till 99."
    assert told["detail"] == f"{told['title']} {told['advice']}"
    assert answer.headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", None),
        ("de, es;q=0.9", None),
        ("en", "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("fr;q=0.1, en;q=0.2", "en"),
        ("en;q=0, fr;q=0.001", "fr"),
        ("en;q=0", None),
        ("de, en-US, fr", "en"),
        ("fr;q=x, en;q=0.1", "en"),
        (";;;,,,q=", None),
    ],
)
def test_the_language_is_the_one_that_the_reader_prefers(accepted: str, lang: str | None) -> None:
    """RFC 9110: by weight, then by order; what cannot be read counts for nothing."""
    assert preferred(accepted) == lang


def test_without_a_preference_the_answer_is_in_the_services_language(asked: Site) -> None:
    """French first; ?lang= wins over the header."""
    assert asked.client.get("/v1/tills/99").headers["content-language"] == "fr"
    english = asked.client.get("/v1/tills/99?lang=en", headers={"accept-language": "fr"})
    assert english.headers["content-language"] == "en"


def test_a_fault_of_ours_shows_nothing_of_its_inside(asked: Site, caplog: pytest.LogCaptureFixture) -> None:
    """500, the request's number, and the whole story only in the log."""
    app = create_app(Settings(), asked.engine, asked.town.ledger, asked.town.community)

    @app.get("/fault")
    def fault(request: Request) -> None:
        raise RuntimeError(HIDDEN)

    with structlog.testing.capture_logs() as logs, served(app) as address:
        answer = httpx.get(f"{address}/fault", timeout=30, trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (500, "service-failed")
    assert answer.headers["endogene-version"] == NEWEST
    assert HIDDEN not in answer.text + str(answer.headers)
    assert answer.json()["instance"].removeprefix("urn:uuid:") == logs[0]["request_id"]
    assert logs[0]["log_level"] == logging.getLevelName(logging.ERROR).lower()
