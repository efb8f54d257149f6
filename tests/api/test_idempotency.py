"""A POST with a key is done once and answered as it was; work and answer stand together or not at all."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import structlog
from eth_typing import Hash32
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert
from sqlmodel import Session, col, func, select, update

from api import access
from api.deps import App
from api.vote_schemas import TextGiven
from endogene_token.chain.calls import Ledger
from endogene_token.errors import (
    DatabaseUnavailableError,
    DuplicateError,
    IdempotencyInFlightError,
    OfficeKeyError,
    StillWaitingError,
)
from endogene_token.office import answers, keys, trail
from endogene_token.office.answers import Ask, Idempotency
from endogene_token.office.scopes import Holder, OfficeRole, Scope
from endogene_token.office.sealed import unseal
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.relay import ballots
from endogene_token.relay.vote_models import RelayText
from endogene_token.sdk.access import access_digest
from endogene_token.store import Unit, writing
from tests.api.bare_site import ACTOR, Bare, bare_site, some_key
from tests.town import BAKERY, GROCER, database
from tests.town import key as account

KEY, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
GATE = threading.Event()
ENTERED = threading.Event()


def kept(engine: Engine, words: str) -> None:
    """Keep a text: work that is seen in the database."""
    with writing(engine) as connection, Session(connection) as session:
        ballots.keep_text(session, words)


def planted(app: FastAPI) -> None:
    """Add routes that work for anybody, fail after their work, or wait in the middle of it."""

    @app.post("/planted/texts", status_code=201)
    def keep(given: TextGiven, app: App) -> dict[str, str]:
        kept(app.engine, given.text)
        return {"text": given.text}

    @app.post("/planted/failing")
    def failing(app: App) -> None:
        kept(app.engine, "written, then undone")
        raise RuntimeError("after the work")

    @app.post("/planted/refusing")
    def refusing(app: App) -> None:
        with writing(app.engine, apart=True) as connection, Session(connection) as session:
            session.add(RelayText(hash=b"a" * 32, text="counted all the same"))
            session.flush()
        kept(app.engine, "written, then undone")
        raise StillWaitingError(actual=1)

    @app.post("/planted/slow")
    def slow(app: App) -> dict[str, int]:
        ENTERED.set()
        GATE.wait(20)
        kept(app.engine, "slow")
        return {"done": 1}


@pytest.fixture
def site(database_url: str) -> Iterator[Bare]:
    GATE.clear()
    ENTERED.clear()
    with bare_site(database_url, planted) as opened:
        yield opened
    GATE.set()


def text(site: Bare, words: str, key: str | None, token: str | None = None, **more: str) -> httpx.Response:
    headers = {**({KEY: key} if key is not None else {}), **more}
    return site.ask("POST", "/planted/texts", token, json={"text": words}, headers=headers)


def count(site: Bare, model: type[RelayText] | type[Idempotency]) -> int:
    with site.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def test_a_repeated_request_gets_the_same_answer_and_is_done_once(site: Bare) -> None:
    """Status and body, to the byte; the header says that nothing was done."""
    key, token = some_key(), site.key()
    first = text(site, "one", key, token)
    with writing(site.engine) as connection:  # were it done again, it would be there again
        connection.exec_driver_sql("DELETE FROM relay_text")
    again = text(site, "one", key, token)
    assert (first.status_code, first.content) == (201, again.content)
    assert (again.status_code, again.headers["content-type"]) == (201, first.headers["content-type"])
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")
    assert count(site, RelayText) == 0
    assert text(site, "one", some_key(), token).headers.get(REPLAYED) is None
    assert count(site, RelayText) == 1


def test_the_same_key_with_another_request_is_refused(site: Bare) -> None:
    """Another body, another path, another query: 422, and nothing is done."""
    key, token = some_key(), site.key()
    assert text(site, "one", key, token).status_code == 201
    other = text(site, "two", key, token)
    assert (other.status_code, other.json()["code"]) == (422, "duplicate")
    for path in ("/v1/resolutions", "/planted/texts?lang=en"):
        answer = site.ask("POST", path, token, json={"text": "one"}, headers={KEY: key})
        assert (answer.status_code, answer.json()["code"]) == (422, "duplicate")
    assert count(site, RelayText) == 1


def test_each_caller_has_its_own_keys(site: Bare) -> None:
    """What a merchant was answered is repeated to nobody else, and stands in nobody's way."""
    key, bakery, grocer = some_key(), site.key(BAKERY), site.key(GROCER)
    assert text(site, "bakery's", key, bakery).status_code == 201
    assert text(site, "grocer's", key, grocer).status_code == 201
    nobody = text(site, "bakery's", key)
    assert (nobody.status_code, nobody.headers.get(REPLAYED)) == (201, None)
    forged = text(site, "bakery's", key, bakery[:-1] + ("0" if bakery[-1] != "0" else "1"))
    assert forged.headers.get(REPLAYED) is None, "a proof that opens nothing has keys of its own"
    elsewhere = text(site, "bakery's", key, **{"x-forwarded-for": "203.0.113.9"})
    assert elsewhere.headers.get(REPLAYED) is None


