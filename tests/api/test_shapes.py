"""What a request may look like: everything else is a problem, never a fault."""

import json
import time
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.bodies import DEEPEST, LARGE, MAX_BODY, is_deep
from api.versions import NEWEST
from endogene_token.money import MAX_AMOUNT
from endogene_token.sdk.messages import batch_body
from tests.site import Site
from tests.town import BAKERY_TILL

VOTES: dict[str, dict[str, Any]] = {
    "/v1/resolutions": {
        "member": 1,
        "kind": 0,
        "text_hash": "0x" + "4c" * 32,
        "calls": [],
        "nonce": 0,
        "signature": "0x" + "3b" * 65,
    },
    "/v1/resolutions/1/notice": {"member": 1, "opens_at": 2**31, "nonce": 0, "signature": "0x" + "3b" * 65},
    "/v1/resolutions/1/interests": {"member": 1, "nonce": 0, "signature": "0x" + "3b" * 65},
    "/v1/resolutions/1/ballots": {
        "member": 1,
        "choice": 1,
        "commitment": None,
        "sequence": 1,
        "sealed_opening": None,
        "signature": "0x" + "3b" * 65,
    },
    "/v1/resolutions/1/openings": {"member": 1, "choice": 1, "salt": "0x" + "7d" * 32},
    "/v1/resolutions/1/execute": {},
}
GOOD: dict[str, Any] = {
    "till": 1,
    "merchant": 4,
    "first_sequence": 1,
    "items": [{"member": 1, "day": "2026-11-20", "amount": "4275", "commitment": "0x" + "8f" * 16}],
    "signature": "0x" + "3b" * 64,
}


def changed(**fields: object) -> dict[str, Any]:
    return {**GOOD, **fields}


def item(**fields: object) -> dict[str, Any]:
    return changed(items=[{**GOOD["items"][0], **fields}])


def post(site: Site, body: object, path: str = "/v1/purchases") -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site.client.post(path, content=content, headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    "amount",
    [4275, 42.75, 1e3, True, None, "", "-1", "+1", "1.5", "1e3", " 1", "01", "1_0", "٣", str(MAX_AMOUNT + 1)],
)
def test_an_amount_that_is_not_a_string_of_digits_is_refused(asked: Site, amount: object) -> None:
    """DESIGN section 2: no floating-point number, no sign, no more than 64 bits ever touches money."""
    answer = post(asked, item(amount=amount))
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (422, "amount", "items.0.amount")
    assert told["limit"] == str(MAX_AMOUNT)


