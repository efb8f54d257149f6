"""The OpenAPI description is sound, and its examples are what the service really takes and answers."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from api import (
    act_schemas,
    answers,
    bank_answers,
    collect_answers,
    event_answers,
    inbox_answers,
    money_answers,
    office_schemas,
    project_answers,
    sale_schemas,
    schemas,
    staff_schemas,
    statement_answers,
    vote_answers,
    vote_schemas,
)
from endogene_token.ids import day_date
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from tests.site import Site
from tests.town import ALICE, BAKERY, BAKERY_TILL, key, today

PLACES = {
    "till": BAKERY_TILL,
    "number": BAKERY,
    "member": BAKERY,
    "merchant": BAKERY,
    "upload": "1",
    "card": "1",
    "account": staff_schemas.EXAMPLE_ACCOUNT,
    "session": staff_schemas.EXAMPLE_ACCOUNT,
    "key": office_schemas.EXAMPLE_KEY,
    "id": "1-1",
    "code": "sequence",
    "month": "2026-10",
    "day": "2026-11-22",
    "line": "7f" * 32,
    **dict.fromkeys(("hash", "digest", "receipt"), vote_schemas.EXAMPLE_HASH),
}
MODELS = (
    *(bank_answers, collect_answers, event_answers, inbox_answers),
    *(act_schemas, answers, money_answers, office_schemas, project_answers, sale_schemas),
    *(schemas, staff_schemas, statement_answers, vote_answers, vote_schemas),
)


@pytest.fixture(scope="module")
def described(asked: Site) -> dict[str, Any]:
    found: dict[str, Any] = asked.get("/v1/openapi.json")
    return found


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["$ref"]] if "$ref" in part else [])
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def faults(described: dict[str, Any]) -> list[str]:
    """Return what makes a description unsound: what it lacks, refers to in vain, or names twice."""
    found = [] if described["openapi"].startswith("3.1.") else ["not OpenAPI 3.1"]
    found += [f"no {name}" for name in ("title", "version") if not described["info"].get(name)]
    names = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    found += [f"{one} leads nowhere" for one in sorted(set(references(described)) - names)]
    seen: set[str] = set()
    for path, method, operation in operations(described):
        place = f"{method} {path}"
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        if declared != {part[1:-1] for part in path.split("/") if part.startswith("{")}:
            found.append(f"{place}: its path and its parameters differ")
        if operation["operationId"] in seen or not operation["responses"]:
            found.append(f"{place}: no id of its own, or no answer")
        if not operation.get("summary") or not operation.get("description"):
            found.append(f"{place}: not explained")
        seen.add(operation["operationId"])
    return found


def test_the_description_is_openapi_3_1_and_sound(described: dict[str, Any]) -> None:
    """Everything referred to exists, everything is named once and explained."""
    assert faults(described) == []


@pytest.mark.parametrize("lost", ["PurchasesGiven", "Problem"])
def test_a_description_that_lost_a_schema_is_noticed(described: dict[str, Any], lost: str) -> None:
    """The check above can fail."""
    components = {name: one for name, one in described["components"]["schemas"].items() if name != lost}
    assert faults({**described, "components": {"schemas": components}}) != []


def example(described: dict[str, Any], schema: dict[str, Any]) -> Any:
    name = schema["$ref"].rpartition("/")[2]
    return described["components"]["schemas"][name]["examples"][0]


def test_every_answer_has_an_example_of_its_own_shape(described: dict[str, Any]) -> None:
    """Nobody copies an example that the service would not send."""
    for _, _, operation in operations(described):
        [status] = [one for one in operation["responses"] if one.startswith("2")]
        content = operation["responses"][status]["content"]
        if "application/json" not in content:  # a file
            continue
        schema = content["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        [model] = {vars(one)[name] for one in MODELS if name in vars(one)}
        shown = example(described, schema)
        assert model.model_validate(shown).model_dump(mode="json", exclude_none=True) == shown


def _file(media: dict[str, Any]) -> dict[str, Any]:
    """Return how a file of the kind that an operation takes is sent; nothing where it takes none."""
    kind = next(iter(media), None)
    return {} if kind is None else {"content": b"receipt,at,amount", "headers": {"content-type": kind}}


def test_every_operation_answers_as_described(described: dict[str, Any], asked: Site) -> None:
    """Each one is called with its example; the status and the members are among those described."""
    for path, method, operation in operations(described):
        body = operation.get("requestBody")
        media = body["content"] if body else {}
        is_json = "application/json" in media
        content = example(described, media["application/json"]["schema"]) if is_json else None
        url = path.format(**PLACES)
        sent = _file(media) if content is None else {"json": content}
        request = asked.client.build_request(method, url, **sent)
        signed = None if method == "get" else request.content
        officer, domain, now = TillKey(bytes(key(101).key)), asked.town.ledger.domain, int(time.time())
        header = authorization(officer, domain, method.upper(), url, now, body=signed)
        request.headers["authorization"] = header
        answer = asked.client.send(request)
        described_answer = operation["responses"][str(answer.status_code)]["content"]
        kind = answer.headers["content-type"].partition(";")[0]
        schema = described["components"]["schemas"][
            described_answer[kind]["schema"]["$ref"].rpartition("/")[2]
        ]
        assert set(schema["required"]) <= set(answer.json()), (method, url, answer.text)
        assert answer.json().get("code") != "request-shape", (method, url, answer.text)


def test_the_examples_of_batches_are_accepted_once_signed_for_this_ledger(
    described: dict[str, Any], site: Site
) -> None:
    """Purchases, then a refund of one of them: 202 and recorded, with only day and signature made good."""
    paths = described["paths"]
    given = example(
        described, paths["/v1/purchases"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    )
    refund = example(
        described, paths["/v1/reversals"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    )
    day = day_date(today()).isoformat()
    for one in (*given["items"], *refund["reversals"]):
        one["day"] = day
    for path, body, model in (
        ("/v1/purchases", given, schemas.PurchasesGiven),
        ("/v1/reversals", refund, schemas.ReversalsGiven),
    ):
        batch = model.model_validate(body).signed().batch
        body["signature"] = "0x" + site.town.tills[BAKERY_TILL].sign(batch, site.town.ledger.domain).hex()
        assert site.client.post(path, json=body).status_code == 202
    while site.relay.step():
        pass
    site.read()
    assert site.told("/v1/purchases/1-1")["reversed"] == "1000"
    assert site.town.ledger.account(ALICE).balance > 0
