"""Own summaries: each to its owner and to officers, by a signature of the request."""

import time

import pytest

from endogene_token.chain.transactions import revoke_role, revoke_till
from endogene_token.chain.views import Role
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from tests.site import Site
from tests.town import (
    ALICE,
    BAKERY,
    BAKERY_TILL,
    BASILE,
    GROCER,
    GROCER_TILL,
    key,
)

STRANGER = TillKey((999).to_bytes(32, "big"))
OFFICER = TillKey(bytes(key(101).key))


def who(site: Site) -> dict[str, TillKey]:
    """Return the key of everybody who may ask."""
    return {
        "alice": site.town.members[ALICE],
        "basile": site.town.members[BASILE],
        "bakery": site.town.members[BAKERY],
        "bakery till": site.town.tills[BAKERY_TILL],
        "grocer": site.town.members[GROCER],
        "grocer till": site.town.tills[GROCER_TILL],
        "officer": OFFICER,
        "stranger": STRANGER,
    }


ALLOWED = {
    f"/v1/members/{ALICE}": {"alice", "officer"},
    f"/v1/members/{BASILE}": {"basile", "officer"},
    f"/v1/members/{BAKERY}": {"bakery", "officer"},
    f"/v1/merchants/{BAKERY}": {"bakery", "bakery till", "officer"},
    f"/v1/merchants/{GROCER}": {"grocer", "grocer till", "officer"},
}


@pytest.mark.parametrize("path", ALLOWED)
def test_a_summary_is_read_by_its_owner_and_officers_only(asked: Site, path: str) -> None:
    """Every path by everybody: 200 for those in the table, 403 for all the others."""
    statuses = {name: asked.signed_get(path, one).status_code for name, one in who(asked).items()}
    assert statuses == {name: 200 if name in ALLOWED[path] else 403 for name in statuses}


@pytest.mark.parametrize(("path", "code"), [("members", "unknown-member"), ("merchants", "unknown-merchant")])
def test_only_an_officer_learns_that_a_number_is_not_on_the_register(
    asked: Site, path: str, code: str
) -> None:
    """A stranger gets the same 403 for a number that exists and for one that does not."""
    assert asked.signed_get(f"/v1/{path}/77", STRANGER).status_code == 403
    answer = asked.signed_get(f"/v1/{path}/77", OFFICER)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_request_without_proof_is_refused(asked: Site) -> None:
    """401 with its challenge: no header, a foreign one, another path's, another method's, another key's."""
    path, town = f"/v1/members/{ALICE}", asked.town
    alice, now = town.members[ALICE], int(time.time())
    good = authorization(alice, town.ledger.domain, "GET", path, now)
    headers = [
        "",
        authorization(alice, town.ledger.domain, "GET", f"/v1/members/{BASILE}", now),
        authorization(alice, town.ledger.domain, "POST", path, now),
        good.replace(alice.address, town.members[BASILE].address),
        good.replace(f'created="{now}"', f'created="{now + 1}"'),
        good[:-2] + ('1"' if good[-2] != "1" else '2"'),
        good + ", more",
    ]
    for header in headers:
        answer = asked.client.get(path, headers={"authorization": header})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Endogene"), header
        assert answer.json()["code"] == "credentials"
    answer = asked.client.get(path, headers={"authorization": "Bearer 123"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert asked.client.get(path, headers={"authorization": good}).status_code == 200


@pytest.mark.parametrize(("age", "status"), [(290, 200), (310, 401), (-290, 200), (-310, 401)])
def test_a_proof_is_valid_for_five_minutes(asked: Site, age: int, status: int) -> None:
    """A header that was caught opens nothing later, and a clock some minutes wrong still works."""
    answer = asked.signed_get(
        f"/v1/members/{ALICE}", asked.town.members[ALICE], created=int(time.time()) - age
    )
    assert answer.status_code == status


def test_a_role_that_ended_and_a_till_that_was_revoked_open_nothing(site: Site) -> None:
    """Officers are asked of the chain itself, tills of the read model."""
    site.read()
    path = f"/v1/merchants/{BAKERY}"
    till = site.town.tills[BAKERY_TILL]
    assert [site.signed_get(path, one).status_code for one in (OFFICER, till)] == [200, 200]
    officer = key(101).address
    site.town.do(
        revoke_till(site.town.community, BAKERY_TILL),
        *(revoke_role(site.town.community, role, officer) for role in Role),
    )
    site.read()
    assert [site.signed_get(path, one).status_code for one in (OFFICER, till)] == [403, 403]


def test_summaries_tell_what_was_recorded(site: Site) -> None:
    """Refused purchases count for nothing; the credits are what the chain holds."""
    site.record(
        site.town.purchases(BAKERY_TILL, 1, [10_000, 0, 20_000]),
        site.town.purchases(GROCER_TILL, 1, [5_000]),
    )
    member = site.signed_get(f"/v1/members/{ALICE}", OFFICER).json()
    balance = site.town.ledger.account(ALICE).balance
    assert (member["credits"], member["earned"]) == (str(balance), str(balance))
    assert (member["purchases"], member["spent"], member["category"]) == (3, "35000", "user")
    assert (member["valid_from"], member["valid_until"]) == ("1970-01-01", None)
    merchant = site.signed_get(f"/v1/merchants/{BAKERY}", OFFICER).json()
    assert (merchant["purchases"], merchant["sales"], merchant["owed"]) == (2, "30000", "840")
    assert merchant["rates"] == [{"from_day": "1970-01-01", "rate_bps": 280}]
    assert merchant["tills"] == [{"till": BAKERY_TILL, "next_sequence": 4, "revoked": False}]
    assert merchant["status"] == "active"