@pytest.mark.parametrize(
    "body",
    [
        changed(till=-1),
        changed(till=2**32),
        changed(till="1"),
        changed(till=1.0),
        changed(till=True),
        changed(first_sequence=0),
        changed(first_sequence=2**64),
        changed(signature="0x12"),
        changed(signature=None),
        changed(extra=1),
        changed(items={}),
        item(member=-1),
        item(member="1"),
        item(member=None),
        item(commitment="0x"),
        item(commitment="zz" * 17),
        item(extra=1),
        [],
        "text",
        None,
        12,
        {},
    ],
)
def test_a_field_of_another_shape_is_refused_and_named(asked: Site, body: object) -> None:
    """Strict types: what the description does not allow is told, field by field."""
    answer = post(asked, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-shape")
    assert answer.json()["errors"][0]["field"]


@pytest.mark.parametrize("day", ["2026-02-30", "1969-12-31", "0000-01-01"])
def test_a_day_that_does_not_exist_is_refused(asked: Site, day: str) -> None:
    """Days are counted from 1970-01-01."""
    answer = post(asked, item(day=day))
    assert (answer.status_code, answer.json()["code"], answer.json()["actual"]) == (422, "day", day)


@pytest.mark.parametrize("size", [0, 513])
def test_a_batch_of_no_item_or_too_many_is_refused(asked: Site, size: int) -> None:
    """1 to 512 items: the contract's own bound, told before anything is signed for nothing."""
    answer = post(asked, changed(items=GOOD["items"] * size))
    told = answer.json()
    assert (answer.status_code, told["code"], told["actual"], told["limit"]) == (
        *(422, "batch-size"),
        *(str(size), "512"),
    )


def test_the_largest_batch_fits_in_a_request(site: Site) -> None:
    """512 refunds, the longest that a till can sign, are under the limit of size."""
    batch = site.town.reversals(BAKERY_TILL, 1, *[(2**32 - 1, 2**64 - 1, 2**64 - 1, MAX_AMOUNT)] * 512)
    assert len(batch_body(batch.batch, batch.signature)) < MAX_BODY // 2
    assert site.post(batch).status_code == 202


def test_a_body_over_the_limit_is_refused_unread(asked: Site) -> None:
    """413 by its declared size, and by its real one when it declares none."""
    big = b"x" * (MAX_BODY + 1)
    assert post(asked, big).json()["code"] == "request-too-large"
    chunked = asked.client.post("/v1/purchases", content=iter([big[: MAX_BODY // 2]] * 3))
    assert (chunked.status_code, chunked.json()["limit"]) == (413, str(MAX_BODY))
    assert chunked.headers["endogene-version"] == NEWEST


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 40_000, b"9" * 5000, b'{"till": NaN}']
)
def test_a_body_that_is_no_json_is_refused(asked: Site, body: bytes) -> None:
    """However broken, it is told as a problem."""
    answer = post(asked, body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def nested(text: bytes) -> int:
    """Return how deep the brackets outside of texts nest, bracket by bracket."""
    deepest, level, is_text, is_escaped = 0, [0], False, False
    for byte in text:
        if is_escaped and byte in b'"\\':
            is_escaped = False
            continue
        is_escaped = byte in b"\\"
        if byte in b'"':
            is_text = not is_text
        elif not is_text and byte in b"[{":
            level.append(level[-1] + 1)
            deepest = max(deepest, level[-1])
        elif not is_text and byte in b"]}":
            level.append(max(0, level[-1] - 1))
    return deepest


@given(st.lists(st.sampled_from([b"[", b"{", b"]", b"}", b'"', b"\\", b"a", b"[[[[[", b"]]]]]"])))
@settings(max_examples=500)
def test_depth_is_what_counting_each_bracket_gives(parts: list[bytes]) -> None:
    """Brackets in texts count for nothing, nor can they hide those outside."""
    assert is_deep(b"".join(parts)) == (nested(b"".join(parts)) > DEEPEST)


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        (b"[" * DEEPEST, False),
        (b"[" * (DEEPEST + 1), True),
        (b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST, False),
        (b'["]]]]]]]]",' * (DEEPEST + 1), True),
        (b'["\\"[[[[[[[[[[[[[[[[[[[[[[[[["]', False),
        (b"[]" * 1000, False),
    ],
)
def test_brackets_may_nest_as_deep_as_a_parser_bears(text: bytes, deep: bool) -> None:
    """Closed or not."""
    assert is_deep(text) is deep


@pytest.mark.parametrize("path", ["/v1/uploads", "/v1/bank/statements", "/till/files", "/office/bank/import"])
def test_brackets_in_a_file_are_no_fault(asked: Site, path: str) -> None:
    """No parser reads them there: who is logged in is asked first. Where JSON comes, they are one."""
    kind = "multipart/form-data; boundary=x" if path.startswith(("/till", "/office")) else "text/csv"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + b"[" * 99 + b"\r\n--x--"
    )
    headers = {"content-type": kind, "origin": "null"}
    told = asked.client.post(path, content=body, headers=headers)
    assert told.status_code in {303, 401, 403}, told.text
    assert asked.client.post("/v1/purchases", content=body, headers=headers).status_code == 422


@pytest.mark.parametrize("piece", [b"[]", b'"["', b'"a"[', b"[" * 16 + b"]" * 16, b"[", b"]", b'\\"', b"}{"])
def test_the_depth_of_the_largest_body_is_known_in_no_time(piece: bytes) -> None:
    """Whatever it is made of: bracket by bracket it would take seconds, and nobody else be served."""
    body = piece * (LARGE // len(piece))
    begun = time.thread_time()
    is_deep(body)
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/tills/x", 422, "request-shape"),
        ("/v1/tills/01", 422, "request-shape"),
        ("/v1/tills/4294967296", 422, "request-shape"),
        (f"/v1/tills/{'9' * 5000}", 422, "request-shape"),
        ("/v1/tills/0", 404, "unknown-till"),
        ("/v1/purchases/1", 401, "credentials"),
        ("/v1/reversals/1-1", 401, "credentials"),
        ("/v1/resolutions/0", 404, "unknown-resolution"),
        ("/v1/resolutions/4294967295", 404, "unknown-resolution"),
        ("/v1/resolutions/01", 422, "request-shape"),
        ("/v1/resolutions?after=4294967296", 422, "request-shape"),
        ("/v1/resolutions/7/sealed-openings", 404, "unknown-resolution"),
        ("/v1/texts/0x12", 422, "request-shape"),
        (f"/v1/texts/0x{'4c' * 32}", 404, "unknown-text"),
        (f"/v1/acts/0x{'4c' * 32}", 404, "unknown-act"),
        ("/v1/governance/nonces/-1", 422, "request-shape"),
        ("/v1/nothing", 404, "unknown-path"),
        ("/v1/trail?subject=member:1%00", 422, "request-shape"),
        ("/v1/events?type=%00&after=", 422, "request-shape"),
        ("/v1/texts/%00", 422, "request-shape"),
        ("/static/%00", 422, "request-shape"),
        ("/static/nothing.css", 404, "unknown-path"),
        ("/static/../app.py", 404, "unknown-path"),
    ],
)
def test_a_wrong_address_is_told_as_a_problem(asked: Site, path: str, status: int, code: str) -> None:
    """Every answer that is not the one asked for has one form."""
    answer = asked.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("path", ["/v1/sales", "/v1/uploads?till=x", "/v1/collect/payees", "/v1/buyers"])
