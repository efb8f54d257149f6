"""What the SDK makes of an answer: the error that the service meant, and whether to try again."""

from collections.abc import Iterator

import msgspec
import pytest

from endogene_token.errors import EndogeneError, OverloadedError, SequenceError, ServiceError
from endogene_token.errors.base import shown
from endogene_token.sdk import Retries
from endogene_token.sdk.effects import NoReply, Reply
from endogene_token.sdk.problems import problem
from endogene_token.sdk.retries import RETRIED
from tests.unit.test_errors import classes, places

STEADY = Retries(attempts=4, first_wait_seconds=0.5, longest_wait_seconds=3.0, random=lambda: 0.0)


def told(error: EndogeneError, lang: str) -> Reply:
    """Return `error` as a service writes it: the members of a problem, all values as text."""
    parts = error.as_dict(lang)
    params = {name: shown(value) for name, value in error.params.items()}
    kept = {name: parts[name] for name in ("code", "actual", "limit", "advice")}
    body = {
        **params,
        "type": "about:blank",
        "title": parts["what"],
        "status": 422,
        **kept,
        "instance": "urn:1",
    }
    return Reply(422, {}, msgspec.json.encode(body))


def samples() -> Iterator[EndogeneError]:
    for kind in classes():
        yield kind(**{name: f"<{name}>" for name in sorted(places(kind))})


@pytest.mark.parametrize("error", samples(), ids=lambda error: error.code)
def test_every_error_comes_back_as_itself_with_its_values(error: EndogeneError) -> None:
    """A program catches the class that the service meant, and reads it in its own language."""
    back = problem(told(error, "fr"))
    assert type(back) is type(error)
    assert (back.render("fr"), back.render("en")) == (error.render("fr"), error.render("en"))


def test_numbers_come_back_as_the_texts_that_the_service_wrote() -> None:
    """Amounts and sequences are strings in a problem, as everywhere in JSON."""
    back = problem(told(SequenceError(actual=4, limit=6), "en"))
    assert (back.actual, back.limit) == ("4", "6")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"code": "of-next-year", "title": "New", "detail": "Something newer."}', "Something newer."),
        (b'{"code": ["amount"], "title": "Odd"}', "Odd"),
        (b"<html>Bad gateway</html>", "HTTP 422"),
        (b"[1]", "HTTP 422"),
        (b"\xff", "HTTP 422"),
        (b"", "HTTP 422"),
    ],
)
def test_an_answer_that_names_no_known_error_is_shown(body: bytes, said: str) -> None:
    """Neither a newer service nor a proxy in between crashes a till."""
    back = problem(Reply(422, {}, body))
    assert type(back) is ServiceError
    assert back.actual == said


def test_too_many_requests_without_a_problem_are_told_as_such() -> None:
    """A proxy that limits rates writes no problem of ours."""
    back = problem(Reply(429, {"retry-after": "90", "ratelimit-limit": "600"}, b""))
    assert (type(back), back.actual, back.limit) == (OverloadedError, "90", "600")


@pytest.mark.parametrize("status", sorted(RETRIED))
def test_a_server_in_trouble_is_asked_again(status: int) -> None:
    """The same content is safe to send again: the till's sequence makes it one."""
    assert STEADY.again(1, Reply(status, {}, b""))


@pytest.mark.parametrize("status", [200, 202, 400, 401, 403, 404, 409, 413, 422, 501, 507])
def test_an_answer_that_will_not_change_is_taken(status: int) -> None:
    """Asking again would only load the service."""
    assert not STEADY.again(1, Reply(status, {}, b""))


def test_the_last_attempt_is_the_last() -> None:
    """A till that cannot reach the service says so, and the sale waits."""
    assert [STEADY.again(attempt, NoReply("refused")) for attempt in (1, 3, 4)] == [True, True, False]


def test_waits_double_up_to_the_longest() -> None:
    """A service that comes back is not met by all tills at full speed."""
    waits = [STEADY.wait_seconds(attempt, NoReply("refused")) for attempt in range(1, 6)]
    assert waits == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_jitter_takes_away_up_to_half() -> None:
    """Tills that lost the service together come back apart."""
    most = Retries(random=lambda: 1.0)
    assert (most.jittered_seconds(8.0), STEADY.jittered_seconds(8.0)) == (4.0, 8.0)
    assert len({Retries().jittered_seconds(8.0) for _ in range(20)}) > 1


def test_the_wait_that_the_service_asks_for_is_kept() -> None:
    """Retry-After in seconds; one too long, or a date, is left to the next flush or to the backoff."""
    assert STEADY.wait_seconds(1, Reply(429, {"retry-after": "7"}, b"")) == 7
    assert not STEADY.again(1, Reply(429, {"retry-after": "3600"}, b""))
    for odd in ("soon", "-1", "1.5", "9" * 50, "٣"):
        assert STEADY.wait_seconds(1, Reply(503, {"retry-after": odd}, b"")) == 0.5
