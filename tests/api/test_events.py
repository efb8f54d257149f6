"""What happened is told in its order, each part of it to whom it may be told."""

import typing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from endogene_token.errors import CursorError
from endogene_token.hexes import from_hex
from endogene_token.indexer import events as ev
from endogene_token.indexer import models
from endogene_token.indexer.columns import signed
from endogene_token.indexer.layout import WORD
from endogene_token.office.scopes import Mode, OfficeRole, Scope
from endogene_token.store import writing
from endogene_token.webhooks import listing
from endogene_token.webhooks.listing import Position
from endogene_token.webhooks.telling import TOLD, TYPES, UNTOLD, Audience
from tests.api.bare_site import Bare, bare_site, community
from tests.town import BAKERY, BAKERY_TILL, GROCER, GROCER_TILL

AT = 1_795_284_245


def word(number: int) -> bytes:
    return number.to_bytes(WORD)


def log(name: str, indexed: Sequence[int], data: bytes = b"") -> dict[str, Any]:
    """Return the raw log of an event, by its name, its indexed fields and the rest as words."""
    for contract in ev.CONTRACTS:
        for topic, (kind, _) in ev.layouts(contract).items():
            if kind is not None and kind.__name__ == name:
                address = from_hex(community().address(contract))
                return {"address": address, "topics": topic + b"".join(map(word, indexed)), "data": data}
    raise AssertionError(name)


def suspended(merchant: int) -> dict[str, Any]:
    return log("MerchantSuspended", [merchant])


def awarded(project: int, amount: int) -> dict[str, Any]:
    return log("ProjectAwarded", [project], word(amount))


def refused(till: int, sequence: int) -> dict[str, Any]:
    return log("PurchaseRefused", [till, sequence], word(1) + word(0) + word(0))


def settled(merchant: int, amount: int) -> dict[str, Any]:
    return log("PremiumsSettled", [merchant, int("11" * WORD, 16)], word(amount) + word(0))


def key_rotated(member: int) -> dict[str, Any]:
    return log("KeyRotated", [member], word(32) + word(20) + b"\x22" * 20 + bytes(12))


def write(site: Bare, block: int, *logs: dict[str, Any]) -> None:
    """Put raw logs into the read model, as the indexer does: one block, in order."""
    with writing(site.engine) as connection, Session(connection) as session:
        for index, one in enumerate(logs):
            place: dict[str, Any] = {"block_number": block, "log_index": index, "block_time": AT + block}
            place |= {"block_hash": word(block), "transaction_hash": word(block * 1000 + index)}
            session.add(models.Event(chain_id=1, **place, **one))
        session.flush()


@pytest.fixture
def site(database_url: str) -> Iterator[Bare]:
    with bare_site(database_url) as opened:
        write(opened, 5, suspended(BAKERY), awarded(1, 5000), suspended(GROCER), key_rotated(3))
        write(opened, 6, refused(BAKERY_TILL, 7), refused(GROCER_TILL, 9), settled(BAKERY, 2**63 + 1))
        yield opened


def told(site: Bare, token: str | None = None, **query: Any) -> list[str]:
    answer = site.ask("GET", "/v1/events", token, params=query)
    assert answer.status_code == 200, answer.text
    return [f"{one['id']} {one['type']}" for one in answer.json()["items"]]


BAKERYS = ["5-0 merchant.suspended", "5-1 project.awarded", "6-0 purchase.refused", "6-2 premiums.settled"]


def test_everybody_is_told_what_is_public_and_nothing_else(site: Bare) -> None:
    """No merchant's business and no member's affair without a key."""
    assert told(site) == ["5-1 project.awarded"]


def test_a_merchant_is_told_its_own_business_too(site: Bare) -> None:
    """Never another's, be it named by its merchant or by its till alone."""
    assert told(site, site.key(BAKERY)) == BAKERYS
    assert told(site, site.key(GROCER)) == [
        "5-1 project.awarded",
        "5-2 merchant.suspended",
        "6-1 purchase.refused",
    ]


def test_an_auditor_is_told_everything(site: Bare) -> None:
    """Reads all; a key of a role is asked no chain where its officer is not named."""
    found = told(site, site.key(role=OfficeRole.AUDITOR))
    assert [one.split()[0] for one in found] == ["5-0", "5-1", "5-2", "5-3", "6-0", "6-1", "6-2"]