def test_what_was_given_of_a_person_is_not_told_back(asked: Site, path: str) -> None:
    """A telephone number, a card or an account in the wrong place stands in no log of a caller's."""
    answer = post(asked, {"phone": ["+14185550199"], "account": ["+14185550199"]}, path)
    assert answer.status_code in {401, 405, 422}
    assert "4185550199" not in answer.text


def test_an_answer_that_varies_says_all_by_what(asked: Site) -> None:
    """A page or JSON, in one language or the other: a proxy keeps them apart."""
    assert asked.client.get("/v1/problems").headers["vary"] == "Accept, Cookie, Accept-Language"
    assert asked.client.get("/v1/health").headers["vary"] == "Accept-Language"
    for path in ("/", "/projects", "/figures", "/enter", "/wallet/manifest.webmanifest"):
        assert asked.client.get(path).headers["vary"] == "Cookie, Accept-Language", path


def test_an_answer_to_a_proof_is_kept_by_nobody_between(asked: Site) -> None:
    """What is the same for everybody says so itself; without a proof nothing is added."""
    proof = {"authorization": "Bearer x"}
    assert asked.client.get("/v1/fund", headers=proof).headers["cache-control"] == "no-store"
    assert asked.client.get("/v1/fund", headers={"cookie": "a=b"}).headers["cache-control"] == "no-store"
    assert "public" in asked.client.get("/v1/problems", headers=proof).headers["cache-control"]
    assert "cache-control" not in asked.client.get("/v1/fund").headers


def test_a_method_that_is_not_possible_names_those_that_are(asked: Site) -> None:
    """405, with the header Allow."""
    answer = asked.client.delete("/v1/purchases")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "method", "POST")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
nearly = st.fixed_dictionaries(
    {
        name: st.just(value) | anything | st.integers(-(2**65), 2**65) | st.text(max_size=4)
        for name, value in GOOD.items()
    }
)
nearly_items = st.fixed_dictionaries(
    {name: st.just(value) | anything for name, value in GOOD["items"][0].items()}
).map(lambda fields: changed(items=[fields]))
raw = st.binary(max_size=400)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=anything | nearly | nearly_items | raw, path=st.sampled_from(["/v1/purchases", "/v1/reversals"]))
def test_garbage_never_makes_the_service_fail_and_changes_nothing(
    asked: Site, body: object, path: str
) -> None:
    """Hundreds of bodies, from noise to nearly right: a problem of the caller's, never one of ours."""
    answer = post(asked, body, path)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert asked.get("/v1/health")["queue_depth"] == 0


def near(good: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return bodies that differ from a good one in some of their fields."""
    fields = {name: st.just(value) | anything | st.integers(-(2**65), 2**65) for name, value in good.items()}
    return st.fixed_dictionaries(fields)


PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)
near_votes = st.one_of([st.tuples(st.just(path), near(good)) for path, good in VOTES.items()])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=near_votes | st.tuples(st.sampled_from([*VOTES, "/v1/texts"]), anything | raw))
def test_garbage_about_votes_never_makes_the_service_fail(asked: Site, sent: tuple[str, object]) -> None:
    """Proposals, notices, ballots, openings: a problem of the caller's, and nothing is kept."""
    path, body = sent
    answer = post(asked, body, path)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert asked.get("/v1/governance/nonces/1")["nonce"] == 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.text(PRINTABLE, max_size=300), digits=st.text("0123456789abcdef", max_size=400))
def test_a_garbled_proof_never_makes_the_service_fail(asked: Site, header: str, digits: str) -> None:
    """Whatever stands in the header Authorization, also in the form for passkeys."""
    now = int(time.time())
    garbled = f'Endogene key="0x{"ab" * 84}", created="{now}", signature="0x{digits}"'
    for one in (header.strip(), garbled, garbled.replace("ab" * 84, "ab" * 20)):
        answer = asked.client.get("/v1/resolutions/1/ballots/1", headers={"authorization": one})
        assert answer.status_code == 401, answer.text