def test_a_chain_that_fails_once_makes_nobody_another(site: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a role is the same key while no node can tell what the role is worth: done once.

    And what was kept is told to it once its role is found to be in force, not before.
    """
    officer, key = bytes(20), some_key()
    wanted = keys.Wanted(
        Holder(None, OfficeRole.REGISTRAR), frozenset({Scope.MEMBERS_WRITE}), officer=officer
    )
    with trail.changing(site.engine, ACTOR) as change:
        token = keys.make(change, wanted).token
    assert text(site, "one", key, token).status_code == 201
    with writing(site.engine) as connection:  # were it done again, it would be there again
        connection.exec_driver_sql("DELETE FROM relay_text")
    assert text(site, "one", key, token).status_code == 503
    monkeypatch.setattr(Ledger, "role_until", lambda *_: 2**40)
    assert text(site, "one", key, token).headers.get(REPLAYED) == "true"
    monkeypatch.setattr(Ledger, "role_until", lambda *_: 1)
    assert text(site, "one", key, token).json()["code"] == "key-refused"
    assert count(site, RelayText) == 0


def test_an_answer_is_repeated_as_long_as_the_proof_is_valid(
    site: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds an old request, in the log of a proxy, learns nothing by it."""
    created, key, till = int(time.time()), some_key(), account(301)
    digest = access_digest(site.app.state.services.ledger.domain, "POST", "/planted/texts", created)
    signed = till.unsafe_sign_hash(Hash32(digest)).signature.hex()
    proof = {"authorization": f'Endogene key="{till.address}", created="{created}", signature="0x{signed}"'}
    assert text(site, "one", key, **proof).status_code == 201
    assert text(site, "one", key, **proof).headers.get(REPLAYED) == "true"
    monkeypatch.setattr(access, "VALID_SECONDS", -1)
    expired = text(site, "one", key, **proof)
    assert (expired.status_code, expired.json()["code"]) == (401, "credentials")


def test_without_a_database_nobody_is_taken_for_another(site: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 for a request with a key: under the keys of another caller it could be done twice."""

    def broken(*_: object) -> None:
        raise DatabaseUnavailableError(actual="gone")

    token = site.key()
    monkeypatch.setattr(keys, "authenticate", broken)
    assert text(site, "one", some_key(), token).status_code == 503
    assert text(site, "one", None, token).status_code == 201, "the comparison: this route needs no proof"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "clé"])
def test_a_key_that_is_no_key_is_refused(site: Bare, key: str) -> None:
    """1 to 255 printable ASCII characters."""
    answer = site.client.post("/planted/texts", json={"text": "x"}, headers=[(KEY.encode(), key.encode())])
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key")
    assert count(site, RelayText) == 0


def test_two_keys_at_once_are_refused_and_the_longest_is_taken(site: Bare) -> None:
    """Which of two would be meant, nobody knows."""
    two = site.client.post("/planted/texts", json={"text": "x"}, headers=[(KEY, "a"), (KEY, "b")])
    assert two.json()["code"] == "idempotency-key"
    assert text(site, "x", "~" * 255).status_code == 201


def test_while_the_first_is_under_way_the_second_is_told_so(site: Bare) -> None:
    """409 with Retry-After; once the first is answered, its answer."""
    key = some_key()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(site.client.post, "/planted/slow", headers={KEY: key})
        assert ENTERED.wait(20)
        second = site.client.post("/planted/slow", headers={KEY: key})
        assert (second.status_code, second.json()["code"]) == (409, "idempotency-in-flight")
        assert second.headers["retry-after"] == str(answers.RETRY_SECONDS)
        GATE.set()
        assert first.result().json() == {"done": 1}
    again = site.client.post("/planted/slow", headers={KEY: key})
    assert (again.json(), again.headers[REPLAYED]) == ({"done": 1}, "true")


def test_work_that_fails_takes_its_key_with_it(site: Bare) -> None:
    """500 or refused: nothing is written, so the same key may be used again; what is apart stays."""
    key = some_key()
    with structlog.testing.capture_logs():  # unconfigured, structlog draws every local of a fault
        assert site.client.post("/planted/failing", headers={KEY: key}).status_code == 500
    assert (count(site, RelayText), count(site, Idempotency)) == (0, 0)
    assert site.client.post("/planted/refusing", headers={KEY: key}).status_code == 422
    with site.reading() as session:
        assert [one.text for one in session.exec(select(RelayText))] == ["counted all the same"]
    assert count(site, Idempotency) == 0
    assert text(site, "now", key).status_code == 201


def test_without_a_key_failing_work_is_not_undone_by_this(site: Bare) -> None:
    """The comparison: what the routes above write does stand when nothing ties it to an answer."""
    with structlog.testing.capture_logs():
        assert site.client.post("/planted/failing").status_code == 500
    assert count(site, RelayText) == 1


def test_many_at_once_with_one_key_do_it_once(site: Bare) -> None:
    """Each is answered as the first, or told to wait; nobody is answered otherwise."""
    key = some_key()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: text(site, "once", key), range(24)))
    assert {one.status_code for one in found} <= {201, 409}
    done = [one for one in found if one.status_code == 201]
    assert len({one.content for one in done}) == 1
    assert sum(one.headers.get(REPLAYED) is None for one in done) == 1
    assert (count(site, RelayText), count(site, Idempotency)) == (1, 1)


def test_of_two_processes_the_second_waits_or_is_told_and_does_nothing(database_url: str) -> None:
    """The claim is the database's: PostgreSQL says at once that another is at work, SQLite waits for it."""
    engine, other = database(database_url), database(database_url)
    secret, ask = OfficeSecret(bytes(32)), Ask.of("net:x", "k", "POST", "/", b"")
    first = Unit(engine, lambda connection: answers.claim(connection, secret, ask))
    with first.joined() as connection:
        connection.execute(insert(RelayText).values(hash=bytes(32), text="work"))
    second = Unit(other, lambda connection: answers.claim(connection, secret, ask))

    def at_work() -> str:
        try:
            with second.joined():
                return "let in"
        except (answers.AnsweredError, IdempotencyInFlightError) as error:
            return type(error).__name__

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(at_work)
        time.sleep(0.3)
        if engine.dialect.name == "postgresql":
            assert waiting.result() == "IdempotencyInFlightError"
        else:
            assert not waiting.done()
        with first.joined() as connection:
            answers.keep(connection, secret, ask, answers.Answer(201, "text/plain", b"done"))
        first.commit()
        if engine.dialect.name == "sqlite":
            assert waiting.result() == "AnsweredError"
    with pytest.raises(answers.AnsweredError) as told, second.joined():
        pytest.fail("let in")
    assert told.value.answer == answers.Answer(201, "text/plain", b"done")
    engine.dispose()
    other.dispose()


def test_an_answer_is_kept_thirty_days_then_swept(site: Bare) -> None:
    """A day less, and it is repeated; then the key is new again, and the old row is gone."""
    key, other = some_key(), some_key()
    text(site, "one", key)
    text(site, "other", other)

    def age(seconds: int) -> None:
        with writing(site.engine) as connection:
            row = update(Idempotency).where(col(Idempotency.kept_at) > 0)
            connection.execute(row.values(kept_at=int(time.time()) - seconds))

    age(answers.KEPT_SECONDS - 60)
    assert text(site, "one", key).headers.get(REPLAYED) == "true"
    age(answers.KEPT_SECONDS)
    assert text(site, "changed", key).headers.get(REPLAYED) is None
    assert count(site, Idempotency) == 1, "the other one was swept"


def test_the_database_shows_neither_the_key_nor_the_answer(site: Bare) -> None:
    """Some answers hold a secret that is shown once: it is not in a backup."""
    key = "a-key-that-one-would-find"
    text(site, "an answer that one would find", key)
    with site.reading() as session:
        row = session.exec(select(Idempotency)).one()
        assert key not in repr(row)
        assert b"an answer" not in row.body
        kept = Ask(row.caller, key, row.fingerprint)
        found = answers.find(session, site.secret, kept)
    assert found is not None
    assert b"an answer that one would find" in found.body


def test_a_kept_answer_opens_only_at_its_own_place_and_with_its_own_key(site: Bare) -> None:
    """Who can write the database cannot give one caller's answer to another."""
    text(site, "one", "k")
    with site.reading() as session:
        row = session.exec(select(Idempotency)).one()
        own = Ask(row.caller, "k", row.fingerprint)
        assert answers.find(session, site.secret, own) is not None
        with pytest.raises(DuplicateError):
            answers.find(session, site.secret, Ask(row.caller, "k", bytes(32)))
    with pytest.raises(OfficeKeyError):
        unseal(OfficeSecret(bytes(32)), Purpose.ANSWER, own.place, row.body)
    with pytest.raises(OfficeKeyError):
        unseal(site.secret, Purpose.ANSWER, Ask("net:y", "k", b"").place, row.body)


@given(st.tuples(st.text(), st.text(), st.binary()), st.tuples(st.text(), st.text(), st.binary()))
@settings(max_examples=200)
def test_two_requests_have_one_fingerprint_only_if_they_are_one(
    one: tuple[str, str, bytes], other: tuple[str, str, bytes]
) -> None:
    """No method, path and body run into one another."""
    prints = [Ask.of("x", "k", *parts).fingerprint for parts in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)
    joined = Ask.of("x", "k", one[0] + one[1], "", one[2]).fingerprint
    assert (joined == prints[0]) == (one[1] == "")