def test_a_key_without_the_scope_and_one_that_opens_nothing_are_refused(site: Bare) -> None:
    """What is public would look like all there is."""
    answer = site.ask("GET", "/v1/events", site.key(BAKERY, Scope.SALES_READ))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
    answer = site.ask("GET", "/v1/events", "ek_live_" + "0" * 16 + "_" + "0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (401, "key-refused")


def test_a_test_key_sees_nobodys_business(site: Bare) -> None:
    """The sandbox is apart."""
    assert told(site, site.key(BAKERY, mode=Mode.TEST)) == ["5-1 project.awarded"]


def test_an_event_is_told_with_amounts_as_texts_and_its_place_as_its_id(site: Bare) -> None:
    """An amount of 64 bits passes through the table's signed column and JSON unharmed."""
    answer = site.ask("GET", "/v1/events", site.key(BAKERY), params={"types": "premiums.settled"}).json()
    assert answer["items"] == [
        {
            "id": "6-2",
            "type": "premiums.settled",
            "timestamp": "2026-11-21T18:04:11Z",
            "data": {
                "merchant": BAKERY,
                "amount": str(2**63 + 1),
                "prepaid": "0",
                "bank_reference": "0x" + "11" * WORD,
            },
        }
    ]
    assert signed(2**63 + 1) < 0, "the table would hold it otherwise than it was told"


def test_the_list_goes_on_where_it_was_and_nothing_is_told_twice(site: Bare) -> None:
    """Page by page of any size: the whole, once, in order; then what came since."""
    token = site.key(BAKERY)
    for limit in (1, 2, 3, 100):
        found, place, more = [], "0-0", True
        while more:
            answer = site.ask("GET", "/v1/events", token, params={"after": place, "limit": limit}).json()
            found += [f"{one['id']} {one['type']}" for one in answer["items"]]
            place, more = answer["next"], answer["has_more"]
        assert found == BAKERYS
        assert place == "6-2"
    assert told(site, token, after="6-2") == []
    write(site, 7, suspended(GROCER), awarded(2, 1))
    assert told(site, token, after="6-2") == ["7-1 project.awarded"]
    assert told(site, token, after="6-1") == ["6-2 premiums.settled", "7-1 project.awarded"]


def test_now_is_the_place_behind_everything(site: Bare) -> None:
    """Who begins today need not read the years before."""
    answer = site.ask("GET", "/v1/events", params={"after": "now"}).json()
    assert answer == {"items": [], "next": "6-2", "has_more": False}


def test_a_page_that_found_nothing_still_says_where_to_go_on(
    site: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A merchant with little business is not made to wait for the search through everybody's."""
    monkeypatch.setattr(listing, "SCANNED", 2)
    token, found, place, asked, more = site.key(GROCER), [], "0-0", 0, True
    while more:
        answer = site.ask("GET", "/v1/events", token, params={"after": place}).json()
        found += [one["id"] for one in answer["items"]]
        place, more, asked = answer["next"], answer["has_more"], asked + 1
    assert found == ["5-1", "5-2", "6-1"]
    assert asked == 3


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"after": "5"}, "request-shape"),
        ({"after": "05-1"}, "cursor"),
        ({"after": "1-1-1"}, "request-shape"),
        ({"types": "project.awarded,nothing"}, "event-type"),
        ({"types": ""}, "event-type"),
        ({"limit": 101}, "request-shape"),
        ({"limit": 0}, "request-shape"),
    ],
)
def test_a_question_that_is_none_is_refused(site: Bare, query: dict[str, Any], code: str) -> None:
    """422, with what would be right."""
    answer = site.ask("GET", "/v1/events", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_types_are_told_with_who_may_read_them(site: Bare) -> None:
    """What a caller may ask for stands in the service itself."""
    items = site.ask("GET", "/v1/events/types").json()["items"]
    assert [one["type"] for one in items] == list(TYPES)
    assert {"type": "purchases.recorded", "audience": "merchant"} in items


def test_every_event_that_changes_the_read_model_is_told_or_said_not_to_be() -> None:
    """A new event of the contracts is placed before it can be forgotten, or leak."""
    placed = set(TOLD) | UNTOLD
    assert {one.__name__ for one in set(typing.get_args(ev.Event)) ^ placed} == set()
    assert set(TOLD) & UNTOLD == set()
    assert len(TYPES) == len(set(TYPES)) == len(TOLD)


def test_what_names_a_member_is_told_to_nobody_but_the_office() -> None:
    """A member's number is personal; a director's office is public."""
    public = {"DirectorSeated", "DirectorUnseated"}
    for kind, telling in TOLD.items():
        if "member" in kind._fields and kind.__name__ not in public:
            assert telling.audience is Audience.MEMBER or "member" not in telling.fields, kind
    merchants = {kind.__name__ for kind, one in TOLD.items() if one.audience is Audience.PUBLIC}
    named = {one for one in merchants if "merchant" in TOLD[_kind(one)].fields}
    assert named == {"ProjectSpent", "SpendingReturned"}, "what a project pays is public, as /v1/spendings is"


def _kind(name: str) -> type[Any]:
    return next(kind for kind in TOLD if kind.__name__ == name)


@given(st.integers(0, 10**15 - 1), st.integers(0, 10**9 - 1))
def test_a_place_is_written_in_one_way(block: int, index: int) -> None:
    """And ordered as the chain is."""
    place = Position(block, index)
    assert Position.parse(str(place)) == place
    assert place < Position(block, index + 1) < Position(block + 1, 0)


@given(st.text(max_size=30))
def test_any_other_text_is_no_place(text: str) -> None:
    """Refused, never guessed."""
    with suppress(CursorError):
        assert str(Position.parse(text)) == text
